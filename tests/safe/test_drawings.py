"""An attacker who reads the coordinates of drawings recovers no digit that the page withholds."""

import re

import numpy as np
import pandas as pd
import pytest

from tests.report.secret_trial import secret_trial
from trialbook import analyses
from trialbook.report import figures
from trialbook.safe import safe
from trialbook.safe.lookup import Lookup
from trialbook.trial import load_trial

POINTS = re.compile(r"[ML] (-?[\d.]+) (-?[\d.]+)")


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    return load_trial(secret_trial(tmp_path_factory.mktemp("secret") / "trial"))


def lines_of(svg: str) -> list[np.ndarray]:
    """Return the points of each path of an SVG that has more than two of them."""
    paths = re.findall(r'<path d="([^"]*)"', svg)
    found = [np.array(POINTS.findall(path), float) for path in paths]
    return [points for points in found if len(points) > 2]


def heights(svg: str, known: pd.Series, others: pd.Series) -> np.ndarray:
    """Return the values that an attacker reads from a drawing whose scale the page tells.

    Parameters
    ----------
    svg : str
    known, others : pandas.Series
        Two values that the page shows, and all that may be drawn, which set the scale.
    """
    y = np.unique(np.concatenate([points[:, 1] for points in lines_of(svg)]).round(4))
    low, high = known
    best = np.empty(0)
    for first in y:
        for last in y:
            if first == last:
                continue
            values = low + (y - first) / (last - first) * (high - low)
            hits = np.abs(values[:, None] - others.to_numpy()[None]).min(axis=0) < 2e-3
            if hits.all():
                best = values
    return best


def test_the_drawing_of_means_is_as_coarse_as_their_table(trial):
    results = analyses.laboratory(trial)
    curves = analyses.laboratory_curves(trial, results)
    lookup = Lookup(pd.concat([results, curves]), trial)
    drawing = figures.plot_laboratory(lookup)
    exact = curves[curves["statistic"] == "mean"].reset_index(drop=True)
    gated = lookup.results.query("analysis == 'curve' and statistic == 'mean'")
    shown = gated.loc[gated["state"] != "withheld", "value"]
    withheld = exact.loc[(gated["state"] == "withheld").to_numpy(), "value"]
    assert len(withheld)
    read = heights(drawing.svg, shown.iloc[[0, -1]], shown)
    assert len(read), "the attacker finds no scale"
    # Every mean is read as it is printed, none to its last digit, none that is withheld.
    finer = exact.loc[(exact["value"] - exact["value"].round(2)).abs() > 1e-4, "value"]
    assert len(finer) > 5
    assert np.abs(read[:, None] - finer.to_numpy()[None]).min() > 5e-5
    assert np.abs(read[:, None] - withheld.to_numpy()[None]).min() > 5e-3


def test_figures_are_drawn_from_rows_alone(trial):
    """A figure of the same rows is the same for a trial whose patients are others."""
    rows = analyses.joined(
        [
            analyses.end_points(trial),
            *(analyses.survival_curves(trial, one) for one in trial.endpoints),
            analyses.hazard_ratio_curves(trial),
            analyses.disposition(trial),
            analyses.leaving_curves(trial),
        ]
    )
    gated = safe(rows, trial)
    drawn = figures.plot_survival(Lookup(gated, trial), trial.primary)
    again = figures.plot_survival(Lookup(rows, trial), trial.primary)
    assert drawn.svg == again.svg
    hidden = gated["state"] == "withheld"
    assert hidden.any()
    changed = gated.assign(value=gated["value"].mask(hidden, 1e6))
    assert figures.plot_survival(Lookup(changed, trial), trial.primary).svg == drawn.svg
