"""Put together what was inferred into the text of a trial.yml."""

from collections.abc import Sequence

import pandas as pd

from trialbook.adam.problems import counted_noun, examples
from trialbook.config import Arm
from trialbook.new.arms import chosen_arm, infer_arms, other_values
from trialbook.new.endpoints import (
    hoped_for,
    infer_endpoints,
    infer_unit,
    landmark_times,
    shown_unit,
    time_endpoints,
)
from trialbook.new.flat import flat_label, flat_unit, infer_columns
from trialbook.new.inference import Inference, Questions, UsageError
from trialbook.new.safety import infer_adverse_events, infer_laboratory
from trialbook.new.source import Source
from trialbook.new.variables import (
    infer_baseline,
    infer_exposure,
    infer_strata,
    infer_subgroups,
)
from trialbook.new.write import Writer

# what the user said of how the files are to be read
_READING = {
    "decimal": "the mark before decimals in the files",
    "dates": "who counted the dates that are numbers: sas, excel or unix",
    "encoding": "the encoding of text files that are not UTF-8",
    "sheet": "the sheet of the workbook",
    "values": "what stands in the files, and what it means",
}
_SAID = "said with --randomized"
_NOT_SHOWN = "nothing in the files says that chance assigned the patients"

Composed = tuple[str, list[Inference], list[str]]


def compose_adam(
    source: Source, *, primary: str | None, values: Sequence[str] = (), **options: str | None
) -> Composed:
    """Return the text of trial.yml for ADaM data sets, what was inferred, what was left out."""
    adsl, adtte = source.data["ADSL"], source.data["ADTTE"]
    adae, adlb = source.data.get("ADAE"), source.data.get("ADLB")
    analysed = adsl[adsl["ITTFL"] == "Y"] if "ITTFL" in adsl else adsl
    times, _ = time_endpoints(adtte)
    questions = Questions()
    arms, inferred = [], []
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
        unit = infer_unit(times, options["unit"])
    questions.ask()
    inferred += found
    randomized = _randomized(adsl, arms, options["randomized"])
    baseline, passed_over = infer_baseline(analysed, source.labels, set())
    parameters, other_parameters = infer_laboratory(adlb)
    main = times.loc[times["PARAMCD"] == endpoints[0]["paramcd"], "AVAL"]

    writer = Writer()
    study = adsl["STUDYID"].dropna().unique() if "STUDYID" in adsl else []
    title = str(study[0]) if len(study) == 1 else str(options["id"])
    inferred += _head(writer, title, unit, randomized, main, options)
    inferred += _arms(writer, arms, "values of TRT01P and TRT01A", options["treated"])
    flags = {"efficacy": "ITTFL", "safety": "SAFFL"}
    writer.key("populations", flags, _populations(adsl, flags))
    codes = ", ".join(f"{code:g}" for code in sorted(adtte["CNSR"].dropna().unique()) if code)
    writer.comment(f"an event is CNSR 0; the censoring codes in ADTTE are: {codes or 'none'}")
    writer.comment("say which events compete with an end point: competing: [PARAMCD or code]")
    writer.items("endpoints", endpoints)
    if strata := infer_strata(analysed):
        writer.key("strata", strata, "stratification factors, for stratified tests")
        inferred.append(Inference("strata", ", ".join(strata), "ADaM's names for them"))
    _patients(writer, analysed, baseline, passed_over, inferred, notes)
    if exposure := infer_exposure(adsl, source.labels):
        writer.items("exposure", exposure)
    if parameters:
        writer.items("laboratory", parameters, "add low: and high: for the normal range")
        inferred.append(Inference("laboratory", counted_noun(len(parameters), "parameter"),
                                  "PARAMCD of ADLB with two visits or more"))  # fmt: skip
    if other_parameters:
        notes.append("laboratory parameters left out: " + ", ".join(examples(other_parameters, 20)))
    if groups := infer_adverse_events(adae):
        writer.mapping("adverse_events", groups, "groups besides any, serious, withdrawal")
        inferred.append(Inference("adverse_events", ", ".join(groups), "values in ADAE"))
    return str(writer), inferred, notes


