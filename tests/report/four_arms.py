"""A public trial of four arms that does harm: long names, other scripts, few events."""

from pathlib import Path

import numpy as np
import pandas as pd
import yaml

ARMS = {
    "P": "Placebo matching tablets twice daily",
    "L": "Xylofenazuritinib 2.5 mg twice daily with meals",
    "M": "Xylofenazuritinib 5 mg twice daily with meals",
    "H": "Ξυλοφεναζουριτινίμπη 10 mg + 治療 (open label)",
}
HAZARDS = {"P": 0.0002, "L": 0.0008, "M": 0.001, "H": 0.0014}
TERMS = {
    "Gastrointestinal disorders": ["Diarrhoea", "Gastrooesophageal reflux with oesophagitis"],
    "Infections and infestations": ["Herpes zoster cutaneous disseminated", "日本脳炎"],
    "General disorders and administration site conditions": ["Fatigue", "Πυρετός"],
    "Congenital, familial and genetic disorders": ["Cryopyrin associated periodic syndrome"],
}
CONFIG = {
    "id": "four",
    "title": "Three doses of xylofenazuritinib or placebo in chronic heart failure with mildly "
    "reduced ejection fraction and atrial fibrillation",
    "privacy": "public",
    "randomized": "yes",
    "time": {"unit": "days", "show": "months"},
    "horizon": 548,
    "landmarks": [183, 365, 548],
    "arms": [{"code": code, "values": [code], "label": label} for code, label in ARMS.items()],
    "endpoints": [
        {"paramcd": "MACE", "role": "primary", "components": ["HOSP", "DEATH"],
         "label": "first hospitalisation for worsening heart failure, unplanned ambulatory "
         "intravenous decongestion, or death from any cause",
         "noun": "a hospitalisation or death", "plural": "hospitalisations or deaths"},
        {"paramcd": "HOSP", "label": "first hospitalisation for worsening heart failure",
         "role": "component", "competing": ["DEATH"]},
        {"paramcd": "DEATH", "label": "death", "plural": "deaths", "role": "component"},
    ],
    "subgroups": ["SEX", "REGION1"],
    "strata": ["SEX"],
    "baseline": [
        {"variable": "AGE", "label": "Age, yr", "summary": "mean"},
        {"variable": "SEX", "label": "Sex"},
        {"variable": "REGION1", "label": "Region of the World Health Organization"},
    ],
    "laboratory": [{"paramcd": "K", "label": "Potassium, mmol/l", "summary": "mean"}],
    "adverse_events": {"infections": {"AEBODSYS": "Infections and infestations"}},
}  # fmt: skip


def four_arms(folder: Path, *, per_arm: int = 62) -> Path:
    """Write the trial's folder and return it."""
    rng, n = np.random.default_rng(3), per_arm * len(ARMS)
    arm = np.repeat(list(ARMS), per_arm)
    start = pd.Timestamp("2018-03-01") + pd.to_timedelta(rng.integers(0, 500, n), unit="D")
    hazard = np.array([HAZARDS[code] for code in arm])
    event, death = rng.exponential(1 / hazard), rng.exponential(5 / hazard)
    last = np.minimum(rng.integers(300, 720, n), death.astype(int) + 1)
    left = rng.random(n) < 0.25
    end = start + pd.to_timedelta(last - 1, unit="D")
    adsl = pd.DataFrame({
        "STUDYID": "X", "USUBJID": [f"X-{i:04d}" for i in range(n)], "TRT01P": arm, "TRT01A": arm,
        "ITTFL": "Y", "SAFFL": "Y", "AGE": rng.normal(58, 9, n).round(),
        "SEX": rng.choice(["F", "M"], n), "RANDDT": start, "TRTSDT": start, "TRTEDT": end,
        "REGION1": rng.choice(["Latin America and the Caribbean", "España", "Ελλάδα"], n),
        "EOSDT": end, "EOSSTT": np.where(left, "DISCONTINUED", "COMPLETED"),
        "DCSREAS": np.where(left, "PROTOCOL DEVIATION CONCERNING CONCOMITANT MEDICATION", None),
    })  # fmt: skip
    times = {"MACE": np.minimum(event, death), "HOSP": event, "DEATH": death}
    adtte = pd.concat(
        pd.DataFrame({
            "USUBJID": adsl["USUBJID"], "PARAMCD": code, "AVALU": "DAYS",
            "AVAL": np.minimum(time.astype(int) + 1, last), "STARTDT": start,
            "CNSR": (time.astype(int) + 1 > last).astype(int),
        })
        for code, time in times.items()
    )  # fmt: skip
    harm = 1 + 0.5 * np.array([list(ARMS).index(code) for code in arm])
    parts = []
    for body, terms in TERMS.items():
        for term in terms:
            had = rng.random(n) < 0.12 * harm
            at = start[had] + pd.to_timedelta(rng.integers(0, 300, had.sum()), unit="D")
            parts.append(pd.DataFrame({
                "USUBJID": adsl["USUBJID"][had], "AEBODSYS": body, "AEDECOD": term, "TRTEMFL": "Y",
                "AESER": rng.choice(["Y", "N"], had.sum(), p=[0.15, 0.85]), "ASTDT": at,
                "AEACN": rng.choice(["DRUG WITHDRAWN", "NONE"], had.sum(), p=[0.1, 0.9]),
            }))  # fmt: skip
    visits = [(v, who) for v in (0, 6, 12) for who in range(n)]
    adlb = pd.DataFrame({
        "USUBJID": [f"X-{who:04d}" for _, who in visits], "PARAMCD": "K", "PARAM": "K",
        "AVAL": rng.normal(4.3, 0.4, len(visits)).round(2), "AVISITN": [v for v, _ in visits],
        "AVISIT": [f"Month {v}" for v, _ in visits], "ADY": [30 * v + 1 for v, _ in visits],
        "ABLFL": ["Y" if v == 0 else None for v, _ in visits], "ANRLO": 3.5, "ANRHI": 5.1,
    })  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    data = {"adsl": adsl, "adtte": adtte, "adae": pd.concat(parts), "adlb": adlb}
    for name, frame in data.items():
        frame.to_csv(folder / f"{name}.csv", index=False)
    text = yaml.safe_dump(CONFIG, sort_keys=False, allow_unicode=True)
    (folder / "trial.yml").write_text(text, encoding="utf-8")
    return folder
