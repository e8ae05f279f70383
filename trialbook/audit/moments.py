"""Means and standard deviations: of whole numbers, within a range, of categories, of a part.

GRIM for means is Brown and Heathers (2017); GRIMMER for standard deviations is Anaya (PeerJ
Preprints 2016;4:e2400v1) with Allard's parity argument (2018); the largest standard deviation
of values between a and b is Bhatia and Davis' (Am Math Monthly 2000;107:353-7).
"""

import math
import re
from collections.abc import Iterator
from fractions import Fraction

from scipy import optimize

from trialbook.audit.findings import Finding, ids
from trialbook.audit.paper import Figure, Paper, stems
from trialbook.audit.rounding import Rounded
from trialbook.audit.sums import category_groups

GRIM = "mean of whole numbers"
GRIMMER = "standard deviation of whole numbers"
RANGE = "mean and standard deviation within the range"
CATEGORIES = "mean and standard deviation against categories"
PART = "spread of a part against the spread of all"

_AMONG = re.compile(r"\s*\b(?:in|among) (?:the )?patients ([^,]+)")
_WHOLE_NUMBERS = re.compile(r"\b(yr|years?|days?|weeks?|score|number of|no\. of|count)\b", re.I)


def _pairs(paper: Paper) -> Iterator[tuple[Figure, Figure | None, int, tuple[Figure, ...]]]:
    """Yield each mean with its SD, the number of patients and the figures that say so."""
    for mean in paper.of_kind("mean"):
        if mean.number.relation:
            continue
        size = _size(paper, mean)
        if size is not None:
            n, figures = size
            yield mean, paper.beside(mean, "sd"), n, figures


def _size(paper: Paper, mean: Figure) -> tuple[int, tuple[Figure, ...]] | None:
    """Return how many patients a mean is over: those that its item names, or all of the arm."""
    own = paper.beside(mean, "n")
    if own is not None and own.count:
        return own.count, (own,)
    named = _named_subset(paper, mean)
    if named is not None:
        return named.count, (named,)
    if _AMONG.search(mean.item):
        return None
    denominator = paper.denominator(mean)
    return None if denominator is None else (denominator.n, denominator.figures)


def _named_subset(paper: Paper, mean: Figure) -> Figure | None:
    """Find the count of the patients in "... in patients whose treatment failed, mg"."""
    match = _AMONG.search(mean.item)
    if match is None:
        return None
    for figure in paper.of_kind("n"):
        if figure.arm == mean.arm and figure.count and stems(figure.item) == stems(match[1]):
            return figure
    return None


def whole_numbers(paper: Paper) -> Iterator[Finding]:
    """Check means (GRIM) and standard deviations (GRIMMER) of whole numbers."""
    for mean, sd, n, figures in _pairs(paper):
        unit = _WHOLE_NUMBERS.search(mean.item)
        if mean.integer == "no" or not (mean.integer == "yes" or unit):
            continue
        certain = mean.integer == "yes"
        conditions = "" if certain else f"values are recorded as whole numbers ({unit[0]})"
        sums = possible_sums(mean.number, n)
        proof = f"{n} whole numbers with mean {mean.printed} have a sum of {_ends(sums)}"
        wrong = "impossible" if certain else "unlikely"
        yield Finding(
            GRIM,
            mean.about,
            ids(mean, *figures),
            "consistent" if sums else wrong,
            conditions,
            proof if sums else f"no sum of {n} whole numbers gives a mean of {mean.printed}",
        )
        if sums and sd is not None and not sd.number.relation:
            squares = possible_squares(mean.number, sd.number, n)
            said = (
                f"a sum of {squares[0]} and of squares of {squares[1]} give {mean.printed} and "
                f"{sd.printed}"
                if squares
                else f"no sum of squares gives an SD of {sd.printed} with mean {mean.printed}"
            )
            yield Finding(
                GRIMMER,
                mean.about,
                ids(mean, sd, *figures),
                "consistent" if squares else wrong,
                conditions,
                f"{n} whole numbers: {said}",
            )


def possible_sums(mean: Rounded, n: int) -> range:
    """Return the sums of `n` whole numbers whose mean prints as `mean`."""
    return range(math.ceil(mean.low * n), math.floor(mean.high * n) + 1)


