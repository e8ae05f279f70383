"""What the page on R says of this package: every call that it shows can be made."""

import ast
import inspect
import re
from pathlib import Path

import pytest

from trialbook import survival

PAGE = Path(__file__).resolve().parents[1] / "book" / "from_r.md"
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.read_text(encoding="utf-8").splitlines()
    if line.startswith("| ") and "`" in line
]
CALLS = [call for *_, here in ROWS for call in re.findall(r"`([^`]+\))`", here)]
METHODS = {"curve": survival.KaplanMeier}


@pytest.mark.parametrize("text", CALLS)
def test_a_call_that_the_page_shows_can_be_made(text):
    given = text.replace("(...", "(").replace("(, ", "(")
    call = ast.parse(given, mode="eval").body
    if isinstance(call.func, ast.Attribute):
        function = getattr(METHODS[call.func.value.id], call.func.attr)
        positions = [None, *call.args]
    else:
        function, positions = getattr(survival, call.func.id), call.args
    named = {one.arg: None for one in call.keywords}
    signature = inspect.signature(function)
    if "..." in text:
        signature.bind_partial(*positions, **named)
    else:
        signature.bind(*positions, **named)


def test_the_page_shows_calls():
    assert len(CALLS) > 15
