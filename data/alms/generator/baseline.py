"""Who the patients were: Table 1, column by column, with the printed means, spreads and counts."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import norm, rankdata

from trialbook.synthesis.anneal import anneal, until_reached
from trialbook.synthesis.moments import Column, Moment
from trialbook.synthesis.targets import Published, Target

from .spec import ARMS

CATEGORIES = ("SEX", "RACE", "ETHNIC", "BIOCLASS")
REST_OF_WORLD = ("Europe", "South Africa", "Australia")
INDUCTION = {"MMF": 0.53, "IVC": 0.47}

REGION_BY_RACE = {
    "Asia": {"ASIAN": 1.0, "OTHER": 0.01, "WHITE": 0.005},
    "Latin America": {"WHITE": 0.5, "OTHER": 1.0, "BLACK OR AFRICAN AMERICAN": 0.15},
    "North America": {"WHITE": 0.3, "OTHER": 0.5, "BLACK OR AFRICAN AMERICAN": 1.0, "ASIAN": 0.3},
    "South Africa": {"BLACK OR AFRICAN AMERICAN": 1.0, "OTHER": 1.0, "WHITE": 0.2},
    "Australia": {"WHITE": 1.0, "ASIAN": 0.5},
    "Europe": {"WHITE": 1.0, "OTHER": 0.3, "ASIAN": 0.3, "BLACK OR AFRICAN AMERICAN": 0.3},
}
"""How likely a patient of each race is to be taken for a region, in the order of filling."""

HISPANIC_BY_REGION = {"Latin America": 1.0, "North America": 0.05, "Europe": 0.005}


@dataclass(frozen=True)
class Measurement:
    """A number of Table 1: its grid, its possible range, its spread on the log scale or not."""

    variable: str
    unit: float
    lower: float
    upper: float
    centre: str = "mean"


MEASUREMENTS = (
    Measurement("AGE", 1, 12, 75),
    Measurement("WGTBL", 0.1, 33, 140),
    Measurement("LNDUR", 0.1, 0, 40),
    Measurement("SLEDUR", 0.1, 0, 45),
    Measurement("UPROTBL", 1, 20, 6000),
    Measurement("UPCRBL", 0.01, 0.02, 15),
    Measurement("CREATBL", 0.01, 0.3, 3.2),
    Measurement("C3BL", 1, 25, 250, centre="geometric_mean"),
    Measurement("C4BL", 0.1, 2, 80, centre="geometric_mean"),
    Measurement("DSDNABL", 0.1, 5, 600, centre="geometric_mean"),
)

RELATED = {
    ("AGE", "SLEDUR"): 0.35,
    ("AGE", "LNDUR"): 0.25,
    ("LNDUR", "SLEDUR"): 0.7,
    ("UPROTBL", "UPCRBL"): 0.8,
    ("UPROTBL", "CREATBL"): 0.15,
    ("AGE", "CREATBL"): 0.2,
    ("C3BL", "C4BL"): 0.6,
    ("C3BL", "DSDNABL"): -0.3,
    ("C4BL", "DSDNABL"): -0.2,
}
"""Rank correlations; the rest are zero. Not published, only plausible."""


def mdrd(creatinine, age, black, female):
    """Return the estimated glomerular filtration rate, ml/min/1.73 m2, to one decimal.

    The four-variable formula of the Modification of Diet in Renal Disease study as the paper's
    Table 1 gives it (Levey and others, J Am Soc Nephrol 2000;11:A0828).

    Parameters
    ----------
    creatinine : array_like of float
        Serum creatinine, mg/dl.
    age : array_like of float
        Years.
    black, female : array_like of bool
    """
    egfr = 186 * np.power(creatinine, -1.154) * np.power(np.asarray(age, float), -0.203)
    return np.round(egfr * np.where(black, 1.21, 1.0) * np.where(female, 0.742, 1.0), 1)


EGFR_GROUPS = {">=90": (90, np.inf), ">=60 to <90": (60, 90), ">=30 to <60": (30, 60),
               ">=15 to <30": (15, 30)}  # fmt: skip


def draw_baseline(published: Published, rng: np.random.Generator, report=None) -> pd.DataFrame:
    """Return one row per patient, arm by arm, with the printed Table 1.

    Columns are ``ARM``, the categories, the measurements, ``EGFRBL`` and ``EGFRGR1``.
    """
    arms = [_arm(published, arm, rng, report) for arm in ARMS]
    baseline = pd.concat(arms, ignore_index=True)
    region = _regions(baseline, published, rng)
    baseline["REGION1"] = np.where(np.isin(region, REST_OF_WORLD), "Rest of world", region)
    baseline["REGION2"] = region
    weight = np.array([HISPANIC_BY_REGION.get(r, 0.001) for r in region])
    for arm in ARMS:
        rows = np.flatnonzero(baseline["ARM"] == arm)
        hispanic, other = published.counts("baseline", "ETHNIC", arm)
        chosen = rows[
            _sample(weight[rows], published.counts("baseline", "ETHNIC", arm)[hispanic], rng)
        ]
        baseline.loc[rows, "ETHNIC"] = other
        baseline.loc[chosen, "ETHNIC"] = hispanic
    return baseline


def _arm(published, arm, rng, report):
    columns = {"ARM": arm}
    for variable in ("SEX", "RACE", "BIOCLASS"):
        counts = published.counts("baseline", variable, arm)
        columns[variable] = rng.permutation(np.repeat(list(counts), list(counts.values())))
    n = len(columns["SEX"])
    flagged = published.count("baseline", "SEDIMFL", arm, "Y")
    columns["SEDIMFL"] = rng.permutation(np.repeat(["Y", "N"], [flagged, n - flagged]))
    on_mmf = round(n * INDUCTION["MMF"]) + int(rng.integers(-2, 3))
    columns["INDTRT"] = rng.permutation(np.repeat(["MMF", "IVC"], [on_mmf, n - on_mmf]))
    female, black = columns["SEX"] == "F", columns["RACE"] == "BLACK OR AFRICAN AMERICAN"

    def search():
        return _measurements(published, arm, female, black, rng, report)

    return pd.DataFrame(columns | until_reached(search))


def _measurements(published, arm, female, black, rng, report):
    n = len(female)
    names = [m.variable for m in MEASUREMENTS]
    correlation = np.eye(len(names))
    for (a, b), r in RELATED.items():
        i, j = names.index(a), names.index(b)
        correlation[i, j] = correlation[j, i] = r
    scores = rng.standard_normal((n, len(names))) @ np.linalg.cholesky(correlation).T
    scores[:, names.index("CREATBL")] += 0.9 * ~female
    scores[:, names.index("WGTBL")] += 0.6 * ~female

    values = {}
    for score, measurement in zip(scores.T, MEASUREMENTS, strict=True):
        name, centre = measurement.variable, measurement.centre
        lower = np.full(n, float(measurement.lower))
        upper = np.full(n, float(measurement.upper))
        if name == "SLEDUR":
            lower, upper = values["LNDUR"], values["AGE"] - 6.0
        if name == "LNDUR":
            upper = values["AGE"] - 8.0
        targets = [published.target(s, "baseline", name, arm, s) for s in (centre, "sd")]
        moments = [Moment(centre, centre), Moment("sd", "sd")]
        if name == "CREATBL":
            targets, moments = _with_egfr(
                published, arm, targets, moments, values["AGE"], black, female
            )
        spread = [(t.lower + t.upper) / 2 for t in targets[:2]]
        quantile = (rankdata(score, method="ordinal") - 0.5) / n
        start = _lognormal(quantile, *spread, geometric=centre == "geometric_mean")
        step = max(2, round(0.5 * spread[1] / measurement.unit))
        column = Column(measurement.unit, lower, upper, moments, largest_step=step)
        state = anneal(column, column.steps(start), targets, rng,
                       what=f"{name} {arm}", restarts=2, report=report)  # fmt: skip
        values[name] = column.values(state)
    values["EGFRBL"] = mdrd(values["CREATBL"], values["AGE"], black, female)
    egfr = values["EGFRBL"]
    inside = [(egfr >= low) & (egfr < high) for low, high in EGFR_GROUPS.values()]
    values["EGFRGR1"] = np.select(inside, list(EGFR_GROUPS), default="<15")
    whole = {m.variable for m in MEASUREMENTS if m.unit == 1}
    return {name: v.astype(int) if name in whole else v for name, v in values.items()}


def _with_egfr(published, arm, targets, moments, age, black, female):
    """Add the targets of eGFR to those of creatinine: its mean, its spread, its categories."""

    def egfr(creatinine, patients):
        return mdrd(creatinine, age[patients], black[patients], female[patients])

    def within(low, high):
        return lambda creatinine, patients: (
            (egfr(creatinine, patients) >= low) & (egfr(creatinine, patients) < high)
        )

    mean, sd = targets
    middle = (mean.lower + mean.upper) / 2
    # Nearer to the printed value than rounding asks for: the arms would differ significantly.
    targets = [Target("mean", middle - 0.001, middle + 0.001), sd]
    targets += [published.target(f"egfr {s}", "baseline", "EGFRBL", arm, s) for s in ("mean", "sd")]
    moments = [*moments, Moment("egfr mean", "mean", egfr), Moment("egfr sd", "sd", egfr)]
    for level, n in published.counts("baseline", "EGFRGR1", arm).items():
        targets.append(Target(level, n - 0.5, n + 0.5))
        moments.append(Moment(level, "count", within(*EGFR_GROUPS[level])))
    return targets, moments


def _lognormal(quantile, centre, sd, *, geometric):
    """Return lognormal quantiles with this mean, or geometric mean, and arithmetic SD."""
    if geometric:
        x = (1 + np.sqrt(1 + 4 * (sd / centre) ** 2)) / 2
        return centre * np.exp(np.sqrt(np.log(x)) * norm.ppf(quantile))
    variance = np.log1p((sd / centre) ** 2)
    return centre * np.exp(np.sqrt(variance) * norm.ppf(quantile) - variance / 2)


def _sample(weights, n, rng):
    """Return `n` positions drawn without replacement (Efraimidis and Spirakis 2006)."""
    keys = np.log(rng.random(len(weights))) / np.maximum(weights, 1e-9)
    return np.sort(np.argsort(-keys, kind="stable")[:n])


def _regions(baseline, published, rng):
    region = np.full(len(baseline), "", dtype=object)
    n = published.counts("baseline", "REGION1", "all") | published.counts(
        "baseline", "REGION2", "all"
    )
    race = baseline["RACE"].to_numpy()
    for name, by_race in REGION_BY_RACE.items():
        free = np.flatnonzero(region == "")
        weight = np.array([by_race.get(r, 0.001) for r in race[free]])
        region[free[_sample(weight, n[name], rng)]] = name
    return _spread(region, baseline["ARM"].to_numpy(), race)


def _spread(region, arm, race):
    """Return regions with the smallest of the rest of the world in both arms, as chance would.

    The paper has their patients in all alone; drawn so, all three of Australia fell to one arm. A
    patient too many changes places with one of the same race, if there is one, of the largest.
    """
    region = region.copy()
    sizes = {name: (region == name).sum() for name in REST_OF_WORLD}
    largest = max(sizes, key=sizes.get)
    for name in REST_OF_WORLD:
        for this, other in (ARMS, ARMS[::-1]):
            wanted = sizes[name] * (arm == this).mean()
            while name != largest and (mine := (region == name) & (arm == this)).sum() > wanted + 1:
                goes = np.flatnonzero(mine)[0]
                there = (region == largest) & (arm == other)
                alike = there & (race == race[goes])
                comes = np.flatnonzero(alike if alike.any() else there)[0]
                region[goes], region[comes] = largest, name
    return region
