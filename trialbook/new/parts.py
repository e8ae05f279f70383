"""Parts of a trial.yml that are the same whatever it is made from."""

from collections.abc import Sequence

import pandas as pd

from trialbook.config import Arm
from trialbook.new.arms import chosen_arm
from trialbook.new.endpoints import landmark_times, shown_unit
from trialbook.new.inference import Inference, UsageError
from trialbook.new.write import Writer
from trialbook.summary import PRIVACY_SAID

# what the user said of how the files are to be read
_READING = {
    "decimal": "the mark before decimals in the files",
    "dates": "who counted the dates that are numbers: sas, excel or unix",
    "encoding": "the encoding of text files that are not UTF-8",
    "sheet": "the sheet of the workbook",
    "values": "what stands in the files, and what it means",
}

Composed = tuple[str, list[Inference], list[str]]
"""The text of trial.yml, what was inferred, what was left out."""


def write_head(
    writer: Writer,
    title: str,
    unit: tuple[str, str, bool],
    randomized: tuple[str, str, bool],
    times: pd.Series,
    options: dict,
    landmarks: Sequence[float] | None = None,
) -> list[Inference]:
    """Write what stands before the arms; `landmarks` in the place of round times."""
    known = times.dropna() if times.dtype.kind == "f" else times.iloc[:0].astype(float)
    show = shown_unit(float(known.max()) if len(known) else 0.0, unit[0])
    writer.comment("What is particular to this trial. Everything here was inferred: read it over.")
    writer.key("id", options["id"])
    writer.key("title", title, "give the full title")
    writer.comment("patients: who they are, as in: women with node-positive breast cancer")
    private = options["privacy"] or "confidential"
    writer.key("privacy", private, "confidential, public or synthetic")
    writer.key("randomized", randomized[0], "yes, partly, no or unknown; " + randomized[1])
    for key, comment in _READING.items():
        if said := getattr(options["reading"], key):
            writer.key(key, said, comment)
    writer.key("objective", "superiority", "or noninferiority, then margin: 1.3, a hazard ratio")
    writer.key("time", {"unit": unit[0], "show": show}, unit[1])
    comment = f"in {unit[0]}; those of the file"
    if landmarks is None:
        landmarks = landmark_times(known.to_numpy(), unit[0], show)
        comment = f"in {unit[0]}; round times that a tenth reach"
    if landmarks:
        writer.key("landmarks", landmarks, comment)
    writer.comment(f"horizon: the time up to which means are compared, in {unit[0]}")
    found = [Inference("time", f"{unit[0]}, shown as {show}", unit[1], unit[2]),
             Inference("randomized", *randomized)]  # fmt: skip
    if options["privacy"]:
        found.append(Inference("privacy", private, PRIVACY_SAID))
    return found


def write_arms(
    writer: Writer, arms: list[Arm], comment: str, treated: str | None
) -> list[Inference]:
    """Write the arms, and the one comparison where a treated arm was said."""
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


def write_grounds(writer: Writer, inferred: list[Inference]) -> None:
    """Write what was taken for what, and why, for the page and for whoever confirms it."""
    writer.comment("What was taken for what, and on what ground. Take out what you have confirmed; "
                   "until")  # fmt: skip
    writer.comment("all of it is gone, the book says that nobody has confirmed it.")
    writer.mapping("inferred", {one.key: one.told for one in inferred})
