"""What the book asks of Sphinx, under ``jupyter-book build`` and ``trialbook build`` alike.

The title and the notice come from the trial; nothing on a page asks the network for anything.
The templates are in ``book/theme``, style and scripts in ``book/assets``.
"""

import re
import shutil
from pathlib import Path
from typing import Any

from trialbook import __version__
from trialbook.publishing.citations import link_citations
from trialbook.publishing.exhibits import count_exhibits, set_exhibits
from trialbook.publishing.folds import setup_folds
from trialbook.publishing.free_numbers import explain_marks
from trialbook.publishing.head import head, kind, sheets
from trialbook.publishing.headers import SEALED, write_headers
from trialbook.publishing.mathml import setup_mathml
from trialbook.publishing.navigation import navigation, sections
from trialbook.publishing.print_page import write_print_page
from trialbook.publishing.reading import for_reading, is_course
from trialbook.publishing.search_index import SearchIndex
from trialbook.publishing.terms import (
    GLOSSARY,
    link_captions,
    link_terms,
    name_notes,
    synonyms,
    terms_of,
)
from trialbook.publishing.together import keep_together

# How much a page counts in a search: the report, what it rests on, reference.
WEIGHTS = (1.0, 0.6, 0.25)
# The style sheets of ``book/assets``, in their order, and what they are together on the site.
SHEETS, STYLE = ("report.css", "trialbook.css", "explorers.css"), "book.css"
_HEADS_NOTHING = re.compile(r'<th( class="blank[^"]*")?\s*>(\s|&nbsp;)*</th>')
_COMPONENT = re.compile(r'data-script="([a-z][a-z-]*)"')
_DOCUMENT_TITLE = re.compile(r"<h1>.*?</h1>\s*", re.DOTALL)


def setup(app: Any) -> dict[str, Any]:
    """Register with Sphinx."""
    for name in ("trial", "title", "short", "notice", "preview", "pdf", "paper", "build"):
        app.add_config_value(f"trialbook_{name}", "", "html")
    app.add_config_value("trialbook_files", [], "html")
    # Jupyter Book sets it for an extension that this book leaves out
    app.add_config_value("comments_config", {}, "html")
    setup_mathml(app)
    setup_folds(app)
    app.connect("config-inited", name_the_trial, priority=400)
    app.connect("builder-inited", write_our_own_search)
    app.connect("source-read", set_the_method_apart)
    app.connect("doctree-read", count_exhibits)
    app.connect("doctree-resolved", link_terms)
    for step in (mend_markup, explain_marks, set_exhibits, link_citations, link_captions,
                 name_notes, keep_together, lay_out):  # fmt: skip
        app.connect("html-page-context", step)
    app.connect("html-collect-pages", more_pages)
    app.connect("build-finished", finish, priority=900)  # after what sphinx-design copies
    return {"version": __version__, "parallel_read_safe": False, "parallel_write_safe": False}


def name_the_trial(app: Any, config: Any) -> None:
    """Set the site's title and notice from the trial, unless the build has given them."""
    from trialbook.escape import plain

    if config.trialbook_trial and not config.trialbook_title:
        from trialbook.trial import load_trial

        trial = load_trial(config.trialbook_trial)
        config.trialbook_title, config.trialbook_notice = trial.title, trial.notice
        config.trialbook_short = trial.short
    config.trialbook_title = plain(config.trialbook_title or config.project)
    config.trialbook_short = plain(config.trialbook_short or config.trialbook_title)
    config.project = config.html_title = config.trialbook_title


def write_our_own_search(app: Any) -> None:
    """Build no index of Sphinx's: ours ranks the report before what is for reference."""
    app.builder.search = False
    app.builder.trialbook_index = SearchIndex()
    app.builder.trialbook_bodies = {}


def set_the_method_apart(app: Any, docname: str, source: list[str]) -> None:
    """Mark the prose of a chapter's method before Sphinx reads it."""
    course = is_course(docname.removeprefix("notebooks/"))
    if source[0].lstrip().startswith("{") and not course:
        source[0] = for_reading(source[0])


