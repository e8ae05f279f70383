"""The chapters read for any trial: harm, nothing, no events in an arm, hostile names, any arms."""

import ast
import contextlib
import io
from pathlib import Path

import jupytext
import numpy as np
import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

# A warning in a chapter would stand on its page, and fails the build.
pytestmark = pytest.mark.filterwarnings("error")
ROOT = Path(__file__).parents[2]
HOSTILE = "<b>x</b> $y$ {cite}`z` | *w*"

# Arm to the hazard of the event, per month.
TRIALS = {
    "harm": {"no": 0.02, "yes": 0.06},
    "null": {"no": 0.03, "yes": 0.03},
    "no events in one arm": {"no": 0.03, "yes": 0.0},
    "one arm": {"no": 0.03},
    "three arms": {"no": 0.03, "yes": 0.02, "more": 0.01},
    "hostile names": {"no": 0.03, "yes": 0.02},
}


def folder_of(name, hazards, folder):
    """Write a trial of one flat file; 40 patients by arm, 24 months, seeded."""
    rng = np.random.default_rng(7)
    parts = []
    for arm, hazard in hazards.items():
        time = rng.exponential(1 / hazard, 40) if hazard else np.full(40, np.inf)
        end = rng.uniform(12, 24, 40)
        part = {"time": np.minimum(time, end).round(2), "event": (time <= end).astype(int)}
        age = rng.normal(50, 10, 40).round()
        sex = rng.choice(["F", "M"], 40)
        parts.append(pd.DataFrame({**part, "arm": arm, "age": age, "sex": sex}))
    folder.mkdir()
    pd.concat(parts).to_csv(folder / "flat.csv", index=False)
    labels = ["An arm", "Another arm", "A third arm"]
    if name == "hostile names":
        labels = [HOSTILE, f"{HOSTILE} 2"]
    arms = "\n".join(
        f"  - {{code: {arm.upper()}X, values: ['{arm}'], label: '{label}'}}"
        for arm, label in zip(hazards, labels, strict=False)
    )
    event = HOSTILE if name == "hostile names" else "relapse"
    (folder / "trial.yml").write_text(
        f"""id: tiny
title: '{labels[0]}'
privacy: public
randomized: "yes"
time: {{unit: months, show: months}}
horizon: 12
landmarks: [6, 12]
flat: {{file: flat.csv, id: null, time: time, event: event, event_value: 1, arm: arm}}
arms:
{arms}
endpoints:
  - {{paramcd: TTE, label: '{event}', role: primary, event: unfavourable}}
subgroups: [sex]
baseline:
  - {{variable: age, label: "Age, yr", summary: mean, digits: 1}}
  - {{variable: sex, label: Sex}}
""",
        encoding="utf-8",
    )
    return folder


def run(chapter, trial, **parameters):
    """Execute a chapter's cells in this process and return what it shows, joined."""
    return "\n".join(text for _, text in outputs(chapter, trial, **parameters))


def outputs(chapter, trial, **parameters):
    """Execute a chapter's cells in this process and return what it shows: html or markdown, text.

    Plain text is escaped where it is put on a page.
    """
    InteractiveShell.instance()
    notebook = jupytext.read(ROOT / "notebooks" / f"{chapter}.md")
    names, shown = {}, []
    for cell in (one for one in notebook.cells if one.cell_type == "code"):
        tags = cell.metadata.get("tags", [])
        given = {"trial": str(trial), **parameters} if "parameters" in tags else {}
        source = "\n".join(f"{name} = {value!r}" for name, value in given.items())
        body = ast.parse(f"{cell.source}\n{source}").body
        last = body.pop() if isinstance(body[-1], ast.Expr) else None
        with capture_output() as captured, contextlib.redirect_stdout(io.StringIO()):
            exec(compile(ast.Module(body, []), chapter, "exec"), names)
            value = last and eval(compile(ast.Expression(last.value), chapter, "eval"), names)
        for kind in ("html", "markdown"):
            found = [one.data.get(f"text/{kind}") for one in captured.outputs]
            last_one = getattr(value, f"_repr_{kind}_", lambda: None)()
            # with what a page must know of it, a text is a pair
            found.append(last_one[0] if isinstance(last_one, tuple) else last_one)
            shown += [(kind, text) for text in found if text]
    return shown


@pytest.mark.parametrize("name", TRIALS)
def test_efficacy_reads_for_any_trial(name, tmp_path):
    text = run("efficacy", folder_of(name, TRIALS[name], tmp_path / "tiny"))
    expected = {
        "harm": "On this end point that favours an arm.",
        "null": "no clear difference",
        "no events in one arm": "o relapse was recorded with another arm, ",
        "one arm": "One group: nothing is compared.",
        "three arms": "Another arm vs an arm",
        "hostile names": "&lt;b&gt;x&lt;/b&gt;",
    }
    assert expected[name] in text
    assert "nan" not in text.lower()
    assert "<b>x</b>" not in text


@pytest.mark.parametrize("chapter", ["design", "population", "safety", "checklist"])
@pytest.mark.parametrize("name", ["one arm", "three arms", "hostile names"])
def test_the_other_chapters_read_for_any_trial(chapter, name, tmp_path):
    text = run(chapter, folder_of(name, TRIALS[name], tmp_path / "tiny"))
    assert len(text) > 100
    assert "<b>x</b>" not in text


def test_another_level_is_named_everywhere(tmp_path):
    folder = folder_of("null", TRIALS["null"], tmp_path / "tiny")
    text = run("efficacy", folder, conf_level=0.9)
    assert "90% CI" in text
    assert "95% CI" not in text
