"""A trial.yml for results made elsewhere: arms, end points, variables that a file tells."""

from pathlib import Path

import pandas as pd

from trialbook.adam.folder import Tables, data_files
from trialbook.adam.problems import Findings
from trialbook.exchange.card import is_treatment
from trialbook.exchange.files import groups_of, read_file
from trialbook.exchange.reading import CARDS, CURVES, OF_END_POINTS
from trialbook.new.arms import infer_arms
from trialbook.new.endpoints import hoped_for, infer_unit
from trialbook.new.inference import Inference, Questions, UsageError, asked
from trialbook.new.parts import Composed, write_arms, write_grounds, write_head
from trialbook.new.source import Source
from trialbook.new.write import Writer
from trialbook.results import IN_WORDS

NAME = "cards"
_DESCRIBED = ("summary", "continuous", "tabulate", "categorical", "tabulate_value", "dichotomous",
              "missing", "baseline")  # fmt: skip
# Variables of which `trialbook.exchange.described` knows what they are.
_KNOWN = ("ITTFL", "SAFFL", "RANDFL", "PPROTFL", "EOSSTT", "DCSREAS", "EOTSTT", "DCTREAS",
          "AEBODSYS", "AESOC", "AEDECOD", "AETERM", "AESER", "AEACN", "AEOUT")  # fmt: skip


def cards_of_source(source: Path) -> Path | None:
    """Return the file of results that a source is, or has in the place of data sets; else None."""
    if source.is_dir():
        files = [path for path in sorted(source.iterdir()) if path.name.lower() in CARDS]
        return files[0] if len(files) == 1 and not data_files(source) else None
    if source.name.lower() in CARDS:
        return source
    if source.suffix.lower() != ".csv" or not source.is_file():
        return None
    with source.open(encoding="utf-8-sig", errors="replace") as file:
        names = {name.strip().strip('"').lower() for name in file.readline().split(",")}
    return source if {"variable", "stat_name", "stat"} <= names else None


def read_results(file: Path) -> Source:
    """Return a file of results as the source of a new trial, with its curves where it has them.

    Raises
    ------
    DataError
        Where the file is wrong.
    """
    findings = Findings()
    frame = read_file(file, findings)
    findings.stop_if_wrong(file.name)
    curves = file.with_name(CURVES)
    paths = [file, curves] if curves.is_file() else [file]
    return Source(paths, Tables({NAME: frame}), findings, {file: f"{NAME}{file.suffix.lower()}"})


def compose_results(source: Source, *, primary: str | None, **options) -> Composed:
    """Return the text of trial.yml for results, what was inferred, what was left out."""
    cards = source.tables.frames[NAME]
    questions = Questions()
    arms, inferred, endpoints, unit = [], [], [], ("", "", False)
    with questions.gathered():
        arms, inferred = _arms(cards, options["control"])
    with questions.gathered():
        endpoints, found = _endpoints(cards, primary)
        inferred += found
    with questions.gathered():
        unit = infer_unit(_units(cards), options["unit"])
    questions.ask()
    said = options["randomized"]
    ground = "said with --randomized" if said else "no file of results says it"
    times, landmarks = _times(cards), _times(cards, "survival_survfit_diff", "landmark")

    writer = Writer()
    randomized = (said or "unknown", ground, bool(said))
    shown = [int(t) if t.is_integer() else t for t in landmarks]
    head = (writer, str(options["id"]), unit, randomized, times, options)
    inferred += write_head(*head, landmarks=shown)
    inferred += write_arms(writer, arms, "levels of the treatment", options["treated"])
    writer.comment("label: what the event is; event: favourable, where one hopes for it")
    writer.items("endpoints", endpoints)
    writer.comment(
        "results: {conf_type: log, reference: CODE}, where `trialbook check` asks for it"
    )
    if subgroups := _subgroups(cards):
        writer.key("subgroups", subgroups)
        inferred.append(Inference("subgroups", ", ".join(subgroups), "hazard ratios by them"))
    if baseline := _baseline(cards):
        comment = "label: in words, with the unit; summary: mean, median, geometric or count"
        writer.items("baseline", [{"variable": name} for name in baseline], comment)
        inferred.append(Inference("baseline", ", ".join(baseline), "described in the file"))
    write_grounds(writer, inferred)
    return str(writer), inferred, []


def _arms(cards: pd.DataFrame, control: str | None) -> tuple[list, list[Inference]]:
    levels, name = _levels(cards)
    told = _reference(cards)
    arms, found = infer_arms(pd.Series(levels, dtype=object), None, control or told, name)
    if told and not control:
        found = [Inference("control", one.value, "what the file compares the others with")
                 if one.key == "control" else one for one in found]  # fmt: skip
    return arms, found


