"""All time-to-event rows against R's survival, cmprsk and nlme, in other people's numbers."""

import json

import numpy as np
import pandas as pd
import pytest

from tests.analyses.tiny import shared, value
from trialbook import analyses
from trialbook.agreement.estimators import REFERENCE
from trialbook.analyses.repeated_measures import repeated_measures
from trialbook.results import KEY
from trialbook.trial import load_trial


@pytest.fixture(scope="module")
def three_arms():
    """Ours beside R's, see trialbook/agreement/reference/three_arms/make_reference.R."""
    folder = REFERENCE / "three_arms"
    text = [column for column in KEY[1:] if column != "time"]
    theirs = pd.read_csv(
        folder / "reference.csv", keep_default_na=False, dtype=dict.fromkeys(text, str)
    )
    theirs["time"] = pd.to_numeric(theirs["time"])
    # R's coxph leaves out who lacks a covariate: our complete cases.
    adjusted = theirs["method"].str.startswith("adjusted:")
    theirs.loc[adjusted, "method"] += ":complete"
    ours = analyses.all_results(load_trial(folder), theirs["analysis"].unique())
    return theirs.merge(ours, on=KEY[1:], how="left", suffixes=("_r", ""), validate="1:1")


@pytest.mark.parametrize(
    "analysis",
    [
        "kaplan_meier",
        "follow_up",
        "log_rank",
        "cox",
        "proportional_hazards",
        "landmark",
        "incidence_rate",
        "subgroup",
        "competing_risks",
    ],
)
def test_rows_agree_with_r(three_arms, analysis):
    rows = three_arms[three_arms["analysis"] == analysis]
    assert len(rows) > 20
    # Before the first event R's intervals have no width, or are not defined; ours have one, or
    # none of a difference.
    at = ["analysis", "paramcd", "arm", "time", "method"]
    survived = (rows["statistic"] == "survival") & (rows["value"] == 1)
    same = (rows["statistic"] == "std_error") & (rows["value"] == 0)
    certain = rows[(survived | same) & (rows["time"] > 0)]
    flat = pd.MultiIndex.from_frame(rows[at]).isin(pd.MultiIndex.from_frame(certain[at]))
    rows = rows[~(flat & rows["statistic"].isin(["lower", "upper"]))]
    # R tests an interaction where an arm, or a level, has no event; nothing is identified there.
    empty = rows["method"].eq("interaction") & rows["value"].isna()
    assert not empty.any() or set(rows[empty]["paramcd"]) == {"RARE"}
    rows = rows[~empty]
    np.testing.assert_allclose(rows["value"], rows["value_r"], rtol=5e-8, atol=1e-12)


def test_an_arm_without_events_has_no_hazard_ratio():
    trial = load_trial(REFERENCE / "three_arms")
    found = analyses.cox(trial, "RARE")
    none = found[(found["arm"] == "HIGH vs CTRL") & ~found["statistic"].isin(["n", "n_events"])]
    said = none["method"].isin(["profile", "firth"])
    assert len(none[~said])
    assert none.loc[~said, "value"].isna().all()
    of = {"paramcd": "RARE", "arm": "HIGH vs CTRL"}
    assert value(found, method="profile", statistic="hr", **of) == 0
    assert 0 < value(found, method="profile", statistic="hr_upper", **of) < np.inf
    assert value(found, method="firth", statistic="hr", **of) > 0
    tested = analyses.log_rank(trial, "RARE")
    assert value(tested, paramcd="RARE", arm="HIGH vs CTRL", statistic="p_value") < 1


@pytest.fixture(scope="module", params=["lung", "veteran"])
def shared_trial(request, tmp_path_factory):
    """The trial, and R's results for it in the shared reference."""
    folder = shared(f"reference/{request.param}")
    r = json.loads(shared(f"reference/{request.param}_OS.json").read_text())
    contrast = r["contrasts"][0]
    arms = [contrast["reference"], contrast["treatment"]]
    at = [row["time"] for row in r["arms"][0]["km"]["log-log"]["at_times"]]
    copy = tmp_path_factory.mktemp(request.param)
    for name in ("adsl.csv", "adtte.csv"):
        (copy / name).write_bytes((folder / name).read_bytes())
    config = {
        "id": request.param,
        "title": request.param,
        "privacy": "public",
        "time": {"unit": "days", "show": "days"},
        "landmarks": at,
        "arms": [{"code": code, "values": [code]} for code in arms],
        "endpoints": [{"paramcd": "OS", "role": "primary"}],
        "strata": contrast["strata"],
        "subgroups": sorted({group["variable"] for group in contrast["subgroups"]}),
        "models": {"all": {"endpoint": "OS", "covariates": contrast["adjust"]}},
    }
    (copy / "trial.yml").write_text(json.dumps(config))  # JSON is YAML
    return load_trial(copy), r, contrast


def test_arms_agree_with_the_shared_reference(shared_trial):
    trial, r, _ = shared_trial
    found = analyses.kaplan_meier(trial)
    for arm in r["arms"]:
        of = {"paramcd": "OS", "arm": arm["arm"]}
        assert value(found, **of, statistic="time_at_risk") == arm["time_at_risk"]
        for conf_type, km in arm["km"].items():
            for row in km["at_times"]:
                at = {**of, "method": conf_type, "time": row["time"]}
                assert value(found, **at, statistic="n_at_risk") == row["n_risk"]
                for statistic, name in {"survival": "surv", "lower": "lcl", "upper": "ucl"}.items():
                    assert value(found, **at, statistic=statistic) == pytest.approx(
                        row[name], rel=1e-9
                    )
            for row in km["quantiles"]:
                level = {0.25: "q25", 0.5: "median", 0.75: "q75"}[row["p"]]
                for statistic, name in {"median": "est", "lower": "lcl", "upper": "ucl"}.items():
                    ours = value(found, **of, method=conf_type, level=level, statistic=statistic)
                    theirs = np.nan if row[name] is None else row[name]
                    assert ours == pytest.approx(theirs, rel=1e-9, nan_ok=True)


