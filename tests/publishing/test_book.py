"""What a chapter's text says of itself, read without Jupyter."""

from pathlib import Path

import pytest

from trialbook.messages import ChapterError, UsageError
from trialbook.publishing.book import Book, find_book, read_chapter, toc_files
from trialbook.publishing.reference import TOPICS
from trialbook.publishing.staging import filtered_toc, only_to_what_is_there, required

ROOT = Path(__file__).parents[2]


def written(folder, cell, header=""):
    path = folder / "notebooks" / "a.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"---\n{header}\n---\n\n# A\n\n{cell}", encoding="utf-8")
    return read_chapter(path, folder)


@pytest.mark.parametrize("tags", [":tags: [parameters]\n\n", "---\ntags: [x, parameters]\n---\n"])
def test_parameters_are_the_assignments_of_the_tagged_cell(tmp_path, tags):
    other = "```{code-cell} ipython3\nnot_one = 1\n```\n"
    cell = (
        f"```{{code-cell}} ipython3\n{tags}level = 0.95\nhorizon = None  # days\nt = [1, 2]\n```\n"
    )
    chapter = written(tmp_path, other + cell + other)
    assert chapter.parameters == {"level": 0.95, "horizon": None, "t": [1, 2]}


def test_a_parameter_that_is_computed_is_refused_with_its_line(tmp_path):
    cell = "```{code-cell} ipython3\n:tags: [parameters]\n\nlevel = 1 - alpha\n```\n"
    with pytest.raises(ChapterError, match=r"notebooks/a\.md, line \d+: .*assignments"):
        written(tmp_path, cell)


def test_requirements_are_read_from_the_header(tmp_path):
    chapter = written(tmp_path, "", "trialbook: {requires: [published, ADLB]}")
    assert chapter.requires == ("published", "ADLB")
    assert written(tmp_path, "").requires == ()


def test_a_header_that_is_not_yaml_names_the_file(tmp_path):
    with pytest.raises(ChapterError, match=r"notebooks/a\.md: the header"):
        written(tmp_path, "", "a: [")


def test_the_contents_are_read_in_their_order_and_lose_chapters_that_are_not_there():
    toc = {
        "root": "book/index",
        "parts": [
            {"caption": "One", "chapters": [{"file": "notebooks/b"}, {"file": "book/words"}]},
            {
                "caption": "Two",
                "chapters": [{"file": "notebooks/a.md", "sections": [{"file": "notebooks/c"}]}],
            },
        ],
    }
    assert toc_files(toc) == [
        "book/index",
        "notebooks/b",
        "book/words",
        "notebooks/a",
        "notebooks/c",
    ]
    assert toc_files(filtered_toc(toc, {"a"})) == ["book/index", "book/words", "notebooks/a"]
    assert [part["caption"] for part in filtered_toc(toc, {"b"})["parts"]] == ["One"]


def test_the_book_is_found_from_any_folder_inside_its_clone(tmp_path, clone):
    assert find_book(clone / "data" / "small").root == clone
    assert [chapter.name for chapter in Book(clone).chapters] == ["one", "two"]
    assert find_book(tmp_path).root.joinpath("trialbook").is_dir()


def test_a_chapter_is_found_by_any_of_its_names_and_else_the_nearest_is_named(clone):
    book = Book(clone)
    for name in ("one", "one.md", "notebooks/one.ipynb"):
        assert book.chapter(name).name == "one"
    with pytest.raises(UsageError, match="'one'"):
        book.chapter("oen")


def test_links_lead_only_to_chapters_of_this_book():
    text = "[Cox](learn/cox.ipynb), [Log-rank](learn/log_rank.ipynb), [a page](other.md)"
    found = only_to_what_is_there(text, "notebooks/efficacy", ["efficacy", "learn/cox"])
    assert found == "[Cox](learn/cox.ipynb), Log-rank, [a page](other.md)"
    back = only_to_what_is_there(
        "[E](../efficacy.ipynb) [C](cox.ipynb)", "notebooks/learn/a", ["b"]
    )
    assert back == "E C"
    door = '<a href="../notebooks/learn/start.html" data-else="x.html?view=method">'
    assert only_to_what_is_there(door, "book/index", []) == '<a href="x.html?view=method">'
    there = only_to_what_is_there(door, "book/index", ["learn/start"])
    assert there == '<a href="../notebooks/learn/start.html">'


def test_a_page_that_requires_what_a_trial_lacks_stays_out(tmp_path):
    page = tmp_path / "api.md"
    for text, needed in (
        ("---\nprint: false\nrequires: [learn]\n---\n# API", {"learn"}),
        ("---\nprint: false\n---\n# Words\n\n```yaml\nrequires: [ADLB]\n```", set()),
        ("# Words", set()),
    ):
        page.write_text(text, encoding="utf-8")
        assert required(page) == needed
    parts = [{"chapters": [{"file": name}]} for name in ("book/api", "book/words")]
    kept = filtered_toc({"root": "book/index", "parts": parts}, (), {"book/api"})
    assert toc_files(kept) == ["book/index", "book/words"]


def test_the_reference_of_the_package_belongs_to_books_with_the_course():
    pages = {path.stem: required(path) for path in (ROOT / "book").glob("*.md")}
    assert {name for name, needed in pages.items() if needed} == {name for name, *_ in TOPICS}
    assert set().union(*pages.values()) == {"learn"}
