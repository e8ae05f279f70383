"""Where the book answers what CONSORT 2025 asks, and what the data cannot answer.

Hopewell S et al. CONSORT 2025 statement. BMJ 2025;389:e081123. The items are given in our own
short words; the statement has the full ones.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from trialbook.escape import escape_markdown
from trialbook.report.output import Text

if TYPE_CHECKING:
    from trialbook.trial import Trial

OUTSIDE = "not in patients' data: see the report of the trial"


@dataclass(frozen=True)
class Item:
    """An item of the checklist.

    `chapter` is where the book answers it, if `given` holds for the trial; `otherwise` says why
    it does not, `partly` what it leaves open all the same.
    """

    number: str
    asks: str
    chapter: str = ""
    given: Callable[["Trial"], bool] = lambda _: True
    otherwise: str = OUTSIDE
    partly: str = ""


def _has(name: str) -> Callable[["Trial"], bool]:
    return lambda trial: trial.has(name)


def _design(trial: "Trial") -> bool:
    return trial.config.design is not None


NO_EVENTS = "the trial's data hold no adverse events"
ITEMS = (
    Item("1a", "Title says that it is randomized"),
    Item("1b", "Structured summary", otherwise="the landing page has the question and its answer"),
    Item("2", "Registration", "design", lambda t: bool(t.config.registration), "not in trial.yml"),
    Item("3", "Protocol and analysis plan"),
    Item(
        "4",
        "Sharing of data and code",
        "data_card",
        lambda t: not t.blinded,
        "a blinded book has no data card",
    ),
    Item("5", "Funding and conflicts of interest"),
    Item("6", "Background"),
    Item("7", "Objectives", "design"),
    Item("8", "Involvement of patients and the public"),
    Item("9", "Design of the trial", "design"),
    Item("10", "Changes after the start", "design", _design, "not in trial.yml"),
    Item("11", "Setting"),
    Item("12", "Eligibility"),
    Item("13", "Treatments compared", "design"),
    Item("14", "Outcomes", "design"),
    Item("15", "How harms were defined and assessed", "safety", _has("ADAE"), NO_EVENTS),
    Item("16a", "Sample size", "design", _design, "not in trial.yml"),
    Item("16b", "Interim analyses"),
    Item("17", "Random sequence and stratification", "design", lambda t: bool(t.config.strata)),
    Item("18", "Concealment of the allocation"),
    Item("19", "Who enrolled and assigned"),
    Item("20", "Blinding"),
    Item("21a", "Methods of comparison", "efficacy"),
    Item("21b", "Who is analysed, in which group", "population"),
    Item("21c", "Missing data", "efficacy"),
    Item("21d", "Further analyses", "efficacy"),
    Item("22", "Flow of participants", "population"),
    Item("23", "Dates of recruitment", "population", _has("RANDDT"), "RANDDT is not in ADSL"),
    Item("24", "Treatment as delivered", "population", _has("TRTSDT"), "no dates of treatment"),
    Item("25", "Baseline", "population"),
    Item("26", "Numbers analysed and estimates", "efficacy"),
    Item("27", "Harms", "safety", _has("ADAE"), NO_EVENTS),
    Item("28", "Ancillary analyses", "efficacy"),
    Item(
        "29",
        "Interpretation",
        "efficacy",
        partly="benefits and harms are not weighed, nor other evidence: that takes a reader",
    ),
    Item(
        "30",
        "Limitations",
        "efficacy",
        partly="what the data show of them; bias that no data show is for the trial's report",
    ),
)
PAGES = {
    "design": ("Design", "design.ipynb"),
    "population": ("Population", "population.ipynb"),
    "efficacy": ("Efficacy", "efficacy.ipynb"),
    "safety": ("Safety", "safety.ipynb"),
    "data_card": ("Data card", "data_card.ipynb"),
}


def checklist(trial: "Trial") -> pd.DataFrame:
    """Return each item with the page that answers it, or why none does.

    Parameters
    ----------
    trial : Trial

    Returns
    -------
    pandas.DataFrame
        ``item``, ``asks``, ``page`` (empty where not answered), ``why_not``, ``partly``: what the
        page leaves open.
    """
    rows = []
    for item in ITEMS:
        answered = bool(item.chapter) and item.given(trial)
        why_not = "" if answered else item.otherwise
        page = item.chapter if answered else ""
        row = {"item": item.number, "asks": item.asks, "page": page, "why_not": why_not}
        rows.append(row | {"partly": item.partly if answered else ""})
    return pd.DataFrame(rows)


def show_checklist(trial: "Trial") -> Text:
    """Return the checklist as a Markdown table with links to the pages, and how much it answers."""
    table = checklist(trial)
    lines = ["| Item | CONSORT 2025 asks for | Where |", "|---|---|---|"]
    for item, asks, page, why_not, partly in table.itertuples(index=False):
        where = "[{}]({})".format(*PAGES[page]) if page else escape_markdown(why_not)
        where += f", in part: {escape_markdown(partly)}" if partly else ""
        lines.append(f"| {item} | {asks} | {where} |")
    answered = (table["page"] != "").sum()
    lines += ["", f"{answered} of the {len(table)} items are answered in this book."]
    return Text("\n".join(lines))
