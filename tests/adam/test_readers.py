"""Formats beside CSV: workbooks, R's files, SAS's dates, Dataset-JSON, text in other columns."""

import base64
import json

import numpy as np
import openpyxl
import pandas as pd
import pytest
import rdata

from tests.adam.folders import SHARED, dataset_json, small, write_trial
from trialbook.adam.csv import read_csv
from trialbook.adam.problems import DataError, Findings
from trialbook.adam.readers import read_table
from trialbook.adam.tidy import tidy
from trialbook.reading import Reading
from trialbook.trial import load_trial


def workbook(path, sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)


def rows_of(frame):
    plain = frame.astype(object).where(frame.notna(), None)
    return [list(frame), *([getattr(one, "to_pydatetime", lambda one=one: one)() for one in row]
                           for row in plain.itertuples(index=False))]  # fmt: skip


def read(path, data_set=None, **said):
    findings = Findings()
    table = read_table(path, findings, Reading(**said))
    frame = None if table is None else tidy(table, data_set, findings)
    return frame, findings


def said(findings):
    return "\n".join(map(str, [*findings.problems, *findings.repairs]))


def test_workbooks_give_what_csv_gives(tmp_path):
    data = small()
    plain = load_trial(write_trial(tmp_path / "csv", data))
    folder = write_trial(tmp_path / "xlsx", {})
    for name, frame in data.items():
        workbook(folder / f"{name}.xlsx", {"Sheet1": rows_of(frame), "Sheet2": []})
    trial = load_trial(folder)
    for name in data:
        pd.testing.assert_frame_equal(getattr(plain, name), getattr(trial, name))


def test_a_sheet_is_taken_by_its_name_or_asked_for(tmp_path):
    path = tmp_path / "mine.xlsx"
    sheets = {"one": [["a"], [1]], "Two": [["a"], [2]]}
    workbook(path, sheets)
    frame, findings = read(path)
    assert frame is None
    assert "several sheets: one, Two" in said(findings)
    assert findings.problems[0].option == "--sheet"
    assert read(path, sheet="two")[0]["a"].tolist() == [2]
    assert "has no sheet Three" in said(read(path, sheet="Three")[1])
    workbook(tmp_path / "two.xlsx", sheets)
    assert read(tmp_path / "two.xlsx")[0]["a"].tolist() == [2]


def test_errors_of_formulas_and_dates_without_a_format_are_told(tmp_path):
    path = tmp_path / "adsl.xlsx"
    workbook(path, {"x": [["USUBJID", "AGE", "RANDDT"], ["1", "#N/A", 42009], ["2", 61, 42010.5]]})
    frame, findings = read(path, "ADSL")
    assert np.isnan(frame["AGE"][0])
    assert frame["RANDDT"].astype(str).tolist() == ["2015-01-05", "2015-01-06"]
    assert "errors of formulas (#N/A)" in said(findings)
    assert "numbers read as days since 1899-12-30, as Excel counts (2 values)" in said(findings)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0 protected"])
def test_what_is_no_workbook_is_a_problem(content, tmp_path):
    path = tmp_path / "adsl.xlsx"
    path.write_bytes(content)
    assert read(path)[0] is None


@pytest.mark.parametrize("ending", ["rds", "rda"])
def test_what_r_saved_is_read(ending, tmp_path):
    frame = pd.DataFrame({"USUBJID": ["a", "b"], "AVAL": [1.5, np.nan], "ARM": ["x", None]})
    path = tmp_path / f"adtte.{ending}"
    if ending == "rds":
        rdata.write_rds(path, frame)
    else:
        rdata.write_rda(path, {"adtte": frame, "other": pd.DataFrame({"z": [1.0]})})
    read_, findings = read(path)
    assert read_["USUBJID"].tolist() == ["a", "b"]
    assert read_["AVAL"].iloc[0] == 1.5
    assert read_.isna().sum().tolist() == [0, 1, 1]
    assert not findings.problems


