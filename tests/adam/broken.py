"""Broken folders, one way of breaking each, and what is said of it.

The page of messages is made from them: ``python -m tests.adam.broken`` writes it.
"""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from tests.adam.folders import CONFIG, small, write_trial
from trialbook.adam.problems import DataError
from trialbook.publishing.reference import NOT_PRINTED
from trialbook.trial import load_trial

PAGE = Path(__file__).resolve().parents[2] / "book" / "messages.md"

Data = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Broken:
    """A folder that is refused.

    Attributes
    ----------
    what : str
        What is wrong, in a few words.
    says : str
        A part of the message that must stand there.
    data : callable, optional
        Breaks the data sets.
    config : dict or str, optional
        Keys of trial.yml to replace, or all its text.
    """

    what: str
    says: str
    data: Callable[[Data], Data] = lambda data: data
    config: dict | str | None = None

    def write(self, folder: Path) -> Path:
        """Write the broken folder."""
        return write_trial(folder, self.data(small()), self.config)

    def message(self) -> str:
        """Return what is said of the folder."""
        with tempfile.TemporaryDirectory() as folder:
            try:
                load_trial(self.write(Path(folder) / "small"))
            except DataError as error:
                return str(error)
        raise AssertionError(f"{self.what}: the folder was accepted")


def at(name: str, variable: str, values: dict[int, object]) -> Callable[[Data], Data]:
    """Return a break that puts values into rows of a variable."""

    def change(data: Data) -> Data:
        column = data[name][variable].astype(object)
        for row, value in values.items():
            column[row] = value
        return data | {name: data[name].assign(**{variable: column})}

    return change


def without(name: str, variable: str | None = None) -> Callable[[Data], Data]:
    """Return a break that takes a variable, or a whole data set, away."""

    def change(data: Data) -> Data:
        if variable is None:
            return {key: frame for key, frame in data.items() if key != name}
        return data | {name: data[name].drop(columns=variable)}

    return change


def doubled(name: str, row: int) -> Callable[[Data], Data]:
    """Return a break that repeats a row."""
    return lambda data: (
        data | {name: pd.concat([data[name], data[name].iloc[[row]]], ignore_index=True)}
    )


def _text(**changes: str) -> str:
    lines = {
        "title": "A small trial",
        "arms": "[{code: PBO, values: [Placebo]}, {code: ACT, values: [Active]}]",
        "endpoints": "[{paramcd: OS, role: primary}]",
    }
    return "\n".join(f"{key}: {value}" for key, value in (lines | changes).items())


