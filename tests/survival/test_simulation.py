"""Simulated trials follow the hazards they are given, and depend on the seed alone."""

import tracemalloc
from time import perf_counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialbook.survival import (
    PiecewiseHazard,
    constant_hazard,
    event_probability,
    expected_events,
    power,
    simulate_trials,
    simulation,
)

DESIGN = {"n_treated": 114, "n_control": 114, "follow_up": 1096.0}
HAZARDS = {
    "hazard_treated": constant_hazard(0.2, 1096),
    "hazard_control": constant_hazard(0.375, 1096),
}
hazards = st.lists(
    st.tuples(st.floats(0.1, 10), st.one_of(st.just(0.0), st.floats(0.01, 2))),
    min_size=1,
    max_size=5,
).map(
    lambda pieces: PiecewiseHazard(
        (*(rate for _, rate in pieces), 0.5), tuple(np.cumsum([width for width, _ in pieces]))
    )
)


@given(hazards, st.lists(st.floats(0.001, 20), min_size=1, max_size=20))
def test_times_invert_the_cumulative_hazard(hazard, values):
    values = np.array(values)
    assert hazard.cumulative(hazard.times(values)) == pytest.approx(values, rel=1e-9)


def test_a_hazard_by_hand():
    hazard = PiecewiseHazard((1.0, 0.0, 2.0), (1.0, 3.0))
    assert hazard.cumulative([0, 0.5, 1, 2, 3, 4]) == pytest.approx([0, 0.5, 1, 1, 1, 3])
    assert hazard.times(np.array([0.5, 1.5, 3.0])) == pytest.approx([0.5, 3.25, 4.0])
    stops = PiecewiseHazard((1.0, 0.0), (2.0,))
    assert stops.times(np.array([1.0, 2.0, 3.0])) == pytest.approx([1.0, np.inf, np.inf])
    assert np.isinf(PiecewiseHazard((0.0,)).times(np.array([0.1]))).all()


def test_the_number_of_events_is_the_expected_one():
    followed = {"follow_up": 2.0, "accrual": 1.0}
    found = simulate_trials(
        2000, n_treated=60, n_control=40, hazard_treated=0.3, hazard_control=0.5,
        dropout_treated=0.1, dropout_control=0.1, seed=3, **followed,
    )  # fmt: skip
    expected = expected_events(
        60, 40, hazard_treated=0.3, hazard_control=0.5, dropout=0.1, **followed
    )
    error = found.n_events.std() / np.sqrt(2000)
    assert found.n_events.mean() == pytest.approx(expected, abs=4 * error)


def test_piecewise_hazards_give_their_own_proportion():
    # no events in the first year, then a hazard of 1 for half a year
    late = PiecewiseHazard((0.0, 1.0), (1.0,))
    found = simulate_trials(
        500, n_treated=100, n_control=1, hazard_treated=late, hazard_control=0.0,
        follow_up=1.5, seed=1,
    )  # fmt: skip
    expected = 100 * event_probability(1.0, follow_up=0.5)
    assert found.n_events.mean() == pytest.approx(expected, abs=1)


def test_the_level_of_the_test_is_kept_and_power_is_near_schoenfelds():
    level = simulate_trials(4000, **DESIGN, hazard_treated=3e-4, hazard_control=3e-4, seed=5)
    assert level.power().lower < 0.05 < level.power().upper
    found = simulate_trials(4000, **DESIGN, **HAZARDS, seed=5)
    events = expected_events(114, 114, **HAZARDS, follow_up=1096)
    ratio = HAZARDS["hazard_treated"] / HAZARDS["hazard_control"]
    assert found.power().power == pytest.approx(power(events, ratio), abs=0.03)
    assert found.z.mean() < 0


def test_cox_estimates_the_true_ratio():
    found = simulate_trials(2000, **DESIGN, **HAZARDS, seed=7, cox=True)
    truth = np.log(HAZARDS["hazard_treated"] / HAZARDS["hazard_control"])
    covered = np.abs(found.coef - truth) < 1.959964 * found.std_error
    assert np.mean(found.coef) == pytest.approx(truth, abs=0.03)
    assert covered.mean() == pytest.approx(0.95, abs=0.02)


def test_the_seed_alone_decides_whatever_the_number_of_cores(monkeypatch):
    monkeypatch.setattr(simulation, "CHUNK", 228 * 50)
    one = simulate_trials(210, **DESIGN, **HAZARDS, seed=9, n_jobs=1)
    two = simulate_trials(210, **DESIGN, **HAZARDS, seed=9, n_jobs=2)
    assert np.array_equal(one.z, two.z)
    assert one.z.shape == (210,)
    assert not np.array_equal(one.z, simulate_trials(210, **DESIGN, **HAZARDS, seed=10, n_jobs=2).z)
    # chunks differ from one another
    assert np.unique(one.z).size > 200


def test_memory_does_not_grow_with_the_number_of_trials():
    def peak(n_trials):
        tracemalloc.start()
        simulate_trials(n_trials, **DESIGN, **HAZARDS, seed=1)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    assert peak(9000) < 1.2 * peak(3000) < 1.2e8


def test_trials_without_events_are_not_significant():
    found = simulate_trials(
        50, n_treated=5, n_control=5, hazard_treated=0.0, hazard_control=0.0, follow_up=1, seed=1
    )
    assert np.isnan(found.p_value).all()
    assert found.power().power == 0


@pytest.mark.slow
def test_a_dask_cluster_gives_the_same_trials():
    distributed = pytest.importorskip("distributed")
    here = simulate_trials(4000, **DESIGN, **HAZARDS, seed=2)
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None
    ) as cluster:
        there = simulate_trials(
            4000, **DESIGN, **HAZARDS, seed=2, scheduler=cluster.scheduler_address
        )
    assert np.array_equal(here.z, there.z)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n_treated": 0}, "n_treated"),
        ({"n_control": 2.5}, "n_control"),
        ({"follow_up": -1}, "follow_up"),
        ({"follow_up": 0}, "nobody"),
        ({"hazard_treated": -1.0}, "rates"),
        ({"hazard_control": np.nan}, "rates"),
        ({"dropout_treated": np.inf}, "rates"),
    ],
)
def test_parameters_out_of_range_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        simulate_trials(10, **(DESIGN | HAZARDS | change), seed=1)


def test_hazards_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="2 pieces"):
        PiecewiseHazard((1.0,), (2.0,))
    with pytest.raises(ValueError, match="ascending"):
        PiecewiseHazard((1.0, 1.0, 1.0), (2.0, 1.0))
    with pytest.raises(ValueError, match="n_trials"):
        simulate_trials(0, **DESIGN, **HAZARDS, seed=1)
    with pytest.raises(ValueError, match="alpha"):
        simulate_trials(5, **DESIGN, **HAZARDS, seed=1).power(0)


@pytest.mark.slow
def test_it_is_a_hundred_times_faster_than_a_loop_over_lifelines():
    statistics = pytest.importorskip("lifelines.statistics")
    rng = np.random.default_rng(1)
    time, event = rng.exponential(1000, 228), rng.integers(0, 2, 228)

    def fastest(call, repeats):
        taken = []
        for _ in range(repeats):
            start = perf_counter()
            call()
            taken.append(perf_counter() - start)
        return min(taken)

    loop = fastest(
        lambda: statistics.logrank_test(time[:114], time[114:], event[:114], event[114:]), 20
    )
    ours = fastest(lambda: simulate_trials(10_000, **DESIGN, **HAZARDS, seed=1), 3) / 10_000
    assert loop > 100 * ours
