"""The rules of withholding: groups that are all alike, effects of few events, thresholds."""

import numpy as np
import pandas as pd
import pytest
import yaml

from tests.analyses.tiny import patients, times
from tests.report.secret_trial import secret_trial
from trialbook import analyses
from trialbook.analyses import all_results
from trialbook.results import results_frame, rows
from trialbook.safe import safe
from trialbook.safe.arithmetic import secret_parts
from trialbook.safe.cuts import as_precise_as_printed
from trialbook.safe.lookup import Lookup
from trialbook.safe.precision import as_printed
from trialbook.safe.values import tells_a_value
from trialbook.trial import load_trial


@pytest.fixture(scope="module")
def alike(tmp_path_factory):
    """Return a trial in which all Asian patients of A relapsed, and none of B; all A are men."""
    folder = tmp_path_factory.mktemp("alike")
    arms = "A" * 40 + "B" * 40
    adsl = patients(arms)
    race = (["ASIAN"] * 10 + ["BLACK"] * 14 + ["WHITE"] * 16) * 2
    adsl = adsl.assign(RACE=race, SEX=["M"] * 40 + ["M", "F"] * 20, RESPFL=["Y"] * 40 + ["N"] * 40)
    cnsr = np.array(([0] * 10 + [0, 1] * 15) + ([1] * 10 + [0, 1] * 15))
    times(adsl, [20 + k % 37 for k in range(80)], cnsr).to_csv(folder / "adtte.csv", index=False)
    adsl.to_csv(folder / "adsl.csv", index=False)
    text = {
        "id": "alike", "title": "A trial", "privacy": "confidential", "randomized": "yes",
        "time": {"unit": "days", "show": "days"}, "arms": [{"code": "A"}, {"code": "B"}],
        "endpoints": [{"paramcd": "EVENT", "label": "relapse", "role": "primary"}],
        "subgroups": ["RACE"], "baseline": [{"variable": "SEX"}, {"variable": "RACE"}],
        "responses": [{"variable": "RESPFL", "label": "Response"}],
    }  # fmt: skip
    (folder / "trial.yml").write_text(yaml.safe_dump(text), encoding="utf-8")
    return load_trial(folder)


def test_nothing_tells_what_everyone_or_no_one_of_a_group_had(alike):
    gated = safe(all_results(alike), alike)
    events = gated.query("analysis == 'subgroup' and statistic in ['n', 'n_events']")
    asian = events[events["subgroup"] == "RACE=ASIAN"]
    assert set(asian["state"]) == {"withheld"}
    # another is hidden with it, or the total would tell it; the third stays
    hidden = set(events.loc[events["state"] == "withheld", "subgroup"])
    assert len(hidden) == 2
    assert set(events["subgroup"]) - hidden
    lookup = Lookup(analyses.response(alike), alike)
    for arm in ("A", "B"):
        assert lookup.withholds("n", "response", "RESPFL", arm)
    described = Lookup(analyses.baseline(alike), alike)
    assert described.withholds("n", "baseline", "SEX", "B", level="M")
    assert described.withholds("n", "baseline", "SEX", "B", level="F")
    assert not described.withholds("n", "baseline", "RACE", "A", level="ASIAN")


def test_what_all_patients_of_all_groups_are_is_said(alike):
    everyone = alike.efficacy_population()["SEX"].eq("M")
    assert not everyone.all()
    frame = results_frame(
        rows("baseline", {"n": 40}, paramcd="X", arm="A")
        + rows("baseline", {"n": 40}, paramcd="X", arm="B")
        + rows("baseline", {"n": 40, "percent": 100}, paramcd="X", arm="A", level="yes")
        + rows("baseline", {"n": 40, "percent": 100}, paramcd="X", arm="B", level="yes")
    )
    assert set(safe(frame, alike)["state"]) == {"shown"}


def test_a_secret_part_is_never_hidden_alone():
    parts = {"a": {"A": 10}, "b": {"A": 20}, "c": {"A": 30}}
    assert secret_parts(parts, {"A": 60}, 5, secret=["c"]) == {"a", "c"}
    assert secret_parts(parts, {"A": 60}, 5) == set()


