"""What a trial.yml says of the patients in the files: baseline, strata, subgroups, populations."""

import pandas as pd

from trialbook.adam.problems import examples
from trialbook.new.inference import Inference
from trialbook.new.outcomes import Course, levels_without_contrast
from trialbook.new.variables import infer_strata, infer_subgroups
from trialbook.new.write import Writer


def write_patients(
    writer: Writer,
    frame: pd.DataFrame,
    baseline: list[dict],
    passed_over: dict[str, str],
    left_out: dict[str, str],
    inferred: list[Inference],
    notes: list[str],
) -> None:
    """Write strata, subgroups and baseline variables; note what is none of them, with grounds."""
    if strata := infer_strata(frame, left_out):
        writer.key("strata", strata, "stratification factors, for stratified tests")
        inferred.append(Inference("strata", ", ".join(strata), "the usual names for them"))
    if subgroups := infer_subgroups(frame, baseline, left_out):
        writer.key("subgroups", subgroups)
        inferred.append(Inference("subgroups", ", ".join(subgroups), "two to six groups each"))
    if baseline:
        writer.items("baseline", baseline, "summary: mean, median, geometric or count")
        names = ", ".join(item["variable"] for item in baseline)
        inferred.append(Inference("baseline", names, "variables that describe patients"))
    by_ground: dict[str, list[str]] = {}
    for name, ground in passed_over.items():
        by_ground.setdefault(ground, []).append(name)
    for ground, names in by_ground.items():
        more = ", ..." if len(names) > 30 else ""
        notes.append(f"not taken as baseline: {', '.join(examples(names, 30))}{more} ({ground})")


def note_contrasts(
    frame: pd.DataFrame, baseline: list[dict], courses: list[Course], primary: str, notes: list[str]
) -> None:
    """Note the levels of categories all or none of whose patients had the primary event."""
    categories = [one["variable"] for one in baseline if one.get("summary") in (None, "count")]
    for course in courses:
        if course.name == primary:
            told = levels_without_contrast(frame, categories, course)
            notes += [f"{name} {level}: {'all' if every else 'none'} of {n} patients had the "
                      "event; make sure that it was known at baseline"
                      for name, level, n, every in told[:5]]  # fmt: skip


def courses_of(times: pd.DataFrame, patients: pd.Series) -> list[Course]:
    """Return what became of patients in each end point, by the index of `patients`."""
    courses = []
    for paramcd, rows in times.groupby("PARAMCD", sort=False, observed=True):
        one = rows.drop_duplicates("USUBJID").set_index(rows.drop_duplicates("USUBJID")["USUBJID"]
                                                        .astype(object))  # fmt: skip
        if one["AVAL"].dtype.kind != "f":
            continue
        of = one.reindex(patients.astype(object))
        event = of["CNSR"].eq(0).astype(object).where(of["CNSR"].notna())
        courses.append(Course(str(paramcd), of["AVAL"].set_axis(patients.index),
                              event.set_axis(patients.index)))  # fmt: skip
    return courses


def said_of_populations(adsl: pd.DataFrame, flags: dict[str, str]) -> str:
    """Return on what ground the populations stand: flags of ADSL, or what stands in for them."""
    absent = [flag for flag in flags.values() if flag not in adsl]
    return f"{' and '.join(absent)} absent: a rule stands in" if absent else "flags of ADSL"
