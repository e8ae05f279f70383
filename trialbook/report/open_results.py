"""What a paper leaves open: the range of each unprinted result over data that all print it."""

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from trialbook.escape import shortened
from trialbook.kinds import P_VALUE, PROPORTION, RATIO, kind_of
from trialbook.printed import printed_results
from trialbook.report.filtered import filtered_table
from trialbook.report.labels import covariate_label
from trialbook.report.output import Drawing, Table, Text
from trialbook.report.plots.layout import CONTINUED, GIVING_WAY, panel, sheet, write
from trialbook.report.sentences import at_start, in_text
from trialbook.report.style import INK, MUTED, PHONE, drawn_anew
from trialbook.survival.proportional_hazards import GLOBAL

if TYPE_CHECKING:
    from trialbook.trial import Trial

ROW = 0.22
LEFT, RIGHT = 3.4, 1.25
LETTERS = 52  # of a label in the figure: what fits left of the bars
TICKS = (0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5)
FEW_TICKS = (0.1, 0.2, 0.5, 1, 2, 5)  # for a wide scale
_WORDS = {
    "rmst": "mean time event-free",
    "landmark": "survival difference",
    "kaplan_meier": "event-free",
    "follow_up": "median follow-up",
    "log_rank": "log-rank test",
    "cox": "hazard ratio",
    "incidence_rate": "events per 100 patient-years",
    "subgroup": "hazard ratio",
    "multiplicity": "adjusted P value",
}
_METHODS = {
    "stratified": "stratified",
    "gray": "Gray's test",
    "fine_gray": "Fine-Gray",
    "cause_specific": "cause-specific",
    "ratio": "ratio",
    "km": "Kaplan-Meier time",
    "rank": "rank of time",
    "identity": "time",
    "log": "log time",
    "holm": "Holm",
    "hochberg": "Hochberg",
}
_ESTIMATES = (
    *("survival", "rmst", "median", "cumulative_incidence", "rate", "nnt", "p_value"),
    *("difference", "risk_difference", "ratio", "rate_ratio", "hr"),
)


def open_sentence(ranges: pd.DataFrame) -> Text:
    """Say over how many data sets the ranges run, and what they mean."""
    n = int(ranges["n_seeds"].max()) if len(ranges) else 0
    return Text(
        f"{n} data sets were made with different seeds; **each of them gives back the printed "
        f"figures**. Nothing else was asked of them: of {len(ranges)} results that the paper does "
        "not print, the table has the lowest and the highest value that was found. Values between "
        "probably fit the paper, too, and so may some beyond. Where a range is wide, the paper "
        "leaves the question open, and the value that this book shows for it is one of many."
    )


def tbl_open(ranges: pd.DataFrame, trial: "Trial") -> Table:
    """Show the lowest, middle and highest value of every open result, and this book's own."""
    shown = pd.DataFrame({"Result": [_label(row, trial) for row in ranges.itertuples()]})
    shown["Of"] = [_kind(row, trial) for row in ranges.itertuples()]
    for column, heading in (
        ("lowest", "Lowest"),
        ("median", "Median"),
        ("highest", "Highest"),
        ("value", "In this book"),
    ):
        printed = printed_results(ranges.assign(value=ranges[column]), trial)
        shown[heading] = printed.where(ranges[column].notna(), "").to_numpy()
    shown["Data sets"] = ranges["n_seeds"].astype(int).astype(str).to_numpy()
    return filtered_table(
        shown,
        name="what the paper leaves open",
        caption=f"All {len(ranges)} results that the paper does not print: the values found that "
        "fit it",
        filters={"Kind of result": shown["Of"]},
        numbers=("Lowest", "Median", "Highest", "In this book", "Data sets"),
    )


def plot_open(ranges: pd.DataFrame, trial: "Trial", *, most: int = 36) -> Drawing | None:
    """Draw the range of every estimate and test of the primary end point, by scale.

    Parameters
    ----------
    ranges : pandas.DataFrame
        See `trialbook.paper.open_results`.
    trial : Trial
        Names and units.
    most : int
        Rows drawn; further ones are in the table.

    Returns
    -------
    Drawing or None
        None where there is nothing to draw.
    """
    chosen = ranges[ranges["statistic"].isin(_ESTIMATES) & ranges["lowest"].notna()]
    primary = chosen[chosen["paramcd"].isin([trial.primary.paramcd, ""])]
    chosen = _told_once(primary if len(primary) else chosen).head(most)
    if chosen.empty:
        return None
    kinds = [_kind(row, trial) for row in chosen.itertuples()]
    groups = [(k, chosen[[kind == k for kind in kinds]]) for k in dict.fromkeys(kinds)]

    def draw(width: float) -> Figure:
        # On a phone a label stands above its bar.
        above = width <= PHONE
        left, each = (0.12, ROW + CONTINUED) if above else (LEFT, ROW)
        figure = sheet(sum(0.62 + each * len(rows) for _, rows in groups) + 0.1, width)
        top = 0.28
        for kind, rows in groups:
            write(figure, 0.02, top - 0.14, at_start(kind), size=9.5, weight="bold")
            axes = panel(figure, left, top, width - left - RIGHT, each * len(rows))
            _panel(axes, rows, trial, each)
            for position, row in enumerate(rows.itertuples()):
                y = top + each * (position + 1) - ROW / 2
                label = shortened(_label(row, trial), LETTERS)
                behind = {"bbox": GIVING_WAY} if above else {}
                write(figure, 0.1, y - 0.16 * above, label, size=8.5, **behind)
                write(figure, width - 0.02, y, _span(row, trial), size=8.5, ha="right")
            top += each * len(rows) + 0.62
        return figure

    return drawn_anew(
        draw,
        "what the paper leaves open",
        _message(chosen, trial),
        headline=f"How far {len(chosen)} results may lie from those of this book",
        caption="Any value in a bar fits the paper: each bar runs from the lowest to the highest "
        "value over data sets that all give back the printed figures; the mark is the value in "
        "this book.",
    )


