"""Put together what was inferred into the text of a trial.yml."""

from collections.abc import Sequence

import pandas as pd

from trialbook.adam.flat import as_text
from trialbook.adam.populations import has_arm
from trialbook.adam.problems import counted_noun, examples
from trialbook.new.arms import infer_arms, other_values
from trialbook.new.chance import infer_randomized
from trialbook.new.endpoints import (
    hoped_for,
    infer_endpoints,
    infer_unit,
    time_endpoints,
)
from trialbook.new.flat import Columns, infer_columns
from trialbook.new.inference import Inference, Questions, UsageError
from trialbook.new.no_patients import infer_clusters
from trialbook.new.outcomes import outcomes
from trialbook.new.parts import Composed, write_arms, write_grounds, write_head
from trialbook.new.patients import (
    courses_of,
    note_contrasts,
    said_of_populations,
    write_patients,
)
from trialbook.new.safety import infer_adverse_events, infer_laboratory
from trialbook.new.source import Source
from trialbook.new.status import event_label
from trialbook.new.variables import (
    infer_baseline,
    infer_exposure,
)
from trialbook.new.write import Writer


def compose_adam(
    source: Source, *, primary: str | None, values: Sequence[str] = (), **options: str | None
) -> Composed:
    """Return the text of trial.yml for ADaM data sets, what was inferred, what was left out."""
    adsl, adtte = source.data["ADSL"], source.data["ADTTE"]
    adae, adlb = source.data.get("ADAE"), source.data.get("ADLB")
    analysed = adsl[adsl["ITTFL"] == "Y"] if "ITTFL" in adsl else adsl
    times, _ = time_endpoints(adtte)
    questions = Questions()
    arms, inferred, endpoints = [], [], []
    with questions.gathered():
        if analysed.empty:
            raise UsageError("ITTFL of ADSL is Y for no patient: correct it, or leave it out",
                             "--from")  # fmt: skip
        numbers = analysed.get("TRT01PN")
        arms, inferred = infer_arms(analysed["TRT01P"], numbers, options["control"])
        if "TRT01A" in adsl:
            treated = adsl[adsl["SAFFL"] == "Y"] if "SAFFL" in adsl else analysed
            arms, found = other_values(arms, treated["TRT01A"], values)
            inferred += found
    with questions.gathered():
        endpoints, found, notes = infer_endpoints(adtte, primary)
    with questions.gathered():
        # the trial counts in the unit of its primary end point; others are converted
        of_primary = [one["paramcd"] for one in endpoints[:1]] or times["PARAMCD"].unique()
        unit = infer_unit(times[times["PARAMCD"].isin(of_primary)], options["unit"])
    questions.ask()
    inferred += found
    params = times["PARAM"].dropna().unique() if "PARAM" in times else ()
    with_arm = analysed[has_arm(analysed["TRT01P"])]
    randomized = infer_randomized(with_arm, params, options["randomized"])
    courses = courses_of(times, analysed["USUBJID"])
    left_out = outcomes(analysed, courses, analysed["TRT01P"])
    baseline, passed_over = infer_baseline(analysed, source.labels, left_out)
    parameters, other_parameters = infer_laboratory(adlb)
    main = times.loc[times["PARAMCD"] == endpoints[0]["paramcd"], "AVAL"]

    writer = Writer()
    study = adsl["STUDYID"].dropna().unique() if "STUDYID" in adsl else []
    title = str(study[0]) if len(study) == 1 else str(options["id"])
    inferred += write_head(writer, title, unit, randomized, main, options)
    inferred += write_arms(writer, arms, "values of TRT01P and TRT01A", options["treated"])
    flags = {"efficacy": "ITTFL", "safety": "SAFFL"}
    writer.key("populations", flags, said_of_populations(adsl, flags))
    codes = ", ".join(f"{code:g}" for code in sorted(adtte["CNSR"].dropna().unique()) if code)
    writer.comment(f"an event is CNSR 0; the censoring codes in ADTTE are: {codes or 'none'}")
    writer.comment("say which events compete with an end point: competing: [PARAMCD or code]")
    writer.items("endpoints", endpoints)
    write_patients(writer, analysed, baseline, passed_over, left_out, inferred, notes)
    note_contrasts(analysed, baseline, courses, endpoints[0]["paramcd"], notes)
    if exposure := infer_exposure(adsl, source.labels):
        writer.items("exposure", exposure)
    if parameters:
        writer.items("laboratory", parameters, "add low: and high: for the normal range")
        inferred.append(Inference("laboratory", counted_noun(len(parameters), "parameter"),
                                  "at two visits or more; the usual ones first"))  # fmt: skip
    if other_parameters:
        notes.append("laboratory parameters left out: " + ", ".join(examples(other_parameters, 20)))
    if groups := infer_adverse_events(adae):
        writer.mapping("adverse_events", groups, "groups besides any, serious, withdrawal")
        inferred.append(Inference("adverse_events", ", ".join(groups), "values in ADAE"))
    write_grounds(writer, inferred)
    return str(writer), inferred, notes


