"""What the course asks, in one table: for teachers, and for whoever looks for an exercise."""

from collections.abc import Iterable

import pandas as pd

from trialbook.learn.exercise import LEVELS
from trialbook.learn.lesson import exercises_of
from trialbook.report.output import Text

# In the order of the book; tests/learn holds it to _toc.yml.
CHAPTERS = (
    "censoring",
    "kaplan_meier",
    "hazard",
    "log_rank",
    "cox",
    "how_much",
    "proportional",
    "selection",
)


def exercises(chapters: Iterable[str] = CHAPTERS) -> pd.DataFrame:
    """Return a row per exercise: chapter, name, objective, level, minutes, what to ask next."""
    found = [
        (chapter, one.name, one.objective, one.level, one.minutes, one.next_question)
        for chapter in chapters
        for one in exercises_of(chapter).values()
    ]
    return pd.DataFrame(
        found, columns=["chapter", "exercise", "objective", "level", "minutes", "ask next"]
    )


def by_chapter(chapters: Iterable[str] = CHAPTERS) -> pd.DataFrame:
    """Return a row per chapter: how many exercises of each level, and their minutes together."""
    every = exercises(chapters)
    counts = every.pivot_table("exercise", "chapter", "level", aggfunc="count", sort=False)
    counts = counts.reindex(columns=list(LEVELS)).fillna(0).astype(int)
    counts["minutes"] = every.groupby("chapter", sort=False)["minutes"].sum()
    return counts.rename_axis(index=None, columns=None)


def listed(chapters: Iterable[str] = CHAPTERS) -> Text:
    """Return `exercises` as a table to read, each chapter linked."""
    lines = ["| chapter | exercise | for | minutes | then ask |", "|---|---|---|---|---|"]
    last = ""
    for row in exercises(chapters).itertuples(index=False):
        chapter, name, objective, level, minutes, question = row
        link = "" if chapter == last else f"[{chapter.replace('_', ' ')}]({chapter}.ipynb)"
        last = chapter
        said = f"{name.replace('_', ' ')} | {objective}, {level} | {minutes} | {question}"
        lines.append(f"| {link} | {said} |")
    return Text("\n".join(lines))
