"""Sections that are folded until somebody asks: ``{.fold}`` above their heading.

Each is a ``<details>`` whose summary is the heading; a link to it, and a search within the page,
open it, and paper shows it open.
"""

from typing import Any

from docutils import nodes
from sphinx.writers.html5 import HTML5Translator

FOLD = "fold"


def setup_folds(app: Any) -> None:
    """Let Sphinx write such sections."""
    app.add_node(nodes.section, override=True, html=(_open_section, _close_section))
    app.add_node(nodes.title, override=True, html=(_open_title, _close_title))


def _folds(node: nodes.Node) -> bool:
    return isinstance(node, nodes.section) and FOLD in node["classes"]


def _open_section(self: HTML5Translator, node: nodes.section) -> None:
    if not _folds(node):
        HTML5Translator.visit_section(self, node)
        return
    self.section_level += 1
    self.body.append(self.starttag(node, "details", CLASS="tb-fold"))


def _close_section(self: HTML5Translator, node: nodes.section) -> None:
    if not _folds(node):
        HTML5Translator.depart_section(self, node)
        return
    self.section_level -= 1
    self.body.append("</details>\n")


def _open_title(self: HTML5Translator, node: nodes.title) -> None:
    if _folds(node.parent):
        self.body.append("<summary>")
    HTML5Translator.visit_title(self, node)


def _close_title(self: HTML5Translator, node: nodes.title) -> None:
    if not _folds(node.parent):
        HTML5Translator.depart_title(self, node)
        return
    # no permanent link: a summary may hold nothing else that can be pressed
    ids, node.parent["ids"] = node.parent["ids"], []
    HTML5Translator.depart_title(self, node)
    node.parent["ids"] = ids
    self.body.append("</summary>\n")
