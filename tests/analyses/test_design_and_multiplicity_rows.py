"""Design, multiplicity, recurrent events, tipping point."""

import numpy as np
import pandas as pd
import pytest

from tests.analyses.tiny import patients, times, value
from trialbook import analyses, survival
from trialbook.agreement.estimators import REFERENCE
from trialbook.report import tables
from trialbook.safe.lookup import Lookup
from trialbook.trial import load_trial


@pytest.fixture
def planned(write_trial):
    """A plan with 37.5% and 20% of patients with an event, 114 patients per arm."""
    adsl = patients("AABB")
    return write_trial(
        adsl,
        times(adsl, [1, 2, 3, 4], [0, 1, 0, 1]),
        horizon=1096,
        design={
            "power": 0.8,
            "event_proportion": {"A": 0.375, "B": 0.20},
            "n_per_arm": 114,
        },
    )


def test_sample_sizes_follow_the_formulas(planned):
    found = analyses.design(planned, n_simulations=2000)
    sizes = {
        method: [
            value(found, paramcd="", arm="all", method=method, statistic=s)
            for s in ("n_events", "n")
        ]
        for method in ("schoenfeld", "freedman")
    }
    # 4 (1.960 + 0.842)^2 / log(0.475)^2 = 56.6 events, / 0.2875 = 196.8 patients
    assert sizes == {"schoenfeld": [57, 197], "freedman": [62, 216]}
    assert value(found, paramcd="", arm="B vs A", statistic="hr") == pytest.approx(0.475, abs=5e-4)


def test_simulation_agrees_with_the_formula(planned):
    found = analyses.design(planned, n_simulations=4000)
    of = {"paramcd": "", "arm": "all", "statistic": "power"}
    assert value(found, **of, method="simulation") == pytest.approx(0.80, abs=0.03)
    by_formula = value(found, **of, method="schoenfeld", level="planned")
    simulated = value(found, **of, method="simulation", level="planned")
    assert simulated == pytest.approx(by_formula, abs=0.03)


def test_power_falls_as_the_hazard_ratio_nears_one(planned):
    found = analyses.design(planned, n_simulations=100)
    curve = found[found["level"].str.startswith("hr=")]
    assert len(curve) > 20
    assert (np.diff(curve["value"]) < 0).all()
    assert curve["value"].iloc[-1] == pytest.approx(0.025, abs=1e-3)  # one side of alpha, at 1


@pytest.mark.parametrize(
    ("event", "margin", "hr", "null"),
    [
        ("unfavourable", 1.3, 1.0, 1.3),
        ("favourable", 1.3, 1.0, 1 / 1.3),  # the margin may be given from either side
        ("favourable", None, 1.5, 1.0),
    ],
)
def test_the_curve_leads_from_the_hazard_ratio_of_the_null_to_where_power_is(
    write_trial, event, margin, hr, null
):
    adsl = patients("AABB")
    trial = write_trial(
        adsl,
        times(adsl, [1, 2, 3, 4], [0, 1, 0, 1]),
        horizon=10,
        endpoints=[{"paramcd": "EVENT", "role": "primary", "event": event}],
        objective="noninferiority" if margin else "superiority",
        **({"margin": margin} if margin else {}),
        design={"event_proportion": {"A": 0.4}, "hazard_ratio": hr, "n_per_arm": 300},
    )
    found = analyses.design(trial, n_simulations=10)
    curve = found[found["level"].str.startswith("hr=")]
    ratios = curve["level"].str.removeprefix("hr=").astype(float)
    order = np.argsort(np.abs(np.log(ratios / null)).to_numpy())
    assert ratios.iloc[order[0]] == pytest.approx(null, abs=1e-3)
    assert min(ratios) <= hr <= max(ratios)
    power = curve["value"].to_numpy()[order]
    assert power[0] == pytest.approx(0.025, abs=1e-3)
    assert power[-1] > 0.95
    needed = value(found, paramcd="", arm="all", method="schoenfeld", statistic="n_events")
    assert needed == np.ceil(survival.schoenfeld_events(hr, margin=null))


@pytest.mark.parametrize("hr", [1.3, 1.5])
def test_a_plan_with_nothing_to_show_is_said(write_trial, hr):
    adsl = patients("AABB")
    trial = write_trial(
        adsl,
        times(adsl, [1, 2, 3, 4], [0, 1, 0, 1]),
        horizon=10,
        objective="noninferiority",
        margin=1.3,
        design={"event_proportion": {"A": 0.4}, "hazard_ratio": hr},
    )
    found = analyses.design(trial)
    assert "no size has power for it" in analyses.remarks(found)[0]
    assert not (found["method"] == "schoenfeld").any()


