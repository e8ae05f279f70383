"""`trialbook new` in a terminal asks one by one; without one, it says the command that answers."""

import os
import re
import shlex
from collections.abc import Callable

from trialbook.adam.problems import shortened
from trialbook.new.create import NewTrial, Request
from trialbook.new.inference import Question, UsageError
from trialbook.new.preview import completed, preview

_MOST_SHOWN = 20
_MOST_COMMANDS = 6
# what turns an effect round where it is answered wrongly
_TURNING = ("--event-value", "--control")
# options in the order in which one reads them
_ORDER = ["control", "treated", "primary", "time", "start", "event", "event_value", "arm", "id",
          "endpoint", "unit", "decimal", "dates", "encoding", "sheet", "privacy",
          "randomized"]  # fmt: skip


def converse(request: Request, ask: Callable[[str], str], tell: Callable[[str], None]) -> NewTrial:
    """Ask what the files do not say, one by one, each choice with what it would mean.

    No choice is a default: what could be proved was not asked.

    Parameters
    ----------
    request : Request
    ask : callable
        Shows a prompt and returns what was typed.
    tell : callable
        Shows a line.

    Raises
    ------
    UsageError, DataError
        What no answer can mend.
    """
    asked = False
    while True:
        try:
            made = request.make()
        except UsageError as error:
            if not error.questions:
                raise
            question = error.questions[0]
            request, asked = _answer(request, question, ask, tell), True
        else:
            if asked:
                tell(f"The same without questions:\n  {command(request)}")
            return made


def _answer(
    request: Request, question: Question, ask: Callable[[str], str], tell: Callable[[str], None]
) -> Request:
    """Return the request with one question answered by a choice or in the user's own words."""
    choices = question.choices[:_MOST_SHOWN]
    tell("")
    tell(question.text)
    for number, choice in enumerate(choices, start=1):
        meaning = preview(request.answered(question.option, choice))
        tell(f"  {number}  {shortened(choice)}" + (f": {meaning}" if meaning else ""))
    while True:
        typed = ask(f"{question.option} (a number, or the value itself)").strip()
        value = choices[int(typed) - 1] if _is_place(typed, choices) else typed
        if not value:
            continue
        answered = request.answered(question.option, value)
        wrong = _wrong(answered, question.option)
        if wrong is None:
            return answered
        tell(wrong)


def _is_place(typed: str, choices: tuple[str, ...]) -> bool:
    """Return whether what was typed counts the choices; a value that is a choice is itself."""
    return typed.isdecimal() and typed not in choices and 1 <= int(typed) <= len(choices)


def _wrong(request: Request, option: str) -> str | None:
    """Return what is wrong with the answer that was just given, or None."""
    try:
        request.compose()
    except UsageError as error:
        again = option in [one.option for one in error.questions]
        if again or (option in error.options and not error.questions):
            return str(error).splitlines()[0]
    return None


def command(request: Request) -> str:
    """Return the command that a request is, ready to paste."""
    words = ["trialbook", "new", str(request.directory), "--from", str(request.source)]
    for name in _ORDER:
        value = request.said[name]
        if value is not None:
            words += [f"--{name.replace('_', '-')}", str(value)]
    repeated = {"--value": "values", "--flag": "flags", "--missing": "missing"}
    for option, name in repeated.items():
        for value in request.said[name]:
            words += [option, value]
    return " ".join(map(_for_windows if os.name == "nt" else shlex.quote, words))


def _for_windows(word: str) -> str:
    """Return a word as Windows' command line takes it: in double quotes, which hold | and &."""
    if re.fullmatch(r"[\w.:/\\=+-]+", word):
        return word
    escaped = re.sub(r'(\\*)"', r'\1\1\\"', word)
    return '"' + re.sub(r"(\\+)$", r"\1\1", escaped) + '"'


def commands_that_answer(request: Request, error: UsageError) -> str:
    """Return the full command that would answer what is asked, ready to paste.

    Where one thing is asked, a command for each choice, with what it means; where several are,
    one command, in which every answer is the first that could be.
    """
    if not error.questions or not all(one.choices for one in error.questions):
        return ""
    first = completed(request)
    if len(first.asked) == 1 and len(first.asked[0][0].choices) <= _MOST_COMMANDS:
        question = first.asked[0][0]
        lines = ["Run the one that is right:"]
        for choice in question.choices:
            answered = request.answered(question.option, choice)
            lines += [f"  # {preview(answered)}", f"  {command(answered)}"]
        return "\n".join(lines)
    known = {one.option for one in error.questions}
    later = [one for one, _ in first.asked if one.option not in known]
    lines = [f"then {one.option}: {one.text} ({', '.join(map(shortened, one.choices[:10]))})"
             for one in later]  # fmt: skip
    for question, _ in first.asked:
        if question.option in _TURNING and len(question.choices) <= _MOST_COMMANDS:
            lines.append(f"What {question.option} would mean:")
            lines += [f"  {shortened(choice)}: "
                      f"{preview(first.request.answered(question.option, choice))}"
                      for choice in question.choices]  # fmt: skip
    lines += ["The command that answers; each value after what was asked is only the first that "
              "could be, so put yours in its place:", f"  {command(first.request)}"]  # fmt: skip
    return "\n".join(lines)
