"""What pages say of data that are not shown, and of remarks that would tell counts."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trialbook.trial import Trial

_COUNTED = re.compile(
    r"\b\d[\d,]*(?= (?:of \d|(?:\w+ ){0,2}(?:patients?|values?|records?|rows?|events?|times?)\b))"
)
# Which visits have few values: "(1.7, 12)".
_LISTED = re.compile(r" \(\d[\d., ]*\)")


def patients_shown(trial: "Trial") -> bool:
    """Return whether single patients may be shown: of synthetic and public data alone."""
    return trial.privacy != "confidential"


def remarks_shown(remarks: Iterable[str], trial: "Trial") -> list[str]:
    """Return remarks once each, without their counts where single patients are not shown."""
    if patients_shown(trial):
        return list(dict.fromkeys(remarks))
    return list(dict.fromkeys(without_counts(one) for one in remarks))


def without_counts(text: str) -> str:
    """Return a remark with its counts replaced by a word, whatever their size.

    >>> without_counts("REGION is missing for 3 patients: they are in no subgroup.")
    'REGION is missing for some patients: they are in no subgroup.'
    """
    told = _COUNTED.sub("some", _LISTED.sub("", text))
    return told[:1].upper() + told[1:]
