"""A file of cards made by hand becomes a whole book, from the command line."""

import shutil

import pandas as pd
import pytest
from click.testing import CliRunner

from tests.exchange.folder import HERE
from trialbook.cli import main

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=["synthetic", "confidential"])
def book(request, tmp_path_factory):
    """Return the folder of a build of the example, and its privacy."""
    folder = tmp_path_factory.mktemp("elsewhere")
    shutil.copyfile(HERE / "cards.csv", folder / "cards.csv")
    text = (HERE / "trial.yml").read_text()
    (folder / "trial.yml").write_text(
        text.replace("privacy: synthetic", f"privacy: {request.param}")
    )
    out = tmp_path_factory.mktemp("built") / "book"
    done = CliRunner().invoke(main, ["build", str(folder), "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert "26 rows without a place" in done.output
    return out, request.param


def test_the_book_is_whole(book):
    folder, _ = book
    for page in ("design", "population", "efficacy", "safety"):
        assert (folder / "html" / "notebooks" / f"{page}.html").is_file()
    assert not (folder / "verify.R").exists()


def test_what_has_no_place_is_kept_beside_and_told(book):
    folder, privacy = book
    unplaced = pd.read_csv(folder / "unplaced.csv", dtype=str, keep_default_na=False)
    assert len(unplaced) == 26 and (unplaced["why"] != "").all()
    about = (folder / "html" / "book" / "about_this_build.html").read_text()
    assert "unplaced.csv" in about
    # of confidential data not even the names of what has no place
    assert ("BMI" in about) is (privacy != "confidential")
    assert not list((folder / "html").rglob("unplaced.csv"))


def test_confidential_pages_hold_what_the_counts_prove(book):
    folder, privacy = book
    efficacy = (folder / "html" / "notebooks" / "efficacy.html").read_text()
    assert "0.44" in efficacy
    ages = "61.1" in (folder / "html" / "notebooks" / "population.html").read_text()
    assert ages is (privacy != "confidential")
