"""Which results of the end points are withheld: events, curves at a time, effects of few events.

With few events in an arm nothing of it is shown; nor of a component beside whose events the
composite's would tell of few patients.
"""

from typing import TYPE_CHECKING

import pandas as pd

from trialbook.safe.anchors import ALL, patients_and_events, shown_end_points, tied_arms
from trialbook.safe.arithmetic import is_small
from trialbook.safe.decisions import LINE, NO_TIME, Decisions, Line, key
from trialbook.safe.times import end_point_times

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
    "strata",
    "subgroup",
    "tipping_point",
]


def few_events(trial: "Trial", paramcd: str) -> set[str]:
    """Return the arms with so few events, or patients, that nothing of them may be shown."""
    patients, events = patients_and_events(trial, paramcd)
    return {
        arm
        for arm, n in events.items()
        if arm != ALL and (is_small(n, trial.min_cell) or is_small(patients[arm], trial.min_cell))
    }


def hidden_events(trial: "Trial", paramcd: str) -> set[str]:
    """Return the arms whose number of events may not be shown.

    Few events; few patients without, or none; or few more in an end point of which it is a
    component.
    """
    least = trial.min_cell
    patients, events = patients_and_events(trial, paramcd)
    few = {
        arm
        for arm, n in events.items()
        if is_small(n, least) or is_small(patients[arm] - n, least) or n == patients[arm] > 0
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
            # The events and the time at risk stand in the rate's rows as well.
            for analysis in ("kaplan_meier", "incidence_rate"):
                decisions.coarse.add(key(Line(analysis, paramcd)))
        _at_times(results, trial, paramcd, arms, decisions)


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
