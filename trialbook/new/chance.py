"""Whether chance assigned the patients, as far as the files say it."""

import re
from collections.abc import Sequence

import pandas as pd

from trialbook.adam.problems import shortened

_SAID = "said with --randomized"
# variables that only who was randomized has: the flag, the date, the number
_OF_CHANCE = re.compile(r"RAND(FL|DTM?|NO|NUM|ID)|RND(DT|NO|NUM|ID)", re.IGNORECASE)
_FROM_CHANCE = re.compile(r"\b(from|since|after)( the)?( date of)? randomi[sz]ation", re.IGNORECASE)
_NOT_SHOWN = "nothing in the files says that chance assigned the patients"


def infer_randomized(
    patients: pd.DataFrame, params: Sequence[str], said: str | None, arm: str = ""
) -> tuple[str, str, bool]:
    """Return whether the patients were randomized, as far as the files say it, and the ground.

    Parameters
    ----------
    patients : pandas.DataFrame
        Those analysed, with an arm: who failed screening was not randomized.
    params : sequence of str
        PARAM, the end points in words.
    said : str or None
        What the user said.
    arm : str
        The column that holds the arm of a flat file.
    """
    if said is not None:
        return said, _SAID, True
    if re.search(r"randomi[sz]", arm, re.IGNORECASE):
        return "yes", f"the arm stands in {shortened(arm)}", True
    some = ""
    for variable in [name for name in patients if _OF_CHANCE.fullmatch(name)]:
        given = patients[variable]
        n = int((given.eq("Y") if variable.upper() == "RANDFL" else given.notna()).sum())
        if n and n == len(patients):
            return "yes", f"every patient has {variable}", True
        if n:
            some = some or (f"{variable} is given for {n:,} of {len(patients):,} patients, and not "
                            "for all: say it with --randomized")  # fmt: skip
    if counted_from := next((one for one in params if _FROM_CHANCE.search(one)), None):
        return "yes", f"PARAM is {counted_from}", True
    return "unknown", some or _NOT_SHOWN, False
