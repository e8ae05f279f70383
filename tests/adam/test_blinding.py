"""A blinded trial is one arm, and no relabelling of its patients can be told from it."""

import numpy as np
import pandas as pd
import pytest
import yaml

from trialbook.adam.blinding import CODE, gives_away
from trialbook.analyses import all_results
from trialbook.trial import load_trial

N = 60
ARMS = {"Placebo": "PBO", "Low dose": "LOW", "High dose": "HIGH"}
CONFIG = {
    "id": "masked", "title": "A masked trial", "privacy": "public", "randomized": "yes",
    "arms": [{"code": code, "values": [value], "label": value} for value, code in ARMS.items()],
    "endpoints": [{"paramcd": "OS", "label": "death", "role": "primary"}],
    "subgroups": ["SEX", "KIT"], "baseline": [{"variable": "AGE"}, {"variable": "SEX"}],
    "exposure": [{"variable": "DAILY"}, {"variable": "TRTDURD"}],
    "laboratory": [{"paramcd": "ALT"}, {"paramcd": "TROUGH"}], "landmarks": [100], "horizon": 100,
    "design": {"power": 0.8, "event_proportion": {"PBO": 0.6, "LOW": 0.4}, "n_per_arm": 20},
    "notes": "notes",
}  # fmt: skip


def data_sets(order):
    """Return the data sets, the arms dealt to the patients in an order."""
    rng = np.random.default_rng(11)
    arm = np.array(list(ARMS))[np.arange(N) % 3]
    time, died = rng.exponential(120, N).round(1), rng.random(N) < 0.6
    patients = [f"P{number:03d}" for number in range(N)]
    adsl = pd.DataFrame({
        "STUDYID": "M", "USUBJID": patients, "ITTFL": "Y", "SAFFL": "Y", "SEX": list("FM") * 30,
        "AGE": rng.normal(60, 9, N).round(), "RANDDT": "2020-01-01", "TRTSDT": "2020-01-02",
        "TRTEDT": "2020-04-01", "TRTDURD": rng.integers(20, 90, N),
        "EOSSTT": rng.choice(["COMPLETED", "DISCONTINUED"], N), "EOSDT": "2020-05-01",
    })  # fmt: skip
    given = arm[order]
    adsl["TRT01P"], adsl["TRT01A"], adsl["ARMCD"] = given, given, [ARMS[one] for one in given]
    adtte = pd.DataFrame({"USUBJID": patients, "PARAMCD": "OS", "AVAL": time, "AVALU": "DAYS",
                          "CNSR": 1 - died, "TRTP": given})  # fmt: skip
    who = rng.integers(0, N, 80)
    adae = pd.DataFrame({"USUBJID": np.array(patients)[who], "AEBODSYS": "Eye", "TRTEMFL": "Y",
                         "AEDECOD": rng.choice(["Dry eye", "Red eye"], 80), "TRTA": given[who],
                         "AESER": rng.choice(["Y", "N"], 80), "ASTDT": "2020-02-01"})  # fmt: skip
    visits = pd.DataFrame({"USUBJID": np.repeat(patients, 2), "AVISITN": [0, 1] * N})
    adlb = visits.assign(PARAMCD="ALT", AVAL=rng.lognormal(3, 0.3, 2 * N), AVISIT="V",
                         ABLFL=["Y", ""] * N, ANL01FL="Y", TRTAN=0)  # fmt: skip
    return {"adsl": adsl, "adtte": adtte, "adae": adae, "adlb": adlb}


