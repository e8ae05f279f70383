"""Tables of the question, the end points, the estimands and the size of the trial."""

from typing import TYPE_CHECKING

import pandas as pd

from trialbook.analyses.design import SIMULATIONS
from trialbook.report.labels import covariate_label
from trialbook.report.landmarks import shown_time
from trialbook.report.output import Table
from trialbook.report.sentences import at_start, how_many, in_text, listed
from trialbook.report.table import html_table
from trialbook.report.tables.columns import arm_columns, row_cells

if TYPE_CHECKING:
    from trialbook.config_plan import Estimand
    from trialbook.safe.lookup import Lookup
    from trialbook.trial import Trial


INFERRED = (
    "the files: arms, control, end points and their meaning were inferred by a program, and nobody "
    "has confirmed them yet"
)


def tbl_question(trial: "Trial") -> Table:
    """Return the question as patients, intervention, comparison, outcome and time (PICO)."""
    control, *treated = [arm.label for arm in trial.designed.arms]
    primary = trial.primary
    outcome = f"Time to {in_text(primary.label)}"
    if primary.components:
        *first, last = (_label(trial, component) for component in primary.components)
        outcome += f": {' or '.join(filter(None, [', '.join(first), last]))}, whichever comes first"
    who = trial.config.patients or f"patients: {trial.title}"
    rows = [
        ("Patients", f"{how_many(trial)} {who}"),
        ("Intervention", "; ".join(treated) or "None: one group"),
        ("Comparison", control if treated else "None"),
        ("Outcome", outcome),
    ]
    if times := _times(trial):
        rows.append(("Time", at_start(times)))
    assigned = {
        "yes": "At random",
        "partly": "Partly at random",
        "no": "Not at random",
        "unknown": "Not known: nothing in the files says that chance assigned the patients",
    }
    rows.append(("Assignment", assigned[trial.randomized]))
    if trial.config.strata:
        rows.append(
            (
                "Stratified by",
                ", ".join(covariate_label(trial.labels, one) for one in trial.config.strata),
            )
        )
    if trial.config.inferred:
        rows.append(("Told by", INFERRED))
        if isinstance(trial.config.inferred, dict):
            rows += [(f"Inferred: {key}", ground) for key, ground in trial.config.inferred.items()]
    if trial.config.registration:
        rows.append(("Registration", trial.config.registration))
    return html_table(
        pd.DataFrame(rows, columns=["Part", "In this trial"]),
        name="question",
        caption="The question",
        text=True,
    )


def _times(trial: "Trial") -> str:
    """Return the planned follow-up, and up to when means are compared, as far as they are given."""
    plan = trial.config.design
    parts = []
    if plan and plan.horizon:
        parts.append(f"planned follow-up {shown_time(trial, plan.horizon)}")
    if trial.landmarks:
        *first, last = (shown_time(trial, t) for t in trial.landmarks)
        shown = [*(one.partition(" ")[0] for one in first), last]
        parts.append(f"survival compared at {listed(shown)}")
    if trial.horizon:
        parts.append(f"means compared up to {shown_time(trial, trial.horizon)}")
    return "; ".join(parts)


def _label(trial, paramcd: str) -> str:
    labels = {endpoint.paramcd: in_text(endpoint.label) for endpoint in trial.endpoints}
    return labels.get(paramcd, paramcd)


def tbl_definitions(trial: "Trial") -> Table:
    """Return the end points with their codes, roles, components and what competes."""
    lines = [
        {
            "End point": at_start(in_text(endpoint.label)),
            "PARAMCD": endpoint.paramcd,
            "Role": endpoint.role.replace("_", " "),
            "The event is": endpoint.event,
            "First of": ", ".join(_label(trial, code) for code in endpoint.components),
            "Competing events": ", ".join(
                _label(trial, one.paramcd) if one.paramcd else one.label
                for one in endpoint.competing
            ),
        }
        for endpoint in trial.endpoints
    ]
    frame = pd.DataFrame(lines)
    return html_table(
        frame.loc[:, (frame != "").any()],
        name="endpoint-definitions",
        caption="The end points and their codes in ADTTE",
        text=True,
    )


def tbl_estimands(trial: "Trial") -> Table | None:
    """Return the estimands with the five attributes of ICH E9(R1); None where none is given."""
    stated = [endpoint for endpoint in trial.endpoints if endpoint.estimand]
    if not stated:
        return None
    control, *treated = (in_text(arm.label) for arm in trial.designed.arms)
    treatments = at_start(" or ".join(treated) or control)
    if treated:
        treatments += f" compared with {control}"
    rows: dict[str, list[str]] = {
        "Treatment": [treatments] * len(stated),
        "Population": [_population(trial)] * len(stated),
        "Variable": [f"time to {in_text(one.label)}" for one in stated],
        **_strategies([one.estimand for one in stated]),
        "Missing data, no intercurrent event": [one.estimand.missing for one in stated],
        "Summary": [one.estimand.summary for one in stated],
    }
    columns = [at_start(in_text(one.label)) for one in stated]
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
    frame = frame[(frame != "").any(axis=1)].rename_axis("Attribute").reset_index()
    return html_table(
        frame, name="estimands", caption="What exactly is estimated (ICH E9(R1))", text=True
    )


