"""Simulate 10,000 trials of 228 patients with a log-rank test each, and time it.

    python benchmarks/simulation.py                             # this machine
    python benchmarks/simulation.py --workers 2                 # and a local Dask cluster
    python benchmarks/simulation.py --scheduler tcp://host:8786 # and a cluster elsewhere

Compared with a loop over lifelines' `logrank_test` on the same number of patients, timed on a few
hundred trials and scaled, and with a loop over R's `survdiff` where Rscript is found. Each time is
the shortest of three runs. Prints a table and, with `--out FILE`, writes the numbers as JSON.
"""

import argparse
import json
import logging
import shutil
import subprocess
import time
import tracemalloc
from pathlib import Path

import numpy as np
from lifelines.statistics import logrank_test

from trialbook.survival import constant_hazard, simulate_trials

DESIGN = {
    "n_treated": 114,
    "n_control": 114,
    "hazard_treated": constant_hazard(0.2, 1096),
    "hazard_control": constant_hazard(0.375, 1096),
    "follow_up": 1096.0,
}
IN_R = """
suppressMessages(library(survival))
n <- {n}; arm <- rep(1:0, each = 114)
rate <- ifelse(arm == 1, {hazard_treated}, {hazard_control})
cat(system.time(for (i in seq_len(n)) {{
  t <- rexp(228, rate)
  survdiff(Surv(pmin(t, 1096), t <= 1096) ~ arm)
}})[["elapsed"]] / n)
"""


def seconds(function, repeats=3):
    """Return the shortest of several runs, and the last result."""
    best = np.inf
    for _ in range(repeats):
        start = time.perf_counter()
        result = function()
        best = min(best, time.perf_counter() - start)
    return best, result


def lifelines_loop(n_trials, seed=1):
    """Return the P values of a loop over lifelines, trial by trial."""
    rng = np.random.default_rng(seed)
    treated = np.arange(228) < 114
    rates = np.where(treated, DESIGN["hazard_treated"], DESIGN["hazard_control"])
    p_values = np.empty(n_trials)
    for i in range(n_trials):
        times = rng.exponential(1 / rates)
        event, times = times <= 1096, np.minimum(times, 1096)
        p_values[i] = logrank_test(
            times[treated], times[~treated], event[treated], event[~treated]
        ).p_value
    return p_values


def r_loop(n_trials):
    """Return the seconds per trial of a loop over R's survdiff, None without R."""
    if shutil.which("Rscript") is None:
        return None
    code = IN_R.format(n=n_trials, **DESIGN)
    runs = [
        subprocess.run(["Rscript", "-e", code], capture_output=True, text=True, check=True)
        for _ in range(3)
    ]
    return min(float(run.stdout) for run in runs)


def peak_megabytes(n_trials):
    """Return the most memory that numpy and Python held at once."""
    tracemalloc.start()
    simulate_trials(n_trials, **DESIGN, seed=1)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6


def on_cluster(address, n_trials, expected):
    """Return the seconds on a cluster, after checking that it gives the same trials."""
    taken, found = seconds(
        lambda: simulate_trials(n_trials, **DESIGN, seed=1, scheduler=address), repeats=2
    )
    if not np.array_equal(found.z, expected.z):
        raise SystemExit(f"{address} gave other trials than this machine.")
    return taken


def measured(args):
    """Return what was measured: a list of (what, seconds, remark)."""
    n = args.trials
    seconds(lambda: simulate_trials(200, **DESIGN, seed=1), repeats=1)  # imports, caches
    one_core, found = seconds(lambda: simulate_trials(n, **DESIGN, seed=1))
    cores, same = seconds(lambda: simulate_trials(n, **DESIGN, seed=1, n_jobs=-1))
    if not np.array_equal(found.z, same.z):
        raise SystemExit("More cores gave other trials than one.")
    with_cox, _ = seconds(lambda: simulate_trials(n, **DESIGN, seed=1, cox=True))
    loop, p_values = seconds(lambda: lifelines_loop(args.loop))
    loop *= n / args.loop
    rows = [
        ("trialbook, one core", one_core, f"power {found.power().power:.3f}"),
        ("trialbook, all cores", cores, "the same trials"),
        ("trialbook, one core, Cox model too", with_cox, ""),
        ("lifelines, a loop", loop, f"power {np.mean(p_values < 0.05):.3f}; {args.loop} timed"),
    ]
    in_r = r_loop(args.loop)
    if in_r is not None:
        rows.append(("R's survdiff, a loop", in_r * n, f"{args.loop} timed"))
    if args.workers:
        from dask.distributed import LocalCluster

        with LocalCluster(
            n_workers=args.workers,
            threads_per_worker=1,
            dashboard_address=None,
            silence_logs=logging.CRITICAL,
        ) as cluster:
            taken = on_cluster(cluster.scheduler_address, n, found)
        rows.append((f"trialbook, local Dask cluster of {args.workers}", taken, "the same trials"))
    if args.scheduler:
        taken = on_cluster(args.scheduler, n, found)
        rows.append(("trialbook, Dask cluster", taken, "the same trials"))
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=10_000)
    parser.add_argument("--loop", type=int, default=200, help="trials of the loops (scaled)")
    parser.add_argument("--workers", type=int, default=0, help="a local Dask cluster of so many")
    parser.add_argument("--scheduler", metavar="ADDRESS", help="a Dask scheduler")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the numbers as JSON")
    args = parser.parse_args()
    rows = measured(args)
    fastest = rows[0][1]
    print(f"{args.trials} trials of 228 patients, a log-rank test each\n")
    print(f"| {'what':<38} | {'seconds':>9} | {'times ours':>10} | remark |")
    print(f"|{'-' * 40}|{'-' * 10}:|{'-' * 11}:|--------|")
    for what, taken, remark in rows:
        print(f"| {what:<38} | {taken:9.3f} | {taken / fastest:10.1f} | {remark} |")
    growth = [
        (n, *seconds(lambda n=n: simulate_trials(n, **DESIGN, seed=1), repeats=2)[:1])
        for n in (100, 1000, 10_000, 100_000)
    ]
    memory = {n: peak_megabytes(n) for n in (1000, 10_000, 40_000)}
    print("\ntrials: seconds  ", "  ".join(f"{n}: {taken:.3f}" for n, taken in growth))
    print("trials: peak MB  ", "  ".join(f"{n}: {peak:.0f}" for n, peak in memory.items()))
    if args.out:
        numbers = {
            "trials": args.trials,
            "patients": 228,
            "rows": [
                {"what": what, "seconds": taken, "remark": remark} for what, taken, remark in rows
            ],
            "growth": [{"trials": n, "seconds": taken} for n, taken in growth],
            "peak_megabytes": [{"trials": n, "megabytes": peak} for n, peak in memory.items()],
        }
        args.out.write_text(json.dumps(numbers, indent=1) + "\n")


if __name__ == "__main__":
    main()
