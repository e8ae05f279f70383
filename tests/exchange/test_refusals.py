"""What would take a guess that could turn an effect round is refused, with what to do."""

import math

import pandas as pd
import pytest

from tests.exchange.folder import HERE, PFS, folder_with, the_cards, value
from trialbook.trial import DataError, load_trial

TEXT = (HERE / "trial.yml").read_text()
COX = "regression"


def loaded(tmp_path, cards, more=""):
    return load_trial(folder_with(tmp_path, cards, TEXT + more))


def whys(trial, **key):
    unplaced = trial.given.unplaced
    for name, wanted in key.items():
        unplaced = unplaced[unplaced[name] == wanted]
    return " ".join(unplaced["why"].unique())


def without(cards, context, *names):
    return cards[~((cards["context"] == context) & cards["stat_name"].isin(names))]


def the_ratio():
    """Return the hazard ratio of the primary end point as the example's file has it."""
    cards = the_cards()
    of = (cards["context"] == COX) & (cards["paramcd"] == "PFS") & (cards["group1"] == "")
    of &= (cards["variable_level"] == "High dose") & (cards["stat_name"] == "estimate")
    return float(cards.loc[of, "stat"].item())


def no_reference(cards):
    """Return the cards of models without the row of the reference."""
    rows = (cards["context"] == COX) & (cards["variable_level"] == "Placebo")
    return without(cards[~rows], COX, "reference_row")


def test_a_direction_that_is_not_told_is_refused(tmp_path):
    trial = loaded(tmp_path, no_reference(the_cards()))
    assert "with which arm it compares" in whys(trial, context=COX)
    rows = trial.given.rows
    assert not (rows["analysis"] == "cox").any()
    assert set(rows.loc[rows["analysis"] == "subgroup", "statistic"]) == {"n", "n_events"}


def test_a_direction_that_trial_yml_tells_is_taken(tmp_path):
    trial = loaded(tmp_path, no_reference(the_cards()), "results: {reference: PBO}\n")
    assert value(trial, "hr", *PFS, method="efron") < 1


def test_a_ratio_the_other_way_round_is_turned_over(tmp_path):
    # the same model with the high dose as its reference: placebo over high dose
    cards = the_cards()
    model = (cards["context"] == COX) & (cards["paramcd"] == "PFS") & (cards["group1"] == "")
    rows = cards[model & (cards["variable_level"] == "High dose")]
    told = dict(zip(rows["stat_name"], rows["stat"], strict=True))
    turned = {"estimate": 1 / float(told["estimate"]), "conf.low": 1 / float(told["conf.high"]),
              "conf.high": 1 / float(told["conf.low"]), "std.error": told["std.error"]}  # fmt: skip
    of = {"variable": "TRT01P", "context": COX, "paramcd": "PFS"}
    rows = [
        of | {"variable_level": "Placebo", "stat_name": k, "stat": str(v)}
        for k, v in turned.items()
    ]
    rows += [of | {"variable_level": "High dose", "stat_name": "reference_row", "stat": "TRUE"}]
    kept = cards[~(cards["context"] == COX)]
    trial = loaded(tmp_path, pd.concat([kept, pd.DataFrame(rows)]).fillna(""))
    assert value(trial, "hr", *PFS, method="efron") == pytest.approx(float(told["estimate"]))
    assert value(trial, "hr_upper", *PFS, method="efron") == pytest.approx(float(told["conf.high"]))


def test_a_scale_that_is_not_proved_is_asked(tmp_path):
    cards = without(the_cards(), COX, "conf.low", "conf.high", "std.error", "statistic", "p.value")
    trial = loaded(tmp_path, cards)
    assert "hazard ratio or its log" in whys(trial, context=COX)
    # of such a model the patients and events stand nevertheless
    assert value(trial, "n_events", "kaplan_meier", "PFS", "PBO") == 70


def test_a_scale_that_trial_yml_tells_is_taken(tmp_path):
    cards = without(the_cards(), COX, "conf.low", "conf.high", "std.error", "statistic", "p.value")
    trial = loaded(tmp_path, cards, "results: {hazard_ratio: exponentiated}\n")
    assert value(trial, "hr", *PFS, method="efron") == pytest.approx(the_ratio())


def test_trial_yml_does_not_overrule_the_numbers(tmp_path):
    trial = loaded(tmp_path, the_cards(), "results: {hazard_ratio: log}\n")
    assert "the numbers are exponentiated" in whys(trial, context=COX)


def test_a_logarithm_gives_the_same_hazard_ratio(tmp_path):
    cards = the_cards()
    ratios = (cards["context"] == COX) & cards["stat_name"].isin(
        ["estimate", "conf.low", "conf.high"]
    )
    cards.loc[ratios, "stat"] = [str(math.log(float(x))) for x in cards.loc[ratios, "stat"]]
    trial = loaded(tmp_path, cards)
    assert value(trial, "hr", *PFS, method="efron") == pytest.approx(the_ratio())