def mend_markup(
    app: Any, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Mend what a screen reader stumbles over in the markup of docutils, MyST-NB and pandas."""
    body = context.get("body") or ""
    # docutils nests the roles of lists of references as ARIA does not allow
    if "citation-list" in body:
        body = body.replace(' role="doc-biblioentry"', "")
        body = body.replace('<div role="list" class="citation-list"', '<div class="citation-list"')
    # a name that is not what is seen cannot be spoken
    body = body.replace('<summary aria-label="Toggle hidden content">', "<summary>")
    # the corner of a frame of pandas heads nothing
    context["body"] = _HEADS_NOTHING.sub("<td></td>", body)


def lay_out(
    app: Any, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Give the templates what they show around a page's text, and the search its words."""
    config, body = app.config, context.get("body") or ""
    if '<h1 class="tb-answer' in body:
        # the answer is the heading; the page's own title names it in the contents
        body = context["body"] = _DOCUMENT_TITLE.sub("", body, count=1)
    around = navigation(app, pagename)
    components = sorted(set(_COMPONENT.findall(body)))
    context.update(
        navigation=around,
        sections=sections(app, pagename),
        head=head(app, pagename, context),
        sheets=sheets(_chapter(app, pagename), config.trialbook_notice),
        kind=kind(config.trialbook_notice),
        book_name=config.trialbook_short,
        trial_title=config.trialbook_title,
        components=components,
        sealed=SEALED if "your-data" in components else "",
        pdf=config.trialbook_pdf,
        about=next((n for n in app.env.found_docs if n.endswith("/about_this_build")), ""),
        notebook=f"files/{pagename}.ipynb" if f"{pagename}.ipynb" in config.trialbook_files else "",
        site_root=config.html_baseurl or "/",
    )
    if pagename in app.env.found_docs:
        place = next((i for i, part in enumerate(around.parts) if part.current), 0)
        weight = WEIGHTS[min(place, len(WEIGHTS) - 1)]
        address = app.builder.get_target_uri(pagename)
        app.builder.trialbook_bodies[pagename] = body
        app.builder.trialbook_index.add(address, _text(context.get("title")), weight, body)


def more_pages(app: Any) -> list[tuple[str, dict[str, Any], str]]:
    """Return the pages that no source stands for: the search, and what a wrong address shows."""
    return [("search", {"title": "Search"}, "search.html"), ("404", {"title": ""}, "404.html")]


def finish(app: Any, error: Exception | None) -> None:
    """Write index, site map and headers; remove what Sphinx's extensions left and no page uses."""
    if error or app.builder.format != "html":
        return
    out = Path(app.outdir)
    static = out / "_static"
    if GLOSSARY in app.env.found_docs:
        terms = terms_of(app.env.get_doctree(GLOSSARY))
        app.builder.trialbook_index.synonyms = synonyms(terms)
    app.builder.trialbook_index.write(static / "searchindex.js")
    base = (app.config.html_baseurl or "").rstrip("/")
    if base:
        names = sorted(app.env.found_docs)
        lines = [f"<url><loc>{base}/{app.builder.get_target_uri(n)}</loc></url>" for n in names]
        opening = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        text = "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', opening, *lines, "</urlset>"])
        (out / "sitemap.xml").write_text(text + "\n", encoding="utf-8")
    sources = [Path(app.srcdir) / folder for folder in app.config.html_static_path]
    sources = [folder for folder in sources if (folder / SHEETS[0]).is_file()]
    ours = {path.name for folder in sources for path in folder.iterdir()} | {"searchindex.js"}
    for path in [*static.iterdir(), out / "_sphinx_design_static", out / "objects.inv"]:
        if path.parent == static and path.name in ours:
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    # one sheet, for each is asked for before anything of a page shows
    sheets = [static / name for name in SHEETS]
    text = "\n".join(sheet.read_text(encoding="utf-8") for sheet in sheets)
    (static / STYLE).write_text(text, encoding="utf-8")
    for sheet in sheets:
        sheet.unlink()
    write_headers(out)
    if app.config.trialbook_paper:
        write_print_page(app)


def _chapter(app: Any, pagename: str) -> str:
    """Return what stands above each sheet of a page: its own name, and whose book it is of."""
    title = app.env.titles.get(pagename)
    names = [title.astext() if title is not None else "", app.config.trialbook_short]
    return " · ".join(filter(None, names if pagename != app.config.root_doc else names[1:]))


def _text(markup: str | None) -> str:
    return re.sub("<[^>]+>", "", markup or "")
