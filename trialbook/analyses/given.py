"""Results made elsewhere, in the place of those that an analysis computes from patients.

`of_results` is the one seam: an analysis that bears it is asked in the same way of every trial.
Of a trial with patients it computes; of one that has results alone it gives those of its rows
that were given, and remarks where there are none.
"""

import inspect
from collections.abc import Callable
from functools import wraps

import pandas as pd

from trialbook.analyses.common import endpoint_of
from trialbook.analyses.order import in_order
from trialbook.config import Endpoint
from trialbook.results import CURVE, IN_WORDS, method_at
from trialbook.trial import Trial

Analysis = Callable[..., pd.DataFrame]
Rows = Callable[[pd.DataFrame], pd.Series]


def is_severity(rows: pd.DataFrame) -> pd.Series:
    """Return which rows count adverse events by severity or relation."""
    return rows["level"].str.match("AESEV=|AEREL=")


def is_over_time(rows: pd.DataFrame) -> pd.Series:
    """Return which rows are of a point in time."""
    return rows["time"].notna()


def is_count(rows: pd.DataFrame) -> pd.Series:
    """Return which rows are neither by severity nor of a point in time."""
    return ~is_severity(rows) & ~is_over_time(rows)


def of_results(
    analysis: str, where: Rows | None = None, *, level: str = "", called: str = ""
) -> Callable[[Analysis], Analysis]:
    """Return a decorator: of a trial without patients, take the rows from the results given.

    Parameters
    ----------
    analysis : str
        Whose rows; of an end point alone where the function takes one.
    where : callable, optional
        Which of them, given them all.
    level : str
        Of a curve, the analysis that it draws.
    called : str
        What its results are, in the words of `IN_WORDS`, where that tells of all of the analysis.
    """

    def decorate(function: Analysis) -> Analysis:
        signature = inspect.signature(function)

        @wraps(function)
        def analysed(trial: Trial, *args, **options) -> pd.DataFrame:
            if trial.given is None:
                return function(trial, *args, **options)
            asked = signature.bind(trial, *args, **options)
            asked.apply_defaults()
            rows = trial.given.rows
            found = rows[(rows["analysis"] == analysis) & (not level or rows["level"] == level)]
            endpoint = None
            if "endpoint" in asked.arguments:
                endpoint = endpoint_of(trial, asked.arguments["endpoint"])
                found = found[found["paramcd"] == endpoint.paramcd]
            if where is not None:
                found = found[where(found)]
            found = in_order(_at(found, asked.arguments.get("conf_level", 0.95)), trial)
            lacks = found.empty and analysis != CURVE and _is_asked(analysis, trial)
            found.attrs["remarks"] = (
                (_not_given(called or IN_WORDS[analysis], endpoint),) if lacks else ()
            )
            return found

        return analysed

    return decorate


def _not_given(words: str, endpoint: Endpoint | None) -> str:
    what, verb = words.rsplit(" ", 1)
    of = f" for {endpoint.label}" if endpoint else ""
    return f"{what}{of} {verb} not given."


def _is_asked(analysis: str, trial: Trial) -> bool:
    """Return whether trial.yml asks for an analysis: of one that it does not nothing lacks."""
    config = trial.config
    asked = {
        "noninferiority": config.objective == "noninferiority",
        "strata": config.strata,
        "multiplicity": config.multiplicity,
        "response": config.responses,
        "composite": trial.primary.components,
        "subgroup": config.subgroups,
    }
    return bool(asked.get(analysis, True))


# Whatever has a level of confidence.
_LIMITS = ("lower", "upper", "hr_lower", "hr_upper")
_OF_ONE = ["analysis", "paramcd", "arm", "subgroup", "level", "time", "method"]


def _at(rows: pd.DataFrame, conf_level: float) -> pd.DataFrame:
    """Return rows without limits of another level of confidence than is asked for."""
    suffix = method_at("", conf_level)
    own = rows["method"].str.extract("(@.*)$", expand=False).fillna("")
    if not suffix:
        return rows[own == ""]
    limited = rows[own.eq("") & rows["statistic"].isin(_LIMITS)]
    keys = [pd.MultiIndex.from_frame(of[_OF_ONE].fillna({"time": -1.0})) for of in (rows, limited)]
    return rows[(own == suffix) | (own.eq("") & ~keys[0].isin(keys[1]))]
