"""Kenward and Roger's correction against their definition, written out with whole matrices."""

import numpy as np
import pytest
from scipy import stats

from trialbook.analyses.repeated_measures import VisitByVisit, repeated_measures


def patients_of(n, q, missing, seed):
    rng = np.random.default_rng(seed)
    spread = np.linalg.cholesky(0.6 ** np.abs(np.subtract.outer(np.arange(q), np.arange(q))))
    Z = np.column_stack([np.arange(n) % 2 == 0, np.arange(n) % 2 == 1, rng.normal(0, 1, n)])
    Y = rng.normal(0, 1, (n, q)) @ spread.T + 0.5 * Z[:, 2:]
    gone = rng.random((n, q)) < missing
    gone[:, 0] = False
    return np.where(gone, np.nan, Y), Z.astype(float)


def by_definition(model, Y, Z):
    """Return corrected covariance and df of the last visit's difference (Kenward and Roger 1997).

    V, X, y of all patients stacked; the observed information of REML by the entries of sigma.
    """
    q, r = model.coef.shape
    keep = ~np.isnan(Y)
    X = np.vstack([np.kron(np.eye(q), Z[i])[keep[i]] for i in range(len(Y))])
    y = Y[keep]
    entries = [(a, b) for a in range(q) for b in range(a + 1)]

    def stacked(matrix):
        blocks = [matrix[np.ix_(k, k)] for k in keep]
        size = sum(len(block) for block in blocks)
        whole, at = np.zeros((size, size)), 0
        for block in blocks:
            whole[at : at + len(block), at : at + len(block)] = block
            at += len(block)
        return whole

    slopes = []
    for a, b in entries:
        unit = np.zeros((q, q))
        unit[a, b] = unit[b, a] = 1
        slopes.append(stacked(unit))
    W = np.linalg.inv(stacked(model.sigma))
    Phi = np.linalg.inv(X.T @ W @ X)
    project = W - W @ X @ Phi @ X.T @ W
    k = len(entries)
    P = [-X.T @ W @ V @ W @ X for V in slopes]
    information = np.array([
        [y @ project @ a @ project @ b @ project @ y - np.trace(project @ a @ project @ b) / 2
         for b in slopes] for a in slopes
    ])  # fmt: skip
    theta = np.linalg.inv(information)
    inner = sum(
        theta[i, j] * (X.T @ W @ slopes[i] @ W @ slopes[j] @ W @ X - P[i] @ Phi @ P[j])
        for i in range(k)
        for j in range(k)
    )
    corrected = Phi + 2 * Phi @ inner @ Phi
    contrast = np.zeros(q * r)
    contrast[(q - 1) * r : (q - 1) * r + 2] = 1, -1
    share = np.array([contrast @ Phi @ one @ Phi @ contrast for one in P])
    df = 2 * (contrast @ Phi @ contrast) ** 2 / (share @ theta @ share)
    return np.sqrt(contrast @ corrected @ contrast), df


@pytest.mark.parametrize(("n", "q", "missing"), [(24, 3, 0.25), (30, 4, 0.2), (16, 2, 0.3)])
def test_it_is_kenward_and_rogers(n, q, missing):
    Y, Z = patients_of(n, q, missing, seed=n)
    model = repeated_measures(10 * Y, Z)
    _, std_error, df = model.contrast(q - 1, np.array([1.0, -1, 0]))
    expected = by_definition(model, 10 * Y, Z)
    assert (std_error, df) == pytest.approx(expected, rel=1e-6)
    plain = model.covariance[q - 1, :, q - 1, :]
    assert std_error > np.sqrt(plain[0, 0] + plain[1, 1] - 2 * plain[0, 1])
    assert df < n - 3


def test_without_missing_values_it_is_the_exact_t_test_of_each_visit():
    """Where nobody is missing each visit is a linear model of its own, of n - 3 df."""
    Y, Z = patients_of(20, 3, 0, seed=1)
    model = repeated_measures(Y, Z)
    for visit in range(3):
        estimate, std_error, df = model.contrast(visit, np.array([1.0, -1, 0]))
        coef, left, *_ = np.linalg.lstsq(Z, Y[:, visit], rcond=None)
        variance = left[0] / 17 * np.linalg.inv(Z.T @ Z)
        assert df == pytest.approx(17, rel=1e-4)
        assert estimate == pytest.approx(coef[0] - coef[1], rel=1e-5)
        expected = np.sqrt(variance[0, 0] + variance[1, 1] - 2 * variance[0, 1])
        assert std_error == pytest.approx(expected, rel=1e-4)


def test_what_stands_in_is_the_linear_model_of_each_visit():
    Y, Z = patients_of(20, 3, 0.3, seed=2)
    seen = ~np.isnan(Y[:, 2])
    estimate, std_error, df = VisitByVisit(Y, Z).contrast(2, np.array([1.0, -1, 0]))
    coef, left, *_ = np.linalg.lstsq(Z[seen], Y[seen, 2], rcond=None)
    inverse = np.linalg.inv(Z[seen].T @ Z[seen])
    variance = left[0] / (seen.sum() - 3) * (inverse[0, 0] + inverse[1, 1] - 2 * inverse[0, 1])
    assert (estimate, std_error, df) == pytest.approx(
        (coef[0] - coef[1], np.sqrt(variance), seen.sum() - 3)
    )
    few = np.full((3, 1), 1.0)
    assert np.isnan(VisitByVisit(few, Z[:3]).contrast(0, np.array([1.0, -1, 0]))).all()


@pytest.mark.slow
def test_it_covers_in_small_trials():
    """12 patients an arm, 4 visits, 21% missing: intervals hold what they say."""
    held = []
    for seed in range(400):
        Y, Z = patients_of(24, 4, 0.28, seed)
        try:
            model = repeated_measures(Y, Z)
        except ValueError:
            continue
        estimate, std_error, df = model.contrast(3, np.array([1.0, -1, 0]))
        held.append(abs(estimate) < stats.t.isf(0.025, df) * std_error)
    assert len(held) > 300
    assert np.mean(held) == pytest.approx(0.95, abs=0.025)
