"""Faults that a referee found in the words, each as a kind."""

import re
import shutil
from pathlib import Path

import pytest

from tests.report.six_trials import folder_of
from trialbook import analyses
from trialbook.report import card, heading, narrative, sentences, tables
from trialbook.safe.lookup import Lookup
from trialbook.trial import load_trial

ROOT = Path(__file__).parents[2]
THREE_ARMS = ROOT / "trialbook" / "agreement" / "reference" / "three_arms"


@pytest.fixture(scope="module")
def harm(tmp_path_factory):
    trial = load_trial(folder_of("harm", tmp_path_factory.mktemp("faults") / "made"))
    results = analyses.joined([analyses.end_points(trial), analyses.sensitivity(trial)])
    return trial, Lookup(results, trial)


def planned(tmp_path, lines):
    """Return a trial of three arms with strata and this analysis, and its results."""
    folder = shutil.copytree(THREE_ARMS, tmp_path / "planned")
    config = (folder / "trial.yml").read_text(encoding="utf-8")
    (folder / "trial.yml").write_text(f"{lines}\n{config}", encoding="utf-8")
    trial = load_trial(folder)
    return trial, Lookup(analyses.end_points(trial), trial)


@pytest.mark.parametrize(
    ("lines", "model", "test", "words"),
    [
        ("", "efron", "", "hazard ratio, {hr}; 95% CI, {low} to {high}; log-rank {p}"),
        (
            "analysis: {test: stratified, model: stratified}",
            "stratified",
            "stratified",
            "stratified hazard ratio, {hr}; 95% CI, {low} to {high}; stratified log-rank {p}",
        ),
        (
            "analysis: {model: 'adjusted:full', ties: breslow}",
            "adjusted:full",
            "",
            "adjusted hazard ratio, {hr}; 95% CI, {low} to {high}; log-rank {p}",
        ),
    ],
)
def test_the_plans_analysis_is_the_headline_everywhere(tmp_path, lines, model, test, words):
    trial, lookup = planned(tmp_path, lines)
    endpoint, comparison = trial.primary, trial.comparisons[0]
    key = (endpoint.paramcd, comparison.name)
    hr, low, high = (
        lookup.text(f"{{{one}}}", "cox", *key, method=model)
        for one in ("hr", "hr_lower", "hr_upper")
    )
    p = sentences.p_phrase(lookup, "log_rank", *key, method=test)
    told = words.format(hr=hr, low=low, high=high, p=p)
    assert told in str(narrative.close_efficacy(lookup, endpoint)).replace("\\", "")
    assert card.results_card(lookup, endpoint, comparison)[0].number == hr
    cell = f"{hr} ({low} to {high})"
    for table in (tables.tbl_primary(lookup, endpoint), tables.tbl_endpoints(lookup)):
        assert cell in table.frame.to_string()
    assert heading.heading(lookup, endpoint)


def test_ties_by_the_discrete_likelihood_are_called_so(harm):
    trial, lookup = harm
    table = tables.tbl_sensitivity(lookup, trial.primary)
    labels = list(table.frame["Cox model"])
    assert "No covariates, discrete likelihood" in labels
    assert not any("ties exact" in label for label in labels)
    assert any("one of odds" in note for note in table.notes)


def test_a_column_of_p_values_holds_one_test(harm):
    trial, lookup = harm
    table = tables.tbl_sensitivity(lookup, trial.primary)
    assert [name for name in table.frame if name.startswith("P")] == ["Patients", "P (Wald)"]
    # The same ratio and interval bear the same P value.
    shown = table.frame[table.frame["P (Wald)"] != ""]
    by_ratio = shown.groupby([name for name in shown if name.startswith("HR")])["P (Wald)"]
    assert (by_ratio.nunique() == 1).all()
    notes = " ".join(tables.tbl_primary(lookup, trial.primary).notes)
    assert "One effect has several P values" in notes


def test_an_event_that_nobody_had_has_the_limit_of_a_two_sided_interval():
    trial = load_trial("data/alms")
    lookup = Lookup(analyses.adverse_events(trial), trial)
    text = str(narrative.close_safety(lookup, analyses.group_labels(trial))).replace("\\", "")
    # Clopper and Pearson's of 0 of 111 and of 115: 1 - 0.025 ** (1 / n), about 3.7 / n.
    assert "3.3 in 100 given azathioprine and 3.2 in 100 given mycophenolate" in text
    assert "3/n" not in text


def test_the_family_is_named_with_what_stands_outside_it():
    trial = load_trial("data/alms")
    results = [analyses.log_rank(trial, code) for code in trial.config.multiplicity.family]
    lookup = Lookup(analyses.joined([analyses.multiplicity(trial), *results]), trial)
    text = str(narrative.say_multiplicity(lookup))
    assert text.startswith("The family is the key secondary end points: ")
    assert "The primary end point stands outside it." in text
    notes = (ROOT / "data" / "alms" / "notes" / "efficacy.md").read_text(encoding="utf-8")
    assert re.search(r"family that is adjusted\s+on this page is this book's own", notes)


def test_differences_of_percentages_are_points_in_every_table(harm):
    trial, lookup = harm
    cells = tables.tbl_primary(lookup, trial.primary).frame
    compared = cells.iloc[:, -1]
    assert any(" points (" in cell for cell in compared)
    assert not any("%" in cell for cell in compared)


def test_a_landmark_with_few_at_risk_is_marked_and_an_unset_horizon_told(tmp_path):
    trial = load_trial(folder_of("three arms", tmp_path / "made"))
    table = tables.tbl_primary(Lookup(analyses.end_points(trial), trial), trial.primary)
    marked = [label for label in table.frame["Estimate"] if "‡" in label]
    assert [label.split("‡")[0].strip() for label in marked] == ["Free of the event at 29.9 months"]
    assert any("chosen by the data" in note for note in table.notes)
    means = [label for label in table.frame["Estimate"] if label.startswith("Mean months")]
    assert len(means) == 1, "one horizon for all comparisons"
