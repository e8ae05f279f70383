"""Bad input and a bad machine: a message, an exit code, and the published book stays."""

import errno
import fcntl
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from trialbook.messages import disk_error


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def refused(finished, code: int, *words: str) -> None:
    """A command ended with a code, said these words, and showed no traceback."""
    assert finished.code == code, finished.out + finished.err
    for word in words:
        assert word in finished.err
    assert "Traceback" not in finished.err


def test_a_folder_that_is_not_there(clone, commands):
    refused(commands("build", "data/nowhere", cwd=clone), 1, "There is no folder data/nowhere")


def test_a_folder_without_trial_yml_says_how_to_get_one(clone, commands):
    (clone / "data" / "small" / "trial.yml").unlink()
    refused(commands("build", "data/small", cwd=clone), 1, "trialbook new", "--from data/small")


def test_a_malformed_trial_yml(clone, commands):
    (clone / "data" / "small" / "trial.yml").write_text("id: [small\n", encoding="utf-8")
    refused(commands("build", "data/small", cwd=clone), 1, "trial.yml")


def test_an_unknown_key_of_trial_yml_is_answered_with_the_nearest(clone, commands):
    edit(clone / "data" / "small" / "trial.yml", "privacy:", "privcy:")
    refused(commands("build", "data/small", cwd=clone), 1, "privcy", "privacy")


def test_a_formula_of_the_notes_is_answered_by_their_file_and_line(clone, commands):
    folder = clone / "data" / "small"
    (folder / "notes").mkdir(exist_ok=True)
    (folder / "notes" / "one.md").write_text("It was\n$\\frac{1}$ of them.\n", encoding="utf-8")
    trial = folder / "trial.yml"
    trial.write_text(f"notes: notes\n{trial.read_text(encoding='utf-8')}", encoding="utf-8")
    for command in ("build", "check"):
        finished = commands(command, "data/small", cwd=clone)
        assert finished.code == 1
        assert "notes/one.md, line 2: the formula \\frac{1}" in finished.out + finished.err


def test_a_column_that_is_not_there(clone, commands):
    edit(clone / "data" / "small" / "small.csv", "time,event", "tyme,event")
    refused(commands("build", "data/small", cwd=clone), 1, "small.csv", "time")


def test_an_arm_without_patients(clone, commands):
    edit(clone / "data" / "small" / "trial.yml", "values: [B]", "values: [C]")
    refused(commands("build", "data/small", cwd=clone), 1, "B")


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (["-p", "conf_levle=0.9"], 1, ["conf_levle", "conf_level"]),
        (["-p", "conf_level=90"], 1, ["between 0 and 1"]),
        (["-p", "ties=efro"], 1, ["efron"]),
        (["-p", "trial=data/other"], 1, ["the folder you name"]),
        (["-p", "conf_level"], 2, ["name=value"]),
        (["-p", "conf_level=[", ""], 2, ["YAML"]),
        (["--only", "thre"], 2, ["thre"]),
        (["--only", "tow"], 2, ["'two'"]),
        (["--grid", "ties"], 2, ["name=v1,v2"]),
    ],
)
def test_what_was_typed_wrong_is_answered_with_what_is_right(clone, commands, options, code, words):
    arguments = [option for option in options if option]
    refused(commands("build", "data/small", *arguments, cwd=clone), code, *words)


def test_a_failing_cell_is_named_by_file_and_line_and_the_others_are_still_executed(
    clone, commands
):
    chapter = clone / "notebooks" / "two.md"
    edit(chapter, "\nties\n```", '\nties\n\nraise ValueError("no such ties")\n```')
    line = chapter.read_text().splitlines().index('raise ValueError("no such ties")') + 1
    finished = commands("build", "data/small", cwd=clone)
    refused(finished, 3, f"notebooks/two.md, line {line}", "ValueError: no such ties")
    assert len(finished.err.splitlines()) < 6
    assert "one  " in finished.out
    assert not (clone / "_build" / "small").exists()


def test_a_warning_of_a_page_fails_the_build_now_and_the_next_time(rebuilt, commands):
    before = (rebuilt / "_build" / "small").resolve()
    (rebuilt / "book" / "words.md").write_text("# Words\n\n{doc}`nowhere`\n", encoding="utf-8")
    for _ in range(2):
        finished = commands("build", "data/small", cwd=rebuilt)
        refused(finished, 3, "book/words.md:3", "nowhere")
    assert (rebuilt / "_build" / "small").resolve() == before


def test_a_chapter_of_the_contents_that_is_not_there(clone, commands):
    (clone / "notebooks" / "two.md").unlink()
    refused(commands("build", "data/small", cwd=clone), 3, "notebooks/two.md")


def test_a_folder_that_no_build_made_is_not_touched(clone, commands, tmp_path):
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years of work")
    finished = commands("build", "data/small", "--out", mine, cwd=clone)
    refused(finished, 1, "not a book that trialbook built")
    assert [path.name for path in mine.iterdir()] == ["thesis.txt"]


