"""Sentences on the patients and their follow-up.

Every function returns Markdown to show, or None where the data say nothing to it.
"""

from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from trialbook.escape import escape_markdown
from trialbook.printed import printed
from trialbook.report.labels import level_label
from trialbook.report.output import Remark, Text
from trialbook.report.sentences import FORMED, in_text, listed, of, pair_of
from trialbook.safe import WITHHELD, patients_shown

if TYPE_CHECKING:
    from trialbook.config import Endpoint
    from trialbook.safe.lookup import Lookup
    from trialbook.trial import Trial


def say_population(lookup: "Lookup") -> Text | None:
    """Return who was randomized, treated, and completed; None where it is not given."""
    trial = lookup.trial
    verb = "were randomized" if trial.randomized == "yes" else "entered the study"

    def count(paramcd: str, level: str, arm: str, template: str = "{n}") -> str:
        return lookup.text(template, "disposition", paramcd, arm, level=level)

    everyone = count("RANDFL", "RANDOMIZED", "all")
    first, last = (
        _month(lookup.text(f"{{{m}}}", "disposition", "RANDDT", "all")) for m in ("min", "max")
    )
    when = ""
    if first and last:
        when = f" in {first}" if first == last else f" between {first} and {last}"
    if not everyone:
        return None
    if everyone == WITHHELD:
        return Text(
            "How many patients took part, and stayed, is withheld: it would tell how few "
            "of them were not analysed or not treated."
        )
    into = "to" if trial.randomized == "yes" else "given"
    arms = [
        f"{count('RANDFL', 'RANDOMIZED', arm.code)} {into} {of(arm.label)}" for arm in trial.arms
    ]
    several = len(trial.arms) > 1
    sentence = f"{everyone} patients {verb}{when}{': ' + listed(arms) if several else ''}."
    completed = lookup.text("{n} ({percent}%)", "disposition", "EOSSTT", "all", level="COMPLETED")
    if completed and completed != WITHHELD and not completed.startswith("<"):
        each = [
            f"{count('EOSSTT', 'COMPLETED', arm.code, '{n} ({percent}%)')} with {of(arm.label)}"
            for arm in trial.arms
        ]
        sentence += f" {completed} completed the study{': ' + listed(each) if several else ''}."
    return Text(sentence)


def _month(date: str) -> str:
    """Return the month of a date as the results print it: ``"January 2006"``; '' of none."""
    try:
        return f"{datetime.fromisoformat(date):%B %Y}"
    except ValueError:
        return ""


def say_balance(lookup: "Lookup") -> Text | None:
    """Return the largest standardized difference at baseline, without calling it imbalance."""
    found = shown_differences(lookup)
    if found.empty:
        return None
    top = found.loc[found["value"].abs().idxmax()]
    what = escape_markdown(balance_in_words(lookup.trial, top))
    if len(lookup.trial.comparisons) > 1:
        pairs = {one.name: one for one in lookup.trial.comparisons}
        what += f", {escape_markdown(in_text(pair_of(pairs[top['arm']])))}"
    chance = (
        "Randomization makes such differences a matter of chance, not zero."
        if lookup.trial.randomized == "yes"
        else f"{FORMED[lookup.trial.randomized]}, so such differences may bias the result."
    )
    mark = lookup.mark("smd", "baseline", top["paramcd"], top["arm"], level=top["level"])
    size = printed("smd", top["value"]) + mark
    return Text(
        f"The largest standardized difference at baseline is {size} SD, in {what}. {chance}"
    )


def balance_in_words(trial: "Trial", row: pd.Series) -> str:
    """Return what a difference at baseline is of, within a sentence: ``"sex (female)"``."""
    # A label holds the unit after a comma.
    label, name, level = trial.labels.get(row["paramcd"], ""), row["paramcd"], row["level"]
    words = in_text(label.partition(",")[0]) if label else name.capitalize()
    return words if level in ("", "Y", "N") else f"{words}: {in_text(level_label(name, level))}"


def shown_differences(lookup: "Lookup") -> pd.DataFrame:
    """Return the standardized differences at baseline that are estimable and not withheld."""
    found = lookup.results.query("analysis == 'baseline' and statistic == 'smd'")
    columns = [found[name] for name in ("paramcd", "arm", "level")]
    values = [
        lookup.value("smd", "baseline", code, arm, level=level)
        for code, arm, level in zip(*columns, strict=True)
    ]
    found = found.assign(value=np.array(values, dtype=float))
    return found[found["value"].notna()]


def say_follow_up(lookup: "Lookup", endpoint: "Endpoint") -> Text | None:
    """Return how long the patients were followed, by arm; None where it is not given."""
    trial = lookup.trial
    if not lookup.has("follow_up", paramcd=endpoint.paramcd):
        return None
    parts = []
    for arm in trial.arms:
        text = lookup.text(
            "{median}", "follow_up", endpoint.paramcd, arm.code, level="median", method="reverse"
        )
        unit = "" if text in ("not reached", WITHHELD) else f" {trial.time.show}"
        who = f" with {of(arm.label)}" if len(trial.arms) > 1 else ""
        parts.append(f"{text}{unit}{who}")
    if len(parts) > 1 and all(part.startswith("not reached") for part in parts):
        parts = ["not reached in any group"]
    return Text(
        f"Median follow-up for {of(endpoint.label)}, by reverse Kaplan-Meier: {listed(parts)}."
    )


def no_distributions(trial: "Trial") -> Remark:
    """Return why no distribution is drawn."""
    if not patients_shown(trial):
        return Remark("Of confidential data the values of single patients are not drawn.")
    return not_given("Numbers at baseline are")


def not_named(what: str) -> Remark:
    """Return that trial.yml names none of something that the data may well have."""
    return Remark(f"No {what} is named in trial.yml.")


def not_given(what: str) -> Remark:
    """Return that something is not in the data of this trial."""
    return Remark(f"{what} not in the data of this trial.")
