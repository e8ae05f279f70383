"""What the paper leaves open: ``python data/alms/open_results.py`` writes ``seeds.csv``.

Other seeds give other patients who print the paper as well. What differs between them although
every printed figure is the same is what the paper does not say. The patients of each seed are kept
in a working folder, so that a run that was interrupted goes on where it stopped.
"""

import argparse
import shutil
import sys
import time
from pathlib import Path

import pandas as pd
from generator.adam import data_sets, write
from generator.patients import make_patients
from make_patients import SEED

from trialbook.analyses import ANALYSES
from trialbook.paper import compare, load_published, results_for
from trialbook.results import KEY
from trialbook.trial import load_trial

FOLDER = Path(__file__).resolve().parent
OPEN = {
    "kaplan_meier": {"survival"},
    "rmst": {"rmst", "difference", "p_value"},
    "landmark": {"difference", "p_value"},
    "proportional_hazards": {"p_value"},
    "subgroup": {"hr", "p_value"},
    "incidence_rate": {"rate", "rate_ratio"},
    "tipping_point": {"hr", "p_value"},
}
"""Analyses and statistics that the paper does not print."""

POSSIBLE = "impossible as printed"
REQUIRED = ("trial.yml", "published.csv", "evidence.csv", "notes")


def open_results(folder: Path) -> pd.DataFrame:
    """Return the results of one seed that the paper does not print.

    Parameters
    ----------
    folder : pathlib.Path
        A trial's folder with this seed's patients.

    Returns
    -------
    pandas.DataFrame
        The key of each result without chapter, and its value to six significant digits.

    Raises
    ------
    ValueError
        When these patients do not print a figure that patients can print.
    """
    trial = load_trial(folder)
    published = load_published(trial)
    compared = compare(published, results_for(trial, published))
    data = compared[compared["verdict"] != "not a data figure"]
    amiss = data[~data["verdict"].isin(["reproduced", POSSIBLE])]
    if len(amiss):
        raise ValueError(f"{folder.name} does not print {', '.join(amiss['id'])}")
    frames = []
    for analysis, statistics in OPEN.items():
        results = ANALYSES[analysis](trial)
        wanted = results["statistic"].isin(statistics)
        if analysis == "kaplan_meier":
            wanted &= results["time"].isin(trial.landmarks) & (results["method"] == "log-log")
        frames.append(results[wanted])
    results = pd.concat(frames, ignore_index=True)
    return results.assign(value=[f"{v:.6g}" if pd.notna(v) else "" for v in results["value"]])


def _seed_folder(seed: int, work: Path) -> Path:
    """Return the folder of a seed's patients, made now if it is not there."""
    folder = work / f"seed-{seed}"
    if not (folder / "trial.yml").exists():
        write(data_sets(make_patients(FOLDER, seed)), folder)
        for name in REQUIRED:
            copy = shutil.copytree if (FOLDER / name).is_dir() else shutil.copy
            copy(FOLDER / name, folder / name)
        trial_yml = (folder / "trial.yml").read_text(encoding="utf-8")
        kept = [line for line in trial_yml.splitlines() if not line.startswith("seeds:")]
        (folder / "trial.yml").write_text("\n".join(kept) + "\n", encoding="utf-8")
    return folder


def main(arguments=None) -> int:
    """Run the command line; return its exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=20, help="how many, default %(default)s")
    parser.add_argument("--first", type=int, default=SEED, help="first seed, default %(default)s")
    parser.add_argument("--work", type=Path, default=FOLDER / "_build" / "seeds")
    parser.add_argument("--out", type=Path, default=FOLDER / "seeds.csv")
    options = parser.parse_args(arguments)
    began, frames = time.monotonic(), []
    for seed in range(options.first, options.first + options.seeds):
        folder = _seed_folder(seed, options.work.resolve())
        frames.append(open_results(folder).assign(seed=seed))
        print(f"seed {seed}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    seeds = pd.concat(frames, ignore_index=True)[["seed", *KEY[1:], "value"]]
    seeds.to_csv(options.out, index=False, lineterminator="\n")
    print(options.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
