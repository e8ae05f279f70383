"""How figures look: one theme, one palette, and the way from matplotlib to an inline SVG.

Figures are drawn at the size at which they are read, so that the smallest letter stays legible
on a phone. Colours leave matplotlib as fixed values and enter the page as CSS variables with
these values to fall back on, so that dark mode and print can set their own.
"""

import io
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import matplotlib as mpl
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

# Inches; a page shows a point as at most 1.5 pixels, a phone as about one.
WIDTH = 5.2
WIDE = 5.7
PHONE = 3.7
SCALE = 1.5
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


def drawn(figure: Figure, name: str, message: str, *, narrow: Figure | None = None) -> Drawing:
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

    Returns
    -------
    Drawing
        Byte for byte the same for the same figure.
    """
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    svg = _svg(figure, slug)
    inline = inline_svg(svg, slug)
    if narrow is not None:
        other = inline_svg(_svg(narrow, f"{slug}-narrow"), f"{slug}-narrow")
        inline = f'<div class="tb-if-wide">{inline}</div><div class="tb-if-narrow">{other}</div>'
    png = b""
    if export_folder("figures"):
        figure.set_facecolor("white")
        figure.set_dpi(PNG_DPI)
        FigureCanvasAgg(figure).print_png(raster := io.BytesIO(), metadata={"Software": None})
        png = raster.getvalue()
    return Drawing(inline=inline, name=slug, message=message, svg=svg, png=png)


def drawn_anew(draw: Callable[[float], Figure], name: str, message: str) -> Drawing:
    """Return a figure as `drawn` does, drawn for a page and once more for a phone.

    Parameters
    ----------
    draw : callable
        Makes the figure at a width in inches.
    name, message : str
        As for `drawn`.
    """
    with theme():
        return drawn(draw(WIDTH), name, message, narrow=draw(PHONE))


def _svg(figure: Figure, slug: str) -> str:
    """Return a figure as an SVG document, the same for the same figure."""
    nothing = dict.fromkeys(["Date", "Creator", "Format", "Type"])
    with mpl.rc_context({"svg.hashsalt": slug}):
        figure.savefig(buffer := io.StringIO(), format="svg", metadata=nothing)
    return buffer.getvalue()


def inline_svg(svg: str, prefix: str) -> str:
    """Return an SVG document as an element for a page.

    Ids that nothing refers to go, the others get a prefix, so that two figures of a page do not
    share one; colours become CSS variables; the width becomes the page's.
    """
    element = svg[svg.index("<svg ") :]
    # The style sheet that matplotlib adds would apply to the whole page.
    for superfluous in (r"<metadata>.*?</metadata>", r"<style.*?</style>", r"<defs>\s*</defs>"):
        element = re.sub(superfluous, "", element, flags=re.DOTALL)
    referred_to = set(re.findall(r'(?:href="#|url\(#)([\w.-]+)', element))
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
    element = element.replace("'DejaVu Sans'", "var(--tb-font,Helvetica,Arial,sans-serif)")
    element = re.sub(
        r"(font(?:-size)?:[^;\"]*?)([\d.]+)px",
        lambda m: f"{m.group(1)}{float(m.group(2)) * LETTERS:.2f}px",
        element,
    )
    width, height = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', element).groups()
    kind = "tb-svg tb-wide" if float(width) > 72 * WIDTH + 1 else "tb-svg"
    opening = (
        f'<svg class="{kind}" viewBox="0 0 {width} {height}" focusable="false" '
        f'aria-hidden="true" style="width:100%;max-width:{float(width) * SCALE:.0f}px;'
        'stroke-linejoin:round">'
    )
    element = re.sub(r"<svg [^>]*>", opening, element, count=1)
    # A blank line would end an HTML block where a page is read as Markdown.
    return re.sub(r"\s*\n\s*", "\n", element).strip()
