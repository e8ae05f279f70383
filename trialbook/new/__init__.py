"""Make a trial's folder from ADaM files or one flat file: ``trialbook new``."""

from trialbook.new.conversation import commands_that_answer, converse
from trialbook.new.create import NewTrial, Request, new_trial
from trialbook.new.inference import Inference, Question, UsageError

__all__ = [
    "Inference",
    "NewTrial",
    "Question",
    "Request",
    "UsageError",
    "commands_that_answer",
    "converse",
    "new_trial",
]
