"""A clean table of patients, and what becomes of tables on their way through real hands.

Each damage changes how the table is written, and never what is true of its patients; the truth
goes along, so that what is read can be held against it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

from trialbook.units import DAYS_PER_UNIT

Draw = Callable[[st.SearchStrategy], Any]

# what the status is called, what it holds where the event happened, and where it did not
STATUSES = [
    ("event", "1", "0"), ("died", "yes", "no"), ("dead", "Y", "N"), ("isCensored", "0", "1"),
    ("CNSR", "0", "1"), ("alive", "no", "yes"), ("event_free", "0", "1"), ("cens", "1", "0"),
    ("status", "Dead", "Alive"), ("status", "1:DECEASED", "0:LIVING"), ("status", "1", "0"),
    ("status", "2", "1"), ("status", "1", "2"), ("status", "0", "1"), ("death", "2", "1"),
    ("vital_status", "dead", "alive"), ("survived", "FALSE", "TRUE"), ("vital", "1", "0"),
    ("event", "Yes (2019)", "No"), ("status", "DOD", "NED"), ("censor", "0", "1"),
    ("status", "progressed", "censored"), ("relapsed", "1", "0"), ("failure", "TRUE", "FALSE"),
    ("status", "Tot", "lebt"), ("outcome", "Died", "Survived"), ("event", "x", "o"),
    ("status", "deceased", "lost to follow-up"), ("relapse", "1 = yes", "0 = no"),
    ("status", "event", "no event"), ("status", "-1", "0"), ("died", "1.0", "0.0"),
]  # fmt: skip
UNITS = {
    "days": ["days", "osDays", "time_days", "time", "T"],
    "weeks": ["weeks", "timeWeeks", "time"],
    "months": ["survivalMonths", "os_mo", "OS_MONTHS", "time", "followup"],
    "years": ["yrs", "FU_years", "t", "time"],
}
ARMS = [
    ["Placebo", "Drug X"], ["Placebo", "Drug X 5 mg", "Drug X 10 mg"], ["A", "B"], ["1", "2"],
    ["0", "1"], ["control", "treated"], ["Témoin", "Traité"], ["standard of care", "new"],
    ["None", "5", "10"], ["Plazebo", "Wirkstoff é"], ["TPF-1", "TPF-2"],
]  # fmt: skip
IDS = ["id", "patient_id", "SubjectNo", "USUBJID", "record_id"]


@dataclass(frozen=True)
class Written:
    """A table as it is written, and what is true of its patients.

    Attributes
    ----------
    columns : dict of list of str
        What stands in the file, by the names in its first line.
    names : dict
        ``who``, ``time``, ``event``, ``arm`` to the names of those columns.
    happened : str
        What stands in the status where the event happened.
    unit : str
        The unit of the times.
    truth : dict
        Patient to (days, event, arm).
    control : str
        The arm that is the control.
    above, below : tuple of str
        Lines above the names and below the rows.
    form, separator, decimal, thousands, encoding, newline : str
        How it is written; form is csv or xlsx.
    merged : bool
        Whether cells of the arm that are blank are merged with the one above.
    hidden : bool
        Whether the column that identifies is not written.
    numbers : frozenset of str
        The columns that hold numbers.
    code : str
        The number that stands where a time is not known, if one does.
    done : tuple of str
        The damages.
    """

    columns: dict[str, list[str]]
    names: dict[str, str]
    happened: str
    unit: str
    truth: dict[str, tuple[float, bool, str]]
    control: str
    above: tuple[str, ...] = ()
    below: tuple[str, ...] = ()
    form: str = "csv"
    separator: str = ","
    decimal: str = "."
    thousands: str = ""
    encoding: str = "utf-8"
    newline: str = "\n"
    merged: bool = False
    hidden: bool = False
    numbers: frozenset[str] = field(default_factory=frozenset)
    code: str = ""
    done: tuple[str, ...] = ()

    def whose(self) -> str | None:
        """Return what says whose a row is: a column, or none; None where a row is there twice."""
        if not self.hidden:
            return self.names["who"].strip()
        return None if "rows_twice" in self.done else "none"

    def rows(self) -> int:
        """Return how many rows there are."""
        return len(next(iter(self.columns.values())))

    def with_column(self, name: str, values: list[str]) -> "Written":
        """Return the table with one column's values changed, or one more column."""
        return replace(self, columns=self.columns | {name: values})

    def some(self, draw: Draw, most: int = 3) -> list[int]:
        """Return a few rows."""
        places = st.integers(0, self.rows() - 1)
        return draw(st.lists(places, min_size=1, max_size=most, unique=True))


