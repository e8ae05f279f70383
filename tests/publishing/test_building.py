"""A small book from end to end: what is published, and what a second build does."""

import csv
import filecmp
import json
from pathlib import Path

from trialbook.publishing.cache import Cache
from trialbook.results import COLUMNS, KEY


def provenance(folder: Path) -> dict:
    return json.loads((folder / "provenance.json").read_text(encoding="utf-8"))


def executed(finished) -> set[str]:
    """Return the chapters which a build says that it executed."""
    lines = [line.split() for line in finished.out.splitlines()]
    return {words[0] for words in lines if len(words) == 3 and words[2] == "s"} - {"pages"}


def test_a_build_leaves_pages_numbers_notebooks_and_where_they_come_from(built):
    book = built / "_build" / "small"
    assert book.is_symlink()
    assert sorted(path.name for path in book.iterdir()) == [
        "ard.csv", "curves.csv", "figures", "html", "notebooks", "provenance.json",
        "results.ars.json", "results.cards.csv", "tables", "verify.R",
    ]  # fmt: skip
    assert (book / "html" / "index.html").is_file()
    landing = (book / "html" / "book" / "index.html").read_text(encoding="utf-8")
    assert "There are <span" in landing
    assert "20</span> patients" in landing.replace("</span></span>", "</span>")
    of = provenance(book)
    assert of["chapters"]["one"]["parameters"] == {"trial": "data/small"}
    assert set(of["data"]) == {"small.csv", "trial.yml"}
    assert of["versions"]["pandas"]


def test_every_page_shows_the_title_and_the_notice(built):
    html = built / "_build" / "small" / "html"
    pages = [*html.glob("book/*.html"), *html.glob("notebooks/*.html")]
    assert len(pages) == 4
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert "A small trial" in text
        assert "Synthetic patients" in text


def test_no_page_names_another_host_for_a_script_a_style_or_an_image(built):
    for page in (built / "_build" / "small" / "html").glob("*/*.html"):
        text = page.read_text(encoding="utf-8")
        assert 'src="http' not in text
        assert "unpkg" not in text
        assert "THEBE" not in text


def test_ard_csv_is_sorted_unique_and_has_the_columns_of_the_contract(built):
    with (built / "_build" / "small" / "ard.csv").open(encoding="utf-8") as file:
        table = list(csv.reader(file))
    assert table[0] == COLUMNS
    keys = [tuple(row[: len(KEY)]) for row in table[1:]]
    assert keys
    assert len(set(keys)) == len(keys)
    assert [key[:6] for key in keys] == sorted(key[:6] for key in keys)


def test_what_is_drawn_as_a_curve_stands_in_a_file_of_its_own_beside_the_pages(built):
    folder = built / "_build" / "small"
    for name, drawn in (("ard.csv", False), ("curves.csv", True)):
        with (folder / name).open(encoding="utf-8") as file:
            table = list(csv.DictReader(file))
        assert all((row["analysis"] == "curve") == drawn for row in table)
        # Beside the pages lies as much of it as their readers may see: of public data all.
        assert (folder / "html" / "files" / name).read_bytes() == (folder / name).read_bytes()


def test_nothing_published_names_a_path_of_this_machine(built):
    files = [path for path in (built / "_build" / "small").rglob("*") if path.is_file()]
    assert files
    for path in files:
        assert str(built).encode() not in path.read_bytes(), path


def test_a_build_with_nothing_changed_executes_and_publishes_nothing(built, commands):
    before = (built / "_build" / "small").resolve()
    finished = commands("build", "data/small", cwd=built)
    assert finished.code == 0
    assert "nothing has changed" in finished.out
    assert executed(finished) == set()
    assert "pages" not in finished.out
    assert (built / "_build" / "small").resolve() == before


def test_only_the_chapter_that_changed_is_executed_and_the_pages_equal_a_fresh_build(
    rebuilt, commands, tmp_path
):
    (rebuilt / "book" / "words.md").write_text("# Words\n\nOther ones.\n", encoding="utf-8")
    finished = commands("build", "data/small", cwd=rebuilt)
    assert finished.code == 0, finished.err
    assert executed(finished) == set()
    chapter = rebuilt / "notebooks" / "two.md"
    chapter.write_text(chapter.read_text().replace("# Two", "# Two, renamed"), encoding="utf-8")
    finished = commands("build", "data/small", cwd=rebuilt)
    assert finished.code == 0, finished.err
    assert executed(finished) == {"two"}
    assert "unchanged: one" in finished.out
    fresh = commands("build", "data/small", "--out", tmp_path / "fresh", "--force", cwd=rebuilt)
    assert executed(fresh) == {"one", "two"}
    same_trees(rebuilt / "_build" / "small" / "html", tmp_path / "fresh" / "html")
    same_trees(rebuilt / "_build" / "small" / "notebooks", tmp_path / "fresh" / "notebooks")
    page = (rebuilt / "_build" / "small" / "html" / "book" / "words.html").read_text()
    assert "Other ones" in page
    menu = (rebuilt / "_build" / "small" / "html" / "notebooks" / "one.html").read_text()
    assert "Two, renamed" in menu


