"""Sentences on adverse events."""

from typing import TYPE_CHECKING

from trialbook.report.output import Remark

if TYPE_CHECKING:
    pass


def no_course_of_harms() -> Remark:
    """Return why no curve of serious events, or of those that ended treatment, is drawn."""
    return Remark(
        "No curve is drawn: too few patients are known to have had such an event, and when."
    )
