"""The answer, laid out: as the landing page opens with it, as a chapter opens with it."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from trialbook.escape import marked_html
from trialbook.printed import with_sign
from trialbook.report import sentences
from trialbook.report.card import (
    KeyNumber,
    frequencies,
    harms_card,
    not_said,
    ratio_said,
    results_card,
)
from trialbook.report.course import landmarks_told, points_said
from trialbook.report.effect import Verdict
from trialbook.report.events import had
from trialbook.report.heading import heading
from trialbook.report.landmarks import headline_landmark, shown_time
from trialbook.report.margin import noninferiority
from trialbook.report.output import Html, cited
from trialbook.report.words import FORMED, at_start, in_text

if TYPE_CHECKING:
    from trialbook.config import Comparison, Endpoint
    from trialbook.safe.lookup import Lookup
    from trialbook.trial import Trial

UNCONFIRMED = (
    "Question, control and end point were inferred from the files by a program; nobody has "
    "confirmed them yet."
)


def answer(lookup: "Lookup", endpoint: "Endpoint", ties: str | None = None) -> Html:
    """Return the answer to the trial's question as it opens the landing page.

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
        What kind of trial it is, the answer as heading, what the patients are before any number,
        how many of 100 had the event, then of each comparison one sentence with its interval.
    """
    parts = [
        f'<p class="tb-kicker">{_html(kicker(lookup, endpoint))}</p>',
        _title(heading(lookup, endpoint, ties)),
        *(f'<p class="tb-notice">{notice}</p>' for notice in notices(lookup.trial)),
        frequencies_shown(lookup, endpoint),
        *said_in_numbers(lookup, endpoint, ties),
    ]
    return Html(f'<div class="tb-answer">{"".join(filter(None, parts))}</div>')


def lead(lookup: "Lookup", endpoint: "Endpoint", ties: str | None = None) -> Html:
    """Return the answer as a chapter begins with it: one sentence, what the patients are, numbers.

    See `answer` for the parameters. Its card has at most four numbers of each comparison, each
    with its interval, and one line on what they do not say.
    """
    trial = lookup.trial
    said = [f'<p class="tb-lead">{_html(_stopped(heading(lookup, endpoint, ties)))}</p>']
    of_each = [sentences.effect_of(lookup, endpoint, c, ties) for c in trial.comparisons]
    for comparison in trial.comparisons:
        several = len(trial.comparisons) > 1
        who = f"{comparison.treated.label} compared with {in_text(comparison.control.label)}"
        # what they do not say stands once, below the last
        silent = not_said(trial, of_each) if comparison is trial.comparisons[-1] else ""
        numbers = results_card(lookup, endpoint, comparison, ties)
        said.append(card(numbers, who if several else "", silent))
    if not trial.comparisons:
        said.append(f"<p>{_html(sentences.not_compared(trial))}</p>")
    return Html("".join(said))


def opened(said: str | None, numbers: Iterable[KeyNumber] = (), silent: str = "") -> Html | None:
    """Return what a chapter opens with: its finding as a sentence, and a card of its numbers.

    Parameters
    ----------
    said : str or None
        Plain text; without a full stop one is set.
    numbers : iterable of KeyNumber
    silent : str
        What they do not say.
    """
    lead_of = f'<p class="tb-lead">{_html(_stopped(at_start(said)))}</p>' if said else ""
    html = lead_of + card(numbers, silent=silent)
    return Html(html) if html else None


def card(numbers: Iterable[KeyNumber], title: str = "", silent: str = "") -> str:
    """Return a results card: numbers, their words and intervals; what they do not say."""
    items = "".join(
        f"<div><dt>{_html(one.words)}</dt><dd>{_html(one.number)}</dd>"
        f"<dd>{_html(one.limits)}</dd></div>"
        for one in numbers
    )
    above = f"<p>{_html(title)}</p>" if title else ""
    below = f'<p class="tb-silent">{_html(silent)}</p>' if silent else ""
    return f'<div class="tb-card">{above}<dl>{items}</dl>{below}</div>' if items else below


def kicker(lookup: "Lookup", endpoint: "Endpoint") -> str:
    """Return in one line what trial it is: its title, how groups were formed, how many, how long.

    Plain text.
    """
    trial = lookup.trial
    assigned = {"yes": "randomized", "partly": "partly randomized", "no": "not randomized"}
    patients = sentences.how_many(trial)
    parts = [trial.title, assigned.get(trial.randomized, "")]
    parts.append("" if "withheld" in patients else f"{patients} patients")
    if (horizon := trial.config.horizon) is not None:
        parts.append(shown_time(trial, horizon))
    return " · ".join(filter(None, parts))


def notices(trial: "Trial") -> list[str]:
    """Return what must be known before any number is read, as HTML."""
    found = []
    if trial.synthetic:
        source = cited(trial.config.reference)
        of = f"a published trial {source}" if source else "a published trial"
        found.append(
            f"<strong>Synthetic patients</strong>, made so that their analysis gives back the "
            f"figures of {of}. They show how such a trial is analysed; they are no evidence about "
            "the treatments."
        )
    elif trial.notice:
        first, _, rest = trial.notice.partition(":")
        found.append(f"<strong>{_html(first)}:</strong> {_html(rest)}" if rest else _html(first))
    if trial.config.inferred:
        found.append(f"<strong>Not confirmed.</strong> {UNCONFIRMED}")
    if trial.comparisons and trial.randomized != "yes":
        found.append(
            f"{FORMED[trial.randomized]}: this is an association, and other differences between "
            "the groups may explain it."
        )
    return found


def frequencies_shown(lookup: "Lookup", endpoint: "Endpoint") -> str:
    """Return how many of 100 patients of each arm had the event, in the arms' colours."""
    found = frequencies(lookup, endpoint)
    positions = {arm.code: position for position, arm in enumerate(lookup.trial.arms)}
    items = "".join(
        f'<p class="tb-arm-{positions[one.arm]}"><strong>{_html(one.number)} in 100</strong> '
        f"{_html(had(endpoint))} within {_html(one.time)}, {_html(in_text(one.label))}</p>"
        for one in found
    )
    return f'<div class="tb-frequencies">{items}</div>' if items else ""


