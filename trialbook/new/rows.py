"""What a row of a flat file is: a patient, an end point of a patient, or an interval of one."""

import re
from collections.abc import Collection
from dataclasses import dataclass

import pandas as pd

from trialbook.adam.flat import ONE_ROW, as_text
from trialbook.adam.problems import Findings, counted_noun, examples, shortened
from trialbook.adam.unit_words import words_of
from trialbook.new.inference import Inference, UsageError, asked

NONE = "none"
_IDENTIFIERS = {
    "id", "ids", "usubjid", "subjid", "subjectid", "patid", "patno", "patnum", "ptid", "ptno",
    "pid", "mrn", "uid", "pat", "patient", "subject", "participant", "subj", "patientid",
    "recordid", "caseid", "personid", "participantid", "subjectno", "patientno", "pseudonym",
}  # fmt: skip
_WHOSE = {"patient", "subject", "participant", "record", "study", "case", "person", "pt", "pat",
          "subj", "unique", "individual", "medical", "screening", "p", "s"}  # fmt: skip
_NUMBERS = {"id", "ids", "no", "nr", "num", "number", "key", "code", "identifier", "name"}
_STARTS = re.compile(r"t?_?(start|begin|entry|enter|entered|t0|left|truncation|delay\w*)(_.*)?|"
                     r"(time|age|days?|months?|years?)_(start|begin|entry|at_entry)")  # fmt: skip
_LARGEST_GROUP = 20
_MOST_ENDPOINTS = 12
# fewer pairs of rows that are alike than this are not expected by chance
_HARDLY = 0.05


@dataclass(frozen=True)
class Rows:
    """The columns that say what a row is; None where there is none.

    Attributes
    ----------
    id : str or None
        Whose row it is.
    start : str or None
        When the row's interval begins, or the patient came under observation.
    endpoint, endpoint_label : str or None
        Of which end point it is: its code, its name in words.
    """

    id: str | None = None
    start: str | None = None
    endpoint: str | None = None
    endpoint_label: str | None = None


def endpoint_columns(frame: pd.DataFrame) -> tuple[str | None, str | None]:
    """Return the columns that name the end point of a row, its code and its words."""
    upper = {name.upper(): name for name in frame}
    code = next((upper[name] for name in ("PARAMCD",) if name in upper), None)
    label = upper.get("PARAM")
    if code is None:
        code = label
    if code is None or frame[code].isna().any() or frame[code].nunique() > 60:
        return None, None
    return code, label


def is_identifier(name: str) -> bool:
    """Return whether a column's name is one that identifies patients."""
    words = words_of(name)
    if not words or "".join(words) in _IDENTIFIERS:
        return bool(words)
    return words[-1] in _NUMBERS and words[0] in _WHOSE and len(words) <= 4


def infer_rows(
    frame: pd.DataFrame,
    taken: Collection[str],
    time: str | None,
    arm: str | None,
    said_id: str | None,
    said_start: str | None,
    said_endpoint: str | None = None,
) -> tuple[Rows, list[Inference]]:
    """Return what a row is.

    Parameters
    ----------
    frame : pandas.DataFrame
        The flat file.
    taken : collection of str
        Columns with another part: time, event, arm.
    time, arm : str or None
        The columns of times and arms, where known.
    said_id, said_start, said_endpoint : str or None
        Columns that the user named; ``none`` says that there is none.

    Raises
    ------
    UsageError
        Where rows may not be patients and nothing shows what they are.
    """
    endpoint, label = endpoint_columns(frame)
    if said_endpoint is not None:
        endpoint, label = (None, None) if _is_none(said_endpoint, frame) else (said_endpoint, None)
    free = [name for name in frame if name not in {*taken, endpoint, label}]
    found: list[Inference] = []
    identifier = _identifier(frame, free, arm, endpoint, said_id, found)
    start = _start(frame, free, time, identifier, endpoint, said_start, found)
    if endpoint and identifier is None and frame[endpoint].nunique() >= 2:
        choices = [name for name in free if name != start and frame[name].notna().all()
                   and frame[name].nunique() >= 2]  # fmt: skip
        raise asked(
            f"{endpoint} names several end points, and no column says whose a row is: name it "
            f"with --id ({', '.join(examples(choices, 20))})",
            "--id", f"{endpoint} names several end points. Which column says whose a row is?",
            choices,
        )  # fmt: skip
    if said_endpoint is not None and endpoint is not None:
        found.append(Inference("flat.endpoint", endpoint, "said with --endpoint"))
    if endpoint is None and said_endpoint is None and start is None and identifier is not None:
        _ask_for_endpoints(frame, free, identifier, arm, said_start)
    return Rows(identifier, start, endpoint, label), found


