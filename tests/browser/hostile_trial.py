"""Trials whose every text is an attack: on HTML, Markdown, LaTeX, Jinja, MyST, spreadsheets."""

from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from tests.adam.folders import write_frame

# Where a request would go, and what a script would set.
ABROAD = "http://evil.invalid/"
RUN = "window.__ran=1"
ATTACKS = [
    f"<script>{RUN}</script>",
    f"<img src=x onerror='{RUN}'>",
    f'"><svg onload="{RUN}"><iframe src={ABROAD}frame>',
    f"![x]({ABROAD}picture.png)",
    f"[x](javascript:{RUN})",
    f"<style>@import '{ABROAD}s.css'</style>",
    "{{ 7 * 7 }} {% raw %} {{ cookiecutter }}",
    "$\\input{/etc/passwd}$ \\end{document}",
    "```{code-cell}\nopen('/tmp/ran', 'w')\n```",
    "{raw:html}`<b>` {eval-rst}`x` {download}`/etc/passwd`",
    ":::{include} /etc/passwd\n:::",
    "=cmd()|' /C calc'!A0",
    "@SUM(1+1)*cmd|'/C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    '\'; DROP TABLE adsl; -- "quoted", and comma',
    "\u202etxt.exe \u200f\u2066abc",
    "a" * 10_000,
    "../../../etc/passwd",
    "{\\rtf1 \\par}} \\field{\\fldinst x}",
    "*bold* _under_ # head | pipe | ~~s~~ <!-- --> &amp; &#60;b&#62;",
    "%s%d{0}${HOME}`id`",
]


def hostile_trial(folder: Path, first: int) -> Path:
    """Write a trial of 120 patients and three arms whose texts are the attacks from `first` on."""
    rng = np.random.default_rng(first + 1)
    n = 120

    def attack(k: int) -> str:
        return ATTACKS[(first + k) % len(ATTACKS)]

    arms = [attack(k) + f" {k}" for k in range(3)]
    arm = np.tile(arms, n // 3)
    ids = [f"P-{k:03d}" for k in range(n)]
    start = pd.Timestamp("2020-01-01")
    follow = rng.integers(100, 700, n)
    adsl = pd.DataFrame({
        "STUDYID": attack(3), "USUBJID": ids, "SITEID": [attack(k % 5) for k in range(n)],
        "TRT01P": arm, "TRT01A": arm, "ITTFL": "Y", "SAFFL": "Y", "RANDDT": start,
        "TRTSDT": start, "TRTEDT": start + pd.to_timedelta(follow, unit="D"),
        "EOSDT": start + pd.to_timedelta(follow, unit="D"),
        "AGE": rng.normal(50, 9, n).round(), "SEX": [attack(k % 2) for k in range(n)],
        "REGION1": [attack(4 + k % 3) for k in range(n)],
        "EOSSTT": rng.choice(["COMPLETED", "DISCONTINUED"], n),
    })  # fmt: skip
    adsl["DCSREAS"] = [
        attack(k % 7) if status == "DISCONTINUED" else None
        for k, status in enumerate(adsl["EOSSTT"])
    ]
    times = []
    for code in ("PFS", "OS"):
        event = np.minimum(rng.exponential(500, n).round() + 1, follow)
        times.append(pd.DataFrame({
            "USUBJID": ids, "PARAMCD": code, "PARAM": attack(5) + " (days)", "AVALU": "DAYS",
            "AVAL": event, "CNSR": (event == follow).astype(int), "EVNTDESC": attack(6),
            "STARTDT": start, "ADT": start + pd.to_timedelta(event - 1, unit="D"),
        }))  # fmt: skip
    rows = [
        {"USUBJID": ids[i], "AEBODSYS": attack(k % 6), "AEDECOD": attack(k), "AESER": "N",
         "AESEV": attack(k % 3), "AEREL": attack(k % 4), "AEACN": attack(2), "AEOUT": attack(1),
         "TRTEMFL": "Y", "ASTDT": start + pd.Timedelta(days=int(rng.integers(1, 90)))}
        for k in range(len(ATTACKS))
        for i in rng.choice(n, 25, replace=False)
    ]  # fmt: skip
    labs = [
        {"USUBJID": ids[i], "PARAMCD": "ALT", "PARAM": attack(7), "AVISITN": visit,
         "AVISIT": attack(8), "AVAL": float(rng.normal(30, 5)), "ADY": 1 + 30 * visit,
         "ABLFL": "Y" if visit == 0 else None, "ANRLO": 5.0, "ANRHI": 40.0}
        for visit in range(3)
        for i in range(n)
    ]  # fmt: skip
    config = {
        "id": "hostile", "title": attack(0), "privacy": "public", "randomized": "yes",
        "registration": attack(9), "time": {"unit": "days", "show": "months"},
        "landmarks": [180, 365], "horizon": 365,
        "arms": [{"code": f"A{k}", "label": arms[k], "values": [arms[k]]} for k in range(3)],
        "endpoints": [
            {"paramcd": "PFS", "label": attack(10), "role": "primary", "components": ["OS"],
             "estimand": {"strategy": attack(11), "missing": attack(13), "intercurrent": [
                 {"event": attack(12), "strategy": "composite"}]}},
            {"paramcd": "OS", "label": attack(14), "role": "secondary"},
        ],
        "strata": ["SEX"], "subgroups": ["SEX", "REGION1"],
        "baseline": [{"variable": "AGE", "label": attack(15), "summary": "mean"},
                     {"variable": "SEX", "label": attack(16)},
                     {"variable": "REGION1", "label": attack(17)}],
        "laboratory": [{"paramcd": "ALT", "label": attack(18)}],
        "adverse_events": {"mine": {"label": attack(19), "AESER": ["N"]}},
        "design": {"alpha": 0.05, "power": 0.8, "hazard_ratio": 0.6, "n_per_arm": 40,
                   "event_proportion": {"A0": 0.6}, "accrual": 100, "horizon": 700,
                   "amendments": [{"date": attack(20), "text": attack(4), "replaces": "OS"}]},
    }  # fmt: skip
    folder.mkdir(parents=True)
    data = {"adsl": adsl, "adtte": pd.concat(times), "adae": pd.DataFrame(rows),
            "adlb": pd.DataFrame(labs)}  # fmt: skip
    for name, frame in data.items():
        write_frame(folder / f"{name}.parquet", frame)
    text = yaml.safe_dump(config, allow_unicode=True, width=100_000)
    (folder / "trial.yml").write_text(text, encoding="utf-8")
    return folder
