"""At the end of pages with marked numbers: what the mark means, once."""

import re
from typing import Any

from trialbook.escape import DAGGER, MARK_HTML
from trialbook.report.explorers import MARK_JSON

RANGES = "notebooks/left_open"
# An explorer that writes marks into its sentences, see `trialbook.report.explorers.explorer`.
_IN_EXPLORER = re.compile(rf'data-values="[^"]*(?:{re.escape(MARK_JSON)}|&quot;free&quot;:true)')


def explain_marks(
    app: Any, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Say at the end of a page what the mark behind its numbers means, where it has any.

    With a link to the ranges of such numbers, where the trial's book has their page.
    """
    body = context.get("body") or ""
    if MARK_HTML not in body and not _IN_EXPLORER.search(body):
        return
    ranges = ""
    if RANGES in app.env.found_docs:
        ranges = f': <a href="{context["pathto"](RANGES)}">their ranges</a>'
    context["body"] = body + (
        f'<p class="tb-marked">{DAGGER} Not in the paper. These numbers are free, and could have '
        f"come out otherwise{ranges}.</p>\n"
    )
