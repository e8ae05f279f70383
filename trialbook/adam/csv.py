"""Read text in columns as it comes: any separator, any encoding that shows, a mark or none."""

import codecs
import csv
import io
import re
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pacsv

from trialbook.adam.encodings import can_be, encoding_of
from trialbook.adam.problems import Findings, counted_noun, examples, shortened
from trialbook.adam.table import Table, UnreadableError, encoded

_SEPARATORS = ",;\t|"
_SAMPLE = 1 << 16
_BLOCK = 1 << 24
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_EXCEL_LINE = re.compile(rb'"?sep=([^\r\n])"?[ \t]*(\r\n|\r|\n)', re.IGNORECASE)
_NO_CSV = {
    b"PK\x03\x04": ("a workbook or an archive", "open it, and save the sheet as CSV"),
    b"\xd0\xcf\x11\xe0": ("a workbook", "open it, and save the sheet as CSV"),
    b"%PDF": ("a PDF", "export the data themselves"),
    b"<!doctype": ("a web page", "fetch the file itself"),
    b"<html": ("a web page", "fetch the file itself"),
    b"<?xml": ("XML", "export the data as CSV"),
}


def read_csv(
    content: bytes, file: str, findings: Findings, encoding: str | None = None
) -> Table | None:
    """Return a CSV file's rows, every column as text, or None where it cannot be read.

    An unquoted ``NA`` is missing, as R writes it; ``"NA"`` in quotes is text.

    Parameters
    ----------
    content : bytes
        The file, decompressed.
    file : str
        Its name, for messages.
    findings : Findings
        Takes problems and repairs.
    encoding : str, optional
        Its encoding, where it was said and it is not UTF-8.
    """
    if not content.strip():
        findings.problem(file, "", "is empty")
        return None
    for begins, (what, hint) in _NO_CSV.items():
        if content[:16].lower().startswith(begins.lower()):
            findings.problem(file, "", f"is {what}, whatever its name says", hint=hint)
            return None
    if b"\0" in content[:_SAMPLE] and not content.startswith(_UTF_16):
        findings.problem(file, "", "is not text", hint="save it as CSV in UTF-8")
        return None
    encoding = _encoding(content, encoding)
    if not encoding.startswith("utf-8"):
        findings.repair(file, "", f"read as {encoding}, for it is not UTF-8")
    if encoding.startswith("utf-16"):
        content, encoding = content.decode(encoding, "replace").encode(), "utf-8"
    content = content.removeprefix(codecs.BOM_UTF8)
    encoding = encoding.removesuffix("-sig")
    said = _EXCEL_LINE.match(content)
    if said:
        content = content[said.end() :]
        findings.repair(file, "", "its first line, sep=, taken as the separator")
    content = _without_comments(content, file, findings)
    sample = codecs.getincrementaldecoder(encoding)(errors="replace").decode(content[:_SAMPLE])
    separator = said[1].decode("latin-1") if said else _separator(sample)
    by_r = _begin_with_row_names(sample)
    if separator == " " and not said:
        content = _one_space(content, encoding)
        encoding, sample = "utf-8", content[:_SAMPLE].decode("utf-8", "ignore")
    try:
        records = _records(sample, separator)
        names, first = next(records, []), next(records, [])
    except csv.Error as error:
        findings.problem(file, "", f"has a first line that cannot be read: {error}")
        return None
    if not any(name.strip() for name in names):
        findings.problem(file, "", "has no first line with the columns' names")
        return None
    if len(first) == len(names) + 1 and by_r:
        names = ["", *names]
    table = _arrow(content, file, encoding, separator, len(names), findings)
    if table is None:
        return None
    frame = table.to_pandas()
    frame.columns = pd.Index(names, dtype=object)
    frame = _without_blank_rows(frame, file, findings)
    unnamed = [n for n, name in enumerate(names) if not name.strip()]
    if unnamed:
        filled = sum(bool(_blank(frame.iloc[:, n]).sum() < len(frame)) for n in unnamed)
        named = len(names) - len(unnamed)
        if filled >= named:
            rule = f"names {named} of its {len(names)} columns in its first line"
            hint = "the first line must hold the columns' names: take out what stands above it"
            findings.problem(file, "", rule, hint=hint)
            return None
        frame = frame.iloc[:, [n for n in range(len(names)) if n not in unnamed]]
        findings.repair(
            file, "", "columns without a name (row numbers, say) left out", len(unnamed)
        )
    return Table(file, frame, untyped=True)


def _without_comments(content: bytes, file: str, findings: Findings) -> bytes:
    """Return a text from its columns' names on, without the lines that begin with # above them.

    cBioPortal writes four such lines; where the last one is all that names the columns, as in
    VCF, it is the first line without its mark.
    """
    begin = re.match(rb"(?:[ \t]*\"?#[^\r\n]*(?:\r\n|\r|\n))+", content)
    if not begin:
        return content
    above, below = begin[0].splitlines(keepends=True), content[begin.end() :]
    first = below.splitlines()[0] if below else b""
    fields = max(_SEPARATORS, key=lambda one: first.count(one.encode())).encode()
    named = above[-1].count(fields) == first.count(fields) > 0
    if named and any(_holds_number(field) for field in first.split(fields)):
        above, below = above[:-1], above[-1].replace(b"#", b"", 1) + below
    if above:
        findings.repair(
            file, "", f"{counted_noun(len(above), 'line')} of # above the columns' names left out"
        )
    return below


