"""The ALMS patients: structure, counts, composites; the same seed gives the same bytes."""

import filecmp
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from generator.baseline import EGFR_GROUPS, draw_baseline, mdrd
from generator.courses import draw_courses, possible
from generator.spec import COMPOSITES, END_POINTS
from generator.structure import check, read_structure
from generator.timing import TIES, Timing, timing_targets

from trialbook.survival import batched_cox, batched_log_rank
from trialbook.synthesis.anneal import NotReachedError, anneal, until_reached
from trialbook.synthesis.moments import Column, Moment
from trialbook.synthesis.targets import Published, Target, rounding_interval
from trialbook.synthesis.two_arm import RiskSets, cox_model, log_rank_p

FOLDER = Path(__file__).parents[2] / "data" / "alms"
PUBLISHED = Published(FOLDER / "published.csv")
STRUCTURE = read_structure(FOLDER / "generator" / "structure.csv")


@pytest.fixture(scope="module")
def adsl():
    return pd.read_csv(FOLDER / "adsl.csv", dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def wide(adsl):
    """Return time and event of every end point, a row per patient in ADSL's order."""
    adtte = pd.read_csv(FOLDER / "adtte.csv")
    assert len(adtte) == len(END_POINTS) * len(adsl)
    pivot = adtte.pivot_table(index="USUBJID", columns="PARAMCD", values=["AVAL", "CNSR"])
    pivot = pivot.loc[adsl["USUBJID"]]
    return pivot["AVAL"], pivot["CNSR"] == 0


def _last_day(adsl):
    dates = adsl[["RANDDT", "EOSDT"]].apply(pd.to_datetime)
    return (dates["EOSDT"] - dates["RANDDT"]).dt.days.to_numpy() + 1


def test_structure_gives_every_printed_count():
    check(STRUCTURE, PUBLISHED)


def test_a_structure_with_another_count_is_refused():
    outcome = STRUCTURE.outcome.copy()
    outcome[0] = "LOST TO FOLLOW-UP"
    wrong = type(STRUCTURE)(STRUCTURE.arm, STRUCTURE.treated, outcome, STRUCTURE.has)
    with pytest.raises(ValueError, match="LOST TO FOLLOW-UP MMF: 4, printed 3"):
        check(wrong, PUBLISHED)


@pytest.mark.parametrize("composite", COMPOSITES)
def test_composites_follow_from_their_components_patient_by_patient(adsl, wide, composite):
    time, event = wide
    end = _last_day(adsl)
    left = (adsl["EOSSTT"] == "DISCONTINUED").to_numpy()
    first = np.full(len(adsl), np.inf)
    for part in COMPOSITES[composite]:
        if part == "WITHDRAWAL":
            day = np.where(left, end, np.inf)
        else:
            day = np.where(event[part], time[part], np.inf)
        first = np.minimum(first, day)
    assert (event[composite].to_numpy() == np.isfinite(first)).all()
    assert (time[composite].to_numpy() == np.minimum(first, end)).all()
    assert event[composite].sum() > 50


def test_nothing_happens_after_the_end_of_the_study(adsl, wide):
    time, event = wide
    end = _last_day(adsl)[:, None]
    assert (time.to_numpy() <= end).all()
    assert ((time.to_numpy() == end) | event.to_numpy()).all()


def test_days_are_counted_from_randomization(adsl):
    adtte = pd.read_csv(FOLDER / "adtte.csv", parse_dates=["STARTDT", "ADT"])
    assert (adtte["AVAL"] == (adtte["ADT"] - adtte["STARTDT"]).dt.days + 1).all()
    randomized = adtte["USUBJID"].map(adsl.set_index("USUBJID")["RANDDT"])
    assert (adtte["STARTDT"] == pd.to_datetime(randomized)).all()


def test_one_patient_was_randomized_in_error_and_took_nothing(adsl):
    never = adsl["SAFFL"] != "Y"
    assert never.sum() == 1
    blank = ["TRTSDT", "TRTEDT", "TRTDURD", "AVGDD", "DOSE80FL", "TRT01A"]
    assert (adsl.loc[never, blank] == "").all(axis=None)
    assert (adsl.loc[~never, blank] != "").all(axis=None)
    events = pd.read_csv(FOLDER / "adae.csv", usecols=["USUBJID"])
    assert not events["USUBJID"].isin(adsl.loc[never, "USUBJID"]).any()
    assert (adsl.loc[~never, "TRT01A"] == adsl.loc[~never, "TRT01P"]).all()


def test_every_renal_flare_is_suspected_no_later(wide):
    time, event = wide
    flare = event["RENFLARE"]
    assert event["RENFLSUS"][flare].all()
    assert (time["RENFLSUS"] <= time["RENFLARE"])[flare].all()


def test_egfr_and_its_category_follow_from_creatinine_age_race_and_sex(adsl):
    egfr = mdrd(
        adsl["CREATBL"].astype(float),
        adsl["AGE"].astype(float),
        adsl["RACE"] == "BLACK OR AFRICAN AMERICAN",
        adsl["SEX"] == "F",
    )
    assert (egfr == adsl["EGFRBL"].astype(float)).all()
    for category, (low, high) in EGFR_GROUPS.items():
        assert (egfr[adsl["EGFRGR1"] == category].between(low, high, inclusive="left")).all()


def test_mdrd_by_hand():
    # 186 * 0.9^-1.154 * 40^-0.203 * 0.742, on a calculator
    assert mdrd([0.9], [40], [False], [True])[0] == 73.7


def test_rounding_interval_lies_strictly_inside():
    low, high = rounding_interval("0.44")
    assert 0.435 < low < 0.4351
    assert 0.4449 < high < 0.445
    assert f"{low:.2f}" == f"{high:.2f}" == "0.44"


def test_a_problem_in_a_dozen_lines_reaches_mean_and_sd():
    """What somebody with another paper's table writes."""
    targets = [Target.printed("mean", "31.8"), Target.printed("sd", "10.59")]
    moments = [Moment("mean", "mean"), Moment("sd", "sd")]
    column = Column(1, np.full(116, 12), np.full(116, 75), moments, largest_step=10)
    rng = np.random.default_rng(1)
    found = column.values(anneal(column, column.steps(rng.normal(32, 10, 116)), targets, rng))
    assert f"{found.mean():.1f}" == "31.8"
    assert f"{found.std(ddof=1):.2f}" == "10.59"


def test_the_example_of_the_readme_reaches_its_target():
    (code,) = re.findall(r"```python\n(.*?)```", (FOLDER / "README.md").read_text(), re.DOTALL)
    names = {}
    exec(code, names)  # our own text
    assert f"{names['values'].mean():.2f}" == "3.14"


def test_a_target_out_of_reach_is_named():
    column = Column(1, np.zeros(9), np.ones(9), [Moment("mean", "mean")], largest_step=2)
    rng = np.random.default_rng(1)

    def search():
        return anneal(column, np.zeros(9, int), [Target("mean", 2, 3)], rng, rounds=5, restarts=0)

    with pytest.raises(NotReachedError, match="misses mean"):
        until_reached(search, attempts=2)


@pytest.mark.parametrize("ties", TIES)
def test_measured_after_a_change_agrees_with_the_package(ties):
    """The fast kernels give what trialbook.survival gives, with many ties."""
    rng = np.random.default_rng(7)
    time, event = rng.integers(1, 40, 90), rng.random(90) < 0.5
    treated = rng.random(90) < 0.5
    patients, new = rng.integers(90, size=60), rng.integers(1, 40, 60)
    changed = np.tile(time, (60, 1))
    changed[np.arange(60), patients] = new
    sets = RiskSets(time, event, treated, patients, new)
    expected = batched_cox(changed, event, treated, ties=ties)
    model = cox_model(sets, ties, 0.0)
    for statistic in ("hr", "hr_lower", "hr_upper"):
        np.testing.assert_allclose(model[statistic], getattr(expected, statistic), rtol=1e-8)
    p_value = batched_log_rank(changed, event, treated).p_value
    np.testing.assert_allclose(log_rank_p(sets), p_value, rtol=1e-10)


def test_only_possible_courses_are_drawn_and_proposed():
    rng = np.random.default_rng(3)
    days = draw_courses(STRUCTURE, rng)
    assert possible(days, STRUCTURE.completed).all()
    _, cox, log_rank = timing_targets(PUBLISHED)
    problem = Timing(STRUCTURE, np.ones(len(days), int), cox, log_rank)
    patients, new = problem.propose(days, rng, 200)
    assert len(patients) > 20
    assert possible(new, STRUCTURE.completed[patients]).all()


@pytest.mark.slow
def test_table_1_is_the_same_for_the_same_seed():
    first, second = (draw_baseline(PUBLISHED, np.random.default_rng(5)) for _ in range(2))
    pd.testing.assert_frame_equal(first, second, check_exact=True)


@pytest.mark.slow
def test_the_program_gives_the_committed_bytes(tmp_path):
    program = [sys.executable, FOLDER / "make_patients.py", "--out", tmp_path]
    subprocess.run(program, check=True, capture_output=True)
    names = ["adsl.csv", "adtte.csv", "adae.csv", "adlb.csv"]
    same, differing, missing = filecmp.cmpfiles(FOLDER, tmp_path, names, shallow=False)
    assert (sorted(same), differing, missing) == (sorted(names), [], [])


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed")
def test_r_finds_all_but_five_figures_and_no_broken_rule():
    run = subprocess.run(
        ["Rscript", FOLDER / "verify.R"], capture_output=True, text=True, check=False
    )
    if "no package called" in run.stderr:
        pytest.skip("R's survival is not installed")
    assert "289 of 294 figures come back" in run.stdout, run.stdout + run.stderr
    assert "no structural rule is broken" in run.stdout
