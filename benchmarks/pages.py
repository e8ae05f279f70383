"""What the pages weigh and how quickly they show, as a phone meets them first.

Every page's kilobytes and requests with gzip -6, its screens of a phone and its elements; of some,
Lighthouse's scores from a server that compresses, the median of the runs:

    npm install --prefix tests/browser
    python benchmarks/pages.py [--book _build/alms] [--runs 5] [--write]

With ``--write`` the figures go to ``results/pages.json`` as those of now.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import sync_playwright  # noqa: E402

from tests.browser.compressing import compressed, compressing  # noqa: E402
from tests.browser.conftest import FLAGS, chromium  # noqa: E402

RESULTS = Path(__file__).parent / "results" / "pages.json"
LIGHTHOUSE = ROOT / "tests" / "browser" / "node_modules" / ".bin" / "lighthouse"
SCORED = ("book/index.html", "notebooks/efficacy.html")
PHONE = {"width": 390, "height": 844}


def weighed(html: Path, site: str) -> dict[str, dict[str, float]]:
    """Return what each page takes at its first load, the heaviest first."""
    pages = [*html.glob("book/*.html"), *html.glob("notebooks/**/*.html"), html / "search.html"]
    found = {}
    with sync_playwright() as driver:
        chrome = driver.chromium.launch(executable_path=chromium(), args=FLAGS)
        for page in sorted(path.relative_to(html).as_posix() for path in pages):
            tab, asked = chrome.new_page(viewport=PHONE), []
            tab.on("request", lambda request, asked=asked: asked.append(request.url))
            tab.goto(f"{site}/{page}", wait_until="load")
            files = {html / url.removeprefix(site).partition("?")[0].lstrip("/") for url in asked}
            height, elements = tab.evaluate(
                "[document.documentElement.scrollHeight, document.querySelectorAll('*').length]"
            )
            found[page] = {
                "kB": round(sum(len(compressed(file)) for file in files if file.is_file()) / 1000),
                "requests": len(asked),
                "screens": round(height / PHONE["height"], 1),
                "elements": elements,
            }
            tab.close()
        chrome.close()
    return dict(sorted(found.items(), key=lambda item: -item[1]["kB"]))


def scored(address: str, runs: int) -> dict[str, object]:
    """Return Lighthouse's scores of a page on its simulated phone: medians, and all of speed."""
    reports = []
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as folder:
            flags = f"--headless --no-sandbox --disable-gpu --user-data-dir={folder}/profile"
            command = [LIGHTHOUSE, address, "--quiet", "--output=json", f"--chrome-flags={flags}"]
            environment = {**os.environ, "CHROME_PATH": str(chromium())}
            ended = subprocess.run(command, check=True, capture_output=True, env=environment)
            reports.append(json.loads(ended.stdout))
    scores = {
        name: round(100 * statistics.median(r["categories"][name]["score"] for r in reports))
        for name in ("performance", "accessibility", "best-practices", "seo")
    }
    speeds = sorted(round(100 * r["categories"]["performance"]["score"]) for r in reports)
    failing = {a["id"] for r in reports for a in r["audits"].values() if a["score"] == 0}
    return {**scores, "performance of the runs": speeds, "failing": sorted(failing)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--book", type=Path, default=ROOT / "_build" / "alms")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    html = options.book / "html"
    http = compressing(html)
    threading.Thread(target=http.serve_forever, daemon=True).start()
    site = f"http://127.0.0.1:{http.server_port}"
    found = weighed(html, site)
    for page in SCORED if LIGHTHOUSE.is_file() and options.runs else ():
        found[page]["lighthouse"] = scored(f"{site}/{page}", options.runs)
    own = [f for f in html.rglob("*") if f.is_file() and html / "files" not in f.parents]
    megabytes = round(sum(file.stat().st_size for file in own) / 1e6, 1)
    for page, values in found.items():
        print(page, json.dumps(values))
    print(f"the site without its downloads: {megabytes} MB, {len(own)} files")
    if options.write:
        results = json.loads(RESULTS.read_text(encoding="utf-8"))
        results |= {"now": found, "site": {"MB": megabytes, "files": len(own)}}
        lines = [f'  "{page}": {json.dumps(values)}' for page, values in found.items()]
        before = [f'  "{page}": {json.dumps(values)}' for page, values in results["before"].items()]
        text = (
            f'{{\n "what": {json.dumps(results["what"])},\n "before": {{\n'
            + ",\n".join(before)
            + '\n },\n "now": {\n'
            + ",\n".join(lines)
            + f'\n }},\n "site": {json.dumps(results["site"])}\n}}\n'
        )
        RESULTS.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
