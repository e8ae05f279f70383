"""Read a data set from whatever format it was sent in."""

from dataclasses import replace
from pathlib import Path

from trialbook.adam.content import content_of
from trialbook.adam.csv import read_csv
from trialbook.adam.problems import Findings, shortened
from trialbook.adam.table import Table, UnreadableError
from trialbook.reading import Reading

TEXT = (".csv", ".tsv", ".tab", ".txt", ".dat")
_SAS = (".xpt", ".sas7bdat")
_JSON = (".json", ".ndjson")
_R = (".rds", ".rda", ".rdata")
EXCEL = (".xlsx", ".xlsm")
_SPSS_STATA = (".sav", ".zsav", ".por", ".dta")
FORMATS = (*TEXT, ".parquet", *_SAS, *_JSON, *_R, *EXCEL, *_SPSS_STATA)

# what people have beside these, and how it becomes one of them
_SHEET = "save it as .xlsx, or the sheet as CSV"
_EXPORT = "export it as CSV or Parquet"
_RENAME = "if it is text in columns, name it {stem}.csv: any separator is read"
_OTHER_FORMATS = {
    **dict.fromkeys((".xls", ".xlsb", ".ods", ".numbers"), _SHEET),
    **dict.fromkeys((".feather", ".mtw", ".jmp", ".sas7bcat", ".mat", ".accdb", ".mdb"), _EXPORT),
    **dict.fromkeys((".asc", ".prn", ""), _RENAME),
    **dict.fromkeys((".zip", ".7z", ".tar", ".tgz", ".rar"), "unpack it"),
    ".cpt": "export it as XPT",
}  # fmt: skip


def stem_and_format(path: Path) -> tuple[str, str]:
    """Return a file's name before the ending and its format, ``("adsl", ".csv")``.

    ``.gz`` behind the ending does not count.
    """
    name = path.name[:-3] if path.name.lower().endswith(".gz") else path.name
    stem, dot, ending = name.rpartition(".")
    return (stem, f".{ending.lower()}") if dot else (name, "")


def not_read(path: Path) -> str | None:
    """Return how a file in a format that is not read becomes one that is; None where unknown."""
    stem, form = stem_and_format(path)
    hint = _OTHER_FORMATS.get(form)
    return hint and hint.format(stem=shortened(stem))


def read_table(path: Path, findings: Findings, reading: Reading | None = None) -> Table | None:
    """Return the rows of a file, or None, with a problem noted, where it cannot be read.

    Parameters
    ----------
    path : Path
    findings : Findings
    reading : Reading, optional
        What the user said of how it is to be read.
    """
    reading = reading or Reading()
    stem, form = stem_and_format(path)
    try:
        content = content_of(path)
        table = _read(content, path.name, stem, form, findings, reading)
    except UnreadableError as error:
        findings.problem(path.name, "", str(error), hint=error.hint, option=error.option)
    except Exception as error:  # each library raises its own kind
        rule = f"cannot be read as {form[1:]}: {shortened(error, 200)}"
        findings.problem(path.name, "", rule, hint="export it again; it may be cut or mislabelled")
    else:
        return table and replace(table, reading=reading)
    return None


def _read(
    content: bytes, file: str, stem: str, form: str, findings: Findings, reading: Reading
) -> Table | None:
    """Return the rows of a file by the reader of its format; what one needs, it alone imports."""
    if form in TEXT:
        return read_csv(content, file, findings, reading.encoding)
    if form in _SAS:
        from trialbook.adam.sas import read_sas

        return read_sas(content, file, form, findings, reading.encoding)
    if form in _JSON:
        from trialbook.adam.dataset_json import read_dataset_json

        return read_dataset_json(content, file, form)
    if form in _R:
        from trialbook.adam.r_files import read_r

        return read_r(content, file, stem)
    if form in EXCEL:
        from trialbook.adam.workbook import read_workbook

        return read_workbook(content, file, stem, findings, reading.sheet)
    if form in _SPSS_STATA:
        from trialbook.adam.spss_stata import read_spss_stata

        return read_spss_stata(content, file, form, findings)
    return _parquet(content, file)


def _parquet(content: bytes, file: str) -> Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pq.read_schema(pa.BufferReader(content))
    text = [one.name for one in schema if pa.types.is_string(one.type)]
    table = pq.read_table(pa.BufferReader(content), read_dictionary=text)
    frame = table.to_pandas(date_as_object=False, ignore_metadata=True)
    # lists and structures, for which no data set has a use, are text
    nested = {
        one.name: frame[one.name].map(str, na_action="ignore")
        for one in schema
        if pa.types.is_nested(one.type)
    }
    return Table(file, frame.assign(**nested))