def write(folder, data, **changes):
    folder.mkdir(parents=True)
    (folder / "notes").mkdir()
    (folder / "notes" / "efficacy.md").write_text("Placebo did worse.")
    (folder / "README.md").write_text("# Masked\n\nPlacebo did worse.")
    for name, frame in data.items():
        frame.to_csv(folder / f"{name}.csv", index=False)
    (folder / "trial.yml").write_text(yaml.safe_dump(CONFIG | changes), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def masked(tmp_path_factory):
    """The trial with a dose and a concentration that tell the arms apart."""
    data = data_sets(np.arange(N))
    data["adsl"]["DAILY"] = data["adsl"]["TRT01P"].map({"Placebo": 0, "Low dose": 5}).fillna(9.5)
    data["adsl"]["KIT"] = "K-" + data["adsl"]["ARMCD"]
    active = data["adlb"][np.repeat(data["adsl"]["ARMCD"] != "PBO", 2).to_numpy()]
    data["adlb"] = pd.concat([data["adlb"], active.assign(PARAMCD="TROUGH")])
    return write(tmp_path_factory.mktemp("trial") / "masked", data)


def test_all_is_one_arm_and_nothing_is_compared(masked):
    open_, blind = load_trial(masked), load_trial(masked, blinded=True)
    assert [arm.code for arm in blind.arms] == [CODE]
    assert blind.comparisons == ()
    for population in ("efficacy", "safety", "randomized"):
        frames = [getattr(one, f"{population}_population")() for one in (open_, blind)]
        assert len(frames[0]) == len(frames[1]) == N
    found = all_results(blind)
    assert set(found["arm"]) <= {CODE, "all", ""}
    km = found[(found["analysis"] == "kaplan_meier") & (found["statistic"] == "n_events")]
    assert km["value"].item() == open_.time_to_event("OS")["event"].sum()


def test_what_tells_who_got_what_is_not_in_the_data(masked):
    blind = load_trial(masked, blinded=True)
    for frame in (blind.adsl, blind.adtte, blind.adae, blind.adlb, blind.time_to_event("OS"),
                  blind.treatment_emergent()):  # fmt: skip
        text = frame.astype(str).to_csv()
        assert not [word for word in (*ARMS, *ARMS.values(), "K-") if word in text]
    assert not {"DAILY", "KIT", "ARMCD"} & set(blind.adsl)
    assert set(blind.adlb["PARAMCD"]) == {"ALT"}
    assert blind.config.subgroups == ("SEX",)
    assert [one.variable for one in blind.config.exposure] == ["TRTDURD"]
    notes = " ".join(blind.population_note("safety"))
    assert "DAILY, KIT" in notes
    assert "TROUGH" in notes
    assert {"TRTDURD", "AGE", "SEX", "TRTSDT"} <= set(blind.adsl)


def test_the_trials_own_words_on_results_are_left_out(masked):
    blind = load_trial(masked, blinded=True)
    assert (blind.notes, blind.data_card, blind.published, blind.evidence) == (None,) * 4
    assert blind.title == "A masked trial (blinded)"
    assert blind.notice.startswith("Blinded:")
    assert load_trial(masked).data_card is not None


@pytest.mark.parametrize("seed", [1, 2])
def test_dealing_the_arms_anew_changes_no_byte_of_the_results(seed, tmp_path):
    orders = np.arange(N), np.random.default_rng(seed).permutation(N)
    config = {"subgroups": ["SEX"], "laboratory": [{"paramcd": "ALT"}], "exposure": []}
    texts = []
    for number, order in enumerate(orders):
        folder = write(tmp_path / str(number) / "masked", data_sets(order), **config)
        found = all_results(load_trial(folder, blinded=True))
        texts.append((found.to_csv(index=False).encode(), found.attrs["remarks"]))
    assert texts[0] == texts[1]
    open_ = [all_results(load_trial(tmp_path / n / "masked"), only=["cox"]) for n in "01"]
    assert not open_[0].equals(open_[1])


def test_a_flat_files_arm_is_not_among_the_covariates(tmp_path):
    folder = tmp_path / "flat"
    folder.mkdir()
    pd.DataFrame({"t": [1, 2, 3, 4], "e": [1, 0, 1, 1], "group": list("xyxy")}).to_csv(
        folder / "flat.csv", index=False
    )
    config = {
        "id": "flat", "title": "Flat", "arms": [{"code": "x"}, {"code": "y"}],
        "endpoints": [{"paramcd": "TTE"}], "min_cell": 0,
        "flat": {"file": "flat.csv", "time": "t", "event": "e", "arm": "group"},
    }  # fmt: skip
    (folder / "trial.yml").write_text(yaml.safe_dump(config))
    assert "group" in load_trial(folder).adsl
    blind = load_trial(folder, blinded=True)
    assert "group" not in blind.adsl
    assert blind.time_to_event("TTE")["event"].sum() == 3


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (["a", "b"] * 20, True),
        (["a", "b", "b", "a"] * 10, False),
        (["a"] * 40, False),
        ([f"P{n}" for n in range(40)], False),  # an identifier is nobody's arm
        ([n % 2 * 100 + n / 100 for n in range(40)], True),  # grams and milligrams
        ([float(n // 2) for n in range(40)], False),
        ([None, 1.5, None, 2.5] * 10, True),  # given to one arm alone
        (["a", "b"] * 18 + ["b", "a"] + ["a", "b"], True),  # two patients crossed over
    ],
)
def test_which_variables_give_the_arm_away(values, told):
    arm = np.array([0, 1] * 20)
    assert gives_away(pd.Series(values), arm) is told


def test_one_arm_that_can_be_told_from_two_others_is_enough():
    arm = np.array([0, 1, 2] * 20)
    rng = np.random.default_rng(3)
    dose = np.where(arm == 0, 0.0, rng.uniform(10, 90, 60))  # a placebo, and two doses that overlap
    assert gives_away(pd.Series(dose), arm)
    assert not gives_away(pd.Series(rng.uniform(10, 90, 60)), arm)
