"""What explorers know is what the package computes, and of guarded data what is published."""

import html
import json
import re

import numpy as np
import pytest

from tests.report.secret_trial import secret_trial
from trialbook import analyses, survival
from trialbook.escape import MARK, MARK_HTML
from trialbook.report import figures, narrative
from trialbook.report.explorers import explorer
from trialbook.report.explorers.planner import planner
from trialbook.report.explorers.reader import MOST_STEPS, _apart, curve_reader, survival_read
from trialbook.report.explorers.risk import patient_risk, risk_under
from trialbook.report.output import Text
from trialbook.safe import WITHHELD
from trialbook.safe.lookup import Lookup
from trialbook.trial import load_trial


def values_in(text):
    """Return what an explorer's component gets."""
    return json.loads(html.unescape(re.search(r'data-values="([^"]*)"', text)[1]))


@pytest.fixture(scope="module")
def gbsg2():
    return load_trial("data/gbsg2")


@pytest.fixture(scope="module")
def secret(tmp_path_factory):
    return load_trial(secret_trial(tmp_path_factory.mktemp("secret") / "secret"))


def lookup_of(trial):
    rows = [analyses.end_points(trial), analyses.proportional_hazards(trial, trial.primary)]
    rows += [analyses.hazard_ratio_by_period(trial, trial.primary)]
    rows += [analyses.survival_curves(trial, trial.primary)]
    others = [one for one in trial.endpoints if one != trial.primary]
    rows += [analyses.survival_curves(trial, one, marks=False) for one in others]
    return Lookup(analyses.joined(rows), trial)


@pytest.fixture(scope="module")
def open_numbers(gbsg2):
    return lookup_of(gbsg2)


@pytest.fixture(scope="module")
def safe_numbers(secret):
    return lookup_of(secret)


def told(lookup):
    trial = lookup.trial
    others = [one for one in trial.endpoints if one != trial.primary]
    return values_in(figures.plot_survival(lookup, trial.primary, others=others).explorer)


def test_the_reader_says_what_kaplan_meier_gives_at_each_time_offered(gbsg2, open_numbers):
    times = gbsg2.time_to_event(gbsg2.primary.paramcd)
    panel = (read := told(open_numbers)["choices"][0])["panels"][0]
    assert len(read["at"]) > 50
    days = np.array(read["at"]) / gbsg2.time.to_show(1.0)
    for arm in panel["arms"]:
        of = times[times["arm"] == gbsg2.arms[arm["arm"]].code]
        at = survival.kaplan_meier(of["AVAL"], of["event"]).at(np.round(days))
        inside = np.array([one is not None for one in arm["value"]])
        # a shown time has four digits: half a day moves no curve that has no event on the day
        near = survival.kaplan_meier(of["AVAL"], of["event"]).at(days)
        same = (near.survival == at.survival) & (near.n_at_risk == at.n_at_risk) & inside
        assert same.sum() > 20
        assert np.array(arm["value"], float)[same] == pytest.approx(
            100 * at.survival[same], abs=1e-4
        )
        assert np.array(arm["risk"], float)[same] == pytest.approx(at.n_at_risk[same])
        assert np.array(arm["events"], float)[same] == pytest.approx(at.n_events[same])


def test_of_a_paper_each_number_read_off_a_curve_is_free_but_what_it_ties_down():
    trial = load_trial("data/alms")
    numbers = lookup_of(trial)
    first, *more = (read := told(numbers))["choices"]
    assert read["free"] is True
    labels = {one.label: one.paramcd for one in trial.endpoints}
    totals = {
        (code, arm.code): numbers.value("n_events", "kaplan_meier", code, arm.code)
        for code in labels.values()
        for arm in trial.arms
    }
    ended = 0
    for choice in (first, *more):
        for arm in choice["panels"][0]["arms"]:
            tied, events = arm["tied"], [x for x in arm["events"] if x is not None]
            # everybody is there at the start, and nothing has happened
            assert choice["at"][0] == 0
            assert [tied["value"], tied["risk"]] == [[0], [0]]
            # in the end stand all events, which the paper prints
            all_told = totals[labels[choice["name"]], trial.arms[arm["arm"]].code]
            ends = [len(events) - 1] * (events[-1] == all_told)
            assert tied["events"] == [0, *ends]
            ended += len(ends)
    assert ended >= 4


