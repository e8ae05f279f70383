"""The data card of a trial: its README, its files and their fingerprints, its repairs."""

import re
from typing import TYPE_CHECKING

import pandas as pd

from trialbook.escape import escape_markdown
from trialbook.report.output import Table, Text
from trialbook.report.table import html_table
from trialbook.safe import remarks_shown, shown_hashes

if TYPE_CHECKING:
    from trialbook.trial import Trial


def data_card(trial: "Trial") -> Text:
    """Return the README of a trial's folder as the text of a page.

    Its title gives way to the page's own; links to files beside it, which the book does not
    hold, become their names.
    """
    if trial.data_card is None:
        return Text(
            f"The folder of {trial.id} has no README.md, the place to say who gathered the data, "
            "how, and what they may be used for."
        )
    text = trial.data_card.read_text(encoding="utf-8")
    text = re.sub(r"\A\s*# [^\n]*\n", "", text)
    text = re.sub(r"(?<!!)\[([^\]]+)\]\((?!https?://|#)[^)]*\)", r"\1", text)
    return Text(f"*What follows is the README of the data's folder.*\n\n{text.strip()}")


def tbl_files(trial: "Trial") -> Table:
    """Show the files that were read, with the hashes that name their exact content.

    Of confidential files with keyed ones, which tell nothing of it: a build has the key.
    """
    called, hashes = shown_hashes(trial)
    files = pd.DataFrame(
        [
            {"File": name} | ({called: hashes[name]} if hashes else {})
            for name in sorted(trial.files)
        ]
    )
    return html_table(files, name="files", caption="The files that this book was made from")


def repairs(trial: "Trial") -> Text:
    """List what was repaired on reading, or say that nothing had to be."""
    if not trial.repairs:
        return Text("Nothing had to be repaired on reading.")
    said = remarks_shown(map(str, trial.repairs), trial)
    return Text("\n".join(f"- {escape_markdown(one, 1000)}" for one in said))
