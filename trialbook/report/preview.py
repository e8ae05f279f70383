"""The picture that a shared link shows: the answer, what the patients are, the curves."""

import io
from collections.abc import Callable
from functools import partial

from trialbook.escape import plain

# What the networks cut a preview to.
WIDTH, HEIGHT = 1200, 630
MARGIN = 56
# Sizes of the answer's letters, and how many lines of each there is room for.
SIZES = ((42, 3), (36, 4), (30, 5), (25, 6))
INK, MUTED, NOTICE, NOTICE_INK = "#1c2430", "#5b6776", "#fdf3d8", "#5a4300"


def preview(answer: str, told: str, name: str, figure: bytes) -> bytes:
    """Return the preview of a book as PNG, byte for byte the same for the same book.

    Parameters
    ----------
    answer : str
        The heading of the landing page, plain text.
    told : str
        What kind of data it is of, ``"Synthetic patients"``; empty says nothing.
    name : str
        What the trial is called.
    figure : bytes
        A PNG to stand below; empty leaves its place blank.
    """
    from matplotlib import font_manager
    from PIL import Image, ImageDraw, ImageFont

    def face(size: int, weight: str = "normal") -> ImageFont.FreeTypeFont:
        found = font_manager.findfont(
            font_manager.FontProperties(family="DejaVu Sans", weight=weight)
        )
        return ImageFont.truetype(found, size)

    picture = Image.new("RGB", (WIDTH, HEIGHT), "white")
    draw = ImageDraw.Draw(picture)
    room = WIDTH - 2 * MARGIN
    if told:
        label = plain(told)
        bold = face(26, "bold")
        width = draw.textlength(label, font=bold)
        left = WIDTH - MARGIN - width
        draw.rectangle((left - 16, 32, WIDTH - MARGIN + 16, 78), fill=NOTICE)
        draw.text((left, 40), label, fill=NOTICE_INK, font=bold)
        room -= width + 48
    small = face(26)
    called = _lines(plain(name), room, partial(draw.textlength, font=small), 1)
    draw.text((MARGIN, 40), called[0], fill=MUTED, font=small)
    lines, font = _fitted(plain(answer, 1000), draw.textlength, face)
    y = 104
    for line in lines:
        draw.text((MARGIN, y), line, fill=INK, font=font)
        y += round(font.size * 4 / 3)
    if figure:
        with Image.open(io.BytesIO(figure)) as drawing:
            shown = drawing.convert("RGB")
        room = (WIDTH - 2 * MARGIN, HEIGHT - y - 24)
        shown.thumbnail(room)
        picture.paste(shown, ((WIDTH - shown.width) // 2, y + 12))
    picture.save(buffer := io.BytesIO(), format="png", optimize=True)
    return buffer.getvalue()


def _fitted(answer: str, length: Callable, face: Callable) -> tuple[list[str], object]:
    """Return the answer's lines, and the largest letters in which they have room: none is cut."""
    for size, most in SIZES:
        font = face(size, "bold")
        lines = _lines(answer, WIDTH - 2 * MARGIN, partial(length, font=font))
        if len(lines) <= most:
            return lines, font
    return _lines(answer, WIDTH - 2 * MARGIN, partial(length, font=font), most), font


def _lines(text: str, room: float, length: Callable[[str], float], most: int = 0) -> list[str]:
    """Return text in lines that have room; more than `most` end in an ellipsis."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if length(longer) <= room or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    if not 0 < most < len(lines):
        return lines
    last = lines[most - 1]
    while last and length(f"{last}…") > room:
        last = last[:-1].rstrip()
    return [*lines[: most - 1], f"{last}…"]