def test_an_unknown_plan_is_said(seven):
    assert analyses.design(seven).empty
    assert analyses.remarks(analyses.design(seven))


def test_multiplicity_adjusts_the_log_rank_p_values(tmp_path):
    folder = REFERENCE / "three_arms"
    for name in ("adsl.csv", "adtte.csv"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    text = (folder / "trial.yml").read_text()
    family = "multiplicity: {family: [PFS, OS, RARE], methods: [holm, hochberg]}\n"
    (tmp_path / "trial.yml").write_text(text + family)
    trial = load_trial(tmp_path)
    found = analyses.multiplicity(trial)
    plain = [
        value(analyses.log_rank(trial, name), paramcd=name, arm="LOW vs CTRL", statistic="p_value")
        for name in ("PFS", "OS", "RARE")
    ]
    p = np.sort(plain)
    holm = np.minimum(np.maximum.accumulate(p * [3, 2, 1]), 1)
    hochberg = np.minimum.accumulate((p * [3, 2, 1])[::-1])[::-1]
    for method, expected in (("holm", holm), ("hochberg", hochberg)):
        ours = found[(found["arm"] == "LOW vs CTRL") & (found["method"] == method)]["value"]
        np.testing.assert_allclose(np.sort(ours), np.sort(expected), rtol=1e-12)
        assert len(ours) == 3


def test_recurrent_events_agree_with_r(write_trial):
    adsl = patients("AAABBB")
    intervals = pd.DataFrame(
        [
            ("P1", 0, 5, 0), ("P1", 5, 9, 0), ("P1", 9, 20, 1), ("P2", 0, 7, 0), ("P2", 7, 20, 1),
            ("P3", 0, 3, 0), ("P3", 3, 12, 0), ("P3", 12, 15, 1), ("P4", 0, 8, 0), ("P4", 8, 20, 1),
            ("P5", 0, 20, 1), ("P6", 0, 11, 0), ("P6", 11, 18, 1),
        ],
        columns=["USUBJID", "ASTDY", "AENDY", "CNSR"],
    ).assign(PARAMCD="FLARE")  # fmt: skip
    trial = write_trial(adsl, times(adsl, [1] * 6, [1] * 6), adtter=intervals)
    found = analyses.recurrent(trial)
    # R: d <- data.frame(id = c(1,1,1,2,2,3,3,3,4,4,5,6,6), s = c(0,5,9,0,7,0,3,12,0,8,0,0,11),
    #    e = c(5,9,20,7,20,3,12,15,8,20,20,11,18), x = c(1,1,0,1,0,1,1,0,1,0,0,1,0))
    #    d$t <- as.numeric(d$id > 3); coxph(Surv(s, e, x) ~ t, d, cluster = id)
    of = {"paramcd": "FLARE", "arm": "B vs A", "method": "andersen_gill"}
    assert value(found, **of, statistic="coef") == pytest.approx(-0.91629073187415, rel=1e-8)
    assert value(found, **of, statistic="std_error") == pytest.approx(0.43969686527576, rel=1e-8)


def test_a_higher_hazard_of_the_withdrawn_raises_the_hazard_ratio(write_trial):
    rng = np.random.default_rng(8)
    n = 120
    adsl = patients("A" * 60 + "B" * 60, EOSSTT=["COMPLETED", "DISCONTINUED"] * 60)
    rate = np.where(np.arange(n) < 60, 1 / 300, 1 / 600)
    event, censored = rng.exponential(1 / rate).round() + 1, rng.integers(100, 500, n)
    trial = write_trial(
        adsl,
        times(adsl, np.minimum(event, censored), (event > censored).astype(int)),
        horizon=500,
    )
    found = analyses.tipping_point(trial, deltas=[0, 1, 3], n_imputations=20)
    of = {"paramcd": "EVENT", "arm": "B vs A", "statistic": "hr"}
    hr = [value(found, **of, level="treated", method=f"delta={d}") for d in (0, 1, 3)]
    assert hr[0] < hr[1] < hr[2]
    worst = value(found, **of, level="worst", method="extreme")
    best = value(found, **of, level="best", method="extreme")
    assert best < hr[0] < hr[2] < worst


@pytest.mark.parametrize("event", ["unfavourable", "favourable"])
def test_the_worst_case_is_the_worst_for_the_treated_arm(write_trial, event):
    eosstt = ["DISCONTINUED" if withdrawn else "COMPLETED" for withdrawn in (0, 0, 1, 0, 1, 0, 0)]
    adsl = patients("AAABBBB", EOSSTT=eosstt)
    trial = write_trial(
        adsl,
        times(adsl, [2, 4, 5, 3, 4, 6, 8], [0, 0, 1, 0, 1, 1, 1]),
        horizon=8,
        endpoints=[{"paramcd": "EVENT", "role": "primary", "event": event}],
    )
    found = analyses.tipping_point(trial, deltas=[1], n_imputations=2)
    of = {"paramcd": "EVENT", "arm": "B vs A", "method": "extreme", "statistic": "hr"}
    # R: tr <- c(0, 0, 0, 1, 1, 1, 1)
    # exp(coef(coxph(Surv(c(2, 4, 8, 3, 4, 6, 8), c(1, 1, 0, 1, 1, 0, 0)) ~ tr)))
    treated_have_it = 0.622380993571240
    # exp(coef(coxph(Surv(c(2, 4, 5, 3, 8, 6, 8), c(1, 1, 1, 1, 0, 0, 0)) ~ tr)))
    control_have_it = 0.174849846791398
    cases = [treated_have_it, control_have_it]
    expected = cases if event == "unfavourable" else cases[::-1]
    hr = [value(found, **of, level=level) for level in ("worst", "best")]
    assert hr == pytest.approx(expected, rel=1e-8)


def test_the_hazard_ratio_that_the_events_find_has_the_planned_power():
    trial = load_trial("data/alms")
    found = analyses.design(trial, n_simulations=10)
    key = {"paramcd": "", "arm": "all", "method": "schoenfeld", "level": "observed"}
    hr, n_events = (value(found, **key, statistic=name) for name in ("hr", "n_events"))
    assert hr < 1
    power = survival.power(n_events, hr, alpha=trial.config.design.alpha)
    assert power == pytest.approx(trial.config.design.power, abs=1e-3)


def test_an_order_a_graph_and_a_family_across_arms_are_rows_and_columns(write_trial):
    rng = np.random.default_rng(8)
    adsl = patients("ABC" * 30)
    adtte = pd.concat([
        times(adsl, rng.integers(1, 50, 90), rng.integers(0, 2, 90)).assign(PARAMCD=code)
        for code in ("X", "Y")
    ])  # fmt: skip
    graph = {"weights": {"X": 1, "Y": 0}, "edges": [["X", "Y", 1]]}
    trial = write_trial(
        adsl, adtte, arms=[{"code": code} for code in "ABC"],
        endpoints=[{"paramcd": "X", "role": "primary"}, {"paramcd": "Y"}],
        multiplicity={"order": ["X", "Y"], "graph": graph, "across_arms": True},
    )  # fmt: skip
    found = analyses.multiplicity(trial)
    plain = {
        (code, arm): value(analyses.log_rank(trial, code), paramcd=code, arm=arm,
                           statistic="p_value")
        for code in ("X", "Y") for arm in ("B vs A", "C vs A")
    }  # fmt: skip

    def row(method, code, arm):
        return value(found, paramcd=code, arm=arm, method=method, statistic="p_value")

    running = 0.0
    for code in ("X", "Y"):
        for arm in ("B vs A", "C vs A"):
            running = max(running, plain[code, arm])
            assert row("fixed_sequence", code, arm) == pytest.approx(running)
    # each comparison has half of alpha, and passes it on to its own second end point
    for arm in ("B vs A", "C vs A"):
        first = min(2 * plain["X", arm], 1)
        assert row("graph", "X", arm) == pytest.approx(first)
        assert row("graph", "Y", arm) == pytest.approx(max(first, min(2 * plain["Y", arm], 1)))
    assert row("holm", "X", "B vs A") >= plain["X", "B vs A"]
    table = tables.tbl_endpoints(
        Lookup(analyses.joined([analyses.end_points(trial), found]), trial)
    )
    assert "in the order of the plan" in table.html
    assert "by the plan's graph" in table.html.replace("&#x27;", "'").replace("&#39;", "'")


def test_a_margin_of_differences_has_no_size_in_hazards(write_trial):
    adsl = patients("AABB")
    plan = {"event_proportion": {"A": 0.3, "B": 0.2}, "power": 0.8, "horizon": 10}
    trial = write_trial(
        adsl, times(adsl, [1, 2, 3, 4], [0, 1, 0, 1]), design=plan, objective="noninferiority",
        margin={"difference": 0.1, "time": 3},
    )  # fmt: skip
    found = analyses.design(trial)
    assert found.empty
    assert any("difference of proportions" in line for line in analyses.remarks(found))
