"""The answer of the landing page: what was printed, what is computed, in three numbers."""

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from trialbook.printed import printed_ratio, size_of, with_sign
from trialbook.report import sentences
from trialbook.report.escape import escape_html
from trialbook.report.output import Html, cited
from trialbook.report.sentences import at_start, in_text, p_phrase
from trialbook.report.tables.columns import shown_time

if TYPE_CHECKING:
    from trialbook.config import Comparison, Endpoint
    from trialbook.safe.lookup import Lookup

NUMBERS = 3


UNCONFIRMED = (
    "Question, control and end point were inferred from the files by a program; nobody has "
    "confirmed them yet."
)


def answer(lookup: "Lookup", endpoint: "Endpoint", ties: str = "efron") -> Html:
    """Return the answer to the trial's question as a block for the landing page.

    Parameters
    ----------
    lookup : Lookup
        With results of kaplan_meier, log_rank, cox, landmark, rmst, incidence_rate.
    endpoint : Endpoint
        The end point that answers the question.
    ties : str
        The Cox model's method.

    Returns
    -------
    Html
        The printed figures first, where trial.yml names a paper's; then at most three computed
        numbers for each comparison, and what they mean.
    """
    trial, blocks = lookup.trial, []
    for comparison in trial.comparisons:
        effect = sentences.effect_of(lookup, endpoint, comparison, ties)
        meaning = sentences.meaning(
            effect,
            in_text(comparison.treated.label),
            in_text(comparison.control.label),
            in_text(endpoint.label),
            trial.randomized,
        )
        blocks.append(_printed_before(lookup, endpoint, comparison))
        where = "in these synthetic patients" if trial.synthetic else "from the patients’ data"
        level = lookup.ci
        who = f"{comparison.treated.label} against {in_text(comparison.control.label)}"
        blocks.append(f"<p><strong>{_html(who)}</strong>, computed {where}:</p>")
        numbers = _numbers(lookup, endpoint, comparison, effect, level)[:NUMBERS]
        items = "".join(
            f"<div><dt>{_html(words)}</dt><dd>{_html(number)}</dd></div>"
            for number, words in numbers
        )
        blocks.append(f"<dl>{items}</dl>")
        blocks.append(f"<p>{_html(at_start(meaning))}</p>")
        if adjusted := sentences.adjusted(lookup, endpoint, comparison, in_text):
            blocks.append(f"<p>{_html(adjusted)}</p>")
    if not trial.comparisons:
        blocks.append(f"<p>{sentences.not_compared(trial)}</p>")
    if trial.config.inferred:
        blocks.append(f"<p>{UNCONFIRMED}</p>")
    return Html(f'<div class="tb-answer">{"".join(filter(None, blocks))}</div>')


def _html(text: str) -> str:
    return escape_html(text, 1000)


def _numbers(lookup, endpoint, comparison, effect, level) -> list[tuple[str, str]]:
    """Return numbers with their words: ratio, difference, time; rates where one lacks."""
    trial, event = lookup.trial, in_text(endpoint.label)
    found = []
    if effect.estimable:
        hr, low, high = printed_ratio(effect.hr, effect.lower, effect.upper)
        p = p_phrase(lookup, "log_rank", endpoint.paramcd, comparison.name)
        words = f"hazard ratio of {event} ({level}, {low} to {high}; {p})"
        found.append((hr, words))
    key = ("landmark", endpoint.paramcd, comparison.name)
    for t in reversed(lookup.landmarks(endpoint.paramcd)):
        if sentences.has_interval(lookup, *key, time=t):
            above = lookup.value("difference", *key, time=t) >= 0
            number, limits = _size(lookup, key, time=t)
            # of what one hopes for one counts who had it
            more = "more" if above != endpoint.favourable else "fewer"
            free = "with" if endpoint.favourable else "free of"
            words = f"percentage points {more} patients {free} {event} at {shown_time(trial, t)} "
            found.append((number, f"{words}({level}, {limits})"))
            break
    key = ("rmst", endpoint.paramcd, comparison.name)
    for t in lookup.distinct("time", "rmst", paramcd=endpoint.paramcd, arm=comparison.name)[:1]:
        of = {"time": t, "method": "difference"}
        if sentences.has_interval(lookup, *key, **of):
            longer = lookup.value("difference", *key, **of) >= 0
            number, limits = _size(lookup, key, **of)
            if endpoint.favourable:
                words = f"{'longer' if longer else 'shorter'} mean time without {event} within "
            else:
                words = f"mean time free of {event} {'gained' if longer else 'lost'} within "
            words += f"{shown_time(trial, t)} "
            found.append((f"{number} {trial.time.show}", f"{words}({level}, {limits})"))
    for arm in (comparison.treated, comparison.control):
        key = ("kaplan_meier", endpoint.paramcd, arm.code)
        words = f"patients with {event}, {in_text(arm.label)}"
        found.append((lookup.text("{n_events} of {n}", *key), words))
    return found


def _size(lookup: "Lookup", key: tuple, **of: object) -> tuple[str, str]:
    """Return the size of a difference, and its limits in the direction that the words name."""
    texts = (lookup.text(f"{{{name}}}", *key, **of) for name in ("difference", "lower", "upper"))
    size, low, high = size_of(*(text.removesuffix("%") for text in texts))
    return size, f"{low} to {high}"


def _printed_before(lookup: "Lookup", endpoint: "Endpoint", comparison: "Comparison") -> str:
    """Return what the paper prints of the comparison; empty where no paper is named."""
    if lookup.trial.published is None:
        return ""
    figures = printed_figures(lookup.trial.published, endpoint.paramcd, comparison.name)
    if not {"hr", "hr_lower", "hr_upper"} <= set(figures):
        return ""
    text = f"hazard ratio {figures['hr']} (95% CI, {figures['hr_lower']} to {figures['hr_upper']}"
    if "p_value" in figures:
        text += f"; {with_sign(figures['p_value'])}"
    source = " ".join(filter(None, ["The paper", cited(lookup.trial.config.reference)]))
    return f'<p class="tb-printed">{source} printed: {_html(text)}).</p>'


def printed_figures(published: Path, paramcd: str, arm: str) -> dict[str, str]:
    """Return the printed figures of an end point's unadjusted comparison, by statistic."""
    table = pd.read_csv(published, dtype=str, keep_default_na=False)
    of = table[
        (table["ard_paramcd"] == paramcd)
        & (table["ard_arm"] == arm)
        & table["ard_analysis"].isin(["cox", "log_rank"])
        & table["ard_method"].isin(["", "efron"])
        & (table["ard_subgroup"] == "")
        & (table["ard_level"] == "")
    ]
    return dict(zip(of["ard_statistic"], of["printed"], strict=True))