# R 4.2: x <- structure(c(1.5, NA), label = "Value")
#   saveRDS(tibble::tibble(USUBJID = c("a", "b"), AVAL = x, RANDDT = as.Date(c("2015-01-05", NA)),
#     EOSDT = structure(16440:16441, class = "Date"),
#     TRTSDTM = as.POSIXct(c("2015-01-05 23:00", "2015-01-05 01:00"), tz = "America/New_York"),
#     ARM = factor(c("x", "y")), ARMN = haven::labelled(c(1, 2), c(a = 1, b = 2), "Arm"),
#     ITTFL = c(TRUE, NA), SEX = c(NA, "\u00e9")), "adsl.rds", version = 2, compress = "xz")
BY_R = (
    "/Td6WFoAAAFpIt42AgAhARYAAAB0L+Wj4AO+AXpdACwCfBn5n/gdO9yZ6vbIvm24RkNfZcCUGVzD2eA3kBhy75mq+pEW"
    "wzB4RHfWr4keaX5iMArnyOBMyeFrTv6t3GoMwXMFJNTiEYmDS3MFfSOIn+wCd/wA9DGpA03apcHc3sPj7l9FFv5uwEo2"
    "eS51wSUtQe+p1DwvsYLAInVx3fYTHQOK5J4C06xLBXmR+mKp1oSESF7tsqxBdCG7X0dBWSQB/EjiBxP6/LBVO5FjjsBB"
    "tX32/BmGocaYOaFUJjMYti3PVQ5X6Q5n6KKwscXFSzkeI5IFOHHlHrCxgVZ7uBJeZEnHe48FP0k71siczcPb1mSuuOtC"
    "3P10bpjTvQZ35YYm3N3PpoN5gTuVb6C5JKDT4eVYA9SGJcav4ODrVJqW9YuzkGMR0uJCjEZCpvFHV2Izo/49nX5yQ0Dp"
    "NEZyDGqJvMPULlARkHrSc6sXGBXk4t2ihqW9PFtaGeFRlcv2AQYahtbwAo45P+fmnK5A4mO0Z+y4i75YfFYpbAAAALik"
    "CPAAAZIDvwcAAAxRBZQ+MA2LAgAAAAABWVo="
)


def test_dates_factors_and_labels_of_r_are_what_they_are(tmp_path):
    path = tmp_path / "adsl.rds"
    path.write_bytes(base64.b64decode(BY_R))
    findings = Findings()
    table = read_table(path, findings)
    assert table.labels == {"AVAL": "Value", "ARMN": "Arm"}
    frame = tidy(table, "ADSL", findings)
    assert frame["RANDDT"].astype(str).tolist() == ["2015-01-05", "NaT"]
    assert frame["EOSDT"].astype(str).tolist() == ["2015-01-05", "2015-01-06"]
    # by the clock of New York; in Greenwich it was the next day
    assert frame["TRTSDTM"].astype(str).tolist() == ["2015-01-05", "2015-01-05"]
    assert frame["ARM"].tolist() == ["x", "y"]
    assert frame["ITTFL"].tolist() == ["Y", "N"]
    assert frame["SEX"].tolist()[1] == "é"


def test_integers_of_64_bits_of_r_are_whole():
    from trialbook.adam.r_files import _whole_numbers

    bits = np.array([900719925474099201], dtype="int64").view("float64")
    assert _whole_numbers(bits, {}).tolist() == [900719925474099201]


@pytest.mark.parametrize("saved", [{"a": [1.0, 2.0]}, [1.0, 2.0]])
def test_an_r_file_without_a_data_frame_is_said(saved, tmp_path):
    path = tmp_path / "adsl.rda"
    rdata.write_rda(path, {"x": saved})
    assert "holds no data frame of R" in said(read(path)[1])


def test_several_data_frames_of_which_none_is_called_like_the_file_are_named(tmp_path):
    path = tmp_path / "mine.rda"
    rdata.write_rda(path, {one: pd.DataFrame({one: [1.0]}) for one in ("adsl", "adtte")})
    assert "several data frames: adsl, adtte" in said(read(path)[1])


# 20093 is 2015-01-05 in days since 1960: R, as.Date(20093, origin = "1960-01-01")
FORMATS = {
    "DATE9.": 20093, "YYMMDD10.": 20093, "YYMMDDN8.": 20093, "YYMMDDD10.": 20093,
    "YYMMDDS10.": 20093, "DDMMYYP10.": 20093, "MMDDYYD10.": 20093, "MONYY7.": 20093,
    "WEEKDATX29.": 20093, "NLDATE20.": 20093, "E8601DA10.": 20093, "DATETIME20.": 20093 * 86400,
    "E8601DN10.": 20093 * 86400, "B8601DN8.": 20093 * 86400, "DTDATE9.": 20093 * 86400,
    "E8601DT19.": 20093 * 86400 + 3600, "NLDATM30.": 20093 * 86400, "": 20093, "BEST12.": 20093,
}  # fmt: skip


