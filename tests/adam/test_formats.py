"""The same data give the same trial, whatever they are stored in."""

import gzip
import json

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from tests.adam.folders import SHARED, csv_bytes, dataset_json, small, write_frame, write_trial
from trialbook.adam.problems import DataError, Findings
from trialbook.adam.readers import read_table, stem_and_format
from trialbook.analyses import all_results
from trialbook.new import new_trial
from trialbook.results import KEY
from trialbook.trial import load_trial

DATA_SETS = ("adsl", "adtte", "adae")


@pytest.fixture
def as_csv(tmp_path):
    return load_trial(write_trial(tmp_path / "csv", small()))


def assert_same_data(one, other):
    for name in DATA_SETS:
        assert_frame_equal(getattr(one, name), getattr(other, name))


@pytest.mark.parametrize("form", ["csv.gz", "parquet", "xpt", "json"])
def test_formats_give_what_csv_gives(form, as_csv, tmp_path):
    other = load_trial(write_trial(tmp_path / "other", small(), form=form))
    assert_same_data(as_csv, other)
    assert as_csv.time_to_event("OS").event.sum() == 4


@pytest.mark.parametrize(
    ("options", "repair"),
    [
        ({"sep": ";"}, None),
        ({"sep": "\t"}, None),
        ({"sep": "|"}, None),
        ({"sep": ";", "decimal": ","}, "decimal comma"),
        ({"encoding": "utf-8-sig"}, None),
        ({"encoding": "utf-16"}, "utf-16"),
        ({"quoting": 1}, None),
        ({"lineterminator": "\r\n"}, None),
    ],
)
def test_dialects_of_csv_give_what_plain_csv_gives(options, repair, as_csv, tmp_path):
    data = small()
    folder = write_trial(tmp_path / "other", data)
    for name, frame in data.items():
        (folder / f"{name}.csv").write_bytes(csv_bytes(frame, **options))
    other = load_trial(folder)
    assert_same_data(as_csv, other)
    assert (repair is None) == (not other.repairs)
    assert repair is None or repair in str(other.repairs[0])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "latin-1"])
def test_umlauts_and_accents_survive_every_encoding(encoding, tmp_path):
    data = small()
    data["adae"]["AEDECOD"] = ["Übelkeit", "Fièvre", "Dry eye", "Año"]
    folder = write_trial(tmp_path / "t", data)
    (folder / "adae.csv").write_bytes(csv_bytes(data["adae"], encoding))
    assert list(load_trial(folder).adae["AEDECOD"]) == list(data["adae"]["AEDECOD"])


def test_formats_mix_in_one_folder_and_names_in_any_case(as_csv, tmp_path):
    data = small()
    folder = write_trial(tmp_path / "mixed", {})
    write_frame(folder / "AdSl.xpt", data["adsl"])
    write_frame(folder / "ADTTE.json", data["adtte"])
    (folder / "adae.csv.gz").write_bytes(gzip.compress(csv_bytes(data["adae"])))
    assert_same_data(as_csv, load_trial(folder))


def test_quoted_line_breaks_and_separators_are_text(tmp_path):
    data = small()
    data["adae"]["AEDECOD"] = ["one, two", "three\nfour", 'said "five"', "six"]
    trial = load_trial(write_trial(tmp_path / "t", data))
    assert list(trial.adae["AEDECOD"]) == ["one, two", "three\nfour", 'said "five"', "six"]


def test_lines_may_end_as_on_an_old_macintosh(as_csv, tmp_path):
    data = small()
    folder = write_trial(tmp_path / "other", data)
    (folder / "adsl.csv").write_bytes(csv_bytes(data["adsl"], lineterminator="\r"))
    assert_same_data(as_csv, load_trial(folder))


def test_a_stray_line_break_in_a_name_is_a_problem_not_a_traceback(tmp_path):
    findings = Findings()
    path = tmp_path / "adsl.csv"
    path.write_bytes(b"A,B\rC,D\n1,2,3\n")
    assert read_table(path, findings) is None
    assert findings.problems


def test_adlb_may_stand_in_several_files(tmp_path):
    folder = write_trial(tmp_path / "t", small())
    lab = {"USUBJID": ["P-1"], "PARAMCD": ["ALT"], "AVAL": [20.0], "AVISITN": [0]}
    pd.DataFrame(lab).to_csv(folder / "adlbc.csv", index=False)
    pd.DataFrame(lab | {"PARAMCD": ["HGB"]}).to_csv(folder / "adlbh.csv", index=False)
    assert set(load_trial(folder).adlb["PARAMCD"]) == {"ALT", "HGB"}


def test_name_before_the_ending_says_which_data_set(tmp_path):
    assert stem_and_format(tmp_path / "ADSL.CSV.gz") == ("ADSL", ".csv")
    assert stem_and_format(tmp_path / "adtte.sas7bdat") == ("adtte", ".sas7bdat")


