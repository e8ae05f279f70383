"""A blinded book: in no page and no file of it can the groups be told apart."""

import json
import re
from pathlib import Path
from zipfile import ZipFile

import pandas as pd
import pytest

from trialbook.analyses import all_results
from trialbook.trial import load_trial

ROOT = Path(__file__).parents[2]


@pytest.fixture
def seeing(rebuilt):
    """The small book; its first chapter can be blinded, its second one cannot."""
    chapter = rebuilt / "notebooks" / "one.md"
    text = chapter.read_text(encoding="utf-8")
    text = text.replace('trial = "data/small"', 'trial = "data/small"\nblinded = False')
    text = text.replace("load_trial(trial)", "load_trial(trial, blinded=blinded)")
    chapter.write_text(text, encoding="utf-8")
    return rebuilt


def arms(book):
    return set(pd.read_csv(book / "ard.csv", keep_default_na=False)["arm"])


def test_a_chapter_that_cannot_be_blinded_is_left_out(seeing, commands):
    finished = commands("build", "data/small", "-p", "blinded=true", cwd=seeing)
    assert finished.code == 0, finished.err
    book = seeing / "_build" / "small"
    assert [path.stem for path in (book / "notebooks").iterdir()] == ["one"]
    assert not (book / "html" / "notebooks" / "two.html").exists()
    assert arms(book) == {"POOLED", "all"}
    provenance = json.loads((book / "provenance.json").read_text())
    assert provenance["parameters"] == {"blinded": True}
    assert provenance["title"] == "A small trial (blinded)"
    assert "Blinded:" in (book / "html" / "book" / "index.html").read_text(encoding="utf-8")
    finished = commands("build", "data/small", "-p", "blinded=true", "--only", "two", cwd=seeing)
    assert finished.code == 1
    assert "to see the groups apart" in finished.err


def test_nothing_unblinded_is_kept_beside_a_blinded_book(seeing, commands):
    for arguments in (["--grid", "conf_level=0.8"], ["-p", "blinded=true"]):
        assert commands("build", "data/small", *arguments, cwd=seeing).code == 0
    book = seeing / "_build" / "small"
    assert not (book / "conf_level=0.8").exists()
    points = ["--grid", "conf_level=0.9", "-p", "blinded=true"]
    assert commands("build", "data/small", *points, cwd=seeing).code == 0
    assert arms(book) == arms(book / "conf_level=0.9") == {"POOLED", "all"}
    assert commands("build", "data/small", cwd=seeing).code == 0
    assert arms(book) == {"A", "B", "all"}
    assert not (book / "conf_level=0.9").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--grid", "blinded=true,false"], 2, "stands alone"),
        (["-p", "blinded=perhaps"], 1, "must be true or false"),
    ],
)
def test_half_blinded_is_refused(seeing, commands, arguments, code, message):
    finished = commands("build", "data/small", *arguments, cwd=seeing)
    assert (finished.code, message in finished.err) == (code, True)


def long_numbers(values):
    """Return numbers as text that chance does not repeat: eight digits and more."""
    texts = {repr(float(value)) for value in values if value == value}
    return {text for text in texts if len(re.sub(r"\D|^0\.0*", "", text)) >= 8}


def told_by(book):
    """Return the text of every file of a book; a workbook unpacked, all tables of one RTF apart."""
    texts = {}
    for path in filter(Path.is_file, book.rglob("*")):
        name = str(path.relative_to(book))
        if path.suffix == ".xlsx":
            with ZipFile(path) as packed:
                parts = [packed.read(part).decode("utf-8") for part in packed.namelist()]
            texts[name] = "".join(parts)
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        if path.name == "all.rtf":
            texts |= {f"{name}, {n}": part for n, part in enumerate(text.split(r"\sect"))}
        else:
            texts[name] = text
    return texts


@pytest.mark.slow
def test_no_file_of_a_blinded_book_holds_a_result_of_an_arm(commands, tmp_path):
    finished = commands(
        "build", "data/alms", "-p", "blinded=true", "--out", tmp_path / "book", cwd=ROOT
    )
    assert finished.code == 0, finished.err
    trial = load_trial(ROOT / "data" / "alms")
    by_arm = all_results(trial).query("arm not in ['all', '']")
    pooled = all_results(load_trial(ROOT / "data" / "alms", blinded=True))
    of_arms = long_numbers(by_arm["value"]) - long_numbers(pooled["value"])
    assert len(of_arms) > 1000
    book = (tmp_path / "book").resolve()
    assert arms(book) <= {"POOLED", "all", ""}
    texts = told_by(book)
    kinds = {Path(name).suffix for name in texts}
    assert {".csv", ".html", ".ipynb", ".js", ".json", ".rtf", ".svg", ".xlsx"} <= kinds
    for name, text in texts.items():
        found = set(re.findall(r"-?\d+\.\d+(?:e-\d+)?", text)) & of_arms
        assert not found, f"{name}: {sorted(found)[:3]}"
    # the arms are named where the design is told, and in the title, and nowhere else
    words = re.compile("|".join(re.escape(arm.label) for arm in trial.arms), re.IGNORECASE)
    told = {"design.html", "design.ipynb", "question.csv", "question.rtf", "question.xlsx",
            "estimands.csv", "estimands.rtf", "estimands.xlsx", "searchindex.js",
            "references.html", "glossary.html"}  # fmt: skip
    naming = {name for name, text in texts.items() if words.search(text.replace(trial.title, ""))}
    in_one_file = {name for name in naming if "all.rtf" in name}
    sections = {name.rsplit(", ")[-1] for name in in_one_file}
    assert len(sections) == 2, "the tables of question and estimands"
    others = {Path(name).name for name in naming - in_one_file}
    assert others <= told, others - told