@pytest.mark.parametrize(("sas_format", "value"), FORMATS.items())
def test_a_date_of_sas_is_one_in_every_format_and_in_none(sas_format, value, tmp_path):
    import pyreadstat

    frame = pd.DataFrame({"USUBJID": ["a", "b"], "RANDDT": [float(value), np.nan], "AGE": 20093.0})
    path = tmp_path / "adsl.xpt"
    pyreadstat.write_xport(frame, str(path), variable_format={"RANDDT": sas_format.rstrip(".")})
    read_, findings = read(path, "ADSL")
    assert read_["RANDDT"].astype(str).tolist() == ["2015-01-05", "NaT"]
    assert read_["AGE"].tolist() == [20093, 20093]
    assert not findings.problems
    told = "days since 1960-01-01, as SAS counts" in said(findings)
    assert told == (sas_format in ("", "BEST12."))


def test_datetimes_of_sas_without_a_format_are_told_by_their_size(tmp_path):
    import pyreadstat

    frame = pd.DataFrame({"USUBJID": ["a"], "TRTSDTM": [20093 * 86400.0 + 30]})
    pyreadstat.write_xport(frame, str(tmp_path / "adsl.xpt"))
    assert str(read(tmp_path / "adsl.xpt", "ADSL")[0]["TRTSDTM"][0])[:10] == "2015-01-05"


def test_integers_of_dataset_json_are_dates_by_their_format_and_asked_for_without(tmp_path):
    data = small()["adsl"].head(2).assign(RANDDT=[20093, 20094])
    content = dataset_json(data, "ADSL")
    path = tmp_path / "adsl.json"
    path.write_text(json.dumps(content))
    _, findings = read(path, "ADSL")
    assert "sas (20093 is 2015-01-05)" in said(findings)
    assert "unix (20093 is 2025-01-05)" in said(findings)
    assert findings.problems[0].option == "--dates"
    assert read(path, "ADSL", dates="sas")[0]["RANDDT"].astype(str)[0] == "2015-01-05"
    for column in content["columns"]:
        if column["name"] == "RANDDT":
            column["displayFormat"] = "DATE9."
    path.write_text(json.dumps(content))
    frame, findings = read(path, "ADSL")
    assert frame["RANDDT"].astype(str).tolist() == ["2015-01-05", "2015-01-06"]
    assert not findings.problems
    lines = [{key: content[key] for key in content if key != "rows"}, *content["rows"]]
    (tmp_path / "adsl.ndjson").write_text("\n".join(map(json.dumps, lines)))
    pd.testing.assert_frame_equal(read(tmp_path / "adsl.ndjson", "ADSL")[0], frame)


def test_a_dataset_json_that_lacks_rows_is_refused(tmp_path):
    content = dataset_json(small()["adsl"], "ADSL") | {"records": 9}
    (tmp_path / "adsl.json").write_text(json.dumps(content))
    assert "says that it has 9 rows and has 8" in said(read(tmp_path / "adsl.json")[1])


@pytest.mark.parametrize(
    ("values", "first", "message"),
    [
        (["2015-01-05T08:30"], "2015-01-05", ""),
        (["5 January 2015"], "2015-01-05", ""),
        (["January 5, 2015"], "2015-01-05", ""),
        (["2015年1月5日"], "2015-01-05", ""),
        (["5.1.2015"], "2015-01-05", ""),
        (["1/31/2015", "2/1/2015"], "2015-01-31", "month/day/year"),
        (["2015-05", "2015", "UN-MAY-2015", "2015-05-UN", "??/05/2015", "2015---05", "05/2015"],
         "NaT", "partial dates read as missing (7 values)"),
        (["1/2/2015"], "NaT", "shows no order of day and month"),
        (["5-Jan-15"], "NaT", "has a year of two digits; in which century?"),
        (["20093"], "NaT", "from which day does it count?"),
        (["soon"], "NaT", "must be a date"),
    ],
)  # fmt: skip
def test_dates_in_text_are_read_noted_or_asked_about(values, first, message, tmp_path):
    path = tmp_path / "adsl.csv"
    path.write_text("USUBJID,RANDDT\n" + "".join(f'{n},"{one}"\n' for n, one in enumerate(values)))
    frame, findings = read(path, "ADSL")
    assert frame["RANDDT"].astype(str)[0] == first
    assert message in said(findings)
    assert bool(message) == bool(said(findings))


WRITE_TABLE = '"id" "time" "arm"\n"1" "P 1" 210 "Drug"\n"2" "P 2" 480 "Placebo"\n'
CBIOPORTAL = "#Patient\tMonths\n#id\tm\n#STRING\tNUMBER\n#1\t1\nPATIENT_ID\tOS_MONTHS\nP1\t6.9\n"


