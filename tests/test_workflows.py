"""The files of the forge and of the editor can be read, and pin what they use."""

import json
import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
FILES = sorted((ROOT / ".github").rglob("*.yml"))
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_it_is_yaml(path):
    assert isinstance(yaml.safe_load(path.read_text(encoding="utf-8")), dict)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_and_inputs_are_never_run_as_text(path):
    jobs = yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"]
    steps = [step for job in jobs.values() for step in job["steps"]]
    used = [step["uses"] for step in steps if "uses" in step]
    assert used
    assert all(re.fullmatch(r"[\w/-]+@(v\d+\.\d+\.\d+|[0-9a-f]{40})", one) for one in used)
    assert not any("${{" in step.get("run", "") for step in steps)


def test_every_supported_python_is_run():
    jobs = yaml.safe_load((ROOT / ".github/workflows/book.yml").read_text())["jobs"]
    assert jobs["test-and-build"]["strategy"]["matrix"]["python"][0] == "3.11"


def test_the_devcontainer_makes_what_the_makefile_makes():
    made = json.loads((ROOT / ".devcontainer/devcontainer.json").read_text())
    assert made["postCreateCommand"] == "make .venv/.dev"
    assert "$(VENV)/.dev:" in (ROOT / "Makefile").read_text()