def possible_squares(mean: Rounded, sd: Rounded, n: int) -> tuple[int, int] | None:
    """Find a sum and a sum of squares of `n` whole numbers that print this mean and SD.

    The sum of squares has the parity of the sum, and is no smaller than that of the most even
    division of the sum; the SD has the divisor n - 1.

    Returns
    -------
    tuple of int or None
        (sum, sum of squares) of one solution; None where there is none.
    """
    if n < 2:
        return None
    low = max(sd.low, Fraction(0)) ** 2
    for total in possible_sums(mean, n):
        centre = Fraction(total * total, n)
        each, over = divmod(total, n)
        most_even = (n - over) * each**2 + over * (each + 1) ** 2
        first = max(math.ceil(centre + (n - 1) * low), most_even)
        first += (first - total) % 2
        if first <= centre + (n - 1) * sd.high**2:
            return total, first
    return None


def _ends(sums: range) -> str:
    return str(sums[0]) if len(sums) == 1 else f"{sums[0]} to {sums[-1]}" if sums else "nothing"


def within_range(paper: Paper) -> Iterator[Finding]:
    """Check a mean and its SD against the smallest and largest value.

    The range is what is printed beside the mean as ``min`` and ``max``, or what the design says
    as ``minimum age``, ``maximum age``. A ``target`` of the same unit is taken as an upper
    bound that may be exceeded: then some patients must have been above it.
    """
    for mean, sd, n, figures in _pairs(paper):
        low, high, soft = _range(paper, mean)
        if high is None or n < 2:
            continue
        a = low.number.low if low is not None else Fraction(0)
        b = high.number.value if soft else high.number.high
        m = mean.number
        largest = 0.0
        if m.high >= a and m.low <= b:
            best = min(max((a + b) / 2, m.low), m.high)
            largest = math.sqrt((best - a) * (b - best) * Fraction(n, n - 1))
        fits = largest > 0 and (sd is None or sd.number.low <= largest)
        bounds = f"{low.printed if low is not None else 0} to {high.printed}"
        proof = (
            f"{n} values from {bounds} with mean {mean.printed} have an SD of at most {largest:.2f}"
        )
        if sd is not None:
            proof += f"; printed: {sd.printed}"
        verdict, conditions = "consistent", "" if low is not None else "no value below 0"
        if not fits:
            verdict = "needs an unstated allowance" if soft else "impossible"
            conditions = f"some values exceed the target of {high.printed}" if soft else conditions
        yield Finding(
            RANGE, mean.about, ids(mean, sd, low, high, *figures), verdict, conditions, proof
        )


def _range(paper: Paper, mean: Figure) -> tuple[Figure | None, Figure | None, bool]:
    low, high = paper.beside(mean, "min"), paper.beside(mean, "max")
    if low is not None or high is not None:
        return low, high, False
    words = stems(mean.item)
    ends: dict[str, Figure] = {}
    for figure in paper.figures:
        head, _, tail = figure.item.lower().partition(" ")
        if figure.chapter != "design" or figure.number is None or not stems(tail):
            continue
        if figure.arm not in (mean.arm, "all") or not stems(tail) <= words:
            continue
        if head in ("minimum", "maximum") or (head == "target" and _same_unit(figure, mean)):
            ends.setdefault(head, figure)
    if "maximum" not in ends and "target" in ends:
        return ends.get("minimum"), ends["target"], True
    return ends.get("minimum"), ends.get("maximum"), False


def _same_unit(bound: Figure, mean: Figure) -> bool:
    """Compare "g per day" with the unit that the mean's item names for this arm ("MMF g / ...")."""
    own = re.search(rf"\b{re.escape(mean.arm)} ([a-z/]+)", mean.item)
    unit = own[1] if own else mean.item.rpartition(", ")[2]
    return unit in (bound.statistic, bound.statistic.removesuffix(" per day"))


def against_categories(paper: Paper) -> Iterator[Finding]:
    """Check a mean and SD against the counts in categories of the same quantity.

    The smallest spread for given counts and mean puts each value at the point of its category
    that is nearest to one common value.
    """
    groups = category_groups(paper)
    for mean, sd, n, _ in _pairs(paper):
        for (chapter, head), items in groups.items():
            quantity = stems(head) - stems("category group class")
            limits = [_limits(item.partition(": ")[2]) for item in items]
            if not quantity or not quantity <= stems(mean.item) or None in limits:
                continue
            counts = [paper.items[chapter, item].get((mean.arm, "n")) for item in items]
            if (
                any(f is None or f.count is None for f in counts)
                or sum(f.count for f in counts if f is not None) != n
            ):
                continue
            yield _categories(mean, sd, counts, limits)