@pytest.mark.parametrize(
    ("text", "names", "row"),
    [
        (WRITE_TABLE, ["id", "time", "arm"], ["P 1", 210, "Drug"]),
        (CBIOPORTAL, ["PATIENT_ID", "OS_MONTHS"], ["P1", 6.9]),
        ("  id   time\n  P1    6.9\n  P2   10\n", ["id", "time"], ["P1", 6.9]),
        ("#CHROM\tPOS\nx\t3\n", ["CHROM", "POS"], ["x", 3]),
        ('"a","b"\n"1",5,6\n"2",3,4\n', ["a", "b"], [5, 6]),
    ],
)
def test_text_as_r_and_cbioportal_write_it_is_read(text, names, row, tmp_path):
    (tmp_path / "x.txt").write_text(text)
    frame, findings = read(tmp_path / "x.txt")
    assert list(frame) == names
    assert frame.iloc[0].tolist() == row
    assert not findings.problems


@pytest.mark.parametrize("text", ["id arm\n1 Drug A\n2 Drug B\n", "a,b\nx,1,2\ny,3,4\n"])
def test_values_of_several_words_without_quotes_are_not_taken_for_names_of_rows(text, tmp_path):
    findings = Findings()
    assert read_csv(text.encode(), "x.csv", findings) is None
    assert "a row must have" in said(findings)


@pytest.mark.parametrize(
    "ids",
    [["900719925474099200", "900719925474099201"], ["0E1", "0E2"], ["007", "008"],
     ["1.1", "1.10"]],
)  # fmt: skip
def test_identifiers_that_look_like_numbers_are_text(ids, tmp_path):
    (tmp_path / "x.csv").write_text("who,n\n" + "".join(f"{one},1.5\n" for one in ids))
    frame, _ = read(tmp_path / "x.csv")
    assert frame["who"].tolist() == ids
    assert frame["n"].dtype == float


def test_identifiers_of_many_digits_are_text_in_parquet_too(tmp_path):
    pd.DataFrame({"who": [900719925474099200, 900719925474099201]}).to_parquet(
        tmp_path / "x.parquet"
    )
    assert read(tmp_path / "x.parquet")[0]["who"].nunique() == 2


def test_flags_in_other_words_are_read_as_trial_yml_says(tmp_path):
    data = small()
    data["adsl"]["ITTFL"] = ["Oui", "Oui", "Non", *["oui"] * 5]
    data["adsl"]["SEX"] = ["Mann", "Frau"] * 4
    folder = write_trial(tmp_path / "t", data)
    with pytest.raises(DataError, match=r"say what is meant: --flag Oui=Y"):
        load_trial(folder)
    with pytest.raises(DataError, match="values: must be Y or N for Oui, or a map"):
        load_trial(write_trial(folder, data, {"values": {"Oui": "yes"}}))
    values = {"Oui": "Y", "Non": "N", "SEX": {"Mann": "M", "Frau": "F"}}
    trial = load_trial(write_trial(folder, data, {"values": values}))
    assert trial.adsl["ITTFL"].tolist() == ["Y", "Y", "N", *"YYYYY"]
    assert set(trial.adsl["SEX"]) == {"M", "F"}
    assert "adsl.csv: ITTFL: read as values: says, Oui is Y, Non is N, oui is Y (8 values)" in map(
        str, trial.repairs
    )


@pytest.mark.parametrize(
    "written", ["Te\u0301moin", "T\u00e9moin\u200b", "T\u00e9\u00admoin", "\ufeffT\u00e9moin"]
)
def test_what_looks_the_same_is_one_arm(written, tmp_path):
    data = small()
    arms = ["Drug", "T\u00e9moin"] * 4
    data["adsl"]["TRT01P"] = data["adsl"]["TRT01A"] = [*arms[:-1], written]
    config = {
        "arms": [{"code": "C", "values": ["Te\u0301moin"]}, {"code": "D", "values": ["Drug"]}]
    }
    trial = load_trial(write_trial(tmp_path / "t", data, config))
    assert trial.efficacy_population()["arm"].value_counts().tolist() == [4, 4]
    assert "unseen characters taken out, accents written in one form (1 value)" in str(
        trial.repairs[0]
    )


@pytest.mark.skipif(not (SHARED / "adam").is_dir(), reason="../shared/adam is not here")
def test_a_workbook_of_the_pilot_gives_what_its_xpt_gives(tmp_path):
    xpt, _ = read(SHARED / "adam" / "cdisc-pilot" / "adtte.xpt", "ADTTE")
    workbook(tmp_path / "adtte.xlsx", {"ADTTE": rows_of(xpt)})
    other, findings = read(tmp_path / "adtte.xlsx", "ADTTE")
    assert not findings.problems
    for name in ("USUBJID", "AVAL", "CNSR", "STARTDT", "ADT"):
        assert other[name].tolist() == xpt[name].tolist()