@pytest.mark.parametrize("form", [".parquet", ".xpt", ".sas7bdat", ".json", ".csv.gz"])
@pytest.mark.parametrize("content", [b"", b"not such a file", bytes(range(256)) * 8])
def test_a_broken_file_is_a_problem_not_a_traceback(form, content, tmp_path):
    path = tmp_path / f"adsl{form}"
    path.write_bytes(content)
    findings = Findings()
    assert read_table(path, findings) is None
    assert findings.problems[0].file == path.name


def test_dataset_json_of_another_version_is_refused_by_name(tmp_path):
    folder = write_trial(tmp_path / "t", small())
    (folder / "adsl.csv").unlink()
    (folder / "adsl.json").write_text('{"clinicalData": {}}', encoding="utf-8")
    with pytest.raises(DataError, match=r"adsl.json: is not Dataset-JSON v1.1"):
        load_trial(folder)


def test_text_among_the_numbers_of_dataset_json_is_read_as_missing(tmp_path):
    data = small()
    folder = write_trial(tmp_path / "t", data)
    content = dataset_json(data["adsl"], "ADSL")
    age = [column["name"] for column in content["columns"]].index("AGE")
    content["rows"][0][age] = " NA"
    (folder / "adsl.csv").unlink()
    (folder / "adsl.json").write_text(json.dumps(content), encoding="utf-8")
    trial = load_trial(folder)
    assert trial.adsl["AGE"].isna().tolist() == [True] + [False] * 7
    assert "AGE: NA, . or the like read as missing (1 value)" in str(trial.repairs[0])


PILOT = {
    "xpt": "cdisc-pilot",
    "json": "cdisc-pilot-dataset-json",
    "parquet": "cdisc-pilot-parquet",
    "sas7bdat": "cdisc-pilot-sas7bdat",
}
needs_pilot = pytest.mark.skipif(
    not (SHARED / "adam").is_dir(), reason="the CDISC pilot's files (../shared/adam) are not here"
)


@pytest.fixture(scope="module")
def pilots(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pilots")
    return {
        form: new_trial(folder / form, SHARED / "adam" / name).trial for form, name in PILOT.items()
    }


# what the four public copies of the study store differently themselves
DIFFER = {
    ("json", "adsl"): {"BMIBLGR1"},  # blank where BMI is missing
    ("json", "adae"): {"ADURN", "ADURU"},  # derived for four more events
    ("parquet", "adsl"): {"SEX", "RACE"},  # written out in words
}


@needs_pilot
@pytest.mark.parametrize("form", ["json", "parquet", "sas7bdat"])
@pytest.mark.parametrize("name", ["adsl", "adtte", "adae"])
def test_cdisc_pilot_is_the_same_in_every_format(form, name, pilots):
    one, other = getattr(pilots["xpt"], name), getattr(pilots[form], name)
    if other is None:
        assert (form, name) == ("sas7bdat", "adae")
        return
    common = [
        column for column in one if column in other and column not in DIFFER.get((form, name), ())
    ]
    assert len(common) > 20
    order = ["USUBJID", "AESEQ"] if name == "adae" else ["USUBJID"]
    one, other = (frame[common].sort_values(order, ignore_index=True) for frame in (one, other))
    assert_frame_equal(one, other)


# analyses that need what one of two copies alone has
NEED_MORE = {
    "json": {"tipping_point", "sensitivity"},  # EOSSTT: who withdrew
    "parquet": {"laboratory", "liver", "sensitivity"},  # ADLB: its values, its visits
    "sas7bdat": {"adverse_events"},  # ADAE is in the other
}


@needs_pilot
@pytest.mark.parametrize("form", list(NEED_MORE))
def test_cdisc_pilot_gives_identical_results_in_every_format(form, pilots):
    one, other = pilots["xpt"], pilots[form]
    uneven = set(one.adsl) ^ set(other.adsl) | DIFFER.get((form, "adsl"), set())
    shown = []
    for trial in (one, other):
        found = all_results(trial)
        subgroup = found["subgroup"].str.split("=").str[0]
        left_out = found["paramcd"].isin(uneven) | subgroup.isin(uneven)
        left_out |= found["analysis"].isin(NEED_MORE[form])
        shown.append(found[~left_out].sort_values(KEY[1:], ignore_index=True))
    assert {"cox", "kaplan_meier", "rmst", "subgroup", "baseline", "disposition"} <= set(
        shown[0]["analysis"]
    )
    assert len(shown[0]) > 500
    assert_frame_equal(*shown, check_exact=True)


@needs_pilot
@pytest.mark.parametrize("form", list(PILOT))
def test_cdisc_pilot_has_the_published_numbers_at_risk(form, pilots):
    # the pilot's clinical study report, figure 14-1: days 0, 20, ..., 100
    published = {
        "Placebo": [86, 75, 65, 59, 50, 47],
        "Xanomeline Low Dose": [84, 58, 31, 20, 14, 12],
        "Xanomeline High Dose": [84, 48, 31, 14, 7, 4],
    }
    times = pilots[form].time_to_event("TTDE")
    for arm, at_risk in published.items():
        aval = times.loc[times["arm"] == arm, "AVAL"]
        assert [int((aval >= day).sum()) for day in range(0, 101, 20)] == at_risk


def loaded_with(adsl, tmp_path):
    """Return a small trial whose adsl.csv holds these bytes."""
    folder = write_trial(tmp_path / "other", small())
    (folder / "adsl.csv").write_bytes(adsl)
    return load_trial(folder)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_first_line_of_excel_names_the_separator(separator, as_csv, tmp_path):
    content = csv_bytes(small()["adsl"], sep=separator, lineterminator="\r\n")
    trial = loaded_with(f"sep={separator}\r\n".encode() + content, tmp_path)
    assert_same_data(as_csv, trial)
    assert "sep=" in str(trial.repairs[0])


def test_blank_rows_and_columns_of_a_sheet_are_left_out_and_listed(as_csv, tmp_path):
    lines = csv_bytes(small()["adsl"]).decode().splitlines()
    blank = "," * (lines[0].count(",") + 2)
    content = "\n".join([*(line + ",," for line in lines), blank, " " + blank]) + "\n"
    trial = loaded_with(content.encode(), tmp_path)
    assert_same_data(as_csv, trial)
    assert "2 blank rows left out" in "\n".join(map(str, trial.repairs))


def test_a_decimal_comma_is_known_beside_dates_with_dots(tmp_path):
    data = small()
    data["adsl"]["RANDDT"] = "31.01.2020"
    data["adsl"]["WEIGHT"] = [f"{n + 60},5" for n in range(8)]
    trial = loaded_with(csv_bytes(data["adsl"], sep=";", decimal=","), tmp_path)
    assert list(trial.adsl["WEIGHT"][:2]) == [60.5, 61.5]
    assert trial.adsl["RANDDT"].notna().all()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"PK\x03\x04rest", "is a workbook or an archive"),
        (b"<!DOCTYPE html><html></html>", "is a web page"),
        (b"", "is empty"),
        (b"a,b\nx,1,2\ny,3,4\n", "row names included"),
        (b"Study one;;;\nid;time;arm;x\n1;2;A;3\n", "names 1 of its 4 columns"),
        (b'a,b\n"x,1\ny,2\n', "a quotation mark that is not closed"),
    ],
)
def test_what_is_no_table_is_said_in_words(content, message, tmp_path):
    path = tmp_path / "adsl.csv"
    path.write_bytes(content)
    findings = Findings()
    assert read_table(path, findings) is None
    assert message in str(findings.problems[0])


