"""The printed figures of a paper, and which of them belong together.

The format is one CSV file with a row per figure:

========== =====================================================================================
column     content
========== =====================================================================================
id         any unique name
chapter    ``design`` (assumptions, facts of the design), ``context`` (other studies), or where
           the figure belongs: ``population``, ``exposure``, ``efficacy``, ``safety``, ...
item       what is counted or measured; categories as ``sex: male``; the size of the groups as
           ``randomized`` and ``safety population``
arm        an arm, ``all``, or a comparison ``A vs B`` (A over B)
statistic  n, percent, mean, sd, min, max, geometric mean, HR, HR 95% CI low, HR 95% CI high, P;
           usual synonyms are understood, other words are kept as facts of no rule
printed    as printed, with its trailing zeros: they say how it was rounded
source     where in the paper (free text)
========== =====================================================================================

Two optional columns overrule what is inferred: ``denominator`` (a number, or the item whose count
it is) and ``integer`` (``yes`` where a mean is of whole numbers). Others are ignored.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from trialbook.audit.rounding import Rounded, rounded

REQUIRED = ["id", "chapter", "item", "arm", "statistic", "printed"]
WHOLE = ("all", "overall", "total", "both")
"""Names of the arm that stands for all patients."""
NOT_THIS_TRIALS_DATA = ("design", "context")
SAFETY_CHAPTERS = ("safety", "exposure", "adverse events", "harms")

_KINDS = [
    ("hr_lower", r"(hr|hazard ratio)\b.*\b(low|lower)\b.*|hr_lower"),
    ("hr_upper", r"(hr|hazard ratio)\b.*\b(high|upper)\b.*|hr_upper"),
    ("hr", r"hr|hazard ratio|adjusted hr"),
    ("p_value", r"p|p.?value|p \(.*\)|p, .*"),
    ("percent", r"percent|percentage|%"),
    ("geometric mean", r"geometric.?mean"),
    ("mean", r"mean"),
    ("sd", r"sd|standard deviation"),
    ("min", r"min|minimum"),
    ("max", r"max|maximum"),
    ("n", r"n|n_events|count|no\.?|events|number|no\. of (patients|events)"),
]
_RANDOMIZED = re.compile(
    r"(patients |number )?(randomi[sz]ed|assigned|intention[- ]to[- ]treat|itt|enrolled|"
    r"full analysis set|analy[sz]ed)( patients| population)?"
)
_SAFETY = re.compile(r"(safety (population|analysis set|set)|treated|treated patients)")
_STOP_WORDS = frozenset(
    {"a", "all", "and", "any", "as", "at", "because", "by", "due", "for", "from", "in", "leading"}
    | {"no", "number", "of", "on", "or", "patients", "per", "reason", "reasons", "the", "to"}
    | {"whose", "with"}
)
_SUFFIXES = ("ures", "ure", "als", "al", "ing", "ed", "es", "n", "s", "e")


def stems(text: str) -> frozenset[str]:
    """Return the words of `text` without grammar, so that "withdrawn" meets "withdrawal"."""
    words = re.findall(r"[a-z0-9]+", text.lower())
    return frozenset(_stem(word) for word in words if word not in _STOP_WORDS)


def _stem(word: str) -> str:
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 4:
            return word.removesuffix(suffix)
    return word


@dataclass(frozen=True)
class Figure:
    """One printed figure; `kind` is the statistic in the audit's own words."""

    id: str
    chapter: str
    item: str
    arm: str
    statistic: str
    printed: str
    source: str
    kind: str
    number: Rounded | None
    denominator: str = ""
    integer: str = ""

    @property
    def conf_level(self) -> float:
        """Confidence level that the statistic's name gives ("HR 97.5% CI low"), else 0.95."""
        match = re.search(r"(\d+(?:\.\d+)?)\s*%", self.statistic)
        return float(match[1]) / 100 if match else 0.95

    @property
    def count(self) -> int | None:
        """The figure as a whole number, or None."""
        exact = self.number is not None and not self.number.relation and self.number.digits == 0
        return int(self.number.value) if exact else None

    @property
    def about(self) -> str:
        """Item and arm in one phrase."""
        return f"{self.item} ({self.arm})"


