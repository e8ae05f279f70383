"""The book as one PDF, printed by the Chromium that is there."""

import os
import shutil
import subprocess
from pathlib import Path

from trialbook.messages import MachineError
from trialbook.publishing import fingerprint
from trialbook.publishing.cache import Cache
from trialbook.publishing.kernels import die_with_parent

# What the page to be printed is called while it lies beside the others.
PRINT_PAGE = "print.html"
# Names the program where it has another name, or lies elsewhere.
CHROMIUM = "TRIALBOOK_CHROMIUM"
_NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
_FLAGS = (
    "--headless",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-sync",
    "--no-default-browser-check",
    "--no-first-run",
    "--no-pdf-header-footer",
    "--generate-pdf-document-outline",
    "--export-tagged-pdf",
)
_MINUTES = 5


def chromium() -> str | None:
    """Return the Chromium of this machine, None where there is none.

    ``TRIALBOOK_CHROMIUM`` names it where it is not found by itself.
    """
    asked = os.environ.get(CHROMIUM)
    names = _NAMES if asked is None else (asked,)
    return next((path for name in names if name and (path := shutil.which(name))), None)


def pdf_of(trial: str) -> str:
    """Return where a trial's PDF lies in its site."""
    return f"files/{trial}.pdf"


def print_book(html: Path, file: Path, cache: Cache, scratch: Path) -> bool:
    """Print the page that the build left beside the others, and remove it.

    Parameters
    ----------
    html : Path
        The site, with `PRINT_PAGE`.
    file : Path
        The PDF to write.
    cache : Cache
        Keeps what was printed: the same page and dress are not printed again.
    scratch : Path
        A folder for what Chromium writes meanwhile; cleared afterwards.

    Returns
    -------
    bool
        Whether it had to be printed.

    Raises
    ------
    MachineError
        If Chromium fails; with what it said.
    """
    program = chromium()
    page = html / PRINT_PAGE
    dress = sorted(path for path in (html / "_static").rglob("*") if path.suffix != ".js")
    key = fingerprint.key(
        [(path.name, fingerprint.sha256(path)) for path in [page, *dress] if path.is_file()],
        program and _version(program),
    )
    kept = cache.find("_pdf", key)
    if kept is None:
        exports = scratch / "exports"
        shutil.rmtree(scratch, ignore_errors=True)
        exports.mkdir(parents=True)
        try:
            _print(program or "", page, exports / "book.pdf", scratch / "profile")
            kept = cache.keep("_pdf", key, "", exports)
            printed = True
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    else:
        printed = False
    page.unlink()
    file.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(kept.exports / "book.pdf", file)
    return printed


def _print(program: str, page: Path, file: Path, profile: Path) -> None:
    command = [program, *_FLAGS, f"--user-data-dir={profile}", f"--print-to-pdf={file}"]
    if os.geteuid() == 0:
        command.append("--no-sandbox")  # root has none; the page holds no script
    parent = os.getpid()
    try:
        done = subprocess.run(
            [*command, page.absolute().as_uri()],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_MINUTES * 60,
            preexec_fn=lambda: die_with_parent(parent),
        )
        said = done.stderr
    except subprocess.TimeoutExpired:
        said = f"It did not end within {_MINUTES} minutes."
    except OSError as error:
        said = str(error)
    if not file.is_file() or file.read_bytes()[:5] != b"%PDF-":
        last = "\n".join(f"  {line}" for line in said.strip().splitlines()[-5:])
        raise MachineError(
            f"{program} did not print the book:\n{last}\n"
            f"Build without --pdf, or name another Chromium in {CHROMIUM}."
        )


def _version(program: str) -> list[int]:
    """Return what tells one installation of the program from another, without running it."""
    told = Path(program).resolve().stat()
    return [told.st_size, told.st_mtime_ns]
