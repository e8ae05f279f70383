"""Read CSV as it comes: any separator, a decimal comma, UTF-8 or Latin-1, a mark or none."""

import codecs
import csv
import io
import re
from collections.abc import Iterator

import pandas as pd
import pyarrow as pa
import pyarrow.csv as pacsv

from trialbook.adam.problems import Findings, examples
from trialbook.adam.table import Table

_SEPARATORS = ",;\t|"
_SAMPLE = 1 << 16
_BLOCK = 1 << 24
_DECIMAL_COMMA = re.compile(r"-?\d+,\d+")
_DECIMAL_POINT = re.compile(r"-?\d+\.\d+")


def read_csv(content: bytes, file: str, findings: Findings) -> Table | None:
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
    """
    encoding = _encoding(content)
    if encoding is None or (b"\0" in content[:_SAMPLE] and not encoding.startswith("utf-16")):
        findings.problem(file, "", "is not text", hint="save it as CSV in UTF-8")
        return None
    if not encoding.startswith("utf-8"):
        findings.repair(file, "", f"read as {encoding}, for it is not UTF-8")
    sample = codecs.getincrementaldecoder(encoding)(errors="replace").decode(content[:_SAMPLE])
    separator = _separator(sample)
    try:
        names = next(_records(sample, separator), [])
    except csv.Error as error:
        findings.problem(file, "", f"has a first line that cannot be read: {error}")
        return None
    if not any(name.strip() for name in names):
        findings.problem(file, "", "has no first line with the columns' names")
        return None
    table = _arrow(content, file, encoding, separator, len(names), findings)
    if table is None:
        return None
    frame = table.to_pandas()
    frame.columns = pd.Index(names, dtype=object)
    unnamed = [n for n, name in enumerate(names) if not name.strip()]
    if unnamed:
        frame = frame.iloc[:, [n for n in range(len(names)) if n not in unnamed]]
        findings.repair(
            file, "", "columns without a name (row numbers, say) left out", len(unnamed)
        )
    decimal = "," if separator != "," and _decimal_comma(sample) else "."
    if decimal == ",":
        findings.repair(file, "", "numbers read with a decimal comma")
    return Table(file, frame, untyped=True, decimal=decimal)


def _arrow(
    content: bytes, file: str, encoding: str, separator: str, n_columns: int, findings: Findings
) -> pa.Table | None:
    """Return the rows below the first line as dictionary-encoded text."""
    if encoding.startswith("utf-16"):
        content, encoding = content.decode(encoding).encode(), "utf-8"
    positions = [str(number) for number in range(n_columns)]
    ragged: list[pacsv.InvalidRow] = []

    def note(row: pacsv.InvalidRow) -> str:
        ragged.append(row)
        return "skip"

    try:
        table = pacsv.read_csv(
            pa.BufferReader(content),
            read_options=pacsv.ReadOptions(
                encoding=encoding.removesuffix("-sig"),
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
        findings.problem(file, "", f"cannot be read as CSV: {error}", hint="export it again")
        return None
    if ragged:
        rule = f"a row must have the {n_columns} columns of the first line"
        shown = examples(f"{row.actual_columns} columns in '{row.text}'" for row in ragged[:5])
        hint = f"put a value that holds '{separator}' or a line break in quotes"
        findings.problem(file, "", rule, len(ragged), shown, hint)
        return None
    return table


def _encoding(content: bytes) -> str | None:
    """Return the encoding of a text, or None for what is no text."""
    if content.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    for encoding in ("utf-8", "cp1252", "latin-1"):
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            for start in range(0, len(content), _BLOCK):
                decoder.decode(content[start : start + _BLOCK])
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    return None


def _records(sample: str, separator: str) -> Iterator[list[str]]:
    """Yield the records of a text; a line may end in any of the ways in which lines end."""
    return csv.reader(io.StringIO(sample, newline=None), delimiter=separator)


def _separator(sample: str) -> str:
    """Return the separator that splits the first lines alike, and into the most columns."""

    def columns(separator: str) -> tuple[bool, int]:
        rows = _records(sample[: 1 << 14], separator)
        try:
            widths = [len(row) for _, row in zip(range(20), rows, strict=False) if row]
        except csv.Error:
            return False, 0
        # the last row of the sample may be cut
        alike = len(set(widths[:-1] or widths)) == 1
        return alike and widths[0] > 1, widths[0] if widths else 0

    return max(_SEPARATORS, key=columns)


def _decimal_comma(sample: str) -> bool:
    """Return whether numbers in a text not separated by commas are written ``1,5``."""
    return bool(_DECIMAL_COMMA.search(sample)) and not _DECIMAL_POINT.search(sample)
