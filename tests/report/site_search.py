"""Every text that a folder of a site holds, also within what is compressed or escaped."""

import base64
import binascii
import gzip
import html
import io
import json
import re
import urllib.parse
import zipfile
import zlib
from pathlib import Path

_DATA_URI = re.compile(rb"base64,([A-Za-z0-9+/=\s]{16,})")
_RTF = re.compile(r"\\u(-?\d+)\?")
_ZLIB = (b"\x78\x01", b"\x78\x9c", b"\x78\xda")


def texts_of(site: Path) -> dict[str, str]:
    """Return each file's name to its texts: as it stands, decompressed, unescaped."""
    return {
        str(path.relative_to(site)): "\n".join(dict.fromkeys(_all_texts(path.read_bytes())))
        for path in sorted(site.rglob("*"))
        if path.is_file()
    }


def _all_texts(content: bytes) -> list[str]:
    found = []
    for part in _parts(content):
        for encoding in ("utf-8", "latin-1"):
            text = part.decode(encoding, "replace")
            found += [text, html.unescape(text), urllib.parse.unquote(text)]
            found.append(_RTF.sub(lambda m: chr(int(m.group(1)) % 65536), text))
            if "\\u" in text:
                found.append(re.sub(r"\\u([0-9a-f]{4})", lambda m: chr(int(m[1], 16)), text))
    return found


def _parts(content: bytes, depth: int = 3) -> list[bytes]:
    """Return content, and what is packed in it: gzip, zlib, zip, data URIs, chunks of PNG."""
    parts = [content]
    if not depth:
        return parts
    inside = []
    if content[:2] == b"\x1f\x8b":
        inside.append(gzip.decompress(content))
    if content[:4] == b"PK\x03\x04":
        archive = zipfile.ZipFile(io.BytesIO(content))
        inside += [archive.read(name) for name in archive.namelist()]
    for start in _ZLIB:
        at = content.find(start)
        while at >= 0 and len(inside) < 200:
            unpacked = _unpacked(content[at:])
            if unpacked:
                inside.append(unpacked)
            at = content.find(start, at + 2)
    for match in _DATA_URI.finditer(content):
        try:
            inside.append(base64.b64decode(match.group(1)))
        except binascii.Error:
            continue
    for part in inside:
        parts += _parts(part, depth - 1)
    return parts


def _unpacked(content: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(content, 10_000_000)
    except zlib.error:
        return b""


def shown_numbers(page: str) -> set[str]:
    """Return every number that the words, labels and drawings of a page show."""
    body = re.sub(r"<(script|style)\b.*?</\1>", " ", page, flags=re.DOTALL)
    labels = " ".join(re.findall(r'(?:aria-label|alt|title)="([^"]*)"', body))
    words = html.unescape(re.sub(r"<[^>]+>", " ", body) + " " + labels)
    return set(re.findall(r"\d+(?:[.,]\d+)*", words))


def search_words(site: Path) -> str:
    """Return the words of the search index, as it holds them."""
    index = (site / "_static" / "searchindex.js").read_text(encoding="utf-8")
    return json.dumps(json.loads(index[index.index("{") : index.rindex("}") + 1]))
