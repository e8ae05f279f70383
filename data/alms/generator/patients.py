"""One run: a seed in, all patients out."""

from pathlib import Path

import numpy as np

from trialbook.synthesis.targets import Published

from .adam import Patients
from .adverse_events import draw_adverse_events
from .assignment import assign
from .baseline import draw_baseline
from .courses import END, end_point_time
from .exposure import draw_doses, enough
from .laboratory import draw_laboratory
from .spec import ARMS, PRIMARY, SITES
from .structure import check, read_structure
from .timing import search_days


def make_patients(folder: Path, seed: int, report=None) -> Patients:
    """Make patients whose analysis prints the figures of ``published.csv``.

    Parameters
    ----------
    folder : pathlib.Path
        The trial's folder, with ``published.csv`` and ``generator/structure.csv``.
    seed : int
    report : callable, optional
        Told of the progress; see `anneal`.
    """
    published = Published(folder / "published.csv")
    structure = read_structure(folder / "generator" / "structure.csv")
    check(structure, published)
    # One stream of random numbers per part, so that a change of one part leaves the others alone.
    streams = iter(np.random.default_rng(seed).spawn(8))

    days, first_dose = search_days(structure, published, next(streams), report)
    failing = end_point_time(days, PRIMARY)

    baseline = draw_baseline(published, next(streams), report)
    rng = next(streams)
    baseline = baseline.assign(SITEID=_sites(baseline["REGION1"], rng))
    baseline = assign(structure, failing, baseline, published, rng, report)
    randomized = _randomized(published, len(structure.arm), next(streams))

    rng = next(streams)
    dose = np.full(len(structure.arm), np.nan)
    dose80 = np.zeros(len(structure.arm), dtype=bool)
    for arm in ARMS:
        who = np.flatnonzero((structure.arm == arm) & structure.treated)
        weight = baseline["WGTBL"].to_numpy()[who]
        failed = structure.event(PRIMARY)[who]
        dose[who] = draw_doses(published, arm, weight, failed, rng, report)
        dose80[who] = enough(dose[who], arm, weight)

    rng = next(streams)
    prednisone = ("exposure", "PRED10FL", "Y")
    prednisone10 = _flagged(published, structure, prednisone, structure.treated, rng)
    seen = (days[:, END] >= 150) & ~structure.event(PRIMARY)
    remission = _flagged(published, structure, ("response", "CRRFL", ""), seen, rng)

    female = (baseline["SEX"] == "F").to_numpy()
    events = draw_adverse_events(structure, days, first_dose, female, published, next(streams))
    visits, laboratory = draw_laboratory(structure, days, baseline, remission, next(streams))
    return Patients(
        structure, days, randomized, first_dose, baseline, dose, dose80, prednisone10, remission,
        events, visits, laboratory,
    )  # fmt: skip


def _sites(region, rng):
    first = {name: 100 * (i + 1) for i, name in enumerate(SITES)}
    return [str(first[name] + 1 + int(SITES[name] * rng.random() ** 1.5)) for name in region]


def _randomized(published, n, rng):
    """Return days of randomization between the first and the last that are printed."""
    first, last = (
        int(np.datetime64(published.printed("disposition", "RANDDT", "all", end)).astype(int))
        for end in ("min", "max")
    )
    days = rng.integers(first, last + 1, size=n)
    ends = rng.choice(n, 2, replace=False)
    days[ends] = first, last
    return days


def _flagged(published, structure, key, likely, rng):
    """Flag the printed number of patients in each arm, first among the likely ones."""
    analysis, variable, level = key
    flag = np.zeros(len(structure.arm), dtype=bool)
    for arm in ARMS:
        who = np.flatnonzero((structure.arm == arm) & structure.treated)
        draw = rng.random(len(who)) + ~likely[who]
        n = published.count(analysis, variable, arm, level)
        flag[who[np.argsort(draw, kind="stable")[:n]]] = True
    return flag
