"""What real hands do to a file: it is read as what is true of its patients, asked for, or refused.

The one who answers knows the truth, so a question is no way out: after it the book must be right.
"""

import io
import tempfile
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, event, given, settings

from tests.new.damages import DAMAGES, Written, damaged
from trialbook.adam.problems import DataError
from trialbook.new import Request, UsageError
from trialbook.units import DAYS_PER_UNIT

MOST_QUESTIONS = 12


def write(written: Written, folder: Path) -> Path:
    """Write a table."""
    columns = dict(written.columns)
    if written.hidden:
        columns.pop(written.names["who"])
    if written.form == "xlsx":
        return _write_workbook(written, columns, folder / "mine.xlsx")
    swap = str.maketrans({",": written.thousands, ".": written.decimal})

    def marked(text: str) -> str:
        try:
            value = float(text)
        except ValueError:
            return text
        digits = len(text.partition(".")[2])
        return f"{value:,.{digits}f}".translate(swap) if np.isfinite(value) else text

    frame = pd.DataFrame({name: [marked(one) if name in written.numbers else one for one in of]
                          for name, of in columns.items()})  # fmt: skip
    text = io.StringIO()
    frame.to_csv(text, index=False, sep=written.separator)
    lines = [*written.above, *text.getvalue().split("\n")[:-1], *written.below]
    content = "".join(f"{line}{written.newline}" for line in lines)
    path = folder / "mine.csv"
    path.write_bytes(content.encode(written.encoding, "replace"))
    return path


def _write_workbook(written: Written, columns: dict[str, list[str]], path: Path) -> Path:
    from openpyxl import Workbook
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    book = Workbook()
    sheet = book.active

    def cell(name: str, text: str) -> object:
        try:
            return float(text) if name in written.numbers and text == text.strip() else _text(text)
        except ValueError:
            return _text(text)

    def _text(text: str) -> str:
        return ILLEGAL_CHARACTERS_RE.sub("", text)

    for line in written.above:
        sheet.append([_text(line) or None])
    sheet.append([_text(name) for name in columns])
    first = sheet.max_row + 1
    for k in range(written.rows()):
        sheet.append([cell(name, of[k]) or None for name, of in columns.items()])
    if written.merged:
        arms, place = columns[written.names["arm"]], list(columns).index(written.names["arm"]) + 1
        begins = [k for k, one in enumerate(arms) if one] + [len(arms)]
        for a, b in pairwise(begins):
            if b - a > 1:
                sheet.merge_cells(start_row=first + a, end_row=first + b - 1,
                                  start_column=place, end_column=place)  # fmt: skip
    for line in written.below:
        sheet.append([_text(line) or None])
    book.save(path)
    return path


def answer(option: str, written: Written) -> str | None:
    """Return what someone who knows the table answers; None where it has no answer."""
    names = {role: name.strip() for role, name in written.names.items()}
    return {
        "--time": names["time"], "--event": names["event"], "--arm": names["arm"],
        "--id": written.whose(), "--start": "none",
        "--event-value": written.happened, "--control": written.control, "--unit": written.unit,
        "--decimal": written.decimal, "--dates": "excel", "--encoding": written.encoding,
        "--missing": f"{names['time']}={written.code}" if written.code else "none",
    }.get(option)  # fmt: skip


def conversed(written: Written, folder: Path):
    """Return the trial after every question, or None where it is refused."""
    request = Request.of(folder / "m", write(written, folder), {})
    for _ in range(MOST_QUESTIONS):
        try:
            return request.make()
        except DataError as error:
            assert error.problems
            return None
        except UsageError as error:
            assert str(error)
            if not error.questions:
                return None
            for question in error.questions:
                said = answer(question.option, written)
                name = question.option.removeprefix("--").replace("-", "_")
                if said is None or request.said[name] is not None:
                    return None
                request = request.answered(question.option, said)
    raise AssertionError("no end of questions")


def compare(written: Written) -> None:
    """Assert that what is read is true."""
    with tempfile.TemporaryDirectory() as folder:
        made = conversed(written, Path(folder))
        if made is None:
            event("refused: " + (", ".join(written.done[:1]) or "clean"))
            assert written.done, "a clean table is read"
            return
        event("read")
        trial = made.trial
        found = trial.time_to_event(trial.endpoints[0])
        arms = {arm.code: arm.model_dump()["values"][0] for arm in trial.arms}
    who = [one.strip().replace("\0", "") for one in written.columns[written.names["who"]]]
    if written.hidden:
        ids = [who[int(one) - 1] for one in found["USUBJID"]]
    else:
        ids = list(found["USUBJID"].astype(str))
    assert sorted(ids) == sorted(written.truth), str(made)
    days = found["AVAL"] * DAYS_PER_UNIT[trial.time.unit]
    for one, time, happened, arm in zip(ids, days, found["event"], found["arm"], strict=True):
        true = written.truth[one]
        assert abs(time - true[0]) <= 0.5, (one, time, true, str(made))
        assert bool(happened) == true[1], (one, happened, true, str(made))
        assert _same(arms[str(arm)], true[2]), (one, arm, true, str(made))
    assert _same(arms[trial.control.code], written.control)


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


@given(damaged())
@settings(max_examples=40, suppress_health_check=list(HealthCheck))
def test_a_damaged_file_is_read_as_it_is_asked_or_refused(written):
    compare(written)


@pytest.mark.slow
@given(damaged())
@settings(max_examples=5000, derandomize=False, suppress_health_check=list(HealthCheck))
def test_a_damaged_file_is_read_as_it_is_asked_or_refused_at_length(written):
    compare(written)


def test_there_are_damages():
    assert len(DAMAGES) >= 20