@st.composite
def clean(draw: Draw) -> Written:
    """Return a table in which nothing is wrong."""
    n = draw(st.integers(20, 40))
    rng = np.random.default_rng(draw(st.integers(0, 2**20)))
    name, happened, not_happened = draw(st.sampled_from(STATUSES))
    unit = draw(st.sampled_from(list(UNITS)))
    time_name = draw(st.sampled_from(UNITS[unit]))
    arms = draw(st.sampled_from(ARMS))
    days = np.round(rng.exponential(700, n)) + 1
    event = rng.random(n) < 0.6
    event[:2] = True, False
    arm = [arms[k % len(arms)] for k in range(n)]
    per = DAYS_PER_UNIT[unit]
    digits = 0 if unit == "days" else 4
    who = [f"P{k:03d}" for k in range(1, n + 1)]
    names = {"who": draw(st.sampled_from(IDS)), "time": time_name, "event": name,
             "arm": draw(st.sampled_from(["arm", "Treatment", "trtGroup"]))}  # fmt: skip
    columns = {
        names["who"]: who,
        names["time"]: [f"{one:.{digits}f}" for one in days / per],
        names["event"]: [happened if one else not_happened for one in event],
        names["arm"]: arm,
        "weight": [f"{one:.1f}" for one in rng.normal(70, 12, n)],
        "sex": list(rng.choice(["f", "m"], n)),
    }
    truth = {one: (float(columns[names["time"]][k]) * per, bool(event[k]), arm[k])
             for k, one in enumerate(who)}  # fmt: skip
    numbers = frozenset({names["time"], "weight"})
    return Written(columns, names, happened, unit, truth, arms[0], numbers=numbers)


DAMAGES: dict[str, Callable[[Written, Draw], Written]] = {}


def damage(do: Callable[[Written, Draw], Written]) -> Callable[[Written, Draw], Written]:
    """Add a damage."""
    DAMAGES[do.__name__] = do
    return do


@st.composite
def damaged(draw: Draw) -> Written:
    """Return a table after a chain of damages, none twice."""
    written = draw(clean())
    for name in draw(st.lists(st.sampled_from(list(DAMAGES)), max_size=4, unique=True)):
        changed = DAMAGES[name](written, draw)
        written = replace(changed, done=(*written.done, name))
    return written


def _marred(one: str, draw: Draw) -> str:
    """Return a text that reads the same, or nearly, and is another."""
    return draw(st.sampled_from([
        f"{one} ", f" {one}", one.upper(), one.lower(), one.capitalize(), f"{one}\u200b",
        f"\u00a0{one}", one.replace(" ", "  "), one.replace(" ", "\u00a0"), f"{one}\u200e",
        one.replace("-", "\u2013"), one.replace("é", "e\u0301"), one.replace("o", "\u043e"),
        one.replace("A", "\u0391"), f"{one}.", one.replace(" ", "_"), f"\ufeff{one}",
    ]))  # fmt: skip


@damage
def spell_arms_in_several_ways(written: Written, draw: Draw) -> Written:
    """Spell a few arms in another way."""
    values = list(written.columns[written.names["arm"]])
    for place in written.some(draw):
        values[place] = _marred(values[place], draw)
    return written.with_column(written.names["arm"], values)


@damage
def spell_statuses_in_several_ways(written: Written, draw: Draw) -> Written:
    """Spell a few statuses in another way."""
    values = list(written.columns[written.names["event"]])
    for place in written.some(draw):
        values[place] = _marred(values[place], draw)
    return written.with_column(written.names["event"], values)


