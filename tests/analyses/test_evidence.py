"""Other trials beside this one: counts, risk ratios, an average; in the words of their page."""

import pandas as pd
import pytest
import yaml

from tests.analyses.tiny import patients, times, value
from trialbook.analyses import evidence
from trialbook.analyses.evidence import load_evidence
from trialbook.report.evidence import evidence_sentences, plot_evidence, tbl_evidence
from trialbook.survival import risk_ratio
from trialbook.trial import load_trial

HEAD = "trial,reference,outcome,paramcd,arm,n_events,n,source\n"
EARLIER = "EARLIER,,flare,EVENT,B,10,53,Discussion\nEARLIER,,flare,EVENT,A,13,52,Discussion\n"


@pytest.fixture
def with_evidence(write_trial):
    """Return a function that loads a trial (A: 6 of 10 events, B: 3 of 10) with other trials."""

    def load(text, **more):
        adsl = patients("A" * 10 + "B" * 10)
        cnsr = [0] * 6 + [1] * 4 + [0] * 3 + [1] * 7
        trial = write_trial(adsl, times(adsl, range(1, 21), cnsr), **more)
        (trial.folder / "evidence.csv").write_text(HEAD + text, encoding="utf-8")
        yml = trial.folder / "trial.yml"
        config = yaml.safe_load(yml.read_text(encoding="utf-8")) | {"evidence": "evidence.csv"}
        yml.write_text(yaml.safe_dump(config), encoding="utf-8")
        return load_trial(trial.folder)

    return load


def test_counts_and_ratios_of_both_trials(with_evidence):
    frame = evidence(with_evidence(EARLIER))
    key = {"analysis": "evidence", "paramcd": "EVENT"}
    assert value(frame, **key, arm="B", level="EARLIER", statistic="n_events") == 10
    assert value(frame, **key, arm="A", level="tiny", statistic="percent") == 60
    # epitools' wald interval: exp(log(10/53 / (13/52)) -+ 1.96 * 0.3726), see test_risk_ratio
    ratio = value(frame, **key, arm="B vs A", level="EARLIER", statistic="ratio")
    assert ratio == pytest.approx(0.754716981132)
    own = risk_ratio(3, 10, 6, 10)
    assert value(frame, **key, arm="B vs A", level="tiny", statistic="upper") == own.upper
    pooled = value(frame, **key, arm="B vs A", level="pooled", statistic="ratio")
    assert own.ratio < pooled < ratio


def test_one_estimate_is_not_pooled(with_evidence):
    trial = with_evidence(EARLIER.replace("13,52", "0,52"))
    frame = evidence(trial)
    assert "pooled" not in set(frame["level"])
    assert "nothing to pool" in str(evidence_sentences(frame, trial))
    assert "If pooled" not in plot_evidence(frame, trial).message


def test_an_arm_that_another_trial_lacks_is_not_given(with_evidence):
    trial = with_evidence(EARLIER.splitlines()[0] + "\n")
    table = tbl_evidence(evidence(trial), trial).frame
    assert table.loc[0, "A"] == "not given"
    assert table.loc[0, "Risk ratio (95% CI)"] == ""


def test_without_a_file_it_is_empty_and_says_so(write_trial):
    adsl = patients("AB")
    frame = evidence(write_trial(adsl, times(adsl, [1, 2], [0, 1])))
    assert frame.empty
    assert frame.attrs["remarks"] == ("No other trials are given.",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (EARLIER.replace(",B,", ",C,"), "line 2: arm 'C' is none of A, B"),
        (EARLIER.replace("EVENT", "OTHER"), "line 2: paramcd 'OTHER' is no end point"),
        (EARLIER.replace("10,53", "54,53"), "line 2: 54 of 53 is no count"),
        (EARLIER + EARLIER, "two rows for the same end point and arm"),
    ],
)
def test_a_wrong_file_is_refused(with_evidence, text, message):
    with pytest.raises(ValueError, match=message):
        load_evidence(with_evidence(text))


def test_the_words(with_evidence):
    trial = with_evidence(EARLIER)
    text = str(evidence_sentences(evidence(trial), trial))
    assert "**EARLIER**" in text
    assert "10 of 53 patients \\(18\\.9%\\) with B compared with 13 of 52 patients" in text
    assert "**This trial**" in text
    assert "no more than chance" in text
    assert "synthetic" not in text


def test_synthetic_patients_are_no_evidence(with_evidence):
    trial = with_evidence(EARLIER, privacy="synthetic")
    assert "no evidence" in str(evidence_sentences(evidence(trial), trial))
    labels = tbl_evidence(evidence(trial), trial).frame["Trial"]
    assert "This trial (synthetic patients)" in set(labels)


@pytest.mark.parametrize(
    ("event", "side"), [("unfavourable", "favours B"), ("favourable", "favours A")]
)
def test_the_sides_turn_with_the_event(with_evidence, event, side):
    endpoint = {"paramcd": "EVENT", "role": "primary", "event": event}
    trial = with_evidence(EARLIER, endpoints=[endpoint])
    svg = plot_evidence(evidence(trial), trial).svg
    assert svg.index(side) == min(svg.index("favours A"), svg.index("favours B"))


def test_hostile_names_stay_text(with_evidence):
    trial = with_evidence(EARLIER.replace("EARLIER", "<b>{n}$x$"))
    frame = evidence(trial)
    assert "<b>" not in tbl_evidence(frame, trial).html
    assert "<b>" not in str(evidence_sentences(frame, trial))
    assert isinstance(frame, pd.DataFrame)
