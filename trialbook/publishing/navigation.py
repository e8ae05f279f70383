"""The contents beside every page: two groups in sight, what is for reference folded."""

from dataclasses import dataclass
from typing import Any

from sphinx import addnodes

# So many groups stand open; the later ones are for reference, or to learn.
OPEN = 2


@dataclass(frozen=True)
class Page:
    """A page in the contents."""

    name: str
    title: str
    current: bool
    deeper: bool = False


@dataclass(frozen=True)
class Part:
    """A group of pages, folded unless it is among the first or has the page that is read."""

    caption: str
    pages: tuple[Page, ...]
    folded: bool

    @property
    def current(self) -> bool:
        """Whether the page that is read is one of it."""
        return any(page.current for page in self.pages)


@dataclass(frozen=True)
class Navigation:
    """All of the contents, for one page."""

    root: Page
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Section:
    """A section of the page that is read."""

    anchor: str
    title: str


def navigation(app: Any, pagename: str) -> Navigation:
    """Return the contents as `pagename` shows them.

    They follow ``_toc.yml``, as sphinx-external-toc has laid it into the first page.
    """
    env, root = app.env, app.config.root_doc

    def page(name: str, title: str | None = None, *, deeper: bool = False) -> Page:
        shown = title or (env.titles[name].astext() if name in env.titles else name)
        return Page(name, shown, name == pagename, deeper)

    parts = []
    for position, (caption, entries) in enumerate(_outline(env, root)):
        pages = []
        for title, name in entries:
            pages.append(page(name, title))
            below = _outline(env, name)
            pages += [page(n, t, deeper=True) for _, more in below for t, n in more]
        parts.append(Part(caption, tuple(pages), folded=position >= OPEN))
    return Navigation(page(root), tuple(parts))


def sections(app: Any, pagename: str) -> list[Section]:
    """Return the sections of a page, the first level below its title."""
    tree = app.env.tocs.get(pagename)
    if tree is None:
        return []
    found = []
    for item in tree.findall(addnodes.compact_paragraph):
        link = next(iter(item.findall(lambda node: node.tagname == "reference")), None)
        depth = sum(parent.tagname == "bullet_list" for parent in _above(item))
        if link is not None and depth == 2:
            found.append(Section(link["anchorname"], link.astext()))
    return found


def _outline(env: Any, name: str) -> list[tuple[str, list[tuple[str | None, str]]]]:
    """Return captions and entries of a page's own contents, read once per build."""
    kept = env.__dict__.setdefault("_trialbook_outline", {})
    if name not in kept:
        has = env.toctree_includes.get(name)
        trees = env.get_doctree(name).findall(addnodes.toctree) if has else ()
        kept[name] = [(tree.get("caption") or "", list(tree["entries"])) for tree in trees]
    return kept[name]


def _above(node: Any) -> list[Any]:
    found = []
    while node.parent is not None:
        node = node.parent
        found.append(node)
    return found
