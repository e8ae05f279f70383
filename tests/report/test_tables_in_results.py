"""Every number that a table shows stands in the results, as it is printed there.

All numbers of a cell must be found among the printed values of one line of the results: the same
analysis, variable, arm, subgroup, category and time.
"""

import json
import re
from collections import defaultdict

import pytest

from tests.report.test_any_trial import ROOT, run
from trialbook.report import output
from trialbook.report.output import Table

NUMBER = re.compile(r"[−-]?\d[\d,]*(?:\.\d+)?|∞")
# Tables of words: what the design says, not what was computed.
WORDS = {"question", "endpoint-definitions", "estimands"}
# columns that say what a line is of, rather than what came out
NAMING = {"group", "Part of the follow-up"}
TRIALS = {
    "alms": "data/alms",
    "gbsg2": "data/gbsg2",
    "three arms": "trialbook/agreement/reference/three_arms",
}
CHAPTERS = ["design", "population", "efficacy", "safety"]


def numbers(text):
    return [found.replace(",", "").replace("-", "−") for found in NUMBER.findall(text)]


def shown_and_printed(chapter, trial, monkeypatch):
    """Return the tables that a chapter shows, and the printed numbers of each line of results."""
    tables, published = {}, []
    rendered = Table._repr_html_

    def kept(table):
        tables[table.name] = table
        return rendered(table)

    def glued(name, value, display=False):
        if name.startswith("results:"):
            published.append(json.loads(value))

    monkeypatch.setattr(Table, "_repr_html_", kept)
    monkeypatch.setattr(output, "_glue", glued)
    run(chapter, trial)
    lines = defaultdict(set)
    (results,) = published
    columns = results["columns"]
    for row in results["data"]:
        of = dict(zip(columns, row, strict=True))
        line = tuple(
            str(of[name]) for name in ("analysis", "paramcd", "arm", "subgroup", "level", "time")
        )
        lines[line] |= set(numbers(of["printed"]))
    return tables, list(lines.values())


def unfound(table, lines):
    """Return the cells of a table with a number that no line of the results has."""
    columns = [column for column in table.frame if column not in NAMING]
    cells = [
        (column, cell)
        for column in columns[1:]
        for cell in table.frame[column].dropna().astype(str)
    ]
    return [
        (column, cell)
        for column, cell in cells
        if numbers(cell) and not any(line.issuperset(numbers(cell)) for line in lines)
    ]


@pytest.mark.slow
@pytest.mark.parametrize("chapter", CHAPTERS)
@pytest.mark.parametrize("name", TRIALS)
def test_every_number_of_a_table_is_in_the_results(name, chapter, monkeypatch):
    tables, lines = shown_and_printed(chapter, ROOT / TRIALS[name], monkeypatch)
    missing = {
        name: found
        for name, table in tables.items()
        if name not in WORDS and (found := unfound(table, lines))
    }
    assert missing == {}


def test_population_of_three_arms_in_the_results(monkeypatch):
    tables, lines = shown_and_printed("population", ROOT / TRIALS["three arms"], monkeypatch)
    assert tables
    assert not [found for table in tables.values() if (found := unfound(table, lines))]


def test_a_number_that_is_not_in_the_results_is_found_out(monkeypatch):
    tables, lines = shown_and_printed("population", ROOT / TRIALS["three arms"], monkeypatch)
    table = next(iter(tables.values()))
    changed = table.frame.copy()
    changed.iloc[0, 1] = "3.14159 (2.71)"
    table = Table(table.html, table.name, changed)
    assert unfound(table, lines) == [(changed.columns[1], "3.14159 (2.71)")]
