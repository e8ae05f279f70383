"""Which arm is the control, where the arms' names show it beyond doubt."""

import re
from collections.abc import Sequence

from trialbook.adam.problems import shortened
from trialbook.adam.unit_words import words_of

# what controls are called, each part of the name
_CALLED = {
    "placebo": r"(.*\b)?(placebo|pbo|plb|pcb|plazebo|vehicle|sham|dummy)(\b.*)?"
    r"|.*(プラセボ|偽薬|安慰[剂劑]|плацебо|placébo).*",
    "control": r"(.*\b)?(controls?|ctrl|ctl|kontrolle?|témoin|temoin|comparator)(\b.*)?"
    r"|.*(対照|对照|對照|контроль).*",
    "standard": r"(.*\b)?(standard|usual (care|treatment)|soc|best supportive.*)(\b.*)?",
    "no treatment": r"no|none|n|0|false|untreated|observation( only| alone)?|watchful waiting"
    r"|no(ne)? (treatment|therapy|drug|intervention|surgery).*|nil",
}
_DENIED = re.compile(r"\b(no|non|not|without)[ -]?(placebo|control|standard)|\buncontrolled")
_BETWEEN = re.compile(
    r"\s*(?:\+|/|;|&|,|→|->|\bplus\b|\band\b|\bwith\b|\bthen\b|\bfollowed by\b|\bund\b|\bet\b)\s*",
    re.IGNORECASE,
)


def find_control(values: Sequence[str]) -> tuple[int, str] | None:
    """Return which arm is the control, by position, and on what ground; None where nothing shows.

    Parts that all arms share (a background therapy) are set aside. An arm is a control where
    every part that is left says placebo, control, standard or no treatment, or where none is
    left; of a double dummy that is the arm of placebos alone. Where two arms are such, or a name
    says two things, nothing is decided.
    """
    parts = [_parts(value) for value in values]
    shared = set.intersection(*map(set, parts)) if len(parts) > 1 else set()
    own = [[part for part in of if part not in shared] for of in parts]
    found: dict[int, str] = {}
    for place, (left, value) in enumerate(zip(own, values, strict=True)):
        called = {what for part in left for what in [_called(part)]}
        if not left:
            common = " + ".join(part for part in parts[place])
            found[place] = f"every arm has {shortened(common)}, and it nothing besides"
        elif None not in called:
            said = " and ".join(sorted(called))
            found[place] = f"it is called {shortened(value)}, which says {said}"
    return next(iter(found.items())) if len(found) == 1 else None


def _parts(value: str) -> list[str]:
    """Return what an arm's name is made of, in small letters, without marks between words."""
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", value).replace("_", " ").casefold()
    return [part.strip(" ()[].") for part in _BETWEEN.split(plain) if part.strip(" ()[].")]


def _called(part: str) -> str | None:
    """Return which kind of control one part of an arm's name says, None if none."""
    if _DENIED.search(part):
        return None
    for what, words in _CALLED.items():
        if re.fullmatch(words, part):
            return what
    return "placebo" if "placebo" in words_of(part) else None
