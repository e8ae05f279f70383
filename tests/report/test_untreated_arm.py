"""An arm of whom nobody was treated has one sentence, not a column that says nothing."""

import pytest

from tests.adam.folders import small, write_trial
from trialbook.analyses import all_results, event_classes
from trialbook.report import tables
from trialbook.safe.lookup import Lookup
from trialbook.trial import load_trial


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    data = small()
    third = data["adsl"].head(4).assign(USUBJID=[f"Q-{n}" for n in range(4)], TRT01P="Waiting",
                                        TRT01A="", SAFFL="N")  # fmt: skip
    times = data["adtte"].head(4).assign(USUBJID=third["USUBJID"].to_numpy())
    for name, more in (("adsl", third), ("adtte", times)):
        data[name] = data[name]._append(more, ignore_index=True)
    arms = [{"code": code, "values": [code]} for code in ("Placebo", "Active", "Waiting")]
    return load_trial(write_trial(tmp_path_factory.mktemp("t") / "t", data, {"arms": arms}))


def test_tables_of_safety_have_no_column_of_it(trial):
    found = Lookup(all_results(trial, ["adverse_events"]), trial)
    html = str(tables.tbl_adverse_events(found, {"any": "Any event"})._repr_html_())
    assert "Active (N=4)" in html
    assert "Waiting" not in html
    terms = tables.tbl_terms(found, event_classes(trial))
    assert terms is None or "Waiting" not in terms.html
    assert "NE" not in html.replace("NEWCOMBE", "")


def test_one_sentence_says_why(trial):
    said = trial.population_note("safety")
    assert [note for note in said if "No patient of Waiting is in the safety population" in note]