# what people write where they do not know
UNKNOWN = ["", "NA", ".", "-99", "999", "9999", "-9", "99", "9", "n/a", "NULL", "#N/A", "unknown",
           "?", "-", "nan", "missing", "not known", "#REF!", "N.A.", "99999", "888"]  # fmt: skip


@damage
def do_not_know_some_times(written: Written, draw: Draw) -> Written:
    """Write some word or number where a time is not known."""
    return _unknown(written, draw, "time")


@damage
def do_not_know_some_statuses(written: Written, draw: Draw) -> Written:
    """Write some word or number where a status is not known."""
    return _unknown(written, draw, "event")


@damage
def do_not_know_some_arms(written: Written, draw: Draw) -> Written:
    """Write some word or number where an arm is not known."""
    if "arms_once_for_a_block" in written.done:
        return written  # the head of a block would take the arm of all its patients along
    return _unknown(written, draw, "arm")


def _unknown(written: Written, draw: Draw, role: str) -> Written:
    sign = draw(st.sampled_from(UNKNOWN))
    values, truth = list(written.columns[written.names[role]]), dict(written.truth)
    who = written.columns[written.names["who"]]
    if (
        role == "time"
        and sign.isdecimal()
        and float(sign) < max(77, 1.4 * max(map(_as_number, values)))
    ):
        sign = "99999"  # a number among the times is one
    for place in written.some(draw):
        one = who[place].strip()
        values[place] = sign
        if role == "event" and sign in ("unknown", "not known") and one in truth:
            # followed up to then without an event that anybody saw: censored, and told so
            truth[one] = (truth[one][0], False, truth[one][2])
        elif written.names[role] == "CNSR" and sign.isdecimal() and one in truth:
            # CDISC's standard: any code above 0 is a reason for censoring
            truth[one] = (truth[one][0], False, truth[one][2])
        else:
            truth.pop(one, None)
    code = sign if role == "time" and sign.isdecimal() else written.code
    return replace(written.with_column(written.names[role], values), truth=truth, code=code)


@damage
def negative_times(written: Written, draw: Draw) -> Written:
    """Let a few times be negative, as dates in the wrong order make them."""
    values, truth = list(written.columns[written.names["time"]]), dict(written.truth)
    who = written.columns[written.names["who"]]
    for place in written.some(draw):
        values[place] = f"-{values[place]}"
        truth.pop(who[place].strip(), None)
    return replace(written.with_column(written.names["time"], values), truth=truth)


@damage
def times_in_words(written: Written, draw: Draw) -> Written:
    """Write the unit behind the times, in all rows or in a few."""
    word = draw(st.sampled_from([f" {written.unit}", written.unit[0], f" {written.unit[:2]}."]))
    values = list(written.columns[written.names["time"]])
    every = draw(st.booleans())
    for place in range(len(values)) if every else written.some(draw):
        values[place] += word
    numbers = written.numbers - {written.names["time"]}
    return replace(written.with_column(written.names["time"], values), numbers=numbers)


@damage
def a_few_times_in_another_unit(written: Written, draw: Draw) -> Written:
    """Give a few times in another unit, which the cell says."""
    other = draw(st.sampled_from([one for one in DAYS_PER_UNIT if one != written.unit]))
    values = list(written.columns[written.names["time"]])
    who = written.columns[written.names["who"]]
    for place in written.some(draw):
        if (known := written.truth.get(who[place].strip())) is not None:
            values[place] = f"{known[0] / DAYS_PER_UNIT[other]:.4f} {other}"
    return written.with_column(written.names["time"], values)


@damage
def rows_twice(written: Written, draw: Draw) -> Written:
    """Let a few rows stand twice."""
    places = [*range(written.rows()), *written.some(draw)]
    return replace(written, columns={name: [of[k] for k in places]
                                     for name, of in written.columns.items()})  # fmt: skip


@damage
def a_row_of_totals(written: Written, draw: Draw) -> Written:
    """Add sums below the rows, as a sheet has them."""
    word = draw(st.sampled_from(["Total", "Sum", "Mean", "", "N", "Summe"]))
    what = draw(st.sampled_from(["time", "all", "word"]))
    last = dict.fromkeys(written.columns, "")
    last[written.names["who"]] = word
    times = [_as_number(one) for one in written.columns[written.names["time"]]]
    if what != "word":
        last[written.names["time"]] = f"{sum(times):.4f}"
    if what == "all":
        happened = written.columns[written.names["event"]].count(written.happened)
        last[written.names["event"]] = str(happened)
        last["weight"] = "70.0"
    return replace(written, columns={name: [*of, last[name]]
                                     for name, of in written.columns.items()})  # fmt: skip


