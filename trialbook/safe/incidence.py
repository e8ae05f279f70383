"""Which cumulative incidences over time are withheld."""

import math
from collections import defaultdict
from typing import TYPE_CHECKING

import pandas as pd

from trialbook.analyses.curves import regular_times
from trialbook.analyses.time_to_event import time_ticks
from trialbook.safe.anchors import ALL, shown_populations
from trialbook.safe.arithmetic import open_times, secret_parts
from trialbook.safe.decisions import Decisions

if TYPE_CHECKING:
    from trialbook.trial import Trial

# A cumulative incidence times the patients is at least the number of events.
MARGIN = 1.5


def cumulative(results: pd.DataFrame, trial: "Trial", decisions: Decisions) -> None:
    """Decide on cumulative incidences over time, the last time first.

    Patients times incidence stands for the number of events: at least that many had one.
    """
    least = math.ceil(MARGIN * trial.min_cell)
    rows = results[results["statistic"] == "cumulative_incidence"]
    sizes = trial.efficacy_population()["arm"].value_counts()
    actual = trial.safety_population()["arm"].value_counts()
    lines: dict[tuple, dict[float, float]] = defaultdict(dict)
    sure = set()
    columns = ["analysis", "paramcd", "level", "method", "arm", "time", "value"]
    for *of, t, value in rows[columns].itertuples(index=False, name=None):
        n = (sizes if of[0] == "competing_risks" else actual).get(of[4], 0)
        if math.isfinite(value):
            lines[tuple(of)][t] = float(round(n * value))
            if value >= 1:
                sure.add((*of, t))
    shown = {of: _open_course(course, trial, of, least) for of, course in lines.items()}
    secret = _secret_levels(lines, least)
    coarse = "safety" not in shown_populations(trial)
    for *of, t in rows[columns[:-1]].itertuples(index=False, name=None):
        analysis, paramcd, level, method, arm = of
        open_ = tuple(of) in shown and t in shown[tuple(of)] and (*of, t) not in sure
        if open_ and tuple(of[:4]) not in secret:
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
