"""What the sentences of all chapters share."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pandas as pd

from trialbook.escape import escape_markdown
from trialbook.report.output import Remark, Text
from trialbook.report.sentences import at_start, of
from trialbook.safe import remarks_shown

if TYPE_CHECKING:
    from trialbook.config import Comparison
    from trialbook.trial import Trial

LONGEST = 1000


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


def opening(found: Iterable[str | None]) -> Text | None:
    """Return what a section found, as the sentence that opens it; None where it found nothing.

    Parameters
    ----------
    found : iterable of str or None
        Plain text without a full stop, as `report.findings` gives it for each comparison.
    """
    said = [f"{at_start(one)}." for one in found if one]
    return Text(f"**{escape_markdown(' '.join(said), LONGEST)}**") if said else None
