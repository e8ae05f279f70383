"""The book's figures, made from results: `plot_*` return a `Drawing`, or None without data.

Each takes a `Lookup`, which holds what readers may see and nothing else.
"""

from trialbook.report.figures.design import plot_planned_power, plot_visits
from trialbook.report.figures.efficacy import plot_end_points, plot_subgroups
from trialbook.report.figures.incidence import (
    plot_course_of_harms,
    plot_cumulative_incidence,
    plot_leaving,
)
from trialbook.report.figures.laboratory import plot_laboratory
from trialbook.report.figures.liver import plot_liver
from trialbook.report.figures.population import (
    plot_baseline_balance,
    plot_baseline_distributions,
    plot_flow_of_patients,
)
from trialbook.report.figures.robustness import plot_hazard_over_time, plot_withdrawal
from trialbook.report.figures.survival import plot_survival

__all__ = [
    "plot_baseline_balance",
    "plot_baseline_distributions",
    "plot_course_of_harms",
    "plot_cumulative_incidence",
    "plot_end_points",
    "plot_flow_of_patients",
    "plot_hazard_over_time",
    "plot_laboratory",
    "plot_leaving",
    "plot_liver",
    "plot_planned_power",
    "plot_subgroups",
    "plot_survival",
    "plot_visits",
    "plot_withdrawal",
]
