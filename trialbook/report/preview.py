"""The picture that a shared link shows: the answer, what the patients are, the curves."""

import io
import textwrap

from trialbook.escape import plain

# What the networks cut a preview to.
WIDTH, HEIGHT = 1200, 630
MARGIN = 56
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
    draw.text((MARGIN, 40), plain(name), fill=MUTED, font=face(26))
    if told:
        label = plain(told)
        bold = face(26, "bold")
        width = draw.textlength(label, font=bold)
        left = WIDTH - MARGIN - width
        draw.rectangle((left - 16, 32, WIDTH - MARGIN + 16, 78), fill=NOTICE)
        draw.text((left, 40), label, fill=NOTICE_INK, font=bold)
    y = 104
    for line in textwrap.wrap(plain(answer, 200), 44)[:3]:
        draw.text((MARGIN, y), line, fill=INK, font=face(42, "bold"))
        y += 56
    if figure:
        with Image.open(io.BytesIO(figure)) as drawing:
            shown = drawing.convert("RGB")
        room = (WIDTH - 2 * MARGIN, HEIGHT - y - 24)
        shown.thumbnail(room)
        picture.paste(shown, ((WIDTH - shown.width) // 2, y + 12))
    picture.save(buffer := io.BytesIO(), format="png", optimize=True)
    return buffer.getvalue()