def compose_flat(
    source: Source,
    *,
    time: str | None,
    event: str | None,
    arm: str | None,
    event_value: str | None,
    **options: str | None,
) -> Composed:
    """Return the text of trial.yml for one flat file, what was inferred, what was left out."""
    frame = source.flat
    columns, arms, inferred = infer_columns(
        frame, time, event, arm, event_value, options["control"]
    )
    if options["unit"] is not None:
        unit = infer_unit(pd.DataFrame(), options["unit"])
    else:
        unit = flat_unit(columns.time) or infer_unit(pd.DataFrame(), None)
    used = {columns.time, columns.event, columns.arm, *filter(None, [columns.id])}
    baseline, passed_over = infer_baseline(frame, source.labels, used)
    randomized = _randomized(frame, arms, options["randomized"])
    notes: list[str] = []
    writer = Writer()
    inferred += _head(writer, str(options["id"]), unit, randomized, frame[columns.time], options)
    writer.key("flat", {
        "file": source.paths[0].name, "id": columns.id, "time": columns.time,
        "event": columns.event, "event_value": columns.event_value, "arm": columns.arm,
        "paramcd": "TTE", "param": f"Time to event ({unit[0]})",
    }, "which column is what")  # fmt: skip
    inferred += _arms(writer, arms, f"values of {columns.arm}", options["treated"])
    endpoint = {
        "paramcd": "TTE",
        "label": flat_label(columns.event),
        "role": "primary",
        "event": hoped_for(columns.event),
    }
    writer.comment("label: what the event is; event: favourable, where one hopes for it")
    writer.items("endpoints", [endpoint])
    _patients(writer, frame, baseline, passed_over, inferred, notes)
    return str(writer), inferred, notes


def _head(
    writer: Writer,
    title: str,
    unit: tuple[str, str],
    randomized: tuple[str, str],
    times: pd.Series,
    options: dict,
) -> list[Inference]:
    """Write what stands before the arms."""
    known = times.dropna() if times.dtype.kind == "f" else times.iloc[:0].astype(float)
    show = shown_unit(float(known.max()) if len(known) else 0.0, unit[0])
    writer.comment("What is particular to this trial. Everything here was inferred: read it over.")
    writer.key("inferred", True, "take this line out then; until that, the book says so")
    writer.key("id", options["id"])
    writer.key("title", title, "give the full title")
    writer.comment("patients: who they are, as in: women with node-positive breast cancer")
    writer.key("privacy", options["privacy"], "confidential, public or synthetic")
    writer.key("randomized", randomized[0], "yes, partly, no or unknown; " + randomized[1])
    for key, comment in _READING.items():
        if said := getattr(options["reading"], key):
            writer.key(key, said, comment)
    writer.key("objective", "superiority", "or noninferiority, then margin: 1.3, a hazard ratio")
    writer.key("time", {"unit": unit[0], "show": show}, unit[1])
    landmarks = landmark_times(known.to_numpy(), unit[0], show)
    if landmarks:
        writer.key("landmarks", landmarks, f"in {unit[0]}; round times that a tenth reach")
    writer.comment(f"horizon: the time up to which means are compared, in {unit[0]}")
    return [Inference("time", f"{unit[0]}, shown as {show}", unit[1]),
            Inference("randomized", randomized[0], randomized[1])]  # fmt: skip


def _arms(writer: Writer, arms: list[Arm], comment: str, treated: str | None) -> list[Inference]:
    writer.items(
        "arms",
        [{"code": arm.code, "values": list(arm.values), "label": arm.label} for arm in arms],
        f"the control first; {comment}",
    )
    if treated is None:
        return []
    chosen = chosen_arm(arms, treated, "--treated")
    if chosen is arms[0]:
        raise UsageError(f"--treated: {chosen.code} is the control", "--treated")
    writer.key("comparisons", [[chosen.code, arms[0].code]])
    return [Inference("comparisons", f"{chosen.code} vs {arms[0].code}", "said with --treated")]


def _populations(adsl: pd.DataFrame, flags: dict[str, str]) -> str:
    absent = [flag for flag in flags.values() if flag not in adsl]
    return f"{' and '.join(absent)} absent: a rule stands in" if absent else "flags of ADSL"


def _randomized(adsl: pd.DataFrame, arms: list[Arm], said: str | None) -> tuple[str, str]:
    """Return whether the patients were randomized, as far as the files show."""
    if said is not None:
        return said, _SAID
    for variable in ("RANDFL", "RANDDT"):
        if variable in adsl and adsl[variable].notna().any():
            return "yes", f"the data have {variable}"
    if len(arms) > 1 and "placebo" in arms[0].label.casefold():
        return "yes", "the control is a placebo"
    return "unknown", _NOT_SHOWN


def _patients(
    writer: Writer,
    frame: pd.DataFrame,
    baseline: list[dict],
    passed_over: list[str],
    inferred: list[Inference],
    notes: list[str],
) -> None:
    if subgroups := infer_subgroups(frame, baseline):
        writer.key("subgroups", subgroups)
        inferred.append(Inference("subgroups", ", ".join(subgroups), "two to six groups each"))
    if baseline:
        writer.items("baseline", baseline, "summary: mean, median, geometric or count")
        names = ", ".join(item["variable"] for item in baseline)
        inferred.append(Inference("baseline", names, "variables that describe patients"))
    if passed_over:
        notes.append("not taken as baseline: " + ", ".join(examples(passed_over, 30)))
