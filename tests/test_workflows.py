"""The files of the forge and of the editor can be read, and pin what they use."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
FILES = sorted((ROOT / ".github").rglob("*.yml"))
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_it_is_yaml(path):
    assert isinstance(yaml.safe_load(path.read_text(encoding="utf-8")), dict)


USES = re.compile(r"^ +(?:- )?uses: (\S+?)@(\S+)(?: # (\S+))?$", re.MULTILINE)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_inputs_are_never_run_as_text(path):
    jobs = yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"]
    steps = [step for job in jobs.values() for step in job["steps"]]
    assert not any("${{" in step.get("run", "") for step in steps)


def test_actions_are_pinned_by_commit_one_version_each():
    used = [found for path in WORKFLOWS for found in USES.findall(path.read_text("utf-8"))]
    assert used
    for action, commit, version in used:
        assert re.fullmatch("[0-9a-f]{40}", commit), action
        assert re.fullmatch(r"v\d+\.\d+\.\d+", version), action
    assert len(set(used)) == len({action for action, _, _ in used})


def test_zizmor_finds_nothing_unsafe_in_the_workflows():
    zizmor = [shutil.which("zizmor", path=Path(sys.executable).parent), "--offline", "--quiet"]
    found = subprocess.run([*zizmor, *WORKFLOWS], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr


def test_every_supported_python_is_run():
    jobs = yaml.safe_load((ROOT / ".github/workflows/book.yml").read_text())["jobs"]
    assert jobs["test-and-build"]["strategy"]["matrix"]["python"][0] == "3.11"


def test_the_devcontainer_makes_what_the_makefile_makes():
    made = json.loads((ROOT / ".devcontainer/devcontainer.json").read_text())
    assert made["postCreateCommand"] == "make .venv/.dev"
    assert "$(VENV)/.dev:" in (ROOT / "Makefile").read_text()
