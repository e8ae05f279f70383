"""Two builds, one of them damaged or edited in any way: a comparison, or a refusal in words."""

import json
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trialbook.compare import run
from trialbook.comparison.cuts import facts_as_json
from trialbook.messages import BuildError


def as_build(cut, folder: Path) -> Path:
    """Write a cut as a build leaves it."""
    seen = folder / "html" / "files"
    seen.mkdir(parents=True)
    table = cut.results.assign(chapter="efficacy", basis="observed", notice="")
    table.to_csv(seen / "ard.csv", index=False)
    table.to_csv(folder / "ard.csv", index=False)
    told = {"trial": "tiny", "title": "t", "notice": "", "parameters": {"ties": "efron"},
            "cut": facts_as_json(cut.trial)}  # fmt: skip
    (folder / "provenance.json").write_text(json.dumps(told), encoding="utf-8")
    return folder


@pytest.fixture
def builds(cut, tmp_path):
    return [as_build(cut(name), tmp_path / f"{name}-build") for name in ("old", "new")]


ODD = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
ODD = st.recursive(
    ODD,
    lambda of: st.lists(of, max_size=2) | st.dictionaries(st.text(max_size=4), of, max_size=2),
    max_leaves=3,
)


def places(value, at=()):
    """Yield the path of every value inside a value."""
    yield at
    if isinstance(value, dict):
        for key, inside in value.items():
            yield from places(inside, (*at, key))


def put(value, at, new):
    return new if not at else value | {at[0]: put(value[at[0]], at[1:], new)}


def compared(old: Path, new: Path) -> None:
    try:
        assert run(old, new, everything=True)
    except BuildError as error:
        assert str(error)


@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 10**6), ODD)
def test_a_provenance_of_any_content_is_compared_or_refused(builds, at, value):
    old, new = builds
    file = new / "provenance.json"
    whole = file.read_bytes()
    told = json.loads(whole)
    paths = list(places(told))
    file.write_text(json.dumps(put(told, paths[at % len(paths)], value)), encoding="utf-8")
    try:
        compared(old, new)
    finally:
        file.write_bytes(whole)


@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 10**6), st.text(max_size=5) | st.sampled_from(["", "-1", "inf", "1e999"]))
def test_results_with_any_cell_are_compared_or_refused(builds, seed, text):
    old, new = builds
    file = new / "html" / "files" / "ard.csv"
    whole = file.read_text(encoding="utf-8")
    rows = [line.split(",") for line in whole.splitlines()]
    chance = random.Random(seed)
    row = chance.choice(rows)
    row[chance.randrange(len(row))] = text.replace("\n", " ").replace("\r", " ")
    try:
        file.write_text("\n".join(map(",".join, rows)), encoding="utf-8")
        compared(old, new)
    finally:
        file.write_text(whole, encoding="utf-8")


@pytest.mark.parametrize("name", ["provenance.json", "html/files/ard.csv"])
def test_files_cut_anywhere_are_compared_or_refused(builds, name):
    old, new = builds
    whole = (new / name).read_bytes()
    for share in (0, 0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99):
        (new / name).write_bytes(whole[: int(share * len(whole))])
        compared(old, new)
    (new / name).write_bytes(b"\xff\xfe\0" + whole)
    compared(old, new)
