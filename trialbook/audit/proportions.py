"""Counts and percentages against their denominators, and P values of two counts.

The granularity test (GRIM) is Brown and Heathers' (Soc Psychol Personal Sci 2017;8:363-9): a
percentage of n patients is one of n + 1 numbers, and only some printed ones are near any.
"""

import math
from collections.abc import Iterator
from fractions import Fraction

from scipy import stats

from trialbook.audit.findings import Finding, ids
from trialbook.audit.paper import SAFETY_CHAPTERS, Comparison, Denominator, Figure, Paper
from trialbook.audit.rounding import Rounded, to_digits
from trialbook.survival import fisher_p_value

GRIM = "percentage of a count"
FEWER = "count within its denominator"
COUNTS_P = "P value of two counts"


def percentages(paper: Paper) -> Iterator[Finding]:
    """Check that each percentage is that of a whole number of patients."""
    for figure in paper.of_kind("percent", everything=True):
        denominator = paper.denominator(figure)
        if denominator is None or figure.number.relation:
            continue
        count = paper.beside(figure, "n")
        if denominator.n == 0:
            yield _of_nobody(figure, denominator)
        elif count is not None and count.count is not None:
            yield _with_count(paper, figure, count, denominator)
        else:
            yield _without_count(figure, denominator)


def _of_nobody(figure: Figure, denominator: Denominator) -> Finding:
    proof = f"0 patients have no percentage; printed: {figure.printed}%"
    conditions = f"0 ({denominator.label}) is the denominator"
    involved = ids(figure, *denominator.figures)
    return Finding(GRIM, figure.about, involved, "impossible", conditions, proof, "", figure.id)


def _with_count(paper: Paper, figure: Figure, count: Figure, denominator: Denominator) -> Finding:
    n, of = count.count, denominator.n
    exact = Fraction(100 * n, of)
    digits = figure.number.digits
    proof = f"{n} of {of} is {_shown(exact, digits)}%; printed: {figure.printed}%"
    verdict, conditions, change = "consistent", "", ""
    if figure.number.only_at_an_end(exact):
        verdict, conditions = "rounding", "exactly half-way: the rule of rounding decides"
    elif not figure.number.contains(exact):
        others = {
            other.label: other.n
            for other in paper.populations(figure.arm).values()
            if other.n not in (0, of) and figure.number.contains(Fraction(100 * n, other.n))
        }
        if others:
            label, other = next(iter(others.items()))
            verdict = "needs an unstated allowance"
            conditions = f"the denominator is {other} ({label}), not {of} ({denominator.label})"
            proof += f"; {n} of {other} is {_shown(Fraction(100 * n, other), digits)}%"
        elif abs(exact - figure.number.value) < figure.number.unit:
            verdict, conditions = "rounding", "the last digit was cut off or rounded up"
        else:
            verdict = "impossible"
            conditions = f"{of} ({denominator.label}) is the denominator"
            change = f"the count as printed is {to_digits(exact, digits)}%"
    return Finding(
        GRIM,
        figure.about,
        ids(count, figure, *denominator.figures),
        verdict,
        conditions,
        proof,
        change,
        figure.id if verdict == "impossible" else "",
    )


def _without_count(figure: Figure, denominator: Denominator) -> Finding:
    printed, of = figure.number, denominator.n
    below = math.floor(printed.value * of / 100)
    nearest = [(k, Fraction(100 * k, of)) for k in (below, below + 1) if 0 <= k <= of]
    fitting = [k for k, exact in nearest if printed.contains(exact)]
    involved = ids(figure, *denominator.figures)
    options = [f"{k} of {of} is {_shown(exact, printed.digits)}%" for k, exact in nearest]
    if fitting:
        k = fitting[0]
        proof = f"{k} of {of} is {_shown(Fraction(100 * k, of), printed.digits)}%"
        proof += f"; printed: {figure.printed}%"
        return Finding(GRIM, figure.about, involved, "consistent", "", proof)
    proof = f"{' and '.join(options)}; no count gives {figure.printed}%"
    smaller = _largest_denominator(printed, of)
    if smaller:
        k, n = smaller
        proof += f" (the next smaller group that can: {k} of {n})"
    return Finding(
        GRIM,
        figure.about,
        involved,
        "impossible",
        f"every one of the {of} patients ({denominator.label}) has a value",
        proof,
        "the nearest that are possible: "
        + " or ".join(f"{to_digits(exact, printed.digits)}% ({k})" for k, exact in nearest),
        figure.id,
    )


def _largest_denominator(printed: Rounded, of: int) -> tuple[int, int] | None:
    """Return the largest k of n with n < `of` that prints so."""
    for n in range(of - 1, 0, -1):
        k = round(printed.value * n / 100)
        if k <= n and printed.contains(Fraction(100 * k, n)):
            return k, n
    return None


def _shown(exact: Fraction, digits: int) -> str:
    """Show an exact percentage with two digits more than printed, so that rounding is seen."""
    return to_digits(exact, digits + 2)