def refuse_repeats(frame: pd.DataFrame, rows: Rows, arm: str | None, file: str) -> None:
    """Refuse several rows of a patient that nothing tells apart, before anything is asked of them.

    Raises
    ------
    DataError
    """
    if rows.id is None or rows.start is not None or rows.endpoint is not None:
        return
    again = frame[rows.id].duplicated(keep=False) & frame[rows.id].notna()
    if not again.any():
        return
    findings = Findings()
    hint = ONE_ROW
    groups = frame[again].groupby(rows.id, observed=True)
    if arm is not None and groups[arm].nunique().max() > 1:
        hint = (f"rows of one patient differ in {shortened(arm)}, as of two eyes or two periods: "
                "what is compared are patients, each in one arm; take one row of each, or say with "
                f"--id {NONE} that each row counts as a patient")  # fmt: skip
    rule = "a patient must stand in one row, not in more"
    n = int(frame[rows.id].duplicated().sum())
    findings.problem(file, rows.id, rule, n, examples(as_text(frame[rows.id][again])), hint)
    findings.stop_if_wrong(file)


def _is_none(said: str, frame: pd.DataFrame) -> bool:
    return said.casefold() == NONE and said not in frame


def _ask_for_endpoints(
    frame: pd.DataFrame, free: list[str], identifier: str, arm: str | None, said_start: str | None
) -> None:
    """Ask what tells rows of one patient apart, where a column may: end points, one a row."""
    n = int(frame[identifier].duplicated().sum())
    if not n or arm is None:
        return
    known = frame[frame[identifier].notna()]
    # rows of a patient that are of different arms are no end points of one patient
    if known.groupby(identifier, observed=True)[arm].nunique().max() > 1:
        return
    apart = [name for name in free if name != identifier
             and frame[name].notna().all() and 2 <= frame[name].nunique() <= _MOST_ENDPOINTS
             and not known.duplicated([identifier, name]).any()]  # fmt: skip
    if not apart:
        return
    patients = counted_noun(known[identifier].nunique(), "patient")
    told = f"the {len(frame):,} rows are of {patients} ({shortened(identifier)})"
    raise asked(
        f"{told}: if {' or '.join(map(shortened, apart))} says of which end point a row is, say so "
        f"with --endpoint {apart[0]}; else keep one row of each patient",
        "--endpoint", f"{told[0].upper()}{told[1:]}. Which column says of which end point a row "
        f"is ({NONE}: no column does)?", (*apart, NONE),
    )  # fmt: skip


def _begun(message: str, names: list[str]) -> str:
    """Return a message as a sentence's beginning; the name of a column keeps its letters."""
    return message if message.startswith(names[0]) else message[0].upper() + message[1:]


def _identifier(
    frame: pd.DataFrame,
    free: list[str],
    arm: str | None,
    endpoint: str | None,
    said: str | None,
    found: list[Inference],
) -> str | None:
    if said is not None:
        if said.casefold() == NONE and said not in frame:
            found.append(Inference("flat.id", NONE, "said with --id: each row is a patient"))
            return None
        found.append(Inference("flat.id", said, "said with --id"))
        return said
    named = [name for name in free if is_identifier(name) and frame[name].notna().all()
             and (frame[name].nunique() >= 2 or len(frame) == 1)]  # fmt: skip
    if named:
        # USUBJID, else what is alone in each row, else what has the most values
        best = max(named, key=lambda name: (name.upper() == "USUBJID", frame[name].nunique()))
        found.append(Inference("flat.id", best, "the column's name"))
        return best
    if blank := _with_blanks(frame, free):
        n = int(frame[blank].isna().sum())
        raise UsageError(
            f"{blank} is blank in {counted_noun(n, 'row')}: say whose they are, or take them out; "
            f"where each row is a patient, say it with --id {NONE}", "--id",
        )  # fmt: skip
    if endpoint is None and (several := _repeated(frame, free, arm)):
        rule = (f"each value of {shortened(several)} stands in several rows that agree in "
                "arm and other columns, as rows of one patient do")  # fmt: skip
        raise asked(
            f"{rule}: say whose a row is with --id {several}, or --id {NONE} where each row is "
            "a patient",
            "--id", f"{rule[0].upper()}{rule[1:]}. Which column says whose a row is?",
            (several, NONE),
        )  # fmt: skip
    if endpoint is None and (alike := _alike(frame)):
        told = (
            f"{counted_noun(alike, 'row')} of {len(frame):,} say in every column what another does"
        )
        raise asked(
            f"{told}, which hardly happens by chance: take out what is there twice, or say with "
            f"--id {NONE} that each row is a patient",
            "--id", f"{told}, which hardly happens by chance. Is each row a patient ({NONE})? If "
            "not, stop here, and take out what is there twice.", (NONE,),
        )  # fmt: skip
    return None


