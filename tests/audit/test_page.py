"""The how-to page: its example is a valid table, and the audit says what the page promises."""

import io
import re
from pathlib import Path

import pandas as pd

from trialbook.audit import VERDICTS, audit

PAGE = Path(__file__).parents[2] / "book" / "audit_a_paper.md"


def test_the_example_runs():
    text = re.search(r"```text\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)[1]
    findings = audit(pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False))
    impossible = findings[findings["verdict"] == "impossible"]
    assert set(impossible["rule"]) == {
        "percentage of a count",
        "interval against the number of events",
    }


def test_the_page_names_every_verdict():
    text = PAGE.read_text(encoding="utf-8")
    assert all(f"| {verdict} |" in text for verdict in VERDICTS)
