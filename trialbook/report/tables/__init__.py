"""The book's tables: `tbl_*` functions turn results into a `Table`, or None without results."""

from trialbook.report.tables.design import (
    tbl_definitions,
    tbl_estimands,
    tbl_intercurrent,
    tbl_question,
    tbl_sample_size,
)
from trialbook.report.tables.efficacy import tbl_endpoints, tbl_primary, tbl_response
from trialbook.report.tables.laboratory import laboratory_parameters, tbl_laboratory, tbl_shifts
from trialbook.report.tables.places import tbl_centres, tbl_liver
from trialbook.report.tables.population import (
    tbl_baseline,
    tbl_deviations,
    tbl_disposition,
    tbl_exposure,
    tbl_reasons_over_time,
)
from trialbook.report.tables.robustness import (
    tbl_competing_risks,
    tbl_covariates,
    tbl_periods,
    tbl_proportional_hazards,
    tbl_sensitivity,
)
from trialbook.report.tables.safety import (
    tbl_adverse_events,
    tbl_event_rates,
    tbl_event_risks,
    tbl_severity,
    tbl_terms,
)

__all__ = [
    "laboratory_parameters",
    "tbl_adverse_events",
    "tbl_baseline",
    "tbl_centres",
    "tbl_competing_risks",
    "tbl_covariates",
    "tbl_definitions",
    "tbl_deviations",
    "tbl_disposition",
    "tbl_endpoints",
    "tbl_estimands",
    "tbl_event_rates",
    "tbl_event_risks",
    "tbl_exposure",
    "tbl_intercurrent",
    "tbl_laboratory",
    "tbl_liver",
    "tbl_periods",
    "tbl_primary",
    "tbl_proportional_hazards",
    "tbl_question",
    "tbl_reasons_over_time",
    "tbl_response",
    "tbl_sample_size",
    "tbl_sensitivity",
    "tbl_severity",
    "tbl_shifts",
    "tbl_terms",
]
