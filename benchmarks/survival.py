"""Time the core estimators on a million patients, against R's survival and lifelines.

    python benchmarks/survival.py                     # measure, write table and figure
    python benchmarks/survival.py --lifelines 1e6     # lifelines with as many, takes minutes
    python benchmarks/survival.py --growth            # the curve anew, the comparison as it was

Kaplan-Meier with medians, log-rank, Cox, restricted means and the test of proportional hazards,
of two arms, with continuous times and with whole days: a million patients against R, and, since
lifelines is slow, fewer against both. Ours are the five of `by_arm`, which sorts the patients once
(the sort counts to the first), and beside them five separate calls, each of which sorts for
itself. Ours is the shortest of three runs, R's and lifelines' one run. Where Rscript is not found
its times are left out. Then the five together from 1e2 to 1e7 patients. Writes `survival.json`,
`survival.md` and `survival.svg` beside the script, in `results/`.
"""

import argparse
import json
import shutil
import subprocess
import tempfile
import time
import warnings
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd

from trialbook import survival

RESULTS = Path(__file__).parent / "results"
TASKS = ("Kaplan-Meier", "log-rank", "Cox", "RMST", "proportional hazards")
IN_R = """
suppressMessages(library(survival))
d <- read.csv(commandArgs(TRUE)[1]); tau <- as.numeric(commandArgs(TRUE)[2])
t1 <- system.time({km <- survfit(Surv(time, event) ~ arm, d, conf.type = "log-log")
                   quantile(km, 0.5)})
t2 <- system.time(survdiff(Surv(time, event) ~ arm, d))
t3 <- system.time(fit <- coxph(Surv(time, event) ~ arm, d))
t4 <- system.time(survival:::survmean(km, rmean = tau))
t5 <- system.time(cox.zph(fit))
cat(c(t1[3], t2[3], t3[3], t4[3], t5[3]))
"""


def patients(n, *, daily, seed=1):
    """Return times, events and treatment of `n` simulated patients."""
    rng = np.random.default_rng(seed)
    treated = rng.random(n) < 0.5
    time_to_event = rng.exponential(np.where(treated, 1500, 1000))
    censoring = rng.uniform(200, 1500, n)
    observed = np.minimum(time_to_event, censoring)
    return np.ceil(observed) if daily else observed, time_to_event <= censoring, treated


def timed(steps):
    """Return the seconds of each step; a step gets the results of those before it."""
    seconds, results = [], []
    for step in steps:
        start = time.perf_counter()
        results.append(step(results))
        seconds.append(time.perf_counter() - start)
    return seconds


def ours(t, event, treated, tau):
    """Return the seconds of each task, all of one sort, which counts to the first."""

    def curves(_):
        arms = survival.by_arm(t, event, treated)
        fitted = arms.kaplan_meier()
        return (
            arms,
            fitted,
            [(km.std_error, km.lower, km.upper, km.median) for km in fitted.values()],
        )

    def means(results):
        control, treated = (survival.rmst_of(km, tau) for km in results[0][1].values())
        return survival.rmst_difference(treated, control)

    return timed(
        [
            curves,
            lambda results: results[0][0].log_rank(),
            lambda results: results[0][0].cox(),
            means,
            lambda results: survival.proportional_hazards(results[2]),
        ]
    )


def ours_apart(t, event, treated, tau):
    """Return the seconds of each task by a call of its own."""
    arms = (treated, ~treated)

    def curves(_):
        fitted = [survival.kaplan_meier(t[of], event[of]) for of in arms]
        return [(km.std_error, km.lower, km.upper, km.median) for km in fitted]

    def means(_):
        return survival.rmst_difference(*(survival.rmst(t[of], event[of], tau) for of in arms))

    return timed(
        [
            curves,
            lambda _: survival.log_rank(t, event, treated),
            lambda _: survival.cox(t, event, treated),
            means,
            lambda results: survival.proportional_hazards(results[2]),
        ]
    )


def in_lifelines(t, event, treated, tau):
    import lifelines
    from lifelines import statistics, utils

    frame = pd.DataFrame({"t": t, "e": event, "x": treated.astype(float)})
    arms = (treated, ~treated)

    def curves(_):
        fitted = [lifelines.KaplanMeierFitter().fit(t[of], event[of]) for of in arms]
        return [(km, km.median_survival_time_, km.confidence_interval_) for km in fitted]

    def means(results):
        return [
            utils.restricted_mean_survival_time(km, t=tau, return_variance=True)
            for km, *_ in results[0]
        ]

    def schoenfeld(results):
        return statistics.proportional_hazard_test(results[2], frame, time_transform="km")

    return timed(
        [
            curves,
            lambda _: statistics.logrank_test(
                t[treated], t[~treated], event[treated], event[~treated]
            ),
            lambda _: lifelines.CoxPHFitter().fit(frame, "t", "e"),
            means,
            schoenfeld,
        ]
    )


def in_r(t, event, treated, tau):
    with tempfile.TemporaryDirectory() as folder:
        path, script = Path(folder) / "data.csv", Path(folder) / "time.R"
        frame = {"time": t, "event": event.astype(int), "arm": treated.astype(int)}
        pd.DataFrame(frame).to_csv(path, index=False)
        script.write_text(IN_R)
        run = subprocess.run(
            ["Rscript", script, path, str(tau)], capture_output=True, text=True, check=True
        )
    return [float(value) for value in run.stdout.split()]


