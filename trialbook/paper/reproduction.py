"""Each printed figure beside the computed one, with a verdict."""

import datetime as dt
import math
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from trialbook.audit import audit
from trialbook.audit.paper import REQUIRED, paper_from, read_figures
from trialbook.audit.rounding import Rounded, rounded, to_digits
from trialbook.paper.expectations import TEXT_KEY, satisfied

if TYPE_CHECKING:
    from trialbook.trial import Trial

REPRODUCED = "reproduced"
DIFFERS = "differs"
IMPOSSIBLE = "impossible as printed"
NOT_COMPUTED = "not computed"
NOT_SHOWN = "withheld"
NO_DATA_FIGURE = "not a data figure"
VERDICTS = (REPRODUCED, IMPOSSIBLE, DIFFERS, NOT_COMPUTED, NOT_SHOWN, NO_DATA_FIGURE)
"""Verdicts on a figure. *Not computed*: its key selects no result, or more than one. *Withheld*:
the book does not show the result, so that it does not say either whether it is the one printed."""

KEY_COLUMNS = [f"ard_{column}" for column in [*TEXT_KEY[:5], "time", *TEXT_KEY[5:]]]
OPTIONAL = [*KEY_COLUMNS, "ard_expect", "kind", "role", "source"]
_EPOCH = dt.date(1970, 1, 1)


def load_published(trial: "Trial | str | Path") -> pd.DataFrame:
    """Read a trial's printed figures.

    Parameters
    ----------
    trial : Trial, str or Path
        A trial whose trial.yml names a ``published`` file, or that file.

    Returns
    -------
    pandas.DataFrame
        All columns as text, empty where blank; optional columns that the file lacks are empty.

    Raises
    ------
    ValueError
        When the trial has no such file, or the file is not of the format.
    """
    path = trial if isinstance(trial, str | Path) else trial.published
    if path is None:
        raise ValueError(f"{trial.id}: trial.yml names no file of published figures")
    table = read_figures(path)
    paper_from(table, name=Path(path).name)
    table = table.assign(**{name: "" for name in OPTIONAL if name not in table})
    return table.apply(lambda column: column.str.strip()).reset_index(drop=True)


def results_for(trial: "Trial", published: pd.DataFrame) -> pd.DataFrame:
    """Compute the results that the keys of printed figures ask for, and no others.

    Parameters
    ----------
    trial : Trial
        The trial.
    published : pandas.DataFrame
        See `load_published`.

    Returns
    -------
    pandas.DataFrame
        A results frame.
    """
    from trialbook.analyses import all_results

    wanted = set(published["ard_analysis"]) - {""}
    return all_results(trial, only=wanted)


def compare(
    published: pd.DataFrame,
    results: pd.DataFrame,
    findings: pd.DataFrame | None = None,
    *,
    trial: "Trial | None" = None,
) -> pd.DataFrame:
    """Hold printed figures against computed results.

    Parameters
    ----------
    published : pandas.DataFrame
        See `load_published`.
    results : pandas.DataFrame
        A results frame, or ``ard.csv``; of repeated keys the first counts.
    findings : pandas.DataFrame, optional
        What `trialbook.audit.audit` says of the printed figures; made here by default.
    trial : Trial, optional
        Whose results they are: what its book withholds is held against no figure.

    Returns
    -------
    pandas.DataFrame
        A row per figure, in their order: id, chapter, item, arm, statistic, printed, computed
        (rounded as the printed figure is), value (full precision), verdict (one of `VERDICTS`),
        basis (target, unforced or empty), source, note (why a figure does not come back).
    """
    findings = audit(published) if findings is None else findings
    impossible = _impossible(findings)
    lookup = _lookup(results)
    shown = results if trial is None else _shown(results, trial)
    known = lookup if trial is None else _lookup(shown)
    told = {} if trial is None else _digits(shown, results)
    records = []
    for row in published.to_dict("records"):
        computed, value, verdict, note = _verdict(row, shown, known)
        unknown = verdict == NOT_COMPUTED and len(shown) < len(results)
        if unknown:
            *_, otherwise, _ = _verdict(row, results, lookup)
            unknown = otherwise != NOT_COMPUTED
        if unknown or _finer(row, told):
            computed, value, verdict, note = NOT_SHOWN, math.nan, NOT_SHOWN, ""
        if verdict == DIFFERS and row["id"] in impossible:
            verdict, note = IMPOSSIBLE, impossible[row["id"]]
        basis = row["role"] if verdict != NO_DATA_FIGURE else ""
        records.append(
            {name: row[name] for name in REQUIRED}
            | {"computed": computed, "value": value, "verdict": verdict, "basis": basis}
            | {"source": row["source"], "note": note}
        )
    frame = pd.DataFrame(records)
    frame["verdict"] = pd.Categorical(frame["verdict"], VERDICTS)
    return frame


def _shown(results: pd.DataFrame, trial: "Trial") -> pd.DataFrame:
    """Return the results that readers of the book are shown as they are."""
    from trialbook.safe import SHOWN, safe

    gated = safe(results, trial)
    return gated[gated["state"] == SHOWN]


