"""A confidential trial with everything that might tell who someone is: rare values of all kinds."""

from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from tests.adam.folders import write_frame

RARE_TERM = "Quokka bite encephalopathy"
RARE_SITE = "ZZ-Tristan-77"
EXTREME_AGE, YOUNGEST = 103, 14
EXTREME_LAB = 7431.625
ARMS = {"CTL": "Comparator", "ACT": "Verum", "HIGH": "Verum forte"}
START = pd.Timestamp("2013-02-03")

CONFIG = {
    "id": "secret",
    "title": "A trial whose patients may not be known",
    "randomized": "yes",
    "time": {"unit": "days", "show": "months"},
    "landmarks": [182, 365],
    "arms": [{"code": code, "label": name, "values": [name]} for code, name in ARMS.items()],
    "endpoints": [
        {"paramcd": "PFS", "label": "progression or death", "role": "primary",
         "components": ["PROG", "DEATH"]},
        {"paramcd": "PROG", "label": "progression", "role": "component",
         "competing": ["DEATH"]},
        {"paramcd": "DEATH", "label": "death", "role": "component"},
        {"paramcd": "RARE", "label": "transplantation", "role": "secondary"},
    ],
    "subgroups": ["SEX", "REGION1"],
    "baseline": [
        {"variable": "AGE", "label": "Age, yr", "summary": "median"},
        {"variable": "SEX", "label": "Sex"},
        {"variable": "REGION1", "label": "Region"},
        {"variable": "RACE", "label": "Race"},
        {"variable": "SMOKE", "label": "Smoker"},
    ],
    "responses": [{"variable": "RESPFL", "label": "Response"}],
    "laboratory": [{"paramcd": "ALT", "label": "Alanine aminotransferase", "low": 5, "high": 40}],
}  # fmt: skip


def secret_trial(folder: Path, *, seed: int = 1, untreated: int = 2, per_arm: int = 70) -> Path:
    """Write a folder of ADaM data sets and trial.yml without `privacy`: it is confidential.

    Parameters
    ----------
    folder : Path
    seed : int
    untreated : int
        Randomized patients of the first arm who took no treatment.
    per_arm : int

    Returns
    -------
    Path
        The folder.
    """
    rng = np.random.default_rng(seed)
    n = per_arm * len(ARMS)
    ids = [
        f"QX{k:03d}-\N{LATIN SMALL LETTER O WITH STROKE}/{7919 * k % 99991:05d}" for k in range(n)
    ]
    arm = np.repeat(list(ARMS.values()), per_arm)
    start = START + pd.to_timedelta(np.sort(rng.integers(0, 400, n)), unit="D")
    follow = rng.integers(200, 760, n)
    treated = np.ones(n, bool)
    treated[:untreated] = False
    age = rng.normal(55, 9, n).round().clip(30, 80)
    age[5], age[6] = EXTREME_AGE, YOUNGEST
    left = rng.random(n) < 0.3
    reasons = rng.choice(["ADVERSE EVENT", "WITHDREW CONSENT", "LOST", "PREGNANCY"], n,
                         p=[0.5, 0.3, 0.15, 0.05])  # fmt: skip
    ended = start + pd.to_timedelta(follow - 1, unit="D")
    adsl = pd.DataFrame({
        "STUDYID": "S", "USUBJID": ids, "TRT01P": arm, "TRT01A": np.where(treated, arm, None),
        "SITEID": rng.choice(["North-11", "South-12"], n), "ITTFL": "Y", "RANDFL": "Y",
        "SAFFL": np.where(treated, "Y", "N"), "AGE": age,
        "SEX": rng.choice(["F", "M"], n), "RESPFL": rng.choice(["Y", "N"], n),
        "REGION1": rng.choice(["Europe", "Asia", "Africa"], n, p=[0.6, 0.34, 0.06]),
        "RACE": rng.choice(["WHITE", "ASIAN", "OTHER"], n, p=[0.75, 0.23, 0.02]),
        "SMOKE": rng.choice(["Y", "N", None], n, p=[0.4, 0.59, 0.01]),
        "RANDDT": start, "TRTSDT": pd.Series(start).where(treated),
        "TRTEDT": pd.Series(ended).where(treated), "EOSDT": ended,
        "EOSSTT": np.where(left, "DISCONTINUED", "COMPLETED"),
        "DCSREAS": np.where(left, reasons, None),
    })  # fmt: skip
    adsl.loc[3, "SITEID"] = RARE_SITE
    return _write(folder, adsl, follow, rng)


