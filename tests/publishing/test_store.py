"""No book is lost and none is mixed: wherever it is published, whatever happens meanwhile."""

import json
import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.publishing.test_building import executed
from tests.publishing.test_failures import edit, gone, litter, refused, wait_for


def whole(book: Path) -> bool:
    """Return whether a link leads to one complete build."""
    made = json.loads((book / "provenance.json").read_text(encoding="utf-8"))
    pages = [book / "html" / "notebooks" / f"{name}.html" for name in made["chapters"]]
    return all(page.is_file() for page in [*pages, book / "html" / "index.html", book / "ard.csv"])


@pytest.mark.parametrize("way", ["dots", "link", "dot"])
def test_a_book_is_published_where_it_is_said_however_that_is_written(
    rebuilt, commands, tmp_path, way
):
    place = tmp_path / "far" / "away"
    place.mkdir(parents=True)
    (rebuilt / "deep").mkdir()
    (rebuilt / "near").symlink_to(place)
    out = {"dots": "deep/../out", "link": "near/out", "dot": "./out"}[way]
    real = (place if way == "link" else rebuilt) / "out"
    (place if way == "link" else rebuilt).joinpath(".out").mkdir()
    for name in ("cache", "work"):  # so that nothing need be executed
        (rebuilt / "_build" / ".small" / name).rename(real.parent / ".out" / name)
    assert commands("build", "data/small", "--out", out, cwd=rebuilt).code == 0
    assert whole(real)
    first = real.resolve()
    edit(rebuilt / "data" / "small" / "trial.yml", "privacy:", "privcy:")
    refused(commands("build", "data/small", "--out", out, cwd=rebuilt), 1, "privcy")
    assert real.resolve() == first
    assert whole(real)
    edit(rebuilt / "data" / "small" / "trial.yml", "privcy:", "privacy:")
    assert "nothing has changed" in commands("build", "data/small", "--out", real, cwd=rebuilt).out
    assert whole(real)


@pytest.mark.parametrize("out", ["/", "..", "."])
def test_a_place_with_something_in_it_is_refused(rebuilt, commands, out):
    before = sorted(rebuilt.parent.rglob("*"))
    assert commands("build", "data/small", "--out", out, cwd=rebuilt).code == 1
    left = {path.name for path in set(rebuilt.parent.rglob("*")) - set(before)}
    assert left <= {".gitignore", "lock", ".clone"}