def test_a_model_that_may_be_none_of_cox_is_refused(tmp_path):
    # with one end point in trial.yml nothing but the exposure tells Cox's model from a logistic one
    cards = the_cards()
    cards = cards[(cards["paramcd"] != "OS") & ~cards["context"].isin(["survival_survdiff"])]
    one = TEXT.replace(TEXT[TEXT.index("  - {paramcd: OS") : TEXT.index("baseline:")], "")
    for drop, refused in (("exposure", True), ("nothing", False)):
        of = without(cards, COX, drop).drop(columns="paramcd")
        trial = load_trial(folder_with(tmp_path, of, one))
        assert ("does not tell that it is a Cox model" in whys(trial, context=COX)) is refused


def test_an_incidence_is_not_taken_for_survival(tmp_path):
    cards = the_cards()
    of = (cards["context"] == "survival") & cards["stat_name"].isin(["estimate"])
    cards.loc[of, "stat"] = [str(1 - float(x)) for x in cards.loc[of, "stat"]]
    trial = loaded(tmp_path, cards)
    assert "not an incidence" in whys(trial, context="survival")
    assert not (trial.given.rows["statistic"] == "survival").any()


def test_risk_is_turned_to_survival(tmp_path):
    cards = the_cards()
    of = cards["context"] == "survival"
    shares = of & cards["stat_name"].isin(["estimate", "conf.low", "conf.high"])
    cards.loc[shares, "stat"] = [str(1 - float(x)) for x in cards.loc[shares, "stat"]]
    swapped = {"conf.low": "conf.high", "conf.high": "conf.low"}
    cards.loc[of, "stat_name"] = cards.loc[of, "stat_name"].replace(swapped)
    cards.loc[of, "context"] = "risk"
    risk, survival = loaded(tmp_path, cards), load_trial(HERE)
    key = ("kaplan_meier", "PFS", "HIGH")
    for name in ("survival", "lower", "upper", "n_at_risk"):
        same = [value(one, name, *key, time=12.0, method="log-log") for one in (risk, survival)]
        assert same[0] == pytest.approx(same[1])


def test_a_difference_without_a_reference_is_refused(tmp_path):
    context = "survival_survfit_diff"
    trial = loaded(tmp_path, without(the_cards(), context, "reference_level"))
    assert "who is compared with whom" in whys(trial, context=context)


def test_an_end_point_that_is_not_told_is_asked(tmp_path):
    trial = loaded(tmp_path, the_cards().drop(columns="paramcd"))
    assert "add a column paramcd" in whys(trial)


def test_a_kind_of_interval_that_is_not_told_is_asked(tmp_path):
    cards = without(the_cards(), "survival", "conf.type")
    assert "kind of its interval" in whys(loaded(tmp_path, cards), context="survival")


def test_the_kind_of_interval_is_the_one_that_is_named(tmp_path):
    cards = without(the_cards(), "survival", "conf.type")
    cards = without(cards, "survival_survfit", "conf.type")
    trial = loaded(tmp_path, cards, "results: {conf_type: log}\n")
    assert trial.conf_type == "log"
    assert value(trial, "survival", "kaplan_meier", "PFS", "PBO", time=12.0, method="log") > 0


def test_an_arm_that_trial_yml_does_not_name_is_listed(tmp_path):
    cards = the_cards()
    screened = cards["variable_level"].where(cards["variable"] != "TRT01P", "Screen failure")
    cards = pd.concat([cards, cards.head(3).assign(variable_level=screened.head(3))])
    trial = loaded(tmp_path, cards)
    assert "Screen failure is no arm" in whys(trial, variable_level="Screen failure")


def test_a_share_of_something_else_is_refused(tmp_path):
    cards = the_cards()
    of = (
        (cards["variable"] == "SEX")
        & (cards["stat_name"] == "p")
        & (cards["context"] == "tabulate")
    )
    cards.loc[of, "stat"] = "0.9"
    assert "share of something else" in whys(loaded(tmp_path, cards), variable="SEX")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a,b\n1,2\n", "has no column variable"),
        ("", "cannot be read as CSV"),
        ("variable,stat_name,stat\n", "has no rows"),
        ("TRT01P,AGE,stat_name,stat\nPlacebo,,mean,61\n", "before rename_ard_columns"),
    ],
)
def test_files_that_are_none_are_refused(tmp_path, text, told):
    (tmp_path / "trial.yml").write_text(TEXT)
    (tmp_path / "cards.csv").write_text(text)
    with pytest.raises(DataError, match=told):
        load_trial(tmp_path)
