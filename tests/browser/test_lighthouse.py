"""Lighthouse's scores of the pages that readers meet first; where Node and Lighthouse are there.

npm install --prefix tests/browser
"""

import json
import os
import shutil
import subprocess
import threading
from pathlib import Path

import pytest

from tests.browser.compressing import compressing
from tests.browser.conftest import chromium

BINARIES = Path(__file__).parent / "node_modules" / ".bin"
PAGES = ["book/index.html", "notebooks/efficacy.html", "notebooks/safety.html"]
LEAST = {"accessibility": 1, "best-practices": 1, "seo": 1}
# Its phone is simulated on this machine, whose other work can only slow a page down: the best of
# some runs is what the page can do.
FAST, RUNS = 0.95, 5


@pytest.fixture(scope="module")
def compressed(books):
    http = compressing(books["alms"] / "html")
    threading.Thread(target=http.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{http.server_port}"
    http.shutdown()
    http.server_close()


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_lighthouse_scores_a_page_high(compressed, page, tmp_path):
    lighthouse = shutil.which("lighthouse", path=f"{BINARIES}{os.pathsep}{os.environ['PATH']}")
    if lighthouse is None:
        pytest.skip("no lighthouse here: npm install --prefix tests/browser")
    speeds = []
    for run in range(RUNS):
        report = tmp_path / f"{run}.json"
        flags = f"--headless --no-sandbox --disable-gpu --user-data-dir={tmp_path / 'profile'}"
        command = [lighthouse, f"{compressed}/{page}", "--quiet", "--output=json"]
        command += [f"--output-path={report}", f"--chrome-flags={flags}"]
        subprocess.run(command, check=True, env={**os.environ, "CHROME_PATH": chromium()})
        found = json.loads(report.read_text(encoding="utf-8"))
        failing = [a["title"] for a in found["audits"].values() if a["score"] not in (None, 1)]
        scores = {name: one["score"] for name, one in found["categories"].items()}
        assert all(scores[name] >= least for name, least in LEAST.items()), (scores, failing)
        speeds.append(scores["performance"])
        if speeds[-1] >= FAST:
            break
    assert max(speeds) >= FAST, (speeds, failing)