def counts_within(paper: Paper) -> Iterator[Finding]:
    """Check that no count exceeds its denominator, nor the safety population the randomized."""
    for figure in paper.of_kind("n", everything=True):
        denominator = paper.denominator(figure)
        if figure.count is None or denominator is None or figure in denominator.figures:
            continue
        if figure.count > denominator.n:
            yield Finding(
                FEWER,
                figure.about,
                ids(figure, *denominator.figures),
                "impossible",
                f"each patient counts once, and {denominator.n} ({denominator.label}) is right",
                f"{figure.count} > {denominator.n}",
            )


def p_values_of_counts(paper: Paper) -> Iterator[Finding]:
    """Recompute P values that stand beside two counts and no hazard ratio.

    Fisher's exact test, Pearson's chi-square and the same with Yates's correction are tried; for
    events over time also the log-rank test, whose value depends on who was still at risk.
    """
    timed = {f.chapter for f in paper.of_kind("hr")} - set(SAFETY_CHAPTERS)
    comparisons = {c.name: c for c in paper.comparisons}
    for figure in paper.of_kind("p_value"):
        versus = comparisons.get(figure.arm)
        if versus is None or paper.beside(figure, "hr") is not None:
            continue
        table = _two_by_two(paper, figure, versus)
        if table is not None:
            yield _p_value(figure, versus, table, figure.chapter in timed)


def _two_by_two(
    paper: Paper, figure: Figure, versus: Comparison
) -> tuple[tuple[Figure, Denominator], ...] | None:
    cells = []
    for arm in (versus.treated, versus.control):
        count = paper.beside(figure, "n", arm)
        denominator = paper.denominator(count) if count is not None else None
        if denominator is None or count.count is None or count.count > denominator.n:
            return None
        cells.append((count, denominator))
    return tuple(cells)


def _p_value(figure: Figure, versus: Comparison, table: tuple, timed: bool) -> Finding:
    (count1, of1), (count0, of0) = table
    x1, n1, x0, n0 = count1.count, of1.n, count0.count, of0.n
    tests = two_by_two_tests(x1, n1, x0, n0)
    counts = f"{x1} of {n1} against {x0} of {n0}"
    shown = ", ".join(
        f"{name} {to_digits(p, figure.number.digits + 2)}" for name, p in tests.items()
    )
    fitting = [name for name, p in tests.items() if figure.number.contains(p)]
    share = _log_rank_share(figure.number, x1, x0) if timed else None
    start = n1 / (n1 + n0)
    # Censoring moves the share of those at risk from that of the randomized, but rarely by more.
    near = share is not None and share[0] - 0.1 <= start <= share[1] + 0.1
    verdict, conditions, proof = "consistent", "", f"{counts}: {shown}; printed: {figure.printed}"
    if "Fisher" not in fitting and near:
        conditions = (
            f"a log-rank test, with {100 * share[0]:.1f}% to {100 * share[1]:.1f}% of those at "
            f"risk in {versus.treated} when the events happened (randomized: {100 * start:.1f}%)"
        )
    elif fitting:
        conditions = "" if fitting[0] == "Fisher" else f"the test is {fitting[0]}'s, not Fisher's"
    else:
        verdict = "unlikely" if timed else "impossible"
        conditions = "the test is one of these" + (" or a log-rank test" if timed else "")
    involved = ids(figure, count1, count0, *of1.figures, *of0.figures)
    questioned = figure.id if verdict == "impossible" else ""
    return Finding(
        COUNTS_P, figure.about, involved, verdict, conditions, proof, questioned=questioned
    )


def two_by_two_tests(x1: int, n1: int, x0: int, n0: int) -> dict[str, float]:
    """Return the two-sided P values that reports give for `x1` of `n1` against `x0` of `n0`.

    Returns
    -------
    dict
        ``Fisher``, and ``Pearson`` and ``Yates`` where there is an event and a non-event.
    """
    table = [[x1, n1 - x1], [x0, n0 - x0]]
    found = {"Fisher": fisher_p_value(x1, n1, x0, n0)}
    if 0 < x1 + x0 < n1 + n0:
        for name, correction in (("Pearson", False), ("Yates", True)):
            found[name] = float(stats.chi2_contingency(table, correction=correction).pvalue)
    return found


def _log_rank_share(printed: Rounded, o1: int, o0: int) -> tuple[float, float] | None:
    """Return the shares at risk with which a log-rank test prints so, nearest to O1/(O1+O0).

    With the same share q of the treated among those at risk at each of O = O1 + O0 untied events
    the statistic is (O1 - O q)^2 / (O q (1 - q)).
    """
    events = o1 + o0
    if not events:
        return None
    low, high = max(float(printed.low), 1e-300), min(float(printed.high), 1.0)
    if low >= high:
        return None
    shares = []
    for p in (low, high):
        chisq = float(stats.chi2.isf(p, 1))
        # (o1 - O q)^2 = chisq O q (1 - q), a quadratic in q.
        a = events**2 + chisq * events
        b = -(2 * o1 * events + chisq * events)
        root = math.sqrt(max(b * b - 4 * a * o1**2, 0.0))
        shares.append(((-b - root) / (2 * a), (-b + root) / (2 * a)))
    # Two solutions lie on either side of O1/O; the data's is the one nearer to an even split.
    sides = [sorted((shares[0][side], shares[1][side])) for side in (0, 1)]
    return tuple(min(sides, key=lambda ends: abs(sum(ends) / 2 - 0.5)))
