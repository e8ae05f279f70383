"""What a server says with every page: which scripts may run, and where anything may come from.

The build writes it beside the pages as ``_headers``, a file that static hosts (Netlify, Cloudflare
Pages) read themselves; `trialbook serve` reads it, too. So the policy of the pages and the pages
are always of one build.
"""

import base64
import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

FILE = "_headers"

_SCRIPT = re.compile(r"<script\b(?P<attributes>[^>]*)>(?P<code>.*?)</script>", re.DOTALL | re.I)
_STYLE = re.compile(r"<style\b[^>]*>(?P<code>.*?)</style>", re.DOTALL | re.I)
_SOURCE = re.compile(r"\bsrc\s*=", re.I)
# what holds data or text, which no browser runs
_DATA = re.compile(r"\btype\s*=\s*[\"']?(application/(json|ld\+json)|text/(plain|template))", re.I)

# No `default-src` and no `style-src`: they would forbid the attribute `style` as well, of which a
# figure has thousands, and which can do nothing while all that it could fetch is named here.
_POLICY = {
    "base-uri": "'none'",
    "child-src": "'none'",
    "connect-src": "'self'",
    "font-src": "'self' data:",
    "form-action": "'self'",
    "frame-ancestors": "'self'",
    "frame-src": "'none'",
    "img-src": "'self' data:",
    "manifest-src": "'self'",
    "media-src": "'self'",
    "object-src": "'none'",
    "worker-src": "'self'",
}

# Of the page that takes a reader's own data: nothing leaves it. It stands in the page, so that it
# holds from a disk, too (there a page's own files are ``file:``, which is nobody's `'self'`).
_SEALED = {
    "base-uri": "'none'",
    "child-src": "'none'",
    "connect-src": "'none'",
    "font-src": "'self' file:",
    "form-action": "'none'",
    "frame-src": "'none'",
    "img-src": "'self' file: data:",
    "manifest-src": "'none'",
    "media-src": "'none'",
    "object-src": "'none'",
    "script-src": "'self' file:",
    "style-src-elem": "'self' file: 'unsafe-inline'",
    "worker-src": "'none'",
}
SEALED = "; ".join(" ".join(part) for part in _SEALED.items())


def write_headers(html: Path) -> None:
    """Write the headers of a built site beside its pages.

    Parameters
    ----------
    html : Path
        The folder of pages, finished: each script and style that stands in a page is allowed by
        the hash of its text, and none that is not there now.
    """
    scripts, styles = set(), set()
    for page in html.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        scripts |= {one["code"] for one in _SCRIPT.finditer(text) if _runs(one["attributes"])}
        styles |= {one["code"] for one in _STYLE.finditer(text)}
    policy = {
        **_POLICY,
        "script-src": _sources(scripts),
        "script-src-attr": "'none'",
        "style-src-elem": _sources(styles),
    }
    told = {
        "Content-Security-Policy": "; ".join(" ".join(part) for part in sorted(policy.items())),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    lines = ["/*", *(f"  {name}: {value}" for name, value in told.items())]
    (html / FILE).write_text("\n".join(lines) + "\n", encoding="utf-8")


def read_headers(html: Path) -> dict[str, str]:
    """Return the headers of a built site; of one that has none, those that run no script in a page.

    Such a site was built by plain jupyter-book, or damaged.
    """
    try:
        lines = (html / FILE).read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        lines = []
    pairs = [line.strip().partition(": ") for line in lines if line.startswith("  ")]
    told = {name: value for name, _, value in pairs if name and value}
    default = "script-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'self'"
    return {
        "Content-Security-Policy": default,
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        **told,
    }


def _runs(attributes: str) -> bool:
    return not _SOURCE.search(attributes) and not _DATA.search(attributes)


def _sources(texts: Iterable[str]) -> str:
    """Return the site itself and the hashes of texts (Content Security Policy 3, section 2.3.1)."""
    digests = (hashlib.sha256(text.encode()).digest() for text in texts)
    hashes = sorted(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
    return " ".join(["'self'", *hashes])