def _with_blanks(frame: pd.DataFrame, free: list[str]) -> str | None:
    """Return the column that identifies most rows by its name, and some rows not, or None."""
    given = {name: frame[name].notna().mean() for name in free
             if is_identifier(name) and frame[name].nunique() >= 2}  # fmt: skip
    best = max(given, key=given.__getitem__, default=None)
    return best if best is not None and given[best] > 0.5 else None


def _alike(frame: pd.DataFrame) -> int:
    """Return how many rows repeat another, where chance would hardly have made one.

    How likely two patients agree is taken from each column as if columns were independent; few
    columns of few values agree often.
    """
    n = int(frame.duplicated().sum())
    if not n:
        return 0
    different = frame.drop_duplicates()
    every = max(len(different) * (len(different) - 1) / 2, 1)
    expected = every
    for name in different:
        counts = different[name].value_counts(dropna=False).to_numpy(dtype=float)
        expected *= max((counts * (counts - 1) / 2).sum(), 1) / every
    return n if expected < _HARDLY else 0


def _repeated(frame: pd.DataFrame, free: list[str], arm: str | None) -> str | None:
    """Return a column by whose values rows agree in the arm and in two other columns, or None."""
    if arm is None or len(frame) < 8:
        return None
    varied = [name for name in free if frame[name].nunique() >= 2]
    for name in varied:
        sizes = frame[name].value_counts()
        fits = frame[name].notna().all() and 5 <= len(sizes) <= len(frame) / 1.5
        if not fits or sizes.median() > _LARGEST_GROUP or frame[arm].nunique() < 2:
            continue
        several = frame[frame[name].isin(sizes.index[sizes > 1])]
        groups = several.groupby(name, observed=True)
        if groups[arm].nunique(dropna=False).max() > 1:
            continue
        agree = [one for one in varied
                 if one != name and groups[one].nunique(dropna=False).max() == 1]  # fmt: skip
        if len(agree) >= 2:
            return name
    return None


def _start(
    frame: pd.DataFrame,
    free: list[str],
    time: str | None,
    identifier: str | None,
    endpoint: str | None,
    said: str | None,
    found: list[Inference],
) -> str | None:
    """Return the column in which intervals begin, where there is one."""
    if said is not None:
        if said.casefold() == NONE and said not in frame:
            found.append(Inference("flat.start", NONE, "said with --start: all from time 0"))
            return None
        if frame[said].dtype.kind != "f":
            raise UsageError(f"--start: {said} holds no numbers", "--start")
        found.append(Inference("flat.start", said, "said with --start"))
        return said
    if time is None or frame[time].dtype.kind != "f":
        return None
    fitting = []
    for name in free:
        called = _STARTS.fullmatch("_".join(words_of(name))) or name.upper() == "ENTRY"
        if called and name != identifier and frame[name].dtype.kind == "f":
            before = (frame[name] <= frame[time]) | frame[name].isna() | frame[time].isna()
            if before.all() and (frame[name] > 0).any():
                fitting.append(name)
    if not fitting:
        return None
    keys = [one for one in (identifier, endpoint) if one]
    several = bool(keys) and identifier is not None and frame.duplicated(keys).any()
    what = ", ".join(map(shortened, fitting))
    if several:
        n = frame[identifier].nunique()
        message = (
            f"the {len(frame):,} rows are of {counted_noun(n, 'patient')} "
            f"({shortened(identifier)}), and {what} may be where a row's interval starts"
        )
        choices = fitting
    else:
        message = (f"{what} lies before {shortened(time)} in every row: it may be when a patient "
                   "came under observation (delayed entry)")  # fmt: skip
        choices = [*fitting, NONE]
    raise asked(
        f"{message}: say it with --start {' or --start '.join(choices)}",
        "--start", f"{_begun(message, fitting)}. Where does the time under observation "
        "begin?", choices,
    )  # fmt: skip