def test_an_analysis_without_rules_is_withheld(alike):
    frame = results_frame(rows("clairvoyance", {"n": 50, "hr": 0.5}, arm="A"))
    assert set(safe(frame, alike)["state"]) == {"withheld"}


def test_no_interval_tells_the_few_events_of_a_competing_cause(tmp_path):
    trial = load_trial(secret_trial(tmp_path / "t", seed=1, per_arm=30))
    frame = analyses.competing_risks(trial, "PROG")
    gated = safe(frame, trial)
    data = trial.competing_risks("PROG")
    seen = set()
    for comparison in trial.comparisons:
        for cause, level in enumerate(("PROG", "DEATH"), start=1):
            pair = [comparison.treated.code, comparison.control.code]
            counts = data[(data["cause"] == cause).to_numpy()]["arm"].value_counts()
            few = any(0 < counts.get(arm, 0) < 5 for arm in pair)
            of = gated[(gated["arm"] == comparison.name) & (gated["level"] == level)]
            hidden = of["state"].eq("withheld").all()
            assert hidden or not few
            seen.add(few)
    assert seen == {True, False}


@pytest.mark.parametrize(("share", "tells"), [(0.79, False), (0.81, True), (0.94, True)])
def test_a_value_with_more_than_four_fifths_of_the_squares_is_told(share, tells):
    # one value at x, 99 at 0, and one at -y: the first has this share of the squared deviations
    rest = np.linspace(-1, 1, 401)
    low, high = 0.0, 1e3
    for _ in range(200):
        x = (low + high) / 2
        squares = (np.append(rest, x) - np.append(rest, x).mean()) ** 2
        low, high = (x, high) if squares[-1] / squares.sum() < share else (low, x)
    assert tells_a_value(np.append(rest, x), 5) is tells


def test_a_number_has_the_digits_of_its_print():
    from trialbook.kinds import P_VALUE, PERCENT, PROPORTION, RATIO, TIME

    assert as_printed("0.44", 0.44491, "hr", RATIO) == 0.44
    assert as_printed("83.6%", 0.83617, "survival", PROPORTION) == 0.836
    assert as_printed("16.4", 16.379, "percent", PERCENT) == 16.4
    assert as_printed("<0.001", 1e-9, "p_value", P_VALUE) == 0.001
    assert as_printed("24.3", 739.1, "rmst", TIME, 30.4375) == pytest.approx(739.63, abs=0.01)
    # Words say on which side of no difference it lies: so does the number.
    assert as_printed("\N{MINUS SIGN}0.0%", -0.00041, "lower", PROPORTION) < 0
    assert as_printed("1.00", 0.9987, "hr_upper", RATIO) < 1
    assert np.isnan(as_printed("NE", np.nan, "hr", RATIO))


def test_headlines_ask_for_a_tenth_of_an_arm_and_ten_patients():
    from trialbook.analyses.effects import enough_at_risk

    assert enough_at_risk(15, 149)
    assert not enough_at_risk(15, 151)
    assert enough_at_risk(10, 60)
    assert not enough_at_risk(9, 60)


def test_states_are_in_every_row(alike):
    gated = safe(pd.concat([all_results(alike)]), alike)
    assert gated["state"].isin(["shown", "coarser", "withheld"]).all()


def unlike(folder, of_c: int):
    """Return a trial: of arm C nobody had the event, and two left."""
    n = 80 + of_c
    left = np.array([k % 4 == 1 for k in range(80)] + [k < 2 for k in range(of_c)])
    adsl = patients("A" * 40 + "B" * 40 + "C" * of_c)
    adsl = adsl.assign(EOSSTT=np.where(left, "DISCONTINUED", "COMPLETED"))
    cnsr = np.array([int(k % 3 == 0 or left[k] or k >= 80) for k in range(n)])
    times(adsl, [20 + k % 37 for k in range(n)], cnsr).to_csv(folder / "adtte.csv", index=False)
    adsl.to_csv(folder / "adsl.csv", index=False)
    text = {
        "id": "unlike", "title": "A trial", "privacy": "confidential", "randomized": "yes",
        "time": {"unit": "days", "show": "days"}, "horizon": 60,
        "arms": [{"code": "A"}, {"code": "B"}, {"code": "C"}],
        "endpoints": [{"paramcd": "EVENT", "label": "relapse", "role": "primary"}],
    }  # fmt: skip
    (folder / "trial.yml").write_text(yaml.safe_dump(text), encoding="utf-8")
    return load_trial(folder)


