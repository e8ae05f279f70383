"""Tables whose rows are no patients, or not independent ones: sums, curves, weights, clusters."""

import re

import numpy as np
import pandas as pd

from trialbook.adam.problems import counted_noun, shortened
from trialbook.adam.unit_words import unit_of, words_of
from trialbook.new.inference import Inference, UsageError, asked
from trialbook.new.rows import NONE

_AT_RISK = re.compile(r"(n|no|num|number)?_?(at_)?risk|nrisk|atrisk")
_WEIGHT = re.compile(r"(f|freq|frequency)?_?weights?|freq|frequency|count|n|n_patients|anzahl")
_SHORT_UNITS = {"hour", "hours", "hr", "hrs", "minute", "minutes", "mins", "second", "seconds"}
_FEWEST_CLUSTERS = 4
_FEWEST_IN_CLUSTER = 3


def refuse_sums(frame: pd.DataFrame, arm: str | None, event: str | None) -> None:
    """Refuse a table of arms, or of the steps of a curve: the patients themselves are needed.

    Of arms it is where each stands in one row, with more than one event.

    Raises
    ------
    UsageError
    """
    at_risk = next((name for name in frame if _AT_RISK.fullmatch("_".join(words_of(name)))), None)
    if at_risk is not None:
        raise UsageError(f"{shortened(at_risk)} counts patients at risk: this is a table of a "
                         "curve, and a row of each patient is needed", "--from")  # fmt: skip
    counts = event is not None and frame[event].dtype.kind == "f" and frame[event].max() > 2
    if arm is not None and counts and frame[arm].nunique() == len(frame) >= 2:
        raise UsageError(f"each {shortened(arm)} stands in one row: these are sums of the arms, "
                         "and a row of each patient is needed", "--from")  # fmt: skip


def ask_for_weights(frame: pd.DataFrame, taken: set[str], identifier: str | None) -> None:
    """Ask whether a row stands for several patients, where no column identifies and one counts.

    Raises
    ------
    UsageError
    """
    if identifier is not None:
        return
    for name in frame:
        column = frame[name]
        counts = name not in taken and _WEIGHT.fullmatch("_".join(words_of(name)))
        if not counts or column.dtype.kind != "f" or column.isna().any():
            continue
        # what differs in every row numbers them, what is the same in all counts nothing
        if 1 < column.nunique() < len(column) and (column >= 1).all() and (column % 1 == 0).all():
            told = (f"{shortened(name)} may say for how many patients a row stands "
                    f"({counted_noun(int(column.sum()), 'patient')} in all)")  # fmt: skip
            raise asked(
                f"{told}: write each row as often, or say with --id {NONE} that each row is one "
                "patient",
                "--id", f"{told}. Is each row one patient ({NONE})? If not, stop here, and write "
                "each row as often.", (NONE,),
            )  # fmt: skip


def refuse_units(frame: pd.DataFrame, time: str) -> None:
    """Refuse times whose unit differs from row to row, or is shorter than a day.

    Raises
    ------
    UsageError
    """
    if words := set(words_of(time)) & _SHORT_UNITS:
        raise UsageError(f"{shortened(time)} counts in {min(words)}: write the times in days",
                         "--time")  # fmt: skip
    for name in frame:
        if "unit" not in words_of(name) and "units" not in words_of(name):
            continue
        values = frame[name].dropna()
        units = {unit_of(value) for value in values.unique()} if len(values) else {None}
        if None not in units and len(units) > 1:
            raise UsageError(
                f"{shortened(name)} gives times in {' and '.join(sorted(units))}: write them all "
                "in one unit", "--from",
            )  # fmt: skip


def infer_clusters(frame: pd.DataFrame, arm: pd.Series) -> list[Inference]:
    """Return the variables each of whose levels is in one arm, as where whole groups are assigned.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row per patient who is analysed.
    arm : pandas.Series
        Each patient's arm, by the frame's index.
    """
    known = arm.notna()
    if arm.nunique() < 2:
        return []
    found = []
    for name in frame:
        column = frame[name][known]
        levels = column.nunique()
        if column.dtype.kind == "M" or not _FEWEST_CLUSTERS <= levels <= len(column) / 3:
            continue
        if column.dtype.kind == "f" and (column.dropna() != column.dropna().round()).any():
            continue
        sizes = column.value_counts()
        of_one = arm[known].groupby(column, observed=True).nunique().max() == 1
        if of_one and np.median(sizes) >= _FEWEST_IN_CLUSTER:
            found.append(Inference(
                "assigned by group", name, f"each {shortened(name)} is in one arm; if whole groups "
                "were assigned, intervals that take patients as independent are too narrow", False,
            ))  # fmt: skip
    return found
