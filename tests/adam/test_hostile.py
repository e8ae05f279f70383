"""Whatever a folder holds, the outcome is a Trial or a clear refusal; text stays what it was."""

import tempfile
from pathlib import Path

import pandas as pd
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.adam.folders import CONFIG, small, write_frame, write_trial
from tests.examples import fewer
from trialbook.adam.problems import DataError, Findings
from trialbook.adam.trial_yml import parse_trial_yml
from trialbook.adam.unknown import says_unknown
from trialbook.new import UsageError, new_trial
from trialbook.trial import Trial, load_trial

HOSTILE = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "{{ 7 * 7 }}", "{% raw %}",
    "$\\input{/etc/passwd}$", "\\end{document}", "=cmd()|' /C calc'!A0", "@SUM(1)", "+1+1", "-2-3",
    "../../etc/passwd", "C:\\Windows", "\u202etxt.exe", "\u202eabc", "``` \n{eval}",
    "[x](javascript:1)",
    "{eval-rst}`x`", "'; DROP TABLE adsl; --", '"quoted", and comma', "line\nbreak", "tab\tinside",
    "a" * 10_000, "\u0000nul", "😀👩‍⚕️", "NaN", "None", "null", "%s%d{0}", "&amp; & <b>",
    "# heading", "--- ", "…", "| pipe |", "A vs B", "all",
]  # fmt: skip


@pytest.mark.parametrize("form", ["csv", "parquet", "json"])
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_read_untouched(text, form, tmp_path):
    data = small()
    data["adae"]["AEDECOD"] = text
    data["adsl"]["SITEID"] = text
    folder = write_trial(tmp_path / "t", data, form=form)
    if form == "csv" and "\0" in text:
        with pytest.raises(DataError, match="is not text"):
            load_trial(folder)
        return
    trial = load_trial(folder)
    assert set(trial.adae["AEDECOD"]) == {text.strip()}
    assert set(trial.adsl["SITEID"]) == {text.strip()}


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_arm_goes_through_new_but_no_word_for_unknown(text, tmp_path):
    data = small()
    arms = [text, "Placebo"] * 4
    data["adsl"]["TRT01P"] = data["adsl"]["TRT01A"] = arms
    source = tmp_path / "source"
    source.mkdir()
    for name, frame in data.items():
        write_frame(source / f"{name}.parquet", frame)
    if says_unknown(text):
        with pytest.raises(DataError, match="is no value of an arm"):
            new_trial(tmp_path / "made", source, primary="OS", control="Placebo")
        return
    trial = new_trial(tmp_path / "made", source, primary="OS", control="Placebo").trial
    assert trial.control.code == "Placebo"
    assert trial.arms[1].values == (text.strip(),)  # noqa: PD011
    assert len(trial.arms[1].label) <= 80
    assert trial.time_to_event("OS")["arm"].value_counts().tolist() == [4, 4]


@pytest.mark.parametrize("name", ["../x", "/x", "a/b", "", "x" * 100, "a b", "-x", "é"])
def test_an_id_that_is_no_plain_word_is_refused(name, tmp_path):
    with pytest.raises(DataError, match="id: "):
        load_trial(write_trial(tmp_path / "t", small(), {"id": name}))


def test_a_yaml_bomb_is_refused_before_it_goes_off():
    bomb = "a: &a [x, x, x]\n" + "".join(
        f"{name}: &{name} [{', '.join(['*' + before] * 9)}]\n"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    findings = Findings()
    assert parse_trial_yml(bomb, findings) is None
    assert "uses an alias" in str(findings.problems[0])


@pytest.mark.parametrize(
    "text",
    ["!!python/object/apply:os.system [echo x]", "[" * 900, "[" * 900 + "]" * 900, "a: " * 5000,
     "? [x]\n: y", "x: 9" + "9" * 5000, "\ttab: x", "a: 1\na: 2", "- list", "'open",
     "{a: {a: {a: {a: {}}}}}", "arms: {code: A}\nendpoints: 3"],
    ids=range(12),
)  # fmt: skip
def test_a_malformed_trial_yml_is_a_problem_not_a_traceback(text):
    findings = Findings()
    assert parse_trial_yml(text, findings) is None
    assert findings.problems
    assert len(str(findings.problems[0])) < 1000


CELLS = st.one_of(
    st.none(),
    st.sampled_from(["Y", "N", "", "P-1", "OS", "0", "1", "Placebo", "Active", "DAYS", "COUNT"]),
    st.sampled_from(HOSTILE),
    st.text(max_size=12),
    st.integers(-10, 10_000),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.dates().map(str),
)
YAML_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10)
    | st.sampled_from(["OS", "PBO", "SEX", "AGE", "days", "yes"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["code", "values", "paramcd", "label", "unit"]), inner,
                      max_size=3),
    max_leaves=6,
)  # fmt: skip
KEYS = st.sampled_from(
    ["id", "title", "arms", "endpoints", "time", "baseline", "subgroups", "strata", "comparisons",
     "populations", "models", "adverse_events", "laboratory", "flat", "design", "horizon", "typo"]
)  # fmt: skip


