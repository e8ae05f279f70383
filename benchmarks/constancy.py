"""How often the rule on constancy speaks, of proportional hazards and of hazards that cross.

``python benchmarks/constancy.py`` simulates trials of 100 to 1,000,000 patients with exponential
times, followed for 24 to 36 months, and writes ``results/constancy.json``: how often the heading
would say that the ratio did not hold throughout, and how often that it changed over time. The rule
itself is `trialbook.report.constancy.judge`.
"""

import json
from collections import Counter
from pathlib import Path

import numpy as np

from trialbook import survival
from trialbook.report.constancy import judge

LANDMARKS = (12.0, 24.0, 36.0)
CONTROL_HAZARD = -np.log(0.6) / 36  # four of ten with an event in 36 months
ALPHA = 0.05
# Patients of a trial to the number of trials: larger ones are fewer, for they take longer.
TRIALS = {100: 2000, 1_000: 1000, 10_000: 300, 100_000: 60, 1_000_000: 8}
# Hazard ratio before and after 12 months.
HAZARDS = {
    "no effect": (1.0, 1.0),
    "ratio 0.7": (0.7, 0.7),
    "ratio 0.45": (0.45, 0.45),
    "crossing, 3 and then 0.3": (3.0, 0.3),
}


def simulated(rng: np.random.Generator, n: int, early: float, late: float, change: float = 12.0):
    """Return time, event and treatment of a trial whose hazard ratio changes at a time."""
    treated = rng.permutation(np.arange(n) % 2 == 0)
    # Cumulative hazards are exponential; the inverse of the treated's has a kink.
    mass = rng.exponential(size=n) / CONTROL_HAZARD
    kinked = np.where(mass < early * change, mass / early, change + (mass - early * change) / late)
    time = np.where(treated, kinked, mass)
    end = rng.uniform(24, 36, n)
    return np.minimum(time, end), time <= end, treated


def judged(time: np.ndarray, event: np.ndarray, treated: np.ndarray) -> str:
    """Return what the rule says of a trial."""
    model = survival.cox(time, event, treated.astype(float))
    periods = []
    starts = [t for t in (0.0, *LANDMARKS) if t < time.max()]
    for start, end in zip(starts, [*starts[1:], np.inf], strict=True):
        inside = time > start if start else np.ones(len(time), bool)
        of = event[inside] & (time[inside] <= end), treated[inside]
        if of[0][of[1]].any() and of[0][~of[1]].any():
            part = survival.cox(np.minimum(time[inside], end), of[0], of[1].astype(float))
            periods.append((part.hr_lower[0], part.hr_upper[0]))
    curves = [survival.kaplan_meier(time[arm], event[arm]) for arm in (treated, ~treated)]
    differences = []
    for t in LANDMARKS:
        left = [(time[arm] >= t).sum() for arm in (treated, ~treated)]
        sizes = treated.sum(), (~treated).sum()
        if all(k >= max(10, 0.1 * n) for k, n in zip(left, sizes, strict=True)):
            found = survival.survival_difference(*curves, t)
            differences.append((found.lower, found.upper))
    test = survival.proportional_hazards(model, transform="km")
    return judge(model.hr[0], periods, differences, test["GLOBAL"].p_value, ALPHA)


def main() -> None:
    """Simulate all trials and write how often the rule speaks."""
    rng, found = np.random.default_rng(2026), []
    for name, (early, late) in HAZARDS.items():
        for n, trials in TRIALS.items():
            said = Counter(judged(*simulated(rng, n, early, late)) for _ in range(trials))
            shares = {str(kind): said[kind] / trials for kind in sorted(said)}
            found.append({"hazards": name, "patients": n, "trials": trials, "said": shares})
            print(found[-1], flush=True)
    path = Path(__file__).parent / "results" / "constancy.json"
    path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
