"""Any flat file becomes a trial, a question or a refusal: no traceback, nothing mended unsaid."""

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trialbook.adam.problems import DataError
from trialbook.new import Request, UsageError, new_trial
from trialbook.new.conversation import command
from trialbook.new.preview import completed

NAMES = {
    "time": ["days", "time", "os_months", "AVAL", "stop", "T", "Überleben (Tage)"],
    "event": ["event", "status", "CNSR", "cens", "alive", "died", "is_censored", "x"],
    "arm": ["arm", "TRT01P", "group", "dose", "treatment", "g"],
}
TIMES = [st.integers(0, 2000).map(str), st.floats(0, 900).map("{:.2f}".format),
         st.integers(1, 3000).map(lambda n: f"{n:,}".replace(",", ".")),
         st.floats(0, 99).map(lambda x: f"{x:.1f}".replace(".", ","))]  # fmt: skip
ODD = ["1.040", "1,040", "6,1", "", "NA", ".", "-3", "12 d", "1e3", "007", "None"]
STATUSES = st.sampled_from([
    ["0", "1"], ["1", "2"], ["Alive", "Dead"], ["Alive", "Lost to follow-up"], ["yes", "no"],
    ["0:LIVING", "1:DECEASED"], ["Censored", "Relapse", "Death"], ["0", "1", "2"], ["1"], ["0"],
    ["", "1", "0"], ["true", "false"], ["event free", "event"], ["?", "!"],
])  # fmt: skip
ARMS = st.sampled_from([
    ["Placebo", "Drug"], ["A", "B"], ["0", "1"], ["None", "5", "10"], ["Placebo A", "Placebo B"],
    ["A + Placebo B", "Placebo A + Placebo B"], ["Drug"], ["", "Drug", "Placebo"], ["all", "x"],
    ["PLACEBO", "placebo ", "Drug"], ["A vs B", "C"], ["=cmd", "<b>"], ["NA", "x"],
])  # fmt: skip
OTHERS = {
    "id": lambda n, draw: [f"P{k}" for k in range(n)],
    "patient no": lambda n, draw: [str(k // 2) for k in range(n)],
    "tstart": lambda n, draw: ["0", "1"] * n,
    "PARAMCD": lambda n, draw: ["OS", "PFS"] * n,
    "PARAM": lambda n, draw: ["Survival (days)"] * n,
    "age": lambda n, draw: [str(40 + k % 30) for k in range(n)],
    "SEX": lambda n, draw: ["F", "M", ""] * n,
    "EVNTDESC": lambda n, draw: ["Death", "Alive"] * n,
    "ITTFL": lambda n, draw: ["Y", "N"] * n,
    "STRAT1": lambda n, draw: ["a", "b", "c"] * n,
    "": lambda n, draw: [str(k) for k in range(n)],
}


@st.composite
def files(draw):
    """Return the text of a flat file."""
    n = draw(st.integers(1, 24))
    time, event, arm = (draw(st.sampled_from(NAMES[one])) for one in ("time", "event", "arm"))
    statuses, arms = draw(STATUSES), draw(ARMS)
    columns = {
        time: draw(st.sampled_from(TIMES).flatmap(lambda of: st.lists(of, min_size=n, max_size=n))),
        event: [draw(st.sampled_from(statuses)) for _ in range(n)],
        arm: [draw(st.sampled_from(arms)) for _ in range(n)],
    }
    if draw(st.integers(0, 3)) == 0:
        columns[time][-1] = draw(st.sampled_from(ODD))
    for name in draw(st.lists(st.sampled_from(list(OTHERS)), max_size=5, unique=True)):
        columns.setdefault(name, OTHERS[name](n, draw)[:n])
    order = draw(st.permutations(list(columns)))
    frame = pd.DataFrame({name: columns[name] for name in order})
    return frame, draw(st.sampled_from([",", ";", "\t"]))


def made_of(frame, separator, folder):
    """Return the trial that a file becomes, every question answered by its first choice."""
    path = Path(folder) / "mine.csv"
    path.write_text(frame.to_csv(index=False, sep=separator), encoding="utf-8")
    request = Request.of(Path(folder) / "m", path, {})
    whole = completed(request)
    assert command(whole.request).startswith("trialbook new ")
    try:
        return None if whole.problem else whole.request.make().trial
    except (UsageError, DataError) as error:
        assert str(error)
    return None


def held(trial, frame):
    """Assert that what the trial holds is what the file holds, or that it says what it mended."""
    said = "\n".join(map(str, (*trial.repairs, *trial.remarks)))
    flat = trial.config.flat
    times = pd.to_numeric(frame[flat.time], errors="coerce").dropna()
    rows = trial.adtte
    if len(rows) != len(frame):
        assert "joined" in said or "left out" in said or "set aside" in said, said
        return
    read = np.sort(rows["AVAL"].dropna())
    if len(read) != len(times) or not np.allclose(read, np.sort(times)):
        assert "thousands" in said or "decimal comma" in said, said
    known = frame[flat.event].str.strip().replace("", np.nan).dropna()
    assert rows["CNSR"].eq(0).sum() == known.isin(flat.event_value).sum() or "read as" in said
    for endpoint in trial.endpoints:
        assert (trial.time_to_event(endpoint)["AVAL"] >= 0).all()


def fuzz(case) -> None:
    frame, separator = case
    with tempfile.TemporaryDirectory() as folder:
        trial = made_of(frame, separator, folder)
        if trial is not None:
            held(trial, frame)


@given(files())
@settings(max_examples=40, suppress_health_check=list(HealthCheck))
def test_any_flat_file_is_a_trial_a_question_or_a_refusal(case):
    fuzz(case)


@pytest.mark.slow
@settings(max_examples=10_000, derandomize=False, suppress_health_check=list(HealthCheck))
@given(files())
def test_any_flat_file_is_a_trial_a_question_or_a_refusal_at_length(case):
    fuzz(case)


def sampled(seed):
    """Return a random flat file as people have them, with a question or two."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(20, 120))
    frame = pd.DataFrame({
        "id": range(n), "months": rng.exponential(20, n).round(2),
        "status": rng.choice([["Alive", "Dead"], ["Alive", "Lost to follow-up"],
                              ["Censored", "Relapse"]][seed % 3], n),
        "arm": rng.choice([["Placebo", "Drug"], ["A", "B", "C"], ["Drug"],
                           ["None", "5", "10"]][seed % 4], n),
        "age": rng.normal(60, 10, n).round(), "sex": rng.choice(["F", "M", ""], n),
        "STRAT1": rng.choice(["a", "b"], n),
    })  # fmt: skip
    if seed % 5 == 0:
        frame.insert(1, "entry", (frame["months"] / 3).round(2))
    if seed % 4 == 1:
        frame = pd.concat([frame.assign(PARAMCD="OS"), frame.assign(PARAMCD="PFS")])
    return frame.astype(str)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
def test_what_a_sample_becomes_is_a_whole_book(seed, tmp_path):
    trial = made_of(sampled(seed), ",", tmp_path)
    assert trial is not None
    built = subprocess.run(
        [sys.executable, "-m", "trialbook", "build", trial.folder, "--out", tmp_path / "out"],
        capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert built.returncode == 0, built.stderr
    assert (tmp_path / "out" / "html" / "index.html").is_file()
    assert (tmp_path / "out" / "ard.csv").is_file()


def test_new_leaves_nothing_where_it_refuses(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("days,event,arm\n-1,1,Placebo\n2,0,Drug\n")
    with pytest.raises(DataError):
        new_trial(tmp_path / "m", path)
    assert [one.name for one in tmp_path.iterdir()] == ["mine.csv"]