def _as_number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


@damage
def a_row_of_units(written: Written, draw: Draw) -> Written:
    """Say the units in a row below the names."""
    first = dict.fromkeys(written.columns, draw(st.sampled_from(["", "-", "text"])))
    first[written.names["time"]] = draw(st.sampled_from([written.unit, f"({written.unit})", ""]))
    first[written.names["event"]] = draw(st.sampled_from(["0/1", "", "code"]))
    return replace(written, columns={name: [first[name], *of]
                                     for name, of in written.columns.items()})  # fmt: skip


@damage
def names_again(written: Written, draw: Draw) -> Written:
    """Let the names stand again among the rows, as two exports one below the other have them."""
    place = draw(st.integers(1, written.rows() - 1))
    return replace(written, columns={name: [*of[:place], name, *of[place:]]
                                     for name, of in written.columns.items()})  # fmt: skip


@damage
def lines_above(written: Written, draw: Draw) -> Written:
    """Put a title above the names."""
    return replace(written, above=draw(st.sampled_from([
        ("Trial of X against placebo",), ("Export of 2024-03-01", ""), ("# made by me",),
        ("a,b,c",), ("",), ("Patient,,Outcome,,,",), ("sep=;",),
    ])))  # fmt: skip


@damage
def lines_below(written: Written, draw: Draw) -> Written:
    """Put notes below the rows."""
    return replace(written, below=draw(st.sampled_from([
        ("Source: our registry",), ("", "* lost to follow-up"), (",,,,,",), ("\x1a",), ("",) * 5,
        ("end of file,,,,,",),
    ])))  # fmt: skip


@damage
def arms_once_for_a_block(written: Written, draw: Draw) -> Written:
    """Give the arm only in the first row of a block, as merged cells have it."""
    arm = written.columns[written.names["arm"]]
    order = sorted(range(len(arm)), key=lambda k: arm[k])
    columns = {name: [of[k] for k in order] for name, of in written.columns.items()}
    arms = columns[written.names["arm"]]
    blank = [one if k == 0 or arms[k - 1] != one else "" for k, one in enumerate(arms)]
    merged = draw(st.booleans())
    return replace(written, columns=columns | {written.names["arm"]: blank}, merged=merged,
                   form="xlsx" if merged else written.form)  # fmt: skip


@damage
def other_marks(written: Written, draw: Draw) -> Written:
    """Write numbers and columns with other marks."""
    separator, decimal, thousands = draw(st.sampled_from([
        (";", ",", "."), (";", ",", ""), ("\t", ".", ","), ("|", ",", " "), (";", ".", "'"),
        (",", ",", ""), ("\t", ",", "."), (",", ".", ","), (";", ",", "\u202f"), (" ", ".", ""),
    ]))  # fmt: skip
    return replace(written, separator=separator, decimal=decimal, thousands=thousands)


@damage
def another_encoding(written: Written, draw: Draw) -> Written:
    """Encode the file otherwise, or end its lines otherwise."""
    return replace(
        written,
        encoding=draw(st.sampled_from(["utf-8-sig", "utf-16", "latin-1", "cp1252", "utf-16-le",
                                       "mac-roman", "cp850"])),
        newline=draw(st.sampled_from(["\n", "\r\n", "\r"])),
    )  # fmt: skip


@damage
def a_workbook(written: Written, draw: Draw) -> Written:
    """Save as a workbook."""
    return replace(written, form="xlsx")


@damage
def a_nul(written: Written, draw: Draw) -> Written:
    """Let a zero byte slip into a value."""
    name = draw(st.sampled_from(list(written.columns)))
    values = list(written.columns[name])
    place = draw(st.integers(0, written.rows() - 1))
    values[place] = values[place][:1] + "\0" + values[place][1:]
    return written.with_column(name, values)


