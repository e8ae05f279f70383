"""Which results of the end points are withheld: events, curves at a time, effects of few events.

An effect says how many events it rests on: the width of its interval does. With few events in an
arm it is therefore withheld, as their number is; so is that of a component beside whose events
the composite's would tell of few patients.
"""

import math
from collections import defaultdict
from typing import TYPE_CHECKING

import pandas as pd

from trialbook.adam.events import is_event
from trialbook.analyses.common import categories
from trialbook.analyses.sensitivity import period_of
from trialbook.analyses.time_to_event import time_ticks
from trialbook.safe.anchors import (
    ALL,
    by_arm,
    is_component,
    patients_and_events,
    shown_end_points,
    shown_populations,
    tied_arms,
)
from trialbook.safe.arithmetic import (
    any_small,
    apart,
    is_small,
    ladder,
    open_times,
    secret_parts,
)
from trialbook.safe.decisions import (
    LINE,
    NO_TIME,
    Decisions,
    Line,
    counts_of,
    families,
    key,
)
from trialbook.safe.times import end_point_times, regular_times
from trialbook.safe.values import FEW_VALUES

if TYPE_CHECKING:
    from trialbook.trial import Trial

EFFECTS = [
    "average_hazard",
    "competing_risks",
    "cox",
    "incidence_rate",
    "landmark",
    "log_rank",
    "multiplicity",
    "noninferiority",
    "period",
    "proportional_hazards",
    "rmst",
    "sensitivity",
    "subgroup",
    "tipping_point",
]
# A cumulative incidence times the patients is at least the number of events.
MARGIN = 1.5


def few_events(trial: "Trial", paramcd: str) -> set[str]:
    """Return the arms of an end point with so few events that nothing of them may be shown."""
    _, events = patients_and_events(trial, paramcd)
    return {arm for arm, n in events.items() if arm != ALL and is_small(n, trial.min_cell)}


def hidden_events(trial: "Trial", paramcd: str) -> set[str]:
    """Return the arms whose number of events may not be shown.

    Few events; few patients without; or few more in an end point of which it is a component.
    """
    least = trial.min_cell
    patients, events = patients_and_events(trial, paramcd)
    few = {
        arm for arm, n in events.items() if is_small(n, least) or is_small(patients[arm] - n, least)
    }
    return few | tied_arms(trial, paramcd)


def time_to_event(results: pd.DataFrame, trial: "Trial", decisions: Decisions) -> None:
    """Decide on Kaplan-Meier estimates, rates and effects of every end point in the results."""
    arms = [arm.code for arm in trial.arms]
    named = {one.paramcd for one in trial.endpoints}
    for paramcd in named & set(results["paramcd"]):
        few, hidden = few_events(trial, paramcd), hidden_events(trial, paramcd)
        telling = few | tied_arms(trial, paramcd)
        for arm in few:
            decisions.cells |= {(name, paramcd, arm) for name in ("kaplan_meier", *EFFECTS)}
        for comparison in trial.comparisons:
            pair = {comparison.treated.code, comparison.control.code}
            if pair & telling:
                decisions.cells |= {(name, paramcd, comparison.name) for name in EFFECTS}
            if pair & hidden:
                decisions.cells.add(("incidence_rate", paramcd, comparison.name))
        for arm in hidden:
            decisions.cells.add(("incidence_rate", paramcd, arm))
            line = key(Line("kaplan_meier", paramcd), method=True)
            names = ["n_events", "n_censored", "percent", "time_at_risk"]
            decisions.rows |= {(line, arm, name) for name in names}
        if paramcd not in shown_end_points(trial):
            decisions.coarse.add(key(Line("kaplan_meier", paramcd)))
        _at_times(results, trial, paramcd, arms, decisions)
    _models(results, trial, decisions)


def _at_times(results, trial, paramcd: str, arms: list[str], decisions: Decisions) -> None:
    """Withhold estimates at times at which an arm's curve may not be known."""
    of = results[(results["paramcd"] == paramcd) & (results["time"] != NO_TIME)]
    landmarks = tuple(sorted(set(of.loc[of["analysis"] == "landmark", "time"])))
    curves = {arm: set(end_point_times(trial, paramcd, arm, landmarks)) for arm in arms}
    at_risk = {
        arm: set(end_point_times(trial, paramcd, arm, landmarks, censored=True)) for arm in arms
    }
    number = paramcd in shown_end_points(trial)
    analyses = ["kaplan_meier", "landmark"]
    rows = of[of["analysis"].isin(analyses)]
    pairs = {one.name: (one.treated.code, one.control.code) for one in trial.comparisons}
    for *line, arm, statistic in rows[[*LINE, "arm", "statistic"]].itertuples(index=False):
        t = line[4]
        if statistic == "n_at_risk":
            shown = number and t in at_risk.get(arm, ())
        else:
            shown = all(t in curves.get(one, ()) for one in pairs.get(arm, (arm,)))
        if not shown:
            decisions.rows.add((tuple(line), arm, statistic))


