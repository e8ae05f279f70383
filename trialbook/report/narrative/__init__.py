"""The chapters' sentences: `say_*` functions return Markdown that follows from the results."""

from trialbook.report.heading import heading, question
from trialbook.report.narrative.closing import (
    close_design,
    close_efficacy,
    close_population,
    close_safety,
)
from trialbook.report.narrative.common import opening, show_remarks
from trialbook.report.narrative.design import no_estimand, say_amendments, say_design
from trialbook.report.narrative.efficacy import (
    say_landmark,
    say_proportional_hazards,
    say_rmst,
    say_subgroups,
)
from trialbook.report.narrative.end_points import (
    say_change_of_primary,
    say_components,
    say_multiplicity,
    say_recurrent,
)
from trialbook.report.narrative.population import (
    no_distributions,
    not_given,
    not_named,
    say_balance,
    say_follow_up,
    say_population,
    shown_differences,
)
from trialbook.report.narrative.safety import (
    no_course_of_harms,
    no_liver,
    say_largest_difference,
)
from trialbook.report.narrative.withdrawal import say_withdrawal
from trialbook.report.sentences import how_many

__all__ = [
    "close_design",
    "close_efficacy",
    "close_population",
    "close_safety",
    "heading",
    "how_many",
    "no_course_of_harms",
    "no_distributions",
    "no_estimand",
    "no_liver",
    "not_given",
    "not_named",
    "opening",
    "question",
    "say_amendments",
    "say_balance",
    "say_change_of_primary",
    "say_components",
    "say_design",
    "say_follow_up",
    "say_landmark",
    "say_largest_difference",
    "say_multiplicity",
    "say_population",
    "say_proportional_hazards",
    "say_recurrent",
    "say_rmst",
    "say_subgroups",
    "say_withdrawal",
    "show_remarks",
    "shown_differences",
]
