"""Formulas are written when the book is built, or the build says which cannot be."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from trialbook.publishing.mathml import FormulaError, mathml, wrong_formulas

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("formula", ["d", "3/n", r"\frac{a}{b}", r"\hat S(t)", r"x_i^2", r"\{a\}"])
def test_a_formula_is_mathml_that_keeps_its_source(formula):
    tree = ElementTree.fromstring(mathml(formula))
    assert tree.tag.endswith("math")
    assert tree.get("display") == "inline"
    (annotation,) = tree.iter("{http://www.w3.org/1998/Math/MathML}annotation")
    assert annotation.text == formula


@pytest.mark.parametrize("formula", [r"\frac{1", r"\frac{1}", "x^", r"\nosuch{x}", "}{"])
def test_what_cannot_be_written_is_said(formula):
    with pytest.raises(FormulaError):
        mathml(formula)


def test_all_formulas_of_the_book_can_be_written():
    files = [*(ROOT / "notebooks").rglob("*.md"), *(ROOT / "book").rglob("*.md")]
    formulas = [
        formula
        for file in files
        for text in [re.sub(r"```.*?```|`[^`]*`", "", file.read_text(encoding="utf-8"), flags=re.S)]
        for formula in re.findall(r"\$\$(.+?)\$\$|(?<!\\)\$([^$\n]+)\$", text, re.S)
    ]
    assert len(formulas) > 5
    for block, inline in formulas:
        mathml(block or inline, block=bool(block))


def test_a_wrong_formula_of_a_text_is_told_with_its_line():
    text = (
        "# Notes\n\nIt cost \\$5, `$x^$`, and $a^2$.\n\nA line,\nthen $x^$ here.\n\n"
        "$$\n\\nosuch{x}\n$$\n"
    )
    assert [(line, formula) for line, formula, _ in wrong_formulas(text)] == [
        (6, "x^"),
        (9, "\\nosuch{x}"),
    ]
