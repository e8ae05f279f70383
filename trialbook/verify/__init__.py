"""A script in R that computes a build's results anew: proof that needs nothing of ours.

`verify_script` writes it: what trial.yml says, as R's own lists, before rules in base R, survival
and cmprsk (the ``.R`` files beside this one) that read the trial's files by themselves.
"""

from trialbook.verify.constants import constants_of
from trialbook.verify.literals import r_literal
from trialbook.verify.script import verify_script

__all__ = ["constants_of", "r_literal", "verify_script"]
