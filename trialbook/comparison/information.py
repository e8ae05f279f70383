"""How much a cut knows: events, of how many planned, and whether it is an interim."""

import pandas as pd

from trialbook.comparison.cuts import Cut
from trialbook.printed import p_value, rounded, with_sign


def information(old: Cut, new: Cut) -> pd.DataFrame:
    """Return events at both cuts, and the information fraction.

    Returns
    -------
    pandas.DataFrame
        ``paramcd``, ``arm``, ``statistic``, old, new, shift with their printed forms:
        ``n_events`` of every end point both have; of the primary one ``planned_events`` where a
        design says how many, and ``information_fraction``: events over those planned, else the
        old cut's events over the new one's.
    """
    records = []
    for code in (code for code in new.facts.endpoints if code in old.facts.endpoints):
        before, after = (_events(cut, code) for cut in (old, new))
        records.append((code, "all", "n_events", before, after, after - before))
        if code != new.facts.primary:
            continue
        planned, pair = new.facts.planned_events or old.facts.planned_events, "all"
        if planned and new.facts.comparisons and len(new.facts.arms) > 2:
            # the plan is of the first comparison
            pair = new.facts.comparisons[0]
            before, after = (_events(cut, code, pair.split(" vs ")) for cut in (old, new))
        if planned:
            records.append((code, pair, "planned_events", planned, planned, 0.0))
        of = planned or after
        fractions = [n / of if of else float("nan") for n in (before, after)]
        records.append(
            (code, pair, "information_fraction", *fractions, fractions[1] - fractions[0])
        )
    columns = ["paramcd", "arm", "statistic", "old", "new", "shift"]
    frame = pd.DataFrame(records, columns=columns)
    for side in ("old", "new", "shift"):
        frame[f"{side}_printed"] = [
            _printed(statistic, value, sign="+" if side == "shift" else "")
            for statistic, value in zip(frame["statistic"], frame[side], strict=True)
        ]
    return frame.assign(analysis="information")


def _events(cut: Cut, paramcd: str, arms: list[str] | None = None) -> float:
    """Return an end point's events; NaN where a build withholds an arm's.

    Of a trial's folder they are counted: that a cut is an interim must be said in any case.
    """
    if cut.trial is not None:
        data = cut.trial.time_to_event(paramcd)
        of = data["arm"].isin(arms or list(cut.facts.arms))
        return float(data.loc[of.to_numpy(), "event"].sum())
    found = cut.results
    found = found[
        (found["analysis"] == "kaplan_meier")
        & (found["paramcd"] == paramcd)
        & (found["statistic"] == "n_events")
    ]
    if arms is not None:
        found = found[found["arm"].isin(arms)]
    return float(found["value"].sum(skipna=False)) if len(found) else float("nan")


def _printed(statistic: str, value: float, sign: str) -> str:
    if value != value or (sign and not value):
        return ""
    if statistic == "information_fraction":
        text = rounded(100 * value, 0)
        return f"{sign if value > 0 else ''}{text}%"
    return f"{value:{sign},.0f}"


def is_interim(frame: pd.DataFrame, side: str, *, final: bool = False) -> bool:
    """Return whether a cut is an interim: events are still to come, as far as one can know.

    They are where the later cut has more of them, or where the design plans more. Two analyses
    of the same events tell nothing of it, and are called none.
    """
    fraction = frame[frame["statistic"] == "information_fraction"]
    if fraction.empty or final:
        return False
    before, after = fraction[["old", "new"]].iloc[0]
    if side == "old":
        # Where a build withholds them, the earlier cut is taken for what it mostly is.
        return bool(before < after or before != before or after != after)
    return bool(before != after and after < 1)


def status(cut: Cut, *, interim: bool, boundary: float | None) -> str:
    """Return how a cut's P values may be read; empty where it is no interim.

    Parameters
    ----------
    cut : Cut
    interim : bool
        See `is_interim`.
    boundary : float or None
        Two-sided P value of the boundary for the primary end point.
    """
    if not interim:
        return ""
    if not cut.facts.comparisons:
        return "interim"
    if boundary is None:
        return "interim, unadjusted"
    told = []
    for name in cut.facts.comparisons:
        found = cut.results
        found = found[
            (found["analysis"] == "log_rank")
            & (found["paramcd"] == cut.facts.primary)
            & (found["arm"] == name)
            & (found["method"] == "")
            & (found["statistic"] == "p_value")
        ]
        if len(found) and found["value"].notna().all():
            crossed = found["value"].iloc[0] < boundary
            of = f" ({name})" if len(cut.facts.comparisons) > 1 else ""
            told.append(f"{with_sign(p_value(found['value'].iloc[0]))} is "
                        f"{'below' if crossed else 'not below'} it{of}")  # fmt: skip
    result = f", {'; '.join(told)}" if told else ""
    primary = f"boundary of the primary end point P<{boundary:g}{result}"
    return f"interim, {primary}; other end points unadjusted"
