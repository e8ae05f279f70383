"""The bytes of a file: whole, decompressed, and no more of them than a data set can have."""

import bz2
import gzip
import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from trialbook.adam.problems import shortened
from trialbook.adam.table import UnreadableError

# Text in columns shrinks to a tenth, at best to a fiftieth. What grows further, and is large, is
# not data: a file of 10 MB can grow to 10 GB and take the machine with it.
MOST_GROWTH = 100
ALWAYS_TAKEN = 100_000_000
_PIECE = 1 << 20
_RECORD = 80
_COMPRESSED = {b"\x1f\x8b": gzip, b"BZh": bz2, b"\xfd7zXZ": lzma}


def content_of(path: Path) -> bytes:
    """Return the content of a file, decompressed where its name ends in ``.gz``.

    Raises
    ------
    UnreadableError
        If it cannot be opened, was cut (an XPT shows it by its size), or would grow more than
        `MOST_GROWTH` times beyond `ALWAYS_TAKEN` bytes, inside the file's own format as well.
    """
    try:
        content = path.read_bytes()
        if path.name.lower().endswith(".gz"):
            content = b"".join(_pieces(content, gzip))
        elif opener := next((one for magic, one in _COMPRESSED.items()
                             if content.startswith(magic)), None):  # fmt: skip
            for _ in _pieces(content, opener):  # R's own files; its reader has no limit
                pass
        elif content.startswith(b"PK\x03\x04"):
            _check_growth(len(content), _unpacked(content))
        elif content.startswith(b"PAR1"):
            _check_growth(len(content), _cells(content))
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        said = getattr(error, "strerror", None) or error
        raise UnreadableError(f"cannot be opened: {shortened(said)}") from error
    if content.startswith(b"HEADER RECORD*******LIB"):
        _check_xpt(content)
    return content


def _pieces(content: bytes, opener) -> Iterator[bytes]:
    """Yield the decompressed content piece by piece, as long as that may go on."""
    total = 0
    with opener.open(io.BytesIO(content)) as file:
        while piece := file.read(_PIECE):
            total += len(piece)
            _check_growth(len(content), total)
            yield piece


def _unpacked(content: bytes) -> int:
    """Return how large the files of an archive, a workbook say, are by its directory.

    None is read further than the directory says.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return sum(one.file_size for one in archive.infolist())
    except zipfile.BadZipFile:
        return 0  # the reader of its format says what is wrong


def _cells(content: bytes) -> int:
    """Return how many cells a Parquet file has by its footer: runs of one value take no room."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        footer = pq.read_metadata(pa.BufferReader(content))
    except (pa.ArrowException, OSError):
        return 0  # the reader says what is wrong
    groups = (footer.row_group(n).total_byte_size for n in range(footer.num_row_groups))
    return max(footer.num_rows * footer.num_columns, sum(groups))


def _check_growth(before: int, after: int) -> None:
    if after > max(ALWAYS_TAKEN, MOST_GROWTH * before):
        raise UnreadableError(
            f"grows more than {MOST_GROWTH} times when it is unpacked, beyond "
            f"{ALWAYS_TAKEN // 1_000_000} MB: no data set does",
            hint="if it is one, unpack it and put the file itself there",
        )


def _check_xpt(content: bytes) -> None:
    """Refuse an XPT file whose size shows that its end is missing.

    Its records have 80 bytes, after the last row only blanks follow, and version 8 says how many
    rows there are (SAS, TS-140 and its successor: The record layout of a SAS data set in
    transport format). Of more data sets in one file, only the first is read and looked at.
    """
    member, names, rows = (_header(content, kind) for kind in (b"MEMB", b"NAM", b"OBS"))
    if rest := len(content) % _RECORD:
        rule = f"an XPT file is made of records of {_RECORD} bytes, and the last has {rest}"
    elif not (member and names and rows):
        rule = "it ends before its rows begin"
    else:
        size = int(_field(content, member, 74, 78) or 140)
        n = int(_field(content, names, 54, 58) or 0)
        each = (content[names + size * at :][4:6] for at in range(n))
        width = sum(struct.unpack(">H", one)[0] for one in each)
        end = _header(content, b"MEMB", rows)
        data = content[rows : end - _RECORD if end else len(content)]
        told = int(_field(content, rows, 48, 63) or 0) if b"OBSV8" in content[:rows] else 0
        partial = len(data) % width if width else 0
        if not data[len(data) - partial :].strip(b" \0") and len(data) >= told * width:
            return
        rule = "its last row is cut, or rows that it counts are not there"
    raise UnreadableError(f"is not complete: {rule}", hint="copy or export it again")


def _header(content: bytes, kind: bytes, start: int = 0) -> int | None:
    """Return where what follows the next header record of a kind begins, None if there is none."""
    begins = b"HEADER RECORD*******" + kind
    at = content.find(begins, start)
    while at >= 0 and at % _RECORD:
        at = content.find(begins, at + 1)
    return at + _RECORD if at >= 0 else None


def _field(content: bytes, after: int, first: int, last: int) -> bytes:
    """Return the digits in some columns of the header record that ends at `after`."""
    digits = content[after - _RECORD + first : after - _RECORD + last].strip()
    return digits if digits.isdigit() else b""
