"""ADTTE against trial.yml: its end points, their units, one time per patient."""

from difflib import get_close_matches

import numpy as np
import pandas as pd

from trialbook.adam.evaluable import is_count
from trialbook.adam.problems import Findings, counted_noun, examples
from trialbook.adam.unit_words import unit_by_dates, unit_in, unit_of
from trialbook.config import TrialConfig
from trialbook.units import DAYS_PER_UNIT

# Longer ones are a slip of the unit or of the pen; times of machines and of mice are not.
_LONGEST_YEARS = 10_000
_DAYS = np.timedelta64(1, "D")


def used_paramcds(config: TrialConfig) -> list[str]:
    """Return the PARAMCDs of ADTTE that are analysed: end points and competing end points."""
    competing = [one.paramcd for end in config.endpoints for one in end.competing if one.paramcd]
    return list(dict.fromkeys([*(end.paramcd for end in config.endpoints), *competing]))


def check_times(adtte: pd.DataFrame, config: TrialConfig, file: str, findings: Findings) -> None:
    """Note what is wrong with the end points that trial.yml names.

    Rows of other end points are kept and not judged.
    """
    present = adtte["PARAMCD"].unique()
    used = used_paramcds(config)
    for paramcd in used:
        if paramcd in present:
            continue
        near = get_close_matches(paramcd, present, n=1, cutoff=0.6)
        hint = f"did you mean {near[0]}?" if near else "ADTTE has: " + ", ".join(examples(present))
        findings.problem(
            file, "PARAMCD", f"has no row of {paramcd}, which trial.yml names", hint=hint
        )
    components = {one for endpoint in config.endpoints for one in endpoint.components}
    for paramcd in sorted(components - set(present)):
        findings.remark(f"ADTTE has no rows of {paramcd}, a component named in trial.yml.")
    if others := [one for one in present if one not in used and one not in components]:
        findings.remark(
            "ADTTE also holds end points that trial.yml does not name: "
            + ", ".join(examples(others, 10))
            + (", ..." if len(others) > 10 else "")
            + "."
        )
    rows = adtte[adtte["PARAMCD"].isin(used)]
    _one_row(rows, file, findings)
    _values(rows, config, file, findings)
    _units(rows, config, file, findings)
    _dates(rows, config, file, findings)


def _patients(rows: pd.DataFrame) -> tuple[str, ...]:
    head = rows.head(100)
    return examples(f"{a} {b}" for a, b in zip(head["USUBJID"], head["PARAMCD"], strict=True))


def _one_row(rows: pd.DataFrame, file: str, findings: Findings) -> None:
    twice = rows.duplicated(["USUBJID", "PARAMCD"])
    if twice.any():
        findings.problem(file, "USUBJID, PARAMCD", "a patient must have one row per end point",
                         int(twice.sum()), _patients(rows[twice]),
                         "keep the row that is analysed")  # fmt: skip


def _values(rows: pd.DataFrame, config: TrialConfig, file: str, findings: Findings) -> None:
    longest = _LONGEST_YEARS * DAYS_PER_UNIT["years"] / DAYS_PER_UNIT[config.time.unit]
    rules = [
        ("AVAL", rows["AVAL"] < 0, "must not be negative", "correct STARTDT or ADT"),
        (
            "AVAL",
            rows["AVAL"] > longest,
            f"must not be longer than {_LONGEST_YEARS:,} years",
            f"the unit is {config.time.unit}, as trial.yml says; is that right?",
        ),
        ("CNSR", rows["CNSR"].isna(), "must not be blank", "0 for an event, 1 for censoring"),
    ]
    if "ENTRY" in rows:
        entry = rows["ENTRY"]
        # an end point without any is observed from time 0
        given = rows["PARAMCD"].isin(rows.loc[entry.notna(), "PARAMCD"].unique())
        rules += [
            ("ENTRY", given & entry.isna(), "must not be blank where others have it",
             "0 for a patient who was observed from the start"),
            ("ENTRY", entry < 0, "must not be negative", "count it from where AVAL counts"),
            # who was there from the start may have the event at time 0
            ("ENTRY", (entry > 0) & (entry >= rows["AVAL"]), "must lie before AVAL",
             "a patient is observed from ENTRY to AVAL"),
        ]  # fmt: skip
    for variable, wrong, rule, hint in rules:
        if wrong.any():
            shown = _patients(rows[wrong])
            findings.problem(file, variable, rule, int(wrong.sum()), shown, hint)
    if "ENTRY" in rows and (late := int((rows["ENTRY"] > 0).sum())):
        if config.analysis.ties == "exact":
            rule = "exact cannot take times of entry (ENTRY)"
            findings.problem("trial.yml", "analysis.ties", rule, hint="write efron")
        begins = "begins" if late == 1 else "begin"
        findings.remark(f"{counted_noun(late, 'time')} in ADTTE {begins} "
                        "late (ENTRY): such a patient counts as at risk from then on.")  # fmt: skip
    zero = int((rows["AVAL"] == 0).sum())
    if zero:
        findings.remark(f"{counted_noun(zero, 'time')} in ADTTE "
                        f"{'is' if zero == 1 else 'are'} zero, and analysed so.")  # fmt: skip
    events = (rows["CNSR"] == 0).groupby(rows["PARAMCD"], sort=False).any()
    for paramcd in events.index[~events]:
        findings.remark(f"{paramcd} has no event.")


