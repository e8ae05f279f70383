"""Small trials for tests: data frames that are in order, written as any kind of folder."""

import gzip
import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import yaml

SHARED = Path(__file__).resolve().parents[2].parent / "shared"

CONFIG = {
    "id": "small",
    "title": "A small trial",
    "privacy": "public",
    "randomized": "yes",
    "arms": [{"code": "PBO", "values": ["Placebo"]}, {"code": "ACT", "values": ["Active"]}],
    "endpoints": [{"paramcd": "OS", "label": "death", "role": "primary"}],
}


def small() -> dict[str, pd.DataFrame]:
    """Return eight patients, two arms, two end points, some events; nothing is wrong."""
    patients = [f"P-{number}" for number in range(1, 9)]
    arm = ["Placebo", "Active"] * 4
    start = pd.to_datetime(["2020-01-01"] * 8)
    time = [10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0]
    adsl = pd.DataFrame({
        "STUDYID": "S", "USUBJID": patients, "SITEID": ["001", "002"] * 4, "TRT01P": arm,
        "TRT01PN": [0, 1] * 4, "TRT01A": arm, "ITTFL": "Y", "SAFFL": "Y",
        "AGE": [30.5, 41, 52, 63, 34, 45, 56, 67], "SEX": ["M", "F", "F", "M"] * 2,
        "RANDDT": start,
    })  # fmt: skip
    rows = {"USUBJID": patients, "AVALU": "DAYS", "STARTDT": start}
    times = [
        pd.DataFrame(rows | {
            "PARAMCD": paramcd, "PARAM": param, "AVAL": time, "CNSR": cnsr,
            "ADT": start + pd.to_timedelta(np.array(time) - 1, unit="D"),
        })
        for paramcd, param, cnsr in [("OS", "Overall survival (days)", [0, 1] * 4),
                                     ("PFS", "Progression-free survival (days)", [0, 0, 1, 1] * 2)]
    ]  # fmt: skip
    adae = pd.DataFrame({
        "USUBJID": patients[:4], "AEBODSYS": ["Infections", "Infections", "Eye", "Eye"],
        "AEDECOD": ["Cold", "Influenza", "Dry eye", "Dry eye"], "AESER": ["N", "Y", "N", "N"],
        "TRTEMFL": ["Y", "Y", "Y", "N"],
    })  # fmt: skip
    return {"adsl": adsl, "adtte": pd.concat(times, ignore_index=True), "adae": adae}


def write_trial(
    folder: Path, data: dict[str, pd.DataFrame], config: dict | str | None = None, form: str = "csv"
) -> Path:
    """Write data sets and trial.yml into a folder; `config` adds keys to `CONFIG`, or is text."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in data.items():
        write_frame(folder / f"{name}.{form}", frame)
    text = config if isinstance(config, str) else yaml.safe_dump(CONFIG | (config or {}))
    (folder / "trial.yml").write_text(text, encoding="utf-8")
    return folder


def write_frame(path: Path, frame: pd.DataFrame) -> None:
    """Write a frame in the format that the ending says."""
    match path.suffix:
        case ".csv":
            path.write_bytes(csv_bytes(frame))
        case ".gz":
            path.write_bytes(gzip.compress(csv_bytes(frame)))
        case ".parquet":
            frame.to_parquet(path, index=False)
        case ".xpt":
            pyreadstat.write_xport(frame, str(path), table_name=path.stem.upper()[:8])
        case ".json":
            path.write_text(json.dumps(dataset_json(frame, path.stem.upper())), encoding="utf-8")


def csv_bytes(frame: pd.DataFrame, encoding: str = "utf-8", **options) -> bytes:
    """Return a frame as CSV, dates as YYYY-MM-DD."""
    buffer = io.StringIO()
    frame.to_csv(buffer, index=False, date_format="%Y-%m-%d", **options)
    return buffer.getvalue().encode(encoding)


def dataset_json(frame: pd.DataFrame, name: str) -> dict:
    """Return a frame as CDISC Dataset-JSON v1.1."""
    kinds = {"f": "float", "i": "integer", "M": "date"}
    columns = [
        {"itemOID": f"IT.{name}.{column}", "name": column, "label": column.title(),
         "dataType": kinds.get(dtype.kind, "string")}
        for column, dtype in frame.dtypes.items()
    ]  # fmt: skip
    cells = frame.astype(object).where(frame.notna(), None)
    rows = [
        [str(value.date()) if isinstance(value, pd.Timestamp) else value for value in row]
        for row in cells.itertuples(index=False)
    ]
    return {"datasetJSONVersion": "1.1.0", "name": name, "columns": columns, "rows": rows}
