"""Results made elsewhere, read from a trial's folder, put where the book looks for its own.

A row whose `context` is an analysis of the book's is taken as it stands. One of cards or cardx
goes through the table ``statistics.csv`` beside this module, which follows cards 0.7 and cardx 0.3
with the older names, and through the rules of `described` and `survival`. A row that has no place
is kept with the reason; nothing is dropped.
"""

import csv
import math
from collections.abc import Callable, Iterator
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from trialbook.config import TrialConfig
from trialbook.exchange.card import Card, Design, NoPlaceError, cards_in
from trialbook.exchange.cards import OURS, classes_of, number, read_cards
from trialbook.exchange.described import described, harms, term_classes
from trialbook.exchange.files import NOT_USED, ROW, read_file
from trialbook.exchange.given import Given
from trialbook.exchange.survival import difference, model, over_time, quantiles, test
from trialbook.kinds import STATISTICS
from trialbook.results import COLUMNS, CURVE, IN_WORDS, results_frame, rows

if TYPE_CHECKING:
    from trialbook.adam.problems import Findings

CARDS, CURVES = ("cards.csv", "cards.json"), "curves.csv"
# So many times, the start among them, make a curve that is worth drawing.
FEWEST_TIMES = 4
_OF_A_CURVE = ("survival", "lower", "upper", "n_at_risk")
_OF_A_RESULT = COLUMNS[1:10]
_KEY = COLUMNS[1:9]
_TABULATED: dict[str, Callable] = {
    **dict.fromkeys(("summary", "continuous", "tabulate", "categorical", "tabulate_value",
                     "dichotomous", "missing"), described),
    **dict.fromkeys(("hierarchical", "hierarchical_count"), harms),
}  # fmt: skip
_COMPUTED: dict[str, Callable] = {
    **dict.fromkeys(("survival", "risk", "cumhaz"), over_time),
    "survival_survfit": quantiles,
    "survival_survdiff": test,
    "survival_survfit_diff": difference,
    "regression": model,
}
# Computed from trial.yml and the files that it names: the plan, other trials.
_ANEW = {"design": "design", "evidence": "evidence"}
OF_END_POINTS = {
    "average_hazard", "competing_risks", "composite", "cox", "follow_up", "incidence_rate",
    "kaplan_meier", "landmark", "log_rank", "multiplicity", "period", "proportional_hazards",
    "rmst", "sensitivity", "strata", "subgroup", "tipping_point",
}  # fmt: skip


def cards_file(folder: Path, findings: "Findings") -> Path | None:
    """Return the file of results in a folder, None where it has none."""
    files = [path for path in sorted(folder.iterdir()) if path.name.lower() in CARDS]
    if len(files) > 1:
        rule = f"{' and '.join(path.name for path in files)} are both there"
        findings.problem(files[0].name, "", rule, hint="keep the one that counts")
    return files[0] if files else None


def read_given(file: Path, config: TrialConfig, findings: "Findings") -> Given | None:
    """Return the results of a file, as a trial of results has them; None where it is wrong.

    Parameters
    ----------
    file : Path
        ``cards.csv`` or ``cards.json``; ``curves.csv`` beside it, as a build leaves it, is read
        as well.
    config : TrialConfig
    findings : Findings
        Takes what is wrong, and a remark on rows that have no place.
    """
    frame = read_file(file, findings)
    if frame is None:
        return None
    own = frame["context"].isin(IN_WORDS)
    theirs = frame[~own].reset_index(drop=True)
    cards = cards_in(theirs)
    design = Design(config, cards)
    records, lost = _placed(cards, design)
    ours, lost_of_ours = _own(frame[own], design, file, findings)
    curves = file.with_name(CURVES)
    parts = [ours, results_frame(records)]
    parts += [_drawn(curves, findings)] if curves.is_file() else []
    filled = [part for part in parts if len(part)] or [results_frame([])]
    found = pd.concat(filled, ignore_index=True).drop_duplicates(ignore_index=True)
    if len(records):
        found = pd.concat([found, _together(found, config)], ignore_index=True)
    _refuse_contradictions(found, file, findings)
    conf_type = _conf_type(found)
    stepped = _stepped(found, conf_type)
    unplaced = pd.concat(
        [_with_why(theirs, lost), _with_why(frame[own], lost_of_ours)], ignore_index=True
    )
    _remark(unplaced, len(frame), file, findings)
    if found.empty and not findings.problems:
        findings.problem(file.name, "", "has no row that the book has a place for",
                         hint="the remarks say why of each")  # fmt: skip
    classes = pd.concat([classes_of(frame[own]), term_classes(design)], ignore_index=True)
    found = pd.concat([found, stepped], ignore_index=True) if len(stepped) else found
    return Given(found, unplaced, classes, conf_type, frozenset(stepped["paramcd"]))


