"""An attacker who takes the explorers of confidential data apart finds what is published, alone.

Whatever a component gets is read: its JSON, its sentences, the coordinates of what is drawn.
"""

import html
import json
import re

import numpy as np
import pandas as pd
import pytest

from tests.report.secret_trial import EXTREME_LAB, RARE_TERM, secret_trial
from trialbook import analyses
from trialbook.analyses.time_to_event import coarse_step
from trialbook.report import figures, tables
from trialbook.report.explorers.planner import planner
from trialbook.report.explorers.risk import patient_risk
from trialbook.safe import safe
from trialbook.safe.lookup import Lookup
from trialbook.trial import load_trial

LEAST = 5
VALUES = re.compile(r'data-values="([^"]*)"')


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    return load_trial(secret_trial(tmp_path_factory.mktemp("secret") / "trial"))


@pytest.fixture(scope="module")
def rows(trial):
    """Return everything that the explorers of a book are made from, before the gate."""
    found = [
        analyses.end_points(trial),
        analyses.proportional_hazards(trial, trial.primary),
        analyses.hazard_ratio_by_period(trial, trial.primary),
        analyses.tipping_point(trial, n_imputations=10),
        analyses.adverse_events(trial),
        analyses.laboratory(trial),
    ]
    return analyses.joined([*found, analyses.all_curves(trial)])


@pytest.fixture(scope="module")
def gated(rows, trial):
    return safe(rows, trial)


def explorers(lookup):
    """Return the HTML of each explorer of a book, and of what it draws in."""
    trial, primary = lookup.trial, lookup.trial.primary
    others = [one for one in trial.endpoints if one != primary]
    labels = {"serious": "Serious", "withdrawal": "Leading to withdrawal", "fatal": "Fatal"}
    drawings = {
        "survival": figures.plot_survival(lookup, primary, others=others),
        "incidence": figures.plot_cumulative_incidence(lookup, trial.endpoints),
        "leaving": figures.plot_leaving(lookup),
        "harms over time": figures.plot_course_of_harms(lookup, labels),
        "laboratory": figures.plot_laboratory(lookup),
    }
    shown = {"planner": planner(lookup)}
    for one in trial.comparisons:
        shown[f"risk {one.name}"] = patient_risk(lookup, primary, one)
        drawings[f"withdrawal {one.name}"] = figures.plot_withdrawal(lookup, primary, one)
        drawings[f"hazards {one.name}"] = figures.plot_hazard_over_time(lookup, primary, one)
    shown["harms"] = tables.tbl_terms(lookup, analyses.event_classes(trial))
    found = {name: one.inline + one.explorer for name, one in drawings.items() if one}
    found |= {name: getattr(one, "html", str(one)) for name, one in shown.items() if one}
    return found


def told(markup):
    """Return what the components in some HTML get."""
    return [json.loads(html.unescape(text)) for text in VALUES.findall(markup)]


def readers(markups):
    """Yield each panel of each reader: its choice, and each arm's arrays."""
    for markup in markups:
        for values in told(markup):
            for choice in values.get("choices", []):
                for panel in choice["panels"]:
                    for arm in panel["arms"]:
                        yield choice, panel, arm


def test_what_is_withheld_may_be_anything_and_no_explorer_changes(gated, trial):
    before = explorers(Lookup(gated, trial))
    hidden = gated["state"] == "withheld"
    assert hidden.sum() > 100
    assert gated.loc[hidden, "value"].isna().all()
    rng = np.random.default_rng(3)
    noise = pd.Series(rng.uniform(0.01, 400, len(gated)), gated.index)
    # other numbers, and of curves other times: the exact ones of single patients
    curve = hidden & (gated["analysis"] == "curve") & gated["time"].notna()
    changed = gated.assign(
        value=gated["value"].mask(hidden, noise),
        printed=gated["printed"].mask(hidden, "17") if "printed" in gated else "",
        time=gated["time"].mask(curve, gated["time"] + 0.137),
    )
    after = explorers(Lookup(changed, trial))
    assert len(before) > 8
    assert {name for name in before if "data-values" in before[name]} >= {"survival", "harms"}
    # the table asks for the sums by which it sorts: of what is withheld the gate leaves none
    assert {name for name in before if before[name] != after[name]} <= {"harms"}


