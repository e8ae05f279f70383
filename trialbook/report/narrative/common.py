"""What the sentences of all chapters share."""

from typing import TYPE_CHECKING

import pandas as pd

from trialbook.report.escape import escape_markdown
from trialbook.report.output import Remark
from trialbook.report.sentences import at_start, of
from trialbook.safe import remarks_shown

if TYPE_CHECKING:
    from trialbook.config import Comparison
    from trialbook.trial import Trial


def show_remarks(trial: "Trial", *frames: pd.DataFrame, about: str = "") -> Remark | None:
    """Return what the analyses remark on: missing data, rules that stood in, flags.

    Parameters
    ----------
    trial : Trial
        Whose patients say whether remarks keep their counts.
    *frames : pandas.DataFrame
        Results frames; their remarks are shown once each.
    about : str
        A population, ``"efficacy"`` or ``"safety"``, whose notes are shown first.

    Returns
    -------
    Remark or None
    """
    notes: list[str] = list(trial.population_note(about)) if about else []
    for frame in frames:
        notes += frame.attrs.get("remarks", ())
    notes = remarks_shown(notes, trial)
    if not notes:
        return None
    return Remark("\n".join(f"- {escape_markdown(note)}" for note in notes))


def pair_in_words(comparison: "Comparison", *, start: bool = True) -> str:
    """Return who is compared with whom, at the start of a sentence or within one."""
    treated, control = of(comparison.treated.label), of(comparison.control.label)
    return f"{at_start(treated) if start else treated} compared with {control}"
