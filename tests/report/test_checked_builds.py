"""Whatever `trialbook check` calls in order builds: every chapter of it is executed."""

import shutil
import tempfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.adam.folders import SHARED
from tests.examples import fewer
from tests.report.secret_trial import secret_trial
from tests.report.test_any_trial import run
from trialbook.check import check_trial
from trialbook.publishing.book import find_book
from trialbook.publishing.editions import applicable
from trialbook.publishing.trials import read_facts

# A warning in a chapter would stand on its page, and fails the build.
pytestmark = pytest.mark.filterwarnings("error")
ROOT = Path(__file__).parents[2]
CASES = SHARED / "cases"


def execute(folder: Path) -> None:
    """Execute every chapter that a build of the trial would."""
    for chapter in applicable(find_book(ROOT), read_facts(folder), ()):
        if "trial" in chapter.parameters and not chapter.name.startswith("learn/"):
            run(chapter.name, folder)


def cases() -> list:
    """Return the folders of ../shared/cases that are trials."""
    found = sorted(path.parent for path in CASES.rglob("trial.yml"))
    return [pytest.param(path, id=path.relative_to(CASES).as_posix()) for path in found]


@pytest.mark.parametrize("name", ["adlb-without-avisitn", "adae-none-emergent"])
@pytest.mark.skipif(not CASES.is_dir(), reason="needs ../shared")
def test_a_folder_that_was_called_in_order_and_failed_builds(name):
    assert check_trial(CASES / name).ok
    execute(CASES / name)


@pytest.mark.slow
@pytest.mark.skipif(not CASES.is_dir(), reason="needs ../shared")
@pytest.mark.parametrize("folder", cases())
def test_every_case_that_is_in_order_builds(folder):
    if check_trial(folder).ok:
        execute(folder)


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    return secret_trial(tmp_path_factory.mktemp("whole") / "secret", per_arm=25)


@st.composite
def damages(draw) -> tuple[str, str, int]:
    """Return a data set, what happens to it, and which of its columns that concerns."""
    name = draw(st.sampled_from(["adsl", "adtte", "adae", "adlb", "addv"]))
    what = draw(st.sampled_from(["drop", "blank", "alike", "few", "no rows", "one row", "one arm"]))
    return name, what, draw(st.integers(0, 30))


def damage(folder: Path, name: str, what: str, column: int) -> None:
    """Take something away from a data set, as real folders lack it."""
    path = folder / f"{name}.csv"
    if not path.read_text(encoding="utf-8").strip():
        return  # no column is left of it
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    if frame.empty:
        return
    variable = frame.columns[column % len(frame.columns)]
    match what:
        case "drop":
            frame = frame.drop(columns=variable)
        case "blank":
            frame[variable] = ""
        case "alike":
            frame[variable] = frame[variable].iloc[0]
        case "few":
            frame.loc[frame.index[3:], variable] = ""
        case "no rows":
            frame = frame.iloc[:0]
        case "one row":
            frame = frame.iloc[:1]
        case "one arm":
            adsl = pd.read_csv(folder / "adsl.csv", dtype=str, keep_default_na=False)
            if {"TRT01P", "USUBJID"} <= set(adsl) and "USUBJID" in frame and len(adsl):
                of = adsl.loc[adsl["TRT01P"] == adsl["TRT01P"].iloc[0], "USUBJID"]
                frame = frame[frame["USUBJID"].isin(of)]
    frame.to_csv(path, index=False)


def checked(whole: Path, damaged: list[tuple[str, str, int]], privacy: str) -> None:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(shutil.copytree(whole, Path(made) / "secret"))
        with (folder / "trial.yml").open("a", encoding="utf-8") as file:
            file.write(f"\nprivacy: {privacy}\n")
        for one in damaged:
            damage(folder, *one)
        if check_trial(folder).ok:
            execute(folder)


PRIVACY = st.sampled_from(["public", "confidential"])


@fewer(50, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(st.lists(damages(), min_size=1, max_size=3), PRIVACY)
def test_whatever_check_calls_in_order_builds(whole, damaged, privacy):
    checked(whole, damaged, privacy)


@pytest.mark.slow
@settings(
    max_examples=150,
    derandomize=False,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],  # an example takes seconds: none is made simpler
)
@given(st.lists(damages(), min_size=1, max_size=4), PRIVACY)
def test_whatever_check_calls_in_order_builds_at_length(whole, damaged, privacy):
    checked(whole, damaged, privacy)


@pytest.mark.parametrize(
    ("key", "text"),
    [("published", "id,item\n1,age\n"), ("evidence", "trial\nx\n"), ("seeds", "seed\n1\n"),
     ("published", "\udcff")],
)  # fmt: skip
def test_check_reads_the_files_that_trial_yml_names(whole, tmp_path, key, text):
    folder = Path(shutil.copytree(whole, tmp_path / "secret"))
    with (folder / "trial.yml").open("a", encoding="utf-8") as file:
        file.write(f"\n{key}: figures.csv\nprivacy: synthetic\n")
    (folder / "figures.csv").write_bytes(text.encode("utf-8", "surrogateescape"))
    report = check_trial(folder)
    assert not report.ok
    assert f"{key}: figures.csv cannot be used" in str(report)


def test_check_reads_the_notes(whole, tmp_path):
    folder = Path(shutil.copytree(whole, tmp_path / "secret"))
    with (folder / "trial.yml").open("a", encoding="utf-8") as file:
        file.write("\nnotes: notes\n")
    (folder / "notes").mkdir()
    (folder / "notes" / "efficacy.md").write_bytes(b"\xff\xfe")
    assert "notes/efficacy.md: is not UTF-8 text" in str(check_trial(folder))
