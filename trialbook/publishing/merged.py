"""A page's text as a part of one page with all the others: to be printed, not to be used.

What only a screen can do (menus, switches, notes that open, explorers) is left out, what is folded
lies open, and names and links are made to hold among those of all pages.
"""

import posixpath
import re
from collections.abc import Mapping
from html import escape, unescape
from html.parser import HTMLParser

_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source",
         "track", "wbr"}  # fmt: skip
# Elements that nobody can press on paper.
_LEFT_OUT = {"button", "form", "input", "noscript", "output", "script", "select"}
_LEFT_OUT_CLASSES = {
    "headerlink", "tag_answer", "tb-asks", "tb-doors", "tb-files-all", "tb-filter-controls",
    "tb-if-narrow", "tb-menu", "tb-more", "tb-note", "tb-planner", "tb-reader", "tb-scripted",
}  # fmt: skip
# As the site's style sheet hides it from who reads; in the course it is what is read.
_METHOD = {"tag_method", "tb-method", "tb-notebook", "cell_input"}
# What was a summary is marked: as a heading it stays with what follows.
_OPENED = {"details": "div", "summary": "div data-summary"}
_TAG_NAME = re.compile(r"(?<=<)[a-z]+")
_ATTRIBUTE = re.compile(
    r"""(?P<before>\s)(?P<name>[a-zA-Z:-]+)\s*=\s*(?P<quote>["'])(?P<value>.*?)(?P=quote)""",
    re.DOTALL,
)
_DOWNLOAD = re.compile(r"\sdownload(?=[\s>])")
# A table of more rows is for looking up, not for reading through: paper says where it is.
LONGEST_TABLE = 120
_TABLE = re.compile(r'(<div class="tb-table"[^>]*>\s*)(<table\b.*?</table>)', re.DOTALL)
_ID = re.compile(r"""\sid=["']([^"']+)["']""")
# Attributes whose value is one name of the same page, or several.
_NAMES = {"for", "form", "headers", "list", "aria-controls", "aria-describedby", "aria-labelledby"}
_LINKS = {"href", "xlink:href"}
_OWN = re.compile(r"url\(\s*(['\"]?)#([^'\")]+)\1\s*\)")


def anchor(page: str, name: str = "") -> str:
    """Return the name that a page, or a place on it, has in the one page.

    >>> anchor("notebooks/learn/hazard", "in-words")
    'learn-hazard--in-words'
    """
    own = page.removeprefix("notebooks/").replace("/", "-")
    return f"{own}--{name}" if name else own


def merged(bodies: Mapping[str, str], course: frozenset[str] = frozenset()) -> dict[str, str]:
    """Return the texts of pages as parts of one page.

    Parameters
    ----------
    bodies : mapping
        Page, without its ending, to the HTML of its text.
    course : frozenset of str
        Pages whose code is read, too.

    Returns
    -------
    dict
        Page to its part. A link to a page that is not among them, or to a file beside the site,
        is its words alone: on paper, and in a file that was sent on, it would lead nowhere.
    """
    writers = {page: _Part(page, body, page in course) for page, body in bodies.items()}
    there = {anchor(page) for page in bodies}
    there |= {anchor(page, name) for page, part in writers.items() for name in part.kept}
    return {page: part.text(there) for page, part in writers.items()}


