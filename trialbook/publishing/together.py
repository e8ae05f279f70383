"""What no line may end within: an interval, a number and its unit, a test and its P value."""

import re
from typing import Any

_TAG = re.compile(r"(<[^>]*>)")
# Where blanks stand as they are, or where nothing is broken over lines.
_CLOSED = re.compile(r"</?(code|pre|script|style|svg|math|textarea)\b")
_BLANK = "\N{NO-BREAK SPACE}"
_UNITS = r"(?:months?|days?|weeks?|years?|points?|patients|mg|in 100)\b"
_KEPT = (
    (re.compile(r"(\d%) (CIs?\b)"), rf"\1{_BLANK}\2"),
    (re.compile(r"(\d%?) to (?=[−-]?\d)"), rf"\1{_BLANK}to{_BLANK}"),
    (re.compile(rf"(\d) (?={_UNITS})"), rf"\1{_BLANK}"),
    # a line does not begin with what separates
    (re.compile(r" · "), f"{_BLANK}· "),
    (re.compile(r"(log-rank P(?:=|&lt;|&gt;)[\d.]*\d)"), r'<span class="tb-together">\1</span>'),
)


def keep_together(
    app: Any, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Let no line of a page's prose end within what is read as one."""
    context["body"] = together(context.get("body") or "")


def together(body: str) -> str:
    r"""Return HTML whose text does not break within intervals, and between numbers and units.

    >>> together("<p>0.44 (95% CI, 0.25 to 0.77)</p>").replace("\xa0", "~")
    '<p>0.44 (95%~CI, 0.25~to~0.77)</p>'
    >>> together("<pre>1 to 2</pre>")
    '<pre>1 to 2</pre>'
    """
    parts, closed = _TAG.split(body), 0
    for i, part in enumerate(parts):
        if i % 2:
            if _CLOSED.match(part) and not part.endswith("/>"):
                closed += -1 if part[1] == "/" else 1
        elif part and closed <= 0:
            for pattern, kept in _KEPT:
                part = pattern.sub(kept, part)
            parts[i] = part
    return "".join(parts)
