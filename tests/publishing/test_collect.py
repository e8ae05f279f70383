"""The numbers of all chapters in one file: each key once, and what readers may see of them."""

import csv
import io
import json

import numpy as np
import pytest

from trialbook.messages import ChapterError
from trialbook.publishing.collect import collected, results_csv, seen
from trialbook.results import COLUMNS, CURVE, SEEN, WITHHELD


def row(**cells):
    return [cells.get(name, "") for name in [*COLUMNS, SEEN]]


def notebook(*rows):
    """Return an executed chapter that glued these rows."""
    table = json.dumps({"columns": [*COLUMNS, SEEN], "data": [list(one) for one in rows]})
    output = {
        "metadata": {"scrapbook": {"name": "results:one"}},
        "data": {"application/papermill.record/text/plain": [repr(table)]},
    }
    return json.dumps({"cells": [{"outputs": [output]}]})


def read(text):
    return list(csv.DictReader(io.StringIO(text)))


HR = row(analysis="cox", statistic="hr", value=0.1 + 0.2, printed="0.30", shown="0.30", seen=0.3)
HIDDEN = row(analysis="count", statistic="n", value=3.0, printed="3", state=WITHHELD, shown="<5",
             seen=None)  # fmt: skip
UNNAMED = row(analysis="count", statistic="rare", value=1.0, printed="1", state=WITHHELD)
DRAWN = row(analysis=CURVE, statistic="survival", time=12.0, value=1, printed="=1+1", shown="=1+1",
            seen=1)  # fmt: skip
ALL = {"one": notebook(HR, UNNAMED), "two": notebook(HIDDEN, DRAWN)}


def test_every_number_stands_at_full_precision_and_a_curve_by_itself():
    files = results_csv(collected(ALL))
    numbers, drawn = read(files["ard.csv"]), read(files["curves.csv"])
    assert [one["statistic"] for one in numbers] == ["n", "rare", "hr"]
    assert [float(one["value"]) for one in numbers] == [3.0, 1.0, 0.1 + 0.2]
    assert [one["time"] for one in drawn] == ["12"]
    assert drawn[0]["printed"] == "'=1+1"  # no formula to a spreadsheet


def test_readers_see_no_more_than_was_decided():
    found = {one["statistic"]: one for one in read(results_csv(seen(collected(ALL)))["ard.csv"])}
    assert set(found) == {"hr", "n"}
    assert (found["hr"]["value"], found["hr"]["printed"]) == ("0.3", "0.30")
    assert (found["n"]["value"], found["n"]["printed"]) == ("", "<5")


def test_two_results_of_one_key_are_refused():
    twice = {"one": notebook(HR), "two": notebook([*HR[:9], np.pi, *HR[10:]])}
    with pytest.raises(ChapterError, match="the same key: analysis=cox, statistic=hr"):
        collected(twice)
