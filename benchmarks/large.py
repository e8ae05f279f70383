"""How long a book of a million patients takes, and how much memory.

    python benchmarks/large.py [--patients 1e6] [--continuous] [--keep FOLDER]

A trial is drawn (two arms, two end points, five adverse events a patient, a laboratory parameter
at five visits for a twentieth of the patients), `trialbook new` describes it, and `trialbook build`
makes its book from nothing. Promised for a million on two cores: at most 180 s and 8 GB.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from measure import measured

ROOT = Path(__file__).parents[1]
CLASSES = 25
TERMS_A_CLASS = 12
EVENTS_A_PATIENT = 5


def write_trial(folder: Path, patients: int, rng: np.random.Generator, *, continuous: bool) -> None:
    """Write ADSL, ADTTE, ADAE and ADLB as Parquet files; times in days, whole unless continuous."""
    folder.mkdir(parents=True)
    number = np.arange(patients)
    ids = pd.Series([f"BIG-{i:07d}" for i in number], dtype=str)
    treated = rng.random(patients) < 0.5
    arm = np.where(treated, "ACTIVE", "PLACEBO")
    days = rng.integers(400, 1200, patients)
    start = np.datetime64("2020-01-01") + rng.integers(0, 700, patients)
    adsl = pd.DataFrame(
        {
            "STUDYID": "BIG",
            "USUBJID": ids,
            "SITEID": rng.integers(1, 200, patients).astype(str),
            "TRT01P": arm,
            "TRT01A": arm,
            "RANDFL": "Y",
            "ITTFL": "Y",
            "SAFFL": "Y",
            "AGE": rng.normal(60, 11, patients).clip(18, 95).round(),
            "SEX": rng.choice(["F", "M"], patients),
            "RACE": rng.choice(["ASIAN", "BLACK", "WHITE", "OTHER"], patients),
            "TRTDURD": days,
            "RANDDT": pd.Series(start.astype("datetime64[s]")),
            "TRTSDT": pd.Series(start.astype("datetime64[s]")),
            "TRTEDT": pd.Series((start + days - 1).astype("datetime64[s]")),
            "EOSDT": pd.Series((start + days - 1).astype("datetime64[s]")),
            "EOSSTT": np.where(rng.random(patients) < 0.9, "COMPLETED", "DISCONTINUED"),
        }
    )
    adsl["DCSREAS"] = np.where(adsl.EOSSTT == "COMPLETED", "", "WITHDRAWAL BY SUBJECT")
    adsl.to_parquet(folder / "adsl.parquet")

    def endpoint(code: str, label: str, rate: float, ratio: float) -> pd.DataFrame:
        hazard = np.where(treated, rate * ratio, rate) / 365.25
        event = rng.exponential(1 / hazard)
        event = event if continuous else np.ceil(event)
        return pd.DataFrame(
            {
                "USUBJID": ids,
                "PARAMCD": code,
                "PARAM": label,
                "AVAL": np.minimum(event, days),
                "AVALU": "DAYS",
                "CNSR": (event > days).astype(int),
            }
        )

    pd.concat(
        [endpoint("OS", "Overall survival", 0.08, 0.9), endpoint("PFS", "Progression", 0.2, 0.8)]
    ).to_parquet(folder / "adtte.parquet")

    terms = [
        (f"Body system {c:02d}", f"Term {c:02d}-{t:02d}")
        for c in range(CLASSES)
        for t in range(TERMS_A_CLASS)
    ]
    weights = 1 / np.arange(1, len(terms) + 1)
    rows = patients * EVENTS_A_PATIENT
    who = rng.integers(0, patients, rows)
    which = rng.choice(len(terms), rows, p=weights / weights.sum())
    pd.DataFrame(
        {
            "USUBJID": pd.Categorical.from_codes(who, categories=ids),
            "AEBODSYS": pd.Categorical.from_codes(
                which // TERMS_A_CLASS, categories=[f"Body system {c:02d}" for c in range(CLASSES)]
            ),
            "AEDECOD": pd.Categorical.from_codes(which, categories=[term for _, term in terms]),
            "AESER": rng.choice(["Y", "N"], rows, p=[0.05, 0.95]),
            "AESEV": rng.choice(["MILD", "MODERATE", "SEVERE"], rows),
            "AEOUT": rng.choice(["RECOVERED", "FATAL"], rows, p=[0.998, 0.002]),
            "TRTEMFL": "Y",
            "ASTDT": (start[who] + rng.integers(0, days[who])).astype("datetime64[s]"),
        }
    ).to_parquet(folder / "adae.parquet")

    sampled, visits = number[: patients // 20], range(5)
    pd.DataFrame(
        {
            "USUBJID": np.repeat(ids[sampled], len(visits)),
            "PARAMCD": "HGB",
            "PARAM": "Haemoglobin (g/L)",
            "AVAL": rng.normal(130, 12, len(sampled) * len(visits)).round(1),
            "AVALU": "g/L",
            "AVISIT": np.tile([f"Week {12 * v}" for v in visits], len(sampled)),
            "AVISITN": np.tile(list(visits), len(sampled)),
            "ABLFL": np.tile(["Y", "", "", "", ""], len(sampled)),
        }
    ).to_parquet(folder / "adlb.parquet")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--patients", type=float, default=1e6)
    parser.add_argument("--continuous", action="store_true", help="times without ties")
    parser.add_argument("--keep", type=Path, help="a new folder that stays")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="trialbook-") as scratch:
        folder = options.keep or Path(scratch)
        rng = np.random.default_rng(20261123)
        write_trial(folder / "files", int(options.patients), rng, continuous=options.continuous)
        trialbook = [sys.executable, "-m", "trialbook"]
        new = [*trialbook, "new", str(folder / "big"), "--from", str(folder / "files")]
        new += ["--control", "PLACEBO", "--primary", "PFS"]
        build = [*trialbook, "build", str(folder / "big"), "--out", str(folder / "book")]
        for name, command in (("trialbook new", new), ("trialbook build", build)):
            seconds, peak, output = measured(command, ROOT)
            print(output)
            print(f"{name}: {seconds:.0f} s, {peak:.0f} MB\n", flush=True)
        pages = sorted((folder / "book" / "html").rglob("*.html"), key=lambda p: -p.stat().st_size)
        print(f"largest page: {pages[0].name}, {pages[0].stat().st_size / 1024**2:.1f} MB")


if __name__ == "__main__":
    main()
