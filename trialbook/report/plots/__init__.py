"""The book's figures: `plot_*` functions return a `Drawing`, or None where there is nothing."""

from trialbook.report.plots.kaplan_meier import plot_kaplan_meier

__all__ = ["plot_kaplan_meier"]