@cache
def table() -> dict[tuple[str, str], tuple[str, float]]:
    """Return the mapping table: context and name of a statistic to our name and a factor.

    The name is empty for what says no result of its own.
    """
    text = resources.files("trialbook.exchange").joinpath("statistics.csv").read_text("utf-8")
    return {
        (context, row["stat_name"]): (row["statistic"], float(row["times"] or 1))
        for row in csv.DictReader(text.splitlines())
        for context in row["context"].split()
    }


def _placed(cards: list[Card], design: Design) -> tuple[list[dict], dict[int, str]]:
    """Return the rows of results that cards make, and why others have no place, by position."""
    records, lost = [], {}
    for card in cards:
        ours = {name: table()[card.context, name][0] for name in card.told
                if (card.context, name) in table()}  # fmt: skip
        made: list[dict] = []
        try:
            for rows_ in _records(card, design):
                made.append(rows_)
        except NoPlaceError as error:
            # what was placed before, the patients of a model whose estimate is not, stays
            there = {one["statistic"] for one in made}
            away = [row for name, row in card.rows.items() if ours.get(name) not in there]
            lost |= dict.fromkeys(away, str(error))
        records += made
        for name in card.told.keys() - ours.keys():
            lost.setdefault(card.rows[name], f"the book has no statistic {name} of {card.context}")
    return records, lost


def _records(card: Card, design: Design) -> Iterator[dict]:
    if card.context == "total_n":
        return  # the sum of the arms
    if card.context in _TABULATED:
        for key, names in _TABULATED[card.context](card, design):
            values = {
                ours: table().get((card.context, name), ("", 1.0))[1] * card.value(name)
                for name, ours in names.items()
                if name in card.told
            }
            yield from rows(statistics=values, **key)
    elif card.context in _COMPUTED:
        for key, values in _COMPUTED[card.context](card, design):
            more = _counted(values) if key["analysis"] == "kaplan_meier" else {}
            yield from rows(statistics=values | more, **key)
    else:
        raise NoPlaceError(f"the book has no place for {card.context or 'rows without a context'}")


def _counted(values: dict[str, float]) -> dict[str, float]:
    """Return what two counts of an arm tell: who was censored, the share with the event."""
    n, events = values.get("n", math.nan), values.get("n_events", math.nan)
    if math.isnan(n) or math.isnan(events):
        return {}
    return {"n_censored": n - events} | ({"percent": 100 * events / n} if n else {})


def _own(
    frame: pd.DataFrame, design: Design, file: Path, findings: "Findings"
) -> tuple[pd.DataFrame, dict[int, str]]:
    """Return the rows that bear the book's own names, and why others of them have no place."""
    if frame.empty:
        return results_frame([]), {}
    columns = ["group1_level", "group2", "group2_level", "variable_level", "stat_label", "stat_fmt"]
    full = frame.assign(**{name: "" for name in [*columns, *OURS] if name not in frame})
    text = ~full["stat"].isin(["", "NA"]) & pd.to_numeric(full["stat"], errors="coerce").isna()
    if text.any():
        shown = [f"row {row}" for row in full.loc[text, ROW].head(5)]
        findings.problem(file.name, "stat", "must be a number", int(text.sum()), shown)
        full = full.assign(stat=full["stat"].mask(text, ""))
    read = read_cards(full, ordered=False)[_OF_A_RESULT]
    config, anew = design.config, read["analysis"].isin(_ANEW)
    arms = {"", "all", *(arm.code for arm in config.arms), *design.pairs.values()}
    endpoints = {one.paramcd for one in config.endpoints}
    absent = [name for name, key in _ANEW.items() if getattr(config, key) is None]
    reasons = {
        "the book has no such statistic": ~read["statistic"].isin(STATISTICS),
        "is of no arm or comparison of trial.yml": ~read["arm"].isin(arms),
        "is of no end point of trial.yml": read["analysis"].isin(OF_END_POINTS)
        & ~read["paramcd"].isin(endpoints),
        "is of a part that trial.yml does not have": read["analysis"].isin(absent),
    }
    why: dict[int, str] = {}
    for reason, of in reasons.items():
        why |= {int(place): reason for place in of.to_numpy().nonzero()[0] if place not in why}
    stays = [place for place in range(len(read)) if place not in why and not anew.iloc[place]]
    return read.iloc[stays], why


