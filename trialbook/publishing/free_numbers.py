"""At the end of pages with marked numbers: what the mark means, once."""

from typing import Any

from trialbook.escape import DAGGER, MARK_HTML

RANGES = "notebooks/left_open"


def explain_marks(
    app: Any, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Say at the end of a page what the mark behind its numbers means, where it has any.

    With a link to the ranges of such numbers, where the trial's book has their page.
    """
    body = context.get("body") or ""
    if MARK_HTML not in body:
        return
    ranges = ""
    if RANGES in app.env.found_docs:
        ranges = f': <a href="{context["pathto"](RANGES)}">their ranges</a>'
    context["body"] = body + (
        f'<p class="tb-marked">{DAGGER} Not in the paper. These numbers are free, and could have '
        f"come out otherwise{ranges}.</p>\n"
    )
