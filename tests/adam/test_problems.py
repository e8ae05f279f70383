"""Every broken folder is refused, with file, variable, rule, count, examples and what to do."""

import pickle

import pytest

from tests.adam import dictionary
from tests.adam.broken import BROKEN, PAGE, Broken, at, page
from tests.adam.folders import small, write_trial
from trialbook.adam.problems import DataError, Problem
from trialbook.check import check_trial
from trialbook.trial import load_trial


def test_the_small_trial_itself_is_in_order(tmp_path):
    trial = load_trial(write_trial(tmp_path / "small", small()))
    assert trial.repairs == ()


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.what)
def test_broken_folder_is_refused_in_plain_words(broken):
    assert broken.says in broken.message()


def test_the_page_of_messages_is_what_the_tests_give():
    assert PAGE.read_text(encoding="utf-8") == page(), "write it: python -m tests.adam.broken"


def test_the_data_dictionary_is_what_the_schemas_and_the_model_say():
    text = dictionary.PAGE.read_text(encoding="utf-8")
    assert text == dictionary.page(), "write it: python -m tests.adam.dictionary"


def test_all_that_is_wrong_in_all_files_comes_at_once(tmp_path):
    data = at("adsl", "AGE", {0: "old"})(small())
    data = at("adtte", "CNSR", {0: "?"})(data)
    data = at("adae", "AESER", {1: "grave"})(data)
    folder = write_trial(tmp_path / "small", data, {"horizon": "far"})
    with pytest.raises(DataError) as error:
        load_trial(folder)
    files = [problem.file for problem in error.value.problems]
    assert [file.split(",")[0] for file in files] == [
        "trial.yml", "adsl.csv", "adtte.csv", "adae.csv",
    ]  # fmt: skip


def test_a_problem_names_the_first_few_patients_and_counts_all(tmp_path):
    broken = Broken("", "", at("adtte", "AVAL", dict.fromkeys(range(8), -1)))
    with pytest.raises(DataError) as error:
        load_trial(broken.write(tmp_path / "small"))
    (problem,) = error.value.problems
    assert problem.n == 8
    assert problem.examples == tuple(f"P-{number} OS" for number in range(1, 6))
    assert "..." in str(problem)


def test_check_reports_without_raising(tmp_path):
    report = check_trial(Broken("", "", at("adtte", "AVAL", {0: -1})).write(tmp_path / "small"))
    assert not report.ok
    assert str(report).startswith("1 problem in small\n")
    assert check_trial(write_trial(tmp_path / "good", small())).ok


def test_a_missing_folder_is_a_problem():
    with pytest.raises(DataError, match="is no folder"):
        load_trial("no/such/trial")


def test_a_data_error_crosses_processes_whole():
    error = DataError([Problem("adsl.csv", "AGE", "is wrong", 3, ("a", "b"), "mend it")], "x")
    again = pickle.loads(pickle.dumps(error))
    assert again.problems == error.problems
    assert str(again) == str(error)


def test_one_data_set_in_two_files_is_refused(tmp_path):
    folder = write_trial(tmp_path / "small", small())
    small()["adsl"].to_parquet(folder / "adsl.parquet")
    with pytest.raises(DataError, match=r"ADSL stands in several files: adsl.csv, adsl.parquet"):
        load_trial(folder)


def test_rows_of_another_width_are_refused(tmp_path):
    folder = write_trial(tmp_path / "small", small())
    with (folder / "adsl.csv").open("a") as file:
        file.write("S,P-9\n")
    with pytest.raises(DataError, match="a row must have the 11 columns of the first line"):
        load_trial(folder)
