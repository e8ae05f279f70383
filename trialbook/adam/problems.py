"""What is wrong with a trial's files, what was mended, and what a page must say about it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from textwrap import indent

SHOWN = 5
_LONGEST = 80


def shortened(value: object, longest: int = _LONGEST) -> str:
    """Return a value as one printable line of at most `longest` characters."""
    text = "".join(c if c.isprintable() else " " for c in str(value)[: 4 * longest])
    text = " ".join(text.split())
    return text if len(text) <= longest else text[: longest - 1] + "…"


def examples(values: Iterable, most: int = SHOWN) -> tuple[str, ...]:
    """Return the first few different values, shortened, in the order in which they stand."""
    found: dict[str, None] = {}
    for value in values:
        found.setdefault(shortened(value))
        if len(found) == most:
            break
    return tuple(found)


def counted_noun(n: int, noun: str) -> str:
    """Return ``"1 patient"`` or ``"1,200 patients"``."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def listed(parts: Sequence[str]) -> str:
    """Return parts as an enumeration: ``"a, b and c"``."""
    return ", ".join(parts[:-1]) + (" and " if len(parts) > 1 else "") + parts[-1] if parts else ""


@dataclass(frozen=True)
class Problem:
    """One rule that one file breaks.

    Attributes
    ----------
    file : str
        The file's name inside the trial's folder, with ``, line N`` where a line is known.
    variable : str
        The variable or key, or empty where the whole file is meant.
    rule : str
        What must hold and does not, in plain words.
    n : int or None
        Number of rows, or None where rows do not count.
    examples : tuple of str
        The first few patients or values.
    hint : str
        What to do.
    option : str
        The option of ``trialbook new`` that answers it, where it is a question.
    """

    file: str
    variable: str
    rule: str
    n: int | None = None
    examples: tuple[str, ...] = ()
    hint: str = ""
    option: str = ""

    def __str__(self) -> str:
        """Return the problem as two or three lines."""
        head = f"{self.file}: {self.variable}: " if self.variable else f"{self.file}: "
        lines = [head + self.rule]
        if self.n is not None:
            lines[0] += f" ({counted_noun(self.n, 'row')})"
        if self.examples:
            more = ", ..." if self.n is not None and self.n > len(self.examples) else ""
            lines.append("    such as: " + ", ".join(self.examples) + more)
        if self.hint:
            lines.append("    do: " + self.hint)
        return "\n".join(lines)


@dataclass(frozen=True)
class Repair:
    """Something that was read although it was not clean, and how it was read."""

    file: str
    variable: str
    what: str
    n: int | None = None

    def __str__(self) -> str:
        """Return the repair as one line."""
        head = f"{self.file}: {self.variable}: " if self.variable else f"{self.file}: "
        count = "" if self.n is None else f" ({counted_noun(self.n, 'value')})"
        return f"{head}{self.what}{count}"


@dataclass
class Findings:
    """Collects what validation finds, file after file, so that one report can hold it all."""

    problems: list[Problem] = field(default_factory=list)
    repairs: list[Repair] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def problem(
        self,
        file: str,
        variable: str,
        rule: str,
        n: int | None = None,
        examples: Sequence[str] = (),
        hint: str = "",
        option: str = "",
    ) -> None:
        """Add a problem."""
        self.problems.append(Problem(file, variable, rule, n, tuple(examples), hint, option))

    def repair(self, file: str, variable: str, what: str, n: int | None = None) -> None:
        """Add a repair."""
        self.repairs.append(Repair(file, variable, what, n))

    def remark(self, text: str) -> None:
        """Add a one-line fact that a page must state, once."""
        if text not in self.remarks:
            self.remarks.append(text)

    def stop_if_wrong(self, where: str) -> None:
        """Raise `DataError` when there is any problem."""
        if self.problems:
            raise DataError(self.problems, where)


class DataError(ValueError):
    """The trial's files are wrong; `problems` lists everything that is."""

    def __init__(self, problems: Sequence[Problem], where: str = "") -> None:
        self.problems = list(problems)
        self.where = where
        super().__init__(self._report())

    def _report(self) -> str:
        head = counted_noun(len(self.problems), "problem")
        head += f" in {self.where}" if self.where else ""
        return "\n".join([head, *(indent(f"- {problem}", "  ") for problem in self.problems)])

    def __reduce__(self):
        """Let the error cross from one process to another whole."""
        return DataError, (self.problems, self.where)
