"""Small papers for the tests of the audit: a few printed figures as a table of text."""

import pandas as pd

COLUMNS = ["id", "chapter", "item", "arm", "statistic", "printed", "source"]


def table(*rows: tuple[str, ...]) -> pd.DataFrame:
    """Rows of (chapter, item, arm, statistic, printed) and, if wanted, source; ids are made up."""
    return pd.DataFrame(
        [(f"figure {i}", *row, *[""] * (6 - len(row))) for i, row in enumerate(rows)],
        columns=COLUMNS,
    )


def two_arms(n1: int = 116, n0: int = 111) -> list[tuple[str, ...]]:
    """The sizes of two arms, X and Y."""
    return [
        ("population", "randomized", "X", "n", str(n1)),
        ("population", "randomized", "Y", "n", str(n0)),
    ]


def only(findings: pd.DataFrame, rule: str) -> pd.Series:
    """Return the one finding of a rule."""
    found = findings[findings["rule"] == rule]
    assert len(found) == 1, f"{len(found)} findings of {rule!r}"
    return found.iloc[0]
