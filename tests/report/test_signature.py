"""Files that leave the book say which trial they are of, and stay readable by programs."""

import io
import xml.etree.ElementTree as ET

import pandas as pd
import pytest
from PIL import Image

from trialbook.report.output import EXPORT_NOTE, EXPORTS, Table
from trialbook.report.signature import signed_png, signed_svg
from trialbook.report.style import drawn, theme

NOTE = "A trial & its <title>. Data 0123456789ab. Synthetic patients: they say nothing."


@pytest.fixture
def figure(tmp_path, monkeypatch):
    monkeypatch.setenv(EXPORTS, str(tmp_path))
    monkeypatch.setenv(EXPORT_NOTE, NOTE)
    from matplotlib.figure import Figure

    with theme():
        sheet = Figure(figsize=(3, 2))
        sheet.add_subplot().plot([0, 1], [0, 1])
        return drawn(sheet, "a-line", "It rises.")


def test_an_svg_shows_its_origin_below_the_drawing(figure):
    svg = ET.fromstring(figure.file())
    lines = [text.text for text in svg.iter("{http://www.w3.org/2000/svg}text")][-3:]
    assert " ".join(lines).endswith(NOTE)
    height = float(svg.get("viewBox").split()[3])
    assert height > 2 * 72
    assert svg.get("height") == f"{height:g}pt"
    assert signed_svg(figure.svg, "") == figure.svg


def test_a_png_shows_its_origin_and_carries_it(figure):
    before = Image.open(io.BytesIO(figure.png))
    after = Image.open(io.BytesIO(signed_png(figure.png, NOTE)))
    assert after.text["Description"] == NOTE
    assert after.width == before.width
    below = after.crop((0, before.height, after.width, after.height)).convert("L")
    assert below.getextrema()[0] < 150, "nothing is written below the drawing"


def test_a_table_keeps_its_origin_in_a_column(tmp_path, monkeypatch):
    monkeypatch.setenv(EXPORTS, str(tmp_path))
    monkeypatch.setenv(EXPORT_NOTE, NOTE)
    frame = pd.DataFrame({"Sex": ["Male"], "A (N=3)": ["1 (33.3)"]})
    html = Table("<table></table>", "baseline", frame, "Table 1")._repr_html_()
    read = pd.read_csv(tmp_path / "tables" / "baseline.csv")
    assert list(read.columns) == ["Sex", "A (N=3)", "notice"]
    assert read["notice"].tolist() == [NOTE]
    assert 'data-files="tables/baseline"' in html
    monkeypatch.delenv(EXPORTS)
    assert (
        Table("<table></table>", "baseline", frame)._repr_html_()
        == '<div class="tb-exhibit"><table></table></div>'
    )
