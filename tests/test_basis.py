"""What a paper ties down, and what it leaves free; the marks that say so."""

import pandas as pd
import pytest

from trialbook.basis import Paper
from trialbook.escape import MARK, MARK_HTML, escape_html, escape_svg, marked_html, plain
from trialbook.report.output import without_marks
from trialbook.report.rtf import escape_rtf
from trialbook.report.table import html_table
from trialbook.trial import load_trial

HEADS = ("analysis", "paramcd", "arm", "subgroup", "level", "time", "method", "statistic")
PUBLISHED = """id,role,ard_analysis,ard_paramcd,ard_arm,ard_subgroup,ard_level,ard_time,ard_method,\
ard_statistic,ard_expect
1,target,baseline,SEX,A,,F,,,n,
2,target,baseline,SEX,B,,F,,,n,
3,unforced,cox,OS,B vs A,,,,efron,hr,
4,target,adverse_events,any,A,,,,,n,
5,target,kaplan_meier,OS,A,,,,,n_events,
6,target,kaplan_meier,OS,A,,,24,log-log,survival,
7,target,laboratory,C3,A,,3,,arithmetic,mean,
"""


class Trial:
    synthetic = True
    arms = tuple(type("Arm", (), {"code": code}) for code in "AB")
    endpoints = ()
    config = type("Config", (), {"adverse_events": {}})


def key(analysis, paramcd, arm, statistic, *, subgroup="", level="", time=None, method=""):
    return (analysis, paramcd, arm, subgroup, level, time, method, statistic)


@pytest.fixture(scope="module")
def paper(tmp_path_factory):
    trial = Trial()
    trial.published = tmp_path_factory.mktemp("paper") / "published.csv"
    trial.published.write_text(PUBLISHED)
    return Paper(trial)


@pytest.mark.parametrize(
    ("of", "free"),
    [
        # printed, whether the search aimed at it or not
        (key("baseline", "SEX", "A", "n", level="F"), False),
        (key("cox", "OS", "B vs A", "hr", method="efron"), False),
        # follows from what is printed
        (key("baseline", "SEX", "A", "percent", level="F"), False),
        (key("baseline", "SEX", "all", "n", level="F"), False),
        (key("baseline", "SEX", "B vs A", "smd", level="F"), False),
        (key("subgroup", "OS", "A", "n", subgroup="SEX=F", method="efron"), False),
        (key("kaplan_meier", "OS", "A", "n"), False),
        (key("kaplan_meier", "OS", "A", "percent"), False),
        # what was planned is not of these patients
        (key("design", "", "all", "power"), False),
        # at the start of follow-up nothing has happened
        (key("kaplan_meier", "OS", "A", "survival", time=0.0, method="log-log"), False),
        (key("curve", "OS", "A", "n_at_risk", level="kaplan_meier", time=0.0), False),
        # a place of a curve is the result that the paper prints
        (
            key("curve", "OS", "A", "survival", level="kaplan_meier", time=24.0, method="log-log"),
            False,
        ),
        (key("curve", "C3", "A", "mean", level="laboratory", time=3.0, method="arithmetic"), False),
        (key("curve", "C3", "A", "mean", level="laboratory", time=0.0, method="arithmetic"), True),
        (key("curve", "OS", "A", "n_events", level="kaplan_meier", time=24.0), True),
        # free
        (key("cox", "OS", "B vs A", "hr", method="stratified"), True),
        (key("kaplan_meier", "OS", "A", "survival", time=12.0, method="log-log"), True),
        (key("baseline", "SEX", "A", "n", level="M"), True),
        (key("kaplan_meier", "OS", "B", "percent"), True),
        # of one arm alone the paper prints the count
        (key("adverse_events", "any", "B vs A", "risk_difference", method="newcombe"), True),
    ],
    ids=str,
)
def test_a_number_is_free_unless_printed_or_computed_from_what_is(paper, of, free):
    assert paper.leaves_free(of) == free


def test_without_a_paper_nothing_is_free():
    trial = Trial()
    trial.published = None
    assert not Paper(trial)
    assert not Paper(trial).leaves_free(key("cox", "OS", "B vs A", "hr"))


@pytest.mark.parametrize("folder", ["data/gbsg2", "data/veteran"])
def test_other_books_have_no_marks(folder):
    assert not Paper(load_trial(folder))


def test_a_mark_shows_where_it_is_meant_to_and_nowhere_else():
    text = f"81.0%{MARK} free"
    assert plain(text) == escape_html(text) == "81.0% free"
    assert escape_svg(text) == "81.0%† free"
    assert marked_html(text) == f"81.0%{MARK_HTML} free"
    assert escape_rtf(f"81.0%{MARK}") == r"81.0%{\super \u8224?}"


def test_an_invisible_letter_in_data_is_no_mark():
    assert MARK_HTML not in marked_html(f"Active{MARK} drug")


def test_a_table_marks_its_cells_and_its_files_keep_pure_numbers():
    frame = pd.DataFrame({"Row": ["a", "b"], "A": [f"84.2%{MARK} (75.5% to 90.0%)", "36 (32.4)"]})
    table = html_table(frame, name="t", caption="T")
    assert table.html.count(MARK_HTML) == 1
    assert f'84.2%{MARK_HTML} <span class="tb-ci">(75.5% to 90.0%)</span>' in table.html
    left = without_marks(table.frame)
    assert list(left["A"]) == ["84.2% (75.5% to 90.0%)", "36 (32.4)"]
    assert list(left["in_paper"]) == ["not: A", ""]


def test_a_table_without_marks_has_no_column_of_them():
    frame = pd.DataFrame({"Row": ["a"], "A": ["1"]})
    assert list(without_marks(frame)) == ["Row", "A"]
