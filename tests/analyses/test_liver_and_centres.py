"""Liver peaks by quadrant, patients by centre, the test against a margin: counted by hand."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from tests.analyses.tiny import patients, times, value
from trialbook import analyses, survival
from trialbook.analyses.liver import liver_peaks


def adlb(records):
    frame = pd.DataFrame(records, columns=["USUBJID", "PARAMCD", "ADY", "AVAL", "ANRHI"])
    first = frame["ADY"] <= 1
    return frame.assign(AVALU="U", AVISITN=np.where(first, 0, 1), ABLFL=np.where(first, "Y", ""))


@pytest.fixture
def livers(write_trial):
    """P1 crosses both limits (ALT at a second measurement of a visit), P2 none, P3 ALT alone."""
    adsl = patients("AABB")
    records = [
        ("P1", "ALT", 1, 400, 40), ("P1", "ALT", 20, 80, 40), ("P1", "ALT", 22, 120, 40),
        ("P1", "AST", 20, 30, 40), ("P1", "BILI", 20, 50, 20), ("P1", "BILI", 22, 10, 20),
        ("P2", "ALT", 1, 400, 40), ("P2", "ALT", 20, 119, 40), ("P2", "BILI", 20, 40, 20),
        ("P3", "AST", 20, 200, 40), ("P3", "BILI", 20, 10, 20),
        ("P4", "ALT", 20, 200, 40),
    ]  # fmt: skip
    return write_trial(adsl, times(adsl, [1, 2, 3, 4], [0, 0, 0, 1]), adlb=adlb(records))


def test_peaks_are_the_highest_multiples_after_baseline(livers):
    peaks = liver_peaks(livers).set_index("USUBJID")
    assert peaks["transaminase"].to_dict() == {"P1": 3.0, "P2": 119 / 40, "P3": 5.0}
    assert peaks["bilirubin"].to_dict() == {"P1": 2.5, "P2": 2.0, "P3": 0.5}
    assert list(peaks["arm"]) == ["A", "A", "B"]


def test_quadrants_are_counted_by_arm(livers):
    found = analyses.liver(livers)
    key = {"paramcd": "HYSLAW"}
    assert value(found, **key, arm="A", statistic="n") == 2
    for arm, counts in {"A": (1, 0, 0, 1), "B": (0, 1, 0, 0)}.items():
        levels = ("both", "transaminase", "bilirubin", "neither")
        for level, n in zip(levels, counts, strict=True):
            assert value(found, **key, arm=arm, level=level, statistic="n") == n


def test_the_marks_of_the_liver_are_the_peaks_without_their_patients(livers):
    marks = analyses.liver_marks(livers).query("statistic == 'transaminase'")
    peaks = analyses.liver_peaks(livers)
    for arm, of in peaks.groupby("arm", observed=True):
        shown = marks[marks["arm"] == arm]
        np.testing.assert_allclose(shown["value"], np.sort(of["transaminase"]))
        assert list(shown["time"]) == list(range(1, len(of) + 1))


def test_without_limits_one_line_says_so(write_trial):
    adsl = patients("AB")
    data = adlb([("P1", "ALT", 20, 80, 40)]).drop(columns="ANRHI")
    trial = write_trial(adsl, times(adsl, [1, 2], [0, 0]), adlb=data)
    found = analyses.liver(trial)
    assert found.empty
    assert analyses.remarks(found) == (
        "Transaminases and bilirubin with their upper limits are not given: no liver plot.",
    )


def test_small_centres_are_pooled_behind_the_largest(write_trial):
    sites = ["2", "1", "1", "1", "3", "4"]
    adsl = patients("ABABAB", SITEID=sites)
    found = analyses.centres(write_trial(adsl, times(adsl, range(1, 7), [0] * 6)), most=3)
    n = {
        level: value(found, paramcd="SITEID", arm="all", level=level, statistic="n")
        for level in ("1", "2", "OTHER CENTRES")
    }
    assert n == {"1": 3, "2": 1, "OTHER CENTRES": 2}
    many = value(found, paramcd="SITEID", arm="all", method="centres", statistic="n")
    assert many == 4
    of_b = {"paramcd": "SITEID", "arm": "B", "level": "1"}
    assert value(found, **of_b, statistic="percent") == pytest.approx(200 / 3)


def test_the_centre_is_a_stratum_of_the_sensitivity_analysis(write_trial):
    adsl = patients("ABAB" * 5, SITEID=["1", "1", "2", "2"] * 5)
    trial = write_trial(adsl, times(adsl, [*range(1, 21)], [0] * 20))
    found = analyses.sensitivity(trial)
    key = {"paramcd": "EVENT", "arm": "B vs A", "method": "centre"}
    data = trial.time_to_event("EVENT")
    model = survival.cox(
        data["AVAL"],
        data["event"],
        (data["arm"] == "B").astype(float),
        strata=data["SITEID"],
    )
    assert value(found, **key, statistic="hr") == pytest.approx(model.hr[0])
    plain = survival.cox(data["AVAL"], data["event"], (data["arm"] == "B").astype(float))
    assert abs(model.hr[0] - plain.hr[0]) > 1e-3


@pytest.mark.parametrize(
    ("event", "margin", "sign"), [("unfavourable", 1.5, 1), ("favourable", 1.5, -1)]
)
def test_the_margin_is_tested_on_the_side_where_treatment_is_worse(
    write_trial, event, margin, sign
):
    adsl = patients("AB" * 10)
    trial = write_trial(
        adsl,
        times(adsl, [3, 5, 7, 2, 9, 8, 4, 6, 1, 10] * 2, [0] * 20),
        objective="noninferiority",
        margin=margin,
        endpoints=[{"paramcd": "EVENT", "role": "primary", "event": event}],
    )
    found = analyses.noninferiority(trial)
    cox = {"paramcd": "EVENT", "arm": "B vs A", "method": "efron"}
    fitted = analyses.cox(trial, "EVENT")
    coef, std_error = (value(fitted, **cox, statistic=name) for name in ("coef", "std_error"))
    assert value(found, **cox, statistic="hr") == pytest.approx(margin**sign)
    z = sign * (coef - sign * np.log(margin)) / std_error
    assert value(found, **cox, statistic="p_value") == pytest.approx(stats.norm.cdf(z))
