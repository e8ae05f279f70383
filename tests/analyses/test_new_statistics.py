"""The newer rows of two real trials against the shared reference numbers."""

import json

import numpy as np
import pytest
import yaml

from tests.analyses.tiny import shared
from trialbook import analyses
from trialbook.trial import load_trial

HERE = ("average_hazard", "kaplan_meier", "landmark", "log_rank", "cox")
LATER = "adjusted:"  # the covariate-adjusted log-rank test is not made yet


@pytest.fixture(scope="module", params=["lung", "veteran"])
def beside(request, tmp_path_factory):
    """Our rows of a trial by key, and the reference's."""
    reference = json.loads(shared("reference/new_statistics.json").read_text())[request.param]
    spec, folder = reference["spec"], shared(f"reference/{request.param}")
    copy = tmp_path_factory.mktemp(request.param)
    for name in ("adsl.csv", "adtte.csv"):
        (copy / name).write_bytes((folder / name).read_bytes())
    strata = spec.get("strata", [])
    config = {
        "id": request.param, "privacy": "public", "time": {"unit": "days", "show": "months"},
        "horizon": spec["horizon"], "landmarks": spec["landmarks"],
        "arms": [{"code": spec["control"]}, {"code": spec["treated"]}],
        "endpoints": [{"paramcd": spec["primary"], "role": "primary"}],
        "strata": [strata] if isinstance(strata, str) else strata,
        "models": {
            name: {"endpoint": spec["primary"], "covariates": covariates}
            for name, covariates in spec["models"].items()
        },
    }  # fmt: skip
    (copy / "trial.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    ours = analyses.all_results(load_trial(copy), HERE)
    of = ["analysis", "paramcd", "arm", "level", "time", "method", "statistic"]
    ours["time"] = [f"{t:g}" if np.isfinite(t) else "" for t in ours["time"]]
    found = ours.set_index(of)["value"].to_dict()
    rows = [
        row
        for row in reference["rows"]
        if row["analysis"] in HERE
        and not (row["analysis"] == "log_rank" and row["method"].startswith(LATER))
    ]
    return found, [(tuple(row[name] for name in of), row) for row in rows]


def test_every_row_agrees(beside):
    found, rows = beside
    assert len(rows) > 20
    for key, row in rows:
        taken = [row["value"], *row.get("also", ())]
        assert any(found[key] == pytest.approx(one, rel=row["tol"]) for one in taken), key


def test_small_examples_agree():
    """Without an event in one arm: profile likelihood and Firth's penalty, as rows have them."""
    examples = json.loads(shared("reference/new_statistics.json").read_text())["examples"]
    from trialbook import survival

    data = examples["no_events"]["data"]
    time, event = ([row[name] for row in data] for name in ("time", "event"))
    treated = np.array([row["arm"] == "B" for row in data], float)
    model, expected = survival.firth(time, event, treated), examples["no_events"]["firth"]
    for name, value in expected.items():
        assert getattr(model, name)[0] == pytest.approx(value, rel=1e-5), name
    found = survival.profile_interval(survival.cox(time, event, treated))
    assert found.hr_upper == pytest.approx(examples["no_events"]["profile"]["hr_upper"], rel=1e-6)
