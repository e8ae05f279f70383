"""The page on other trials: their risk ratios beside this trial's, and what pooling would mean."""

from typing import TYPE_CHECKING

import pandas as pd

from trialbook.analyses.evidence import POOLED, load_evidence
from trialbook.escape import escape_markdown
from trialbook.printed import printed, with_sign
from trialbook.report.output import Drawing, Table, Text
from trialbook.report.plots.forest import ForestRow, plot_forest
from trialbook.report.sentences import at_start, in_text, of, pair_of
from trialbook.report.table import html_table
from trialbook.safe import WITHHELD
from trialbook.safe.lookup import Lookup

if TYPE_CHECKING:
    from trialbook.config import Comparison
    from trialbook.trial import Trial

ANALYSIS = "evidence"


def _label(level: str, trial: "Trial") -> str:
    if level != trial.id:
        return level
    return "This trial (synthetic patients)" if trial.synthetic else "This trial"


def _studies(results: pd.DataFrame, paramcd: str) -> list[str]:
    of = results[(results["analysis"] == ANALYSIS) & (results["paramcd"] == paramcd)]
    return [level for level in dict.fromkeys(of["level"]) if level != POOLED]


def _outcomes(results: pd.DataFrame) -> list[str]:
    return list(dict.fromkeys(results.loc[results["analysis"] == ANALYSIS, "paramcd"]))


def tbl_evidence(results: pd.DataFrame, trial: "Trial") -> Table:
    """Show events and patients by arm and the risk ratio of every trial."""
    find = Lookup(results, trial)
    rows = []
    for paramcd in _outcomes(results):
        outcome = at_start(in_text(trial.endpoint(paramcd).label))
        for comparison in trial.comparisons:
            for study in _studies(results, paramcd):
                key = (ANALYSIS, paramcd, comparison.name)
                arms = {
                    arm.label: _counts(find, paramcd, arm.code, study)
                    for arm in (comparison.control, comparison.treated)
                }
                ratio = find.text("{ratio} ({lower} to {upper})", *key, level=study)
                rows.append(
                    {"Trial": _label(study, trial), "Outcome": outcome}
                    | arms
                    | {"Risk ratio (95% CI)": ratio}
                )
    return html_table(
        pd.DataFrame(rows),
        name="evidence",
        caption="Patients with the event in each trial, and the risk ratio",
        groups="Outcome",
        notes=["Intervals on the logarithmic scale (Katz et al. 1978)."],
    )


def _counts(find: Lookup, paramcd: str, arm: str, study: str) -> str:
    text = find.text("{n_events} of {n} ({percent}%)", ANALYSIS, paramcd, arm, level=study)
    return text or "not given"


def plot_evidence(results: pd.DataFrame, trial: "Trial") -> Drawing | None:
    """Draw the risk ratios of all trials with their intervals, the pooled one last.

    Returns
    -------
    Drawing or None
        None without an estimate.
    """
    find = Lookup(results, trial)
    blocks = {
        (paramcd, comparison): _lines(find, trial, comparison, paramcd, _studies(results, paramcd))
        for paramcd in _outcomes(results)
        for comparison in trial.comparisons
    }
    rows, said = [], []
    for (paramcd, comparison), lines in blocks.items():
        event = in_text(trial.endpoint(paramcd).label)
        versus = (
            f"{in_text(comparison.treated.label)} compared with {in_text(comparison.control.label)}"
        )
        rows += [ForestRow(f"{at_start(event)}, {pair_of(comparison)}", heading=True), *lines]
        numbers = (
            f"{row.label} {WITHHELD}"
            if row.otherwise == WITHHELD
            else f"{row.label} {printed('ratio', row.hr)} ({printed('ratio', row.lower)} to "
            f"{printed('ratio', row.upper)})"
            for row in lines
        )
        said.append(f"Risk ratios for {event}, {versus}: {'; '.join(numbers)}.")
    favourable = {trial.endpoint(paramcd).favourable for paramcd, _ in blocks}
    only = trial.comparisons[0] if len(trial.comparisons) == 1 else None
    sides = ("fewer events", "more events")
    if only is not None and len(favourable) == 1:
        better, worse = (f"favours {in_text(arm.label)}" for arm in (only.treated, only.control))
        sides = (worse, better) if favourable == {True} else (better, worse)
    return plot_forest(
        rows,
        name="evidence",
        message=" ".join(said),
        headline="This trial beside the others: risk ratios",
        caption="Risk ratios with 95% confidence intervals. The average at the bottom would be the "
        "result of pooling, if pooling were right.",
        treated=only.treated.label if only else "treated",
        control=only.control.label if only else "control",
        favours=sides,
        effect="Risk ratio",
    )


