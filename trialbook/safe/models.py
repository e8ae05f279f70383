"""Which effects are withheld since few events, or few patients, stand behind them.

An effect says how many events it rests on: the width of its interval does. With few events in an
arm it is therefore withheld, as their number is.
"""

from collections import defaultdict
from typing import TYPE_CHECKING

import pandas as pd

from trialbook.adam.events import is_event
from trialbook.analyses.common import categories
from trialbook.analyses.competing_risks import event_names
from trialbook.analyses.sensitivity import period_of, variants_of
from trialbook.safe.anchors import by_arm, patients_and_events, shown_end_points
from trialbook.safe.arithmetic import is_small, ladder
from trialbook.safe.decisions import LINE, Decisions, Line, counts_of, key
from trialbook.safe.values import FEW_VALUES

if TYPE_CHECKING:
    from trialbook.trial import Trial

OF_MODELS = ["cox", "period", "sensitivity"]


def models(results: pd.DataFrame, trial: "Trial", decisions: Decisions) -> None:
    """Decide on the models of all end points in the results."""
    pairs = {one.name: (one.treated.code, one.control.code) for one in trial.comparisons}
    _sizes(results, trial, pairs, decisions)
    _terms(results, trial, pairs, decisions)
    _periods(results, trial, pairs, decisions)
    _causes(results, trial, pairs, decisions)
    _other_conventions(results, trial, pairs, decisions)


def _sizes(results, trial: "Trial", pairs: dict, decisions: Decisions) -> None:
    """Withhold of how many patients a model was, where others tell the difference."""
    of = results[results["analysis"].isin(OF_MODELS)]
    sizes: dict[tuple, list] = defaultdict(list)
    for line, counts in counts_of(of, "n").items():
        for arm, n in counts.items():
            sizes[line.paramcd, arm].append((line, n))
    for (paramcd, arm), lines in sizes.items():
        known: dict = {}
        if arm in pairs and paramcd in shown_end_points(trial):
            patients, _ = patients_and_events(trial, paramcd)
            everyone = [{"n": sum(patients[one] for one in pairs[arm])}]
            known = ladder(((line, {"n": n}) for line, n in lines), trial.min_cell, everyone)
        for line, _ in lines:
            if line not in known:
                decisions.rows.add((key(line, method=True), arm, "n"))


def _terms(results, trial: "Trial", pairs: dict, decisions: Decisions) -> None:
    """Withhold the hazard ratios of covariates of which few patients have a category."""
    of_terms = results[(results["analysis"] == "cox") & (results["level"] != "")]
    for (paramcd, arm), terms in of_terms.groupby(["paramcd", "arm"], sort=False):
        names = dict.fromkeys(level.partition("=")[0] for level in terms["level"])
        few = {name: _few_behind(trial, paramcd, pairs[arm], name) for name in names}
        for *line, level, statistic in terms[[*LINE, "level", "statistic"]].itertuples(index=False):
            name, _, category = level.partition("=")
            if few[name] is not None and (not category or few[name] & {category, ""}):
                decisions.rows.add((tuple(line), arm, statistic))


def _periods(results, trial: "Trial", pairs: dict, decisions: Decisions) -> None:
    """Withhold the events of models, and the hazard ratios between two times of few events."""
    of = results[results["analysis"].isin(OF_MODELS)]
    for line, counts in counts_of(of, "n_events").items():
        for arm in counts:
            decisions.rows.add((key(line, method=True), arm, "n_events"))
            if line.analysis == "period":
                names = _of_period(trial, line, pairs[arm])
                decisions.rows |= {(key(line, method=True), arm, name) for name in names}


def _causes(results, trial: "Trial", pairs: dict, decisions: Decisions) -> None:
    """Withhold the effects on competing events of which an arm has few.

    Their intervals tell them as that of the end point itself does.
    """
    of = results[(results["analysis"] == "competing_risks") & results["arm"].isin(pairs)]
    for paramcd in of["paramcd"].unique():
        data = trial.competing_risks(paramcd)
        names = event_names(trial.endpoint(paramcd))
        for cause, level in enumerate(names, start=1):
            events = by_arm(trial, data[(data["cause"] == cause).to_numpy()])
            few = {
                name
                for name, arms in pairs.items()
                if any(is_small(events[arm], trial.min_cell) for arm in arms)
            }
            rows = of[(of["paramcd"] == paramcd) & (of["level"] == level) & of["arm"].isin(few)]
            for *line, arm, statistic in rows[[*LINE, "arm", "statistic"]].itertuples(index=False):
                decisions.rows.add((tuple(line), arm, statistic))