def test_git_takes_no_notice_of_what_a_store_holds(rebuilt, commands):
    subprocess.run(["git", "init", "-q"], cwd=rebuilt, check=True)
    (rebuilt / "_build" / ".small").rename(rebuilt / ".mine")
    (rebuilt / "_build" / "small").unlink()
    assert commands("build", "data/small", "--out", "mine", cwd=rebuilt).code == 0
    seen = subprocess.run(
        ["git", "status", "--porcelain", "-uall"],
        cwd=rebuilt, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert ".mine/" not in seen.stdout
    assert "data/small/trial.yml" in seen.stdout


def during(root: Path, what: str) -> None:
    """Let a chapter do something to the data while it is executed."""
    code = f"\nfrom pathlib import Path\ndata = Path('data/small/small.csv')\n{what}\n```"
    edit(root / "notebooks" / "two.md", "\nties\n```", code)


@pytest.mark.parametrize(
    "what",
    [
        "data.write_text(data.read_text() + '9,1,A\\n')",
        "text = data.read_text(); data.write_text('x'); data.write_text(text)",
        "data.with_name('notes.md').write_text('new')",
        "data.rename(data.with_name('other.csv'))",
    ],
    ids=["changed", "changed and changed back", "added", "renamed"],
)
def test_data_that_change_during_a_build_are_not_published_and_not_kept(rebuilt, commands, what):
    before = (rebuilt / "_build" / "small").resolve()
    kept = sorted((rebuilt / "_build" / ".small" / "cache").iterdir())
    during(rebuilt, what)
    refused(commands("build", "data/small", cwd=rebuilt), 1, "changed while the book was built")
    assert (rebuilt / "_build" / "small").resolve() == before
    assert sorted((rebuilt / "_build" / ".small" / "cache").iterdir()) == kept
    assert litter(rebuilt) == []


def test_data_that_change_while_the_pages_are_made_leave_nothing_in_the_cache(rebuilt, commands):
    cache = rebuilt / "_build" / ".small" / "cache"
    kept = sorted(cache.iterdir())
    edit(rebuilt / "notebooks" / "two.md", "# Two", "# Two, renamed")
    pid = commands.start("build", "data/small", cwd=rebuilt)
    wait_for(lambda: len(list(cache.glob("two-*/sums.json"))) > 1)
    data = rebuilt / "data" / "small" / "small.csv"
    data.write_text(data.read_text() + "9,1,A\n", encoding="utf-8")
    refused(commands.wait(pid), 1, "small.csv in small changed while the book was built")
    assert sorted(cache.iterdir()) == kept
    assert executed(commands("build", "data/small", cwd=rebuilt)) == {"one", "two"}


def test_a_page_that_changes_during_a_build_is_not_published(rebuilt, commands):
    code = "\nfrom pathlib import Path\nPath('book/words.md').write_text('# Other')\n```"
    edit(rebuilt / "notebooks" / "two.md", "\nties\n```", code)
    finished = commands("build", "data/small", cwd=rebuilt)
    refused(finished, 1, "A page of the book")


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def garbage(path: Path) -> None:
    path.write_bytes(b"\xff\xfe\0[")


def odd(path: Path) -> None:
    path.write_text('{"chapters": {"one": null}}', encoding="utf-8")


@pytest.mark.parametrize("damage", [cut, garbage, odd, Path.unlink])
def test_what_is_damaged_in_a_store_is_made_anew(rebuilt, commands, damage):
    store, book = rebuilt / "_build" / ".small", rebuilt / "_build" / "small"
    for pattern in ("cache/*/*.json", "work/book/doctrees/**/*.doctree"):
        for path in store.glob(pattern):
            damage(path)
    damage(book / "provenance.json")
    finished = commands("build", "data/small", cwd=rebuilt)
    assert finished.code == 0, finished.err
    assert executed(finished) == {"one", "two"}
    assert whole(book)
    assert "nothing has changed" in commands("build", "data/small", cwd=rebuilt).out


def test_a_hanging_chapter_ends_after_the_limit_and_says_where(rebuilt, commands):
    before = (rebuilt / "_build" / "small").resolve()
    mark = rebuilt / "runs"
    edit(rebuilt / "notebooks" / "two.md", "\nties\n```",
         f"\nimport os\nopen({str(mark)!r}, 'w').write(str(os.getpid()))\n"
         "while True: pass\n```")  # fmt: skip
    text = (rebuilt / "notebooks" / "two.md").read_text(encoding="utf-8").splitlines()
    finished = commands("build", "data/small", "--timeout", "3", cwd=rebuilt)
    line = text.index("import os") + 1
    refused(finished, 3, f"notebooks/two.md, the cell at line {line}", "after 3 s", "--timeout")
    wait_for(lambda: gone(int(mark.read_text())), 10)
    assert (rebuilt / "_build" / "small").resolve() == before
    assert litter(rebuilt) == []


def kill_at(root: Path, commands, fraction: float, seconds: float, number: int) -> str:
    """Kill a build that executes everything; return what it said until then."""
    link = root / "_build" / "small"
    before = link.resolve()
    for name in ("one", "two"):
        path = root / "notebooks" / f"{name}.md"
        path.write_text(path.read_text() + f"\nSentence {number}.\n", encoding="utf-8")
    pid = commands.start("build", "data/small", cwd=root)
    time.sleep(fraction * seconds)
    os.kill(pid, signal.SIGKILL)
    finished = commands.wait(pid)
    assert whole(link)
    text = (link / "html" / "notebooks" / "two.html").read_text(encoding="utf-8")
    published = f"Sentence {number}." in text
    assert published or link.resolve() == before
    again = commands("build", "data/small", cwd=root)
    assert again.code == 0, again.err
    assert litter(root) == []
    assert whole(link)
    for name in ("one", "two"):
        page = (link / "html" / "notebooks" / f"{name}.html").read_text(encoding="utf-8")
        assert f"Sentence {number}." in page
    return finished.out


def kills(root: Path, commands, n: int, seed: int) -> list[str]:
    """Kill `n` builds, each at a random moment of its own part of the time that a build takes."""
    began = time.monotonic()
    assert commands("build", "data/small", "--force", cwd=root).code == 0
    seconds, at = time.monotonic() - began, random.Random(seed)
    return [
        kill_at(root, commands, (number + at.random()) / n, seconds, number) for number in range(n)
    ]


def test_a_build_killed_while_it_executes_leaves_the_last_book_and_the_next_one_works(
    rebuilt, commands
):
    kills(rebuilt, commands, 3, seed=1)


@pytest.mark.slow
def test_a_build_killed_at_25_moments_leaves_the_last_book_and_the_next_one_works(
    rebuilt, commands
):
    said = kills(rebuilt, commands, 25, seed=2)
    stages = [out.splitlines()[-1].split()[0] if out.strip() else "" for out in said]
    print("killed after:", stages)  # seen with -s
    assert len(set(stages)) > 2