def _models(results, trial: "Trial", decisions: Decisions) -> None:
    """Withhold how many patients and events a model was of where others tell the difference."""
    names = ["cox", "period", "sensitivity"]
    of = results[results["analysis"].isin(names)]
    sizes: dict[tuple, list] = defaultdict(list)
    for line, counts in counts_of(of, "n").items():
        for arm, n in counts.items():
            sizes[line.paramcd, arm].append((line, n))
    pairs = {one.name: (one.treated.code, one.control.code) for one in trial.comparisons}
    for (paramcd, arm), lines in sizes.items():
        everyone = []
        if arm in pairs and paramcd in shown_end_points(trial):
            patients, _ = patients_and_events(trial, paramcd)
            everyone = [{"n": sum(patients[one] for one in pairs[arm])}]
        known = ladder(((line, {"n": n}) for line, n in lines), trial.min_cell, everyone)
        if not everyone:
            known = {}
        for line, _ in lines:
            if line not in known:
                decisions.rows.add((key(line, method=True), arm, "n"))
    of_terms = results[(results["analysis"] == "cox") & (results["level"] != "")]
    for (paramcd, arm), terms in of_terms.groupby(["paramcd", "arm"], sort=False):
        names = dict.fromkeys(level.partition("=")[0] for level in terms["level"])
        few = {name: _few_behind(trial, paramcd, pairs[arm], name) for name in names}
        for *line, level, statistic in terms[[*LINE, "level", "statistic"]].itertuples(index=False):
            name, _, category = level.partition("=")
            if few[name] is not None and (not category or few[name] & {category, ""}):
                decisions.rows.add((tuple(line), arm, statistic))
    for line, counts in counts_of(of, "n_events").items():
        for arm in counts:
            decisions.rows.add((key(line, method=True), arm, "n_events"))
            if line.analysis == "period":
                names = _of_period(trial, line, pairs[arm])
                decisions.rows |= {(key(line, method=True), arm, name) for name in names}


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


def subgroup(results: pd.DataFrame, trial: "Trial", decisions: Decisions) -> None:
    """Decide on subgroups: patients, patients with and without the event, within each arm."""
    least = trial.min_cell
    patients, events = counts_of(results, "n"), counts_of(results, "n_events")
    groups: dict[tuple, list[Line]] = defaultdict(list)
    for line in patients:
        groups[line.paramcd, line.subgroup.partition("=")[0], line.method].append(line)
    for (paramcd, _, _), lines in groups.items():
        if is_component(trial, paramcd) or hidden_events(trial, paramcd):
            # Their sum would tell the end point's events.
            decisions.lines |= {key(line) for line in lines}
            continue
        n, with_event = patients_and_events(trial, paramcd)
        hidden = set()
        without = {arm: n[arm] - with_event[arm] for arm in n}
        event_free = {
            line: {arm: count - events[line].get(arm, 0) for arm, count in patients[line].items()}
            for line in lines
        }
        for parts, whole in (
            ({line: patients[line] for line in lines}, n),
            ({line: events[line] for line in lines}, with_event),
            (event_free, without),
        ):
            columns = {arm: whole[arm] for arm in whole if arm != ALL}
            hidden |= secret_parts(parts, columns, least)
        decisions.lines |= {key(line) for line in hidden}
        if paramcd not in shown_end_points(trial):
            decisions.coarse |= {key(line) for line in lines}


def composite(results: pd.DataFrame, trial: "Trial", decisions: Decisions) -> None:
    """Decide on which component came first, and on which came at all."""
    least = trial.min_cell
    for (_, paramcd, _, _, method), parts in families(counts_of(results, "n")).items():
        _, events = patients_and_events(trial, paramcd)
        columns = {arm: n for arm, n in events.items() if arm != ALL}
        hidden = set(parts)
        first = {line.level: counts for line, counts in parts.items()}
        if (
            method == "first"
            and not hidden_events(trial, paramcd)
            and not any(_later_few(trial, code, counts) for code, counts in first.items())
        ):
            hidden = secret_parts(parts, columns, least)
        decisions.lines |= {key(line, method=True) for line in hidden}
        if paramcd not in shown_end_points(trial):
            decisions.coarse |= {key(line) for line in parts}


