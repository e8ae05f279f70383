"""Which arms there are, and which one is the control."""

import re
from collections.abc import Sequence
from difflib import get_close_matches

import pandas as pd

from trialbook.adam.populations import has_arm
from trialbook.adam.problems import counted_noun, examples, shortened
from trialbook.adam.unknown import odd_codes
from trialbook.config import Arm
from trialbook.new.control import find_control, is_dose
from trialbook.new.inference import Inference, UsageError, asked
from trialbook.new.lookalikes import one_spelling, refuse_lookalikes

MOST_ARMS = 20

_LONGEST_CODE = 40
_BARE = {"yes", "no", "y", "n", "true", "false", "none"}
_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?")


def infer_arms(
    column: pd.Series, numbers: pd.Series | None, control: str | None, name: str = "TRT01P"
) -> tuple[list[Arm], list[Inference]]:
    """Return the arms, control first, and the ground on which it is the control.

    Parameters
    ----------
    column : pandas.Series
        The arm of each patient analysed, text.
    numbers : pandas.Series or None
        The arm's number (TRT01PN), where there is one.
    control : str or None
        The control's value or code, where the user said which.
    name : str
        The column's name, for messages.

    Raises
    ------
    UsageError
        When nothing shows which arm is the control.
    """
    numbered = _numbered(one_spelling(column[has_arm(column)]), numbers)
    adam = name == "TRT01P"
    hint = "correct TRT01P" if adam else "say which column holds the arm with --arm"
    if not numbered:
        raise UsageError(f"{name} holds no arm: {hint}", "--from" if adam else "--arm")
    if len(numbered) > MOST_ARMS:
        shown = ", ".join(examples(numbered))
        raise UsageError(
            f"{name} has {len(numbered):,} values ({shown}, ...), too many for arms: {hint}",
            "--from" if adam else "--arm",
        )
    if unknown := [] if is_dose(name) else odd_codes(numbered):
        n = int(column.isin(unknown).sum())
        raise UsageError(
            f"{name} is {', '.join(examples(unknown))} in {counted_noun(n, 'row')}, as one writes "
            "what is not known: leave it blank there; if it is an arm, name that in words",
            "--from",
        )
    arms = [
        Arm(code=code, label=_label(value, name), values=(value,))
        for code, value in zip(_codes(list(numbered)), numbered, strict=True)
    ]
    refuse_lookalikes(numbered, name, "arms")
    first, ground = arms[0], "the only arm"
    if control is not None:
        first, ground = chosen_arm(arms, control, "--control"), "said with --control"
    elif len(arms) > 1:
        first, ground = _control(arms, list(numbered.values()), name)
    found = [Inference("arms", ", ".join(arm.code for arm in arms), f"values of {name}"),
             Inference("control", first.code, ground)]  # fmt: skip
    return [first, *(arm for arm in arms if arm is not first)], found


def refuse_blocks(column: pd.Series, name: str) -> None:
    """Refuse arms that are written once for a block of rows, as merged cells leave them.

    So it seems where most rows have none, and no two neighbours have, or hardly more rows than
    there are arms.

    Raises
    ------
    UsageError
    """
    given = has_arm(column).to_numpy()
    n = int((~given).sum())
    apart = not (given[1:] & given[:-1]).any()
    few = given.sum() <= 2 * column[given].nunique()
    if 2 * n > len(given) and given.any() and (apart or few):
        raise UsageError(
            f"{name} is blank in {n:,} of {counted_noun(len(given), 'row')}, and stands only here "
            "and there, as where an arm is written once for a block of rows: write it into each "
            "row", "--from",
        )  # fmt: skip


