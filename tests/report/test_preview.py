"""The picture of a shared link holds the whole answer, in letters as large as have room."""

import io

import pytest
from PIL import Image

from trialbook.report.preview import HEIGHT, SIZES, WIDTH, _fitted, _lines, preview


class Font:
    """Letters that are as wide as half their size."""

    def __init__(self, size, weight="normal"):
        self.size = size


def length(text, font):
    return len(text) * font.size / 2


@pytest.mark.parametrize("words", [4, 15, 25, 35])
def test_no_word_of_an_answer_is_lost(words):
    answer = " ".join(["progression"] * words)
    lines, font = _fitted(answer, length, Font)
    assert " ".join(lines) == answer
    assert len(lines) <= dict(SIZES)[font.size]
    assert font.size == 42 or words > 4


def test_what_has_no_room_ends_in_an_ellipsis():
    lines, font = _fitted("progression " * 200, length, Font)
    assert font.size == SIZES[-1][0] and len(lines) == SIZES[-1][1]
    assert lines[-1].endswith("…")
    assert _lines("one two", 100, len, 1) == ["one two"]


def test_it_is_of_one_size_and_the_same_for_the_same_book():
    first = preview("More relapses with verum " * 9, "Synthetic patients", "A trial " * 20, b"")
    assert Image.open(io.BytesIO(first)).size == (WIDTH, HEIGHT)
    assert (
        preview("More relapses with verum " * 9, "Synthetic patients", "A trial " * 20, b"")
        == first
    )
