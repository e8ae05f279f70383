"""A code of an arm is for files: where a reader looks stands the arm's label."""

import pytest
import yaml

from tests.report.secret_trial import secret_trial
from tests.report.test_any_trial import run

CODES = ("QZXA", "QZXB", "QZXC")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A confidential trial of three arms, whose codes occur nowhere else."""
    folder = secret_trial(tmp_path_factory.mktemp("codes") / "trial")
    config = yaml.safe_load((folder / "trial.yml").read_text(encoding="utf-8"))
    for arm, code in zip(config["arms"], CODES, strict=True):
        arm["code"] = code
    (folder / "trial.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    return folder


@pytest.mark.parametrize("chapter", ["design", "population", "efficacy", "safety"])
def test_no_page_shows_an_arm_by_its_code(chapter, folder):
    shown = run(chapter, folder)
    assert "Verum" in shown
    assert [code for code in CODES if code in shown] == []