def same_trees(left: Path, right: Path) -> None:
    names = {p.relative_to(left) for p in left.rglob("*") if p.is_file()}
    assert names == {p.relative_to(right) for p in right.rglob("*") if p.is_file()}
    # It says when, and how fast, its build was.
    names.discard(Path("files/provenance.json"))
    _, different, errors = filecmp.cmpfiles(left, right, names, shallow=False)
    assert [str(name) for name in different] == []
    assert errors == []


def test_changed_data_and_a_changed_parameter_execute_what_depends_on_them(rebuilt, commands):
    finished = commands("build", "data/small", "-p", "ties=breslow", cwd=rebuilt)
    assert executed(finished) == {"two"}
    text = (rebuilt / "_build" / "small" / "notebooks" / "two.ipynb").read_text()
    assert "'breslow'" in text
    data = rebuilt / "data" / "small" / "small.csv"
    data.write_text(data.read_text() + "9,1,A\n", encoding="utf-8")
    finished = commands("build", "data/small", cwd=rebuilt)
    assert executed(finished) == {"one", "two"}


def test_only_takes_the_other_chapters_from_the_last_build(rebuilt, commands):
    for name in ("one", "two"):
        path = rebuilt / "notebooks" / f"{name}.md"
        path.write_text(path.read_text() + "\nA new last sentence.\n", encoding="utf-8")
    finished = commands("build", "data/small", "--only", "one", cwd=rebuilt)
    assert finished.code == 0, finished.err
    assert executed(finished) == {"one"}
    assert "changed since: two" in finished.out
    html = rebuilt / "_build" / "small" / "html" / "notebooks"
    assert "A new last sentence" in (html / "one.html").read_text()
    assert "A new last sentence" not in (html / "two.html").read_text()
    again = commands("build", "data/small", cwd=rebuilt)
    assert executed(again) == {"two"}


def test_only_makes_a_chapter_anew_whose_results_lack_a_column(rebuilt, commands):
    store = rebuilt / "_build" / ".small"
    key = provenance(rebuilt / "_build" / "small")["chapters"]["one"]["key"]
    cache = Cache(store / "cache")
    made = cache.find("one", key).text
    assert made.count("shown") > 1
    older = made.replace('\\"shown\\"', '\\"other\\"')
    assert older != made
    cache.keep("one", key, older)
    chapter = rebuilt / "notebooks" / "one.md"
    chapter.write_text(chapter.read_text() + "\nA new last sentence.\n", encoding="utf-8")
    finished = commands("build", "data/small", "--only", "two", cwd=rebuilt)
    assert finished.code == 0, finished.err
    assert executed(finished) == {"one", "two"}
    assert "another version of trialbook made them: one" in finished.out
    page = rebuilt / "_build" / "small" / "html" / "notebooks" / "one.html"
    assert "A new last sentence" in page.read_text()


def test_only_leaves_out_what_no_build_has(clone, commands):
    finished = commands("build", "data/small", "--only", "two", cwd=clone)
    assert finished.code == 0, finished.err
    assert "no build has them yet: one" in finished.out
    notebooks = clone / "_build" / "small" / "html" / "notebooks"
    assert [path.name for path in notebooks.glob("*.html")] == ["two.html"]


def test_a_grid_publishes_a_book_per_value_and_keeps_the_plain_one(rebuilt, commands):
    finished = commands("build", "data/small", "--grid", "ties=efron,breslow", cwd=rebuilt)
    assert finished.code == 0, finished.err
    book = rebuilt / "_build" / "small"
    for ties in ("efron", "breslow"):
        point = book / f"ties={ties}"
        assert provenance(point)["parameters"] == {"ties": ties}
        assert (point / "html" / "index.html").is_file()
        assert (point / "ard.csv").read_text() == (book / "ard.csv").read_text()
    assert provenance(book)["parameters"] == {}
    again = commands("build", "data/small", "--grid", "ties=efron,breslow", cwd=rebuilt)
    assert "nothing has changed" in again.out


def test_of_several_trials_the_worst_exit_code_counts_and_a_summary_says_which(rebuilt, commands):
    (rebuilt / "data" / "other" / "trial.yml").write_text("id: [", encoding="utf-8")
    finished = commands("build", "data/other", "data/small", cwd=rebuilt)
    assert finished.code == 1, finished.err
    assert "failed (1)   data/other" in finished.out
    assert "built        data/small" in finished.out
    assert (rebuilt / "_build" / "small" / "html").is_dir()


def test_a_trial_outside_the_clone_is_built_without_naming_where_it_is(clone, commands, tmp_path):
    outside = tmp_path / "elsewhere" / "small"
    outside.parent.mkdir()
    (clone / "data" / "small").rename(outside)
    finished = commands("build", outside, cwd=clone)
    assert finished.code == 0, finished.err
    book = clone / "_build" / "small"
    assert provenance(book)["chapters"]["one"]["parameters"] == {"trial": "small"}
    assert all(
        str(tmp_path).encode() not in p.read_bytes() for p in book.rglob("*.*") if p.is_file()
    )
