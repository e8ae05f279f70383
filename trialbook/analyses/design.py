"""Design: the sample size recomputed, checked by simulation, and the power it gives."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from trialbook import survival
from trialbook.analyses.common import results
from trialbook.results import rows
from trialbook.trial import Trial

FORMULAS = {"schoenfeld": survival.schoenfeld_events, "freedman": survival.freedman_events}
DEFAULT_POWER = 0.80
# True hazard ratios, over that of the null hypothesis, at which the power is computed.
CURVE = np.round(np.arange(0.30, 1.001, 0.025), 3)


@dataclass(frozen=True)
class Plan:
    """What a sample size rests on, for the first comparison of a trial.

    Attributes
    ----------
    hr : float
        Assumed hazard ratio, treated over control.
    control : float
        Proportion of the control arm with the event by the horizon.
    alpha, power, margin : float
        Two-sided level, planned power, hazard ratio of the null hypothesis.
    n_per_arm : int or None
    accrual, dropout : float
        Time over which patients enter and hazard of leaving early, the horizon being 1.
    """

    hr: float
    control: float
    alpha: float
    power: float
    margin: float
    n_per_arm: int | None
    accrual: float
    dropout: float

    @property
    def above(self) -> bool:
        """Whether the effect to find is a hazard ratio above that of the null hypothesis."""
        return self.hr > 1 if self.margin == 1 else self.margin < 1

    @property
    def has_effect(self) -> bool:
        """Whether the assumed hazard ratio lies on the side that the trial is to show."""
        return self.hr != self.margin and (self.hr > self.margin) == self.above

    def hazards(self, hr: float) -> tuple[float, float]:
        """Return the treated and the control arm's hazard, the horizon being 1."""
        hazard = survival.constant_hazard(self.control, 1.0)
        return hazard * hr, hazard

    def event_probability(self, hr: float) -> float:
        """Return the mean probability of an observed event when `hr` is true."""
        followed = {"follow_up": 1.0, "accrual": self.accrual, "dropout": self.dropout}
        return float(
            np.mean([survival.event_probability(of, **followed) for of in self.hazards(hr)])
        )


SIMULATIONS = 10_000


def design(trial: Trial, *, n_simulations: int = SIMULATIONS, seed: int = 20250101) -> pd.DataFrame:
    """Recompute the planned size by formula and check it by simulation.

    Parameters
    ----------
    trial : Trial
        Its ``design`` gives the level, the power, each arm's proportion with the event at the
        horizon (or the hazard ratio and the control arm's proportion) and the planned size.
    n_simulations : int
        Number of simulated trials; the Monte Carlo error of a power of 80% is then 0.4 points.
    seed : int
        Of the simulation.

    Returns
    -------
    pandas.DataFrame
        Results with analysis ``design``. `arm` ``all``, methods ``schoenfeld`` and ``freedman``:
        n and n_events that the planned power needs, whole numbers in both arms of the first
        comparison, and that power; ``simulation``: n, mean n_events and power of simulated
        trials of Schoenfeld's size. Level ``planned`` has the same three for the planned size;
        ``observed`` the power with the events observed at the primary end point, and (hr) the
        hazard ratio that so many find with the planned power; level
        ``hr=0.5`` the power of the planned size (``schoenfeld``) at another true hazard ratio.
        Without a level, `arm` of the comparison: the assumed hr. Empty with a remark where the
        plan is not known.

    References
    ----------
    Schoenfeld DA. Biometrics 1983;39:499-503. Freedman LS. Stat Med 1982;1:121-129.
    """
    plan = plan_of(trial)
    if plan is None:
        return results([], ["What the planned sample size rests on is not said in trial.yml."])
    if not trial.comparisons:
        return results([], ["Nothing is compared: the sample size is not recomputed."])
    if trial.margin_difference is not None:
        told = "The margin is a difference of proportions: the sample size is not recomputed."
        return results([], [told])
    comparison = trial.comparisons[0]
    records, remarks = rows("design", {"hr": plan.hr}, arm=comparison.name), []
    if not plan.has_effect:
        remarks.append(
            f"The plan assumes a hazard ratio of {plan.hr:.2f}, where there is nothing to show "
            f"against {plan.margin:.2f}: no size has power for it."
        )

    def record(method, statistics, level=""):
        records.extend(rows("design", statistics, arm="all", method=method, level=level))

    sizes = {}
    _, events = trial.patients_and_events(trial.primary)
    pair = [events.get(arm.code) for arm in (comparison.treated, comparison.control)]
    observed = 0 if None in pair else int(sum(pair))
    for method, events_needed in FORMULAS.items():
        # Freedman's formula is of superiority.
        if not plan.has_effect or (method == "freedman" and plan.margin != 1):
            continue
        margin = {} if method == "freedman" else {"margin": plan.margin}
        n_events = events_needed(plan.hr, power=plan.power, alpha=plan.alpha, **margin)
        n = int(np.ceil(n_events / plan.event_probability(plan.hr)))
        record(method, {"n": n, "n_events": np.ceil(n_events), "power": plan.power})
        sizes.setdefault("", n)
        options = {"alpha": plan.alpha, "method": method, "margin": plan.margin}
        if plan.n_per_arm is not None:
            sizes["planned"] = 2 * plan.n_per_arm
            expected = sizes["planned"] * plan.event_probability(plan.hr)
            power = survival.power(expected, plan.hr, **options)
            statistics = {"n": sizes["planned"], "n_events": expected, "power": power}
            record(method, statistics, "planned")
        power = survival.power(observed, plan.hr, **options)
        statistics = {"n_events": observed, "power": power}
        if method == "schoenfeld" and observed:
            statistics["hr"] = survival.detectable_hazard_ratio(
                observed,
                power=plan.power,
                alpha=plan.alpha,
                margin=plan.margin,
                above=plan.above,
            )
        record(method, statistics, "observed")
    for level, n in sizes.items() if plan.margin == 1 else ():
        record("simulation", _simulated(plan, n, n_simulations, seed), level)
    records.extend(_power_curve(plan))
    return results(records, remarks)


