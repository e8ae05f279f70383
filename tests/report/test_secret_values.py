"""What means, models, nested end points and tables apart tell of few confidential patients."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from tests.report.secret_trial import EXTREME_LAB, secret_trial
from trialbook import analyses
from trialbook.analyses import ANALYSES, all_results
from trialbook.paper import compare
from trialbook.report import figures, narrative, tables
from trialbook.report.paper import published_count
from trialbook.safe import row_keys, safe, without_counts
from trialbook.safe.lookup import Lookup
from trialbook.safe.values import tells_a_value
from trialbook.trial import Trial, load_trial

LEAST = 5
Change = Callable[[pd.DataFrame], pd.DataFrame]


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    return load_trial(secret_trial(tmp_path_factory.mktemp("secret") / "trial"))


def changed(to: Path, frames: dict[str, Change], config: dict | None = None, **options) -> Trial:
    """Return `secret_trial` with data sets changed by functions, and keys of trial.yml."""
    folder = secret_trial(to / "trial", **options)
    for name, change in frames.items():
        file = folder / f"{name}.csv"
        change(pd.read_csv(file)).to_csv(file, index=False)
    settings = yaml.safe_load((folder / "trial.yml").read_text(encoding="utf-8"))
    settings |= config or {}
    (folder / "trial.yml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    return load_trial(folder)


def test_mean_and_sd_tell_how_many_have_one_of_few_values(tmp_path):
    def with_flag(adsl):
        rare = np.zeros(len(adsl), int)
        rare[[2, 9]] = 1
        return adsl.assign(RARE=rare, COMMON=np.arange(len(adsl)) % 2)

    baseline = [
        {"variable": name, "label": name, "summary": "mean", "digits": 3}
        for name in ("RARE", "COMMON", "AGE")
    ]
    trial = changed(tmp_path, {"adsl": with_flag}, {"baseline": baseline})
    lookup = Lookup(analyses.baseline(trial), trial)
    # 0.029 and 0.168, of 70 patients, are those of two ones.
    assert lookup.text("{mean} ± {sd}", "baseline", "RARE", "CTL") == "withheld"
    assert lookup.text("{smd}", "baseline", "RARE", "ACT vs CTL") == "withheld"
    assert lookup.text("{mean} ± {sd}", "baseline", "RARE", "ACT") == "0.000 ± 0.0000"
    for name in ("COMMON", "AGE"):
        assert not lookup.withholds("mean", "baseline", name, "CTL")
        assert not lookup.withholds("smd", "baseline", name, "ACT vs CTL")
    assert figures.plot_baseline_balance(lookup, trial.comparisons[0])


def test_a_mean_does_not_tell_the_one_patient_far_from_all_others(trial):
    lookup = Lookup(analyses.laboratory(trial), trial)
    records = trial.adlb.query("AVISITN == 0")
    arm = trial.safety_population().set_index("USUBJID")["arm"]
    hers = arm[records.loc[records["AVAL"] == EXTREME_LAB, "USUBJID"].iloc[0]]
    for code in arm.unique():
        of = ("laboratory", "ALT", code)
        hidden = lookup.withholds("mean", *of, time=0, method="arithmetic")
        assert hidden == (code == hers)
        assert hidden == lookup.withholds("upper", *of, time=0, method="arithmetic")
        assert not lookup.withholds("mean", *of, time=1, method="arithmetic")
    at = records[records["USUBJID"].map(arm) == hers]["AVAL"]
    # From mean and SD alone: she is as far from the mean as one among equals can be.
    reckoned = at.mean() + at.std() * (len(at) - 1) / np.sqrt(len(at))
    assert reckoned == pytest.approx(EXTREME_LAB, rel=0.01)
    drawn = Lookup(analyses.laboratory_curves(trial), trial)
    assert "NE" not in figures.plot_laboratory(drawn).message
    assert 0 not in drawn.curve("laboratory", "ALT", hers).index


@pytest.mark.parametrize(
    ("values", "tells"),
    [
        (np.repeat([0.0, 1.0], [86, 4]), True),
        (np.repeat([0.0, 1.0], [80, 10]), False),
        (np.repeat([0.0, 1.0, 2.0], [50, 37, 3]), True),
        (np.repeat([0.0, 1.0, 2.0, 3.0], [50, 37, 10, 3]), False),
        (np.full(90, 1.0), False),
        (np.random.default_rng(1).lognormal(0, 1, 90), False),
        (np.append(np.random.default_rng(1).normal(0, 1, 89), 60), True),
        (np.array([7.0]), True),
        (np.array([]), False),
    ],
)
def test_which_values_mean_and_sd_tell(values, tells):
    assert tells_a_value(values, LEAST) == tells


def test_the_difference_of_coarse_percentages_tells_no_more_than_these(trial):
    results = analyses.baseline(trial)
    lookup = Lookup(results, trial)
    shares = [lookup.value("percent", "baseline", "SMOKE", arm, level="Y") / 100
              for arm in ("ACT", "CTL")]  # fmt: skip
    assert all(share == round(share, 2) for share in shares)
    spread = np.sqrt(sum(share * (1 - share) for share in shares) / 2)
    of = {"level": "Y"}
    shown = lookup.value("smd", "baseline", "SMOKE", "ACT vs CTL", **of)
    assert shown == pytest.approx((shares[0] - shares[1]) / spread)
    exact = results.query("paramcd == 'SMOKE' and statistic == 'smd' and level == 'Y'")
    assert shown not in set(exact["value"])
    drawn = narrative.shown_differences(lookup)
    assert shown in set(drawn.loc[drawn["paramcd"] == "SMOKE", "value"])


def test_covariates_with_few_patients_or_events_have_no_hazard_ratio(tmp_path):
    def with_rare(adsl):
        race = adsl["RACE"].replace("OTHER", "WHITE").mask(adsl.index == 11, "TASMANIAN")
        return adsl.assign(RACE=race, DIAB=np.isin(adsl.index, [1, 80, 90]).astype(int))

    covariates = ["RACE", "SEX", "AGE", "DIAB"]
    models = {"full": {"endpoint": "PFS", "covariates": covariates}}
    trial = changed(tmp_path, {"adsl": with_rare}, {"models": models})
    both = analyses.joined([analyses.end_points(trial), analyses.sensitivity(trial)])
    lookup = Lookup(both, trial)
    of = ("cox", "PFS", "ACT vs CTL")
    hidden = {
        level: lookup.withholds("hr_lower", *of, level=level, method="adjusted:full")
        for level in ("", "RACE=TASMANIAN", "RACE=WHITE", "SEX=M", "AGE", "DIAB")
    }
    assert [level for level in hidden if hidden[level]] == ["RACE=TASMANIAN", "DIAB"]
    page = tables.tbl_covariates(lookup, trial.primary).html
    assert "tasmanian" not in page.lower()
    assert "are not named" in page


def test_what_comes_first_does_not_tell_who_had_a_component_later(tmp_path):
    trial = changed(tmp_path, {})
    results = analyses.composite(trial)
    lookup = Lookup(results, trial)
    first = results.query("method == 'first' and statistic == 'n'")
    later = {
        (code, arm): len(of.query("event and arm == @arm")) - n
        for code in ("PROG", "DEATH")
        for of in [trial.time_to_event(code)]
        for arm, n in first[first["level"] == code].set_index("arm")["value"].items()
    }
    assert any(0 < n < LEAST for n in later.values())
    for arm in ("CTL", "ACT", "HIGH"):
        assert lookup.withholds("n", "composite", "PFS", arm, level="PROG", method="first")


def test_of_nested_end_points_the_difference_is_not_told(tmp_path):
    def with_both(adtte):
        """Add an end point that three patients of the verum had who had not the primary one."""
        wider = adtte[adtte["PARAMCD"] == "PFS"].assign(PARAMCD="EFS", PARAM="Time to EFS (days)")
        free = wider.index[(wider["CNSR"] == 1) & (np.arange(len(wider)) >= 70)][:3]
        wider.loc[free, "CNSR"] = 0
        return pd.concat([adtte, wider])

    def end_points(*more):
        own = [one.model_dump(exclude_defaults=True) for one in changed_once.endpoints]
        return {"endpoints": [*own, *more]}

    changed_once = changed(tmp_path / "once", {})
    event_free = {"paramcd": "EFS", "label": "any event", "role": "secondary"}
    trial = changed(tmp_path / "twice", {"adtte": with_both}, end_points(event_free))
    lookup = Lookup(analyses.end_points(trial), trial)
    assert lookup.withholds("n_events", "kaplan_meier", "EFS", "ACT")
    assert lookup.withholds("hr", "cox", "EFS", "ACT vs CTL", method="efron")
    for paramcd, arm in (("PFS", "ACT"), ("PFS", "CTL"), ("EFS", "CTL")):
        assert not lookup.withholds("n_events", "kaplan_meier", paramcd, arm)


def test_a_visit_of_few_is_not_named(tmp_path):
    def with_visit(adlb):
        few = adlb[adlb["AVISITN"] == 1].head(4)
        return pd.concat([adlb, few.assign(AVISITN=17, AVAL=few["AVAL"] + 1)])

    trial = changed(tmp_path, {"adlb": with_visit}, per_arm=25)
    results = analyses.laboratory(trial)
    drawn = Lookup(analyses.laboratory_curves(trial, results), trial)
    visits = Lookup(analyses.schedule(trial), trial)
    for svg in (figures.plot_laboratory(drawn).svg, figures.plot_visits(visits).svg):
        assert ">17<" not in svg
        assert ">2<" in svg
    assert 17 in set(results["time"])
    remarks = [without_counts(one) for one in results.attrs["remarks"]]
    assert not any("17" in one for one in remarks)


@pytest.mark.parametrize(("seed", "per_arm"), [(1, 70), (3, 25), (5, 40)])
def test_a_table_by_itself_withholds_what_it_does_beside_others(seed, per_arm, tmp_path):
    trial = load_trial(secret_trial(tmp_path / "t", seed=seed, per_arm=per_arm))

    def decided(frame):
        gated = safe(frame, trial)
        columns = zip(gated["state"], gated["shown"], gated["value"].map(str), strict=True)
        return dict(zip(row_keys(frame), columns, strict=True))

    together = decided(all_results(trial))
    alone = {name: all_results(trial, only=[name]) for name in ANALYSES}
    alone |= {
        "events": analyses.adverse_events(trial),
        "severity": analyses.severity(trial),
        "course": analyses.time_to_adverse_event(trial),
    }
    for name, results in alone.items():
        assert decided(results) == {key: together[key] for key in row_keys(results)}, name


def test_over_time_no_reason_is_told_that_is_withheld_in_number(trial):
    numbers = Lookup(analyses.disposition(trial), trial)
    results = analyses.discontinuation(trial)
    shares = Lookup(results, trial)
    reasons = set(results["level"]) - {"all"}
    at = results["time"].max()
    hidden = {
        level
        for level in reasons
        if numbers.withholds("n", "disposition", "DCSREAS", "CTL", level=level)
    }
    assert hidden
    for level in hidden:
        of = {"level": level, "time": at, "method": "aalen_johansen"}
        key = ("cumulative_incidence", "discontinuation", "EOSSTT", "CTL")
        assert shares.withholds(*key, **of)


def test_few_recurrent_events_have_no_ratio(trial, tmp_path):
    ids = trial.efficacy_population()["USUBJID"].to_numpy()
    few = pd.DataFrame(
        {"USUBJID": ids[[0, 1, 80, 81, 82, 83, 84, 150, 151]], "PARAMCD": "HOSP", "ASTDY": 1,
         "AENDY": np.arange(50, 59), "CNSR": 0}
    )  # fmt: skip
    folder = secret_trial(tmp_path / "trial")
    few.to_csv(folder / "adtter.csv", index=False)
    other = load_trial(folder)
    lookup = Lookup(analyses.recurrent(other), other)
    assert lookup.withholds("hr", "recurrent", "HOSP", "ACT vs CTL", method="andersen_gill")
    assert "withheld, for an arm has few such events" in narrative.say_recurrent(lookup).markdown


def test_printed_figures_are_not_held_against_what_is_withheld(trial):
    results = all_results(trial, only=["disposition"])
    keys = ["analysis", "paramcd", "arm", "subgroup", "level", "method", "statistic"]
    row = {"chapter": "population", "item": "left", "arm": "CTL", "statistic": "n",
           "id": "left", "kind": "", "source": "", "role": "", "ard_expect": "",
           "ard_time": ""}  # fmt: skip
    hidden = Lookup(results, trial)
    figures_printed = []
    for level in ("PREGNANCY", "COMPLETED"):
        of = {"paramcd": "EOSSTT" if level == "COMPLETED" else "DCSREAS", "level": level}
        key = {"analysis": "disposition", "arm": "CTL", "statistic": "n"} | of
        found = results.query(" and ".join(f"{name} == '{text}'" for name, text in key.items()))
        printed = f"{found['value'].iloc[0]:.0f}"
        cells = {f"ard_{name}": key.get(name, "") for name in keys}
        figures_printed.append(row | {"id": level, "printed": printed} | cells)
        assert hidden.withholds("n", "disposition", of["paramcd"], "CTL", level=level) == (
            level == "PREGNANCY"
        )
    published = pd.DataFrame(figures_printed)
    none = pd.DataFrame(columns=["verdict"])
    assert list(compare(published, results, none)["verdict"]) == ["reproduced", "reproduced"]
    compared = compare(published, results, none, trial=trial)
    assert list(compared["verdict"]) == ["withheld", "reproduced"]
    assert compared["computed"].iloc[0] == "withheld"
    assert "1 of the 1 come back" in published_count(compared).markdown


def test_a_trial_of_a_dozen_says_that_all_deviations_are_few(tmp_path):
    trial = changed(tmp_path, {"addv": lambda addv: addv.head(3)}, per_arm=12, untreated=0)
    table = tables.tbl_deviations(Lookup(analyses.deviations(trial), trial))
    assert list(table.frame.iloc[:, 0]) == ["Any deviation"]
    assert set(table.frame.iloc[0, 1:]) <= {"<5", "withheld", "0 (0.0)"}


def test_a_horizon_tells_no_time_of_few_events(tmp_path):
    def with_few(adtte):
        of_arm = adtte["USUBJID"].isin(adtte["USUBJID"].unique()[70:137])
        return adtte.assign(CNSR=adtte["CNSR"].where(~of_arm, 1))

    trial = changed(tmp_path, {"adtte": with_few})
    lookup = Lookup(analyses.end_points(trial), trial)
    table = tables.tbl_primary(lookup, trial.primary)
    lines = [one for one in table.frame.iloc[:, 0] if one.startswith("Mean months")]
    last = sorted(set(lookup.distinct("time", "rmst", paramcd="PFS")))
    # One horizon for all comparisons: rounded down, so that it is no patient's time.
    assert len(last) == len(lines) == 1
    steps = last[0] / analyses.time_to_event.coarse_step(trial, "PFS")
    assert steps == pytest.approx(round(steps))


def test_arms_too_small_to_be_counted_give_a_table_all_the_same(tmp_path):
    trial = load_trial(secret_trial(tmp_path / "t", per_arm=4, untreated=0))
    lookup = Lookup(analyses.end_points(trial), trial)
    table = tables.tbl_endpoints(lookup)
    cells = table.frame.drop(columns=table.frame.columns[:2])
    assert set(cells.to_numpy().ravel()) <= {"<5", "withheld", "NE", ""}
    # Three arms of fewer than 5 each: 12 in all would tell every one.
    question = tables.tbl_question(trial).frame
    assert question.iloc[0, 1].startswith("A number, withheld, of patients: ")


def test_a_drawing_tells_a_curve_to_no_more_digits_than_a_table(trial):
    drawn = analyses.all_curves(trial)
    lookup = Lookup(drawn, trial)
    curve = lookup.curve("kaplan_meier", trial.primary.paramcd, "CTL")
    heights = curve["survival"].to_numpy()
    assert len(heights) > 2
    np.testing.assert_allclose(heights, np.round(heights, 3), atol=1e-12)
    # Two steps apart lie more than one event's share.
    assert set(curve.index) < set(drawn.query("level == 'kaplan_meier' and arm == 'CTL'")["time"])


def test_deaths_by_another_account_do_not_tell_the_few_that_it_lacks(tmp_path):
    def with_reason(adsl):
        """Most who died, all but three of the comparator, left since they died."""
        died = adsl["USUBJID"].isin(with_event["DEATH"][3:])
        reasons = adsl["DCSREAS"].mask(died, "DIED")
        return adsl.assign(
            DCSREAS=reasons, EOSSTT=adsl["EOSSTT"].mask(died, "DISCONTINUED"), DTHFL="N"
        )

    def with_outcome(adae):
        died = adae["USUBJID"].isin(with_event["DEATH"][3:])
        return adae.assign(AEOUT=np.where(died, "FATAL", "RECOVERED"))

    plain = changed(tmp_path / "plain", {}, untreated=0)
    death = plain.time_to_event("DEATH").query("event").sort_values("arm")
    with_event = {"DEATH": list(death["USUBJID"])}
    frames = {"adsl": with_reason, "adae": with_outcome}
    trial = changed(tmp_path / "other", frames, untreated=0)
    flow = Lookup(analyses.disposition(trial), trial)
    events = Lookup(analyses.adverse_events(trial), trial)
    assert not flow.withholds("n", "disposition", "EOSSTT", "CTL", level="DISCONTINUED")
    hidden = [
        level
        for level in ("DIED", "ADVERSE EVENT", "WITHDREW CONSENT", "LOST", "PREGNANCY")
        if flow.withholds("n", "disposition", "DCSREAS", "CTL", level=level)
    ]
    assert "DIED" in hidden
    assert len(hidden) > 1
    assert events.withholds("n", "adverse_events", "fatal", "CTL")


def test_tables_say_why_they_have_percentages_and_no_counts(trial):
    events = Lookup(analyses.adverse_events(trial), trial)
    table = tables.tbl_adverse_events(events, analyses.group_labels(trial))
    assert "percentages are rounded" in table.html