def test_the_attacker_sees_a_gate_that_stands_open(rows, gated, trial):
    shut = explorers(Lookup(gated, trial))
    opened = explorers(Lookup(gated.assign(state="shown", value=rows["value"]), trial))
    changed = [name for name in shut if shut[name] != opened.get(name)]
    assert {"survival", "harms", "laboratory"} <= set(changed)
    assert _small_steps(opened.values(), trial)


def test_no_explorer_tells_few_events_or_few_at_risk(gated, trial):
    markups = explorers(Lookup(gated, trial)).values()
    assert list(readers(markups))
    assert not _small_steps(markups, trial)


def _small_steps(markups, trial):
    """Return counts of 1 to 4 that a reader says, or that two of its numbers differ by."""
    found = []
    for choice, _, arm in readers(markups):
        for name in ("events", "risk"):
            known = [n for n in arm.get(name, []) if n is not None]
            steps = np.abs(np.diff(known))
            few = {n for n in [*known, *steps] if 0 < n < LEAST}
            # numbers at risk fall by whom nobody follows any more: those between two ticks
            found += [(choice["name"], name, n) for n in few if name == "events" or n in known]
        for texts in choice.get("counts", {}).values():
            numbers = [int(n.replace(",", "")) for text in texts.values()
                       for n in re.findall(r"[\d,]+", text)]  # fmt: skip
            found += [(choice["name"], "below", n) for n in numbers if 0 < n < LEAST]
    return found


def test_no_explorer_tells_when_a_patient_had_an_event_or_was_last_seen(gated, trial):
    markups = explorers(Lookup(gated, trial))
    days = trial.time.to_show(1.0)
    step, checked = coarse_step(trial), 0
    last = {
        round(float(of["AVAL"].max()), 2)
        for one in trial.endpoints
        for _, of in trial.time_to_event(one.paramcd).groupby("arm", observed=True)
    }
    for choice, _, arm in readers([markups["survival"]]):
        for t in [*choice["at"], *arm.get("drawn", {}).get("t", [])]:
            at = t / days
            regular = abs(at / step - round(at / step)) < 1e-2
            assert regular or min(abs(at - mark) for mark in trial.landmarks) < 0.01, t
            assert regular or round(at, 2) not in last
            checked += 1
    assert checked > 20


def test_rare_events_extremes_and_exact_values_are_nowhere(rows, gated, trial):
    whole = html.unescape("".join(explorers(Lookup(gated, trial)).values()))
    assert RARE_TERM.casefold() not in whole.casefold()
    assert str(EXTREME_LAB) not in whole
    # the percentages that rows of harms draw and sort by are those that may be shown
    [harms] = told(explorers(Lookup(gated, trial))["harms"])
    of = gated[(gated["analysis"] == "adverse_events") & (gated["state"] != "withheld")]
    known = set(of.loc[of["statistic"].isin(["percent", "risk_difference"]), "value"].round(6))
    for row in harms["rows"]:
        for number in [row["most"], *row["differences"]]:
            assert number is None or round(number, 6) in known
    # no coordinate of a dot is that of an exact percentage which only a coarser one stands for
    frame = explorers(Lookup(gated, trial))["harms"]
    end = int(re.search(r"0 to (\d+)%", frame)[1])
    drawn = {float(x) for x in re.findall(r'cx="([\d.]+)"', frame)}
    allowed = {round(5 + v / end * 134, 1) for v in of.loc[of["statistic"] == "percent", "value"]}
    assert drawn <= allowed
    exact = rows[(rows["analysis"] == "adverse_events") & (rows["statistic"] == "percent")]
    coarse = (gated.loc[exact.index, "value"] - exact["value"]).abs() > 0.01
    assert coarse.sum() > 5


def test_who_left_is_told_at_a_time_that_every_curve_has(gated, trial):
    lookup = Lookup(gated, trial)
    figure = figures.plot_leaving(lookup)
    time, first = re.search(r"^Left the study by (\S+) \w+: (\d+)", figure.headline).groups()
    curves = [lookup.curve("discontinuation", "EOSSTT", arm.code) for arm in trial.arms]
    for curve in curves:
        known = trial.time.to_show(curve.index[curve["cumulative_incidence"].notna()].to_numpy())
        assert min(abs(known - float(time))) < 0.05, known
    # between two known times a curve only seems to be flat
    assert int(first) > 0
