"""The first edition's patients give back the paper, but for what its own print excludes."""

from pathlib import Path

import pytest

from trialbook.audit import audit
from trialbook.paper import compare, load_published, results_for
from trialbook.trial import load_trial

FOLDER = Path(__file__).parents[2] / "data" / "alms"


@pytest.fixture(scope="module")
def figures():
    return load_published(load_trial(FOLDER))


@pytest.fixture(scope="module")
def compared(figures):
    return compare(figures, results_for(load_trial(FOLDER), figures))


def test_every_figure_that_can_come_back_does(compared):
    verdicts = compared["verdict"].value_counts()
    assert verdicts["reproduced"] >= 289
    assert verdicts["reproduced"] + verdicts["impossible as printed"] == 294
    assert verdicts["not a data figure"] == 23
    assert not compared.loc[compared["verdict"] == "differs", "item"].tolist()


def test_what_does_not_come_back_has_a_proof(compared):
    excused = compared[compared["verdict"] == "impossible as printed"]
    assert set(excused["id"]) <= {"P169", "P170", "P220", "P221", "P222"}
    assert excused["note"].str.contains("Provided that").all()


def test_the_computed_figures_pass_the_audit_that_the_printed_fail(figures, compared):
    """An audit that objects to figures of real patients would be wrong itself."""
    computed = compared["computed"].where(compared["value"].notna(), compared["printed"])
    findings = audit(figures.assign(printed=computed))
    assert not findings.loc[findings["verdict"].isin(["impossible", "unlikely"]), "proof"].tolist()
    assert findings.attrs["n_checked"] > 260