@damage
def another_order(written: Written, draw: Draw) -> Written:
    """Change the order of rows and columns."""
    rng = np.random.default_rng(draw(st.integers(0, 1000)))
    rows = rng.permutation(written.rows())
    names = rng.permutation(list(written.columns))
    return replace(written, columns={name: [written.columns[name][k] for k in rows]
                                     for name in names})  # fmt: skip


@damage
def names_in_another_case(written: Written, draw: Draw) -> Written:
    """Write the names in capitals, with padding, in quotes."""
    style = draw(st.sampled_from([str.upper, str.lower, lambda one: f" {one} ",
                                  lambda one: f"{one}.", lambda one: f"'{one}'",
                                  lambda one: one.replace("_", " ")]))  # fmt: skip
    new = {name: style(name) for name in written.columns}
    return replace(
        written,
        columns={new[name]: of for name, of in written.columns.items()},
        names={role: new[name] for role, name in written.names.items()},
        numbers=frozenset(new[name] for name in written.numbers),
    )


@damage
def another_end_point(written: Written, draw: Draw) -> Written:
    """Add another time and status, of which the file's own may not be told apart by name."""
    time, status = draw(st.sampled_from([("pfs_time", "pfs_event"), ("time2", "status2"),
                                         ("PFS_MONTHS", "PFS_STATUS"), ("dfs_days", "dfs"),
                                         ("duration", "relapse")]))  # fmt: skip
    rng = np.random.default_rng(draw(st.integers(0, 1000)))
    n = written.rows()
    columns = {time: [str(one) for one in rng.integers(1, 900, n)],
               status: [str(one) for one in rng.integers(0, 2, n)]}  # fmt: skip
    return replace(written, columns=written.columns | {
        name: of for name, of in columns.items() if name not in written.columns})  # fmt: skip


@damage
def another_arm(written: Written, draw: Draw) -> Written:
    """Add another column that could be the arm."""
    name = draw(st.sampled_from(["group", "risk_group", "treatment_received", "ARMCD", "cohort"]))
    rng = np.random.default_rng(draw(st.integers(0, 1000)))
    values = draw(st.sampled_from([["0", "1"], ["low", "high"], ["Placebo", "Drug X"]]))
    if name in written.columns:
        return written
    return written.with_column(name, list(rng.choice(values, written.rows())))


@damage
def dates_beside(written: Written, draw: Draw) -> Written:
    """Add the dates from which the times follow, written in some way."""
    style = draw(st.sampled_from(["%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d%b%Y",
                                  "serial", "%Y%m%d", "%d/%m/%y"]))  # fmt: skip
    rng = np.random.default_rng(draw(st.integers(0, 1000)))
    who = written.columns[written.names["who"]]
    start = np.datetime64("2015-01-05") + rng.integers(0, 900, len(who))
    days = [round(written.truth[one.strip()][0]) if one.strip() in written.truth else 1
            for one in who]  # fmt: skip
    end = [str(one) for one in start + np.array(days, dtype="timedelta64[D]")]

    def said(one: object) -> str:
        date = np.datetime64(one)
        if style == "serial":
            return str((date - np.datetime64("1899-12-30")).astype(int))
        return date.astype(object).strftime(style)

    return replace(written, columns=written.columns | {
        "STARTDT": [said(one) for one in start], "ADT": [said(one) for one in end]})  # fmt: skip


@damage
def no_identifier(written: Written, draw: Draw) -> Written:
    """Take the identifier out; who is who is then told by the order."""
    return replace(written, hidden=True)


@damage
def outcome_in_another_column(written: Written, draw: Draw) -> Written:
    """Add a column that says why, or what, in words."""
    name = draw(st.sampled_from(["reason", "EVNTDESC", "cause", "comment"]))
    words = draw(st.sampled_from([("Death", "Censored"), ("dead", ""), ("progression", "alive"),
                                  ("withdrew", "ongoing")]))  # fmt: skip
    who = written.columns[written.names["who"]]
    values = [words[0] if written.truth.get(one.strip(), (0, False))[1] else words[1]
              for one in who]  # fmt: skip
    return written.with_column(name, values) if name not in written.columns else written
