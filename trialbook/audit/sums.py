"""Sums: arms to all, categories to their whole, percentages to 100, parts no larger than wholes."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from fractions import Fraction

from trialbook.audit.findings import Finding, ids
from trialbook.audit.paper import SAFETY_CHAPTERS, WHOLE, Figure, Paper, stems
from trialbook.audit.rounding import to_digits

ARMS = "arms add up to all"
CATEGORIES = "categories add up"
PERCENT = "percentages add up to 100"
COMPLETION = "completed and withdrawn add up"
PARTS = "parts named in the source add up"
SUBSET = "a part no larger than its whole"
TWICE = "the same count in two places"

_NARROWER = stems("serious severe fatal related leading withdrawal")
_WIDER = stems("suspected broader broad extended")


def arms_add_up(paper: Paper) -> Iterator[Finding]:
    """Check counts for all patients against the sum over the arms."""
    for figure in paper.of_kind("n"):
        if figure.arm.lower() not in WHOLE or figure.count is None:
            continue
        parts = [paper.beside(figure, "n", arm) for arm in paper.arms]
        if len(parts) > 1 and all(part is not None and part.count is not None for part in parts):
            yield _sum(ARMS, figure.item, parts, figure, "")


def _sum(rule: str, item: str, parts: list[Figure], whole: Figure, conditions: str) -> Finding:
    total = sum(part.count for part in parts)
    proof = f"{' + '.join(str(part.count) for part in parts)} = {total}; printed: {whole.printed}"
    verdict = "consistent" if total == whole.count else "impossible"
    return Finding(rule, item, ids(*parts, whole), verdict, conditions, proof)


def category_groups(paper: Paper) -> dict[tuple[str, str], list[str]]:
    """Return the items of one heading: ``sex: male``, or three and more as ``enrolled in Asia``.

    Returns
    -------
    dict
        (chapter, heading) to items, in their order.
    """
    groups = defaultdict(list)
    for chapter, item in paper.items:
        head, colon, _ = item.partition(": ")
        if colon:
            groups[chapter, head].append(item)
        elif " in " in item:
            groups[chapter, item.partition(" in ")[0] + " in"].append(item)
    least = {key: 2 if not key[1].endswith(" in") else 3 for key in groups}
    return {key: items for key, items in groups.items() if len(items) >= least[key]}


def categories_add_up(paper: Paper) -> Iterator[Finding]:
    """Check the counts and the percentages of categories against their whole.

    Items under one heading are categories of a whole when a count bears the heading's name
    ("withdrawal reason: ..." and "withdrawn"), or when they make up at least nine tenths of the
    patients; otherwise they are a selection ("serious: ..."), and nothing follows.
    """
    for (chapter, head), items in category_groups(paper).items():
        arms = dict.fromkeys(arm for i in items for arm, _ in paper.items[chapter, i])
        for arm in arms:
            cells = [paper.items[chapter, item] for item in items]
            counts = [cell.get((arm, "n")) for cell in cells]
            if not all(figure is not None and figure.count is not None for figure in counts):
                continue
            finding = _categories(paper, head, arm, counts)
            if finding is None:
                continue
            yield finding
            shares = [cell[arm, "percent"] for cell in cells if (arm, "percent") in cell]
            zeros = sum(figure.count == 0 for figure in counts)
            if finding.verdict == "consistent" and len(shares) >= len(counts) - zeros:
                yield from _percentages(head, arm, shares)


def _categories(paper: Paper, head: str, arm: str, counts: list[Figure]) -> Finding | None:
    named = [
        f
        for f in paper.of_kind("n")
        if (f.arm, f.chapter) == (arm, counts[0].chapter)
        and f not in counts
        and stems(f.item) == stems(head)
    ]
    denominator = paper.denominator(counts[0])
    total = sum(figure.count for figure in counts)
    about = f"{head} ({arm})"
    if named and named[0].count is not None:
        return _sum(CATEGORIES, about, counts, named[0], "the categories exclude one another")
    if denominator is None or 10 * total < 9 * denominator.n:
        return None
    if any(figure in counts for figure in denominator.figures):
        return None  # the heading is another study, not a property
    proof = f"{' + '.join(str(f.count) for f in counts)} = {total} of {denominator.n}"
    verdict, conditions = "consistent", ""
    if total > denominator.n:
        verdict, conditions = "impossible", "the categories exclude one another"
    elif total < denominator.n:
        verdict = "needs an unstated allowance"
        conditions = f"{denominator.n - total} patients are in no category, or it is unknown"
    return Finding(
        CATEGORIES, about, ids(*counts, *denominator.figures), verdict, conditions, proof
    )


def _percentages(head: str, arm: str, shares: list[Figure]) -> Iterator[Finding]:
    numbers = [figure.number for figure in shares]
    if any(number is None or number.relation for number in numbers):
        return
    total = sum(number.value for number in numbers)
    slack = sum((number.unit / 2 for number in numbers), Fraction(0))
    digits = max(number.digits for number in numbers)
    proof = f"{' + '.join(f.printed for f in shares)} = {to_digits(total, digits)}"
    verdict, conditions = "consistent", ""
    if total != 100:
        proof += f"; rounding moves the sum by at most {to_digits(slack, digits + 2)}"
        verdict = "rounding" if abs(total - 100) <= slack else "impossible"
    yield Finding(PERCENT, f"{head} ({arm})", ids(*shares), verdict, conditions, proof)


def completion(paper: Paper) -> Iterator[Finding]:
    """Check that those who completed and those who withdrew are all who were randomized."""
    for arm in (*paper.arms, *WHOLE):
        of_arm = [f for f in paper.of_kind("n") if f.arm == arm and ":" not in f.item]
        completed = [f for f in of_arm if re.match(r"complet", f.item.lower())]
        withdrawn = [f for f in of_arm if re.match(r"(withdr|discontinu)", f.item.lower())]
        if len(completed) == len(withdrawn) == 1:
            total = paper.denominator(completed[0])
            if total is not None and total.figures:
                parts = [completed[0], withdrawn[0]]
                yield _sum(COMPLETION, arm, parts, total.figures[0], "nobody is still in the study")


def stated_parts(paper: Paper) -> Iterator[Finding]:
    """Check a count whose source names its parts: "(Europe 40, South Africa 5, Australia 3)"."""
    part = r"[A-Z][\w .-]*? \d+"
    for figure in paper.of_kind("n"):
        match = re.search(rf"\(({part}(?:(?:,| and|, and) {part})+)\)", figure.source)
        if match is None or figure.count is None:
            continue
        numbers = [int(n) for n in re.findall(r"\b\d+\b", match[1])]
        yield Finding(
            PARTS,
            figure.about,
            figure.id,
            "consistent" if sum(numbers) == figure.count else "impossible",
            "",
            f"{' + '.join(map(str, numbers))} = {sum(numbers)}; printed: {figure.printed}",
        )


def subsets(paper: Paper) -> Iterator[Finding]:
    """Check counts of narrower items ("serious infections") against wider ones ("infections").

    Only words that surely narrow (serious, severe, fatal, leading to withdrawal) or surely widen
    (suspected, broader) an item are trusted. The safety population lies within the randomized.
    """
    counts = [f for f in paper.of_kind("n") if f.count is not None and f.arm in paper.arms]
    for part in counts:
        for whole in counts:
            if part.arm != whole.arm or part.chapter != whole.chapter:
                continue
            if _is_part(part.item, whole.item):
                yield _subset(part, whole)
    for arm in paper.arms:
        sizes = paper.populations(arm)
        if {"randomized", "safety population"} <= sizes.keys():
            treated, randomized = sizes["safety population"], sizes["randomized"]
            if treated.figures and randomized.figures:
                yield _subset(treated.figures[0], randomized.figures[0])


def _is_part(part: str, whole: str) -> bool:
    a, b = stems(part), stems(whole)
    if ":" in part or ":" in whole:
        return False
    narrowed = a > b and a - b <= _NARROWER
    widened = a < b and (b - a) & _WIDER
    return bool(narrowed or (widened and len(b - a) <= 2))


def _subset(part: Figure, whole: Figure) -> Finding:
    fits = part.count <= whole.count
    return Finding(
        SUBSET,
        f"{part.item} within {whole.item} ({part.arm})",
        ids(part, whole),
        "consistent" if fits else "impossible",
        "",
        f"{part.count} {'<=' if fits else '>'} {whole.count}",
    )


def same_count_twice(paper: Paper) -> Iterator[Finding]:
    """Compare counts whose items name the same thing in other words, or stand twice."""
    counts = [f for f in paper.of_kind("n") if f.count is not None]
    places = Counter((stems(f.item), f.arm) for f in counts)
    by_words = defaultdict(list)
    for figure in counts:
        if places[stems(figure.item), figure.arm] > 1:
            by_words[stems(figure.item), figure.arm].append(figure)
    for first, *others in by_words.values():
        for other in others:
            same = first.count == other.count
            more = abs(first.count - other.count)
            spread = f"{more} patient{'s' * (more > 1)} more in one place than in the other"
            safety = {first.chapter in SAFETY_CHAPTERS, other.chapter in SAFETY_CHAPTERS}
            yield Finding(
                TWICE,
                f"{first.item} / {other.item} ({first.arm})",
                ids(first, other),
                "consistent" if same else "needs an unstated allowance",
                ""
                if same
                else f"the two are defined differently: {spread}"
                + (", counted under another heading or in another population" * (len(safety) > 1)),
                f"{first.printed} ({first.source or first.chapter}) and {other.printed} "
                f"({other.source or other.chapter})",
            )