def _digits(shown: pd.DataFrame, results: pd.DataFrame) -> dict[tuple, float]:
    """Return of the values that readers are not told in full how many decimals they are told."""
    cut = shown[shown["value"].ne(results.loc[shown.index, "value"]) & shown["value"].notna()]
    decimals = [
        len(text.partition(".")[2].removesuffix("%")) + 2 * text.endswith("%")
        for text in cut["shown"]
    ]
    return _lookup(cut.assign(value=decimals))


def _finer(row: dict[str, str], told: dict[tuple, float]) -> bool:
    """Return whether a printed figure has more decimals than readers are told of the result."""
    number = None if row["ard_expect"] or not row["ard_analysis"] else rounded(row["printed"])
    if number is None or number.relation:
        return False
    return number.digits > told.get(_key(row), math.inf)


def _impossible(findings: pd.DataFrame) -> dict[str, str]:
    """Return the figures that an impossible finding puts in question, each with its proof."""
    proofs: dict[str, str] = {}
    for row in findings[findings["verdict"] == "impossible"].itertuples():
        for figure in filter(None, row.questioned.split(", ")):
            proofs.setdefault(figure, f"{row.proof}. Provided that: {row.conditions}")
    return proofs


def _lookup(results: pd.DataFrame) -> dict[tuple, float]:
    """Return values by key; ``ard_time`` compares as a number."""
    keys = zip(*(results[column] for column in TEXT_KEY), results["time"], strict=True)
    found: dict[tuple, float] = {}
    for (*text, time), value in zip(keys, results["value"], strict=True):
        found.setdefault((*text, None if pd.isna(time) else float(time)), value)
    return found


def _verdict(
    row: dict[str, str], results: pd.DataFrame, lookup: dict[tuple, float]
) -> tuple[str, float, str, str]:
    if not row["ard_analysis"]:
        return "", math.nan, NO_DATA_FIGURE, row["kind"]
    if row["ard_expect"]:
        pattern = {column: row[f"ard_{column}"] for column in [*TEXT_KEY, "time"]}
        outcome = satisfied(results, pattern, row["ard_expect"])
        if outcome is None:
            return "", math.nan, NOT_COMPUTED, "no results to hold it against"
        verdict = REPRODUCED if outcome.holds else DIFFERS
        return outcome.computed, math.nan, verdict, ""
    key = _key(row)
    if key not in lookup:
        said = ", ".join(f"{part}" for part in key if part not in ("", None))
        return "", math.nan, NOT_COMPUTED, f"no result has the key {said}"
    return _number(row["printed"], float(lookup[key]))


def _key(row: dict[str, str]) -> tuple:
    """Return the key of the result that a figure is of."""
    time = float(row["ard_time"]) if row["ard_time"] else None
    return (*(row[f"ard_{column}"] for column in TEXT_KEY), time)


def _number(printed: str, value: float) -> tuple[str, float, str, str]:
    if math.isnan(value):
        return "NE", value, DIFFERS, "not estimable from these data"
    date = _date(printed)
    if date is not None:
        computed = (_EPOCH + dt.timedelta(days=round(value))).isoformat()
        return computed, value, REPRODUCED if computed == date else DIFFERS, ""
    number = rounded(printed)
    if number is None:
        return f"{value:g}", value, DIFFERS, f"{printed!r} is not a number"
    computed = to_digits(value, number.digits)
    if number.relation:
        holds = _relation(number, value)
        return (printed if holds else computed), value, REPRODUCED if holds else DIFFERS, ""
    same = rounded(computed).value == number.value
    note = "" if same else f"computed: {value:.6g}"
    return computed, value, REPRODUCED if same else DIFFERS, note


def _date(printed: str) -> str | None:
    try:
        return dt.date.fromisoformat(printed).isoformat()
    except ValueError:
        return None


def _relation(number: Rounded, value: float) -> bool:
    below = value < number.value or (number.relation == "<=" and value == number.value)
    above = value > number.value or (number.relation == ">=" and value == number.value)
    return below if number.relation.startswith("<") else above


def tally(compared: pd.DataFrame, by: Iterable[str] = ("basis",)) -> pd.DataFrame:
    """Count verdicts of figures about data.

    Parameters
    ----------
    compared : pandas.DataFrame
        See `compare`.
    by : iterable of str
        Columns that make the rows: ``basis``, ``chapter``.

    Returns
    -------
    pandas.DataFrame
        A row per value of `by` in the order of appearance, a column per verdict that occurs
        (figures that are not about data are left out), and ``all``.
    """
    data = compared[compared["verdict"] != NO_DATA_FIGURE]
    data = data.assign(verdict=data["verdict"].astype(str))
    counts = data.pivot_table(
        index=list(by), columns="verdict", values="id", aggfunc="count", fill_value=0, sort=False
    )
    counts = counts[[verdict for verdict in VERDICTS if verdict in counts]]
    return counts.assign(all=counts.sum(axis=1)).rename_axis(columns=None)