def said_in_numbers(lookup: "Lookup", endpoint: "Endpoint", ties: str | None = None) -> list[str]:
    """Return each comparison in one paragraph: difference, then hazard ratio, with intervals."""
    trial, found = lookup.trial, []
    if not trial.comparisons:
        return [f"<p>{_html(sentences.not_compared(trial))}</p>"]
    t = headline_landmark(lookup, endpoint)
    for comparison in trial.comparisons:
        effect = sentences.effect_of(lookup, endpoint, comparison, ties)
        names = in_text(comparison.treated.label), in_text(comparison.control.label)
        turned = effect.verdict() is Verdict.NOT_THROUGHOUT
        times = landmarks_told(lookup, endpoint, comparison) if turned else [t]
        parts = [noninferiority(effect, *names)]
        parts += [
            points_said(lookup, endpoint, comparison, one, in_text)
            for one in times
            if one is not None
        ]
        parts.append(ratio_said(lookup, endpoint, comparison, ties))
        text = " ".join(filter(None, parts)) or at_start(sentences.interval(effect)) + "."
        found.append(f'<p class="tb-said">{_html(text)}</p>')
        if adjusted := sentences.adjusted(lookup, endpoint, comparison, in_text):
            found.append(f"<p>{_html(adjusted)}</p>")
    return found


def meanings(lookup: "Lookup", endpoint: "Endpoint") -> Html:
    """Return what stands beside the answer: what its words mean, and what the paper printed."""
    trial = lookup.trial
    words = [
        (
            "Hazard ratio.",
            "The rate of the event in one group over that in the other, among patients still "
            "free of it. 1 is no difference; it is no ratio of risks.",
        )
    ]
    by_code = {one.paramcd: one for one in trial.endpoints}
    parts = [in_text(by_code[code].label) for code in endpoint.components if code in by_code]
    if len(parts) > 1 and set(in_text(endpoint.label).split(" or ")) != set(parts):
        either = " or ".join(filter(None, [", ".join(parts[:-1]), parts[-1]]))
        first = f"{at_start(either)}, whichever came first."
        words.append((f"{at_start(endpoint.label)}.", first))
    blocks = [f"<p><strong>{_html(a)}</strong> {_html(b)}</p>" for a, b in words]
    if trial.comparisons:
        blocks += [_printed_before(lookup, endpoint, one) for one in trial.comparisons]
    else:
        blocks = blocks[1:]
    return Html("".join(filter(None, blocks)))


def cost(lookup: "Lookup", labels: dict[str, str]) -> Html:
    """Return what it cost, beside the answer: two numbers of each comparison on harms.

    Parameters
    ----------
    lookup : Lookup
        With results of adverse_events.
    labels : dict
        Group's name to its label, `analyses.group_labels`.
    """
    blocks = []
    several = len(lookup.trial.comparisons) > 1
    for comparison in lookup.trial.comparisons:
        found = harms_card(lookup, comparison, labels)
        who = f", {in_text(comparison.treated.label)}" if several else ""
        said = "; ".join(f"{one.number} {one.words} ({one.limits})" for one in found)
        if said:
            about = _html(f"Adverse events{who}.")
            blocks.append(
                f'<p class="tb-beside"><strong>{about}</strong> {_html(at_start(said))}.</p>'
            )
    if blocks:
        blocks.append('<p><a href="../notebooks/safety.html">Safety</a></p>')
    return Html("".join(blocks))


def _title(answered: str) -> str:
    """Return the answer as the page's heading; what follows a question as the line below it."""
    asked, mark, told = answered.partition("? ")
    below = f'<p class="tb-lead">{_html(_stopped(told))}</p>' if told else ""
    return f'<h1 class="tb-answer-title">{_html(asked + mark.strip())}</h1>{below}'


def _stopped(text: str) -> str:
    return text if text.endswith(("?", ".")) else f"{text}."


def _html(text: str) -> str:
    return marked_html(text, 2000)


def _printed_before(lookup: "Lookup", endpoint: "Endpoint", comparison: "Comparison") -> str:
    """Return what the paper prints of the comparison; empty where no paper is named."""
    if lookup.trial.published is None:
        return ""
    figures = printed_figures(lookup.trial.published, endpoint.paramcd, comparison.name)
    if not {"hr", "hr_lower", "hr_upper"} <= set(figures):
        return ""
    text = f"Hazard ratio {figures['hr']} (95% CI, {figures['hr_lower']} to {figures['hr_upper']}"
    if "p_value" in figures:
        text += f"; {with_sign(figures['p_value'])}"
    source = cited(lookup.trial.config.reference)
    return f"<p><strong>What the paper printed.</strong> {_html(text)}). {source}</p>"


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