def plan_of(trial: Trial) -> Plan | None:
    """Return what the sample size rests on; None where trial.yml does not say enough."""
    given, compared = trial.designed.design, trial.designed.compared()
    if given is None or not compared:
        return None
    comparison = compared[0]
    treated = given.event_proportion.get(comparison.treated.code)
    control = given.event_proportion.get(comparison.control.code)
    if control is None or (treated is None and given.hazard_ratio is None):
        return None
    hr = given.hazard_ratio
    if treated is not None:
        hr = float(np.log1p(-treated) / np.log1p(-control))
    horizon = given.horizon or trial.horizon
    return Plan(
        hr=hr,
        control=control,
        alpha=given.alpha,
        power=given.power or DEFAULT_POWER,
        margin=trial.margin or 1.0,
        n_per_arm=given.n_per_arm,
        accrual=given.accrual / horizon if given.accrual and horizon else 0.0,
        dropout=-float(np.log1p(-(given.dropout or 0.0))),
    )


def _simulated(plan: Plan, n: int, n_simulations: int, seed: int) -> dict[str, float]:
    """Return n, mean number of events and power of simulated trials of `n` patients."""
    treated, control = plan.hazards(plan.hr)
    trials = survival.simulate_trials(
        n_simulations,
        n_treated=n // 2,
        n_control=n - n // 2,
        hazard_treated=treated,
        hazard_control=control,
        follow_up=1.0,
        accrual=plan.accrual,
        dropout_treated=plan.dropout,
        dropout_control=plan.dropout,
        seed=seed,
    )
    power = trials.power(plan.alpha).power
    return {"n": n, "n_events": trials.n_events.mean(), "power": power}


def _power_curve(plan: Plan) -> Iterator[dict]:
    """Yield the power of the planned size over the true hazard ratio."""
    if plan.n_per_arm is None:
        return
    for hr in np.round(plan.margin / CURVE if plan.above else plan.margin * CURVE, 4):
        expected = 2 * plan.n_per_arm * plan.event_probability(hr)
        power = survival.power(expected, hr, alpha=plan.alpha, margin=plan.margin)
        key = {"method": "schoenfeld", "level": f"hr={hr:g}"}
        yield from rows("design", {"power": power}, arm="all", **key)