def _levels(cards: pd.DataFrame) -> tuple[list[str], str]:
    """Return the levels of treatment in their order, and what it is called."""
    found: dict[str, None] = {}
    name = "TRT01P"
    own = cards["context"].isin(IN_WORDS)
    if own.any() and "group1_level" in cards:
        of = cards.loc[own, "group1_level"]
        found |= dict.fromkeys(of[~of.str.contains(" vs ") & ~of.isin(["", "all"])])
    for column in [*groups_of(cards), "variable"]:
        level = f"{column}_level"
        if level in cards:
            of = cards[~own & cards[column].map(is_treatment) & cards[level].ne("")]
            found |= dict.fromkeys(of[level])
            name = of[column].iloc[0] if len(of) else name
    if not found:
        raise UsageError("no group is called like a treatment (TRT01P, TRTA, ARM): rename the one "
                         "that is", "--from")  # fmt: skip
    return list(found), name


def _reference(cards: pd.DataFrame) -> str | None:
    """Return the group with which the file itself compares the others, where it is one."""
    names, stat = cards["stat_name"], cards["stat"]
    found = set(stat[names == "reference_level"])
    found |= set(cards.loc[(names == "reference_row") & (stat == "TRUE"), "variable_level"])
    if "group1_level" in cards:
        pairs = cards.loc[cards["context"].isin(IN_WORDS), "group1_level"].str.split(" vs ")
        found |= {pair[1] for pair in pairs if len(pair) == 2}
    return found.pop() if len(found) == 1 else None


def _endpoints(cards: pd.DataFrame, primary: str | None) -> tuple[list[dict], list[Inference]]:
    codes = list(dict.fromkeys(cards.loc[cards["context"].isin(OF_END_POINTS), "variable"]))
    for column in ("paramcd",):
        codes += list(cards[column]) if column in cards else []
    for column in groups_of(cards):
        codes += list(cards.loc[cards[column].str.upper() == "PARAMCD", f"{column}_level"])
    codes = list(dict.fromkeys(filter(None, codes))) or list(filter(None, [primary]))
    if not codes:
        raise asked("the file names no end point: say its code with --primary", "--primary",
                    "What is the code of the end point?")  # fmt: skip
    if primary is None and len(codes) > 1:
        raise asked(f"which of {', '.join(codes)} is the primary end point: --primary", "--primary",
                    "Which is the primary end point?", codes)  # fmt: skip
    first = primary or codes[0]
    if first not in codes:
        raise UsageError(f"--primary: {first} is none of {', '.join(codes)}", "--primary")
    codes = [first, *(code for code in codes if code != first)]
    ground = "said with --primary" if primary else "the only one"
    roles = ["primary", *["secondary"] * (len(codes) - 1)]
    endpoints = [{"paramcd": code, "label": code, "role": role, "event": hoped_for(code)}
                 for code, role in zip(codes, roles, strict=True)]  # fmt: skip
    return endpoints, [Inference("primary end point", first, ground)]


def _units(cards: pd.DataFrame) -> pd.DataFrame:
    """Return the unit of time as ADTTE would have it, where the file tells it."""
    if "unit" not in cards:
        return pd.DataFrame()
    of = cards[cards["stat_name"].isin(["time_at_risk", "rmst"]) & cards["unit"].ne("")]
    return pd.DataFrame({"AVALU": of["unit"].unique()}) if len(of) else pd.DataFrame()


def _times(cards: pd.DataFrame, *contexts: str) -> pd.Series:
    """Return the times of survival, of some contexts or of all, increasing."""
    of = cards[cards["context"].isin(contexts)] if contexts else cards
    texts = list(of["time"]) if "time" in of else []
    if "variable_level" in of:
        texts += list(of.loc[of["variable"] == "time", "variable_level"])
    numbers = pd.to_numeric(pd.Series(texts, dtype=object), errors="coerce").dropna()
    return pd.Series(sorted(set(numbers.astype(float))), dtype=float)


def _subgroups(cards: pd.DataFrame) -> list[str]:
    found: dict[str, None] = {}
    of = cards[cards["context"].isin(["regression", "subgroup"])]
    for column in groups_of(of):
        names = of.loc[~of[column].map(is_treatment) & of[column].ne(""), column]
        found |= dict.fromkeys(name for name in names if name.upper() not in ("PARAMCD", "PARAM"))
    return list(found)


def _baseline(cards: pd.DataFrame) -> list[str]:
    names = cards.loc[cards["context"].isin(_DESCRIBED), "variable"].drop_duplicates()
    return [one for one in names if one.upper() not in _KNOWN and not is_treatment(one)]
