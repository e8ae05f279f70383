"""The head of a page: what a tab, a search engine and a shared link show of it.

They show it without the page, so it says by itself that patients are synthetic.
"""

import html
import re
from dataclasses import dataclass
from typing import Any

LONGEST_TITLE = 60
LONGEST_DESCRIPTION = 300
# The answer of the landing page with what may follow a question, the lead of a chapter.
_ANSWER = r'<h1 class="tb-answer-title">.*?</h1>(?:<p class="tb-lead">.*?</p>)?'
_LEAD = re.compile(rf'({_ANSWER}|<p class="tb-lead">.*?</p>)', re.DOTALL)
_FIRST = re.compile(r"<p>(.*?)</p>", re.DOTALL)


@dataclass(frozen=True)
class Head:
    """What stands in a page's head.

    Attributes
    ----------
    title : str
        At most sixty letters, for search engines cut longer ones.
    meta : list of tuple
        Names and contents of its ``<meta>`` elements; a name with a colon is a property.
    address : str
        The page's own address, empty where the book has none yet.
    """

    title: str
    meta: list[tuple[str, str]]
    address: str = ""


def head(app: Any, pagename: str, context: dict[str, Any]) -> Head:
    """Return the head of a page from its title and its first sentence."""
    config = app.config
    about, told = _words(context.get("title") or ""), kind(config.trialbook_notice)
    name = config.trialbook_short
    if pagename == config.root_doc:
        about = ""
    title = page_title(about, name, told)
    description = _description(context.get("body") or "", told, config.trialbook_title)
    base = (config.html_baseurl or "").rstrip("/")
    address = f"{base}/{app.builder.get_target_uri(pagename)}" if base else ""
    meta = [("description", description), ("og:type", "article"), ("og:title", title)]
    meta += [("og:description", description)]
    if address:
        meta.append(("og:url", address))
    if base and config.trialbook_preview:
        meta += [("og:image", f"{base}/{config.trialbook_preview}")]
        meta += [("og:image:alt", description), ("twitter:card", "summary_large_image")]
    return Head(title, meta, address)


def page_title(about: str, name: str, told: str) -> str:
    """Return a page's title: what it is about, of which trial, and of what kind of data.

    >>> page_title("Efficacy", "ALMS maintenance", "Synthetic patients")
    'Efficacy · ALMS maintenance · synthetic patients'
    >>> page_title("", "A trial of two very long names of drugs and more", "Synthetic patients")
    'A trial of two very long names of drug… · synthetic patients'
    """
    told = told[:1].lower() + told[1:]
    room = LONGEST_TITLE - len(told) - (3 if told else 0)
    both = " · ".join(filter(None, [about, name]))
    if len(both) > room and about and len(about) + 12 <= room:
        both = f"{about} · {_cut(name, room - len(about) - 3)}"
    return " · ".join(filter(None, [_cut(both, room), told]))


def kind(notice: str) -> str:
    """Return what kind of data a notice speaks of: ``"Synthetic patients"``, say."""
    return notice.partition(":")[0].strip()


def sheets(chapter: str, notice: str, page: str = "") -> str:
    """Return the rule that puts a chapter's name and the notice into the margins of its sheets.

    Numbers and type of the margins are the style sheet's. `page` names the sheets that are meant,
    where one document has several chapters.
    """
    margins = f'@top-left {{ content: "{_css(chapter)}" }}'
    if notice:
        margins += f' @bottom-left {{ content: "{_css(notice)}" }}'
    return f"{' '.join(filter(None, ['@page', page]))} {{ {margins} }}"


def _description(body: str, told: str, title: str) -> str:
    """Return the sentence that answers the page's question, else its first paragraph."""
    found = _LEAD.search(body) or _FIRST.search(body)
    said = _words(found[1]) if found else title
    if told and told.lower() not in said.lower():
        said = f"{told}: {said}"
    return _cut(said, LONGEST_DESCRIPTION)


def _words(markup: str) -> str:
    """Return the text of some HTML in one line."""
    markup = markup.replace("</h1>", " ")
    return " ".join(html.unescape(re.sub("<[^>]+>", "", markup)).split())


def _css(text: str) -> str:
    """Return a text as it may stand in a string of CSS inside HTML."""
    return re.sub(r'["\\<\n]', lambda found: f"\\{ord(found[0]):x} ", text)


def _cut(text: str, letters: int) -> str:
    return text if len(text) <= letters else text[: max(letters - 1, 1)].rstrip() + "…"