def test_a_second_build_of_the_same_trial_is_told_to_wait(rebuilt, commands):
    with (rebuilt / "_build" / ".small" / "lock").open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        finished = commands("build", "data/small", "--force", cwd=rebuilt)
    refused(finished, 4, "Another build of small is under way")


def litter(root: Path) -> list[str]:
    """Return what a build left beside what it publishes and keeps."""
    store = root / "_build" / ".small"
    kept = {"cache", "work", "versions", "lock", ".gitignore"}
    versions = [p.name for p in (store / "versions").iterdir()]
    links = [p.name for p in (root / "_build").glob(".small.link*")]
    return [p.name for p in store.iterdir() if p.name not in kept] + versions[1:] + links


def slow_chapter(root: Path) -> Path:
    """Let a chapter say that it runs, and then take long; return the file that says so."""
    mark = root / "runs"
    edit(
        root / "notebooks" / "two.md",
        "\nties\n```",
        f"\nimport os, time\nopen({str(mark)!r}, 'w').write(str(os.getpid()))\ntime.sleep(60)\n```",
    )
    return mark


def wait_for(condition, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.05)


def gone(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] == "Z"


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks at processes in /proc")
@pytest.mark.parametrize(("signum", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_an_interrupted_or_killed_build_leaves_the_last_book_and_no_process(
    rebuilt, commands, signum, code
):
    before = (rebuilt / "_build" / "small").resolve()
    mark = slow_chapter(rebuilt)
    pid = commands.start("build", "data/small", cwd=rebuilt)
    wait_for(lambda: mark.exists() and mark.read_text())
    if signum == signal.SIGINT:
        os.killpg(pid, signum)
    else:
        os.kill(pid, signum)
    finished = commands.wait(pid)
    assert finished.code == code
    assert "Traceback" not in finished.err
    wait_for(lambda: gone(int(mark.read_text())), 10)
    assert (rebuilt / "_build" / "small").resolve() == before
    edit(rebuilt / "notebooks" / "two.md", "time.sleep(60)", "time.sleep(0)")
    assert commands("build", "data/small", cwd=rebuilt).code == 0
    assert litter(rebuilt) == []


def test_a_machine_that_cannot_write_leaves_the_last_book(rebuilt, commands):
    before = (rebuilt / "_build" / "small").resolve()
    edit(rebuilt / "book" / "words.md", "Some.", "Other ones.")
    most = 30_000  # bytes in one file: less than a page needs, as on a full disk
    finished = commands("build", "data/small", cwd=rebuilt, most=most)
    refused(finished, 4, "File too large")
    assert (rebuilt / "_build" / "small").resolve() == before
    assert (rebuilt / "_build" / "small" / "html" / "index.html").is_file()


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 8 MB; making one takes rights that not everyone has."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(disk)]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("only root can make a small disk, to fill it up")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


# It fills up with a kernel's own files, with an executed chapter, with the pages.
@pytest.mark.parametrize("kilobytes", [4, 40, 100])
def test_a_full_disk_is_told_and_leaves_the_last_book(small_disk, clone, commands, kilobytes):
    out = small_disk / "book"
    assert commands("build", "data/small", "--out", out, cwd=clone).code == 0
    before = out.resolve()
    edit(clone / "book" / "words.md", "Some.", "Other ones.")
    edit(clone / "notebooks" / "two.md", "\nties\n```", "\nties, 2\n```")
    disk = os.statvfs(small_disk)
    with (small_disk / "fill").open("wb") as file:
        file.write(bytes(disk.f_bavail * disk.f_bsize - kilobytes * 1024))
    finished = commands("build", "data/small", "--out", out, cwd=clone)
    refused(finished, 4, "No space left on device", "Free some space", str(out), "stays")
    assert out.resolve() == before
    assert (out / "html" / "index.html").is_file()
    (small_disk / "fill").unlink()
    assert commands("build", "data/small", "--out", out, cwd=clone).code == 0
    left = {path.name for path in (small_disk / ".book").iterdir()}
    assert left == {"cache", "work", "versions", "lock", ".gitignore"}
    assert {path.name for path in small_disk.iterdir()} == {"book", ".book"}


@pytest.mark.skipif(not Path("/sys/kernel").is_dir(), reason="nowhere that nobody may write")
def test_a_place_that_cannot_be_written_is_named(clone, commands):
    finished = commands("build", "data/small", "--out", "/sys/kernel/book", cwd=clone)
    refused(finished, 4, "The machine failed: ", "/sys/kernel/.book", "--out names another place")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_an_error_of_the_disk_is_known_however_a_library_quotes_it(number):
    error = OSError(number, os.strerror(number), "a", None, "b")
    for told in (error, str(error), f"cannot copy static file {error!r}"):
        assert os.strerror(number) in str(disk_error("The pages", told))
    assert str(disk_error("The pages", error)).startswith(f"The pages: {os.strerror(number)}: b.")
    for other in (OSError(errno.ENOENT, "No such file"), "page.md:28: [28] is not a citation"):
        assert disk_error("The pages", other) is None