def test_no_interval_tells_how_few_left_an_arm_without_events(tmp_path):
    """Leaving counted as the event, the ratio of C had the standard error that two events give."""
    trial = unlike(tmp_path, of_c=8)
    rows = analyses.sensitivity(trial).query("arm == 'C vs A' and method == 'withdrawal_event'")
    told = rows[rows["statistic"].isin(["hr", "hr_lower", "hr_upper"]) & rows["value"].notna()]
    assert len(told) >= 2
    assert set(safe(told, trial)["state"]) == {"withheld"}


def test_nothing_is_shown_of_an_arm_of_few_patients(tmp_path):
    trial = unlike(tmp_path, of_c=3)
    of = ["kaplan_meier", "incidence_rate", "cox", "rmst", "landmark", "log_rank", "sensitivity"]
    gated = safe(all_results(trial, of), trial)
    of_c = gated[gated["arm"].str.contains("C", regex=False)]
    assert len(of_c) > 50
    assert set(of_c["state"]) == {"withheld"}


def test_a_number_that_one_analysis_withholds_no_other_shows(tmp_path):
    trial = unlike(tmp_path, of_c=3)
    of = ["kaplan_meier", "incidence_rate", "cox", "sensitivity"]
    gated = safe(all_results(trial, of), trial)
    counts = gated[gated["statistic"].isin(["n_events", "time_at_risk"]) & gated["time"].isna()]
    states = counts.groupby(["paramcd", "arm", "statistic"])["state"].agg(set)
    assert {"withheld"} in list(states)
    assert all(len(one) == 1 for one in states), states


def test_a_quantile_has_the_least_count_of_patients_on_either_side(tmp_path):
    """A median of ten patients at least, quartiles of twenty: five lie beyond each of them."""
    sizes = {"A": 9, "B": 10, "C": 19, "D": 20}
    adsl = patients("".join(arm * n for arm, n in sizes.items()))
    adsl["AGE"] = [40 + k * 7 % 31 for k in range(len(adsl))]
    cnsr = [k % 2 for k in range(len(adsl))]
    times(adsl, [20 + k % 37 for k in range(len(adsl))], cnsr).to_csv(
        tmp_path / "adtte.csv", index=False
    )
    adsl.to_csv(tmp_path / "adsl.csv", index=False)
    text = {
        "id": "four", "title": "A trial", "privacy": "confidential", "randomized": "yes",
        "time": {"unit": "days", "show": "days"}, "arms": [{"code": arm} for arm in sizes],
        "endpoints": [{"paramcd": "EVENT", "label": "relapse", "role": "primary"}],
        "baseline": [{"variable": "AGE", "summary": "median"}],
    }  # fmt: skip
    (tmp_path / "trial.yml").write_text(yaml.safe_dump(text), encoding="utf-8")
    trial = load_trial(tmp_path)
    gated = safe(analyses.baseline(trial), trial).query("paramcd == 'AGE'")
    state = gated.set_index(["statistic", "arm"])["state"].to_dict()
    hidden = {
        of: [arm for arm in sizes if state[of, arm] == "withheld"] for of in ("median", "q1", "q3")
    }
    assert hidden == {"median": ["A"], "q1": ["A", "B", "C"], "q3": ["A", "B", "C"]}


def test_an_estimate_of_two_cuts_has_three_digits_and_a_count_all_of_its_own():
    values = {"old": [0.123456, 1234.0], "new": [2.34567, 5678.0], "shift": [np.nan, 4444.0]}
    frame = pd.DataFrame({"statistic": ["hr", "n"], "part": ["effects", "effects"], **values})
    found = as_precise_as_printed(frame)
    assert found.loc[0, ["old", "new"]].tolist() == [0.123, 2.35]
    assert found.loc[1, ["old", "new", "shift"]].tolist() == [1234, 5678, 4444]
