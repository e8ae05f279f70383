"""The order in which analyses give their rows, for results that a file has in another one."""

from collections.abc import Iterable, Sequence

import pandas as pd

from trialbook.trial import Trial

# Methods of one analysis, in its order; those that trial.yml names come between.
_MODELS = ("efron", "breslow", "exact", "stratified")
_OTHERS = (
    "km", "rank", "identity", "log",
    "holm", "hochberg", "bonferroni", "fixed_sequence", "graph",
    "per_protocol", "horizon", "withdrawal_event", "midpoint", "last_visit", "centre", "firth",
)  # fmt: skip
_LEADING_NUMBER = r"^\(?(\d+(?:\.\d+)?)"


def in_order(rows: pd.DataFrame, trial: Trial) -> pd.DataFrame:
    """Return rows in the order in which analyses give them: a file may be sorted by names.

    Parameters
    ----------
    rows : pandas.DataFrame
        Of one analysis.
    trial : Trial
        Variables, categories, events and models stand as in its trial.yml; other categories by
        size or alphabet, severities by rank, centres by their patients.
    """
    config = trial.config
    described = (*config.baseline, *config.exposure, *config.responses)
    variables = [one.variable for one in described] + [one.paramcd for one in config.laboratory]
    models = [config.analysis.ties, *_MODELS, *_covariates(trial)]
    by, of = (rows["subgroup"].str.split("=", n=1).str[i].fillna("").astype(str) for i in (0, 1))
    keys = pd.DataFrame(
        {
            "variable": _rank(rows["paramcd"], variables),
            "known": _rank(zip(rows["paramcd"], rows["level"], strict=True), _levels(trial)),
            "patients": -_patients(rows),
            "term": _terms(rows, trial),
            "subgroup": _rank(by, config.subgroups),
            "category": _rank(zip(by, of, strict=True), _levels(trial)),
            "number": _number(rows["level"]),
            "of": _number(of),
            "level": rows["level"],
            "part": of,
            "method": _rank(rows["method"].str.split("@").str[0], [*models, *_OTHERS]),
        }
    ).reset_index(drop=True)
    order = keys.sort_values(list(keys), kind="stable").index
    return rows.iloc[order].reset_index(drop=True)


def _levels(trial: Trial) -> list[tuple[str, str]]:
    """Return variable, or end point, and level, as far as their order is laid down."""
    # The analyses there bear the decorator that asks for this order.
    from trialbook.analyses.adverse_event_course import ORDERS

    config = trial.config
    described = (*config.baseline, *config.exposure, *config.responses)
    levels = [(one.variable, level) for one in described for level in ("", *one.levels)]
    for endpoint in trial.endpoints:
        events = endpoint.estimand.intercurrent if endpoint.estimand else ()
        levels += [(endpoint.paramcd, one.event) for one in events]
    for variable, order in ORDERS.items():
        levels += [("any", f"{variable}={level}") for level in order]
    return levels


def _covariates(trial: Trial) -> dict[str, Sequence[str]]:
    """Return the methods of the adjusted models, each with its covariates."""
    models = trial.config.models.items()
    return {
        f"adjusted:{name}{cases}": model.covariates
        for name, model in models
        for cases in ("", ":complete")
    }


def _terms(rows: pd.DataFrame, trial: Trial) -> list[int]:
    """Return the place of each term of an adjusted model among its covariates."""
    covariates = _covariates(trial)
    methods = rows["method"].str.split("@").str[0]
    return [
        _rank([level.partition("=")[0]], covariates.get(method, ()))[0]
        for method, level in zip(methods, rows["level"], strict=True)
    ]


def _number(texts: pd.Series) -> pd.Series:
    """Return the number with which a text begins, NaN without one."""
    return texts.str.extract(_LEADING_NUMBER, expand=False).astype(float)


def _patients(rows: pd.DataFrame) -> pd.Series:
    """Return how many patients a centre has, of which the largest comes first; else 0."""
    of = rows["analysis"].eq("centre") & rows["arm"].eq("all") & rows["statistic"].eq("n")
    sizes = rows[of].drop_duplicates("level").set_index("level")["value"].to_dict()
    sizes["OTHER CENTRES"] = 0.0
    return rows["level"].map(sizes).fillna(0.0).where(rows["analysis"].eq("centre"), 0.0)


def _rank(values: Iterable, order: Sequence) -> list[int]:
    rank = {name: i for i, name in reversed(list(enumerate(order)))}
    return [rank.get(value, len(order)) for value in values]