def _units(rows: pd.DataFrame, config: TrialConfig, file: str, findings: Findings) -> None:
    """Refuse what is no time, and any unit but that of trial.yml; note where none is given."""
    said = config.time.unit
    given = rows["AVALU"] if "AVALU" in rows else pd.Series(np.nan, index=rows.index)
    columns = {"PARAMCD": rows["PARAMCD"], "AVALU": given}
    columns["PARAM"] = rows.get("PARAM", given)
    kinds = pd.DataFrame(columns).value_counts(dropna=False, sort=False)
    silent: list[str] = []
    for (paramcd, avalu, param), n in kinds.items():
        unit = unit_in(param) if pd.isna(avalu) else unit_of(avalu)
        if pd.isna(avalu) and is_count(param):
            findings.problem(file, "PARAM", f"{paramcd} is no time, but {param}", int(n),
                             hint="take the end point out of trial.yml; "
                             "counts are not analysed as times")  # fmt: skip
            continue
        if pd.isna(avalu) and unit is not None:
            findings.repair(file, "AVALU", f"blank for {paramcd}, taken from PARAM: {unit}", int(n))
        elif pd.isna(avalu):
            silent.append(paramcd)
            continue
        other = unit_in(param)
        if unit is None:
            findings.problem(file, "AVALU", f"{paramcd} is no time: its unit is {avalu}", int(n),
                             hint="take the end point out of trial.yml; "
                             "counts are not analysed as times")  # fmt: skip
        elif unit != said:
            hint = "correct AVALU, PARAM, or time: in trial.yml"
            findings.problem(
                file, "AVALU", f"{paramcd} is in {unit}, trial.yml says {said}", int(n), hint=hint
            )
        elif other not in (None, unit):
            findings.problem(file, "AVALU", f"{paramcd} is in {unit}, its PARAM says {other}",
                             int(n), hint="correct the one that is wrong")  # fmt: skip
    if silent and config.flat is None:
        names = ", ".join(dict.fromkeys(silent))
        findings.repair(file, "AVALU", f"blank for {names}, taken from trial.yml: {said}")


def _dates(rows: pd.DataFrame, config: TrialConfig, file: str, findings: Findings) -> None:
    """Refuse a unit that the dates disprove; note times that are not the days between them."""
    if not {"STARTDT", "ADT"} <= set(rows):
        return
    said = config.time.unit
    for paramcd, of_one in rows.groupby("PARAMCD", sort=False, observed=True):
        found = unit_by_dates(of_one["AVAL"], of_one["STARTDT"], of_one["ADT"])
        if found is not None and found[0] != said:
            unit, days = found
            findings.problem(
                file, "AVAL",
                f"{paramcd} is said to be in {said}, and its dates say {unit}: from STARTDT to ADT "
                f"there are {days:.4g} days for each 1 of AVAL",
                len(of_one), hint=f"correct the unit (AVALU, PARAM, unit: in trial.yml) to {unit}, "
                "or the times, or the dates",
            )  # fmt: skip
    if said != "days":
        return
    days = (rows["ADT"] - rows["STARTDT"]) / _DAYS
    apart = rows["AVAL"] - days
    wrong = apart.notna() & ~apart.isin([0, 1])
    if wrong.any():
        n = int(wrong.sum())
        findings.remark(f"{counted_noun(n, 'time')} in ADTTE "
                        f"{'is' if n == 1 else 'are'} not the days from STARTDT to ADT; "
                        "AVAL is analysed.")  # fmt: skip
