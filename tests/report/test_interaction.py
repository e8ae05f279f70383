"""A test of interaction says so where it rests on few events."""

import pytest

from trialbook import analyses
from trialbook.agreement.estimators import REFERENCE
from trialbook.report.interaction import interaction_said
from trialbook.safe.lookup import Lookup
from trialbook.trial import load_trial


@pytest.mark.parametrize(
    ("paramcd", "arm", "few"), [("OS", 0, False), ("RARE", 0, True), ("RARE", 1, None)]
)
def test_few_events_are_said(paramcd, arm, few):
    """Of RARE the high dose has no event: nothing is identified, and nothing is said."""
    trial = load_trial(REFERENCE / "three_arms")
    lookup = Lookup(analyses.subgroups(trial, paramcd), trial)
    said = interaction_said(lookup, trial.endpoint(paramcd), trial.comparisons[arm], "SEX")
    assert said == "" if few is None else said.startswith("P") and ("few events" in said) == few
