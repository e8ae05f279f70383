"""One row per patient in ADSL, and no patient elsewhere whom ADSL does not know."""

import numpy as np
import pandas as pd

from trialbook.adam.populations import Members
from trialbook.adam.problems import Findings, counted_noun, examples
from trialbook.adam.rules.times import used_paramcds
from trialbook.adam.table import encoded
from trialbook.config import TrialConfig


def link_patients(
    data: dict[str, pd.DataFrame], files: dict[str, str], findings: Findings
) -> tuple[dict[str, pd.DataFrame], dict[str, np.ndarray]]:
    """Return the data sets, USUBJID as text, and where in ADSL each of their rows belongs.

    Patients are looked up once here, by their distinct identifiers; whatever joins ADSL later
    goes by position, which in millions of rows is what makes it quick.

    Returns
    -------
    data : dict of DataFrame
    rows : dict of numpy.ndarray of int
        Data set to the position in ADSL of every row, -1 where ADSL lacks the patient.
    """
    adsl = data["ADSL"]
    codes, values = encoded(adsl["USUBJID"])
    patients = np.append(values, np.nan)[codes]
    known = pd.Index(patients)
    linked, rows = {"ADSL": adsl.assign(USUBJID=patients)}, {}
    if not known.is_unique:
        twice = known[known.duplicated()]
        findings.problem(
            files["ADSL"],
            "USUBJID",
            "a patient must stand in one row, not in more",
            len(twice),
            examples(twice),
            "keep one row of each patient",
        )
    first = pd.Series(np.arange(len(known)), index=known)
    first = first[~first.index.duplicated()]
    for name in data.keys() - {"ADSL"}:
        codes, values = encoded(data[name]["USUBJID"])
        positions = first.reindex(values, fill_value=-1).to_numpy()
        rows[name] = np.append(positions, -1)[codes]
        names = np.append(np.where(positions >= 0, patients[positions], values), np.nan)
        linked[name] = data[name].assign(USUBJID=names[codes])
        unknown = rows[name] < 0
        if unknown.any():
            findings.problem(
                files[name],
                "USUBJID",
                "a patient must be in ADSL",
                int(unknown.sum()),
                examples(linked[name].loc[unknown, "USUBJID"].head(1000)),
                "add the patients to ADSL, or take their rows out",
            )
    return linked, rows


def check_membership(
    data: dict[str, pd.DataFrame],
    rows: dict[str, np.ndarray],
    members: dict[str, Members],
    config: TrialConfig,
    findings: Findings,
) -> None:
    """Remark on patients of a population who have no row, and on rows outside a population.

    Parameters
    ----------
    data, rows : dict
        As `link_patients` returns them.
    members : dict of Members
        Population to its patients.
    """
    if "ADTTE" in rows:
        _check_arms(data, rows["ADTTE"], members["efficacy"], config, findings)
        paramcd_of = data["ADTTE"]["PARAMCD"].to_numpy()
        for paramcd in used_paramcds(config):
            there = np.zeros(len(data["ADSL"]), dtype=bool)
            there[rows["ADTTE"][paramcd_of == paramcd]] = True
            lacking = int((~there[members["efficacy"].positions]).sum())
            if there.any() and lacking:
                findings.remark(
                    f"{counted_noun(lacking, 'patient')} of the efficacy population "
                    f"{'has' if lacking == 1 else 'have'} no row of {paramcd} in ADTTE and "
                    f"{'is' if lacking == 1 else 'are'} not in its analyses."
                )
    for name, population in (("ADAE", "safety"), ("ADDV", "efficacy")):
        if name not in rows:
            continue
        inside = np.zeros(len(data["ADSL"]), dtype=bool)
        inside[members[population].positions] = True
        if outside := int((~inside[rows[name]]).sum()):
            findings.remark(
                f"{counted_noun(outside, 'row')} of {name} {'is' if outside == 1 else 'are'} of "
                f"patients outside the {population} population, and not counted."
            )


def _check_arms(
    data: dict[str, pd.DataFrame],
    rows: np.ndarray,
    members: Members,
    config: TrialConfig,
    findings: Findings,
) -> None:
    """Refuse an end point of which an arm has no time: nothing could be compared."""
    adtte, codes = data["ADTTE"], [arm.code for arm in config.arms]
    for endpoint in config.endpoints:
        known = (adtte["PARAMCD"] == endpoint.paramcd) & adtte["AVAL"].notna()
        there = np.zeros(len(data["ADSL"]), dtype=bool)
        there[rows[known.to_numpy()]] = True
        if not there.any():
            continue  # said already
        inside = members.arm[there[members.positions]]
        for code in codes:
            if (members.arm == code).any() and not (inside == code).any():
                rule = f"nobody of the arm {code} has a time"
                hint = "take the end point, or the arm, out of trial.yml"
                findings.problem("ADTTE", endpoint.paramcd, rule, hint=hint)
