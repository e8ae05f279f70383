"""`trialbook new` asks one by one in a terminal; without one, it says the command that answers."""

import os
import pty
import shlex
import sys

import pandas as pd
import pytest

from tests.new.command import run, run_new
from trialbook.cli import main
from trialbook.new import Request, UsageError, converse
from trialbook.new.conversation import _for_windows
from trialbook.trial import load_trial


def frame():
    return pd.DataFrame({"time": [210, 480, 730, 1040, 1310, 1505] * 2, "state": ["x", "y"] * 6,
                         "group": ["old"] * 6 + ["new"] * 6, "age": range(50, 62)})  # fmt: skip


def talk(request, *answers):
    """Return what a conversation makes, and what it says."""
    said, answers = [], list(answers)
    made = converse(request, lambda prompt: said.append(prompt) or answers.pop(0), said.append)
    assert not answers
    return made, "\n".join(said)


def test_each_question_shows_its_choices_and_what_they_mean(flat, tmp_path):
    request = Request.of(tmp_path / "m", flat(frame()), {"event": "state"})
    made, said = talk(request, "1", "old", "1")
    assert made.trial.config.flat.event_value == ("x",)
    assert "Which value says that the event happened?" in said
    assert "In which unit does the column time count time?" in said
    assert "6 events, times to 1,505 days (" in said
    assert made.trial.control.code == "old"
    again = said.partition("The same without questions:\n  ")[2].splitlines()[0]
    assert shlex.split(again)[:3] == ["trialbook", "new", str(tmp_path / "m")]


def test_a_wrong_answer_is_said_and_asked_again(flat, tmp_path):
    request = Request.of(tmp_path / "m", flat(frame()), {"event": "state", "event_value": "x",
                                                         "unit": "days"})  # fmt: skip
    made, said = talk(request, "odl", "", "OLD")
    assert "--control: no arm is called odl; did you mean old?" in said
    assert made.trial.control.code == "old"


def test_what_no_answer_mends_ends_the_conversation(flat, tmp_path):
    request = Request.of(tmp_path / "m", flat(frame()), {"event": "stat"})
    with pytest.raises(UsageError, match="did you mean state"):
        talk(request)


@pytest.mark.parametrize(
    "given", [[], ["--event", "state"], ["--event", "state", "--unit", "days"]]
)
def test_the_command_that_answers_can_be_pasted(given, flat, tmp_path):
    path = flat(frame(), "my data.csv")
    finished = run_new(tmp_path / "the trial", "--from", path, *given)
    assert finished.exit_code == 2
    pasted = [line.strip() for line in finished.output.splitlines()
              if line.strip().startswith("trialbook new")]  # fmt: skip
    assert pasted
    words = shlex.split(pasted[0])
    finished = run(*words[1:])
    assert finished.exit_code == 0, finished.output
    assert load_trial(tmp_path / "the trial").control.code in ("old", "new")


def test_one_question_gives_a_command_for_each_choice(flat, tmp_path):
    finished = run_new(tmp_path / "m", "--from", flat(frame()), "--event", "state",
                       "--event-value", "x", "--unit", "days")  # fmt: skip
    for control in ("old", "new"):
        assert f"--control {control} " in finished.output
    assert finished.output.count("# 6 events, times to 1,505 days") == 2


def test_in_a_terminal_it_asks(flat, tmp_path):
    path = flat(frame())
    child, terminal = pty.fork()
    if child == 0:  # pragma: no cover
        sys.stdin, sys.stdout = os.fdopen(0), os.fdopen(1, "w")
        main(["new", str(tmp_path / "m"), "--from", str(path), "--event", "state",
              "--event-value", "x", "--unit", "days"], standalone_mode=False)  # fmt: skip
        sys.stdout.flush()
        os._exit(0)
    text = b""
    try:
        while data := os.read(terminal, 4096):
            text += data
            if text.rstrip().endswith(b"itself):"):
                os.write(terminal, b"old\n")
                text += b"\n"
    except OSError:  # Linux says so where the other end is closed
        pass
    os.waitpid(child, 0)
    assert b"Which arm of group is the control" in text
    assert load_trial(tmp_path / "m").control.code == "old"


def test_new_and_check_end_with_the_same_summary(flat, tmp_path):
    finished = run_new(tmp_path / "m", "--from", flat(frame()), "--event", "state",
                       "--event-value", "x", "--unit", "days", "--control", "old")  # fmt: skip
    checked = run("check", tmp_path / "m")
    summary = finished.output.partition("What was taken for what")[2].partition("  - not taken")[0]
    for line in summary.partition("Of the files")[0].splitlines():
        assert line in checked.output
    for output in (finished.output, checked.output):
        assert "control: old (said with --control)" in output
        assert "6 events in 12" in output
        assert "--privacy confidential" in output
        assert "nothing in the files says that chance assigned the patients" in output


def test_what_is_confirmed_is_asked_no_more(flat, tmp_path):
    run_new(tmp_path / "m", "--from", flat(frame()), "--event", "state", "--event-value", "x",
            "--unit", "days", "--control", "old")  # fmt: skip
    path = tmp_path / "m" / "trial.yml"
    text = path.read_text()
    assert "control: " in text[text.index("\ninferred:") :]
    path.write_text(text[: text.index("\ninferred:")])
    checked = run("check", tmp_path / "m").output
    assert "Confirm first" not in checked
    assert "compared: new (n = 6) with old (n = 6)" in checked
    assert not load_trial(tmp_path / "m").config.inferred


@pytest.mark.parametrize(
    ("word", "quoted"),
    [("plain", "plain"), ("C:\\data\\mine.csv", "C:\\data\\mine.csv"),
     ("Relapse|Death", '"Relapse|Death"'),
     ("two words", '"two words"'), ('5" pipe', '"5\\" pipe"'), ("ends \\", '"ends \\\\"'),
     ("", '""'),
     ("Überleben", "Überleben")],
)  # fmt: skip
def test_a_command_can_be_pasted_on_windows(word, quoted):
    assert _for_windows(word) == quoted


@pytest.mark.parametrize(
    ("name", "arms"),
    [("plain.csv", ["A", "B"]), ("it's mine.csv", ["Drug $X \"new\"", "Drug Y"]),
     ("Überleben (1).csv", ["Präparat & mehr", "`x`; exit"])],
)  # fmt: skip
def test_the_command_that_answers_runs_as_it_is_pasted(name, arms, tmp_path):
    rows = frame().assign(treatment=arms * 6).rename(columns={"state": "status"})
    rows.to_csv(tmp_path / name, index=False)
    asked = run_new(tmp_path / "new one", "--from", tmp_path / name).output
    pasted = next(line for line in reversed(asked.splitlines()) if "trialbook new" in line).strip()
    made = run(*shlex.split(pasted)[1:])
    assert made.exit_code == 0, made.output
    assert "compared: " in made.output
