"""Claims in words that printed numbers can be held against: "no significant difference"."""

import math
import re
from collections.abc import Iterator

from scipy import stats

from trialbook.audit.findings import Finding, ids
from trialbook.audit.paper import Comparison, Figure, Paper

CLAIM = "no significant difference claimed"


def no_difference(paper: Paper) -> Iterator[Finding]:
    """Test the means of a chapter whose claim is that no difference is significant.

    The claim is a row whose printed text is "no significant difference" for a comparison; the
    means and SDs of the trial's population chapter are compared by Welch's t test, at the
    values printed and at those within rounding that are farthest apart.
    """
    comparisons = {c.name: c for c in paper.comparisons}
    for claim in paper.figures:
        versus = comparisons.get(claim.arm)
        if versus is None or not re.search(r"no(t)? significant", claim.printed.lower()):
            continue
        words = set(re.findall(r"[a-z]+", claim.item.lower()))
        if not words & {"baseline", "characteristics", "demographic"}:
            continue
        tested = [t for m in paper.of_kind("mean") if (t := _tested(paper, m, versus)) is not None]
        if tested:
            yield _verdict(claim, min(tested, key=lambda t: t[1]))


def _tested(
    paper: Paper, mean: Figure, versus: Comparison
) -> tuple[tuple[Figure, ...], float, float, float] | None:
    """Return the figures and the P value as printed, then its range within rounding."""
    if mean.chapter != "population" or mean.arm != versus.treated:
        return None
    means = [paper.beside(mean, "mean", arm) for arm in (versus.treated, versus.control)]
    sds = [paper.beside(mean, "sd", arm) for arm in (versus.treated, versus.control)]
    sizes = [paper.denominator(m) if m is not None else None for m in means]
    if None in means or None in sds or None in sizes:
        return None
    ns = [size.n for size in sizes]
    centre = [float(m.number.value) for m in means]
    spread = [float(s.number.value) for s in sds]
    apart = 1 if centre[0] >= centre[1] else -1
    half = [float(m.number.unit) / 2 for m in means]
    narrow = [max(float(s.number.low), 0.0) for s in sds]
    wide = [float(s.number.high) for s in sds]
    far = (centre[0] + apart * half[0], centre[1] - apart * half[1])
    near = (centre[0] - apart * half[0], centre[1] + apart * half[1])
    if apart * (near[0] - near[1]) < 0:
        near = (centre[0], centre[0])
    return (
        (*means, *sds),
        _welch(centre, spread, ns),
        _welch(far, narrow, ns),
        _welch(near, wide, ns),
    )


def _welch(means, sds, ns) -> float:
    variances = [sd**2 / n for sd, n in zip(sds, ns, strict=True)]
    if not sum(variances):
        return 0.0 if means[0] != means[1] else 1.0
    t = (means[0] - means[1]) / math.sqrt(sum(variances))
    df = sum(variances) ** 2 / sum(v**2 / (n - 1) for v, n in zip(variances, ns, strict=True) if v)
    return float(2 * stats.t.sf(abs(t), df))


def _verdict(claim: Figure, tested: tuple) -> Finding:
    figures, p, smallest, largest = tested
    item = figures[0].item
    texts = [f"{m.printed} (SD {s.printed})" for m, s in zip(figures[:2], figures[2:], strict=True)]
    proof = (
        f"the clearest difference is in {item}: {' against '.join(texts)}, P = {p:.3f}; within "
        f"rounding from {smallest:.3f} to {largest:.3f}"
    )
    verdict, conditions = "consistent", ""
    if largest < 0.05:
        verdict, conditions = "unlikely", "Welch's t test at 0.05 (a rank test may differ)"
    elif smallest < 0.05:
        verdict = "rounding" if p < 0.05 else "consistent"
        conditions = "holds for the values as printed, not for all that would print so"
    return Finding(CLAIM, claim.item, ids(claim, *figures), verdict, conditions, proof)
