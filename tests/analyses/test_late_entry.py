"""Delayed entry: ADTTE's ENTRY goes to every estimate, and what cannot take it says so."""

import numpy as np
import pandas as pd
import pytest
from lifelines.datasets import load_lung

from tests.analyses.tiny import patients, times, value
from trialbook import analyses
from trialbook.trial import DataError

LATE = "came under observation late"


@pytest.fixture(scope="module")
def lung_of(tmp_path_factory):
    """The lung trial; every third patient comes under observation late, as in R:

    ``d <- lung; d$entry <- ifelse(seq_len(nrow(d)) %% 3 == 0, pmin(floor(d$time / 2), 60), 0)``
    """
    import yaml

    from trialbook.trial import load_trial

    lung = load_lung()
    entry = np.minimum(lung["time"] // 2, 60).where(np.arange(1, len(lung) + 1) % 3 == 0, 0)
    adsl = patients(lung["sex"].map({1: "M", 2: "F"}), SEX=lung["sex"].to_numpy())
    adtte = times(adsl, lung["time"], 1 - lung["status"])

    def load(name, entered):
        folder = tmp_path_factory.mktemp(name)
        pd.DataFrame(adsl).to_csv(folder / "adsl.csv", index=False)
        adtte.assign(ENTRY=entered).to_csv(folder / "adtte.csv", index=False)
        config = {
            "id": "lung", "privacy": "public", "time": {"unit": "days", "show": "days"},
            "arms": [{"code": "M"}, {"code": "F"}], "landmarks": [365, 730], "horizon": 700,
            "endpoints": [{"paramcd": "EVENT", "role": "primary"}], "subgroups": ["SEX"],
        }  # fmt: skip
        (folder / "trial.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
        return load_trial(folder)

    return {"late": load("late", entry), "start": load("start", 0), "none": load("none", np.nan)}


def test_estimates_agree_with_r(lung_of):
    """R: ``survfit``, ``coxph``, ``cox.zph(m, "identity")`` of ``Surv(entry, time, status)``."""
    trial = lung_of["late"]
    of = {"paramcd": "EVENT", "arm": "F vs M"}
    cox = analyses.cox(trial)
    assert value(cox, **of, method="efron", statistic="coef") == pytest.approx(-0.527716375869)
    error = value(cox, **of, method="efron", statistic="std_error")
    assert error == pytest.approx(0.167201357529)
    zph = analyses.proportional_hazards(trial)
    chisq = value(zph, **of, method="identity", level="GLOBAL", statistic="chisq")
    assert chisq == pytest.approx(2.89811433)
    km = {"paramcd": "EVENT", "arm": "M", "method": "log-log", "time": 365}
    found = [
        value(analyses.kaplan_meier(trial), **km, statistic=name)
        for name in ("n_at_risk", "survival", "std_error", "lower", "upper")
    ]
    expected = [35, 0.31944258394, 0.04243309757, 0.23844388596, 0.4031729858]
    assert found == pytest.approx(expected, rel=1e-9)
    mean = {"paramcd": "EVENT", "arm": "F", "time": 700}
    assert value(analyses.rmst(trial), **mean, statistic="rmst") == pytest.approx(423.7695093)
    assert value(analyses.rmst(trial), **mean, statistic="std_error") == pytest.approx(26.69944955)


@pytest.mark.parametrize(
    "analysis",
    ["kaplan_meier", "log_rank", "cox", "proportional_hazards", "rmst", "landmark",
     "average_hazard", "incidence_rate", "subgroup", "period", "sensitivity"],
)  # fmt: skip
def test_late_entry_reaches_every_estimate_and_none_is_none(lung_of, analysis):
    late, start, none = (
        analyses.all_results(lung_of[name], [analysis]) for name in ("late", "start", "none")
    )
    pd.testing.assert_frame_equal(start, none)
    both = late.merge(start, on=["paramcd", "arm", "level", "subgroup", "time", "method",
                                 "statistic"])  # fmt: skip
    assert not np.allclose(both["value_x"], both["value_y"], equal_nan=True)


def test_what_cannot_take_it_is_left_out_and_says_so(lung_of):
    trial = lung_of["late"]
    assert any(LATE in line for line in analyses.remarks(analyses.cox(trial)))
    exact = value(
        analyses.cox(trial), paramcd="EVENT", arm="F vs M", method="exact", statistic="hr"
    )
    assert np.isnan(exact)
    tipping = analyses.tipping_point(trial)
    assert tipping.empty
    assert any(LATE in line for line in analyses.remarks(tipping))
    assert "bpcp" not in set(analyses.kaplan_meier(trial)["method"])


@pytest.mark.parametrize(
    ("entry", "rule"),
    [([-1, 0, 0, 0], "must not be negative"), ([0, 2, 0, 0], "must lie before AVAL")],
)
def test_an_entry_that_is_none_is_refused(write_trial, entry, rule):
    adsl = patients("AABB")
    with pytest.raises(DataError, match=rule):
        write_trial(adsl, times(adsl, [1, 2, 3, 4], [0, 1, 0, 1]).assign(ENTRY=entry))


def test_an_event_at_zero_of_who_was_there_from_the_start_is_seen(write_trial):
    adsl = patients("AABB")
    adtte = times(adsl, [0, 5, 4, 6], [0, 0, 0, 1]).assign(ENTRY=[0, 2, 0, 0])
    found = analyses.kaplan_meier(write_trial(adsl, adtte), times=[0, 5])
    of = {"paramcd": "EVENT", "arm": "A", "method": "log-log", "statistic": "survival"}
    assert value(found, **of, time=0) == 0


def test_readers_of_confidential_data_see_no_number_at_risk(write_trial):
    """How many had entered by then tells how many came between two times."""
    from trialbook.ard import complete
    from trialbook.safe.gate import safe

    rng = np.random.default_rng(1)
    adsl = patients("AB" * 100)
    aval = rng.integers(30, 900, 200)
    adtte = times(adsl, aval, rng.integers(0, 2, 200))
    adtte = adtte.assign(ENTRY=np.where(rng.random(200) < 0.3, aval // 3, 0))
    trial = write_trial(adsl, adtte, privacy="confidential", landmarks=[180])
    gated = safe(complete(analyses.kaplan_meier(trial), trial, "efficacy"), trial)
    at_risk = gated[gated["statistic"] == "n_at_risk"]
    assert len(at_risk)
    assert set(at_risk["state"]) == {"withheld"}
    assert "shown" in set(gated.loc[gated["statistic"] == "survival", "state"])
