"""Of a trial of which a file tells little, the pages say that little, and nothing untrue."""

import pandas as pd
import pytest

from tests.exchange.folder import HERE, folder_with, the_cards
from trialbook import analyses
from trialbook.report import figures, narrative, tables
from trialbook.report.answer import lead
from trialbook.report.sentences import how_many
from trialbook.safe.lookup import Lookup
from trialbook.trial import load_trial

ONE_RATIO = """\
id: tiny
title: A single hazard ratio
privacy: public
randomized: "yes"
time: {unit: months, show: months}
arms:
  - {code: A, label: Old drug}
  - {code: B, label: New drug}
endpoints:
  - {paramcd: OS, label: death, plural: deaths, role: primary}
"""
ROWS = [("hr", "0.68"), ("hr_lower", "0.5"), ("hr_upper", "0.92")]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    of = {"group1_level": "B vs A", "variable": "OS", "context": "cox", "method": "efron"}
    cards = pd.DataFrame([of | {"stat_name": name, "stat": text} for name, text in ROWS])
    return load_trial(folder_with(tmp_path_factory.mktemp("tiny"), cards, ONE_RATIO))


def lookup_of(trial):
    primary = trial.primary
    flow = [analyses.disposition(trial), analyses.follow_up(trial, primary)]
    ratios = [
        analyses.hazard_ratio_by_period(trial, primary),
        analyses.proportional_hazards(trial, primary),
        analyses.sensitivity(trial, primary),
    ]
    described = analyses.baseline(trial)
    return Lookup(analyses.joined([analyses.end_points(trial), described, *flow, *ratios]), trial)


def test_a_hazard_ratio_alone_is_the_answer(tiny):
    numbers = lookup_of(tiny)
    said = lead(numbers, tiny.primary).html
    assert "0.68" in said and "0.50 to 0.92" in said
    assert "NE" not in said
    closing = str(narrative.close_efficacy(numbers, tiny.primary))
    assert "0.68" in closing and "cannot be estimated" not in closing


def test_what_is_not_told_is_not_said(tiny):
    numbers = lookup_of(tiny)
    assert how_many(tiny) == "A number, not given, of"
    assert narrative.say_population(numbers) is None
    assert narrative.say_follow_up(numbers, tiny.primary) is None
    assert narrative.say_proportional_hazards(numbers, tiny.primary) is None
    assert figures.plot_flow_of_patients(numbers) is None
    assert tables.tbl_baseline(numbers) is None
    headings = list(tables.tbl_primary(numbers, tiny.primary).frame)
    assert not any("N=0" in one for one in headings)


def test_no_value_is_called_known_that_no_file_counts():
    numbers = lookup_of(load_trial(HERE))
    table = tables.tbl_baseline(numbers)
    assert not any("No value is missing" in note for note in table.notes)
    assert not any("SMD" in column for column in table.frame)


def test_missing_values_that_are_counted_are_told(tmp_path):
    cards = the_cards()
    of = {"group1": "TRT01P", "variable": "AGE", "context": "missing", "stat_name": "N_miss"}
    arms = ("Placebo", "Low dose", "High dose")
    more = pd.DataFrame([of | {"group1_level": arm, "stat": "2"} for arm in arms])
    trial = load_trial(folder_with(tmp_path, pd.concat([cards, more]).fillna("")))
    table = tables.tbl_baseline(lookup_of(trial))
    assert table.frame["Missing"].tolist()[0] == "6"


def test_patients_and_events_are_those_of_the_model():
    trial = load_trial(HERE)
    told = tables.tbl_primary(lookup_of(trial), trial.primary).frame
    first = told.iloc[0].tolist()
    assert first[1:4] == ["70 (71.4)", "70 (69.3)", "46 (46.0)"]
