"""Two cuts side by side: the tables of a comparison."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pandas as pd

from trialbook.comparison.compare import Comparison
from trialbook.comparison.events import ALL, COUNTS
from trialbook.comparison.importance import ESTIMATE, MAIN
from trialbook.comparison.pairs import CHANGED, UNCHANGED
from trialbook.escape import plain, shortened
from trialbook.report.sentences import at_start, in_text
from trialbook.safe import WITHHELD

OLD, NEW, SHIFT = "Old", "New", "Change"
_EFFECTS = {"cox": "Hazard ratio", "landmark": "Difference at {}", "rmst": "Restricted mean, to {}"}


@dataclass(frozen=True)
class Part:
    """A table of the comparison: printed cells, and what a reader must know of them."""

    name: str
    caption: str
    frame: pd.DataFrame
    notes: tuple[str, ...] = ()


def parts(found: Comparison, most: int | None = None) -> Iterator[Part]:
    """Yield the tables of a comparison, empty ones left out.

    Parameters
    ----------
    found : Comparison
    most : int, optional
        Changed results and patients shown; all by default.
    """
    for make in (_information, _events, _maturity, _effects):
        part = make(found)
        if len(part.frame):
            yield part
    for make in (_changed, _patients):
        part, of = make(found, most)
        if len(part.frame):
            left = of - len(part.frame)
            more = (f"{left:,} more are in the CSV (--csv).",) if left else ()
            yield replace(part, notes=part.notes + more)


def _information(found: Comparison) -> Part:
    words = {
        "n_events": "Events: {}",
        "planned_events": "Events planned: {}",
        "information_fraction": "Information fraction: {}",
    }
    rows = found.part("information")
    lines = [
        {
            "What": words[row.statistic].format(_end_point(found, row.paramcd)),
            OLD: row.old_printed,
            NEW: row.new_printed,
            SHIFT: row.shift_printed,
        }
        for row in rows.itertuples()
    ]
    planned = (rows["statistic"] == "planned_events").any()
    note = (
        "Information fraction: events over those that the design plans."
        if planned
        else "Information fraction: the old cut's events over the new one's; no design says how "
        "many are planned."
    )
    return Part("information", "Information", pd.DataFrame(lines), (note,))


def _events(found: Comparison) -> Part:
    rows = found.part("events")
    shown = dict.fromkeys(["patients", "events"]) | {
        name: None for name in COUNTS if "_old" not in name
    }
    lines = []
    for (code, arm), of in rows.groupby(["paramcd", "arm"], sort=False):
        cells = {"End point": _end_point(found, code), "Patients": _arm(found, arm)}
        by_name = of.set_index("statistic")
        for name in shown:
            if name not in by_name.index:
                continue
            one = by_name.loc[name]
            if name in ("patients", "events"):
                cells[f"{name.capitalize()}, old"] = one["old_printed"]
                cells[f"{name.capitalize()}, new"] = one["new_printed"]
            else:
                cells[at_start(COUNTS[name])] = one["new_printed"]
        lines.append(cells)
    frame = pd.DataFrame(lines)
    counted = [at_start(COUNTS[name]) for name in shown if name in COUNTS]
    empty = [c for c in counted if c in frame and c != "New events" and frame[c].isin(["0"]).all()]
    notes = ["An event is withdrawn when the old cut has it and the new one has not; re-dated when "
             "both have it at different times."]  # fmt: skip
    if empty:
        notes.append(f"None: {', '.join(in_text(name) for name in empty)}.")
    return Part("events", "Events, patient by patient", frame.drop(columns=empty), tuple(notes))


def _maturity(found: Comparison) -> Part:
    rows, lines = found.part("maturity"), []
    for (code, arm), of in rows.groupby(["paramcd", "arm"], sort=False):
        line = {"End point": _end_point(found, code), "Patients": _arm(found, arm)}
        for side, word in (("old", OLD), ("new", NEW)):
            texts = dict(zip(of["statistic"], of[f"{side}_printed"], strict=True))
            line[f"Events of patients, {word.lower()}"] = _share(texts)
            line[f"Follow-up, {word.lower()}"] = _with_limits(texts, "median")
        lines.append(line)
    frame = pd.DataFrame(lines).reindex(columns=[
        "End point", "Patients", "Events of patients, old", "Events of patients, new",
        "Follow-up, old", "Follow-up, new"])  # fmt: skip
    unit = f", {found.facts.show}" if found.facts.show else ""
    note = f"Follow-up: median{unit}, by reverse Kaplan-Meier, with its interval."
    return Part("maturity", "Maturity", frame, (note,))


def _share(texts: dict[str, str]) -> str:
    values = [texts.get(name, "") for name in ("n_events", "n", "percent")]
    if not all(values):
        return ""
    if WITHHELD in values or any(value.startswith("<") for value in values):
        return next((value for value in values if value.startswith("<")), WITHHELD)
    return f"{values[0]} of {values[1]} ({values[2]}%)"


def _with_limits(texts: dict[str, str], name: str) -> str:
    """Return an estimate with its interval; an empty text where it is absent."""
    main = texts.get(name, "")
    prefix = "hr_" if name == "hr" else ""
    limits = [texts.get(f"{prefix}{end}", "") for end in ("lower", "upper")]
    if not main or not all(limits) or set(limits) == {"NE"} or main == WITHHELD:
        return main
    return f"{main} ({limits[0]} to {limits[1]})"


def _effects(found: Comparison) -> Part:
    rows, lines = found.part("effects"), []
    p_values = rows[rows["analysis"] == "log_rank"].set_index(["paramcd", "arm"])
    order = {code: position for position, code in enumerate(found.facts.endpoints)}
    of_effect = rows[rows["analysis"].isin(_EFFECTS)].assign(
        at=lambda frame: frame["paramcd"].map(order).fillna(len(order))
    )
    keys = ["at", "paramcd", "arm", "analysis", "time"]
    for (_, code, arm, analysis, time), of in of_effect.groupby(keys, dropna=False, sort=False):
        line = {
            "at": (order.get(code, len(order)), list(_EFFECTS).index(analysis)),
            "End point": _end_point(found, code),
            "Comparison": arm,
            "Effect": _EFFECTS[analysis].format(_time(found, time)),
        }
        main = "hr" if analysis == "cox" else "difference"
        for side, word in (("old", OLD), ("new", NEW)):
            texts = dict(zip(of["statistic"], of[f"{side}_printed"], strict=True))
            line[word] = _with_limits(texts, main)
        line[SHIFT] = of.loc[of["statistic"] == main, "shift_printed"].max()
        if analysis == "cox" and (code, arm) in p_values.index:
            p = p_values.loc[(code, arm)]
            line |= {"P, old": p["old_printed"], "P, new": p["new_printed"], "Note": p["note"]}
        lines.append(line)
    lines.sort(key=lambda line: (line["at"], line["Comparison"]))
    frame = pd.DataFrame(lines).drop(columns="at", errors="ignore").fillna("")
    if len(frame) and len(set(frame["Comparison"])) == 1:
        frame = frame.drop(columns="Comparison")
    notes = ["A change of a hazard ratio is a factor; P values are of log-rank tests."]
    notes += [
        f"{word}: {status}."
        for word, status in ((OLD, found.old_status), (NEW, found.new_status))
        if status
    ]
    return Part("effects", "Effects, with their intervals", frame, tuple(notes))


def _changed(found: Comparison, most: int | None) -> tuple[Part, int]:
    """Return the table of the changed results, cut to `most`, and how many there are."""
    rows = found.part("results")
    number = rows.groupby(ESTIMATE, dropna=False, sort=False).ngroup()
    lines = []
    for _, of in rows[number < (most or len(rows))].groupby(number, sort=False):
        by_name = {row.statistic: row for row in of.itertuples()}
        main = next((name for name in MAIN if name in by_name), of["statistic"].iloc[0])
        row = by_name[main]
        line = {"Result": _described(found, row)}
        for side, word in (("old", OLD), ("new", NEW)):
            texts = dict(zip(of["statistic"], of[f"{side}_printed"], strict=True))
            line[word] = _with_limits(texts, main)
        line[SHIFT] = row.shift_printed or (
            row.change if row.change not in (CHANGED, UNCHANGED) else ""
        )
        line["Note"] = "; ".join(dict.fromkeys(f"P {note}" for note in of["note"] if note))
        lines.append(line)
    note = "The effect on the primary end point first, then harms, other end points, variants, "
    note += "estimates by arm; within these the greatest change in widths of its interval."
    total = number.max() + 1 if len(rows) else 0
    return Part("results", f"Changed results: {total:,}", pd.DataFrame(lines), (note,)), total


def _described(found: Comparison, row) -> str:
    """Return what a result is of, in one line."""
    words = row.statistic.replace("_", " ").replace("hr", "hazard ratio")
    by = ", ".join(filter(None, (row.analysis.replace("_", " "), row.method)))
    of = [found.facts.endpoints.get(row.paramcd, row.paramcd), row.arm, row.subgroup]
    of.append(row.level if row.level != row.statistic else "")
    if row.time == row.time:
        of.append(f"at {_time(found, row.time)}")
    return f"{words} ({by}): " + ", ".join(shortened(one, 40) for one in of if one)


def _patients(found: Comparison, most: int | None) -> tuple[Part, int]:
    """Return the table of the patients whose data changed, cut to `most`, and how many."""
    rows = found.part("patients")
    shown = rows.head(most or len(rows))
    frame = pd.DataFrame(
        {
            "Patient": shown["level"],
            "End point": [_end_point(found, code) for code in shown["paramcd"]],
            "Arm": [_arm(found, arm) for arm in shown["arm"]],
            OLD: shown["old_printed"],
            NEW: shown["new_printed"],
            "What": shown["note"],
        }
    )
    caption = f"Patients whose data on an end point changed: {len(rows):,}"
    return Part("patients", caption, frame, ("Times in the data's unit.",)), len(rows)


def _end_point(found: Comparison, code: str) -> str:
    label = found.facts.endpoints.get(code, code)
    return f"{in_text(label)} ({code})" if label != code else code


def _arm(found: Comparison, code: str) -> str:
    if code == ALL:
        return "All"
    return found.facts.arms.get(code) or found.old.facts.arms.get(code, code)


def _time(found: Comparison, time: float) -> str:
    shown = f"{time / found.facts.per_shown:.1f}".removesuffix(".0")
    return f"{shown} {found.facts.show}".strip()


def cut_lines(found: Comparison) -> list[str]:
    """Return each cut in a line: the folder, the title, how its P values may be read."""
    return [
        f"{cut.name}: {plain(cut.facts.title)}" + (f" [{status}]" if status else "")
        for cut, status in ((found.old, found.old_status), (found.new, found.new_status))
    ]
