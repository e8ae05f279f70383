"""A site that knows its address: canonical links, site map, the page of a wrong address."""

import io
import re
import shutil
from pathlib import Path

import pytest

from trialbook.publishing.site import Pages, run_sphinx

ROOT = Path(__file__).parents[2]
ADDRESS = "https://trials.example/alms"


def site(folder: Path, address: str) -> Path:
    """Build two pages in the book's dress and return where they are."""
    stage, html = folder / "stage", folder / "html"
    for part in ("assets", "theme"):
        shutil.copytree(ROOT / "book" / part, stage / "book" / part)
    shutil.copy(ROOT / "book" / "references.bib", stage / "book")
    config = (ROOT / "_config.yml").read_text(encoding="utf-8")
    (stage / "_config.yml").write_text(
        config.replace('baseurl: ""', f'baseurl: "{address}"'), encoding="utf-8"
    )
    toc = "format: jb-book\nroot: book/index\nchapters:\n  - file: book/more\n"
    (stage / "_toc.yml").write_text(toc, encoding="utf-8")
    for name in ("index", "more"):
        text = f"# About {name}\n\nA sentence about {name}.\n"
        (stage / "book" / f"{name}.md").write_text(text, encoding="utf-8")
    overrides = {
        "trialbook_trial": "", "trialbook_title": "A trial", "trialbook_short": "A trial",
        "trialbook_preview": "files/figures/answer.png",
    }  # fmt: skip
    warnings = io.StringIO()
    run_sphinx(Pages(stage, html, folder / "trees", overrides, ""), folder / "trees", warnings)
    assert warnings.getvalue() == ""
    return html


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    return site(tmp_path_factory.mktemp("published"), ADDRESS)


def test_each_page_names_its_own_address_and_the_picture_that_a_link_shows(published):
    page = (published / "book" / "more.html").read_text(encoding="utf-8")
    assert f'<link rel="canonical" href="{ADDRESS}/book/more.html">' in page
    assert f'<meta property="og:url" content="{ADDRESS}/book/more.html">' in page
    assert f'content="{ADDRESS}/files/figures/answer.png"' in page
    assert page.count('name="viewport"') == 1


def test_the_site_map_has_the_pages_and_no_others(published):
    found = re.findall("<loc>(.*?)</loc>", (published / "sitemap.xml").read_text(encoding="utf-8"))
    assert found == [f"{ADDRESS}/book/index.html", f"{ADDRESS}/book/more.html"]


def test_a_wrong_address_of_any_depth_leads_back(published):
    page = (published / "404.html").read_text(encoding="utf-8")
    assert f'<a href="{ADDRESS}">' in page
    assert "noindex" in page
    assert "stylesheet" not in page


def test_the_sheets_are_one_and_nothing_lies_about_that_no_page_asks_for(published):
    static = published / "_static"
    assert [file.name for file in static.glob("*.css")] == ["book.css"]
    assert not (published / "_sphinx_design_static").exists()
    sheet = (static / "book.css").read_text(encoding="utf-8")
    for name in re.findall(r'url\("(fonts/[^"]+)"\)', sheet):
        assert (static / name).is_file()


def test_a_site_without_an_address_names_none(tmp_path):
    html = site(tmp_path, "")
    assert not (html / "sitemap.xml").exists()
    page = (html / "book" / "more.html").read_text(encoding="utf-8")
    assert "canonical" not in page
    assert "og:image" not in page
