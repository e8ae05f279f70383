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
    "no treatment": r"no|none|untreated|observation( only| alone)?|watchful waiting"
    r"|0+([.,]0+)? ?[mµu]?(g|l|iu)(/\w+)*|no(ne)? (treatment|therapy|drug|intervention|surgery).*"
    r"|nil",
}
_DENIED = re.compile(r"\b(no|non|not|without)[ -]?(placebo|control|standard)|\buncontrolled")
_BETWEEN = re.compile(
    r"\s*(?:\+|/|;|&|,|→|->|\bplus\b|\band\b|\bwith\b|\bthen\b|\bfollowed by\b|\bund\b|\bet\b)\s*",
    re.IGNORECASE,
)
# a no beside the yes that it denies
_DENIES = {"0": "1", "n": "y", "false": "true"}
# a column that is called so says of a 0 only that it is another arm than 1
_CODES = {"arm", "armcd", "actarm", "actarmcd", "group", "grp", "treatment", "trt", "treat",
          "therapy", "regimen", "rx", "allocation", "cohort", "code", "cd", "name", "label",
          "study", "actual", "planned", "assigned", "randomized", "randomised", "randomization",
          "randomisation", "to", "sex", "gender", "race", "trt01p", "trt01a", "trtp",
          "trta"}  # fmt: skip
_DOSES = {"dose", "dosis", "mg", "mcg", "ug", "concentration", "conc", "amount"}


def find_control(values: Sequence[str], name: str = "TRT01P") -> tuple[int, str] | None:
    """Return which arm is the control, by position, and on what ground; None where nothing shows.

    Parts that all arms share (a background therapy) are set aside. An arm is a control where
    every part that is left says placebo, control, standard or no treatment, or where none is
    left; of a double dummy that is the arm of placebos alone. Where two arms are such, or a name
    says two things, nothing is decided. A bare 0 is no arm's name: it says something where the
    column's `name` is of what one has or has not (``radiation``), or of a dose.
    """
    if (place := _zero(values, name)) is not None:
        return place, f"{values[place]} in {shortened(name)} says that it was not given"
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


def is_dose(name: str) -> bool:
    """Return whether a column's name says that its numbers are doses."""
    return bool(_DOSES & set(words_of(name)))


def _zero(values: Sequence[str], name: str) -> int | None:
    """Return which value says without, by position, where the column's name gives it a meaning."""
    plain = [value.strip().casefold() for value in values]
    words = words_of(name)
    if is_dose(name) and all(re.fullmatch(r"\d+([.,]\d+)?", one) for one in plain):
        return next((place for place, one in enumerate(plain) if not one.strip("0.,")), None)
    for no, yes in _DENIES.items():
        if set(plain) == {no, yes} and len(plain) == 2 and not set(words) <= _CODES:
            return plain.index(no)
    return None


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
