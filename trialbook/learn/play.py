"""Ideas to try with the hand: what a page's script needs, as one hidden element.

`book/assets/components/course.js` finds the element by ``data-try``, fills it and shows it; without
that script, in JupyterLab or on paper, nothing is seen, and the static figure beside it says the
same.
"""

import json
from html import escape

from trialbook.learn.cases import Case
from trialbook.report.output import Html

KINDS = ("censor", "urn", "likelihood", "area", "frailty")


def play(kind: str, case: Case, **settings: object) -> Html:
    """Return the element of one idea.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    case : Case
        Patients who may be shown: the ten.
    **settings
        What else the script needs; anything that JSON can hold.

    Raises
    ------
    ValueError
        There is no such idea, or the patients are a trial's.
    """
    if kind not in KINDS:
        raise ValueError(f"kind {kind!r} is none of {', '.join(KINDS)}.")
    if case.is_trial:
        raise ValueError("what readers try out is done with the ten patients.")
    columns = case.patients[["patient", "time", "event", "treated"]]
    data = {"unit": case.unit, "patients": columns.to_dict("records"), **settings}
    text = escape(json.dumps(data), quote=True)
    return Html(
        f'<div class="tb-try" data-script="course" data-try="{kind}" data-case="{text}" hidden>'
        "</div>"
    )
