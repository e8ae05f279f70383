"""Make a trial's folder from ADaM files or one flat file: ``trialbook new``."""

from trialbook.new.create import NewTrial, new_trial
from trialbook.new.inference import Inference, UsageError

__all__ = ["Inference", "NewTrial", "UsageError", "new_trial"]
