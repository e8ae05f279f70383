"""Our own results, read as if made elsewhere: the same tables and sentences without patients."""

import pandas as pd
import pytest

from tests.exchange.folder import folder_of_results
from trialbook import analyses
from trialbook.report import findings, narrative, tables
from trialbook.report.output import Table
from trialbook.safe.lookup import Lookup
from trialbook.trial import load_trial


@pytest.fixture(scope="module", params=["data/veteran", "trialbook/agreement/reference/three_arms"])
def both(request, tmp_path_factory):
    """Return a trial with its patients, and the same as results alone."""
    patients = load_trial(request.param)
    folder = folder_of_results(tmp_path_factory.mktemp("results"), patients)
    return patients, load_trial(folder)


def shown(trial):
    """Return what the chapters on population and efficacy show of a trial: text and tables."""
    primary = trial.primary
    flow = analyses.disposition(trial)
    follow_up = analyses.follow_up(trial, primary)
    at_start = analyses.joined([analyses.baseline(trial), analyses.distributions(trial)])
    of_all = analyses.end_points(trial)
    parts = [
        of_all,
        analyses.hazard_ratio_by_period(trial, primary),
        analyses.proportional_hazards(trial, primary),
        analyses.sensitivity(trial, primary),
        analyses.multiplicity(trial),
        analyses.composite(trial, primary),
        analyses.subgroups(trial, primary),
    ]
    numbers = Lookup(analyses.joined([flow, follow_up, at_start, *parts]), trial)
    found = [
        narrative.say_population(numbers),
        narrative.close_population(numbers, primary),
        narrative.say_landmark(numbers, primary),
        narrative.say_rmst(numbers, primary),
        narrative.say_subgroups(numbers, primary),
        narrative.say_proportional_hazards(numbers, primary, 0.05),
        narrative.close_efficacy(numbers, primary),
        findings.find_flow(numbers),
        *(findings.find_end_points(numbers, one) for one in trial.comparisons),
    ]
    found += [
        tables.tbl_baseline(numbers),
        tables.tbl_primary(numbers, primary),
        tables.tbl_endpoints(numbers),
        tables.tbl_sensitivity(numbers, primary),
        tables.tbl_proportional_hazards(numbers, primary),
        tables.tbl_disposition(numbers),
    ]
    return found


def test_the_pages_say_the_same(both):
    compared = list(zip(*map(shown, both), strict=True))
    assert sum(one is not None for one, _ in compared) > 8
    for one, other in compared:
        if isinstance(one, Table):
            pd.testing.assert_frame_equal(one.frame, other.frame)
            assert one.notes == other.notes
        else:
            assert str(one) == str(other)


def test_the_curves_are_the_same(both):
    curves = [analyses.all_curves(trial) for trial in both]
    keys = [name for name in curves[0] if name != "value"]
    ordered = [one.sort_values(keys, ignore_index=True) for one in curves]
    pd.testing.assert_frame_equal(*ordered, check_exact=True)
