"""`compare`: every part of a comparison as rows of one frame."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from trialbook.comparison.cuts import Cut, CutFacts
from trialbook.comparison.events import ALL, event_changes, event_counts
from trialbook.comparison.importance import ESTIMATE, ranked
from trialbook.comparison.information import information, is_interim, status
from trialbook.comparison.pairs import CHANGED, FRAME_KEY, SIDES, UNCHANGED, paired
from trialbook.messages import BuildError
from trialbook.safe.cuts import safe_pairs
from trialbook.trial import Trial

COLUMNS = ["part", *FRAME_KEY, *SIDES, "note"]
PARTS = ("information", "events", "maturity", "effects", "results", "patients")
_EFFECTS = {
    "cox": ("efron", ("hr", "hr_lower", "hr_upper")),
    "log_rank": ("", ("p_value",)),
    "landmark": ("", ("difference", "lower", "upper")),
    "rmst": ("difference", ("difference", "lower", "upper")),
}


@dataclass(frozen=True)
class Comparison:
    """Two cuts and what differs.

    Attributes
    ----------
    old, new : Cut
    frame : pandas.DataFrame
        Columns `COLUMNS`. ``part`` says what a row is of: information (events, planned events,
        information fraction), events (what was added, withdrawn, re-dated, by arm), maturity,
        effects, results (everything that changed, the most important first), patients (whose
        events changed). It has passed the gate: `trialbook.safe.cuts`.
    old_status, new_status : str
        ``"interim, unadjusted"``, say; empty for a final analysis.
    remarks : tuple of str
        What could not be compared.
    """

    old: Cut
    new: Cut
    frame: pd.DataFrame = field(repr=False)
    old_status: str
    new_status: str
    remarks: tuple[str, ...] = ()

    @property
    def facts(self) -> CutFacts:
        """The new cut's facts."""
        return self.new.facts

    @property
    def notice(self) -> str:
        """What the data are and are not, of both, each sentence once."""
        return " ".join(dict.fromkeys([self.new.facts.notice, self.old.facts.notice])).strip()

    @property
    def nothing_changed(self) -> bool:
        """Whether no result and no patient's event differs."""
        return not self.frame["part"].isin(["results", "patients"]).any()

    def part(self, name: str) -> pd.DataFrame:
        """Return the rows of a part."""
        return self.frame[self.frame["part"] == name].reset_index(drop=True)


def compare(
    old: Cut, new: Cut, *, boundaries: tuple[float | None, ...] = (), final: bool = False
) -> Comparison:
    """Compare two cuts of a trial, or two analyses of one cut.

    Parameters
    ----------
    old, new : Cut
        See `read_cut`.
    boundaries : tuple of float or None
        Two-sided P values below which the analysis of the old cut, and of the new one, stops
        the trial; instead of trial.yml's.
    final : bool
        The new cut's analysis is the final one, however many events were planned.

    Raises
    ------
    BuildError
        When the two have no end point or no arm in common.
    """
    remarks = _in_common(old, new)
    per_shown = new.facts.per_shown
    both = paired(old.results, new.results, per_shown)
    for name in sorted({*old.parameters, *new.parameters}):
        given = [str(cut.parameters.get(name, "as by default")) for cut in (old, new)]
        if given[0] != given[1]:
            remarks.append(f"The parameter {name} differs: {given[0]} and {given[1]}.")
    parts = [_part("information", information(old, new))]
    both_trials = old.trial is not None and new.trial is not None
    changes = _event_changes(old, new) if both_trials else {}
    if both_trials and any(_unnamed(cut.trial) for cut in (old, new)):
        remarks.append(
            "A flat file does not number the patients (flat: id in trial.yml): they are held to be "
            "the same by their row, which is right only if both files have the same order."
        )
    if not both_trials:
        remarks.append("Which events are new, withdrawn or re-dated only two trial folders tell.")
    parts += [_part("events", _counts(of_one, code, new.facts)) for code, of_one in changes.items()]
    parts += [_part("maturity", _maturity(both)), _part("effects", _effects(both, new.facts))]
    parts.append(_part("results", _changed(both, new.facts)))
    parts += [_part("patients", _patients(one, code)) for code, one in changes.items()]
    frame = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    given = [*boundaries, None, None][:2]
    found = []
    for cut, side, boundary in ((old, "old", given[0]), (new, "new", given[1])):
        interim = is_interim(frame, side, final=final and side == "new")
        boundary = cut.facts.boundary if boundary is None else boundary
        found.append(status(cut, interim=interim, boundary=boundary))
    guard = old.facts.guard | new.facts.guard
    frame, less = safe_pairs(frame, guard, {"old": old.results, "new": new.results})
    if less:
        remarks.append(
            "Changed results that rest on small counts, or on a count that hardly changed, are "
            "left out."
        )
    return Comparison(old, new, frame, *found, tuple(remarks))


