"""Of guarded data `tables/` are complete, for those who have the data; no page is."""

import pandas as pd
import pytest

from tests.publishing.conftest import ONE
from trialbook.exporting import COMPLETE

SHOWS = """
```{code-cell} ipython3
import pandas as pd

from trialbook.analyses import kaplan_meier
from trialbook.report.output import Table
from trialbook.safe.lookup import Lookup

found = Lookup(kaplan_meier(study), study)
events = [found.text("{n_events}", "kaplan_meier", "OS", arm.code) for arm in study.arms]
cells = pd.DataFrame({"arm": [arm.code for arm in study.arms], "events": events})
print(study.privacy)
Table(cells.to_html(), "events", cells)
```
"""


@pytest.fixture
def confidential(clone):
    """The small book with a table of events, of data that are confidential: 3 and 4 events."""
    (clone / "notebooks" / "one.md").write_text(ONE + SHOWS, encoding="utf-8")
    file = clone / "data" / "small" / "trial.yml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("synthetic", "confidential"), encoding="utf-8")
    return clone


def events(file):
    return pd.read_csv(file, dtype=str)["events"].tolist()


@pytest.mark.parametrize("environment", [{}, {COMPLETE: "1"}], ids=["as usual", "variable set"])
def test_complete_tables_lie_outside_the_pages_alone(confidential, commands, environment):
    ran = commands.wait(commands.start("build", "data/small", cwd=confidential, **environment))
    assert ran.code == 0, ran.err
    book = confidential / "_build" / "small"
    assert events(book / "tables" / "events.csv") == ["3", "4"]
    assert events(book / "html" / "files" / "tables" / "events.csv") == ["<5", "<5"]
    said = pd.read_csv(book / "tables" / "events.csv")["notice"][0]
    assert "not for readers" in said
    assert "withheld" not in said
    pages = [file for file in book.glob("html/**/*") if file.is_file()]
    assert pages
    assert not [file for file in pages if b"not for readers" in file.read_bytes()]
    assert "public" not in (book / "notebooks" / "one.ipynb").read_text(encoding="utf-8")


def test_kept_chapters_bring_their_complete_tables(confidential, commands):
    assert commands("build", "data/small", cwd=confidential).code == 0
    with (confidential / "book" / "words.md").open("a", encoding="utf-8") as file:
        file.write("\nMore.\n")
    assert commands("build", "data/small", cwd=confidential).code == 0
    assert events(confidential / "_build" / "small" / "tables" / "events.csv") == ["3", "4"]
