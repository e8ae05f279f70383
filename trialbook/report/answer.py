"""The answer of the landing page: what was printed, what is computed, in three numbers."""

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from trialbook.printed import with_sign
from trialbook.report import sentences
from trialbook.report.card import KeyNumber, frequencies_said, not_said, results_card
from trialbook.report.escape import escape_html
from trialbook.report.output import Html, cited
from trialbook.report.sentences import at_start, in_text

if TYPE_CHECKING:
    from trialbook.config import Comparison, Endpoint
    from trialbook.safe.lookup import Lookup

UNCONFIRMED = (
    "Question, control and end point were inferred from the files by a program; nobody has "
    "confirmed them yet."
)


def answer(lookup: "Lookup", endpoint: "Endpoint", ties: str | None = None) -> Html:
    """Return the answer to the trial's question as a block for the landing page.

    Parameters
    ----------
    lookup : Lookup
        With results of kaplan_meier, log_rank, cox, landmark, rmst, incidence_rate.
    endpoint : Endpoint
        The end point that answers the question.
    ties : str, optional
        The Cox model's method in place of the plan's.

    Returns
    -------
    Html
        The printed figures first, where trial.yml names a paper's; then at most three computed
        numbers for each comparison, and what they mean.
    """
    trial, blocks = lookup.trial, []
    if said := frequencies_said(lookup, endpoint):
        blocks.append(f"<p>{_html(said)}</p>")
    for comparison in trial.comparisons:
        effect = sentences.effect_of(lookup, endpoint, comparison, ties)
        meaning = sentences.meaning(
            effect,
            in_text(comparison.treated.label),
            in_text(comparison.control.label),
            in_text(endpoint.label),
            trial.randomized,
            synthetic=trial.synthetic,
            course=sentences.course_of(lookup, endpoint, comparison, in_text),
        )
        blocks.append(_printed_before(lookup, endpoint, comparison))
        where = "in these synthetic patients" if trial.synthetic else "from the patients’ data"
        who = f"{comparison.treated.label} compared with {in_text(comparison.control.label)}"
        blocks.append(f"<p><strong>{_html(who)}</strong>, computed {where}:</p>")
        items = "".join(
            f"<div><dt>{_html(words_of(one))}</dt><dd>{_html(one.number)}</dd></div>"
            for one in results_card(lookup, endpoint, comparison, ties)
        )
        blocks.append(f"<dl>{items}</dl>")
        blocks.append(f"<p>{_html(at_start(meaning))}</p>")
        if adjusted := sentences.adjusted(lookup, endpoint, comparison, in_text):
            blocks.append(f"<p>{_html(adjusted)}</p>")
    if not trial.comparisons:
        blocks.append(f"<p>{sentences.not_compared(trial)}</p>")
    else:
        blocks.append(f"<p>{_html(not_said(trial))}</p>")
    if trial.config.inferred:
        blocks.insert(0, f"<p>{UNCONFIRMED}</p>")
    return Html(f'<div class="tb-answer">{"".join(filter(None, blocks))}</div>')


def words_of(one: KeyNumber) -> str:
    """Return the words of a number of the card, its interval after them."""
    return f"{one.words} ({one.limits})" if one.limits else one.words


def _html(text: str) -> str:
    return escape_html(text, 2000)


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
