"""The planned analysis: trial.yml lays it down, and its rows are where it says."""

import numpy as np
import pytest

from tests.analyses.tiny import patients, times
from trialbook import analyses
from trialbook.adam.problems import Findings
from trialbook.adam.trial_yml import parse_trial_yml
from trialbook.analyses.planned import planned, planned_model

TRIAL = """
arms: [{code: A}, {code: B}]
endpoints: [{paramcd: X}, {paramcd: Y}]
"""


@pytest.fixture
def stratified(write_trial):
    rng = np.random.default_rng(5)
    adsl = patients("AB" * 30, SEX=list("FFMMMF" * 10), AGE=rng.normal(50, 9, 60).round())
    adtte = times(adsl, rng.integers(1, 40, 60), rng.integers(0, 2, 60))

    def of(**analysis):
        return write_trial(adsl, adtte, strata=["SEX"], analysis=analysis, models={
            "age": {"endpoint": "EVENT", "covariates": ["AGE"]}})  # fmt: skip

    return of


@pytest.mark.parametrize("model", ["unstratified", "stratified", "adjusted:age"])
def test_the_planned_model_is_a_row_and_the_fit_that_other_analyses_take(stratified, model):
    trial = stratified(test="stratified", model=model, ties="breslow")
    plan = planned(trial)
    assert plan.test == "stratified"
    assert plan.model == ("breslow" if model == "unstratified" else model)
    rows = analyses.cox(trial)
    row = rows[(rows["method"] == plan.model) & (rows["statistic"] == "hr") & (rows["level"] == "")]
    fit = planned_model(trial, trial.time_to_event("EVENT"), trial.comparisons[0])
    assert row["value"].tolist() == pytest.approx([fit.hr[0]])
    assert fit.ties == "breslow"
    tests = analyses.log_rank(trial)
    assert (tests["method"] == plan.test).any()


def test_the_first_ties_are_the_plans_and_a_chapter_may_ask_for_others(stratified):
    trial = stratified(ties="exact")
    assert planned(trial).model == "exact"
    assert planned(trial, "efron").model == "efron"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("analysis: {test: stratified}", "is stratified, and no strata are named"),
        ("analysis: {model: adjusted:age}", "age is no model"),
        ("analysis: {model: adjust}", "must be unstratified, stratified or adjusted:NAME"),
        ("multiplicity: {family: [X, Z]}", "Z is no end point"),
        ("multiplicity: {family: [X, Y], order: [X]}", "is not an order of the family"),
        ("multiplicity: {graph: {weights: {X: 0.7, Y: 0.6}}}", "add up to more than 1"),
        ("multiplicity: {graph: {weights: {X: 1, Y: 0}, edges: [[X, X, 1]]}}", "to itself"),
        ("multiplicity: {methods: [holm]}", "must name a family"),
        ("{objective: noninferiority, margin: {hr: 1}}"[1:-1].replace(", ", "\n", 1), "no margin"),
        ("margin: {difference: 0.1}", "needs its time"),
        ("margin: {time: 3}", "must hold either"),
    ],
)
def test_a_plan_that_contradicts_itself_is_refused(wrong, said):
    findings = Findings()
    assert parse_trial_yml(TRIAL + wrong, findings, "tiny") is None
    assert any(said in problem.rule for problem in findings.problems), findings.problems


@pytest.mark.parametrize(
    ("event", "given", "margin", "difference"),
    [
        ("unfavourable", "1.3", 1.3, None),
        ("unfavourable", "{hr: 0.8}", 1.25, None),
        ("favourable", "{hr: 1.25}", 0.8, None),
        ("unfavourable", "{difference: 0.1, time: 365}", None, (-0.1, 365)),
        ("favourable", "{difference: 0.1, time: 365}", None, (0.1, 365)),
    ],
)
def test_a_margin_lies_where_the_treated_do_worse(write_trial, event, given, margin, difference):
    import yaml

    adsl = patients("AABB")
    trial = write_trial(
        adsl, times(adsl, [1, 2, 3, 4], [0, 0, 0, 1]), objective="noninferiority",
        margin=yaml.safe_load(given),
        endpoints=[{"paramcd": "EVENT", "role": "primary", "event": event}],
    )  # fmt: skip
    assert trial.margin == (None if margin is None else pytest.approx(margin))
    assert trial.margin_difference == difference


def test_the_older_words_of_an_estimand_are_read():
    text = TRIAL.replace("paramcd: X", "paramcd: X, estimand: {withdrawal: censored, "
                         "intercurrent: {death: Treatment policy}}")  # fmt: skip
    findings = Findings()
    estimand = parse_trial_yml(text, findings, "tiny").endpoints[0].estimand
    assert estimand.missing == "censored"
    assert estimand.intercurrent[0].strategy == "treatment_policy"