def _later_few(trial: "Trial", paramcd: str, first: dict[str, float]) -> bool:
    """Return whether few patients of an arm had a component later than another one.

    Of all who had it, a number shown, those in whom it came first would tell how many.
    """
    if paramcd not in {one.paramcd for one in trial.endpoints}:
        return False
    events, hidden = patients_and_events(trial, paramcd)[1], hidden_events(trial, paramcd)
    return any(
        is_small(events[arm] - n, trial.min_cell)
        for arm, n in first.items()
        if arm in events and arm != ALL and arm not in hidden
    )


def evidence(results: pd.DataFrame, trial: "Trial", decisions: Decisions) -> None:
    """Decide on this trial's line among others': events of patients, the ratio, the average."""
    patients, named = counts_of(results, "n"), {one.paramcd for one in trial.endpoints}
    for line, events in counts_of(results, "n_events").items():
        if line.level != trial.id:
            continue
        n = patients.get(line, {})
        hidden = line.paramcd in named and hidden_events(trial, line.paramcd)
        if hidden or any_small(events, trial.min_cell) or not apart(events, n, trial.min_cell):
            pooled = Line("evidence", line.paramcd, level="pooled")
            decisions.lines |= {key(line), key(pooled)}


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


def design(_results: pd.DataFrame, trial: "Trial", decisions: Decisions) -> None:
    """Withhold the events observed, and the power with them, where an arm's are withheld."""
    if hidden_events(trial, trial.primary.paramcd):
        decisions.lines.add(key(Line("design", "", level="observed")))


def cumulative(results: pd.DataFrame, trial: "Trial", decisions: Decisions) -> None:
    """Decide on cumulative incidences over time, the last time first.

    Patients times incidence stands for the number of events: at least that many had one.
    """
    least = math.ceil(MARGIN * trial.min_cell)
    rows = results[results["statistic"] == "cumulative_incidence"]
    sizes = trial.efficacy_population()["arm"].value_counts()
    actual = trial.safety_population()["arm"].value_counts()
    lines: dict[tuple, dict[float, float]] = defaultdict(dict)
    columns = ["analysis", "paramcd", "level", "method", "arm", "time", "value"]
    for *of, t, value in rows[columns].itertuples(index=False, name=None):
        n = (sizes if of[0] == "competing_risks" else actual).get(of[4], 0)
        if math.isfinite(value):
            lines[tuple(of)][t] = float(round(n * value))
    shown = {of: _open_course(course, trial, of, least) for of, course in lines.items()}
    secret = _secret_levels(lines, least)
    coarse = "safety" not in shown_populations(trial)
    for *of, t in rows[columns[:-1]].itertuples(index=False, name=None):
        analysis, paramcd, level, method, arm = of
        if tuple(of) in shown and t in shown[tuple(of)] and tuple(of[:4]) not in secret:
            if coarse and analysis != "competing_risks":
                decisions.coarse.add((analysis, paramcd, "", level, t, method))
            continue
        line = (analysis, paramcd, "", level, t, method)
        # A difference would tell of the one arm where the other is known.
        pairs = [one for one in trial.comparisons if arm in (one.treated.code, one.control.code)]
        names = ["cumulative_incidence", "risk_difference", "std_error", "lower", "upper"]
        for of_arm in (arm, *(one.name for one in pairs)):
            decisions.rows |= {(line, of_arm, name) for name in names}


def _open_course(course: dict[float, float], trial: "Trial", of: tuple, least: int) -> set[float]:
    """Return the times at which a cumulative incidence may be known.

    The table's times come first, the last of them foremost, so that what a curve shows at others
    changes nothing of them; of the others none but regular times, which are no patient's.
    """
    analysis, paramcd = of[:2]
    endpoint = paramcd if analysis == "competing_risks" else None
    ticks = time_ticks(trial, endpoint)
    table = sorted({*ticks, *(trial.landmarks if endpoint else ())} & set(course))
    if not table:
        return set()
    regular = sorted(set(regular_times(ticks, max(course))) & set(course))

    def counted(t: float) -> dict[str, float]:
        return {"events": course[table[-1] if math.isinf(t) else t]}

    return set(open_times([table[-1], *table, *regular], counted, least))


def _secret_levels(lines: dict, least: int) -> set[tuple]:
    """Return the causes (reasons) whose share at the end another's, or the sum, would tell."""
    ends: dict[tuple, dict[tuple, dict[str, float]]] = defaultdict(lambda: defaultdict(dict))
    for (analysis, paramcd, level, method, arm), course in lines.items():
        ends[analysis, paramcd, method][level][arm] = course[max(course)]
    secret = set()
    for (analysis, paramcd, method), levels in ends.items():
        whole = levels.get(ALL)
        parts = {level: counts for level, counts in levels.items() if level != ALL}
        if whole is None or not parts:
            continue
        hidden = secret_parts(parts, whole, least)
        secret |= {(analysis, paramcd, level, method) for level in hidden}
    return secret
