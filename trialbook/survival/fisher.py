"""Fisher's exact test of two proportions, with the conditional odds ratio."""

from dataclasses import dataclass

import numpy as np
from scipy import optimize, special

from trialbook.survival.proportions import checked_table
from trialbook.survival.validation import check_conf_level


@dataclass(frozen=True)
class FisherExact:
    """Fisher's exact test; `odds_ratio` is the conditional maximum-likelihood estimate.

    Examples
    --------
    >>> from trialbook.survival import fisher_exact
    >>> round(float(fisher_exact(3, 20, 9, 20).p_value), 4)
    0.0824
    """

    p_value: float
    odds_ratio: float
    lower: float
    upper: float


def _null(n_treated: int, n_control: int, events: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the events of the treated arm that the margins allow, and their log probabilities."""
    first, last = max(0, events - n_control), min(events, n_treated)
    support = np.arange(first, last + 1)
    log_ways = -(
        special.gammaln(support + 1)
        + special.gammaln(n_treated - support + 1)
        + special.gammaln(events - support + 1)
        + special.gammaln(n_control - events + support + 1)
    )
    return support, log_ways - special.logsumexp(log_ways)


def _two_sided(log_null: np.ndarray, observed: int) -> float:
    """Sum the tables no more probable than the observed one (1e-7 apart counts as equal)."""
    as_rare = log_null <= log_null[observed] + np.log1p(1e-7)
    return float(min(1.0, np.exp(log_null[as_rare]).sum()))


def fisher_p_value(
    events_treated: int, n_treated: int, events_control: int, n_control: int
) -> float:
    """Two-sided P value of Fisher's exact test alone, for the many rows of a safety table.

    Parameters
    ----------
    events_treated, n_treated, events_control, n_control : int
        Patients with the event, and patients, per arm.

    Returns
    -------
    float
        As `fisher_exact` gives it.

    Raises
    ------
    ValueError
        When a count is no count, or an arm is empty.

    Examples
    --------
    >>> from trialbook.survival import fisher_p_value
    >>> round(float(fisher_p_value(3, 20, 9, 20)), 4)
    0.0824
    """
    x, m, events_control, n = checked_table(events_treated, n_treated, events_control, n_control)
    support, log_null = _null(m, n, x + events_control)
    return _two_sided(log_null, x - support[0])


def fisher_exact(
    events_treated: int,
    n_treated: int,
    events_control: int,
    n_control: int,
    *,
    conf_level: float = 0.95,
) -> FisherExact:
    """Fisher's exact test of two proportions, two-sided, with the conditional odds ratio.

    Parameters
    ----------
    events_treated, n_treated, events_control, n_control : int
        Patients with the event, and patients, per arm.
    conf_level : float
        Level of the exact interval of the odds ratio.

    Returns
    -------
    FisherExact
        The two-sided P value sums the tables that are no more probable than the observed one.
        `odds_ratio` is 0 or inf when the observed table is at the end of its support, and NaN
        when the margins leave one table only.

    Raises
    ------
    ValueError
        When a count is no count, or an arm is empty.

    Notes
    -----
    As R's ``fisher.test``: P value with its relative tolerance of 1e-7 for ties, conditional
    maximum-likelihood estimate, and the exact interval that inverts two one-sided tests. R finds
    the last two with ``uniroot`` at its default tolerance of 1.2e-4; here they are solved to
    machine precision, so they agree with R's own equations better than R's printed digits do.

    References
    ----------
    Fisher RA (1935). The logic of inductive inference. J R Stat Soc 98:39-82.
    Cornfield J (1956). A statistical problem arising from retrospective studies. Proc Third
    Berkeley Symp 4:135-148 (the conditional likelihood and its interval).

    Examples
    --------
    3 of 20 with the event, against 9 of 20.

    >>> from trialbook.survival import fisher_exact
    >>> found = fisher_exact(3, 20, 9, 20)
    >>> print(f"{found.odds_ratio:.3f} ({found.lower:.3f} to {found.upper:.3f})")
    0.224 (0.032 to 1.162)
    """
    x, m, events_control, n = checked_table(events_treated, n_treated, events_control, n_control)
    check_conf_level(conf_level)
    support, log_null = _null(m, n, x + events_control)
    p_value = _two_sided(log_null, x - support[0])
    if len(support) == 1:
        return FisherExact(1.0, np.nan, np.nan, np.nan)

    def density(log_odds_ratio: float) -> np.ndarray:
        log_density = log_null + log_odds_ratio * support
        weight = np.exp(log_density - log_density.max())
        return weight / weight.sum()

    def odds_ratio_where(equation) -> float:
        # the equations are monotone in the log odds ratio: widen until they change sign
        bound = 2.0
        while equation(-bound) * equation(bound) > 0:
            bound *= 2.0
        return float(np.exp(optimize.brentq(equation, -bound, bound, xtol=1e-13)))

    tail = (1 - conf_level) / 2
    at_least, at_most = support >= x, support <= x
    first, last = x == support[0], x == support[-1]
    if first or last:
        estimate = 0.0 if first else np.inf
    else:
        estimate = odds_ratio_where(lambda b: density(b) @ support - x)
    return FisherExact(
        p_value,
        estimate,
        0.0 if first else odds_ratio_where(lambda b: density(b)[at_least].sum() - tail),
        np.inf if last else odds_ratio_where(lambda b: density(b)[at_most].sum() - tail),
    )
