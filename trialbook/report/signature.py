"""The origin of a figure, written below it in the file: what is passed on says where it is from."""

import io
import re
import textwrap

from trialbook.escape import escape_html

# Points in an SVG; letters of this size take about 0.55 of it each.
SIZE, LINE, MARGIN = 6.5, 9.0, 6.0
INK = "#5b6776"


def signed_svg(svg: str, note: str) -> str:
    """Return an SVG document with a note below the drawing.

    Parameters
    ----------
    svg : str
        As matplotlib writes it, sizes in points.
    note : str
        Plain text; empty changes nothing.

    Returns
    -------
    str
    """
    box = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
    if not note or not box:
        return svg
    width, height = float(box.group(1)), float(box.group(2))
    lines = _lines(note, width)
    taller = height + LINE * len(lines) + MARGIN
    text = "".join(
        f'<text x="{MARGIN:g}" y="{height + LINE * (i + 1):g}" '
        f'style="font-size:{SIZE}px;font-family:sans-serif;fill:{INK}">{escape_html(line)}</text>\n'
        for i, line in enumerate(lines)
    )
    opening = re.search(r"<svg [^>]*>", svg).group(0)
    opened = opening.replace(box.group(0), f'viewBox="0 0 {width:g} {taller:g}"')
    opened = re.sub(r' height="[\d.]+pt"', f' height="{taller:g}pt"', opened)
    return svg.replace(opening, opened, 1).replace("</svg>", f"{text}</svg>")


def signed_png(png: bytes, note: str) -> bytes:
    """Return a PNG with a note below the drawing, and in its text chunk.

    Parameters
    ----------
    png : bytes
    note : str
        Plain text; empty changes nothing.

    Returns
    -------
    bytes
    """
    if not png or not note:
        return png
    from matplotlib import font_manager
    from PIL import Image, ImageDraw, ImageFont, PngImagePlugin

    with Image.open(io.BytesIO(png)) as drawing:
        per_point = drawing.info.get("dpi", (100.0, 100.0))[0] / 72
        picture = drawing.convert("RGB")
    lines = _lines(note, picture.width / per_point)
    step, margin = LINE * per_point, MARGIN * per_point
    signed = Image.new(
        "RGB", (picture.width, picture.height + round(step * len(lines) + margin)), "white"
    )
    signed.paste(picture)
    face = ImageFont.truetype(font_manager.findfont("DejaVu Sans"), round(SIZE * per_point))
    draw = ImageDraw.Draw(signed)
    for i, line in enumerate(lines):
        draw.text((margin, picture.height + step * i), line, fill=INK, font=face)
    told = PngImagePlugin.PngInfo()
    told.add_itxt("Description", note)
    resolution = (72 * per_point, 72 * per_point)
    signed.save(buffer := io.BytesIO(), format="png", pnginfo=told, dpi=resolution)
    return buffer.getvalue()


def _lines(note: str, width: float) -> list[str]:
    """Return the note in lines that fit a width in points."""
    return textwrap.wrap(note, max(20, int((width - 2 * MARGIN) / (0.58 * SIZE))))