@st.composite
def folders(draw):
    """Return data sets with cells, columns or rows broken, a format, and a trial.yml."""
    data = small()
    for _ in range(draw(st.integers(0, 4))):
        name = draw(st.sampled_from(list(data)))
        frame = data[name].astype(object)
        kind = draw(st.sampled_from(["cell", "cell", "column", "drop", "rename", "rows"]))
        column = draw(st.sampled_from(list(frame))) if len(frame.columns) else None
        if column is None:
            continue
        if kind == "cell" and len(frame):
            frame.loc[draw(st.sampled_from(list(frame.index))), column] = draw(CELLS)
        elif kind == "column":
            frame[column] = [draw(CELLS)] * len(frame)
        elif kind == "drop":
            frame = frame.drop(columns=column)
        elif kind == "rename":
            frame = frame.rename(columns={column: draw(st.text(min_size=1, max_size=8))})
        elif kind == "rows":
            frame = frame.iloc[: draw(st.integers(0, len(frame)))]
        data[name] = frame
    changes = draw(st.dictionaries(KEYS, YAML_VALUES, max_size=2))
    return data, draw(st.sampled_from(["csv", "json"])), CONFIG | changes


def outcome(folder: Path) -> Trial | None:
    """Return the trial, used once; None where it is refused in so many words."""
    try:
        trial = load_trial(folder)
    except DataError as error:
        assert error.problems
        assert all(problem.file and problem.rule for problem in error.problems)
        return None
    for endpoint in trial.endpoints:
        frame = trial.competing_risks(endpoint)
        assert frame["USUBJID"].is_unique
        assert (frame["AVAL"] >= 0).all()
        assert frame["arm"].notna().all()
    trial.treatment_emergent()
    return trial


def fuzz(case) -> None:
    data, form, config = case
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "t"
        write_trial(made, {}, yaml.safe_dump(config))
        for name, frame in data.items():
            write_frame(made / f"{name}.{form}", frame.map(_plain) if form == "json" else frame)
        outcome(made)
        (made / "trial.yml").unlink()
        try:
            new_trial(Path(folder) / "new", made, primary="OS")
        except (UsageError, DataError) as error:
            assert str(error)


def _plain(value):
    """Return a value that JSON can hold."""
    if isinstance(value, pd.Timestamp):
        return str(value.date())
    return value.item() if hasattr(value, "item") else value


@fewer(4, suppress_health_check=list(HealthCheck))
@given(folders())
def test_any_folder_is_a_trial_or_a_refusal(case):
    fuzz(case)


@pytest.mark.slow
@settings(max_examples=3000, derandomize=False, suppress_health_check=list(HealthCheck))
@given(folders())
def test_any_folder_is_a_trial_or_a_refusal_at_length(case):
    fuzz(case)


@fewer(4)
@given(st.binary(max_size=200), st.sampled_from(["csv", "json", "parquet", "xpt", "sas7bdat"]))
def test_any_bytes_are_a_trial_or_a_refusal(content, form):
    with tempfile.TemporaryDirectory() as folder:
        made = write_trial(Path(folder) / "t", {"adtte": small()["adtte"]})
        (made / f"adsl.{form}").write_bytes(content)
        assert outcome(made) is None


@given(st.text(max_size=300))
def test_any_text_is_a_trial_yml_or_a_refusal(text):
    findings = Findings()
    assert (parse_trial_yml(text, findings) is None) == bool(findings.problems)