def test_of_no_paper_an_explorer_says_nothing_of_marks(open_numbers, gbsg2):
    shown = html.unescape(figures.plot_survival(open_numbers, gbsg2.primary).explorer)
    assert '"value":[' in shown
    assert re.findall(r'"free":true|"tied"|u2063', shown) == []


def test_a_risk_from_a_free_ratio_is_free_and_from_a_printed_one_is_not(monkeypatch):
    trial = load_trial("data/alms")
    numbers = lookup_of(trial)
    of = (trial.primary, trial.comparisons[0])
    printed = patient_risk(numbers, *of).html
    assert "free" not in values_in(printed)
    assert MARK_HTML not in printed
    monkeypatch.setattr(Lookup, "mark", lambda *_, **__: MARK)
    free = patient_risk(numbers, *of).html
    assert values_in(free)["free"] is True
    assert re.search(rf"\d\.\d{MARK_HTML} would with the treatment", free)
    assert re.search(rf"with the hazard ratio of \d\.\d\d{MARK_HTML} ", free)


def test_marks_leave_an_explorer_in_letters_that_can_be_seen():
    text = explorer("reader", {"said": f"0.44{MARK} given drug{MARK} \u202eB"})
    assert MARK not in text
    assert values_in(text)["said"] == f"0.44{MARK} given drug B"


def test_of_guarded_data_the_reader_knows_the_published_rows_and_no_other(secret, safe_numbers):
    curves = safe_numbers.results[safe_numbers.results["analysis"] == "curve"]
    shown = curves[curves["state"] != WITHHELD]
    names = {"value": ("survival", 100), "low": ("lower", 100), "high": ("upper", 100),
             "risk": ("n_at_risk", 1), "events": ("n_events", 1)}  # fmt: skip
    places = below = 0
    labels = {one.label: one.paramcd for one in secret.endpoints}
    for choice in told(safe_numbers)["choices"]:
        code = labels[choice["name"]]
        for arm in choice["panels"][0]["arms"]:
            of = shown[(shown["paramcd"] == code) & (shown["arm"] == secret.arms[arm["arm"]].code)]
            for name, (statistic, scale) in names.items():
                rows = of[of["statistic"] == statistic]
                known = {
                    (round(float(secret.time.to_show(t)), 4), round(scale * v, 4))
                    for t, v in zip(rows["time"], rows["value"], strict=True)
                }
                asked = zip(choice["at"], arm.get(name, []), strict=False)
                said = {(t, v) for t, v in asked if v is not None}
                assert {(round(t, 4), round(v, 4)) for t, v in said} <= known
                places += len(said)
            survival_rows = of[of["statistic"] == "survival"]
            shown_times = np.round(secret.time.to_show(survival_rows["time"].to_numpy()), 4)
            drawn = arm.get("drawn", {"t": []})
            assert set(np.round(drawn["t"], 4)) <= set(shown_times)
            for name, statistic in (("v", "survival"), ("low", "lower"), ("high", "upper")):
                known = set(np.round(100 * of.loc[of["statistic"] == statistic, "value"], 4))
                assert {v for v in drawn.get(name, []) if v is not None} <= known
            told_at = {
                f"{secret.time.to_show(t):g}": n
                for t, n in of.loc[of["statistic"] == "n_at_risk", ["time", "value"]].to_numpy()
            }
            for tick, text in choice.get("counts", {}).get(str(arm["arm"]), {}).items():
                if text != "–":
                    assert float(text.split(" (")[0].replace(",", "")) == told_at[tick]
                    below += 1
    assert places > 50
    assert below > 5


def test_where_a_curve_may_not_be_shown_there_is_nothing_to_read(secret):
    nothing = Lookup(analyses.joined([]), secret)
    assert curve_reader(nothing, [survival_read(secret.primary)], [0.0, 100.0]) == ""


def test_a_risk_is_not_offered_where_chance_did_not_form_the_groups(gbsg2, open_numbers):
    said = patient_risk(open_numbers, gbsg2.primary, gbsg2.comparisons[0])
    assert isinstance(said, Text)
    assert "not formed by chance" in str(said)