def _holds_number(field: bytes) -> bool:
    return re.fullmatch(rb"\s*\"?[-+]?\d+([.,]\d+)?\"?\s*", field) is not None


def _one_space(content: bytes, encoding: str) -> bytes:
    """Return a text in columns as UTF-8 with one space between two values, none at the ends."""
    rows = csv.reader(
        (" ".join(line.split()) if '"' not in line else line.strip()
         for line in io.StringIO(content.decode(encoding, "replace"), newline=None)),
        delimiter=" ", skipinitialspace=True,
    )  # fmt: skip
    out = io.StringIO()
    csv.writer(out, delimiter=" ", lineterminator="\n").writerows(row for row in rows if row)
    return out.getvalue().encode()


def _begin_with_row_names(sample: str) -> bool:
    """Return whether R's write.table wrote a text: names of rows, in quotes, have no head.

    Without quotes nothing tells them from a value of two words.
    """
    lines = [line for line in sample.splitlines() if line.strip()]
    return len(lines) > 1 and all(line.lstrip().startswith('"') for line in lines)


def _blank(column: pd.Series) -> np.ndarray:
    """Return which rows of a column hold nothing; NA is something."""
    codes, values = encoded(column)
    return np.append([not value.strip() for value in values], False).astype(bool)[codes]


def _without_blank_rows(frame: pd.DataFrame, file: str, findings: Findings) -> pd.DataFrame:
    """Return the rows that hold something, as a sheet's last rows often do not."""
    blank = np.ones(len(frame), dtype=bool)
    for n in range(frame.shape[1]):
        if not blank.any():
            return frame
        blank &= _blank(frame.iloc[:, n])
    if not blank.any():
        return frame
    findings.repair(file, "", f"{counted_noun(int(blank.sum()), 'blank row')} left out")
    return frame[~blank].reset_index(drop=True)


def _arrow(
    content: bytes, file: str, encoding: str, separator: str, n_columns: int, findings: Findings
) -> pa.Table | None:
    """Return the rows below the first line as dictionary-encoded text."""
    positions = [str(number) for number in range(n_columns)]
    ragged: list[pacsv.InvalidRow] = []

    def note(row: pacsv.InvalidRow) -> str:
        ragged.append(row)
        return "skip"

    try:
        table = pacsv.read_csv(
            pa.BufferReader(content),
            read_options=pacsv.ReadOptions(
                encoding=encoding,
                column_names=positions,
                skip_rows_after_names=1,
                block_size=_BLOCK,
            ),
            parse_options=pacsv.ParseOptions(
                delimiter=separator,
                newlines_in_values=b'"' in content,
                invalid_row_handler=note,
            ),
            convert_options=pacsv.ConvertOptions(
                column_types=dict.fromkeys(positions, pa.dictionary(pa.int32(), pa.string())),
                null_values=["NA"],
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid as error:
        rule = "cannot be read as CSV: " + shortened(str(error).removeprefix("CSV parse error: "))
        hint = "look for a quotation mark that is not closed, or export it again"
        findings.problem(file, "", rule, hint=hint)
        return None
    if ragged:
        rule = f"a row must have the {counted_noun(n_columns, 'column')} of the first line"
        shown = examples(
            f"{counted_noun(row.actual_columns, 'column')} in '{row.text}'" for row in ragged[:5]
        )
        hint = f"put a value that holds '{separator}' or a line break in quotes"
        widths = {row.actual_columns for row in ragged}
        if min(widths) < n_columns and any("\n" in row.text for row in ragged):
            hint = "look for a quotation mark that is not closed"
        elif table.num_rows == 0 and len(widths) == 1:
            hint = "the first line must name every column, row names included, and nothing else"
        findings.problem(file, "", rule, len(ragged), shown, hint)
        return None
    return table


def _encoding(content: bytes, said: str | None) -> str:
    """Return the encoding of a text; what was said holds where it is not UTF-8."""
    shown = content.startswith((codecs.BOM_UTF8, *_UTF_16)) or can_be(content, "utf-8")
    if said is None or shown:
        return encoding_of(content)
    if not can_be(content, said):
        raise UnreadableError(f"is not {said}, as encoding: says", "say another encoding")
    return said


def _records(sample: str, separator: str) -> Iterator[list[str]]:
    """Yield the records of a text; a line may end in any of the ways in which lines end."""
    return csv.reader(io.StringIO(sample, newline=None), delimiter=separator)


def _separator(sample: str) -> str:
    """Return the separator that splits the first lines alike, and into the most columns.

    Spaces separate where nothing else does.
    """

    def columns(separator: str) -> tuple[bool, int]:
        text = sample[: 1 << 14]
        if separator == " ":
            text = re.sub("[ \t]+", " ", re.sub("(?m)^[ \t]+|[ \t]+$", "", text))
        rows = _records(text, separator)
        try:
            widths = [len(row) for _, row in zip(range(20), rows, strict=False) if row]
        except csv.Error:
            return False, 0
        if not widths:
            return False, 0
        # the last row of the sample may be cut; the first may name one column less
        names, *others = widths[:-1] or widths
        alike = len({names, *others}) == 1 or (names > 1 and set(others) == {names + 1})
        return alike and names > 1, names

    best = max(_SEPARATORS, key=columns)
    return " " if not columns(best)[0] and columns(" ")[0] else best