def _limits(label: str) -> tuple[float, float] | None:
    """Read a category's limits: ">=60 to <90", "60-89", "<30", "90 or more"."""
    text = label.replace("≥", ">=").replace("≤", "<=").replace("–", "-")
    number = r"(\d+(?:\.\d+)?)"
    if match := re.match(rf"\s*>?=?\s*{number}\s*(?:to|-)\s*<?=?\s*{number}", text):
        return float(match[1]), float(match[2])
    if match := re.match(rf"\s*>=?\s*{number}", text) or re.match(rf"\s*{number} or more", text):
        return float(match[1]), math.inf
    if match := re.match(rf"\s*<=?\s*{number}", text):
        return 0.0, float(match[1])
    return None


def _categories(
    mean: Figure, sd: Figure | None, counts: list[Figure], limits: list[tuple[float, float]]
) -> Finding:
    groups = [(f.count, *ends) for f, ends in zip(counts, limits, strict=True) if f.count]
    n = sum(k for k, _, _ in groups)
    lowest = sum(k * a for k, a, _ in groups) / n
    highest = sum(k * b for k, _, b in groups) / n
    involved = ids(mean, sd, *counts)
    proof = f"these counts mean an average from {lowest:.1f} to {_or_more(highest)}"
    proof += f"; printed: {mean.printed}"
    if not mean.number.overlaps(lowest, highest):
        return Finding(CATEGORIES, mean.about, involved, "impossible", "", proof)
    if sd is None:
        return Finding(CATEGORIES, mean.about, involved, "consistent", "", proof)
    goal = min(max(float(mean.number.value), lowest), highest)
    least = _least_sd(groups, n, goal)
    most = _most_sd(groups, n, goal)
    proof += f"; an SD from {least:.1f} to {_or_more(most)}; printed: {sd.printed}"
    fits = sd.number.overlaps(least, most)
    return Finding(
        CATEGORIES, mean.about, involved, "consistent" if fits else "impossible", "", proof
    )


def _or_more(value: float) -> str:
    return "any higher value" if math.isinf(value) else f"{value:.1f}"


def _least_sd(groups: list[tuple[int, float, float]], n: int, goal: float) -> float:
    def excess(c: float) -> float:
        return sum(k * min(max(c, a), b) for k, a, b in groups) - n * goal

    low = min(a for _, a, _ in groups)
    high = max(b if math.isfinite(b) else max(a, n * goal) for _, a, b in groups)
    c = optimize.brentq(excess, low, high) if excess(low) < 0 < excess(high) else goal
    squares = sum(k * (min(max(c, a), b) - goal) ** 2 for k, a, b in groups)
    return math.sqrt(squares / (n - 1))


def _most_sd(groups: list[tuple[int, float, float]], n: int, goal: float) -> float:
    if any(math.isinf(b) for _, _, b in groups):
        return math.inf
    # x^2 <= (a + b) x - a b within a category: fill those with the largest a + b first.
    spare = n * goal - sum(k * a for k, a, _ in groups)
    squares = 0.0
    for k, a, b in sorted(groups, key=lambda group: -(group[1] + group[2])):
        moved = min(spare, k * (b - a))
        spare -= moved
        squares += (a + b) * (k * a + moved) - k * a * b
    return math.sqrt(max(squares - n * goal**2, 0.0) / (n - 1))


def parts_of_all(paper: Paper) -> Iterator[Finding]:
    """Check that a part of the patients does not vary more than all of them can.

    With N values of mean M and n of them of mean m, the squares about M are at least
    (n - 1) s^2 + n (m - M)^2 N / (N - n).
    """
    for mean, sd, n, figures in _pairs(paper):
        among = _AMONG.search(mean.item)
        if among is None or sd is None:
            continue
        whole = mean.item.replace(among[0], "")
        all_mean = paper.items.get((mean.chapter, whole), {}).get((mean.arm, "mean"))
        all_sd = paper.items.get((mean.chapter, whole), {}).get((mean.arm, "sd"))
        size = None if all_mean is None else _size(paper, all_mean)
        if all_sd is None or size is None or not n < size[0]:
            continue
        total, m = size[0], all_mean.number
        gap = max(mean.number.low - m.high, m.low - mean.number.high, Fraction(0))
        needed = (n - 1) * sd.number.low**2 + n * gap**2 * Fraction(total, total - n)
        given = (total - 1) * all_sd.number.high**2
        yield Finding(
            PART,
            mean.about,
            ids(mean, sd, all_mean, all_sd, *figures, *size[1]),
            "consistent" if needed <= given else "impossible",
            "",
            f"the squares of {n} of {total} make at least {float(needed):.4g} of "
            f"{float(given):.4g} in all",
        )