def test_of_synthetic_patients_no_drug_is_named_and_the_sentence_is_the_formula():
    trial = load_trial("data/alms")
    numbers = lookup_of(trial)
    shown = patient_risk(numbers, trial.primary, trial.comparisons[0]).html
    assert not any(arm.label.lower() in shown.lower() or arm.code in shown for arm in trial.arms)
    values = values_in(shown)
    hr = numbers.value("hr", "cox", trial.primary.paramcd, trial.comparisons[0].name,
                       method="efron")  # fmt: skip
    assert values["hr"] == hr
    expected = 100 * risk_under(values["risk"] / 100, hr)
    assert f"{expected:.1f} would with the treatment" in shown


def test_a_risk_is_not_offered_where_the_ratio_did_not_hold(secret, safe_numbers, monkeypatch):
    from trialbook.report.effect import Effect, Verdict

    offered = patient_risk(safe_numbers, secret.primary, secret.comparisons[0])
    assert "data-values" in getattr(offered, "html", "") or isinstance(offered, Text)
    monkeypatch.setattr(Effect, "verdict", lambda self: Verdict.NOT_THROUGHOUT)
    refused = patient_risk(safe_numbers, secret.primary, secret.comparisons[0])
    assert "did not hold throughout" in str(refused)


def test_the_planner_begins_with_the_plan_and_is_absent_without_one(gbsg2):
    alms = load_trial("data/alms")
    values = values_in(planner(Lookup(analyses.joined([]), alms)).html)
    assert values["planned"] == 2 * alms.config.design.n_per_arm
    assert values["power"] == 100 * alms.config.design.power
    if gbsg2.config.design is None:
        assert planner(Lookup(analyses.joined([]), gbsg2)) is None


def along(figure):
    """Return what a reader along an axis gets: its places and its panels."""
    [choice] = values_in(figure.explorer)["choices"]
    return choice["at"], choice["panels"]


def test_along_a_true_hazard_ratio_the_reader_says_the_power_of_the_results():
    trial = load_trial("data/alms")
    numbers = Lookup(analyses.design(trial), trial)
    at, [panel] = along(figures.plot_planned_power(numbers))
    assert len(at) == len(panel["said"]) > 10
    for ratio, y, (said, _) in zip(at, panel["arms"][0]["value"], panel["said"], strict=True):
        key = ("design", "", "all")
        of = {"level": f"hr={ratio:g}", "method": "schoenfeld"}
        assert y == pytest.approx(100 * numbers.value("power", *key, **of), abs=1e-4)
        assert f"ratio of {ratio:g}, the" in said
        # what was planned is of no patients: nothing of it is free
        assert numbers.text("{power}", *key, **of) in said
        assert MARK not in said


def test_along_an_assumption_the_reader_says_the_ratios_of_the_tipping_point():
    trial = load_trial("data/alms")
    numbers = Lookup(analyses.tipping_point(trial, n_imputations=10), trial)
    comparison = trial.comparisons[0]
    at, [panel] = along(figures.plot_withdrawal(numbers, trial.primary, comparison))
    figure = figures.plot_withdrawal(numbers, trial.primary, comparison)
    assert re.search(rf"go from \d\.\d\d{MARK} to \d\.\d\d{MARK}$", figure.headline)
    of = ("tipping_point", trial.primary.paramcd, comparison.name)
    for level, line in zip(("treated", "both"), panel["arms"], strict=True):
        for delta, y, (lead, said) in zip(at, line["value"], panel["said"], strict=True):
            key = {"level": level, "method": f"delta={delta:g}"}
            hr = numbers.value("hr", *of, **key)
            assert y == pytest.approx(np.log(hr), abs=1e-4)
            assert f"{delta:g} times" in lead
            printed = "{hr} (95% CI, {hr_lower} to {hr_upper})"
            assert f"{MARK} (" in numbers.text(printed, *of, **key)
            assert numbers.text(printed, *of, **key) in said


