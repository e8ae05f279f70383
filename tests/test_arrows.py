"""The arrows between the rooms: data flows one way, and survival needs numpy and scipy alone."""

import ast
import sys
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ALLOWED = {"numpy", "scipy", "trialbook"} | set(sys.stdlib_module_names)


def test_data_flow_one_way():
    assert lint_imports(no_cache=True) == 0


@pytest.mark.parametrize("path", sorted(Path("trialbook/survival").rglob("*.py")), ids=str)
def test_survival_needs_numpy_and_scipy_alone(path):
    # what a function imports when it is called (a cluster's scheduler) is not needed
    body = ast.parse(path.read_text(encoding="utf-8")).body
    named = [node.module for node in body if isinstance(node, ast.ImportFrom)]
    named += [one.name for node in body if isinstance(node, ast.Import) for one in node.names]
    assert {name.split(".")[0] for name in named} <= ALLOWED
    ours = {name for name in named if name.startswith("trialbook")}
    assert all(name.startswith("trialbook.survival") for name in ours)