def compose_flat(
    source: Source,
    *,
    columns: dict[str, str | None],
    primary: str | None,
    missing: Sequence[str] = (),
    **options: str | None,
) -> Composed:
    """Return the text of trial.yml for one flat file, what was inferred, what was left out.

    `columns` are the options that name columns, and `event_value`.
    """
    frame = source.flat
    questions = Questions()
    found, arms, inferred = None, [], []
    with questions.gathered():
        found, arms, inferred = infer_columns(
            frame,
            control=options["control"],
            missing=missing,
            labels=source.labels,
            file=source.paths[0].name,
            **columns,
        )
    if found is None:
        with questions.gathered():
            _unit_of_flat(frame, columns["time"], options["unit"])
        questions.ask()
    rows = found.rows
    times = flat_times(frame, found)
    with questions.gathered():
        unit = infer_unit(times, options["unit"], found.time)
    notes: list[str] = []
    if rows.endpoint is None:
        if primary is not None:
            raise UsageError("--primary: the file holds one end point", "--primary")
        label = event_label(found.event)
        # of a column such as alive one hopes for nothing: its event is death
        hoped = hoped_for(found.event if label == "the event" else label)
        endpoints = [{"paramcd": "TTE", "label": label, "role": "primary", "event": hoped}]
    else:
        with questions.gathered():
            endpoints, of_endpoints, notes = infer_endpoints(times, primary)
            inferred += of_endpoints
    questions.ask()
    patients = frame if rows.id is None else frame[~frame[rows.id].duplicated()]
    arm = as_text(patients[found.arm])
    key = patients[rows.id] if rows.id else pd.Series(patients.index, index=patients.index)
    courses = courses_of(times, as_text(key))
    used = {found.time, found.event, found.arm, rows.id, rows.start, rows.endpoint,
            rows.endpoint_label} - {None}  # fmt: skip
    others = patients.drop(columns=list(used))
    left_out = outcomes(others, courses, arm) | dict.fromkeys(used, "")
    clusters = infer_clusters(others.drop(columns=list(left_out), errors="ignore"), arm)
    left_out |= {one.value: "each is in one arm alone" for one in clusters}
    baseline, passed_over = infer_baseline(patients, source.labels, left_out)
    params = times["PARAM"].dropna().unique() if "PARAM" in times else ()
    with_arm = patients[has_arm(arm)]
    randomized = infer_randomized(with_arm, params, options["randomized"], found.arm)
    writer = Writer()
    inferred += write_head(writer, str(options["id"]), unit, randomized, frame[found.time], options)
    writer.key("flat", _flat_map(source, found, unit[0]), "which column is what")
    inferred += write_arms(writer, arms, f"values of {found.arm}", options["treated"])
    writer.comment("label: what the event is; event: favourable, where one hopes for it")
    writer.items("endpoints", endpoints)
    write_patients(writer, patients, baseline, passed_over, left_out, inferred, notes)
    note_contrasts(patients, baseline, courses, endpoints[0]["paramcd"], notes)
    inferred += clusters
    write_grounds(writer, inferred)
    return str(writer), inferred, notes


def _unit_of_flat(frame: pd.DataFrame, time: str | None, unit: str | None) -> None:
    """Ask for the unit along with other columns, where the time's column is said at least."""
    if time in frame and {"AVALU", "PARAM"}.isdisjoint(name.upper() for name in frame):
        infer_unit(pd.DataFrame(), unit, time)


def _flat_map(source: Source, found: Columns, unit: str) -> dict[str, object]:
    """Return `flat:` of trial.yml."""
    rows = found.rows
    of_rows = {"start": rows.start} if rows.start else {}
    if rows.endpoint:
        of_rows |= {"endpoint": rows.endpoint}
        of_rows |= {"endpoint_label": rows.endpoint_label} if rows.endpoint_label else {}
    else:
        of_rows |= {"paramcd": "TTE", "param": f"Time to event ({unit})"}
    return {
        "file": source.paths[0].name, "id": rows.id, "time": found.time, "event": found.event,
        "event_value": found.event_values if len(found.event_values) > 1 else found.event_values[0],
        "arm": found.arm, **of_rows,
    }  # fmt: skip


def flat_times(frame: pd.DataFrame, found: Columns) -> pd.DataFrame:
    """Return a flat file's rows as ADTTE has them: patient, end point, AVAL, CNSR, dates."""
    rows, upper = found.rows, {name.upper(): name for name in frame}
    key = frame[rows.id] if rows.id else pd.Series(frame.index, index=frame.index)
    times = pd.DataFrame({"USUBJID": as_text(key), "PARAMCD": "TTE", "AVAL": frame[found.time]})
    status = as_text(frame[found.event]).str.casefold()
    happened = {one.casefold() for one in found.event_values}
    times["CNSR"] = (~status.isin(happened)).astype(float)
    times["CNSR"] = times["CNSR"].where(frame[found.event].notna())
    for name in ("AVALU", "PARAM", "STARTDT", "ADT"):
        if name in upper and (name in ("AVALU", "PARAM") or frame[upper[name]].dtype.kind == "M"):
            times[name] = frame[upper[name]]
    if rows.endpoint:
        times["PARAMCD"] = as_text(frame[rows.endpoint])
    if rows.start and rows.id:
        # of rows that start and stop the last one tells what became of the patient
        ordered = times.assign(start=frame[rows.start]).sort_values("start", kind="stable")
        times = ordered.drop_duplicates(["USUBJID", "PARAMCD"], keep="last")
    return times