def test_along_the_visits_the_reader_says_the_means_of_the_results():
    trial = load_trial("data/alms")
    numbers = Lookup(analyses.laboratory_curves(trial), trial)
    at, panels = along(figures.plot_laboratory(numbers))
    codes = numbers.distinct("paramcd", "curve", level="laboratory")
    configured = {one.paramcd: one for one in trial.config.laboratory}
    for code, panel in zip(codes, panels, strict=True):
        geometric = configured[code].summary == "geometric"
        statistic = "geometric_mean" if geometric else "mean"
        label = configured[code].label + ", geometric mean" * geometric
        for line in panel["arms"]:
            arm = trial.arms[line["arm"]]
            curve = numbers.curve("laboratory", code, arm.code)
            for visit, y, (lead, said) in zip(at, line["value"], panel["said"], strict=True):
                assert lead == f"{label}, at month {visit:g}:"
                assert y == pytest.approx(curve.loc[visit, statistic], abs=1e-4)
                assert said.count(MARK) == len(panel["arms"])
                assert f"{curve.loc[visit, 'n']:.0f} patients) with {arm.label.lower()}" in said


def test_over_time_the_reader_says_the_smoothed_hazard_ratio(gbsg2):
    numbers = Lookup(
        analyses.joined([analyses.end_points(gbsg2), analyses.hazard_ratio_curves(gbsg2)]), gbsg2
    )
    comparison = gbsg2.comparisons[0]
    at, [panel] = along(figures.plot_hazard_over_time(numbers, gbsg2.primary, comparison))
    curve = numbers.curve("proportional_hazards", gbsg2.primary.paramcd, comparison.name)
    months = np.round(gbsg2.time.to_show(curve.index.to_numpy(float)), 4)
    known = dict(zip(months, np.log(curve["hr"]), strict=True))
    assert len(at) > 10
    for month, y in zip(at, panel["arms"][0]["value"], strict=True):
        assert y == pytest.approx(known[round(month, 4)], abs=1e-4)


def test_the_smoothed_hazard_ratio_of_a_paper_is_free_and_the_models_constant_is_not():
    trial = load_trial("data/alms")
    rows = [analyses.end_points(trial), analyses.hazard_ratio_curves(trial)]
    numbers = Lookup(analyses.joined(rows), trial)
    figure = figures.plot_hazard_over_time(numbers, trial.primary, trial.comparisons[0])
    least, most, constant = re.findall(rf"\d\.\d\d{MARK}?", figure.headline)
    assert [one[-1] == MARK for one in (least, most, constant)] == [True, True, False]
    _, [panel] = along(figure)
    assert all(re.match(rf"hazard ratio \d+\.\d+{MARK} \(", said) for _, said in panel["said"])


def test_the_largest_difference_of_harms_is_that_of_the_results():
    trial = load_trial("data/alms")
    numbers = Lookup(analyses.adverse_events(trial), trial)
    comparison, found = trial.comparisons[0], {}
    for term in analyses.event_classes(trial)["AEDECOD"]:
        level = "AEDECOD" if numbers.has("adverse_events", paramcd=term, level="AEDECOD") else ""
        of = ("adverse_events", term)
        percents = [numbers.value("percent", *of, arm.code, level=level) for arm in trial.arms]
        if max(percents) >= 5:
            found[term] = numbers.value(
                "risk_difference", *of, comparison.name, level=level, method="newcombe"
            )
    largest = max(found, key=lambda term: abs(found[term]))
    terms = analyses.event_classes(trial)["AEDECOD"]
    said = str(narrative.say_largest_difference(numbers, terms)).replace(MARK, "")
    more = comparison.treated if found[largest] > 0 else comparison.control
    assert f"Of {len(found)} adverse events that at least 5% of a group had, " in said
    assert f"{largest.lower()} differed most: {100 * abs(found[largest]):.1f} percentage" in said
    assert f"more with {more.label.lower()} (95% CI, " in said
    assert narrative.say_largest_difference(numbers, []) is None


def test_times_that_a_slider_cannot_tell_apart_are_left_out_and_landmarks_never():
    times = np.array([0, 2, 4, 34, 35.99, 36, 36.01, 36.2, 36.5, 37.0])
    kept = _apart(times, [36.0, 99.0])
    assert list(kept) == [0, 2, 4, 34, 36, 36.5, 37]
    assert len(_apart(np.linspace(0, 1, 5000), [])) <= MOST_STEPS + 1
    assert len(_apart(np.array([]), [1.0])) == 0
