"""What subtraction can do with counts, and which of them must therefore not be shown.

A count is small where it is at least 1 and below the least count that may be shown. Counts are
vectors over the columns of a table: column to count. Sizes of nested sets of patients give each
other away by subtraction, so that those shown must be equal or far apart.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

Counts = Mapping[str, float]


def is_small(count: float, least: int) -> bool:
    """Return whether a count may not be shown: at least one patient, and fewer than `least`."""
    return 0.5 < count < least - 0.5


def any_small(counts: Counts, least: int) -> bool:
    """Return whether any of the counts is small."""
    return any(is_small(count, least) for count in counts.values())


def apart(one: Counts, other: Counts, least: int) -> bool:
    """Return whether no column of two counts differs by a small count."""
    return not any(
        is_small(abs(count - other[column]), least)
        for column, count in one.items()
        if column in other
    )


def of_everyone(counts: Counts, whole: Counts) -> bool:
    """Return whether in some column all of a group have something, which tells it of each."""
    return any(whole.get(column) == count for column, count in counts.items() if count > 0.5)


def total(parts: Mapping[object, Counts]) -> Counts:
    """Return the sum of parts, column by column."""
    columns = dict.fromkeys(column for counts in parts.values() for column in counts)
    return {column: sum(of.get(column, 0) for of in parts.values()) for column in columns}


def ladder(
    candidates: Iterable[tuple[object, Counts]], least: int, shown: Iterable[Counts] = ()
) -> dict[object, Counts]:
    """Return the candidates that can be shown together, the first ones first.

    Parameters
    ----------
    candidates : iterable of (name, counts)
        Sizes of nested sets, the most important first.
    least : int
        The least count, and difference of two counts, that may be known.
    shown : iterable of counts
        What is shown already.

    Returns
    -------
    dict
        Name to counts.
    """
    accepted: dict[object, Counts] = {}
    kept = list(shown)
    for name, counts in candidates:
        if any_small(counts, least) or not all(apart(counts, one, least) for one in kept):
            continue
        accepted[name] = counts
        kept.append(counts)
    return accepted


def secret_parts(
    parts: Mapping[object, Counts],
    whole: Counts | None,
    least: int,
    *,
    exhaustive: bool = True,
    secret: Iterable[object] = (),
) -> set[object]:
    """Return which parts of a whole must be hidden, in all columns, so that none is recovered.

    Parameters
    ----------
    parts : mapping
        Part to its counts: categories, reasons, severities, each patient in one of them.
    whole : mapping or None
        The counts of all patients; None where they are not shown anywhere.
    least : int
        The smallest count shown.
    exhaustive : bool
        Whether the parts and a remainder that is not shown (missing values) make up the whole.
    secret : iterable
        Parts that must be hidden for other reasons, and not be recovered either.

    Returns
    -------
    set
        Small parts, parts whose complement is small, and further ones, the smallest first, until
        what is hidden together in a column is too large, and of too many parts, to be split.

    Notes
    -----
    In a column with a small part the hidden ones must hold a part that is not small, and sum to
    at least 2 `least` - 2: every value from 1 to `least` - 1 then remains possible for the small
    part, even for one who knows this rule.
    """
    hidden = {name for name, counts in parts.items() if any_small(counts, least)} | {*secret}
    if whole is None:
        return hidden
    hidden |= {name for name, counts in parts.items() if not apart(counts, whole, least)}
    if not exhaustive:
        return hidden
    remainder = {
        column: whole[column] - sum(counts.get(column, 0) for counts in parts.values())
        for column in whole
    }
    order = sorted(
        (name for name, counts in parts.items() if sum(counts.values()) > 0),
        key=lambda name: (sum(parts[name].values()), str(name)),
    )
    for name in order:
        alone = {*secret} and len(hidden) == 1 and not any(remainder.values())
        covered = all(_covered(parts, hidden, remainder, column, least) for column in whole)
        if covered and not alone:
            break
        hidden.add(name)
    return hidden


def _covered(parts, hidden: set, remainder: Counts, column: str, least: int) -> bool:
    """Return whether the small counts of a column are hidden among enough others."""
    cells = [parts[name].get(column, 0) for name in hidden] + [max(remainder[column], 0)]
    if not any(is_small(cell, least) for cell in cells):
        return True
    return sum(cells) >= 2 * least - 2 and any(cell >= least for cell in cells)


def secret_subsets(
    subsets: Sequence[tuple[object, Counts]],
    whole: Counts,
    least: int,
    *,
    covering: bool = False,
    everyone: bool = False,
) -> set[object]:
    """Return which subsets of a whole must be hidden; a patient may be in several of them.

    Parameters
    ----------
    subsets : sequence of (name, counts)
    whole : mapping
        The counts of the set they are subsets of, which is shown.
    least : int
    covering : bool
        Whether every patient of the whole is in a subset: of two, the number in both is known.
    everyone : bool
        Whether a subset that holds all of the whole must be hidden, too: the whole is a group
        that patients are known to be in.

    Returns
    -------
    set
    """
    hidden = {
        name
        for name, counts in subsets
        if any_small(counts, least)
        or not apart(counts, whole, least)
        or (everyone and of_everyone(counts, whole))
    }
    if covering and len(subsets) == 2:
        (_, one), (name, other) = sorted(subsets, key=lambda of: -sum(of[1].values()))
        both = {
            column: one.get(column, 0) + other.get(column, 0) - count
            for column, count in whole.items()
        }
        if any_small(both, least):
            hidden.add(name)
    return hidden


def open_times(
    candidates: Iterable[float], counted: Callable[[float], Counts], least: int
) -> list[float]:
    """Return the times at which cumulative counts can be shown together, in order.

    Parameters
    ----------
    candidates : iterable of float
        The most important first.
    counted : callable
        A time's cumulative counts: those since the start. What has happened at the end must not
        be reached by a small count either; infinity stands for the end.
    least : int

    Returns
    -------
    list of float
    """
    end = counted(float("inf"))
    start = dict.fromkeys(end, 0.0)
    found = ladder(((t, counted(t)) for t in dict.fromkeys(candidates)), least, [start, end])
    return sorted(found)
