"""A cut: the results of a trial at one time, from its folder or from a published build."""

import json
import math
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import TypeAdapter

from trialbook.escape import shortened, unescape_cell
from trialbook.messages import BuildError
from trialbook.results import KEY
from trialbook.safe import SHOWN, WITHHELD, safe
from trialbook.safe.cuts import Guard
from trialbook.trial import Trial, find_folder, load_trial

COLUMNS = [*KEY[1:], "value", "printed", "state", "shown"]


@dataclass(frozen=True)
class CutFacts:
    """What a comparison must know of a trial besides its results; a build keeps it.

    Attributes
    ----------
    id, title, notice : str
        As the trial has them.
    guard : Guard
        What of it is kept from readers.
    per_shown : float
        AVAL units in one unit of time shown, `show`.
    primary : str
        PARAMCD of the primary end point.
    endpoints, arms : dict of str
        PARAMCD and code to label, in the order of the report.
    comparisons : list of str
        Names, ``"MMF vs AZA"``.
    alpha : float
        Two-sided level of the design.
    planned_events : float or None
        Events of the primary end point that the design needs (Schoenfeld), both arms of the
        first comparison.
    boundary : float or None
        Two-sided P value below which this cut's analysis stops the trial.
    """

    id: str
    title: str
    notice: str = ""
    guard: Guard = field(default_factory=Guard)
    per_shown: float = 1.0
    show: str = ""
    primary: str = ""
    endpoints: dict[str, str] = field(default_factory=dict)
    arms: dict[str, str] = field(default_factory=dict)
    comparisons: list[str] = field(default_factory=list)
    alpha: float = 0.05
    planned_events: float | None = None
    boundary: float | None = None


@dataclass(frozen=True)
class Cut:
    """One side of a comparison.

    Attributes
    ----------
    name : str
        The folder as it was typed.
    facts : CutFacts
    results : pandas.DataFrame
        As readers may see them, `trialbook.safe.safe`: columns `COLUMNS`, a row per key; text
        is str, ``time`` and ``value`` float.
    trial : Trial or None
        The patients, where the cut is a trial's folder.
    parameters : dict
        Those that a build was given.
    """

    name: str
    facts: CutFacts
    results: pd.DataFrame = field(repr=False)
    trial: Trial | None = field(default=None, repr=False)
    parameters: dict[str, Any] = field(default_factory=dict)


def facts_of(trial: Trial) -> CutFacts:
    """Return what a comparison must know of a trial."""
    from trialbook import survival
    from trialbook.analyses.design import plan_of

    plan, design = plan_of(trial), trial.designed.design
    planned = None
    if plan is not None and plan.has_effect:
        options = {"power": plan.power, "alpha": plan.alpha, "margin": plan.margin}
        planned = math.ceil(survival.schoenfeld_events(plan.hr, **options))
    if trial.blinded and len(trial.designed.arms) > 2:
        planned = None  # the plan is of two of the arms, which cannot be told from the others
    return CutFacts(
        id=trial.id,
        title=trial.title,
        notice=trial.notice,
        guard=Guard.of(trial),
        per_shown=1 / float(trial.time.to_show(1.0)),
        show=trial.time.show,
        primary=trial.primary.paramcd,
        endpoints={one.paramcd: one.label for one in trial.endpoints},
        arms={arm.code: arm.label for arm in trial.arms},
        comparisons=[one.name for one in trial.comparisons],
        alpha=design.alpha if design else 0.05,
        planned_events=planned,
        boundary=design.boundary if design else None,
    )


def cut_of(trial: Trial, name: str) -> Cut:
    """Return a trial as a cut, with the results of all analyses by trial.yml's defaults."""
    from trialbook.analyses import all_results

    found = safe(all_results(trial).drop_duplicates(KEY[1:]), trial)
    found = found[(found["state"] != WITHHELD) | (found["shown"] != "")]
    found = found.assign(printed=found["shown"])
    parameters = {"blinded": True} if trial.blinded else {}
    patients = trial if trial.given is None else None
    return Cut(name, facts_of(trial), found[COLUMNS].reset_index(drop=True), patients, parameters)


