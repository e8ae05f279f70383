"""What the book asks of Sphinx, under ``jupyter-book build`` and ``trialbook build`` alike.

The title and the notice come from the trial; nothing on a page asks the network for anything.
"""

import html
import re
from typing import Any

from trialbook import __version__
from trialbook.publishing.citations import link_citations
from trialbook.publishing.free_numbers import FILES, mark_free_numbers


def setup(app: Any) -> dict[str, Any]:
    """Register with Sphinx."""
    app.add_config_value("trialbook_trial", "", "html")
    app.add_config_value("trialbook_title", "", "html")
    app.add_config_value("trialbook_notice", "", "html")
    app.add_config_value("trialbook_files", [], "html")
    app.add_config_value("trialbook_free", [], "html")
    app.connect("config-inited", name_the_trial, priority=400)
    # after sphinx-thebe's own handlers, which add scripts that nothing here uses
    app.connect("html-page-context", drop_thebe, priority=900)
    app.connect("html-page-context", plain_references)
    app.connect("html-page-context", mark_free_numbers)
    app.connect("html-page-context", offer_files)
    app.connect("html-page-context", tell_figures_apart)
    app.connect("html-page-context", describe)
    app.connect("html-page-context", link_citations)
    return {"version": __version__, "parallel_read_safe": True, "parallel_write_safe": True}


def name_the_trial(app: Any, config: Any) -> None:
    """Set the site's title and notice from the trial, unless the build has given them."""
    if config.trialbook_trial and not config.trialbook_title:
        from trialbook.trial import load_trial

        trial = load_trial(config.trialbook_trial)
        config.trialbook_title, config.trialbook_notice = trial.title, trial.notice
    if config.trialbook_title:
        from trialbook.report.escape import escape_html, plain

        config.trialbook_title = plain(config.trialbook_title)
        config.project = config.trialbook_title
        # in every page's title too, so that a tab, a bookmark and a search result say it
        told = f" ({_kind_of_notice(config.trialbook_notice)})" if config.trialbook_notice else ""
        config.html_title = config.trialbook_title + told
        # The theme writes the text beside the logo as it stands.
        config.html_theme_options["logo"] = {
            "text": escape_html(config.trialbook_title),
            "alt_text": "",
        }
    config.html_theme_options["announcement"] = config.trialbook_notice


def _kind_of_notice(notice: str) -> str:
    """Return what the notice begins with, ``synthetic patients`` say."""
    return notice.partition(":")[0].lower()


def describe(
    app: Any, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Put the notice into every page's description, and on every sheet that it is printed on."""
    notice, title = app.config.trialbook_notice, app.config.trialbook_title
    about = html.unescape(re.sub("<[^>]+>", "", context.get("title") or ""))
    told = html.escape(" ".join(filter(None, [notice, " – ".join(filter(None, [about, title]))])))
    head = [context.get("metatags", ""), f'<meta name="description" content="{told}">']
    if notice:
        text = re.sub(r'["\\<]', lambda found: f"\\{ord(found[0]):x} ", notice)
        style = "font: 8pt Helvetica, Arial, sans-serif; border-bottom: 0.5pt solid #999;"
        head.append(
            f'<style media="print">@page {{ @top-center {{ content: "{text}"; width: 100%; '
            f"{style} vertical-align: bottom; margin-bottom: 4mm }} }}</style>"
        )
    context["metatags"] = "\n".join(filter(None, head))
    if pagename == "search":
        # The theme's own page of the search writes the site's title as it stands.
        context["docstitle"] = html.escape(context.get("docstitle") or "")


def drop_thebe(
    app: Any, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Leave thebe's scripts, and the address that they would load from, out of every page."""
    context["script_files"] = [
        script
        for script in context.get("script_files", [])
        if "thebe" not in str(script) and "THEBE" not in str(getattr(script, "attributes", ""))
    ]


def plain_references(
    app: Any, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Take out the roles of lists of references: docutils nests them as ARIA does not allow."""
    body = context.get("body") or ""
    if "citation-list" in body:
        body = body.replace(' role="doc-biblioentry"', "")
        context["body"] = body.replace(
            '<div role="list" class="citation-list"', '<div class="citation-list"'
        )


def offer_files(
    app: Any, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Link the files of every table and figure below it, and all results at the chapter's end.

    `trialbook_files` lists what the build lays beside the pages, ``tables/baseline.csv`` say;
    without it, as under ``jupyter-book build``, nothing is linked.
    """
    files, body = list(app.config.trialbook_files), context.get("body") or ""
    if not files:
        return

    def link(name: str, text: str) -> str:
        return f'<a href="{context["pathto"](f"files/{name}", 1)}" download>{text}</a>'

    def of_one(match: re.Match[str]) -> str:
        names = {ending: f"{match.group(1)}.{ending}" for ending in ("csv", "rtf", "svg", "png")}
        links = [link(name, ending.upper()) for ending, name in names.items() if name in files]
        return f'<p class="tb-files">{" ".join(links)}</p>' if links else ""

    body = FILES.sub(of_one, body)
    whole = [link(name, name) for name in _WHOLE if name in files]
    if whole and pagename.startswith("notebooks/"):
        body += (
            f'\n<p class="tb-files tb-files-all">All results of this book: {" ".join(whole)}</p>\n'
        )
    context["body"] = body


_WHOLE = ("ard.csv", "curves.csv", "provenance.json")
_FIGURE = re.compile(r"<figure\b.*?</figure>", re.DOTALL)
_SUBJECT = re.compile(r'<div class="tb-figure"[^>]* data-subject="([^"]+)"')
_CAPTION = '<span class="caption-text">'


def tell_figures_apart(
    app: Any, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Begin the caption of a figure that shares it with others with what this one is of.

    The subject stands in an attribute of the figure and is escaped there.
    """

    def named(figure: re.Match[str]) -> str:
        subject = _SUBJECT.search(figure[0])
        if not subject:
            return figure[0]
        caption = f"{_CAPTION}<strong>{subject[1]}.</strong> "
        return figure[0].replace(_CAPTION, caption, 1)

    context["body"] = _FIGURE.sub(named, context.get("body") or "")
