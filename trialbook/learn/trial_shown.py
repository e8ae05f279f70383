"""What a chapter of the course shows of the trial at hand: results that readers may see.

Curves and tables here come from the gate's rows, as those of the report do, so that a chapter
shows of a confidential trial what its report shows, and of a blinded one nothing that compares.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from trialbook import analyses
from trialbook.analyses.sensitivity import period_of
from trialbook.report.landmarks import shown_time
from trialbook.safe.lookup import Lookup

if TYPE_CHECKING:
    from trialbook.config import Endpoint
    from trialbook.trial import Trial

# What each analysis of the primary end point is asked of.
ANALYSES: Mapping[str, Callable[["Trial", "Endpoint"], pd.DataFrame]] = {
    "log_rank": analyses.log_rank,
    "cox": analyses.cox,
    "rmst": analyses.rmst,
    "landmark": analyses.landmark,
    "period": analyses.hazard_ratio_by_period,
    "proportional_hazards": analyses.proportional_hazards,
}
# What the statistics are called in a table of the course.
SAID = {
    "chisq": "chi-square",
    "p_value": "P",
    "hr": "hazard ratio",
    "hr_lower": "from",
    "hr_upper": "to",
    "lower": "from",
    "upper": "to",
    "n": "at risk",
    "n_events": "events",
    "nnt": "number needed",
    "std_error": "standard error",
}


def lookup_of(study: "Trial | None") -> Lookup | None:
    """Return a trial's results on its primary end point, as far as readers may see them.

    Parameters
    ----------
    study : Trial or None

    Returns
    -------
    Lookup or None
        None without a trial, and where nobody is compared: in a blinded book.
    """
    if study is None or study.blinded or not study.comparisons:
        return None
    endpoint = study.primary
    frames = [make(study, endpoint) for make in ANALYSES.values()]
    frames.append(analyses.kaplan_meier(study, endpoint))
    frames.append(analyses.survival_curves(study, endpoint))
    frames.append(analyses.hazard_ratio_curves(study, endpoint))
    return Lookup(analyses.joined(frames), study)


def table_of(lookup: Lookup, analysis: str, *statistics: str) -> pd.DataFrame:
    """Return an analysis of the first comparison as printed, a row per method, period or time.

    Parameters
    ----------
    lookup : Lookup
    analysis : str
        One of `ANALYSES`.
    *statistics : str
        The columns; all that there are where none is named.

    Returns
    -------
    pandas.DataFrame
        Of text. What is withheld is empty.
    """
    study = lookup.trial
    rows = lookup.results
    of = {"analysis": analysis, "arm": study.comparisons[0].name, "subgroup": ""}
    for column, value in of.items():
        rows = rows[rows[column] == value]
    # rows of one model's covariates, and of all terms together, are no comparison of arms
    rows = rows[~rows["method"].str.startswith("adjusted") & (rows["level"] != "GLOBAL")]
    if statistics:
        rows = rows[rows["statistic"].isin(statistics)]
    named = rows.assign(
        which=[_which(study, row) for row in rows.to_dict("records")],
        statistic=rows["statistic"].map(lambda name: SAID.get(name, name)),
    )
    order = list(dict.fromkeys(named["statistic"]))
    wide = named.pivot_table("shown", "which", "statistic", aggfunc="first", sort=False)
    return wide.reindex(columns=order).fillna("").rename_axis(index=None, columns=None)


def _which(study: "Trial", row: Mapping[Any, Any]) -> str:
    """Return what tells a row of a table from the others: its time, its period, its method."""
    if pd.notna(row["time"]):
        at = shown_time(study, row["time"])
        return f"{row['method']}, {at}" if row["method"] else at
    if row["level"]:
        start, end = period_of(row["level"])
        first = shown_time(study, start).removesuffix(f" {study.time.show}")
        last = f"to {shown_time(study, end)}" if end < float("inf") else study.time.show
        return f"{first} {last}" if end < float("inf") else f"from {first} {last}"
    return row["method"] or "plain"