def _other_conventions(results, trial: "Trial", pairs: dict, decisions: Decisions) -> None:
    """Withhold effects under conventions by which few patients of an arm have the event.

    An arm where nobody had it, and one patient left: where leaving counts as the event, the
    interval tells of the one.
    """
    of = results[results["analysis"] == "sensitivity"]
    for paramcd in of["paramcd"].unique():
        data, favourable = trial.time_to_event(paramcd), trial.endpoint(paramcd).favourable
        variants, _ = variants_of(trial, data, favourable=favourable)
        events = {
            method: by_arm(trial, variant[variant["event"].to_numpy(bool)])
            for method, variant in variants.items()
        }
        rows = of[of["paramcd"] == paramcd]
        for *line, arm, statistic in rows[[*LINE, "arm", "statistic"]].itertuples(index=False):
            counts = events.get(line[5].partition("@")[0], {})
            if any(is_small(counts.get(one, 0), trial.min_cell) for one in pairs.get(arm, ())):
                decisions.rows.add((tuple(line), arm, statistic))


def _few_behind(trial: "Trial", paramcd: str, arms: tuple, name: str) -> set[str] | None:
    """Return the categories of a covariate with few patients, few events, or few without.

    The interval of a category's hazard ratio tells its events as that of treatment does; so does
    that of a number which has a few values only.

    Returns
    -------
    set of str or None
        ``""`` stands for the category that all others are compared with; None for none at all.
    """
    data = trial.time_to_event(paramcd)
    data = data[data["arm"].isin(arms).to_numpy() & data[name].notna().to_numpy()]
    values, event = data[name], data["event"].to_numpy(bool)
    numbers = pd.api.types.is_numeric_dtype(values)
    if numbers and values.nunique() > FEW_VALUES:
        return None
    text, levels = categories(values)
    few = set()
    for level in levels:
        n, events = int((text == level).sum()), int(event[(text == level).to_numpy()].sum())
        if any(is_small(count, trial.min_cell) for count in (n, events, n - events)):
            few.add("" if level == levels[0] else level)
    return few or None


def _of_period(trial: "Trial", line: Line, arms: tuple[str, ...]) -> list[str]:
    """Return which results of a hazard ratio between two times are withheld.

    The interval tells an arm's events where the other's are known. How many are at risk after
    the start is no more than `end_point_times` may show, which counts those at risk at a time.
    """
    start, end = period_of(line.level)
    data = trial.time_to_event(line.paramcd)
    inside = data[((data["AVAL"] > start) & (data["AVAL"] <= end)).to_numpy()]
    events = by_arm(trial, inside[inside["event"].to_numpy(bool)])
    few = any(is_small(events[arm], trial.min_cell) for arm in arms)
    names = ["hr", "hr_lower", "hr_upper"] if few else []
    return [*names, "n"] if start else names


def recurrent(_results: pd.DataFrame, trial: "Trial", decisions: Decisions) -> None:
    """Withhold the ratio of the rates of events of which an arm has few, or in few patients."""
    population = trial.efficacy_population()[["USUBJID", "arm"]]
    events = trial.adtter[is_event(trial.adtter["CNSR"])]
    events = events.drop(columns="arm", errors="ignore").merge(population, on="USUBJID")
    for paramcd, of in events.groupby("PARAMCD", observed=True):
        patients, all_of_them = by_arm(trial, of.drop_duplicates("USUBJID")), by_arm(trial, of)
        for comparison in trial.comparisons:
            pair = (comparison.treated.code, comparison.control.code)
            counts = [sizes[arm] for sizes in (patients, all_of_them) for arm in pair]
            if any(is_small(n, trial.min_cell) for n in counts):
                decisions.cells.add(("recurrent", str(paramcd), comparison.name))
