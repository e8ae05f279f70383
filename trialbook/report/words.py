"""The vocabulary: labels within a sentence, changes, intervals as words. Nothing of a trial."""

from typing import TYPE_CHECKING

# An enumeration is imported from here, too.
from trialbook.adam.problems import listed  # noqa: F401
from trialbook.escape import escape_markdown
from trialbook.printed import rounded

if TYPE_CHECKING:
    from trialbook.config import Comparison

# How the groups came about, where chance alone is not known to have formed them.
FORMED = {
    "partly": "The groups were not formed by chance alone",
    "no": "The groups were not formed by chance",
    "unknown": "Nothing in the files says that chance formed the groups",
}


def in_text(label: str) -> str:
    """Return a label as it stands within a sentence: ``"Placebo"`` becomes ``"placebo"``.

    Only a label whose other letters are small loses its capital: names and abbreviations keep
    theirs.
    """
    rest = label[1:]
    # "C3" has no small letters: it is a name.
    return label[:1].lower() + rest if rest == rest.lower() != rest.upper() else label


def continued(sentence: str) -> str:
    """Return a sentence as it stands after a colon, whatever names it holds.

    >>> continued("The largest difference is in Region"), continued("C3 fell")
    ('the largest difference is in Region', 'C3 fell')
    """
    first, space, rest = sentence.partition(" ")
    return f"the{space}{rest}" if first == "The" else in_text(sentence)


def pair_of(comparison: "Comparison") -> str:
    """Return who is compared with whom, as a heading: ``"Low dose vs placebo"``."""
    return f"{comparison.treated.label} vs {in_text(comparison.control.label)}"


def at_start(text: str) -> str:
    """Return text with a capital first letter."""
    return text[:1].upper() + text[1:]


def of(label: str) -> str:
    """Return a label within a sentence of Markdown, escaped."""
    return escape_markdown(in_text(label))


def change(hr: float) -> str:
    """Return a hazard ratio as a change, on its side of 1: ``"56% lower"``.

    >>> change(0.44), change(1.21), change(2.34), change(0.999), change(1.004), change(0)
    ('56% lower', '21% higher', '2.34 times as high', 'less than 1% lower', 'less than 1% higher', \
'100% lower')
    """
    if hr == 1:
        return "the same"
    if 0 < hr < 0.005:
        return "more than 99% lower"
    size = _percent(hr)
    if hr < 1:
        return f"{size} lower"
    return f"{size} higher" if hr < 2 else f"{_shortest(hr)} times as high"


def _percent(hr: float) -> str:
    """Return the size of a change in whole percent, never as none: ``"less than 1%"``."""
    percent = rounded(abs(1 - hr) * 100, 0)
    return "less than 1%" if percent == "0" else f"{percent}%"


def than(size: str) -> str:
    """Return a size of change ready for a comparison: ``"lower than"``, ``"as high as"``."""
    return f"{size} as" if size.endswith(("as high", "the same")) else f"{size} than"


def compatible(lower: float, upper: float) -> str:
    """Return what an interval of a hazard ratio allows: ``"a reduction of 23% to 75%"``.

    Parameters
    ----------
    lower, upper : float
        The limits, 0 and infinity included.

    >>> compatible(0.25, 0.77), compatible(1.2, 1.8), compatible(1.5, 3.8)
    ('a reduction of 23% to 75%', 'an increase of 20% to 80%', '1.5 to 3.8 times the hazard')
    >>> compatible(0.65, 1.21), compatible(0.64, 0.9983)
    ('anything from a hazard 35% lower to one 21% higher', 'a reduction of less than 1% to 36%')
    >>> compatible(0, 0.81), compatible(0, 3.2)
    ('a reduction of 19% or more', 'anything from no event at all to a hazard 3.2 times as high')
    """
    if upper == float("inf"):
        if lower > 1:
            return f"at least {_times(lower)} the hazard"
        lowest = "no event at all" if lower == 0 else f"a hazard {change(lower)}"
        return f"anything from {lowest} to an increase without limit"
    if upper < 1:
        if lower == 0:
            return f"a reduction of {_percent(upper)} or more"
        return f"a reduction of {_sizes(_percent(upper), _percent(lower))}"
    if lower > 1:
        if upper < 2:
            return f"an increase of {_sizes(_percent(lower), _percent(upper))}"
        return f"{_shortest(lower)} to {_times(upper)} the hazard"
    if lower == 0:
        return f"anything from no event at all to a hazard {change(upper)}"
    highest = change(upper)
    one = "the same one" if highest == "the same" else f"one {highest}"
    return f"anything from a hazard {change(lower)} to {one}"


def _shortest(ratio: float) -> str:
    """Return a ratio above 1 as it is printed elsewhere, on its side of 1, without idle zeros."""
    text = rounded(ratio, 2 if ratio >= 1.005 else 3)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _times(ratio: float) -> str:
    return f"{_shortest(ratio)} times"


def _sizes(smaller: str, larger: str) -> str:
    """Return two sizes as a range: ``"23% to 75%"``, ``"36%"``."""
    return smaller if smaller == larger else f"{smaller} to {larger}"
