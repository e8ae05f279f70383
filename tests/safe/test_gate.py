"""The gate: nothing after it knows how private data are, and nothing passes it unseen."""

import re
from pathlib import Path

import pandas as pd
import pytest

from tests.report.secret_trial import secret_trial
from trialbook.analyses import all_results
from trialbook.analyses.curves import all_curves
from trialbook.report.data_card import tbl_files
from trialbook.safe import safe
from trialbook.safe.hashes import SECRET, keyed, secret_of
from trialbook.trial import load_trial

ROOT = Path(__file__).parents[2]
AFTER = ["trialbook/report", "trialbook/paper", "trialbook/publishing", "trialbook/learn",
         "trialbook/comparison", "notebooks"]  # fmt: skip
PRIVATE = re.compile(r"\.(?:privacy|min_cell)\b|\bis_component\b|\bcurve_times\b|\bwithheld\(")
# Keys of facts that an older build kept in its provenance.
KEPT = {"trialbook/comparison/cuts.py"}


def test_nothing_after_the_gate_asks_how_private_the_data_are():
    files = [path for folder in AFTER for path in (ROOT / folder).rglob("*")]
    texts = {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
        for path in files
        if path.suffix in (".py", ".md")
    }
    assert len(texts) > 50
    assert {name for name, text in texts.items() if PRIVATE.search(text)} <= KEPT


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    return load_trial(secret_trial(tmp_path_factory.mktemp("secret") / "trial"))


def test_the_same_rows_come_out_and_no_value_that_is_withheld(trial):
    results = all_results(trial)
    gated = safe(results, trial)
    key = ["analysis", "paramcd", "arm", "subgroup", "level", "time", "method", "statistic"]
    assert gated[key].equals(results[key])
    assert set(gated["state"]) == {"shown", "coarser", "withheld"}
    assert gated.loc[gated["state"] == "withheld", "value"].isna().all()
    assert (gated.loc[gated["state"] != "withheld", "shown"] != "").all()


def test_no_result_names_what_so_few_left_for(trial):
    """A reason over time has no number beside it, and must not be named either."""
    gated = safe(all_results(trial, only=["disposition", "discontinuation"]), trial)
    rows = gated[gated["level"].str.casefold() == "pregnancy"]
    assert set(rows["analysis"]) == {"disposition", "discontinuation"}
    assert set(rows["shown"]) == {""}
    assert set(rows["state"]) == {"withheld"}


def test_no_point_of_a_curve_is_when_something_happened_to_a_patient(trial):
    curves = all_curves(trial)
    gated = safe(curves, trial)
    known = gated[gated["value"].notna()]
    assert set(known["level"]) >= {"kaplan_meier", "laboratory"}
    assert not set(known["level"]) & {"baseline", "liver"}
    assert not known["statistic"].isin(["n_events", "n_censored"]).any()
    times = trial.time_to_event("PFS")
    for arm in trial.arms:
        of = times[(times["arm"] == arm.code).to_numpy() & times["event"].to_numpy(bool)]
        drawn = known.query("level == 'kaplan_meier' and paramcd == 'PFS' and arm == @arm.code")
        assert len(drawn) > 3
        # of some sixty event times hardly any is drawn, by the chance of a regular time
        assert len(set(of["AVAL"]) & set(drawn["time"])) < 4


def test_what_is_drawn_has_the_digits_of_the_page(trial):
    gated = safe(all_curves(trial), trial)
    survival = gated.query("level == 'kaplan_meier' and statistic == 'survival'")
    known = survival[survival["value"].notna()]
    assert len(known) > 20
    texts = [f"{100 * value:.1f}%" for value in known["value"]]
    assert texts == list(known["shown"])
    assert (known["value"] * 1000 - (known["value"] * 1000).round()).abs().max() < 1e-9


def test_curves_by_themselves_are_decided_on_as_beside_the_tables(trial):
    results, curves = all_results(trial), all_curves(trial)
    both = safe(pd.concat([results, curves], ignore_index=True), trial)
    alone = safe(curves, trial).reset_index(drop=True)
    tail = both.iloc[len(results) :].reset_index(drop=True)
    pd.testing.assert_frame_equal(tail, alone)


def test_the_hash_of_a_confidential_file_cannot_be_made_without_the_secret(
    trial, tmp_path, monkeypatch
):
    monkeypatch.delenv(SECRET, raising=False)
    assert list(tbl_files(trial).frame) == ["File"]
    secret = secret_of(tmp_path / "store")
    assert secret_of(tmp_path / "store") == secret
    assert (tmp_path / "store" / "secret").stat().st_mode & 0o077 == 0
    monkeypatch.setenv(SECRET, secret)
    shown = tbl_files(trial).frame.set_index("File")["Keyed SHA-256"]
    assert set(shown.index) == set(trial.files)
    for name, digest in trial.files.items():
        assert shown[name] == keyed(digest, secret) != digest
