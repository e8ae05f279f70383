"""How figures look: one theme, one palette, and the way from matplotlib to an inline SVG.

Figures are drawn at the size at which they are read, so that the smallest letter stays legible
on a phone. Colours leave matplotlib as fixed values and enter the page as CSS variables with
these values to fall back on, so that dark mode and print can set their own.
"""

import io
import json
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from trialbook.report.output import Drawing, export_folder

INK = "#1c2430"
MUTED = "#5b6776"
GRID = "#d5dbe3"
PAPER = "#fefefe"
ACCENT = "#7a4fa3"
# Control first. Legible as text on white, told apart by the colour-blind, and in grey.
ARMS = ("#b4480b", "#0b5fa5", "#04705a", "#8a3d7c", "#6b5a00", "#4a4f57")

# Inches: of a figure as wide as the text of a page, and of a phone. Both show a point as about
# 1.35 pixels, so that letters have one size.
WIDTH = 7.4
PHONE = 3.7
SCALE = 720 / (72 * WIDTH)
# matplotlib lays out with DejaVu Sans, which is wider than any font of the page: letters can be
# larger than it believes, and still fit.
LETTERS = 1.12
PNG_DPI = 220
_VARIABLES = {
    INK: "--tb-ink",
    MUTED: "--tb-muted",
    GRID: "--tb-grid",
    PAPER: "--tb-paper",
    ACCENT: "--tb-accent",
} | {colour: f"--tb-arm-{position}" for position, colour in enumerate(ARMS)}

THEME = {
    "axes.axisbelow": True,
    "axes.edgecolor": MUTED,
    "axes.facecolor": "none",
    "axes.labelcolor": INK,
    "axes.labelsize": 9.5,
    "axes.linewidth": 0.8,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlecolor": INK,
    "axes.titlelocation": "left",
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "figure.facecolor": "none",
    "font.family": "DejaVu Sans",
    "font.size": 9.5,
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "lines.linewidth": 1.8,
    "savefig.facecolor": "none",
    "svg.fonttype": "none",
    "text.color": INK,
    "text.parse_math": False,
    "xtick.color": MUTED,
    "xtick.labelcolor": INK,
    "xtick.labelsize": 9,
    "ytick.color": MUTED,
    "ytick.labelcolor": INK,
    "ytick.labelsize": 9,
}


@contextmanager
def theme() -> Iterator[None]:
    """Draw in the book's theme, whatever the reader's own settings are."""
    with mpl.rc_context(), warnings.catch_warnings():
        # The browser has fonts for what stands in an SVG as text.
        warnings.filterwarnings("ignore", "Glyph .* missing from font", UserWarning)
        mpl.rcdefaults()
        mpl.rcParams.update(THEME)
        yield


def arm_colour(position: int) -> str:
    """Return the colour of the arm at a position, control first."""
    return ARMS[position % len(ARMS)]


def drawn(
    figure: Figure,
    name: str,
    message: str,
    *,
    narrow: Figure | None = None,
    headline: str = "",
    caption: str = "",
    data: pd.DataFrame | None = None,
) -> Drawing:
    """Return a finished figure as the book shows it.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        Drawn inside `theme`.
    name : str
        Unique in the book; the prefix of every id in the SVG and the name of its files.
    message : str
        What the figure says, for those who do not see it.
    narrow : matplotlib.figure.Figure, optional
        The same for a phone, which shows it instead.
    headline, caption : str
        What is found, in a few words; and what is drawn, as far as it is.
    data : pandas.DataFrame, optional
        The rows that are drawn, to be taken along.

    Returns
    -------
    Drawing
        Byte for byte the same for the same figure.
    """
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    svg = _svg(figure, slug)
    inline = inline_svg(svg, slug, _told(figure))
    if narrow is not None:
        other = inline_svg(_svg(narrow, f"{slug}-narrow"), f"{slug}-narrow", _told(narrow))
        inline = f'<div class="tb-if-wide">{inline}</div><div class="tb-if-narrow">{other}</div>'
    png = b""
    if export_folder("figures"):
        figure.set_facecolor("white")
        figure.set_dpi(PNG_DPI)
        # packing tighter takes a third of the time of a figure, for a fifth of its bytes
        packed = {"metadata": {"Software": None}, "pil_kwargs": {"compress_level": 3}}
        FigureCanvasAgg(figure).print_png(raster := io.BytesIO(), **packed)
        png = raster.getvalue()
    return Drawing(
        inline=inline,
        name=slug,
        message=message,
        svg=svg,
        png=png,
        headline=headline,
        caption=caption,
        data=data,
    )


