"""Confidential results made elsewhere: nothing that few patients stand behind is told."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.exchange.folder import HERE, folder_with, the_cards
from trialbook.analyses import all_curves, all_results, joined
from trialbook.results import CURVE
from trialbook.safe import safe
from trialbook.trial import load_trial

TEXT = (HERE / "trial.yml").read_text().replace("privacy: synthetic", "privacy: confidential")
LEAST = 5
SMALL = range(1, LEAST)


def gated(tmp_path, cards, text=TEXT):
    trial = load_trial(folder_with(tmp_path, cards, text))
    return safe(joined([all_results(trial), all_curves(trial)]), trial)


def counts_shown(rows, statistic="n"):
    seen = rows[(rows["state"] != "withheld") & (rows["statistic"] == statistic)]
    return seen[np.isfinite(seen["value"])]


def with_count(cards, number, **key):
    """Set the count of one cell, with its share."""
    of = pd.Series(True, index=cards.index)
    for name, wanted in key.items():
        of &= cards[name] == wanted
    whole = float(cards.loc[of & (cards["stat_name"] == "N"), "stat"].iloc[0])
    cards.loc[of & (cards["stat_name"] == "n"), "stat"] = str(number)
    cards.loc[of & (cards["stat_name"] == "p"), "stat"] = str(number / whole)
    return cards


@pytest.fixture(scope="module")
def as_given(tmp_path_factory):
    return gated(tmp_path_factory.mktemp("given"), the_cards())


def test_what_the_counts_prove_to_be_safe_is_shown(as_given):
    seen = as_given[as_given["state"] == "shown"]
    assert {"cox", "log_rank", "kaplan_meier", "baseline", "disposition"} <= set(seen["analysis"])
    # estimates have no more digits than a page prints
    ratios = seen.loc[seen["statistic"] == "hr", "value"]
    assert len(ratios) and (ratios == ratios.round(2)).all()


def test_what_takes_patients_to_judge_is_withheld(as_given):
    hidden = as_given[as_given["state"] == "withheld"]
    assert hidden["value"].isna().all()
    seen = as_given[as_given["state"] != "withheld"]
    assert not seen["statistic"].isin(["mean", "sd", "median", "min", "max", "survival"]).any()
    assert not (seen["analysis"] == CURVE).any()
    assert not seen["analysis"].isin(["landmark", "subgroup"]).any()


def test_a_small_category_hides_its_variable(tmp_path):
    cards = the_cards()
    for level, number in (("F", 3), ("M", 95)):
        cards = with_count(cards, number, variable="SEX", variable_level=level,
                           context="tabulate", group1_level="Placebo")  # fmt: skip
    rows = gated(tmp_path, cards)
    of_sex = rows[(rows["analysis"] == "baseline") & (rows["paramcd"] == "SEX")]
    assert (of_sex["state"] == "withheld").all()
    assert (of_sex["shown"] == "").all()


def test_few_events_hide_all_that_rests_on_them(tmp_path):
    cards = the_cards()
    of = (cards["context"] == "regression") & (cards["stat_name"] == "n_event")
    of &= (cards["variable_level"] == "High dose") & (cards["paramcd"] == "PFS")
    cards.loc[of & (cards["group1"] == ""), "stat"] = "3"
    rows = gated(tmp_path, cards)
    of_pfs = rows[rows["paramcd"] == "PFS"]
    assert (of_pfs["state"] == "withheld").all()
    assert "3" not in set(rows.loc[rows["statistic"] == "n_events", "shown"])


def test_without_events_no_effect_is_shown(tmp_path):
    cards = the_cards()
    cards = cards[~cards["stat_name"].isin(["n_event", "n_obs"])]
    rows = gated(tmp_path, cards)
    of = rows["analysis"].isin(["cox", "log_rank"])
    assert of.any() and (rows.loc[of, "state"] == "withheld").all()


def test_two_end_points_do_not_tell_the_few_between_them(tmp_path):
    cards = the_cards()
    events = (cards["context"] == "regression") & (cards["stat_name"] == "n_event")
    events &= (cards["group1"] == "") & (cards["variable_level"] == "Placebo")
    cards.loc[events & (cards["paramcd"] == "OS"), "stat"] = "68"  # of 70 who progressed or died
    rows = gated(tmp_path, cards)
    assert (rows.loc[rows["paramcd"] == "OS", "state"] == "withheld").all()
    assert (rows.loc[rows["paramcd"] == "PFS", "state"] == "shown").any()


def test_no_name_of_a_rare_event_is_told(tmp_path):
    cards = with_count(the_cards(), 2, variable="AEDECOD", variable_level="Rash",
                       group1_level="Placebo")  # fmt: skip
    rows = gated(tmp_path, cards)
    assert not rows.loc[rows["paramcd"] == "Rash", "shown"].str.len().any()


@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_no_count_shown_nor_any_difference_of_two_is_small(tmp_path_factory, data):
    cards = the_cards()
    sizes = {"Placebo": 98, "Low dose": 101, "High dose": 100}
    for arm, size in sizes.items():
        female = data.draw(st.integers(0, size), label=f"female {arm}")
        for level, number in (("F", female), ("M", size - female)):
            cards = with_count(cards, number, variable="SEX", variable_level=level,
                               context="tabulate", group1_level=arm)  # fmt: skip
        anyone = data.draw(st.integers(0, size), label=f"any {arm}")
        cards = with_count(cards, anyone, variable="..ard_hierarchical_overall..",
                           group1_level=arm)  # fmt: skip
        for paramcd in ("PFS", "OS"):
            of = (cards["context"] == "regression") & (cards["stat_name"] == "n_event")
            of &= (cards["variable_level"] == arm) & (cards["paramcd"] == paramcd)
            events = data.draw(st.integers(0, size), label=f"{paramcd} {arm}")
            cards.loc[of & (cards["group1"] == ""), "stat"] = str(events)
    rows = gated(tmp_path_factory.mktemp("drawn"), cards)
    codes = {"PBO": 98, "LOW": 101, "HIGH": 100, "all": 299}
    for statistic in ("n", "n_events", "n_censored"):
        seen = counts_shown(rows, statistic)
        assert not seen["value"].isin(SMALL).any()
        # nor how many are left of all patients of an arm
        whole = seen["arm"].map(codes)
        assert not (whole - seen["value"]).isin(SMALL).any()
    events = counts_shown(rows, "n_events").groupby("arm")["value"]
    for _, values in events:
        for one, other in itertools.combinations(values, 2):
            assert abs(one - other) not in SMALL
    effects = rows[(rows["analysis"] == "cox") & (rows["state"] == "shown")]
    known = counts_shown(rows, "n_events").set_index(["paramcd", "arm"])["value"]
    for paramcd, pair in effects[["paramcd", "arm"]].drop_duplicates().itertuples(index=False):
        for arm in pair.split(" vs "):
            assert not math.isnan(known[paramcd, arm])
