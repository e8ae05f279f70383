"""A file and its re-encodings give the same patients, times and events, or a question."""

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.adam.folders import write_frame
from trialbook.new import UsageError, new_trial
from trialbook.units import DAYS_PER_UNIT

ROWS = 24
RNG = np.random.default_rng(3)
BASE = pd.DataFrame({
    "who": [f"P{n:02d}" for n in range(1, ROWS + 1)],
    "days": np.round(RNG.exponential(700, ROWS)) + 1,
    "event": RNG.integers(0, 2, ROWS).astype(bool),
    "group": ["Placebo", "Wirkstoff é"] * (ROWS // 2),
    "weight": np.round(RNG.normal(70, 12, ROWS), 1),
    "sex": RNG.choice(["f", "m"], ROWS),
})  # fmt: skip

# a name of the status, and what stands for an event and for none
STATUSES = [
    ("event", 1, 0), ("died", "yes", "no"), ("dead", "Y", "N"), ("isCensored", 0, 1),
    ("CNSR", 0, 1), ("alive", "no", "yes"), ("event_free", 0, 1), ("status", "Dead", "Alive"),
    ("status", "1:DECEASED", "0:LIVING"), ("status", 1, 0), ("status", 2, 1), ("cens", 1, 0),
    ("death", 2, 1), ("vital_status", "dead", "alive"), ("survived", False, True),
]  # fmt: skip
UNITS = {
    "days": ["days", "osDays", "time_days", "DAYS_TO_EVENT"],
    "weeks": ["weeks", "timeWeeks"],
    "months": ["survivalMonths", "os_mo", "OS_MONTHS"],
    "years": ["yrs", "FU_years"],
}
IDS = ["id", "patient_id", "SubjectNo", "USUBJID", "record_id"]
STYLES = [str, str.upper, str.lower]
# the separator, the mark of decimals, the mark of thousands
TEXTS = [(",", ".", ""), (";", ",", "."), (";", ",", ""), ("\t", ".", ","), ("|", ",", " "),
         (";", ".", "'"), (",", ",", ""), ("\t", ",", ".")]  # fmt: skip
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "latin-1"]


@st.composite
def encodings(draw):
    """Return a frame, how to write it, and what its columns are called."""
    name, happened, not_happened = draw(st.sampled_from(STATUSES))
    unit = draw(st.sampled_from(list(UNITS)))
    style = draw(st.sampled_from(STYLES))
    names = {
        "who": draw(st.sampled_from(IDS)),
        "days": draw(st.sampled_from(UNITS[unit])),
        "event": name,
        "group": draw(st.sampled_from(["arm", "Treatment", "trtGroup"])),
    }
    frame = BASE.copy()
    frame["days"] = (BASE["days"] / DAYS_PER_UNIT[unit]).round(4)
    frame["event"] = np.where(BASE["event"], happened, not_happened)
    # camel case must not be lost: it is what parts words
    frame = frame.rename(columns={old: new if "a" <= new[:1] <= "z" and new != new.lower()
                                  else style(new) for old, new in names.items()})  # fmt: skip
    frame = frame[draw(st.permutations(list(frame)))]
    rows = draw(st.permutations(range(ROWS)))
    return frame.iloc[list(rows)].reset_index(drop=True), draw(
        st.sampled_from(["csv", "csv", "parquet", "json"])
    ), draw(st.sampled_from(TEXTS)), draw(st.sampled_from(ENCODINGS))  # fmt: skip


def write(path, frame, form, text, encoding):
    if form != "csv":
        write_frame(path, frame)
        return
    separator, decimal, thousands = text
    swap = str.maketrans({",": thousands, ".": decimal})

    def written(value):
        if isinstance(value, float):
            digits = len(f"{value:g}".partition(".")[2])
            return f"{value:,.{digits}f}".translate(swap)
        return str(value)

    content = frame.map(written).to_csv(index=False, sep=separator)
    path.write_bytes(content.encode(encoding))


def read(case):
    """Return AVAL in days, event and arm by patient, or None where something is asked."""
    frame, form, text, encoding = case
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"mine.{form}"
        write(path, frame, form, text, encoding)
        try:
            trial = new_trial(Path(folder) / "m", path).trial
        except UsageError as error:
            assert error.options, str(error)
            return None
    found = trial.time_to_event("TTE").set_index("USUBJID").sort_index()
    found["AVAL"] *= DAYS_PER_UNIT[trial.time.unit]
    values = {arm.code: arm.model_dump()["values"][0] for arm in trial.arms}
    return found["AVAL"], found["event"], found["arm"].astype(str).map(values), trial


@given(encodings())
@settings(max_examples=25, suppress_health_check=list(HealthCheck))
def test_a_re_encoded_file_gives_the_same_or_a_question(case):
    compare(case)


@pytest.mark.slow
@given(encodings())
@settings(max_examples=1000, derandomize=False, suppress_health_check=list(HealthCheck))
def test_a_re_encoded_file_gives_the_same_or_a_question_at_length(case):
    compare(case)


def compare(case):
    found = read(case)
    if found is None:
        return
    time, event, arm, trial = found
    assert list(time.index) == list(BASE["who"])
    assert np.allclose(time, BASE["days"], atol=0.05)
    assert list(event) == list(BASE["event"])
    assert list(arm) == list(BASE["group"])
    assert trial.control.label == "Placebo"


def test_what_is_plain_is_not_asked():
    frame = BASE.rename(columns={"who": "id", "group": "arm"})
    assert read((frame.assign(event=BASE["event"].astype(int)), "csv", TEXTS[0], "utf-8"))