@dataclass(frozen=True)
class Denominator:
    """How many patients a figure is about, who they are, and the figures that say so."""

    n: int
    label: str
    figures: tuple[Figure, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """An arm compared with another: ratios are of the first over the second."""

    name: str
    treated: str
    control: str


@dataclass(frozen=True)
class Paper:
    """All printed figures, with the questions the rules ask of them."""

    figures: tuple[Figure, ...]

    @cached_property
    def items(self) -> dict[tuple[str, str], dict[tuple[str, str], Figure]]:
        """Figures by (chapter, item), then by (arm, kind); of repeats the first."""
        found: dict = {}
        for figure in self.figures:
            found.setdefault((figure.chapter, figure.item), {}).setdefault(
                (figure.arm, figure.kind), figure
            )
        return found

    def of_kind(self, *kinds: str, everything: bool = False) -> Iterator[Figure]:
        """Yield this trial's numbers of some kinds; `everything` adds design and context."""
        for figure in self.figures:
            this_trials = everything or figure.chapter not in NOT_THIS_TRIALS_DATA
            if figure.kind in kinds and figure.number is not None and this_trials:
                yield figure

    def beside(self, figure: Figure, kind: str, arm: str | None = None) -> Figure | None:
        """Return the figure of the same item with another kind (and arm), if printed."""
        of_item = self.items[figure.chapter, figure.item]
        found = of_item.get((figure.arm if arm is None else arm, kind))
        return found if found is not None and found.number is not None else None

    @cached_property
    def arms(self) -> tuple[str, ...]:
        """Single arms, in the order of their appearance."""
        names = dict.fromkeys(f.arm for f in self.figures if f.chapter not in NOT_THIS_TRIALS_DATA)
        return tuple(a for a in names if a.lower() not in WHOLE and comparison(a) is None)

    @cached_property
    def comparisons(self) -> tuple[Comparison, ...]:
        """Comparisons, in the order of their appearance."""
        found = (comparison(arm) for arm in dict.fromkeys(f.arm for f in self.figures))
        return tuple(c for c in found if c is not None)

    def populations(self, arm: str) -> dict[str, Denominator]:
        """Return the sizes of an arm: ``randomized``, ``safety population``; as far as given."""
        found = {}
        for name, pattern in (("randomized", _RANDOMIZED), ("safety population", _SAFETY)):
            sizes = [
                f
                for f in self.of_kind("n")
                if pattern.fullmatch(f.item.lower()) and f.count is not None
            ]
            own = [f for f in sizes if f.arm == arm]
            parts = [f for f in sizes if f.arm in self.arms]
            if own:
                found[name] = Denominator(own[0].count, name, (own[0],))
            elif arm.lower() in WHOLE and {f.arm for f in parts} == set(self.arms):
                found[name] = Denominator(sum(f.count for f in parts), name, tuple(parts))
        return found

    def denominator(self, figure: Figure) -> Denominator | None:
        """Return the number of patients that a figure refers to.

        In this order: the column ``denominator``; another study's own ``STUDY: randomized``; the
        safety population in chapters on safety and exposure; the randomized patients.
        """
        if figure.denominator.isdecimal():
            return Denominator(int(figure.denominator), "given as denominator")
        if figure.denominator:
            return self._named(figure.denominator, figure.arm)
        prefix = figure.item.partition(": ")[0]
        for (_, item), of_item in self.items.items():
            head, colon, tail = item.partition(": ")
            size = of_item.get((figure.arm, "n"))
            if colon and head == prefix and _RANDOMIZED.fullmatch(tail.lower()) and size:
                return Denominator(size.count, f"randomized in {head}", (size,))
        if figure.chapter in NOT_THIS_TRIALS_DATA:
            return None
        populations = self.populations(figure.arm)
        wanted = "safety population" if figure.chapter in SAFETY_CHAPTERS else "randomized"
        return populations.get(wanted, populations.get("randomized"))

    def _named(self, item: str, arm: str) -> Denominator | None:
        for figure in self.of_kind("n", everything=True):
            if figure.item == item and figure.arm == arm and figure.count is not None:
                return Denominator(figure.count, item, (figure,))
        return None


def comparison(arm: str) -> Comparison | None:
    """Read "A vs B"; None where `arm` is no comparison."""
    match = re.fullmatch(r"(.+?)\s+(?:vs\.?|versus)\s+(.+)", arm.strip(), re.IGNORECASE)
    return Comparison(arm, match[1], match[2]) if match else None


def read_paper(path: str | Path) -> Paper:
    """Read printed figures from a CSV file.

    Parameters
    ----------
    path : str or Path
        The file; its columns are described in this module's docstring.

    Returns
    -------
    Paper

    Raises
    ------
    ValueError
        When a needed column is missing, an id repeats, or nothing is printed in a row; all such
        problems in one message.
    """
    return paper_from(read_figures(path), name=Path(path).name)


def read_figures(path: str | Path) -> pd.DataFrame:
    """Read a CSV file of printed figures as text, unchecked; ValueError where it is no CSV.

    The index holds the number of the line on which a row ends.
    """
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            rows = [(reader.line_num, row) for row in reader if row]
    except (csv.Error, UnicodeDecodeError) as error:
        raise ValueError(f"{Path(path).name} is no CSV file in UTF-8: {error}") from error
    header = rows.pop(0)[1] if rows else []
    ragged = [line for line, row in rows if len(row) != len(header)]
    if ragged or not header:
        shown = ", ".join(map(str, ragged[:5])) or "1"
        raise ValueError(
            f"{Path(path).name}: line {shown} does not have the {len(header)} values of the first "
            "line; look for a quotation mark that is not closed"
        )
    if len(set(header)) < len(header):
        raise ValueError(f"{Path(path).name}: a column's name stands twice in the first line")
    lines = pd.Index([line for line, _ in rows], dtype=int)
    return pd.DataFrame([row for _, row in rows], lines, header, dtype=object)


def paper_from(table: pd.DataFrame, name: str = "the table") -> Paper:
    """Return the `Paper` of a table of text; see `read_paper`."""
    missing = [column for column in REQUIRED if column not in table.columns]
    if missing:
        raise ValueError(
            f"{name}: no column {', '.join(missing)}; an audit needs {', '.join(REQUIRED)} "
            f"(found: {', '.join(map(str, table.columns))})"
        )
    table = table.apply(lambda column: column.str.strip())
    problems = []
    repeated = table.loc[table["id"].duplicated(), "id"]
    if len(repeated):
        problems.append(f"id {', '.join(repeated[:5])} stands more than once")
    blank = table.loc[table[["id", "item", "statistic", "printed"]].eq("").any(axis=1)]
    if len(blank):
        lines = ", ".join(map(str, blank.index[:5]))
        problems.append(f"line {lines} lacks an id, item, statistic or printed value")
    for line, given in table.get("denominator", pd.Series(dtype=object)).items():
        if re.fullmatch(r"[-+]?[\d.,]+", given) and not re.fullmatch(r"0*[1-9][0-9]*", given):
            problems.append(f"line {line}, denominator: {given} is no number of patients")
    if problems:
        raise ValueError(f"{name}: {'; '.join(problems)}")
    return Paper(tuple(_figure(row) for row in table.to_dict("records")))


def _figure(row: dict[str, str]) -> Figure:
    statistic = row["statistic"]
    kind = next((k for k, words in _KINDS if re.fullmatch(words, statistic.lower())), statistic)
    return Figure(
        **{column: row[column] for column in REQUIRED},
        source=row.get("source", ""),
        kind=kind,
        number=rounded(row["printed"]),
        denominator=row.get("denominator", ""),
        integer=row.get("integer", "").lower(),
    )
