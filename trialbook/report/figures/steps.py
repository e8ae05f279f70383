"""What figures of curves over time share: the rows of one arm's curve as its steps."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from trialbook.analyses.effects import enough_at_risk
from trialbook.report.plots.steps import NOT_SHOWN, Steps

if TYPE_CHECKING:
    from trialbook.safe.lookup import Lookup

COARSE_NOTE = "Steps at regular times that hold enough events, and no others, are shown."
WHY_NOT_SHOWN = f"{NOT_SHOWN}: withheld, since few patients stand behind it."


def are_few(now: float, start: float) -> bool:
    """Return whether so few are still at risk that no headline speaks of them.

    NaN, which is withheld, is not few: the gate has seen to it that there are enough.
    """
    return not (np.isnan(now) or enough_at_risk(now, start))


def drawn_steps(
    lookup: "Lookup",
    curve: pd.DataFrame,
    position: int,
    statistic: str,
    ticks: Sequence[float],
    *,
    events: bool = False,
) -> Steps | None:
    """Return one arm's curve as it is drawn; None where nothing of it may be."""
    if statistic not in curve:
        return None
    drawn = curve[curve[statistic].notna()]
    # Of a curve of which no more may be known than its beginning, nothing is drawn.
    if drawn.empty or (curve.attrs["coarse"] and len(drawn) == 1):
        return None
    percents = [
        100 * drawn.get(name, pd.Series(np.nan, drawn.index)).to_numpy(float)
        for name in (statistic, "lower", "upper")
    ]
    return Steps(
        position,
        np.asarray(lookup.trial.time.to_show(drawn.index.to_numpy(float))),
        *percents,
        counts=at_risk_texts(curve, ticks, events=events),
    )


def at_risk_texts(curve: pd.DataFrame, ticks: Sequence[float], *, events: bool) -> list[str]:
    """Return the numbers at risk at ticks, with the events so far."""
    known = {round(t, 9): row for t, row in zip(curve.index, curve.to_dict("records"), strict=True)}
    last, end = curve.index[-1], curve.iloc[-1].get("n_events", np.nan)
    events = events and "n_events" in curve
    texts = []
    for t in ticks:
        row = known.get(round(t, 9), {})
        at_risk, so_far = row.get("n_at_risk", np.nan), row.get("n_events", np.nan)
        if t > last and not curve.attrs["coarse"]:
            at_risk, so_far = 0, end
        if np.isnan(at_risk) or (events and np.isnan(so_far)):
            texts.append(NOT_SHOWN)
        else:
            texts.append(f"{at_risk:,.0f} ({so_far:,.0f})" if events else f"{at_risk:,.0f}")
    return texts if any(text != NOT_SHOWN for text in texts) else []