def other_values(
    arms: list[Arm], actual: pd.Series, said: Sequence[str]
) -> tuple[list[Arm], list[Inference]]:
    """Return the arms with those values of TRT01A which no patient was planned to have.

    Parameters
    ----------
    arms : list of Arm
    actual : pandas.Series
        TRT01A of the patients in the safety population.
    said : sequence of str
        ``"VALUE=ARM"`` for each such value.

    Raises
    ------
    UsageError
        When it is not said to which arm a value belongs.
    """
    more: dict[str, list[str]] = {arm.code: [] for arm in arms}
    for text in said:
        value, equals, name = text.rpartition("=")
        if not equals or not value.strip():
            raise UsageError(f"--value {text}: write VALUE=ARM", "--value")
        more[chosen_arm(arms, name, "--value").code].append(value.strip())
    known = {value.casefold() for arm in arms for value in (*arm.values, *more[arm.code])}  # noqa: PD011
    unknown = actual[has_arm(actual) & ~actual.str.casefold().isin(known)]
    if len(unknown):
        listed = ", ".join(examples(unknown))
        raise UsageError(
            f"TRT01A of {counted_noun(len(unknown), 'patient')} is no planned arm ({listed}): say "
            f"which it is with --value '{shortened(unknown.iloc[0])}=ARM', ARM one of "
            + ", ".join(arm.code for arm in arms),
            "--value",
        )
    found = [Inference("arms", ", ".join(said), "said with --value")] if said else []
    return [
        arm.model_copy(update={"values": (*arm.values, *more[arm.code])})  # noqa: PD011
        for arm in arms
    ], found


def _label(value: str, name: str) -> str:
    """Return an arm's name in words; a bare yes, no or number gets the column's name."""
    bare = value.casefold() in _BARE or _NUMBER.fullmatch(value)
    return shortened(f"{name} {value}" if bare else value)


def chosen_arm(arms: list[Arm], name: str, option: str) -> Arm:
    """Return the arm that an option names by its code or its value, in any case.

    Raises
    ------
    UsageError
        When no arm is called so.
    """
    known = {called.casefold(): arm for arm in arms for called in (*arm.values, arm.code)}  # noqa: PD011
    if name.strip().casefold() in known:
        return known[name.strip().casefold()]
    near = get_close_matches(name.casefold(), known, n=1, cutoff=0.5)
    hint = f"did you mean {known[near[0]].code}?" if near else (
        "the arms are: " + ", ".join(arm.code for arm in arms))  # fmt: skip
    raise UsageError(f"{option}: no arm is called {name}; {hint}", option)


def _numbered(column: pd.Series, numbers: pd.Series | None) -> dict[str, float | None]:
    """Return the arms' values with their numbers, in the order of the numbers."""
    if numbers is not None:
        pairs = pd.DataFrame({"arm": column, "n": numbers}).dropna().drop_duplicates()
        whole = set(pairs["arm"]) == set(column)
        if whole and not pairs["arm"].duplicated().any() and not pairs["n"].duplicated().any():
            return dict(pairs.sort_values("n").itertuples(index=False, name=None))
    return dict.fromkeys(sorted(column.unique(), key=_natural))


def _natural(value: str) -> list:
    """Return what sorts text as one reads it, ``5 mg`` before ``10 mg``."""
    parts = re.split(r"(\d+(?:\.\d+)?)", value)
    if _NUMBER.fullmatch(value):
        parts = ["", value.lstrip("+"), ""]
    return [float(part) if n % 2 else part for n, part in enumerate(parts)]


def _codes(arms: list[str]) -> list[str]:
    """Return a code for each arm that reads as its value does.

    A code is one line of at most forty characters, none like another, and neither ``all`` nor
    ``A vs B``, which name rows of the results.
    """
    codes: list[str] = []
    for value in arms:
        plain = " ".join("".join(c if c.isprintable() else " " for c in value).split())
        plain = re.sub(r"\bvs\b", "v", plain) if " vs " in plain else plain
        plain = f"{plain} (arm)" if plain.casefold() == "all" else plain
        code, number = shortened(plain, _LONGEST_CODE), 1
        taken = {one.casefold() for one in codes}
        while code.casefold() in taken:
            number += 1
            code = f"{shortened(plain, _LONGEST_CODE - 5)} ({number})"
        codes.append(code)
    return codes


def _control(arms: list[Arm], numbers: list[float | None], name: str) -> tuple[Arm, str]:
    """Return the control by its name, and the ground; a number is a code, and proves nothing."""
    found = find_control([one for arm in arms for one in arm.values], name)  # noqa: PD011
    if found is not None:
        return arms[found[0]], found[1]
    choices = [arm.code for arm in arms]
    coded = ""
    if None not in numbers:
        pairs = ", ".join(f"{code} {n:g}" for code, n in zip(choices, numbers, strict=True))
        coded = f"; {name}N numbers them ({pairs}), and does not say it"
    raise asked(
        f"nothing shows which arm is the control{coded}: say it with --control "
        f"({', '.join(choices)})",
        "--control", f"Which arm of {name} is the control, with which others are compared?",
        choices,
    )  # fmt: skip
