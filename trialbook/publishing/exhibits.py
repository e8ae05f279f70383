"""Tables and figures of the pages: numbered through the book, each with one menu.

The menu offers what can be taken along, and leads to how it was made. A table for Word, which is
asked for most, is one press away; the rest is folded. Every name is that of the exhibit, so that in
a screen reader's list no two are the same.
"""

import re
from html import escape
from typing import Any

from docutils import nodes

# What a chapter leaves: an exhibit's title, and the place of its menu.
TITLE = re.compile(r'(<(?:p|summary) class="(?:tb-title|tb-figtitle)"[^>]*>)')
FILES = re.compile(r'<p class="tb-files" data-files="([a-z]+/[a-z0-9-]+)"></p>')
_RAW_TITLE = re.compile(r'class="(tb-title|tb-figtitle)"')
KINDS = {"tb-title": "Table", "tb-figtitle": "Figure"}
# Results of the whole book, as far as its readers may see them.
WHOLE = {
    "ard.csv": "ard.csv",
    "curves.csv": "curves.csv",
    "tables/all.rtf": "all tables (RTF)",
    "provenance.json": "provenance.json",
}
_OFFERED = {
    "csv": "Data (CSV)",
    "rtf": "For Word (RTF)",
    "xlsx": "For Excel (XLSX)",
    "png": "Image (PNG)",
    "svg": "Image (SVG)",
}
# Offered beside the fold.
_FIRST = "rtf"


def count_exhibits(app: Any, doctree: nodes.document) -> None:
    """Note how many tables and figures a page has, in its order; see `number_from`."""
    counts = dict.fromkeys(KINDS.values(), 0)
    for node in doctree.findall(nodes.raw):
        for found in _RAW_TITLE.finditer(node.astext()):
            counts[KINDS[found[1]]] += 1
    env = app.env
    kept = env.__dict__.setdefault("trialbook_exhibits", {})
    kept[env.docname] = counts


def number_from(env: Any, root: str, pagename: str) -> dict[str, int]:
    """Return how many tables and figures the pages before this one have."""
    before = dict.fromkeys(KINDS.values(), 0)
    kept = getattr(env, "trialbook_exhibits", {})
    for name in _in_order(env, root):
        if name == pagename:
            break
        for kind, count in kept.get(name, {}).items():
            before[kind] += count
    return before


def _in_order(env: Any, root: str) -> list[str]:
    found = [root]
    for name in env.toctree_includes.get(root, ()):
        found += _in_order(env, name)
    return found


def set_exhibits(
    app: Any, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Number the exhibits of a page and give each its menu.

    `trialbook_files` lists what the build lays beside the pages, ``tables/baseline.csv`` say;
    without it, as under ``jupyter-book build``, only the way to the method is offered.
    """
    body = context.get("body") or ""
    if not _RAW_TITLE.search(body):
        return
    files = set(app.config.trialbook_files)
    numbers = number_from(app.env, app.config.root_doc, pagename)
    names: list[str] = []

    def numbered(found: re.Match[str]) -> str:
        kind = KINDS[_RAW_TITLE.search(found[0])[1]]
        if pagename == app.config.root_doc:
            # what the landing page shows is a chapter's, and numbered there
            names.append(f"the {kind.lower()}")
            return f'{found[1][:-1]} id="the-{kind.lower()}">'
        numbers[kind] += 1
        names.append(f"{kind} {numbers[kind]}")
        anchor = names[-1].lower().replace(" ", "-")
        return f'{found[1][:-1]} id="{anchor}"><span class="tb-number">{names[-1]}.</span> '

    def menu(found: re.Match[str]) -> str:
        name = names_of.get(found.start(), "")
        return _menu(found[1], name, files, context["pathto"])

    body = TITLE.sub(numbered, body)
    # the menu belongs to the last title before it
    titles = [m.start() for m in TITLE.finditer(body)]
    names_of = {}
    for found in FILES.finditer(body):
        before = sum(start < found.start() for start in titles)
        if before:
            names_of[found.start()] = names[before - 1]
    body = FILES.sub(menu, body)
    whole = [(name, shown) for name, shown in WHOLE.items() if name in files]
    if whole and pagename.startswith("notebooks/"):
        links = ", ".join(
            f'<a href="{context["pathto"](f"files/{name}", 1)}" download>{shown}</a>'
            for name, shown in whole
        )
        body += f'\n<p class="tb-files-all">All results of this book: {links}</p>\n'
    context["body"] = body


def _menu(stem: str, name: str, files: set[str], pathto: Any) -> str:
    """Return the menu of an exhibit: its files, and its method."""
    offered = {
        ending: f'<a href="{pathto(f"files/{stem}.{ending}", 1)}" download '
        f'aria-label="{text}: {escape(name)}">{text}</a>'
        for ending, text in _OFFERED.items()
        if f"{stem}.{ending}" in files
    }
    first = offered.pop(_FIRST, "")
    links = list(offered.values())
    anchor = name.lower().replace(" ", "-")
    if anchor and stem.startswith("tables/"):
        # made visible by the script, which does it
        links.append(
            f'<button type="button" class="tb-copy-table" data-script="copy" hidden '
            f'data-table="{anchor}" aria-label="Copy: {escape(name)}">Copy</button>'
        )
    if anchor:
        links.append(
            f'<a class="tb-to-method tb-scripted" href="?view=method#{anchor}" '
            f'aria-label="Method: {escape(name)}">Method</a>'
        )
    if not links:
        return f'<div class="tb-menu">{first}</div>' if first else ""
    words = "Data, image, method" if "figures/" in stem else "Data, Excel, method"
    items = "".join(f"<li>{link}</li>" for link in links)
    label = f'<span class="tb-unseen"> of {escape(name)}</span>' if name else ""
    return (
        f'<div class="tb-menu">{first}<details class="tb-rest"><summary>{words}{label}</summary>'
        f"<ul>{items}</ul></details></div>"
    )
