"""What is typed after -p and --grid, and what it becomes."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from trialbook.messages import BuildError, UsageError
from trialbook.publishing.book import Chapter
from trialbook.publishing.parameters import assignments, check, for_chapter, grid_points

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1),
    st.lists(st.integers(), max_size=3),
)


@given(st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), scalars))
def test_yaml_decides_what_a_value_is(values):
    typed = tuple(
        f"{name}={yaml.safe_dump(value, default_flow_style=True).removesuffix('...').strip()}"
        for name, value in values.items()
    )
    assert assignments(tuple(text.replace("\n...", "") for text in typed)) == values


def test_a_value_may_hold_an_equals_sign():
    assert assignments(("endpoint=A=B",)) == {"endpoint": "A=B"}


@pytest.mark.parametrize("typed", [("level",), ("=1",), ("level=[",), ("a=1", "a=2")])
def test_what_is_no_assignment_is_refused(typed):
    with pytest.raises(UsageError):
        assignments(typed)


def test_a_grid_is_the_product_of_its_axes_over_the_other_parameters():
    points = grid_points({"alpha": 0.05}, ("ties=efron,breslow", "landmarks=[1, 2],[3]"))
    assert [point.parameters for point in points] == [
        {"alpha": 0.05, "ties": ties, "landmarks": landmarks}
        for ties in ("efron", "breslow")
        for landmarks in ([1, 2], [3])
    ]
    assert points[0].name == "ties=efron,landmarks=1_2"
    assert len({point.name for point in points}) == 4


def test_no_grid_is_one_point_without_a_name():
    (point,) = grid_points({"alpha": 0.05}, ())
    assert (point.name, point.parameters) == ("", {"alpha": 0.05})


@pytest.mark.parametrize("grid", [("a=1,1",), ("a=",), ("a",), ("given=1,2",)])
def test_a_grid_that_says_nothing_new_is_refused(grid):
    with pytest.raises(UsageError):
        grid_points({"given": 1}, grid)


@pytest.mark.parametrize("name", ["", "../up", "a/b", "a b"])
def test_a_grid_never_leaves_its_folder(name):
    (point,) = grid_points({}, (f"x={name},",)) if name else grid_points({}, ("x=_",))
    assert "/" not in point.name
    assert " " not in point.name


chapters = (
    Chapter("one", None, "", parameters={"trial": "x", "conf_level": 0.95, "digits": 2}),
    Chapter("two", None, "", parameters={"trial": "x", "ties": "efron", "endpoint": None}),
)


@pytest.mark.parametrize(
    ("given_", "message"),
    [
        ({"conf_lvl": 0.9}, "conf_level"),
        ({"conf_level": 1.0}, "between 0 and 1"),
        ({"conf_level": True}, "between 0 and 1"),
        ({"digits": "two"}, "a number"),
        ({"ties": "Efron"}, "'efron'"),
        ({"endpoint": "DETH"}, "'DEATH'"),
        ({"trial": "data/other"}, "the folder you name"),
        ({"conf_level": None}, "-p conf_level=: has no value"),
    ],
)
def test_a_wrong_name_or_value_is_answered_with_what_is_right(given_, message):
    with pytest.raises(BuildError, match=message):
        check(given_, chapters, ["DEATH", "RELAPSE"])


def test_a_wrong_value_of_a_grid_is_answered_in_its_name():
    with pytest.raises(BuildError, match="--grid ties=exactly: is no way to handle ties"):
        check({"ties": "exactly"}, chapters, [], of_grid={"ties"})


def test_right_values_pass_and_each_chapter_gets_its_own():
    values = {"conf_level": 0.9, "ties": "breslow", "endpoint": "DEATH", "digits": 3}
    check(values, chapters, ["DEATH"])
    assert for_chapter(chapters[1], values, "data/x") == {
        "trial": "data/x",
        "ties": "breslow",
        "endpoint": "DEATH",
    }
