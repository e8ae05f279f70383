"""What the chapters show of trials whose patients must not be seen, or not be compared."""

import ast
import warnings
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pytest

from tests.learn.test_course import NOTEBOOKS, TAUGHT
from tests.report.secret_trial import secret_trial
from trialbook.trial import load_trial

TEN = 10


@dataclass
class Ran:
    """What the cells of a chapter display, and what they leave behind."""

    shown: list[Any]
    left: dict[str, Any]

    def texts(self) -> str:
        ways = ("_repr_html_", "_repr_markdown_", "__repr__")
        said = []
        for one in self.shown:
            said += [str(getattr(one, way)()) for way in ways if hasattr(type(one), way)]
        return "\n".join(said)


def run(name: str, **parameters: Any) -> Ran:
    """Run a chapter's cells in this process."""
    ran = Ran([], {})
    for cell in (one for one in NOTEBOOKS[name].cells if one.cell_type == "code"):
        body = ast.parse(cell.source).body
        last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
        exec(compile(ast.Module(body, []), name, "exec"), ran.left)
        if last is not None:
            value = eval(compile(ast.Expression(last.value), name, "eval"), ran.left)
            ran.shown += [] if value is None else [value]
        if "parameters" in cell.metadata.get("tags", []):
            ran.left |= parameters
    return ran


@pytest.fixture(scope="module")
def secret(tmp_path_factory):
    return secret_trial(tmp_path_factory.mktemp("secret") / "secret")


@pytest.mark.parametrize("name", TAUGHT)
def test_of_a_confidential_trial_no_patient_is_seen(name, secret, capsys, monkeypatch):
    monkeypatch.setenv("TRIALBOOK_CHECKS", "raise")
    study = load_trial(secret)
    patients = set(study.adsl["USUBJID"])
    ran = run(name, trial=str(secret))
    texts = ran.texts() + capsys.readouterr().out
    assert len(texts) > 2000
    assert not [one for one in patients if one in texts]
    frames = [one for one in (*ran.shown, *ran.left.values()) if isinstance(one, pd.DataFrame)]
    for frame in frames:
        assert not patients & set(frame.astype(str).to_numpy().ravel())
        assert not patients & set(frame.index.astype(str))
    assert all(len(one) <= 2 * TEN for one in ran.shown if isinstance(one, pd.DataFrame))
    assert ran.left["lesson"].trial is None
    assert not ran.left["lesson"].case(next(iter(ran.left["lesson"].exercises))).is_trial


@pytest.mark.parametrize("name", TAUGHT)
def test_a_blinded_chapter_compares_only_invented_patients(name, capsys, monkeypatch):
    monkeypatch.setenv("TRIALBOOK_CHECKS", "raise")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ran = run(name, trial="data/gbsg2", blinded=True)
    texts = ran.texts() + capsys.readouterr().out
    open_arms = load_trial("data/gbsg2").arms
    assert not [arm for arm in open_arms if arm.label in texts]
    assert ran.left["lesson"].numbers is None
    assert ran.left["lesson"].trial is None


def test_an_open_trial_is_shown_from_rows_of_its_report(capsys):
    ran = run("cox", trial="data/gbsg2")
    lesson = ran.left["lesson"]
    table = lesson.printed("cox", "hr", "p_value")
    code, arm = lesson.study.primary.paramcd, lesson.study.comparisons[0].name
    shown = lesson.numbers.text("{hr}", "cox", code, arm, method="efron")
    assert table.loc["efron", "hazard ratio"] == shown
    assert lesson.study.arms[0].label.lower() in lesson.curves().message.lower()
