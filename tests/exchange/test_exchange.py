"""ARS and cards: valid against CDISC's schema, and back without loss."""

import io
import json
from pathlib import Path

import jsonschema
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialbook.analyses import all_results
from trialbook.ard import complete
from trialbook.exchange import ars_of, cards_of, read_ars, read_cards
from trialbook.exchange.cards import CARDS, STAT_NAMES
from trialbook.results import COLUMNS, KEY
from trialbook.trial import load_trial

SCHEMA = Path("../shared/exchange/ars.schema.json")


@pytest.fixture(scope="module", params=["data/gbsg2", "data/veteran"])
def ard(request):
    trial = load_trial(request.param)
    return complete(all_results(trial), trial, "efficacy")


def through_csv(frame):
    text = frame.to_csv(index=False)
    return pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)


def through_json(event):
    return json.loads(json.dumps(event))


def same(found, wanted):
    wanted = wanted[COLUMNS].sort_values(KEY, ignore_index=True)
    pd.testing.assert_frame_equal(found, wanted, check_exact=True, check_dtype=False)


def test_cards_come_back_without_loss(ard):
    cards = cards_of(ard)
    assert list(cards.columns[: len(CARDS)]) == CARDS
    same(read_cards(through_csv(cards)), ard)


def test_ars_comes_back_without_loss(ard):
    same(read_ars(through_json(ars_of(ard, "x", "X"))), ard)


def test_no_results_are_no_results():
    nothing = pd.DataFrame(columns=COLUMNS)
    assert read_cards(cards_of(nothing)).empty
    assert read_ars(ars_of(nothing, "x", "X")).empty


def test_names_of_statistics_are_one_to_one():
    assert len(set(STAT_NAMES.values())) == len(STAT_NAMES)
    assert not set(STAT_NAMES) & set(STAT_NAMES.values())


@pytest.mark.skipif(not SCHEMA.is_file(), reason="CDISC's schema (../shared) is not here")
def test_ars_is_valid_against_the_schema(ard):
    schema = json.loads(SCHEMA.read_text())
    event = through_json(ars_of(ard, "x", "X", {"OS": "primary", "RFS": "primary"}))
    jsonschema.Draft201909Validator(schema).validate(event)
    purposes = {one["purpose"]["controlledTerm"] for one in event["analyses"]}
    assert "PRIMARY OUTCOME MEASURE" in purposes


text = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8)
ROWS = st.lists(
    st.fixed_dictionaries(
        {name: text for name in COLUMNS if name not in ("time", "value", "subgroup", "notice")}
        | {
            "time": st.floats(0, 1e6) | st.just(np.nan),
            "value": st.floats(allow_infinity=False),
            "subgroup": st.sampled_from(["", "SEX", "SEX=F", "A=b=c"]),
            "notice": st.just("made up"),
            "basis": st.sampled_from(["observed", "calibrated", "free"]),
            "state": st.sampled_from(["shown", "coarser", "withheld"]),
        }
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda row: tuple(str(row[name]) for name in KEY),
)


@given(ROWS)
def test_any_result_comes_back(rows):
    frame = pd.DataFrame(rows)[COLUMNS]
    frame["statistic"] = frame["statistic"].where(~frame["statistic"].isin(STAT_NAMES.values()), "")
    order = frame.sort_values(KEY, ignore_index=True)
    for found in (
        read_ars(through_json(ars_of(frame, "x", "X"))),
        read_cards(through_csv(cards_of(frame))),
    ):
        pd.testing.assert_frame_equal(
            found.sort_values(COLUMNS, ignore_index=True),
            order.sort_values(COLUMNS, ignore_index=True),
            check_exact=True,
            check_dtype=False,
        )