class _Part(HTMLParser):
    """Rewrites the tags of one page; everything between them stays as it stands."""

    def __init__(self, page: str, body: str, is_course: bool) -> None:
        super().__init__(convert_charrefs=False)
        self.page, self.is_course = page, is_course
        body = _TABLE.sub(_shortened, body)
        self.names = set(_ID.findall(body))
        self.kept: set[str] = set()
        self._out: list[str] = []
        self._open: list[tuple[str, bool]] = []  # elements, and whether they hide the code in them
        self._skipped: list[str] = []  # elements, the outermost of which is left out
        self.feed(body)
        self.close()

    def text(self, there: set[str]) -> str:
        """Return the part, given the names that the whole page has."""

        def link(found: re.Match[str]) -> str:
            target = found[1]
            if target not in there:
                target = target.partition("--")[0]
            return f' href="#{target}"' if target in there else ""

        return re.sub(r' data-to="([^"]*)"', link, "".join(self._out))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Leave out, open, or rename."""
        raw = self.get_starttag_text() or ""
        opens = tag not in _VOID and not raw.endswith("/>")
        if self._skipped:
            self._skipped += [tag] * opens
            return
        given = dict(attrs)
        classes = set((given.get("class") or "").split())
        if self._leaves_out(tag, classes):
            self._skipped = [tag] * opens
            return
        if given.get("id"):
            self.kept.add(given["id"])
        if opens:
            self._open.append((tag, "hide" in classes))
        raw = _ATTRIBUTE.sub(self._attribute, _DOWNLOAD.sub("", raw))
        if tag in _OPENED:
            raw = _TAG_NAME.sub(_OPENED[tag], raw, count=1)
        self._out.append(raw)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take it like any other: it is never open."""
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """Close what was opened."""
        # an element whose end was not written ends with the one around it
        if self._skipped:
            if tag in self._skipped:
                while self._skipped.pop() != tag:
                    pass
            return
        if any(tag == name for name, _ in self._open):
            while self._open.pop()[0] != tag:
                pass
        self._out.append(f"</{'div' if tag in _OPENED else tag}>")

    def handle_data(self, data: str) -> None:
        """Keep a text; a style's selectors name elements."""
        if self.cdata_elem == "style":
            data = re.sub(r"#([\w-]+)", self._selector, data)
        self._say(data)

    def handle_entityref(self, name: str) -> None:
        """Keep it as it is."""
        self._say(f"&{name};")

    def handle_charref(self, name: str) -> None:
        """Keep it as it is."""
        self._say(f"&#{name};")

    def _say(self, text: str) -> None:
        if not self._skipped:
            self._out.append(text)

    def _leaves_out(self, tag: str, classes: set[str]) -> bool:
        if tag in _LEFT_OUT or classes & _LEFT_OUT_CLASSES:
            return True
        hidden = any(hides for _, hides in self._open)
        if hidden and (tag == "summary" or "cell_input" in classes):
            return True
        return not self.is_course and bool(classes & _METHOD)

    def _selector(self, found: re.Match[str]) -> str:
        return f"#{anchor(self.page, found[1])}" if found[1] in self.names else found[0]

    def _attribute(self, found: re.Match[str]) -> str:
        name, value = found["name"].lower(), unescape(found["value"])
        if name == "id":
            value = anchor(self.page, value)
        elif name in _NAMES:
            value = " ".join(anchor(self.page, one) for one in value.split())
        elif name in _LINKS:
            return self._link(name, value, found[0])
        elif name in ("popovertarget", "data-note", "data-values"):
            return ""
        elif "url(" in value:
            value = _OWN.sub(lambda own: f"url(#{anchor(self.page, own[2])})", value)
        else:
            return found[0]
        return f'{found["before"]}{found["name"]}="{escape(value)}"'

    def _link(self, name: str, value: str, as_it_was: str) -> str:
        """Return where a link leads from the one page."""
        if re.match(r"(https?|mailto):", value):
            return as_it_was
        path, _, place = value.partition("#")
        if name == "xlink:href" and not path:
            return f' {name}="#{escape(anchor(self.page, place))}"'
        path = path.partition("?")[0]
        if path and not path.endswith(".html"):
            return ""
        beside = posixpath.join(posixpath.dirname(self.page), path.removesuffix(".html"))
        page = posixpath.normpath(beside) if path else self.page
        return f' data-to="{escape(anchor(page, place))}"'


def _shortened(found: re.Match[str]) -> str:
    """Return a table, or where its rows are if they are many."""
    rows = found[2].partition("<tbody")[2].count("<tr")
    if rows <= LONGEST_TABLE:
        return found[0]
    told = f"Its {rows} rows are on this page of the website, and in the data (CSV) there."
    return f'{found[1]}<p class="tb-caption">{told}</p>'