def _part(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Return rows of a part with all `COLUMNS`."""
    empty = dict.fromkeys(("analysis", "paramcd", "arm", "subgroup", "level", "method"), "")
    empty |= {"time": np.nan, "old": np.nan, "new": np.nan, "shift": np.nan, "note": ""}
    empty |= dict.fromkeys(("old_printed", "new_printed", "shift_printed", "change"), "")
    missing = {column: value for column, value in empty.items() if column not in frame}
    return frame.assign(part=name, **missing)[COLUMNS]


def _in_common(old: Cut, new: Cut) -> list[str]:
    """Return remarks on what only one cut has; refuse cuts that share nothing."""
    remarks = []
    if old.facts.id != new.facts.id:
        remarks.append(f"The two are called differently: {old.facts.id} and {new.facts.id}.")
    for what, before, after in (
        ("end point", old.facts.endpoints, new.facts.endpoints),
        ("arm", old.facts.arms, new.facts.arms),
    ):
        if not set(before) & set(after):
            raise BuildError(
                f"{old.name} and {new.name} have no {what} in common: {', '.join(before) or 'none'}"
                f" and {', '.join(after) or 'none'}. Compare two cuts of one trial."
            )
        for name, mine, other in ((old.name, before, after), (new.name, after, before)):
            if only := [code for code in mine if code not in other]:
                remarks.append(f"Only {name} has the {what}{'s' * (len(only) > 1)} "
                               f"{', '.join(only)}.")  # fmt: skip
    return remarks


def _unnamed(trial: Trial) -> bool:
    """Return whether the rows of a flat file stand in for names of patients."""
    return trial.config.flat is not None and trial.config.flat.id is None


def _event_changes(old: Cut, new: Cut) -> dict[str, pd.DataFrame]:
    """Return `event_changes` of every end point that both have."""
    return {
        code: event_changes(old.trial.time_to_event(code), new.trial.time_to_event(code))
        for code in new.facts.endpoints
        if code in old.facts.endpoints
    }


def _counts(changes: pd.DataFrame, paramcd: str, facts: CutFacts) -> pd.DataFrame:
    """Return the counts of an end point's changes, cuts side by side."""
    arms = [*facts.arms, *(a for a in changes["arm_old"].dropna().unique() if a not in facts.arms)]
    if len(arms) == 1:
        arms = []
    counts = event_counts(changes, arms).set_index(["arm", "statistic"])["n"]
    records = []
    for arm in (*arms, ALL):
        n = counts.loc[arm]
        for name in ("patients", "events"):
            before, after = int(n[f"{name}_old"]), int(n[f"{name}_new"])
            records.append((arm, name, before, after, after - before))
        records += [
            (arm, name, np.nan, int(n[name]), np.nan)
            for name in n.index
            if not name.endswith(("_old", "_new"))
        ]
    frame = pd.DataFrame(records, columns=["arm", "statistic", "old", "new", "shift"])
    for side in ("old", "new"):
        frame[f"{side}_printed"] = [_whole(n) for n in frame[side]]
    shifted = frame["shift"].map(lambda n: f"{n:+,.0f}" if n == n and n else "")
    return frame.assign(analysis="events", paramcd=paramcd, shift_printed=shifted)


def _whole(n: float) -> str:
    return f"{n:,.0f}" if n == n else ""


def _maturity(both: pd.DataFrame) -> pd.DataFrame:
    """Return patients, events, percentage with the event and follow-up by arm."""
    plain = (both["method"] == "") & both["time"].isna() & (both["level"] == "")
    km = (both["analysis"] == "kaplan_meier") & plain
    km &= both["statistic"].isin(["n", "n_events", "percent"])
    follow_up = (both["analysis"] == "follow_up") & (both["method"] == "reverse")
    return both[km | follow_up]


def _effects(both: pd.DataFrame, facts: CutFacts) -> pd.DataFrame:
    """Return the effects on every end point, each with its interval and P value."""
    plain = (both["subgroup"] == "") & (both["level"] == "")
    chosen = pd.Series(False, index=both.index)
    for analysis, (method, statistics) in _EFFECTS.items():
        of = (both["analysis"] == analysis) & (both["method"] == method) & plain
        chosen |= of & both["statistic"].isin(statistics) & both["arm"].str.contains(" vs ")
    return _with_crossings(both[chosen], facts)


def _with_crossings(frame: pd.DataFrame, facts: CutFacts) -> pd.DataFrame:
    """Note where a P value is on another side of the level than before."""
    crossed = (
        (frame["statistic"] == "p_value")
        & frame[["old", "new"]].notna().all(axis=1)
        & ((frame["old"] < facts.alpha) != (frame["new"] < facts.alpha))
    )
    return frame.assign(note=np.where(crossed, f"on the other side of {facts.alpha:g}", ""))


def _changed(both: pd.DataFrame, facts: CutFacts) -> pd.DataFrame:
    """Return everything that changed, the most important first.

    An estimate stays whole: where its interval changed, the estimate stands beside it.
    """
    of_estimate = pd.MultiIndex.from_frame(both[ESTIMATE].fillna({"time": -1.0}))
    differing = of_estimate.isin(of_estimate[both["change"] != UNCHANGED])
    return _with_crossings(ranked(both[differing], facts.primary), facts)


def _patients(changes: pd.DataFrame, paramcd: str) -> pd.DataFrame:
    """Return the patients whose event or arm changed, `level` being the patient."""
    of = changes[changes["change"] != ""]
    frame = pd.DataFrame(
        {
            "analysis": "events",
            "paramcd": paramcd,
            "arm": of["arm_new"].fillna(of["arm_old"]),
            "level": of["USUBJID"],
            "statistic": "time",
            "old": of["time_old"],
            "new": of["time_new"],
            "shift": of["time_new"] - of["time_old"],
            "change": CHANGED,
            "note": of["change"],
        }
    )
    for side in ("old", "new"):
        words = np.where(of[f"event_{side}"], "event at ", "censored at ")
        there = of[f"time_{side}"].notna()
        shown = pd.Series(words, of.index) + of[f"time_{side}"].map("{:g}".format)
        frame[f"{side}_printed"] = shown.where(there, "")
    return frame