BROKEN = [
    Broken("ADSL is missing", "ADSL: is needed and not there", without("adsl")),
    Broken("ADTTE is missing", "ADTTE: is needed and not in small", without("adtte")),
    Broken("a needed variable is missing", "adtte.csv: CNSR: is needed", without("adtte", "CNSR")),
    Broken("a needed variable is misspelt", "did you mean AVALS?",
           lambda data: data | {"adtte": data["adtte"].rename(columns={"AVAL": "AVALS"})}),
    Broken("a patient stands twice in ADSL", "a patient must stand in one row", doubled("adsl", 2)),
    Broken("a patient has two rows of an end point", "one row per end point (1 row)",
           doubled("adtte", 0)),
    Broken("a patient of ADTTE is not in ADSL", "a patient must be in ADSL (1 row)",
           at("adtte", "USUBJID", {3: "P-99"})),
    Broken("a patient of ADAE is not in ADSL", "adae.csv: USUBJID: a patient must be in ADSL",
           at("adae", "USUBJID", {0: "nobody", 1: "nobody"})),
    Broken("a time is negative", "AVAL: must not be negative (1 row)",
           at("adtte", "AVAL", {2: -3})),
    Broken("every time of an end point is blank", "AVAL: is blank in every row of OS",
           at("adtte", "AVAL", dict.fromkeys(range(8), np.nan))),
    Broken("a time is no number", "AVAL: must be a number (1 row)",
           at("adtte", "AVAL", {2: "ten days"})),
    Broken("CNSR is blank", "CNSR: must not be blank (1 row)", at("adtte", "CNSR", {0: np.nan})),
    Broken("CNSR is no code", "CNSR: must be 0 (event) or a whole number above 0",
           at("adtte", "CNSR", {0: 0.5, 1: -1})),
    Broken("an end point is not in ADTTE", "has no row of OSS, which trial.yml names",
           config={"endpoints": [{"paramcd": "OSS"}]}),
    Broken("two end points in two units", "OS is in months, trial.yml says days",
           at("adtte", "AVALU", dict.fromkeys(range(8), "MONTHS"))),
    Broken("a unit that PARAM contradicts", "OS is in days, its PARAM says months",
           at("adtte", "PARAM", dict.fromkeys(range(8), "Survival (months)"))),
    Broken("a time beyond all bounds", "AVAL: must not be longer than 10,000 years",
           at("adtte", "AVAL", {2: 99999999})),
    Broken("an end point that counts", "OS is no time: its unit is COUNT",
           at("adtte", "AVALU", dict.fromkeys(range(8), "COUNT"))),
    Broken("an arm that trial.yml does not know", "is no value of an arm in trial.yml (1 row)",
           at("adsl", "TRT01P", {0: "Surgery"})),
    Broken("an arm without patients", "the arm LOW has no patient in the efficacy population",
           config={"arms": [*CONFIG["arms"], {"code": "LOW", "values": ["Low dose"]}]}),
    Broken("a flag is neither Y nor N", "SAFFL: must be Y, N or blank (1 row)",
           at("adsl", "SAFFL", {5: "maybe"})),
    Broken("a flag holds something else beside blanks", "AESER: must be Y, N or blank (1 row)",
           at("adae", "AESER", {0: "grave", 1: None, 2: None})),
    Broken("a date is no date", "RANDDT: must be a date (1 row)",
           at("adsl", "RANDDT", {0: "soon"})),
    Broken("day and month cannot be told apart", "RANDDT: shows no order of day and month (8 rows)",
           at("adsl", "RANDDT", dict.fromkeys(range(8), "01/02/2020"))),
    Broken("dates are numbers", "is a number; from which day does it count? (8 rows)",
           at("adsl", "RANDDT", dict.fromkeys(range(8), 18262))),
    Broken("a baseline variable is misspelt", "names SEKS, which is no variable of ADSL",
           config={"baseline": [{"variable": "SEKS"}]}),
    Broken("a mean of text", "baseline[1].summary: asks for the mean of SEX, which is no number",
           config={"baseline": [{"variable": "SEX", "summary": "mean"}]}),
    Broken("a population's flag is not there", "FASFL: named under populations in trial.yml",
           config={"populations": {"efficacy": "FASFL"}}),
    Broken("no file under a name", "published: names figures.csv, which is not there",
           config={"published": "figures.csv"}),
    Broken("trial.yml is empty", "trial.yml: is empty", config=""),
    Broken("trial.yml is not YAML", "trial.yml, line 2: cannot be read as YAML",
           config="title: [a\nid: b: c"),
    Broken("a tab in trial.yml", "trial.yml, line 2: holds a tab where only spaces may stand",
           config="arms:\n\t- {code: A}\n"),
    Broken("a key stands twice", "trial.yml, line 4: title: stands twice, in line 1 too",
           config=_text() + "\ntitle: Again"),
    Broken("an unknown key", "trial.yml, line 4: horizn: is no key of trial.yml",
           config=_text(horizn="365")),
    Broken("a word that is not allowed", "randomized: must be one of yes, partly, no or unknown",
           config=_text(randomized="perhaps")),
    Broken("a number is text", "horizon: must be a number", config=_text(horizon="a year")),
    Broken("an arm's code stands twice", "arms[2].code: A stands twice",
           config=_text(arms="[{code: A, values: [Placebo]}, {code: A, values: [Active]}]")),
    Broken("two arms bear one label", "arms[2].label: one  drug stands twice",
           config=_text(arms="[{code: A, label: One drug, values: [Placebo]}, "
                             "{code: B, label: one  drug, values: [Active]}]")),
    Broken("noninferiority without a margin", "objective: noninferiority needs a margin",
           config=_text(objective="noninferiority")),
    Broken("a path out of the folder", "must name a file inside the trial's folder",
           config=_text(published="../../secrets.csv")),
]  # fmt: skip


def page() -> str:
    """Return the page of messages as Markdown."""
    lines = [
        NOT_PRINTED,
        "",
        "# Error messages",
        "",
        "Nothing runs before the data are in order, and all that is wrong comes in one report: "
        "the file, the variable, the rule, how many rows break it, the first few of them, and "
        "what to do. This page is made by the tests that break a small trial in each of these "
        "ways.",
    ]
    for broken in BROKEN:
        title = broken.what
        if not title.startswith("trial.yml"):
            title = title[0].upper() + title[1:]
        lines += ["", f"## {title}", "", "```text", broken.message(), "```"]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
