"""Files that are cut, grow beyond bounds, lead out of the folder or have odd names: a sentence."""

import bz2
import gzip
import io
import os
import time
import zipfile
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat
import pytest

from tests.adam.folders import SHARED, small, write_trial
from trialbook.adam import content
from trialbook.adam.content import content_of
from trialbook.adam.problems import Findings
from trialbook.adam.table import UnreadableError
from trialbook.adam.trial_yml import parse_trial_yml, read_trial_yml
from trialbook.check import check_trial
from trialbook.trial import load_trial


def said(folder: Path) -> str:
    """Return what check says of a folder that is not in order."""
    report = check_trial(folder)
    assert not report.ok
    return str(report)


@pytest.mark.parametrize("version", [5, 8])
def test_an_xpt_cut_anywhere_is_refused(version, tmp_path):
    frame = pd.DataFrame({"USUBJID": [f"P{i}" for i in range(20)], "AVAL": range(20),
                          "PARAM": ["a" * (i % 9) for i in range(20)]})  # fmt: skip
    path = tmp_path / "adlb.xpt"
    pyreadstat.write_xport(frame, str(path), file_format_version=version)
    whole = path.read_bytes()
    assert content_of(path) == whole
    for size in range(90, len(whole), 37):
        if version == 5 and size % 80 == 0:
            continue  # where a row ends with its record, nothing tells
        path.write_bytes(whole[:size])
        with pytest.raises(UnreadableError, match="is not complete"):
            content_of(path)


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs ../shared")
def test_real_xpt_files_are_whole():
    files = [*SHARED.glob("adam/**/*.xpt")]
    assert files
    for path in files:
        content_of(path)


def packed(what: str, path: Path) -> None:
    zeros = b"0" * 3_000_000
    if what == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("sheet1.xml", zeros)
    elif what == "parquet":
        pq.write_table(pa.table({"a": pa.array([1.0] * len(zeros))}), path)
    else:
        path.write_bytes({"gz": gzip, "rds": gzip, "rda": bz2}[what].compress(zeros))


@pytest.mark.parametrize(
    ("name", "what"),
    [("adsl.csv.gz", "gz"), ("adsl.rds", "rds"), ("adsl.rda", "rda"), ("adsl.xlsx", "zip"),
     ("adsl.parquet", "parquet")],
)  # fmt: skip
def test_a_file_that_grows_beyond_a_limit_is_refused(name, what, tmp_path, monkeypatch):
    packed(what, tmp_path / name)
    content_of(tmp_path / name)  # 3 MB are no harm
    monkeypatch.setattr(content, "ALWAYS_TAKEN", 1_000_000)
    with pytest.raises(UnreadableError, match="grows more than 100 times"):
        content_of(tmp_path / name)


def test_data_that_are_alike_row_by_row_may_grow_much(tmp_path):
    text = io.StringIO()
    pd.concat([small()["adsl"]] * 20_000).to_csv(text)
    (tmp_path / "adsl.csv.gz").write_bytes(gzip.compress(text.getvalue().encode()))
    assert len(content_of(tmp_path / "adsl.csv.gz")) == len(text.getvalue())


@pytest.mark.parametrize("where", ["adae.csv", "notes", "deep/er/x.csv"])
def test_a_link_out_of_the_folder_is_refused(where, tmp_path):
    folder = write_trial(tmp_path / "t", small())
    outside = tmp_path / "outside"
    outside.mkdir()
    link = folder / where
    link.parent.mkdir(parents=True, exist_ok=True)
    link.unlink(missing_ok=True)
    link.symlink_to(outside)
    assert f"{where}: is a link that leads out of the trial's folder" in said(folder)


def test_links_inside_the_folder_and_to_the_folder_are_followed(tmp_path):
    folder = write_trial(tmp_path / "t", small())
    (folder / "adae.csv").rename(folder / "adae-2024.txt")
    (folder / "adae.csv").symlink_to("adae-2024.txt")
    (folder / "loop").symlink_to("loop")
    (tmp_path / "link").symlink_to(folder)
    assert len(load_trial(tmp_path / "link").adae) == 4


def test_a_name_that_is_not_utf8_is_refused(tmp_path):
    folder = write_trial(tmp_path / "t", small())
    try:
        os.mkdir(os.fsencode(folder) + b"/n\xffotes")  # noqa: PTH102 -- pathlib takes no bytes
    except OSError:
        pytest.skip("this file system takes no such name")
    text = said(folder)
    assert "n\\xffotes: has a name that is not UTF-8" in text
    text.encode()


DEEP = {
    "brackets": "[" * 100_000,
    "closed brackets": "title: " + "[" * 50_000 + "]" * 50_000,
    "braces": "{a: " * 40_000,
    "lines": "[\n" * 50_000,
    "keys": "".join(" " * i + f"a{i}:\n" for i in range(600)),
    "dashes": "- " * 90_000,
    "many keys": "".join(f"k{i}: 1\n" for i in range(20_000)),
    "many items": "arms: [" + "1," * 90_000 + "]",
    "many mistakes": "title: a\n" + "".join(f"k{i}: 1\n" for i in range(2_000)),
    "too large": "# \n" * 100_000,
}


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP)
def test_a_trial_yml_nested_or_long_beyond_all_need_is_refused_at_once(text, tmp_path):
    (tmp_path / "trial.yml").write_text(text, encoding="utf-8")
    began = time.process_time()
    findings = Findings()
    assert read_trial_yml(tmp_path, findings) is None
    assert time.process_time() - began < 1
    assert 0 < len(findings.problems) < 30


def test_a_trial_yml_as_deep_as_it_may_be_is_read():
    findings = Findings()
    parse_trial_yml("title: t\nx: " + "[" * 10 + "]" * 10, findings)
    assert [problem.rule for problem in findings.problems if "deep" in problem.rule] == []


LAB = "USUBJID,PARAMCD,PARAM,AVISIT,ADY,AVAL\n"


def laboratory(rows: list[str], tmp_path: Path, header: str = LAB):
    folder = write_trial(tmp_path / "t", small())
    (folder / "adlb.csv").write_text(header + "\n".join(rows) + "\n", encoding="utf-8")
    trial = load_trial(folder)
    return trial, " ".join([*map(str, trial.repairs), *trial.remarks])


def test_visits_without_numbers_take_those_of_their_names(tmp_path):
    names = [("Baseline", 1), ("Month 3", 90), ("Month 12", 360)]
    trial, told = laboratory([f"P-1,ALT,ALT,{v},{d},9" for v, d in names], tmp_path)
    assert trial.adlb["AVISITN"].tolist() == [0, 3, 12]
    assert "AVISITN: taken from AVISIT (3 values)" in told


def test_visits_whose_names_do_not_count_are_in_the_order_of_their_days(tmp_path):
    names = [("End", 360), ("Start", 1), ("Week 2", 14), ("Month 2", 60), ("", 5)]
    trial, told = laboratory([f"P-1,ALT,ALT,{v},{d},9" for v, d in names], tmp_path)
    assert trial.adlb["AVISITN"].tolist()[:4] == [3, 0, 1, 2]
    assert trial.adlb["AVISITN"].isna().tolist()[4]
    assert "in the order of ADY (4 values)" in told


def test_visits_in_no_order_leave_out_adlb_and_say_so(tmp_path):
    header = "USUBJID,PARAMCD,PARAM,AVISIT,AVAL\n"
    trial, told = laboratory(["P-1,ALT,ALT,Start,9", "P-1,ALT,ALT,End,8"], tmp_path, header)
    assert trial.adlb is None
    assert "ADLB is left out" in told