def read_cut(path: str | Path, *, blinded: bool = False) -> Cut:
    """Read a trial's folder, or the folder that a build published.

    Parameters
    ----------
    path : str or Path
        A folder with trial.yml, or one with ard.csv and provenance.json; a relative one is
        looked for from the working directory upwards.
    blinded : bool
        Read a trial's folder with its arms pooled.

    Raises
    ------
    BuildError
        When it is neither, or a build that was not blinded though it has to be.
    DataError
        When the trial's data are wrong.
    """
    folder = find_folder(path)
    if (folder / "trial.yml").is_file():
        return cut_of(load_trial(folder, blinded=blinded), str(path))
    if (folder / "ard.csv").is_file() and (folder / "provenance.json").is_file():
        return _published(folder, str(path), blinded)
    if not folder.is_dir():
        raise BuildError(f"There is no folder {path}.")
    points = sorted(one.parent.name for one in folder.glob("*=*/ard.csv"))
    raise BuildError(
        f"{path} is neither a trial (trial.yml) nor a build (ard.csv and provenance.json)."
        + (f" It holds the builds {', '.join(points)}: name one." if points else "")
    )


def _published(folder: Path, name: str, blinded: bool) -> Cut:
    try:
        provenance = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))
        facts = _kept_facts(provenance)
        table = pd.read_csv(_seen(folder, facts, name), dtype=str, keep_default_na=False)
        table = _with_states(table)[[*COLUMNS, "notice"]]
        numbers = {
            one: pd.to_numeric(table[one].mask(table[one] == "")) for one in ("time", "value")
        }
        parameters = dict(provenance.get("parameters") or {})
    except (ValueError, KeyError, OSError, TypeError, AttributeError, RecursionError) as error:
        said = shortened(error, 300)
        raise BuildError(f"{name}: ard.csv or provenance.json cannot be read. {said}") from error
    if blinded and not parameters.get("blinded"):
        raise BuildError(f"{name} was not built blinded: build it with -p blinded=true.")
    table = table.map(unescape_cell)
    table = table.assign(**numbers).drop_duplicates(KEY[1:]).reset_index(drop=True)
    facts = facts or _facts(provenance, table)
    return Cut(name, facts, table[COLUMNS], parameters=parameters)


def _seen(folder: Path, facts: CutFacts | None, name: str) -> Path:
    """Return the results of a build that its readers may see, which lie beside its pages."""
    seen = folder / "html" / "files" / "ard.csv"
    if seen.is_file():
        return seen
    if facts is None or facts.guard.on:
        raise BuildError(
            f"{name} has no html/files/ard.csv, the results that readers of its book may see. "
            "Build it again with this version."
        )
    return folder / "ard.csv"


def _with_states(table: pd.DataFrame) -> pd.DataFrame:
    """Return results with `state` and `shown`, which a build of data that anybody may see lacks."""
    if "state" in table:
        return table
    return table.assign(state=SHOWN, shown=table["printed"])


def _kept_facts(provenance: dict[str, Any]) -> CutFacts | None:
    """Return the facts that a build keeps; None of an older one, which kept none."""
    kept = provenance.get("cut")
    if not kept:
        return None
    facts = {key: kept[key] for key in kept if key in CutFacts.__annotations__}
    # Before they had a name of their own.
    guard = kept.get("guard") or {key: kept[key] for key in ("confidential", "min_cell")}
    # what stands in the file may have been edited, or be of another program
    return TypeAdapter(CutFacts).validate_python(facts | {"guard": guard})


def _facts(provenance: dict[str, Any], table: pd.DataFrame) -> CutFacts:
    """Return an older build's facts as far as its results tell them."""
    km = table[table["analysis"] == "kaplan_meier"]
    codes = list(dict.fromkeys(km["paramcd"]))
    arms = list(dict.fromkeys(km["arm"]))
    confidential = bool(table["notice"].str.contains("Confidential").any())
    return CutFacts(
        id=str(provenance.get("trial", "")),
        title=str(provenance.get("title", "")),
        notice=str(provenance.get("notice", "")),
        guard=Guard(confidential, 5 if confidential else 0),
        primary=codes[0] if codes else "",
        endpoints={code: code for code in codes},
        arms={arm: arm for arm in arms},
        comparisons=[one for one in dict.fromkeys(table["arm"]) if " vs " in one],
    )


def facts_as_json(trial: Trial) -> dict[str, Any]:
    """Return `facts_of` a trial as provenance.json keeps them."""
    return asdict(facts_of(trial))