def compare(n, with_lifelines):
    """Return seconds by task, data and software, as a frame."""
    rows = []
    for daily in (False, True):
        data = patients(n, daily=daily)
        tau = survival.default_tau(*data)
        runs = {
            "trialbook": np.min([ours(*data, tau) for _ in range(3)], axis=0),
            "trialbook, separate calls": np.min([ours_apart(*data, tau) for _ in range(3)], axis=0),
        }
        if shutil.which("Rscript"):
            runs["R survival"] = in_r(*data, tau)
        if with_lifelines:
            runs["lifelines"] = in_lifelines(*data, tau)
        for software, seconds in runs.items():
            of = {"patients": n, "times": "whole days" if daily else "continuous"}
            rows.extend(
                of | {"software": software, "task": task, "seconds": float(value)}
                for task, value in zip(TASKS, seconds, strict=True)
            )
            print(f"{n:8d} {of['times']:12s} {software:26s} {sum(seconds):8.2f} s", flush=True)
    return pd.DataFrame(rows)


def growth(largest):
    """Return seconds of the five together, by number of patients and kind of times."""
    rows = []
    for n in 10 ** np.arange(2, int(np.log10(largest)) + 1):
        for daily in (False, True):
            data = patients(int(n), daily=daily)
            tau = survival.default_tau(*data)
            seconds = min(sum(ours(*data, tau)) for _ in range(3))
            times = "whole days" if daily else "continuous"
            rows.append({"patients": int(n), "times": times, "seconds": seconds})
            print(f"{times:12s} {n:10d} patients {seconds:8.3f} s", flush=True)
    return pd.DataFrame(rows)


def table(compared):
    """Return the comparison as a Markdown table, with sums and how many times as fast."""
    index = ["patients", "times", "task"]
    wide = compared.pivot_table(index=index, columns="software", values="seconds", sort=False)
    wide = wide[compared["software"].unique()]
    heading = ["patients", "times", "task", *(f"{name}, s" for name in wide.columns)]
    lines = ["| " + " | ".join(heading) + " |", "|---" * len(heading) + "|"]
    for (n, times), part in wide.groupby(level=["patients", "times"]):
        for task in TASKS:
            cells = [_seconds(value) for value in part.loc[(n, times, task)]]
            lines.append(f"| {n:,} | {times} | {task} | " + " | ".join(cells) + " |")
        sums = part.sum(min_count=len(TASKS))
        cells = [f"{_seconds(sums.iloc[0])}"]
        cells += [f"{_seconds(v)} ({v / sums.iloc[0]:.0f} ×)" if v > 0 else "" for v in sums[1:]]
        lines.append(f"| {n:,} | {times} | **together** | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _seconds(value):
    return f"{value:.3f}" if value > 0 else ""


def figure(grown, path):
    """Draw seconds against patients, with n log n for comparison."""
    mpl.use("svg")
    mpl.rcParams.update({"svg.hashsalt": "survival", "font.size": 10})
    import matplotlib.pyplot as plt

    fig, ax = plt.subplots(figsize=(6, 3.8))
    for (times, part), marker in zip(grown.groupby("times"), "os", strict=True):
        ax.loglog(part["patients"], part["seconds"], marker=marker, label=times)
    n = np.array([1e4, grown["patients"].max()])
    last = grown.loc[grown["times"] == "continuous", "seconds"].iloc[-1]
    scale = last / (n[-1] * np.log(n[-1]))
    ax.loglog(n, scale * n * np.log(n), color="0.5", linestyle=":", label="n log n")
    ax.set(xlabel="Patients", ylabel="Seconds, all five estimators")
    ax.legend(frameon=False)
    ax.spines[["top", "right"]].set_visible(False)
    fig.tight_layout()
    fig.savefig(path, metadata={"Date": None}, transparent=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--n", type=int, default=1_000_000, help="patients of the comparison")
    parser.add_argument("--largest", type=float, default=1e7, help="largest n of the curve")
    parser.add_argument("--lifelines", type=float, default=1e5, help="patients for lifelines")
    parser.add_argument("--growth", action="store_true", help="keep the comparison in results/")
    options = parser.parse_args()
    warnings.simplefilter("ignore")  # lifelines warns of its own approximations
    if options.growth:
        kept = json.loads((RESULTS / "survival.json").read_text(encoding="utf-8"))
        compared = pd.DataFrame(kept["compared"])
    else:
        few = int(options.lifelines)
        parts = [compare(options.n, few == options.n)]
        parts += [] if few == options.n else [compare(few, True)]
        compared = pd.concat(parts, ignore_index=True)
    grown = growth(options.largest)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "survival.md").write_text(table(compared), encoding="utf-8")
    figure(grown, RESULTS / "survival.svg")
    numbers = {"compared": compared.to_dict("records"), "growth": grown.to_dict("records")}
    (RESULTS / "survival.json").write_text(json.dumps(numbers, indent=1) + "\n", encoding="utf-8")
    print(table(compared))


if __name__ == "__main__":
    main()
