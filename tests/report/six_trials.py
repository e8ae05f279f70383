"""Six made trials whose sentences are read aloud: one for each answer that a trial can give.

harm, no effect, hazards that cross, three arms, no events in one arm, and a question of
noninferiority about an event that one hopes for. One flat file each; times follow the hazards'
quantiles, so that a trial is what its name says and not what a seed makes of it.

``python -m tests.report.six_trials`` prints what their books say.
"""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

Hazard = tuple[tuple[float, float], ...]
"""Hazard per month from a month on: ((0, 0.02),) is constant."""


@dataclass(frozen=True)
class Made:
    """A made trial: each arm's hazard, patients by arm, and lines of trial.yml."""

    hazards: dict[str, Hazard]
    label: str = "relapse"
    noun: str = "a relapse"
    plural: str = "relapses"
    event: str = "unfavourable"
    patients: int = 200
    lines: tuple[str, ...] = ()
    # Share of the patients who kept to the protocol.
    protocol: float = 1.0


TRIALS = {
    "harm": Made({"Placebo": ((0, 0.02),), "Verum": ((0, 0.05),)}),
    "no effect": Made({"Placebo": ((0, 0.03),), "Verum": ((0, 0.0301),)}),
    "crossing hazards": Made({"Placebo": ((0, 0.03),), "Verum": ((0, 0.11), (6, 0.006))}),
    "three arms": Made(
        {"Placebo": ((0, 0.05),), "Low dose": ((0, 0.047),), "High dose": ((0, 0.022),)},
        lines=("horizon: null",),
    ),
    "no events in one arm": Made({"Placebo": ((0, 0.02),), "Verum": ((0, 0.0),)}, patients=40),
    "noninferiority": Made(
        {"Standard": ((0, 0.12),), "Short course": ((0, 0.117),)},
        label="recovery",
        noun="a recovery",
        plural="recoveries",
        event="favourable",
        patients=400,
        lines=("objective: noninferiority", "margin: {hr: 0.8}"),
        protocol=0.9,
    ),
}


def times(hazard: Hazard, share: np.ndarray) -> np.ndarray:
    """Return when so large a share of patients has had the event, months; infinity for never."""
    mass, found = -np.log1p(-share), np.full(share.shape, np.inf)
    reached = 0.0
    for (start, rate), after in zip(hazard, [*hazard[1:], (np.inf, 0.0)], strict=True):
        more = rate * (after[0] - start) if rate else 0.0
        here = (mass >= reached) & (mass < reached + more)
        found[here] = start + (mass[here] - reached) / rate if rate else np.inf
        reached += more
    return found


def folder_of(name: str, folder: Path) -> Path:
    """Write a made trial and return its folder."""
    made, rng, parts = TRIALS[name], np.random.default_rng(5), []
    for arm, hazard in made.hazards.items():
        n = made.patients
        time = times(hazard, (np.arange(n) + 0.5) / n)
        end = rng.permutation(np.linspace(18, 30, n))
        part = {"time": np.minimum(time, end).round(3), "event": (time <= end).astype(int)}
        part |= {"sex": rng.permutation(np.array(["F", "M"])[np.arange(n) % 2]), "arm": arm}
        if made.protocol < 1:
            part["PPROTFL"] = np.where(rng.uniform(size=n) < made.protocol, "Y", "N")
        parts.append(pd.DataFrame(part))
    folder.mkdir(parents=True)
    pd.concat(parts).to_csv(folder / "flat.csv", index=False)
    given = {"horizon": "24", **dict(line.split(": ", 1) for line in made.lines)}
    arms = "\n".join(
        f"  - {{code: {arm.split()[0].upper()}, values: [{arm}], label: {arm}}}"
        for arm in made.hazards
    )
    text = f"""id: made
title: A made trial
privacy: public
randomized: "yes"
time: {{unit: months, show: months}}
landmarks: [6, 12, 24, 29.9]
flat: {{file: flat.csv, id: null, time: time, event: event, event_value: 1, arm: arm}}
arms:
{arms}
endpoints:
  - {{paramcd: TTE, label: {made.label}, noun: {made.noun}, plural: {made.plural},
     role: primary, event: {made.event}}}
subgroups: [sex]
"""
    text += "".join(f"{key}: {value}\n" for key, value in given.items())
    (folder / "trial.yml").write_text(text, encoding="utf-8")
    return folder


def sentences_of(folder: Path) -> dict[str, str]:
    """Return what a book says of its primary end point, by what says it, without markup."""
    from trialbook import analyses
    from trialbook.report import card, figures, findings, heading, narrative
    from trialbook.report.answer import answer
    from trialbook.safe.lookup import Lookup
    from trialbook.trial import load_trial

    trial = load_trial(folder)
    primary = trial.primary
    parts = [
        analyses.end_points(trial),
        analyses.proportional_hazards(trial, primary),
        analyses.hazard_ratio_by_period(trial, primary),
        analyses.sensitivity(trial, primary),
        analyses.subgroups(trial, primary),
        analyses.survival_curves(trial, primary),
    ]
    lookup = Lookup(analyses.joined(parts), trial)
    said = {
        "question": heading.question(trial),
        "heading": heading.heading(lookup, primary),
        "landmark": narrative.say_landmark(lookup, primary),
        "mean time": narrative.say_rmst(lookup, primary),
        "constancy": narrative.say_proportional_hazards(lookup, primary),
        "subgroups": narrative.say_subgroups(lookup, primary),
        "closing": narrative.close_efficacy(lookup, primary),
        "landing": re.sub(r"<[^>]+>", " ", answer(lookup, primary).html),
        "figure": figures.plot_survival(lookup, primary).message,
    }
    for one in trial.comparisons:
        numbers = card.results_card(lookup, primary, one)
        said[f"card {one.name}"] = "\n".join(
            f"{k.number} | {k.words} | {k.limits}" for k in numbers
        )
        said[f"findings {one.name}"] = "\n".join(
            str(find(lookup, primary, one))
            for find in (
                findings.find_sensitivity,
                findings.find_constancy,
            )
        )
    return {name: str(text).replace("\\", "") for name, text in said.items()}


if __name__ == "__main__":
    import tempfile

    for trial_name in sys.argv[1:] or TRIALS:
        with tempfile.TemporaryDirectory() as root:
            print(f"\n# {trial_name}")
            for of, words in sentences_of(folder_of(trial_name, Path(root) / "made")).items():
                print(f"\n[{of}]\n{words}")
