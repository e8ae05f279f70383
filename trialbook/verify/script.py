"""The script as it is left beside ard.csv: constants of the trial, then the rules."""

from collections.abc import Mapping
from importlib import resources

from trialbook.verify.literals import r_literal

NAME = "verify.R"
RULES = (
    "head",
    "read",
    "population",
    "curves",
    "models",
    "differences",
    "variants",
    "imputation",
    "safety",
    "compare",
)
_SAYS = """#!/usr/bin/env Rscript
# Compute every row of ard.csv anew, from the trial's files, without Trialbook:
#   Rscript verify.R DATA          DATA: the trial's folder; ard.csv lies beside this script
# Needs R with survival and, for competing risks, cmprsk; for XPT files foreign.
# Ends with 0 where all agree, 1 where one differs, 2 where nothing could be computed.
"""


def verify_script(constants: Mapping) -> str:
    """Return the script for a trial.

    Parameters
    ----------
    constants : mapping
        See `constants_of`.

    Returns
    -------
    str
        ASCII throughout what comes from the trial, see `r_literal`.
    """
    folder = resources.files(__package__)
    lines = [f"  {name} = {r_literal(value)}" for name, value in constants.items()]
    said = "# What trial.yml says.\ntrial <- list(\n" + ",\n".join(lines) + "\n)\n"
    rules = [(folder / f"{name}.R").read_text(encoding="utf-8") for name in RULES]
    return "\n".join([_SAYS, said, *rules])