def _lines(
    find: Lookup, trial: "Trial", comparison: "Comparison", paramcd: str, studies: list[str]
) -> list[ForestRow]:
    rows = []
    for study in [*studies, POOLED]:
        key = {"analysis": ANALYSIS, "paramcd": paramcd, "level": study}
        ratio = [
            find.value(statistic, arm=comparison.name, **key)
            for statistic in ("ratio", "lower", "upper")
        ]
        if study == POOLED and pd.isna(ratio[0]):
            continue
        counts = [
            find.text("{n_events}/{n}", arm=arm.code, **key)
            for arm in (comparison.treated, comparison.control)
        ]
        label = {POOLED: "If pooled", trial.id: "This trial"}.get(study, study)
        hidden = find.withholds("ratio", arm=comparison.name, **key)
        otherwise = WITHHELD if hidden else "NE"
        rows.append(ForestRow(label, *ratio, *counts, overall=study == POOLED, otherwise=otherwise))
    return rows


def evidence_sentences(results: pd.DataFrame, trial: "Trial") -> Text:
    """Say each trial's result in a sentence, then what an average would be and rest on."""
    find = Lookup(results, trial)
    references = load_evidence(trial).drop_duplicates("trial").set_index("trial")
    paragraphs = []
    for paramcd in _outcomes(results):
        for comparison in trial.comparisons:
            for study in _studies(results, paramcd):
                paragraphs.append(_study(find, trial, comparison, paramcd, study, references))
            paragraphs.append(_pooled(find, trial, comparison, paramcd))
    return Text("\n\n".join(paragraph for paragraph in paragraphs if paragraph))


def _study(
    find: Lookup,
    trial: "Trial",
    comparison: "Comparison",
    paramcd: str,
    study: str,
    references: pd.DataFrame,
) -> str:
    key = {"analysis": ANALYSIS, "paramcd": paramcd, "level": study}
    sides = []
    for arm in (comparison.treated, comparison.control):
        counts = find.text("{n_events} of {n} patients ({percent}%)", arm=arm.code, **key)
        sides.append(f"{escape_markdown(counts)} with {of(arm.label)}" if counts else "")
    ratio = find.text("{ratio} (95% CI, {lower} to {upper})", arm=comparison.name, **key)
    if not all(sides) or not ratio:
        return ""
    name = escape_markdown(_label(study, trial))
    event = of(trial.endpoint(paramcd).label)
    if find.withholds("ratio", arm=comparison.name, **key):
        return f"**{name}**: {event}; its numbers are withheld."
    cited = ""
    if study in references.index and references.loc[study, "reference"]:
        cited = f" {{cite}}`{references.loc[study, 'reference']}`"
    counted, estimate = " compared with ".join(sides), escape_markdown(ratio)
    return f"**{name}**{cited}: {event} in {counted}; risk ratio {estimate}."


def _pooled(find: Lookup, trial: "Trial", comparison: "Comparison", paramcd: str) -> str:
    key = {"analysis": ANALYSIS, "paramcd": paramcd, "arm": comparison.name, "level": POOLED}
    ratio = find.text("{ratio} (95% CI, {lower} to {upper})", **key)
    if not ratio:
        return (
            "Fewer than two trials have an estimate: there is nothing to pool, and one more trial "
            "is one more line to read."
        )
    if find.withholds("ratio", **key):
        return "The average with this trial is withheld, for it would tell this trial's numbers."
    p_value = find.value("p_value", method="heterogeneity", **key)
    printed = find.text("{p_value}", method="heterogeneity", **key)
    apart = "the ratios differ no more than chance would make them"
    if p_value < 0.1:
        apart = "the ratios differ by more than chance explains, so one common ratio is doubtful"
    text = (
        f"Averaged with inverse-variance weights the risk ratio would be {escape_markdown(ratio)}; "
        f"{apart} ({with_sign(printed)} for heterogeneity, a test with little power between so few "
        "trials)."
    )
    if trial.synthetic:
        text += (
            " With synthetic patients this is arithmetic on printed counts and no evidence: the "
            "patients add nothing to what the paper already printed."
        )
    return text