STRATEGIES = {
    "treatment_policy": "treatment policy: it does not matter, what follows counts as well",
    "hypothetical": "hypothetical: what would have been had it not happened",
    "composite": "composite: it counts as the event",
    "while_on_treatment": "while on treatment: what follows it does not count",
    "principal_stratum": "principal stratum: only patients in whom it would not happen",
}
"""The strategies of ICH E9(R1), section A.3.2, each with what it means."""


def _strategies(estimands: "list[Estimand]") -> dict[str, list[str]]:
    """Return a row for each intercurrent event: its strategy in each estimand."""
    events = dict.fromkeys(one.event for e in estimands for one in e.intercurrent)
    rows = {}
    if any(estimand.strategy for estimand in estimands):
        rows["Intercurrent events"] = [estimand.strategy for estimand in estimands]
    for event in events:
        found = [
            next((one.strategy for one in e.intercurrent if one.event == event), "")
            for e in estimands
        ]
        rows[f"Intercurrent event: {event}"] = [STRATEGIES.get(one, "") for one in found]
    return rows


def tbl_intercurrent(lookup: "Lookup") -> Table | None:
    """Return how many patients had each intercurrent event of the primary estimand, and by when.

    Parameters
    ----------
    lookup : Lookup
        With results of ``intercurrent``.

    Returns
    -------
    Table or None
        None where no estimand names one, or the data do not tell.
    """
    trial = lookup.trial
    primary = trial.primary
    if primary.estimand is None:
        return None
    how = {one.event: one.strategy.replace("_", " ") for one in primary.estimand.intercurrent}
    arms, lines = arm_columns(trial, {}), []
    for event in lookup.distinct("level", "intercurrent", paramcd=primary.paramcd):
        of = ("intercurrent", primary.paramcd)
        times = lookup.distinct("time", "intercurrent", paramcd=primary.paramcd, level=event)
        for t in sorted((t for t in times if t == t), key=float):
            cells = row_cells(lookup, arms, "{n} ({percent})", *of, level=event, time=t)
            lines.append({"Event, n (%)": f"{at_start(event)}, by {shown_time(trial, t)}"} | cells)
        cells = row_cells(lookup, arms, "{n} ({percent})", *of, level=event)
        label = f"{at_start(event)}, in all ({how.get(event, '')})"
        lines.append({"Event, n (%)": label} | cells)
    if not lines:
        return None
    return html_table(
        pd.DataFrame(lines),
        name="intercurrent",
        caption="Intercurrent events that were seen",
        notes=["Patients with the event by then, of all analysed; who left is counted up to then."],
    )


# What ADaM's flags of populations stand for.
ANALYSED = {
    "ITTFL": "the intention-to-treat population",
    "FASFL": "the full analysis set",
    "RANDFL": "all randomized patients",
    "PPROTFL": "the per-protocol population",
    "SAFFL": "the safety population",
}


def _population(trial: "Trial") -> str:
    """Return whom the estimand is about, and who stands for them in the analysis."""
    flag = trial.config.populations.efficacy
    analysed = f"{ANALYSED.get(flag, 'those flagged')} ({flag})"
    who = trial.config.patients
    return f"{who}; analysed: {analysed}" if who else f"analysed: {analysed}"


def tbl_sample_size(lookup: "Lookup") -> Table | None:
    """Return the planned size recomputed by formulas and by simulation.

    Parameters
    ----------
    lookup : Lookup
        With results of ``design``.

    Returns
    -------
    Table or None
        None where the plan is not known.
    """
    methods = {
        "schoenfeld": "Schoenfeld's formula",
        "freedman": "Freedman's formula",
        "simulation": "Simulated trials",
    }
    levels = {"": "Needed for the power", "planned": "As planned", "observed": "As observed"}
    lines = []
    for level, heading in levels.items():
        for method, words in methods.items():
            of = {"level": level, "method": method}
            if not lookup.text("{power}{n_events}", "design", "", "all", **of):
                continue
            lines.append(
                {
                    "group": heading,
                    "By": words,
                    "Patients": lookup.text("{n}", "design", "", "all", **of),
                    "Events": lookup.text("{n_events}", "design", "", "all", **of),
                    "Power": lookup.text("{power}", "design", "", "all", **of),
                }
            )
    if not lines:
        return None
    return html_table(
        pd.DataFrame(lines),
        name="sample-size",
        caption="The size of the trial",
        groups="group",
        notes=[
            "Once the events are known, the power no longer depends on the number of patients. "
            + (
                f"Simulated were {SIMULATIONS:,} trials."
                if lookup.has("design", method="simulation")
                else ""
            )
        ],
    )
