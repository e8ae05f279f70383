"""Make three arms with what goes wrong in real trials: ties, times of zero, missing covariates,
an arm without events, an end point that another forestalls. Run once; the CSV files are committed.
"""

from pathlib import Path

import numpy as np
import pandas as pd

rng = np.random.default_rng(2718)
n = 150
arm = rng.choice(["CTRL", "LOW", "HIGH"], n)
hazard = pd.Series(arm).map({"CTRL": 1, "LOW": 1.4, "HIGH": 0.6}).to_numpy() / 300
adsl = pd.DataFrame(
    {
        "STUDYID": "THREE",
        "USUBJID": [f"THREE-{i:03d}" for i in range(1, n + 1)],
        "TRT01P": arm,
        "TRT01A": arm,
        "ITTFL": "Y",
        "SAFFL": "Y",
        "AGE": np.where(rng.random(n) < 0.05, np.nan, rng.normal(60, 10, n).round()),
        "SEX": rng.choice(["F", "M"], n),
        "STAGE": rng.choice(["I", "II", "III", None], n, p=[0.5, 0.34, 0.1, 0.06]),
        "ECOG": rng.choice([0, 1, 2], n),
    }
)
censored = rng.uniform(0, 700, n)
death = rng.exponential(900, n)


def adtte(paramcd, event, rounding):
    time = np.ceil(np.minimum(event, censored) / rounding) * rounding
    cnsr = (event > censored).astype(int)
    return pd.DataFrame(
        {
            "USUBJID": adsl["USUBJID"],
            "PARAMCD": paramcd,
            "AVAL": time,
            "AVALU": "DAYS",
            "CNSR": cnsr,
        }
    )


progression = adtte("PFS", rng.exponential(1 / hazard), 14)
progression.loc[rng.random(n) < 0.03, "AVAL"] = 0.0
rare = np.where(arm == "HIGH", np.inf, rng.exponential(5000, n))
folder = Path(__file__).parent
adsl.to_csv(folder / "adsl.csv", index=False)
pd.concat([progression, adtte("OS", death, 1), adtte("RARE", rare, 1)]).to_csv(
    folder / "adtte.csv", index=False
)
