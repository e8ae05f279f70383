"""What a flat file is: which column is what, what a row is, which value is the event."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

import pandas as pd

from trialbook.adam.flat import as_text, note_no_times
from trialbook.adam.problems import Findings, counted_noun, examples, shortened
from trialbook.adam.unit_words import unit_in_name
from trialbook.adam.unknown import code_among_times
from trialbook.config import Arm
from trialbook.new.arms import infer_arms, refuse_blocks
from trialbook.new.columns import ask_for_columns, name_columns
from trialbook.new.inference import Inference, Questions, UsageError, asked
from trialbook.new.no_patients import ask_for_weights, refuse_sums, refuse_units
from trialbook.new.rows import NONE, Rows, infer_rows, refuse_repeats
from trialbook.new.status import event_values, no_event

# options of what a row is, for which "none" is an answer
_OF_ROWS = ("id", "start", "endpoint")


@dataclass(frozen=True)
class Columns:
    """Which column of a flat file is what."""

    time: str
    event: str
    arm: str
    event_values: tuple[str, ...]
    rows: Rows = field(default_factory=Rows)


def infer_columns(
    frame: pd.DataFrame,
    *,
    time: str | None = None,
    event: str | None = None,
    arm: str | None = None,
    id: str | None = None,
    start: str | None = None,
    endpoint: str | None = None,
    event_value: str | None = None,
    control: str | None = None,
    missing: Sequence[str] = (),
    labels: Mapping[str, str] | None = None,
    file: str = "",
) -> tuple[Columns, list[Arm], list[Inference]]:
    """Return which column is what, and the arms, the control first.

    A column that no option names is taken by its name where just one column has such a name and
    holds such values; else it is asked for. `labels` are the columns' labels, where the format
    carries them; `file` is the file's name, for messages.

    Raises
    ------
    UsageError
        With every option that is missing, and the columns to choose from.
    DataError
        Where the times are no numbers.
    """
    found: list[Inference] = []
    questions = Questions()
    said = {"time": time, "event": event, "arm": arm, "id": id, "start": start,
            "endpoint": endpoint}  # fmt: skip
    taken = _said_columns(frame, said, found, questions)
    happened: tuple[str, ...] = ()
    open_ = name_columns(frame, taken, found)
    if open_:
        with questions.gathered():
            ask_for_columns(open_, taken)
    time, event, arm = (taken.get(option) for option in ("time", "event", "arm"))
    rows = Rows()
    with questions.gathered():
        given = [taken.get(one, said[one]) for one in _OF_ROWS]
        others = {time, event, arm} - {None}
        if not {"--id", "--start", "--endpoint"} & set(questions.options):
            rows, of_rows = infer_rows(frame, others, time, arm, *given)
            found += of_rows
            refuse_sums(frame, arm, event)
            refuse_repeats(frame, rows, arm, file)
            if id is None:
                ask_for_weights(frame, others, rows.id)
    if event is not None:
        with questions.gathered():
            label = (labels or {}).get(event, "")
            happened, ground = event_values(frame, event, event_value, label)
            found.append(Inference("flat.event_value", " or ".join(happened), ground))
            found += no_event(frame, event, happened)
    if time is not None:
        # a column of words is no time whatever else is answered
        findings = Findings()
        note_no_times(frame[time], file, findings)
        findings.stop_if_wrong(file)
        with questions.gathered():
            refuse_units(frame, time)
            _ask_for_codes(frame[time], missing)
    arms: list[Arm] = []
    if arm is not None:
        with questions.gathered():
            refuse_blocks(as_text(frame[arm]), arm)
            arms, of_arms = infer_arms(as_text(frame[arm]), None, control, arm)
            found += of_arms
    questions.ask()
    return Columns(time, event, arm, happened, rows), arms, found


def _ask_for_codes(times: pd.Series, said: Sequence[str]) -> None:
    """Ask whether a time such as 999, far from all others, says that the time is not known."""
    known = times.dropna()
    if known.dtype.kind != "f" or NONE in map(str.casefold, said):
        return
    code = code_among_times(known.to_numpy())
    if code is None:
        return
    others = known[known != code]
    n = int((known == code).sum())
    name, shown = shortened(times.name), f"{code:g}"
    told = (f"{name} is {shown} in {counted_noun(n, 'row')} and at most {others.max():g} elsewhere"
            ", as one writes what is not known")  # fmt: skip
    raise asked(
        f"{told}: say so with --missing {name}={shown}, or --missing {NONE} where it is a time",
        "--missing", f"{told}. Does it say that, or is it a time ({NONE})?",
        (f"{times.name}={shown}", NONE),
    )  # fmt: skip


def _said_columns(
    frame: pd.DataFrame,
    said: dict[str, str | None],
    found: list[Inference],
    questions: Questions,
) -> dict[str, str]:
    """Return the columns that options name, as they stand in the file."""
    taken: dict[str, str] = {}
    for option, name in said.items():
        if name is None or (option in _OF_ROWS and name.casefold() == NONE):
            continue
        with questions.gathered():
            column = _column(frame, name, option)
            if column in taken.values():
                other = next(one for one, of in taken.items() if of == column)
                raise UsageError(f"--{other} and --{option} both name {shortened(column)}",
                                 f"--{option}")  # fmt: skip
            taken[option] = column
            if option not in _OF_ROWS:
                found.append(Inference(f"flat.{option}", column, f"said with --{option}"))
    return taken


def _column(frame: pd.DataFrame, name: str, option: str) -> str:
    folded = {column.casefold(): column for column in frame}
    if name in frame:
        return name
    if name.casefold() in folded:
        return folded[name.casefold()]
    near = get_close_matches(name, list(frame), n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else "columns: " + ", ".join(examples(frame, 30))
    raise UsageError(f"--{option}: the file has no column {name}; {hint}", f"--{option}")


def flat_unit(time: str) -> tuple[str, str] | None:
    """Return the unit that the name of the time's column says, and the ground; None if none."""
    unit = unit_in_name(time)
    return unit and (unit, f"the column is called {shortened(time)}")