def _together(found: pd.DataFrame, config: TrialConfig) -> pd.DataFrame:
    """Return what the flow of patients by arm tells of all arms: their sums, and shares of them."""
    of = found[(found["analysis"] == "disposition") & (found["level"] != "")]
    cells = {(row.paramcd, row.level, row.arm, row.statistic): row.value for row in of.itertuples()}
    codes, records = [arm.code for arm in config.arms], []

    def sizes(paramcd: str, level: str) -> dict[str, float]:
        counts = {arm: cells.get((paramcd, level, arm, "n"), math.nan) for arm in codes}
        return counts | {"all": cells.get((paramcd, level, "all", "n"), sum(counts.values()))}

    whole = sizes("RANDFL", "RANDOMIZED")
    for paramcd, level in dict.fromkeys((key[0], key[1]) for key in cells):
        for arm, n in sizes(paramcd, level).items():
            told = {"n": n, "percent": 100 * n / whole[arm] if whole[arm] else math.nan}
            new = {
                name: value
                for name, value in told.items()
                if not math.isnan(value) and (paramcd, level, arm, name) not in cells
            }
            records += rows("disposition", new, paramcd=paramcd, level=level, arm=arm)
    return results_frame(records)


def _drawn(curves: Path, findings: "Findings") -> pd.DataFrame:
    """Return the points of curves, as a build leaves them beside its results."""
    frame = pd.read_csv(curves, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    absent = [name for name in _OF_A_RESULT if name not in frame]
    if absent:
        findings.problem(curves.name, absent[0], "is needed and not there")
        return results_frame([])
    frame = frame.assign(time=frame["time"].map(number), value=frame["value"].map(number))
    return frame.loc[frame["analysis"] == CURVE, _OF_A_RESULT]


def _stepped(found: pd.DataFrame, conf_type: str) -> pd.DataFrame:
    """Return curves of the end points of which survival is told at some times alone.

    A curve needs its start and `FEWEST_TIMES` in each arm that has any; what it does between
    them is not known, and what draws it must say so.
    """
    drawn = found[(found["analysis"] == CURVE) & (found["level"] == "kaplan_meier")]
    of = found["analysis"].eq("kaplan_meier") & found["method"].eq(conf_type)
    of &= found["time"].notna() & found["statistic"].isin(_OF_A_CURVE)
    points = found[of & ~found["paramcd"].isin(drawn["paramcd"])]
    times = points[points["statistic"] == "survival"].groupby(["paramcd", "arm"])["time"]
    enough = (times.nunique() >= FEWEST_TIMES) & (times.min() == 0)
    whole = enough.groupby("paramcd").all() if len(enough) else enough
    points = points[points["paramcd"].isin(whole.index[whole.to_numpy(bool)])]
    return points.assign(analysis=CURVE, level="kaplan_meier")


def _refuse_contradictions(found: pd.DataFrame, file: Path, findings: "Findings") -> None:
    """Refuse two values for one result."""
    doubled = found[found.duplicated(_KEY, keep=False)]
    if len(doubled):
        names = doubled[_KEY].drop_duplicates().astype(str).replace({"nan": ""})
        shown = [" ".join(filter(None, row)) for row in names.head(5).itertuples(index=False)]
        findings.problem(file.name, "stat", "gives two values for one result", len(doubled), shown,
                         "keep the one that counts")  # fmt: skip


def _with_why(frame: pd.DataFrame, lost: dict[int, str]) -> pd.DataFrame:
    """Return the rows that have no place, as they stand, with the reason."""
    found = frame.iloc[list(lost)].drop(columns=[n for n in NOT_USED if n in frame])
    return found.assign(why=list(lost.values()))[["why", *(n for n in found if n != "why")]]


def _remark(unplaced: pd.DataFrame, n: int, file: Path, findings: "Findings") -> None:
    for why, rows_ in unplaced.groupby("why", sort=False):
        of = dict.fromkeys(rows_["context"].str.cat(rows_["variable"], " ").str.strip())
        such = ", ".join(list(of)[:3]) + (", ..." if len(of) > 3 else "")
        findings.remark(f"{file.name}: {len(rows_):,} of {n:,} rows have no place ({such}): {why}.")


def _conf_type(found: pd.DataFrame) -> str:
    """Return the kind of intervals of survival that is shown: the book's own where it is there."""
    of = found[(found["analysis"] == "kaplan_meier") & (found["statistic"] == "survival")]
    kinds = dict.fromkeys(of["method"].str.split("@").str[0])
    return "log-log" if "log-log" in kinds else next(iter(kinds), "log-log")
