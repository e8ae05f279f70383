"""R computes a trial's rows anew, and finds what was changed; by hand and in `make test-all`."""

import shutil
import subprocess
from pathlib import Path

import pandas as pd
import pytest

from trialbook.analyses import all_results
from trialbook.trial import load_trial
from trialbook.verify import constants_of, r_literal, verify_script

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("Rscript") is None, reason="Rscript is not installed"),
]
# Analyses without a rule: of a plan, of other trials.
LEFT = {"design", "evidence", "intercurrent", "recurrent"}
THREE = Path("trialbook/agreement/reference/three_arms")


def left(trial, folder: Path, changed=None) -> subprocess.CompletedProcess:
    """Write ard.csv and verify.R of a trial and run it; `changed` gives other values."""
    ard = all_results(trial).assign(chapter="efficacy")
    if changed is not None:
        ard = changed(ard)
    first = ["chapter", *[name for name in ard if name != "chapter"]]
    ard[first].to_csv(folder / "ard.csv", index=False)
    script = folder / "verify.R"
    script.write_text(verify_script(constants_of(trial)), encoding="utf-8")
    command = ["Rscript", str(script), str(trial.folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def counts(output: str) -> pd.DataFrame:
    """Return agree, differ, not covered by analysis."""
    found = [line.split(": ")[1].split() for line in output.splitlines()
             if line.startswith("efficacy: ")]  # fmt: skip
    return pd.DataFrame(found, columns=["analysis", "agree", "differ", "not"]).set_index(
        "analysis").astype(int)  # fmt: skip


@pytest.mark.parametrize("folder", ["data/veteran", "data/gbsg2", THREE], ids=str)
def test_all_that_is_computed_anew_agrees(folder, tmp_path):
    ran = left(load_trial(folder), tmp_path)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "could not be computed" not in ran.stdout
    found = counts(ran.stdout)
    kept = found.drop(index=LEFT & set(found.index))
    assert kept["differ"].sum() == 0
    assert kept["agree"].sum() >= 0.95 * kept.to_numpy().sum()


@pytest.mark.parametrize("margin", ["1.3", "{difference: 0.1, time: 183}"])
def test_noninferiority_agrees(margin, tmp_path):
    folder = shutil.copytree("data/veteran", tmp_path / "veteran")
    plan = f"objective: noninferiority\nmargin: {margin}\n"
    plan += "strata: [CELLTYPE]\nanalysis: {test: stratified, model: stratified, ties: breslow}\n"
    with (folder / "trial.yml").open("a", encoding="utf-8") as file:
        file.write(plan)
    trial = load_trial(folder)
    ran = left(
        trial, tmp_path, lambda ard: ard[ard["analysis"].isin(["noninferiority", "landmark"])]
    )
    assert ran.returncode == 0, ran.stdout
    assert counts(ran.stdout)["not"].sum() == 0


@pytest.mark.parametrize(
    ("analysis", "method", "factor"),
    [("cox", "efron", 1.0001), ("tipping_point", "delta=1", 1.3)],  # the latter is partly chance
)
def test_a_planted_error_is_found(tmp_path, analysis, method, factor):
    def changed(ard):
        wanted = (ard["analysis"] == analysis) & (ard["method"] == method)
        ard.loc[ard.index[wanted & (ard["statistic"] == "hr")][0], "value"] *= factor
        return ard

    ran = left(load_trial("data/veteran"), tmp_path, changed)
    assert ran.returncode == 1
    assert counts(ran.stdout)["differ"].sum() == 1
    assert f"differs: {analysis} OS Test vs Standard" in ran.stdout


def test_text_from_a_trial_is_never_run(tmp_path):
    texts = ['"); file.create("pwned"); c("', "\\", "`'#\n", "\u202eé\U0001f600", "%s"]
    source = f"for (one in {r_literal(texts)}) cat(utf8ToInt(one), '\\n')"
    (tmp_path / "x.R").write_text(source, encoding="ascii")
    ran = subprocess.run(
        ["Rscript", "x.R"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    lines = ran.stdout.splitlines()
    assert ["".join(map(chr, map(int, line.split()))) for line in lines] == texts
    assert not (tmp_path / "pwned").exists()


def test_an_arm_of_one_patient_and_what_rounding_leaves_differ_in_nothing(tmp_path):
    """The one patient's event is the first: no maximum, so no test of proportional hazards."""
    folder = shutil.copytree("data/veteran", tmp_path / "veteran")
    arms = pd.read_csv("data/veteran/adsl.csv").set_index("USUBJID")["TRT01P"]
    for name in ("adsl", "adtte"):
        file = folder / f"{name}.csv"
        rows = pd.read_csv(file, dtype=str)
        arm = rows["USUBJID"].map(arms)
        one = rows["USUBJID"] == rows.loc[(arm == "Test").to_numpy(), "USUBJID"].iloc[0]
        kept = rows[(arm == "Standard") | one].copy()
        if name == "adtte":
            kept.loc[one, ["AVAL", "CNSR"]] = ["0.5", "0"]
        kept.to_csv(file, index=False)
    of = ["cox", "proportional_hazards", "landmark", "kaplan_meier"]
    ran = left(load_trial(folder), tmp_path, lambda ard: ard[ard["analysis"].isin(of)])
    assert ran.returncode == 0, ran.stdout
