import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialbook.survival import concordance, concordance_of, cox


@st.composite
def patients(draw):
    n = draw(st.integers(2, 25))

    def column(values):
        return np.array(draw(st.lists(values, min_size=n, max_size=n)))

    return column(st.integers(0, 9)), column(st.booleans()), column(st.integers(-3, 3))


def by_pairs(time, event, risk):
    """Count concordant, discordant and tied pairs one by one."""
    found = [0, 0, 0]
    for i in np.flatnonzero(event):
        for j in range(len(time)):
            if time[j] > time[i] or (time[j] == time[i] and not event[j]):
                found[1 + int(np.sign(risk[j] - risk[i]))] += 1
    return found[0], found[2], found[1]


@given(patients())
def test_pairs_counted_one_by_one(trial):
    found = concordance(*trial)
    assert (found.concordant, found.discordant, found.tied_risk) == by_pairs(*trial)
    pairs = sum(by_pairs(*trial))
    expected = (found.concordant + found.tied_risk / 2) / pairs if pairs else np.nan
    np.testing.assert_allclose(found.concordance, expected)


@given(patients(), st.randoms())
def test_rows_units_and_monotone_risks_change_nothing(trial, random):
    time, event, risk = trial
    order = np.arange(time.size)
    random.shuffle(order)
    one = concordance(time, event, risk)
    other = concordance(time[order] * 365.25, event[order], np.exp(risk[order]))
    np.testing.assert_allclose(one.concordance, other.concordance)
    np.testing.assert_allclose(one.std_error, other.std_error, atol=1e-12)
    np.testing.assert_allclose(concordance(time, event, -risk).concordance, 1 - one.concordance)


@given(patients())
def test_whole_weights_are_copies(trial):
    time, event, risk = trial
    copies = 1 + np.arange(time.size) % 3
    weighted = concordance(time, event, risk, weights=copies)
    apart = concordance(*(np.repeat(column, copies) for column in trial))
    np.testing.assert_allclose(weighted.concordance, apart.concordance)


@given(patients())
def test_a_stratum_is_a_trial_of_its_own(trial):
    time, event, risk = trial
    stratum = np.arange(time.size) % 2
    both = concordance(time, event, risk, strata=stratum)
    parts = [by_pairs(*(column[stratum == s] for column in trial)) for s in (0, 1)]
    counts = (both.concordant, both.discordant, both.tied_risk)
    np.testing.assert_array_equal(counts, np.sum(parts, axis=0))


def test_late_entry_leaves_out_who_was_not_there_yet():
    # the second patient enters after the first one's event
    found = concordance([2, 5, 6], [1, 1, 0], [3, 2, 1], entry=[0, 3, 0])
    assert (found.concordant, found.discordant) == (2, 0)


def test_no_comparable_pair_is_not_estimable():
    assert np.isnan(concordance([1, 2], [0, 0], [1, 2]).concordance)
    assert np.isnan(concordance([1], [1], [1]).std_error)
    assert np.isnan(concordance([3, 3], [1, 1], [1, 2]).concordance)


def test_a_term_without_estimate_counts_as_zero():
    # concordance(coxph(Surv(1:4, c(1, 1, 1, 0)) ~ c(0, 1, 0, 1) + rep(2, 4)))
    model = cox([1, 2, 3, 4], [1, 1, 1, 0], np.column_stack([[0, 1, 0, 1], [2, 2, 2, 2]]))
    alone = cox([1, 2, 3, 4], [1, 1, 1, 0], [0, 1, 0, 1])
    assert concordance_of(model) == concordance_of(alone)


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="risk: has 1 values but time has 2"):
        concordance([1, 2], [1, 0], [1])
    with pytest.raises(ValueError, match=r"risk: 1 value is missing \(NaN\)"):
        concordance([1, 2], [1, 0], [1, np.nan])
    with pytest.raises(ValueError, match="time: 1 value is negative"):
        concordance([1, -2], [1, 0], [1, 2])
