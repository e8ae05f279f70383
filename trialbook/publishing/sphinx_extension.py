"""What the book asks of Sphinx, under ``jupyter-book build`` and ``trialbook build`` alike.

The title and the notice come from the trial; nothing on a page asks the network for anything.
"""

from typing import Any

from trialbook import __version__


def setup(app: Any) -> dict[str, Any]:
    """Register with Sphinx."""
    app.add_config_value("trialbook_trial", "", "html")
    app.add_config_value("trialbook_title", "", "html")
    app.add_config_value("trialbook_notice", "", "html")
    app.connect("config-inited", name_the_trial, priority=400)
    # after sphinx-thebe's own handlers, which add scripts that nothing here uses
    app.connect("html-page-context", drop_thebe, priority=900)
    app.connect("html-page-context", plain_references)
    return {"version": __version__, "parallel_read_safe": True, "parallel_write_safe": True}


def name_the_trial(app: Any, config: Any) -> None:
    """Set the site's title and notice from the trial, unless the build has given them."""
    if config.trialbook_trial and not config.trialbook_title:
        from trialbook.trial import load_trial

        trial = load_trial(config.trialbook_trial)
        config.trialbook_title, config.trialbook_notice = trial.title, trial.notice
    if config.trialbook_title:
        config.html_title = config.project = config.trialbook_title
        config.html_theme_options["logo"] = {"text": config.trialbook_title, "alt_text": ""}
    config.html_theme_options["announcement"] = config.trialbook_notice


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