def _told_once(ranges: pd.DataFrame) -> pd.DataFrame:
    """Leave out the test of all terms together where it is the test of the one there is."""
    of = ["analysis", "paramcd", "arm", "time", "method", "statistic", "lowest", "highest"]
    return ranges[~((ranges["level"] == GLOBAL) & ranges.duplicated(of, keep=False))]


def _panel(axes: Axes, rows: pd.DataFrame, trial: "Trial", each: float) -> None:
    """Draw one scale: a bar from the lowest to the highest value, a mark at this book's own."""
    scale, show, log = _scale(next(rows.itertuples()), trial)
    for position, row in enumerate(rows.itertuples(), start=1):
        ends, y = [scale(row.lowest), scale(row.highest)], each * position - ROW / 2
        axes.plot(ends, [y, y], color=MUTED, linewidth=4, solid_capstyle="butt")
        axes.plot(ends, [y, y], "|", color=MUTED, markersize=9, markeredgewidth=1.5)
        if not math.isnan(row.value):
            axes.plot(scale(row.value), y, "D", color=INK, markersize=4)
    if log:
        axes.set_xscale("log")
        axes.axvline(1, color=MUTED, linewidth=0.9, zorder=0)
        low, high = axes.get_xlim()
        ticks = [t for t in (FEW_TICKS if high > 5 * low else TICKS) if low <= t <= high]
        axes.set_xticks(ticks, [f"{t:g}" for t in ticks])
        axes.minorticks_off()
    else:
        axes.xaxis.set_major_locator(MaxNLocator(3))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: show(x)))
    axes.set_ylim(each * len(rows), 0)
    axes.set_yticks([])
    axes.grid(axis="x")
    axes.spines["left"].set_visible(False)


def _scale(row, trial: "Trial") -> tuple[Callable[[float], float], Callable[[float], str], bool]:
    kind = kind_of(row.statistic, row.analysis, row.level, row.method)
    factor = kind.factor * (float(trial.time.to_show(1.0)) if kind.time else 1.0)
    unit = "" if "difference" in row.statistic else kind.unit  # of percentages: points
    return (lambda x: x * factor), (lambda x: f"{x:g}{unit}".replace("-", "−")), kind is RATIO


def _kind(row, trial: "Trial") -> str:
    """Name the scale on which a result is drawn."""
    kind = kind_of(row.statistic, row.analysis, row.level, row.method)
    difference = "difference" in row.statistic
    if kind is P_VALUE:
        return "P values"
    if kind is RATIO or row.statistic in ("ratio", "rate_ratio"):
        return "ratios"
    if kind.time:
        return f"differences in {trial.time.show}" if difference else trial.time.show
    if kind is PROPORTION:
        return "differences in percentage points" if difference else "percentages"
    return "other numbers"


def _label(row, trial: "Trial") -> str:
    """Name a result by its key: analysis, subgroup, method, time, arm."""
    arms = {arm.code: in_text(arm.label) for arm in trial.arms}
    name = _WORDS.get(row.analysis, row.analysis.replace("_", " "))
    words = ["interaction" if row.method == "interaction" else name]
    words += [covariate_label(trial.labels, row.subgroup), row.level]
    words.append(_METHODS.get(row.method, row.method if "=" in row.method else ""))
    if row.paramcd and row.paramcd != trial.primary.paramcd:
        words.append(row.paramcd)
    if not np.isnan(row.time):
        shown = float(trial.time.to_show(row.time))
        words.append(f"{trial.time.show.removesuffix('s')} {shown:.0f}")
    words.append(arms.get(row.arm, ""))
    return at_start(", ".join(filter(None, words)))


def _span(row, trial: "Trial") -> str:
    pair = pd.DataFrame([row._asdict() | {"value": v} for v in (row.lowest, row.highest)])
    low, high = printed_results(pair, trial)
    return low if low == high else f"{low} to {high}"


def _message(chosen: pd.DataFrame, trial: "Trial") -> str:
    rows = list(chosen.itertuples())
    said = "; ".join(f"{_label(row, trial)}: {_span(row, trial)}" for row in rows[:12])
    more = f"; and {len(rows) - 12} more in the table" if len(rows) > 12 else ""
    return f"Ranges of results that fit the paper. {said}{more}."
