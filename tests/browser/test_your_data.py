"""One's own data in the browser: the package's numbers, its sentences, and nothing leaves."""

import shlex
import threading
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import lifelines.datasets
import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from tests.browser.conftest import ROOT
from trialbook import survival
from trialbook.cli import main
from trialbook.publishing.headers import SEALED
from trialbook.trial import load_trial

COMPONENTS = ROOT / "book" / "assets" / "components"
REFERENCE = ROOT / "trialbook" / "agreement" / "reference"
PAGE = (ROOT / "book" / "your_data_in_the_browser.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(browser, tmp_path_factory):
    """Open the page's own markup under its policy, from a disk."""
    scripts = "".join(
        f'<script defer src="{(COMPONENTS / f"{name}.js").as_uri()}"></script>'
        for name in ("estimates", "tabular", "your-data")
    )
    body = "\n".join(line for line in PAGE.splitlines() if line.startswith(("<div", "<noscript")))
    policy = f'<meta http-equiv="Content-Security-Policy" content="{escape(SEALED)}">'
    file = tmp_path_factory.mktemp("page") / "page.html"
    file.write_text(
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">{policy}<title>Page</title>'
        f"{scripts}</head><body><main><h1>Page</h1>{body}</main></body></html>",
        encoding="utf-8",
    )
    context = browser.new_context(accept_downloads=True)
    tab = context.new_page()
    tab.set_default_timeout(20_000)
    tab.asked, tab.wrong = [], []
    tab.on("request", lambda request: tab.asked.append(request.url))
    tab.on("pageerror", lambda error: tab.wrong.append(str(error)))
    tab.goto(file.as_uri())
    yield tab
    context.close()


def given(page, content, name="mine.csv"):
    """Drop a file on the page."""
    raw = content if isinstance(content, bytes) else content.to_csv(index=False).encode()
    file = {"name": name, "mimeType": "text/csv", "buffer": raw}
    page.locator("input[type=file]").set_input_files([file])
    # the policy forbids what a waiting function would need
    page.locator(".tb-your-data [role=status] p").first.wait_for()


def answered(page, **said):
    for option in ("id", "time", "unit", "arm", "event"):
        page.locator(f"select[name={option}]").select_option(said[option])
    for option in ("control", "event_value"):
        page.locator(f"input[name={option}][value='{said[option]}']").check()


def told(page):
    return page.locator(".tb-your-data [role=status]").inner_text()


def result(page):
    return page.evaluate(
        "JSON.parse(JSON.stringify(document.querySelector('.tb-your-data').result))"
    )


def trials():
    gbsg2 = lifelines.datasets.load_gbsg2()
    lung = pd.read_csv(REFERENCE / "lung.csv")
    veteran = pd.read_csv(REFERENCE / "veteran.csv")
    rng = np.random.default_rng(5)
    many = pd.DataFrame({
        "time": rng.integers(0, 400, 100_000), "died": rng.integers(0, 2, 100_000),
        "arm": rng.choice(["old", "new", "newest"], 100_000),
    })  # fmt: skip
    fine = many.iloc[:3000].assign(time=rng.exponential(3, 3000))
    adtte = {"time": "AVAL", "event": "CNSR", "arm": "TRT01P", "id": "USUBJID"}
    plain = {"time": "time", "event": "died", "arm": "arm", "id": "none", "event_value": "1"}
    yes = {"event": "cens", "event_value": "1", "arm": "horTh", "control": "no"}
    return {
        "gbsg2": (gbsg2, {"time": "time", "id": "none", "unit": "days", **yes}),
        "lung": (lung, {**adtte, "event_value": "0", "control": "Male", "unit": "days"}),
        "veteran": (veteran, {**adtte, "event_value": "0", "control": "Standard", "unit": "days"}),
        "ties": (many, {**plain, "control": "old", "unit": "days"}),
        "fractions": (fine, {**plain, "control": "new", "unit": "months"}),
    }


@pytest.mark.parametrize("name", ["gbsg2", "lung", "veteran", "ties", "fractions"])
def test_the_numbers_are_the_packages(page, name):
    frame, said = trials()[name]
    given(page, frame)
    answered(page, **said)
    page.locator(".tb-your-data table").first.wait_for()
    shown = result(page)
    time = frame[said["time"]].to_numpy(float)
    event = (frame[said["event"]].astype(str) == said["event_value"]).to_numpy()
    arm = frame[said["arm"]].to_numpy(str)
    near = {"rel": 1e-9, "abs": 1e-12, "nan_ok": True}
    assert shown["arms"][0] == said["control"]
    assert sorted(shown["arms"]) == sorted(set(arm))
    tau = min(time[arm == one].max() for one in shown["arms"])
    means = []
    for i, one in enumerate(shown["arms"]):
        km = survival.kaplan_meier(time[arm == one], event[arm == one])
        curve = {name: np.array(of, float) for name, of in shown["curves"][i].items()
                 if isinstance(of, list)}  # fmt: skip
        assert curve["time"] == pytest.approx(km.time, **near)
        assert curve["atRisk"] == pytest.approx(km.n_at_risk)
        assert curve["survival"] == pytest.approx(km.survival, **near)
        assert curve["lower"] == pytest.approx(km.lower, **near)
        assert curve["upper"] == pytest.approx(km.upper, **near)
        assert np.array(shown["medians"][i], float) == pytest.approx(km.median, **near)
        means.append(survival.rmst(time[arm == one], event[arm == one], tau))
        assert shown["means"][i]["rmst"] == pytest.approx(means[i].rmst, **near)
    test = survival.log_rank(time, event, arm)
    assert shown["test"]["chisq"] == pytest.approx(test.chisq, **near)
    assert shown["test"]["p"] == pytest.approx(test.p_value, rel=1e-9)
    for i, one in enumerate(shown["arms"][1:]):
        both = np.isin(arm, [said["control"], one])
        model = survival.cox(time[both], event[both], arm[both] == one)
        beta, spread = model.coef[0], 1.959963984540054 * np.sqrt(model.covariance[0, 0])
        compared = shown["compared"][i]
        assert compared["model"]["hr"] == pytest.approx(np.exp(beta), rel=1e-9)
        assert compared["model"]["lower"] == pytest.approx(np.exp(beta - spread), rel=1e-9)
        assert compared["model"]["upper"] == pytest.approx(np.exp(beta + spread), rel=1e-9)
        two = survival.log_rank(time[both], event[both], arm[both])
        assert compared["test"]["p"] == pytest.approx(two.p_value, rel=1e-9)
        difference = survival.rmst_difference(means[i + 1], means[0])
        assert compared["rmst"]["lower"] == pytest.approx(difference.lower, **near)
        assert compared["rmst"]["upper"] == pytest.approx(difference.upper, **near)
    assert page.wrong == []


def test_nothing_is_chosen_beforehand_and_each_choice_says_what_it_would_mean(page):
    frame, said = trials()["gbsg2"]
    given(page, frame)
    assert {one.input_value() for one in page.locator("form select").all()} == {""}
    for option in ("id", "time", "unit", "arm", "event"):
        page.locator(f"select[name={option}]").select_option(said[option])
    assert page.locator("form input:checked").count() == 0
    meant = page.locator("input[name=event_value][value='1'] + span").inner_text()
    assert "299 events, times to 2,659 days" in meant
    assert "no 205 of 440, median 1,528" in meant
    assert page.locator(".tb-your-data table").count() == 0


def test_the_command_builds_what_the_page_showed(page, tmp_path, monkeypatch):
    frame, said = trials()["veteran"]
    given(page, frame, "my veterans' file.csv")
    answered(page, **said)
    command = page.locator(".tb-your-data pre").inner_text().splitlines()[0]
    monkeypatch.chdir(tmp_path)
    frame.to_csv("my veterans' file.csv", index=False)
    words = shlex.split(command)
    assert words[:2] == ["trialbook", "new"]
    made = CliRunner().invoke(main, words[1:])
    assert made.exit_code == 0, made.output
    assert "128 events in 137" in made.output
    assert "control: Standard" in made.output


BAD = {
    "empty": (b" \n", "is empty"),
    "workbook": (b"PK\x03\x04aaaa", "is a workbook or an archive, whatever its name says"),
    "page": (b"<!DOCTYPE html><p>", "is a web page, whatever its name says"),
    "binary": (b"a,b\n\0\0,1\n", "is not text"),
    "nameless": (b",,\n1,2,3\n", "has no first line with the columns' names"),
    "quote": (b'time,event,arm\n1,"0,a\n2,1,b\n', "look for a quotation mark that is not closed"),
    "ragged": (b"time,event,arm\n1,0,a\n2,1,b,c\n", "a row must have the 3 columns of the first"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_read_gets_the_sentence_of_new(page, tmp_path, name):
    content, sentence = BAD[name]
    given(page, content)
    assert sentence in told(page)
    assert page.locator(".tb-your-data form").is_hidden()
    (tmp_path / "mine.csv").write_bytes(content)
    command = ["new", str(tmp_path / "t"), "--from", str(tmp_path / "mine.csv"), "--unit", "days"]
    refused = CliRunner().invoke(main, command)
    assert refused.exit_code != 0
    assert sentence in " ".join(refused.output.split())


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ("1,1,a,1\n2,,b,2\n", "event must not be blank"),
        ("1,1,Drug A,1\n2,0,Drug\u00a0A,2\n", "two arms look alike"),
        ("1,1,Drug A,1\n2,0,Drug\u200b A,2\n", "two arms look alike"),
        ("1,1,a,1\n2,0,b,1\n3,0,b,2\n", "keep one row of each patient"),
        ("1.040,1,a,1\n2.500,0,b,2\n", "the point may mark decimals or thousands"),
    ],
)
def test_what_would_give_a_wrong_result_is_refused(page, rows, sentence):
    given(page, f"time,event,arm,id\n{rows}".encode())
    answered_or_refused = {"id": "id", "time": "time", "unit": "days", "arm": "arm",
                           "event": "event", "event_value": "1"}  # fmt: skip
    for option in ("id", "time", "unit", "arm", "event"):
        page.locator(f"select[name={option}]").select_option(answered_or_refused[option])
    page.locator("input[name=control]").first.check()
    page.locator("input[name=event_value][value='1']").check()
    assert sentence in told(page)
    assert page.locator(".tb-your-data table").count() == 0


def test_times_with_a_comma_are_no_numbers_and_are_not_guessed_at(page):
    given(page, b"time;event;arm\n1,5;1;a\n2,5;0;b\n")
    assert "time holds numbers with commas" in told(page)
    assert page.locator("select[name=time] option[value=time]").count() == 0


def test_the_figure_can_be_kept_and_the_page_asks_nobody_for_anything(page):
    frame, said = trials()["veteran"]
    given(page, frame)
    answered(page, **said)
    for ending, begins in (("SVG", b"<?xml"), ("PNG", b"\x89PNG")):
        with page.expect_download() as waiting:
            page.get_by_role("button", name=f"Save the figure ({ending})").click()
        assert Path(waiting.value.path()).read_bytes().startswith(begins)
    assert [url for url in page.asked if not url.startswith(("file:", "data:", "blob:"))] == []
    assert page.wrong == []


@pytest.fixture(scope="module")
def listener():
    """Return the address of a server that would take anything, and what it was asked for."""
    heard = []

    class Takes(BaseHTTPRequestHandler):
        def do_GET(self):
            heard.append(self.path)
            self.send_response(200)
            self.send_header("Access-Control-Allow-Origin", "*")
            self.end_headers()

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_):
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Takes)
    threading.Thread(target=http.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{http.server_port}", heard
    http.shutdown()
    http.server_close()


ATTEMPTS = {
    "fetch": "fetch(url).catch(() => 0)",
    "xhr": "const r = new XMLHttpRequest(); r.open('GET', url); r.send()",
    "beacon": "navigator.sendBeacon(url, 'x')",
    "socket": "new WebSocket(url.replace('http', 'ws'))",
    "image": "new Image().src = url",
    "script": "document.head.append(Object.assign(document.createElement('script'), {src: url}))",
    "frame": "document.body.append(Object.assign(document.createElement('iframe'), {src: url}))",
    "form": "const f = document.createElement('form'); f.action = url; document.body.append(f);"
    "f.submit()",
}


@pytest.mark.parametrize("way", ATTEMPTS)
def test_nothing_leaves_the_page_by_its_own_policy(page, listener, way):
    url, heard = listener
    found = page.evaluate(
        f"""(url) => new Promise((done) => {{
          addEventListener('securitypolicyviolation', () => done('refused'), {{once: true}});
          setTimeout(() => done('nothing'), 3000);
          try {{ {ATTEMPTS[way]} }} catch {{ done('refused') }}
        }})""",
        f"{url}/{way}",
    )
    # a form that was refused leaves a navigation that never ends
    page.goto(page.url)
    assert found == "refused"
    assert heard == []


def test_columns_with_spaces_between_them_are_read_and_repeated_patients_told_of(page):
    given(page, b'"time" "event" "arm" "record_id"\n"1" 5 1 "a" 1\n"2" 7 0 "b" 1\n')
    for option, value in {"id": "none", "time": "time", "unit": "days", "arm": "arm",
                          "event": "event"}.items():  # fmt: skip
        page.locator(f"select[name={option}]").select_option(value)
    page.locator("input[name=control]").first.check()
    page.locator("input[name=event_value][value='1']").check()
    assert page.locator(".tb-your-data table").count() == 2
    assert "record_id holds the same value in several rows" in told(page)


def same_as_the_command(page, folder, content, name):
    """Run the command that the page offers to its end, and hold its numbers to the page's."""
    command = page.locator(".tb-your-data pre").inner_text().splitlines()[0]
    (folder / name).write_bytes(content)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        words = shlex.split(command)
        made = CliRunner().invoke(main, words[1:])
        assert made.exit_code == 0, made.output
        trial = load_trial(folder / words[2])
    shown = result(page)
    data = trial.time_to_event(trial.primary.paramcd)
    arms = [next(iter(arm.values)) for arm in trial.arms]
    assert sorted(shown["arms"]) == sorted(arms)
    assert shown["arms"][0] == arms[0]
    for one, values in zip(trial.arms, arms, strict=True):
        of = data[data["arm"] == one.code]
        km = survival.kaplan_meier(of["AVAL"], of["event"])
        curve = shown["curves"][shown["arms"].index(values)]
        assert curve["survival"] == pytest.approx(km.survival, rel=1e-9)
        assert curve["atRisk"] == pytest.approx(km.n_at_risk)
    test = survival.log_rank(data["AVAL"], data["event"], data["arm"])
    assert shown["test"]["chisq"] == pytest.approx(test.chisq, rel=1e-9)


CASES = ROOT.parent / "shared" / "cases"
USUAL = {"id": "id", "time": "time", "unit": "days", "arm": "arm", "event": "event",
         "event_value": "1", "control": "Placebo"}  # fmt: skip
# What is answered, or the sentence that refuses: when the file comes, or when it is answered.
FLAT = {
    "arm-called-none/trial": USUAL | {"arm": "dose", "control": "None"},
    "double-dummy/pbo3": USUAL | {"time": "months", "unit": "months", "event": "death",
                                  "control": "Placebo A + Placebo B"},
    "flat-adtte-evntdesc/onefile": USUAL | {"id": "USUBJID", "time": "AVAL", "arm": "TRTP",
                                            "event": "CNSR", "event_value": "0"},
    "header-not-understood/data_clinical_patient": USUAL | {
        "id": "PATIENT_ID", "time": "OS_MONTHS", "unit": "months", "arm": "ARM",
        "event": "OS_STATUS", "event_value": "1:DECEASED"},
    "header-not-understood/write_table": USUAL,
    "inverted-indicator/alive": USUAL | {"event": "alive", "event_value": "0"},
    "inverted-indicator/trial": USUAL | {"event": "is_censored", "event_value": "0"},
    "long-flat-adtte/survminer_adtte": "PARAMCD names several end points",
    "long-ids/exponent-ids": USUAL,
    "long-ids/trial": USUAL,
    "lookalike-arms/trial": "two arms look alike",
    "lookalike-arms/zero-width": "two arms look alike",
    "rows-are-not-patients/doubled-row": "keep one row of each patient",
    "rows-are-not-patients/trial": "keep one row of each patient",
    "shift-jis/trial": "is not UTF-8",
    "thousands-dot/same-without-dots": USUAL,
    "thousands-dot/thousands-comma-tab": "time holds numbers with commas",
    "thousands-dot/trial": "the point may mark decimals or thousands",
    "unit-in-camel-case/trial": USUAL | {"time": "survivalMonths", "unit": "months"},
}  # fmt: skip


@pytest.mark.skipif(not CASES.is_dir(), reason="../shared is not here")
@pytest.mark.parametrize("name", FLAT)
def test_each_flat_file_that_failed_once_is_refused_or_gives_what_new_does(page, name, tmp_path):
    content, said = (CASES / f"{name}.csv").read_bytes(), FLAT[name]
    given(page, content)
    if isinstance(said, dict):
        answered(page, **said)
        page.locator(".tb-your-data table").first.wait_for()
        same_as_the_command(page, tmp_path, content, "mine.csv")
    else:
        if page.locator("select[name=time] option[value=time]").count():
            header = content.decode("utf-8").splitlines()[0]
            of = {"id": "record_id" if "record_id" in header else "id", "time": "time",
                  "unit": "days", "arm": "arm", "event": "event"}  # fmt: skip
            for option, value in of.items():
                page.locator(f"select[name={option}]").select_option(value)
            page.locator("input[name=event_value][value='1']").check()
            page.locator("input[name=control]").first.check()
        assert said in told(page)
        assert page.locator(".tb-your-data table").count() == 0
    assert page.wrong == []


def test_a_file_is_dropped(page):
    frame, said = trials()["lung"]
    page.reload()
    moved = page.evaluate_handle(
        """(text) => {
          const moved = new DataTransfer();
          moved.items.add(new File([text], "dropped.csv", {type: "text/csv"}));
          return moved;
        }""",
        frame.to_csv(index=False),
    )
    page.dispatch_event(".tb-drop", "dragover", {"dataTransfer": moved})
    assert "tb-over" in page.locator(".tb-drop").get_attribute("class")
    page.dispatch_event(".tb-drop", "drop", {"dataTransfer": moved})
    page.locator(".tb-your-data [role=status] p").first.wait_for()
    assert f"dropped.csv: {len(frame)} rows" in told(page)
    answered(page, **said)
    page.locator(".tb-your-data table").first.wait_for()
    assert page.locator("form input[type=file]").count() == 0
    assert page.wrong == []


AWKWARD = {
    "four arms": [("a", 1, 1), ("b", 2, 1), ("c", 3, 0), ("d", 4, 1), ("a", 5, 0), ("b", 6, 1),
                  ("c", 7, 1), ("d", 8, 0), ("a", 9, 1), ("b", 3, 0), ("c", 2, 1), ("d", 1, 1)],
    "ties": [("a", 2, 1), ("a", 2, 1), ("b", 2, 1), ("b", 2, 0), ("a", 3, 1), ("b", 3, 1),
             ("a", 3, 0), ("b", 4, 1)],
    "times of zero": [("a", 0, 1), ("a", 0, 0), ("b", 0, 1), ("b", 5, 1), ("a", 7, 1), ("b", 8, 0)],
}  # fmt: skip


@pytest.mark.parametrize("name", AWKWARD)
def test_awkward_files_give_what_the_command_gives(page, tmp_path, name):
    frame = pd.DataFrame(AWKWARD[name], columns=["arm", "time", "event"])
    content = frame.to_csv(index=False).encode()
    given(page, content)
    answered(page, **USUAL | {"id": "none", "control": "a"})
    page.locator(".tb-your-data table").first.wait_for()
    same_as_the_command(page, tmp_path, content, "mine.csv")
    assert page.wrong == []


def test_an_arm_without_events_has_no_ratio_and_says_so(page):
    rows = [("a", 1, 1), ("a", 2, 1), ("b", 3, 0), ("b", 4, 0), ("a", 5, 0)]
    given(page, pd.DataFrame(rows, columns=["arm", "time", "event"]))
    answered(page, **USUAL | {"id": "none", "control": "a"})
    page.locator(".tb-your-data table").first.wait_for()
    assert "NaN" not in page.locator(".tb-your-data").inner_text()
    assert "Infinity" not in page.locator(".tb-your-data").inner_text()
    assert page.wrong == []


def test_names_in_an_old_encoding_are_refused_with_a_way_on(page):
    given(page, "time,event,arm\n1,1,Témoin\n2,0,Médicament\n".encode("cp1252"))
    assert "is not UTF-8" in told(page)
    assert "trialbook new" in told(page)
    assert page.locator(".tb-your-data form").is_hidden()