def _write(folder: Path, adsl: pd.DataFrame, follow: np.ndarray, rng) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    data = {
        "adsl": adsl,
        "adtte": _times(adsl, follow, rng),
        "adae": _events(adsl, follow, rng),
        "adlb": _laboratory(adsl, rng),
        "addv": _deviations(adsl, rng),
    }
    for name, frame in data.items():
        write_frame(folder / f"{name}.csv", frame)
    (folder / "trial.yml").write_text(yaml.safe_dump(CONFIG, sort_keys=False), encoding="utf-8")
    return folder


def _deviations(adsl: pd.DataFrame, rng) -> pd.DataFrame:
    """Every third patient has a deviation or two, of kinds from common to rare."""
    who = rng.choice(adsl["USUBJID"], len(adsl) // 3)
    kinds = rng.choice(["VISIT WINDOW", "DOSING", "ELIGIBILITY", "CONSENT"], len(who),
                       p=[0.5, 0.3, 0.15, 0.05])  # fmt: skip
    return pd.DataFrame({"USUBJID": who, "DVCAT": kinds})


def _times(adsl: pd.DataFrame, follow: np.ndarray, rng) -> pd.DataFrame:
    n = len(adsl)
    times = {
        "PROG": rng.exponential(900, n).round() + 1,
        "DEATH": rng.exponential(2600, n).round() + 1,
        "RARE": rng.exponential(26000, n).round() + 1,
    }
    times["PFS"] = np.minimum(times["PROG"], times["DEATH"])
    parts = []
    for code, time in times.items():
        aval = np.minimum(time, follow)
        parts.append(pd.DataFrame({
            "USUBJID": adsl["USUBJID"], "PARAMCD": code, "PARAM": f"Time to {code} (days)",
            "AVAL": aval, "AVALU": "DAYS", "CNSR": (time > follow).astype(int),
            "STARTDT": adsl["RANDDT"],
            "ADT": adsl["RANDDT"] + pd.to_timedelta(aval - 1, unit="D"),
        }))  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def _events(adsl: pd.DataFrame, follow: np.ndarray, rng) -> pd.DataFrame:
    terms = {
        "Headache": ("Nervous system disorders", 0.45),
        "Dizziness": ("Nervous system disorders", 0.03),
        RARE_TERM: ("Nervous system disorders", 0.01),
        "Nausea": ("Gastrointestinal disorders", 0.5),
        "Vomiting": ("Gastrointestinal disorders", 0.12),
        "Rash": ("Skin disorders", 0.25),
        "Fatigue": ("General disorders", 0.8),
    }
    parts = []
    for term, (body, share) in terms.items():
        has = (rng.random(len(adsl)) < share) & (adsl["SAFFL"] == "Y").to_numpy()
        has[10 % len(has)] |= term == RARE_TERM
        of = adsl[has]
        day = rng.integers(1, follow[has] + 1)
        parts.append(pd.DataFrame({
            "USUBJID": of["USUBJID"], "AEBODSYS": body, "AEDECOD": term,
            "AESEV": rng.choice(["MILD", "MODERATE", "SEVERE"], len(of), p=[0.6, 0.3, 0.1]),
            "AESER": rng.choice(["Y", "N"], len(of), p=[0.12, 0.88]),
            "AEACN": rng.choice(["DRUG WITHDRAWN", "DOSE NOT CHANGED"], len(of), p=[0.06, 0.94]),
            "AEOUT": rng.choice(["FATAL", "RECOVERED"], len(of), p=[0.01, 0.99]),
            "AEREL": rng.choice(["RELATED", "NOT RELATED"], len(of)),
            "ASTDT": of["TRTSDT"] + pd.to_timedelta(day - 1, unit="D"), "TRTEMFL": "Y",
        }))  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def _laboratory(adsl: pd.DataFrame, rng) -> pd.DataFrame:
    of = adsl[adsl["SAFFL"] == "Y"]
    base = rng.lognormal(3.2, 0.35, len(of)).round(1)
    parts = []
    for visit in range(4):
        seen = rng.random(len(of)) < 1 - 0.04 * visit
        value = (base * rng.lognormal(0, 0.2, len(of))).round(1) if visit else base
        parts.append(pd.DataFrame({
            "USUBJID": of["USUBJID"], "PARAMCD": "ALT", "PARAM": "ALT (U/L)", "AVISITN": visit,
            "ADY": 1 + 90 * visit, "AVAL": value, "BASE": base,
            "ABLFL": "Y" if visit == 0 else None, "ANRLO": 5.0, "ANRHI": 40.0,
        })[seen])  # fmt: skip
    adlb = pd.concat(parts, ignore_index=True)
    adlb.loc[7, "AVAL"] = EXTREME_LAB
    return adlb
