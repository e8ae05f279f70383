"""Cards as R and SAS write them down: the same results whatever the file looks like."""

import json

import pandas as pd
import pytest

from tests.exchange.folder import HERE, folder_with, the_cards
from trialbook.adam.problems import Findings
from trialbook.exchange.files import read_file
from trialbook.exchange.reading import table
from trialbook.kinds import STATISTICS
from trialbook.results import IN_WORDS
from trialbook.trial import DataError, load_trial

TEXT = (HERE / "trial.yml").read_text()


@pytest.fixture(scope="module")
def as_csv():
    return load_trial(HERE).given.rows


def loaded(tmp_path, content):
    (tmp_path / "trial.yml").write_text(TEXT)
    (tmp_path / "cards.json").write_text(json.dumps(content))
    return load_trial(tmp_path).given.rows


def number(text):
    """Return a cell as JSON would hold it: a number where it is one."""
    try:
        return float(text)
    except ValueError:
        return text


def same(found, wanted):
    keys = [name for name in wanted if name != "value"]
    found, wanted = (one.sort_values(keys, ignore_index=True) for one in (found, wanted))
    pd.testing.assert_frame_equal(found, wanted, check_exact=False, rtol=1e-12)


def rows_of(cards):
    """Return rows as jsonlite writes a data frame of list columns: each cell a list of one."""
    lists = ("stat", "group1_level", "group2_level", "variable_level")
    return [
        {name: [number(cell)] if name in lists else cell for name, cell in row.items() if cell}
        | {"warning": {}, "error": {}, "fmt_fun": ["function(x) x"]}
        for row in cards.to_dict("records")
    ]


def test_a_list_of_rows_is_the_same(tmp_path, as_csv):
    same(loaded(tmp_path, rows_of(the_cards())), as_csv)


def test_a_map_of_columns_is_the_same(tmp_path, as_csv):
    cards = the_cards()
    columns = {name: [number(x) if name == "stat" else x for x in cards[name]] for name in cards}
    same(loaded(tmp_path, columns), as_csv)


def nested(cards):
    """Return rows as ``as_nested_list()`` gives them: name and value by turns."""
    whole = {}
    groups = ("group1", "group1_level", "group2", "group2_level")
    for row in cards.to_dict("records"):
        node = whole
        for name in ("variable", "variable_level", *groups, "stat_name"):
            if row[name]:
                node = node.setdefault(name, {}).setdefault(row[name], {})
        node |= {"stat": [number(row["stat"])], "stat_fmt": [row["stat"]], "warning": {},
                 "error": {}, "context": [row["context"]]}  # fmt: skip
    return whole


def test_a_nested_list_is_the_same(tmp_path, as_csv):
    # it has no room for a column paramcd: what tells its end point by a group, or needs none
    cards = the_cards()
    cards = cards[(cards["paramcd"] == "") | (cards["context"] == "survival")]
    paramcd = cards["paramcd"] != ""
    grouped = {"group2": "PARAMCD", "group2_level": cards["paramcd"]}
    cards = cards.assign(**{k: cards[k].mask(paramcd, v) for k, v in grouped.items()})
    found = loaded(tmp_path, nested(cards))
    wanted = load_trial(folder_with_csv(tmp_path, cards)).given.rows
    assert len(found) > 200
    same(found, wanted)


def folder_with_csv(tmp_path, cards):
    folder = tmp_path / "csv"
    folder.mkdir()
    return folder_with(folder, cards.drop(columns="paramcd"))


def test_capitals_of_sas_are_the_same(tmp_path, as_csv):
    cards = the_cards().rename(columns=str.upper)
    same(load_trial(folder_with(tmp_path, cards)).given.rows, as_csv)


def test_what_r_writes_for_missing_is_nothing(tmp_path, as_csv):
    cards = the_cards()
    texts = [name for name in cards if name != "stat"]
    cards[texts] = cards[texts].replace("", "NA")
    same(load_trial(folder_with(tmp_path, cards)).given.rows, as_csv)


def test_older_names_are_the_same(tmp_path, as_csv):
    older = {"summary": "continuous", "tabulate": "categorical"}
    cards = the_cards().replace({"context": older})
    same(load_trial(folder_with(tmp_path, cards)).given.rows, as_csv)


@pytest.mark.parametrize(
    ("content", "told"),
    [("{", "cannot be read as JSON"), ("[1, 2]", "no shape"), ('{"a": 1}', "no shape"),
     ('{"stat_name": ["n"], "stat": [1, 2], "variable": ["A"]}', "different lengths")],
)  # fmt: skip
def test_json_that_is_none_is_refused(tmp_path, content, told):
    (tmp_path / "trial.yml").write_text(TEXT)
    (tmp_path / "cards.json").write_text(content)
    with pytest.raises(DataError, match=told):
        load_trial(tmp_path)


def test_a_file_of_another_encoding_is_refused(tmp_path):
    file = tmp_path / "cards.csv"
    file.write_bytes("variable,stat_name,stat\nGröße,n,1\n".encode("latin-1"))
    findings = Findings()
    assert read_file(file, findings) is None
    assert "UTF-8" in str(findings.problems[0])


def test_the_table_leads_to_statistics_of_the_book():
    for (context, name), (ours, factor) in table().items():
        assert context not in IN_WORDS  # or a row of ours would be taken for one of theirs
        assert ours in STATISTICS or ours == "" or context == "regression", (context, name)
        assert factor in (1.0, 100.0)


def test_every_statistic_without_a_name_of_ours_says_why():
    from trialbook.exchange import reading

    lines = (reading.Path(reading.__file__).parent / "statistics.csv").read_text().splitlines()
    for line in lines[1:]:
        context, name, ours, *_, why = line.split(",", 4)
        assert ours or why, (context, name)