def drawn_anew(
    draw: Callable[[float], Figure],
    name: str,
    message: str,
    *,
    headline: str = "",
    caption: str = "",
    data: pd.DataFrame | None = None,
) -> Drawing:
    """Return a figure as `drawn` does, drawn for a page and once more for a phone.

    Parameters
    ----------
    draw : callable
        Makes the figure at a width in inches.
    name, message, headline, caption, data
        As for `drawn`.
    """
    words = {"headline": headline, "caption": caption, "data": data}
    with theme():
        return drawn(draw(WIDTH), name, message, narrow=draw(PHONE), **words)


def _svg(figure: Figure, slug: str) -> str:
    """Return a figure as an SVG document, the same for the same figure."""
    nothing = dict.fromkeys(["Date", "Creator", "Format", "Type"])
    with mpl.rc_context({"svg.hashsalt": slug}):
        figure.savefig(buffer := io.StringIO(), format="svg", metadata=nothing)
    return buffer.getvalue()


@dataclass(frozen=True)
class Axis:
    """Where a panel's axes lie, for what reads values off the drawing.

    Attributes
    ----------
    x0, x1, y0, y1 : float
        Left, right, bottom and top, in units of the drawing's viewBox.
    min, max, low, high : float
        The values there: of the horizontal axis in the shown unit, of the vertical one as marked.
    """

    x0: float
    x1: float
    y0: float
    y1: float
    min: float
    max: float
    low: float
    high: float


def readable(axes: Axes) -> None:
    """Let the drawing tell where these axes lie, see `Axis`; once their limits are settled."""
    figure = axes.figure
    width, height = (72 * inches for inches in figure.get_size_inches())
    box, x, y = axes.get_position(), axes.get_xlim(), axes.get_ylim()
    places = (box.x0 * width, box.x1 * width, (1 - box.y0) * height, (1 - box.y1) * height)
    rounded = (round(float(value), 4) for value in (*places, *x, *y))
    figure.readable = [*getattr(figure, "readable", []), Axis(*rounded)]


def _told(figure: Figure) -> str:
    """Return the attributes that tell where the axes of a figure lie: of the first, and of all."""
    panels = getattr(figure, "readable", [])
    if not panels:
        return ""
    first = "".join(f' data-{name}="{value:g}"' for name, value in asdict(panels[0]).items())
    every = json.dumps([asdict(one) for one in panels], separators=(",", ":"))
    return first + (f" data-panels='{every}'" if len(panels) > 1 else "")


_PLACES = re.compile(r'( (?:d|x|y|points)=")([^"]*)(")')
_DIGITS = re.compile(r"\d+\.\d{3,}")


def _two(found: re.Match[str]) -> str:
    return f"{float(found[0]):.2f}"


def inline_svg(svg: str, prefix: str, data: str = "") -> str:
    """Return an SVG document as an element for a page, with further attributes.

    Ids that nothing refers to go, the others get a prefix, so that two figures of a page do not
    share one; those of parts that an explorer moves (``tb-curve_0``) become classes; colours
    become CSS variables; the width becomes the page's.
    """
    element = svg[svg.index("<svg ") :]
    # The style sheet that matplotlib adds would apply to the whole page.
    for superfluous in (r"<metadata>.*?</metadata>", r"<style.*?</style>", r"<defs>\s*</defs>"):
        element = re.sub(superfluous, "", element, flags=re.DOTALL)
    referred_to = set(re.findall(r'(?:href="#|url\(#)([\w.-]+)', element))
    element = re.sub(r' id="(tb-[a-z]+)_([^"]*)"', r' class="\1" data-part="\2"', element)
    element = re.sub(
        r' id="([^"]*)"',
        lambda m: f' id="{prefix}-{m.group(1)}"' if m.group(1) in referred_to else "",
        element,
    )
    element = element.replace('xlink:href="#', f'href="#{prefix}-')
    element = element.replace("url(#", f"url(#{prefix}-")
    element = re.sub(r' transform="rotate\(-0 [^"]*"', "", element)
    for colour, variable in _VARIABLES.items():
        element = element.replace(colour, f"var({variable},{colour})")
    # a hundredth of a point is less than a screen shows, and half the weight of a curve
    element = _PLACES.sub(lambda m: f"{m[1]}{_DIGITS.sub(_two, m[2])}{m[3]}", element)
    element = element.replace("'DejaVu Sans'", "var(--tb-font,Helvetica,Arial,sans-serif)")
    element = re.sub(
        r"(font(?:-size)?:[^;\"]*?)([\d.]+)px",
        lambda m: f"{m.group(1)}{float(m.group(2)) * LETTERS:.2f}px",
        element,
    )
    width, height = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', element).groups()
    opening = (
        f'<svg class="tb-svg" viewBox="0 0 {width} {height}" focusable="false" '
        f'aria-hidden="true"{data} style="width:100%;max-width:{float(width) * SCALE:.0f}px;'
        'stroke-linejoin:round">'
    )
    element = re.sub(r"<svg [^>]*>", opening, element, count=1)
    # A blank line would end an HTML block where a page is read as Markdown.
    return re.sub(r"\s*\n\s*", "\n", element).strip()