def test_a_format_that_is_not_read_in_place_of_a_data_set_is_named(tmp_path):
    folder = write_trial(tmp_path / "t", small())
    (folder / "adsl.csv").unlink()
    (folder / "ADSL.xls").write_bytes(b"PK")
    with pytest.raises(DataError, match=r"ADSL.xls is there, .* or the sheet as CSV"):
        load_trial(folder)


def test_a_workbook_whose_sheets_are_data_sets_is_a_folder(tmp_path):
    from trialbook.check import check_trial

    source = tmp_path / "from" / "study.xlsx"
    source.parent.mkdir()
    with pd.ExcelWriter(source) as book:
        pd.DataFrame({"note": ["see below"]}).to_excel(book, sheet_name="About", index=False)
        for name, frame in small().items():
            frame.to_excel(book, sheet_name=name.upper(), index=False)
    for given in (source, source.parent):
        made = new_trial(tmp_path / given.name / "m", given, primary="OS").trial
        assert made.config.flat is None
        assert made.time_to_event("OS")["event"].sum() == 4
        assert len(made.adae) == 4
        assert check_trial(made.folder).ok
    assert [one.name for one in made.folder.iterdir() if one.suffix == ".xlsx"] == ["study.xlsx"]


def test_data_sets_of_which_nothing_is_made_are_said(tmp_path):
    folder = write_trial(tmp_path / "t", small() | {"adcm": small()["adae"]})
    said = [one for one in load_trial(folder).remarks if "not used" in one]
    assert said == ["Present, and not used: ADCM (concomitant medication)."]


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_the_day_of_a_time_with_an_offset_is_the_one_written(form, tmp_path):
    data = small()
    start = pd.to_datetime(["2020-01-01 23:30"] * 8).tz_localize("Asia/Tokyo")
    data["adsl"]["RANDDT"] = start if form == "parquet" else [one.isoformat() for one in start]
    trial = load_trial(write_trial(tmp_path / "t", data, form=form))
    assert set(trial.adsl["RANDDT"].astype(str)) == {"2020-01-01"}
    assert any("offset from UTC" in str(one) for one in trial.repairs)
