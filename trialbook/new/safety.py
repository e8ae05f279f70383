"""Which laboratory parameters and groups of adverse events there are."""

import re

import pandas as pd

from trialbook.adam.problems import shortened

_MOST_PARAMETERS = 20
_RELATED = re.compile(r"^(y|yes|related|possibl[ey]|probabl[ey]|definite(ly)?|certain)"
                      r"( related)?$", re.IGNORECASE)  # fmt: skip


# what is looked at first in any trial, by CDISC's codes: liver, kidney, salts, metabolism, blood
_USUAL = (
    "ALT AST ALP GGT BILI BILDIR CREAT CREATN EGFR UREA UREAN BUN URATE ALB PROT SODIUM K CL CA "
    "PHOS MG BICARB GLUC HBA1C CK LDH CHOL LDL HDL TRIG CRP HGB HCT RBC WBC NEUT LYM MONO EOS "
    "BASO PLAT INR SYSBP DIABP PULSE HR TEMP WEIGHT QTCF"
)


def infer_laboratory(adlb: pd.DataFrame | None) -> tuple[list[dict], list[str]]:
    """Return the laboratory parameters as trial.yml's mappings, and those passed over.

    A parameter needs different numbers at two visits at least. Those that are looked at in any
    trial come first, then those with the most records; the first twenty are taken.
    """
    if adlb is None or "AVISITN" not in adlb:
        return [], []
    measured = adlb[adlb["AVAL"].notna() & adlb["AVISITN"].notna()]
    of_parameter = measured.groupby("PARAMCD", sort=False)
    varies = (of_parameter["AVISITN"].nunique() >= 2) & (of_parameter["AVAL"].nunique() >= 2)
    rank = {paramcd: n for n, paramcd in enumerate(_USUAL.split())}
    records = measured["PARAMCD"].value_counts()
    kept = sorted(
        varies.index[varies],
        key=lambda paramcd: (rank.get(str(paramcd).upper(), len(rank)), -records[paramcd]),
    )
    first = adlb.drop_duplicates("PARAMCD").set_index("PARAMCD")
    parameters = []
    for paramcd in kept[:_MOST_PARAMETERS]:
        param = first["PARAM"].get(paramcd) if "PARAM" in first else None
        label = paramcd if pd.isna(param) else re.sub(r"\s*\(([^()]*)\)$", r", \1", str(param))
        unit = first["AVALU"].get(paramcd) if "AVALU" in first else None
        if not pd.isna(unit) and str(unit) not in label:
            label += f", {unit}"
        parameters.append({"paramcd": paramcd, "label": shortened(label)})
    return parameters, [one for one in first.index if one not in kept[:_MOST_PARAMETERS]]


def infer_adverse_events(adae: pd.DataFrame | None) -> dict[str, dict]:
    """Return groups of adverse events: severe, related, fatal, and customized queries."""
    if adae is None:
        return {}
    groups: dict[str, dict] = {}
    for name, label, variable, chosen in [
        ("severe", "Severe", "AESEV", lambda value: value.upper() == "SEVERE"),
        ("related", "Related to treatment", "AEREL", lambda value: bool(_RELATED.match(value))),
        ("fatal", "Fatal", "AEOUT", lambda value: value.upper() == "FATAL"),
    ]:
        values = adae[variable].dropna().unique() if variable in adae else []
        if found := sorted(str(value) for value in values if chosen(str(value))):
            groups[name] = {"label": label, variable: found}
    for variable in [name for name in adae if re.fullmatch(r"(CQ|SMQ)\d\dNAM", name)]:
        for query in adae[variable].dropna().unique()[:5]:
            name = re.sub(r"[^a-z0-9]+", "_", str(query).lower()).strip("_")[:40] or "query"
            groups.setdefault(name, {"label": shortened(str(query).capitalize()), variable: query})
    return groups
