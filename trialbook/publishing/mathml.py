"""Formulas as MathML, written when the book is built: no script sets them while it is read."""

import html
import re
from typing import Any
from xml.etree import ElementTree

from docutils import nodes
from latex2mathml.converter import convert

NAME = "mathml"
# How many parts an element of MathML Core has; with fewer, something of the formula is missing.
_PARTS = {"mfrac": 2, "mroot": 2, "msub": 2, "msup": 2, "mover": 2, "munder": 2}
_PARTS |= {"msubsup": 3, "munderover": 3}


class FormulaError(ValueError):
    """A formula that cannot be written as MathML; the message says which and where."""


def mathml(formula: str, *, block: bool = False) -> str:
    """Return a formula as a ``<math>`` element, its LaTeX kept as an annotation.

    Parameters
    ----------
    formula : str
        LaTeX without its dollar signs.
    block : bool
        Whether it stands in a line of its own.

    Raises
    ------
    FormulaError
        If it is no LaTeX that can be converted, or uses a command that is not known.
    """
    source = " ".join(formula.split())
    bare = re.sub(r"\\\\|\\[{}]", "", source)
    if bare.count("{") != bare.count("}"):
        raise FormulaError("its braces do not pair")
    try:
        written = convert(source, display="block" if block else "inline")
    except Exception as error:  # the converter's own errors have no common base
        raise FormulaError(f"{type(error).__name__}: {error}") from error
    # what it does not know it passes on as text
    unknown = re.search(r"\\[A-Za-z]+", html.unescape(re.sub(r"<[^>]*>", " ", written)))
    if unknown:
        raise FormulaError(f"{unknown[0]} is not known")
    for element in ElementTree.fromstring(written).iter():
        name = element.tag.rpartition("}")[2]
        if name in _PARTS and len(element) != _PARTS[name]:
            raise FormulaError(f"a part of its {name} is missing")
    told = f'<annotation encoding="application/x-tex">{html.escape(source)}</annotation>'
    return re.sub(
        r"(<math\b[^>]*>)(.*)(</math>)",
        lambda m: f"{m[1]}<semantics>{m[2]}{told}</semantics>{m[3]}",
        written,
        flags=re.DOTALL,
    )


def wrong_formulas(text: str) -> list[tuple[int, str, str]]:
    """Return the formulas of a Markdown text that cannot be written: line, LaTeX, and why.

    The lines are of the paragraph in which a formula stands, or its own where it is found there.
    """
    from markdown_it import MarkdownIt
    from mdit_py_plugins.amsmath import amsmath_plugin
    from mdit_py_plugins.dollarmath import dollarmath_plugin

    reader = MarkdownIt("commonmark").enable("table")
    reader.use(dollarmath_plugin).use(amsmath_plugin)
    lines, found = text.splitlines(), []
    for token in reader.parse(text):
        for one in (token, *(token.children or ())):
            if not one.type.startswith(("math", "amsmath")):
                continue
            try:
                mathml(one.content, block=token is one)
            except FormulaError as error:
                first, end = token.map or (0, len(lines))
                latex = " ".join(one.content.split())
                start = one.content.strip().partition("\n")[0]
                at = next((i for i in range(first, end) if start in lines[i]), first)
                found.append((at + 1, latex, str(error)))
    return found


def setup_mathml(app: Any) -> None:
    """Make this the way in which Sphinx writes formulas."""
    app.add_html_math_renderer(NAME, (_inline, None), (_block, None))


def _inline(translator: Any, node: nodes.math) -> None:
    translator.body.append(_written(node, block=False))
    raise nodes.SkipNode


def _block(translator: Any, node: nodes.math_block) -> None:
    label = node.get("number")
    number = f'<span class="tb-eqno">({label})</span>' if label else ""
    ids = f' id="{node["ids"][0]}"' if node["ids"] else ""
    written = _written(node, block=True)
    translator.body.append(f'<div class="tb-formula"{ids}>{written}{number}</div>\n')
    raise nodes.SkipNode


def _written(node: nodes.Element, *, block: bool) -> str:
    """Return the node's formula; one that cannot be converted is a warning, which fails a build."""
    from sphinx.util import logging

    try:
        return mathml(node.astext(), block=block)
    except FormulaError as error:
        logging.getLogger(__name__).warning(
            "this formula cannot be written as MathML (%s): %s",
            error,
            node.astext(),
            location=node,
        )
        return f"<code>{html.escape(node.astext())}</code>"
