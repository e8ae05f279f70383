"""Both books, built once a session, and a browser to read them with."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import axe_playwright_python
import pytest

from trialbook.publishing.pdf import chromium
from trialbook.publishing.serve import server

ROOT = Path(__file__).parents[2]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-sync",
    "--no-first-run",
]
TRIALS = ("alms", "gbsg2")
# The newest where `npm install --prefix tests/browser` was run, else the Python package's own.
NEWEST_AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
BUNDLED_AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"
AXE = NEWEST_AXE if NEWEST_AXE.is_file() else BUNDLED_AXE


def pytest_collection_modifyitems(items):
    left_out = pytest.mark.skip(reason="no Chromium here: the pages were not looked at")
    for item in items:
        if Path(item.fspath).parent == Path(__file__).parent:
            item.add_marker(pytest.mark.browser)
            if chromium() is None:
                item.add_marker(left_out)


@pytest.fixture(scope="session")
def books(tmp_path_factory):
    """Build both books with the command line and return where each is."""
    folder = tmp_path_factory.mktemp("books")
    found = {}
    for name in TRIALS:
        found[name] = folder / name
        command = [sys.executable, "-m", "trialbook", "build", f"data/{name}", "--out", found[name]]
        finished = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, env={**os.environ, "COLUMNS": "100"}
        )
        assert finished.returncode == 0, finished.stdout + finished.stderr
    return found


@pytest.fixture(scope="session")
def sites(books):
    """Serve both books and return their addresses."""
    addresses, running = {}, []
    for name, book in books.items():
        http = server(book / "html", 0)
        threading.Thread(target=http.serve_forever, daemon=True).start()
        running.append(http)
        addresses[name] = f"http://127.0.0.1:{http.server_port}"
    yield addresses
    for http in running:
        http.shutdown()
        http.server_close()


@pytest.fixture(scope="session")
def browser():
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as driver:
        chrome = driver.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield chrome
        chrome.close()
