"""Lighthouse's scores of the pages that readers meet first; where Node and Lighthouse are there.

npm install --prefix tests/browser
"""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.browser.conftest import chromium

BINARIES = Path(__file__).parent / "node_modules" / ".bin"
PAGES = ["book/index.html", "notebooks/efficacy.html", "notebooks/safety.html"]
# Speed is not among them: on a shared machine its score says more of the machine.
LEAST = {"accessibility": 1, "best-practices": 1, "seo": 1}


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_lighthouse_scores_a_page_high(sites, page, tmp_path):
    lighthouse = shutil.which("lighthouse", path=f"{BINARIES}{os.pathsep}{os.environ['PATH']}")
    if lighthouse is None:
        pytest.skip("no lighthouse here: npm install --prefix tests/browser")
    report = tmp_path / "report.json"
    flags = f"--headless --no-sandbox --disable-gpu --user-data-dir={tmp_path / 'profile'}"
    command = [lighthouse, f"{sites['alms']}/{page}", "--quiet", "--output=json"]
    command += [f"--output-path={report}", f"--chrome-flags={flags}"]
    command += [f"--only-categories={','.join(LEAST)}"]
    subprocess.run(command, check=True, env={**os.environ, "CHROME_PATH": chromium()})
    found = json.loads(report.read_text(encoding="utf-8"))
    failing = [a["title"] for a in found["audits"].values() if a["score"] not in (None, 1)]
    scores = {name: found["categories"][name]["score"] for name in LEAST}
    assert all(scores[name] >= least for name, least in LEAST.items()), (scores, failing)
