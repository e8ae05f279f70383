"""The page *Checked against R*: the table of errors, the table of times, the curve of times."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter

from trialbook.agreement.estimators import read_reference
from trialbook.report.output import Drawing, Table
from trialbook.report.plots.layout import axis_title, panel, sheet
from trialbook.report.style import MUTED, PHONE, arm_colour, drawn_anew
from trialbook.report.table import html_table
from trialbook.resources import own_book

TIMES = own_book() / "benchmarks" / "results" / "survival.json"


def tbl_agreement(errors: pd.DataFrame) -> Table:
    """Show the worst relative error of each quantity.

    Parameters
    ----------
    errors : pandas.DataFrame
        Of `trialbook.agreement.estimators.worst_errors`.
    """
    cells = pd.DataFrame(
        {
            "Quantity": errors["quantity"],
            "Numbers compared": [f"{n:,}" for n in errors["n"]],
            "Worst relative error": [f"{worst:.0e}" if worst else "0" for worst in errors["worst"]],
            "In R": errors["r_call"],
        }
    )
    return html_table(
        cells.sort_values("Quantity"),
        name="agreement",
        caption="Every quantity beside R's",
        text=True,
    )


def tbl_speed() -> Table | None:
    """Show the measured times of each program, or nothing where none were measured."""
    if not TIMES.is_file():
        return None
    compared = pd.DataFrame(read_reference(TIMES)["compared"])
    tasks = compared["task"].unique()
    lines = []
    for (n, times), part in compared.groupby(["patients", "times"]):
        group = f"{n:,} patients, {times}"
        wide = part.pivot_table(index="task", columns="software", values="seconds").loc[tasks]
        ours = wide.pop("trialbook")
        wide.insert(0, "trialbook", ours)
        for task, seconds in wide.iterrows():
            cells = {f"{name}, s": _seconds(value) for name, value in seconds.items()}
            lines.append({"Task": f"{task[0].upper()}{task[1:]}", "group": group, **cells})
        sums = wide.sum()
        cells = {f"{name}, s": _seconds(value) for name, value in sums.items()}
        lines.append({"Task": "All five", "group": group, **cells})
        cells = {f"{name}, s": f"{value / ours.sum():,.1f} ×" for name, value in sums.items()}
        lines.append({"Task": "All five, times as long", "group": group, **cells})
    frame = pd.DataFrame(lines).fillna("not measured")
    return html_table(
        frame,
        name="speed",
        caption="Seconds that each program took",
        groups="group",
    )


def _seconds(value: float) -> str:
    """Return a time as the table prints it.

    >>> _seconds(13.138), _seconds(0.0012)
    ('13.14', '<0.01')
    """
    return f"{value:.2f}" if value >= 0.005 else "<0.01"


def _in_words(n: float) -> str:
    """Return a round number as it fits an axis.

    >>> _in_words(100), _in_words(10_000), _in_words(1e7)
    ('100', '10,000', '10 million')
    """
    return f"{n / 1e6:g} million" if n >= 1e6 else f"{n:,.0f}"


def plot_growth() -> Drawing | None:
    """Draw the time of all five estimators against the number of patients."""
    if not TIMES.is_file():
        return None
    grown = pd.DataFrame(read_reference(TIMES)["growth"])
    largest = grown[grown["times"] == "continuous"].iloc[-1]

    def draw(width: float) -> Figure:
        figure = sheet(3.0, width)
        axes = panel(figure, 0.6, 0.32, width - 0.9, 2.1)
        axis_title(figure, 0.02, 0.12, "Seconds")
        for position, (times, part) in enumerate(grown.groupby("times")):
            axes.loglog(
                part["patients"],
                part["seconds"],
                color=arm_colour(position),
                marker="os"[position],
                label=times,
            )
        n = np.array([1e4, largest["patients"]])
        growth = n * np.log(n)
        axes.loglog(n, largest["seconds"] * growth / growth[-1], color=MUTED, linestyle=":")
        axes.set_xlabel("Patients", labelpad=5)
        # On a phone the labels of all sizes would touch.
        sizes = sorted(grown["patients"].unique())
        axes.xaxis.set_major_locator(FixedLocator(sizes[:: 2 if width <= PHONE else 1]))
        axes.minorticks_off()
        axes.xaxis.set_major_formatter(FuncFormatter(lambda n, _: _in_words(n)))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda seconds, _: f"{seconds:g}"))
        axes.legend(loc="upper left")
        return figure

    message = (
        f"Seconds for all five estimators grow as n log n (dotted), to "
        f"{largest['seconds']:.1f} seconds for {largest['patients']:,} patients."
    )
    return drawn_anew(
        draw,
        "growth",
        message,
        headline=f"All five estimators take {largest['seconds']:.1f} seconds for "
        f"{largest['patients']:,} patients",
        caption="Seconds by number of patients, on logarithmic scales. Dotted, what grows as "
        "n log n.",
    )