def test_comparisons_agree_with_the_shared_reference(shared_trial):
    trial, _, contrast = shared_trial
    of = {"paramcd": "OS", "arm": f"{contrast['treatment']} vs {contrast['reference']}"}
    log_rank = analyses.log_rank(trial)
    for method, name in {
        "": "logrank",
        "rho=1": "peto_peto_rho1",
        "stratified": "logrank_stratified",
    }.items():
        chisq = value(log_rank, **of, method=method, statistic="chisq")
        assert chisq == pytest.approx(contrast[name]["chisq"], rel=1e-9)
    cox = analyses.cox(trial)
    models = {
        "efron": "cox_efron",
        "breslow": "cox_breslow",
        "exact": "cox_exact",
        "stratified": "cox_stratified_efron",
        "adjusted:all": "cox_adjusted_efron",
    }
    if "adjusted:all:complete" in set(cox["method"]):  # some lack a covariate: as R's coxph
        models["adjusted:all:complete"] = models.pop("adjusted:all")
    for method, name in models.items():
        term = contrast[name]["terms"][0]
        for statistic, theirs in {"coef": "coef", "std_error": "se", "hr_lower": "hr_lcl"}.items():
            ours = value(cox, **of, method=method, statistic=statistic)
            assert ours == pytest.approx(term[theirs], rel=1e-7), method
    tests = analyses.proportional_hazards(trial)
    for method, rows in contrast["zph_unadjusted"].items():
        chisq = value(tests, **of, method=method, level="GLOBAL", statistic="chisq")
        assert chisq == pytest.approx(rows[-1]["chisq"], rel=1e-7)


def test_differences_agree_with_the_shared_reference(shared_trial):
    trial, _, contrast = shared_trial
    of = {"paramcd": "OS", "arm": f"{contrast['treatment']} vs {contrast['reference']}"}
    default = [row for row in contrast["rmst"] if row["rule"] != "fixed"]
    for row in contrast["rmst"]:
        horizon = None if row in default else row["tau"]
        found = analyses.rmst(trial, horizon=horizon)
        at = {**of, "time": row["tau"]}
        names = {
            "difference": "diff",
            "std_error": "diff_se",
            "lower": "diff_lcl",
            "p_value": "diff_p",
        }
        for statistic, theirs in names.items():
            ours = value(found, **at, method="difference", statistic=statistic)
            assert ours == pytest.approx(row[theirs], rel=1e-8)
        names = {"ratio": "ratio", "upper": "ratio_ucl", "p_value": "ratio_p"}
        for statistic, theirs in names.items():
            ours = value(found, **at, method="ratio", statistic=statistic)
            assert ours == pytest.approx(row[theirs], rel=1e-8)
    found = analyses.landmark(trial)
    for row in contrast["landmark_difference"]:
        names = {
            "difference": "diff",
            "std_error": "se",
            "lower": "lcl",
            "upper": "ucl",
            "p_value": "p",
        }
        for statistic, theirs in names.items():
            ours = value(found, **of, time=row["time"], statistic=statistic)
            assert ours == pytest.approx(row[theirs], rel=1e-8)


def test_subgroups_agree_with_the_shared_reference(shared_trial):
    trial, _, contrast = shared_trial
    arm = f"{contrast['treatment']} vs {contrast['reference']}"
    found = analyses.subgroups(trial)
    for row in contrast["subgroups"]:
        of = {"paramcd": "OS", "arm": arm, "subgroup": f"{row['variable']}={row['level']}"}
        hr = value(found, **of, method="efron", statistic="hr")
        theirs = np.nan if row["hr"] is None else row["hr"]
        assert hr == pytest.approx(theirs, rel=1e-7, nan_ok=True)
        of = {**of, "subgroup": row["variable"], "method": "interaction"}
        p_value = value(found, **of, statistic="p_value")
        assert p_value == pytest.approx(row["p_interaction_lrt"], rel=1e-6)


def test_the_mixed_model_agrees_with_nlme():
    folder = REFERENCE / "repeated_measures"
    data = pd.read_csv(folder / "data.csv")
    wide = data.pivot_table("change", "USUBJID", "visit")
    patients = data.drop_duplicates("USUBJID").set_index("USUBJID").loc[wide.index]
    base = patients["base"] - patients["base"].mean()
    Z = np.column_stack([patients["arm"] == "A", patients["arm"] == "B", base]).astype(float)
    model = repeated_measures(wide.to_numpy(), Z)
    # nlme stops within about 1e-5 of the maximum
    theirs = pd.read_csv(folder / "reference.csv", index_col="name")
    for visit in range(3):
        for j, term in enumerate(["armA", "armB", "base"]):
            row = theirs.loc[f"visit{visit + 1}:{term}"]
            estimate = model.coef[visit, j]
            std_error = np.sqrt(model.covariance[visit, j, visit, j])
            assert estimate == pytest.approx(row["value"], abs=1e-5)
            assert std_error == pytest.approx(row["std_error"], rel=1e-4)
        for other in range(3):
            sigma = theirs.loc[f"sigma{visit + 1}{other + 1}", "value"]
            assert model.sigma[visit, other] == pytest.approx(sigma, rel=1e-4)
