"""Chapters of folders whose every text is an attack: a result or a refusal, and text stays text."""

import csv
import html
import tempfile
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from myst_parser.config.main import MdParserConfig
from myst_parser.mdit_to_docutils.base import DocutilsRenderer
from myst_parser.parsers.mdit import create_md_parser

from tests.adam.folders import write_frame
from tests.browser.hostile_trial import ATTACKS
from tests.report.test_any_trial import outputs
from trialbook.adam.problems import DataError
from trialbook.escape import escape_cell
from trialbook.trial import load_trial

# A warning in a chapter would stand on its page, and fails the build.
pytestmark = pytest.mark.filterwarnings("error")
CHAPTERS = ["design", "population", "efficacy", "safety", "checklist", "data_card"]
# Stands in every text of the data, so that what was read as anything but text shows it.
MARK = "Zqx"
# Elements and attributes whose content is read to people, or names what a script looks up.
SAID = {"aria-label", "alt", "title", "id", "for", "headers", "aria-labelledby", "class", "value"}


class Markup(HTMLParser):
    """Collects whatever of the data was taken for markup."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.wrong = []

    def handle_starttag(self, tag, attrs):
        told = [name for name, value in attrs if name in SAID or name.startswith("data-")]
        for name, value in attrs:
            # Names of elements and attributes are given in small letters.
            if MARK.lower() in tag + name or name.startswith("on"):
                self.wrong.append((tag, name))
            if MARK in (value or "") and name not in told:
                self.wrong.append((tag, name, value))
            if name in ("href", "src", "xlink:href") and not (value or "").startswith(("#", "../")):
                self.wrong.append((tag, name, value))
        # pandas gives each of its frames a style sheet.
        if tag in ("script", "iframe", "object", "embed", "base", "meta", "link", "img"):
            self.wrong.append((tag, attrs))

    def handle_data(self, data):
        if self.cdata_elem and MARK in data:
            self.wrong.append((self.cdata_elem, data))

    def handle_comment(self, data):
        if MARK in data:
            self.wrong.append(("comment", data))

    handle_decl = handle_pi = unknown_decl = handle_comment


def markup_of(text: str) -> list:
    """Return what HTML takes of the data for markup."""
    reader = Markup()
    reader.feed(text)
    reader.close()
    return reader.wrong


def roles_of(markdown: str) -> list:
    """Return what MyST takes of the data for anything but text: roles, links, maths, HTML."""
    extensions = {"amsmath", "attrs_inline", "colon_fence", "deflist", "dollarmath"}
    parser = create_md_parser(MdParserConfig(enable_extensions=extensions), DocutilsRenderer)
    wrong = []
    for token in parser.parse(markdown):
        for one in (token, *(token.children or ())):
            if one.type in ("text", "text_special", "inline"):
                continue
            if one.type.startswith("html"):
                wrong += markup_of(one.content)
            elif MARK in f"{one.content}{one.info}{one.attrs}{one.meta}":
                wrong.append((one.type, one.content))
    return wrong


def files_of(folder: Path) -> list:
    """Return the cells that are formulas, figures that are no XML, files that lie elsewhere."""
    wrong = []
    for file in folder.rglob("*"):
        wrong += [file.name] if MARK in str(file.relative_to(folder)) else []
        if file.suffix == ".csv":
            with file.open(encoding="utf-8", newline="") as lines:
                wrong += [cell for row in csv.reader(lines) for cell in row
                          if escape_cell(cell) is not cell]  # fmt: skip
        elif file.suffix == ".svg":
            svg = ElementTree.fromstring(file.read_text(encoding="utf-8"))
            tags = {one.tag.rpartition("}")[2] for one in svg.iter()}
            wrong += sorted(tags & {"script", "image", "foreignObject", "a"})
        elif file.suffix == ".rtf":
            text = file.read_text(encoding="ascii").replace("\\\\", "")
            wrong += [file.name] if "\\field" in text or "\\object" in text else []
    return wrong


TEXTS = st.lists(
    st.tuples(st.sampled_from(ATTACKS), st.sampled_from(["", *ATTACKS])).map(
        lambda pair: f"{pair[0]}{MARK}{pair[1]}"
    )
    | st.text(max_size=20).map(lambda text: f"{text}{MARK}{text}"),
    min_size=4,
    max_size=8,
)


@st.composite
def trials(draw):
    """Return data sets and trial.yml of few patients, hostile in every text, odd in its numbers."""
    texts = draw(TEXTS)
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    n = draw(st.integers(6, 40))

    def text(k: int) -> str:
        return f"{texts[k % len(texts)]}{k}"

    def some(k: int, levels: int = 3, size: int = n) -> np.ndarray:
        return np.array([text(k + i) for i in rng.integers(0, levels, size)], dtype=object)

    arms = [text(k) for k in range(draw(st.integers(1, 3)))]
    arm = np.array(arms, dtype=object)[np.arange(n) % len(arms)]
    follow = rng.integers(draw(st.sampled_from([0, 1, 100])), 700, n).astype(float)
    start = pd.Timestamp("2020-01-01")
    end = start + pd.to_timedelta(follow, unit="D")
    ids = [f"P{k:03d}" for k in range(n)]
    left = rng.random(n) < 0.4
    adsl = pd.DataFrame({
        "USUBJID": ids, "SITEID": some(20), "TRT01P": arm, "TRT01A": arm, "ITTFL": "Y",
        "SAFFL": "Y", "RANDDT": start, "TRTSDT": start, "TRTEDT": end, "EOSDT": end,
        "AGE": rng.normal(50, 9, n).round(), "SEX": some(30, 2), "REGION1": some(40),
        "EOSSTT": np.where(left, "DISCONTINUED", "COMPLETED"),
        "DCSREAS": np.where(left, some(50), None),
    })  # fmt: skip
    share = draw(st.sampled_from([0, 0.1, 0.5, 1]))
    adtte = pd.DataFrame({
        "USUBJID": ids, "PARAMCD": "PFS", "PARAM": text(60), "AVALU": "DAYS", "AVAL": follow,
        "CNSR": (rng.random(n) >= share).astype(int), "EVNTDESC": some(61),
    })  # fmt: skip
    rows = rng.integers(0, n, draw(st.sampled_from([1, 5, 60])))
    m = len(rows)
    adae = pd.DataFrame({
        "USUBJID": np.array(ids, dtype=object)[rows], "AEBODSYS": some(70, 2, m),
        "AEDECOD": some(72, 4, m), "AESER": rng.choice(["Y", "N"], m), "AESEV": some(80, 3, m),
        "AEREL": some(84, 2, m), "AEACN": some(87, 2, m), "AEOUT": some(90, 2, m), "TRTEMFL": "Y",
        "ASTDT": start + pd.to_timedelta(rng.integers(0, 90, m), unit="D"),
    })  # fmt: skip
    adlb = pd.DataFrame({
        "USUBJID": ids * 2, "PARAMCD": "ALT", "PARAM": text(95), "AVISIT": text(96),
        "AVISITN": np.repeat([0, 1], n), "ADY": np.repeat([1, 30], n),
        "AVAL": rng.normal(30, 5, 2 * n).round(1), "ANRLO": 5.0, "ANRHI": 40.0,
        "ABLFL": np.repeat(["Y", None], n),
    })  # fmt: skip
    config = {
        "id": "hostile", "title": text(100), "registration": text(101),
        "privacy": draw(st.sampled_from(["public", "confidential"])), "randomized": "yes",
        "time": {"unit": "days", "show": "months"}, "landmarks": [180],
        "arms": [{"code": f"A{k}", "label": text(k), "values": [name.strip()]}
                 for k, name in enumerate(arms)],
        "endpoints": [{"paramcd": "PFS", "label": text(102), "role": "primary",
                       "estimand": {"strategy": text(103)}}],
        "subgroups": ["SEX"], "strata": ["REGION1"],
        "baseline": [{"variable": "AGE", "label": text(104), "summary": "mean"},
                     {"variable": "REGION1", "label": text(105)}],
        "laboratory": [{"paramcd": "ALT", "label": text(106)}],
        "adverse_events": {"mine": {"label": text(107), "AESER": ["Y"]}},
    }  # fmt: skip
    return {"adsl": adsl, "adtte": adtte, "adae": adae, "adlb": adlb}, config


def render(case, chapter: str) -> bool:
    """Render a chapter of the folder; return whether it was a trial, False if it was refused."""
    data, config = case
    with tempfile.TemporaryDirectory() as made, pytest.MonkeyPatch.context() as patch:
        folder, exports = Path(made) / "t", Path(made) / "exports"
        folder.mkdir()
        patch.setenv("TRIALBOOK_EXPORTS", str(exports))
        for name, frame in data.items():
            write_frame(folder / f"{name}.parquet", frame)
        text = yaml.safe_dump(config, allow_unicode=True, width=100_000)
        (folder / "trial.yml").write_text(text, encoding="utf-8")
        try:
            load_trial(folder)
        except DataError as error:
            assert all(problem.file and problem.rule for problem in error.problems)
            return False
        shown = outputs(chapter, folder)
        for kind, text in shown:
            found = markup_of(text) if kind == "html" else roles_of(text)
            assert not found, (found, text[:500])
        assert not files_of(exports)
        # What is shown at all is shown as text.
        assert chapter not in ("population", "efficacy") or MARK in "".join(
            html.unescape(text) for _, text in shown
        )
    return True


# A chapter takes a second: making a case that fails smaller would take a quarter of an hour.
profile = settings(
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)


@settings(profile, max_examples=12)
@given(trials(), st.sampled_from(CHAPTERS))
def test_a_chapter_of_attacks_is_text_or_a_refusal(case, chapter):
    render(case, chapter)


@pytest.mark.slow
@pytest.mark.parametrize("chapter", CHAPTERS)
@settings(profile, max_examples=60)
@given(trials())
def test_a_chapter_of_attacks_is_text_or_a_refusal_at_length(chapter, case):
    render(case, chapter)


def test_markup_of_the_data_is_found():
    assert markup_of(f"<p>{html.escape(ATTACKS[1])}{MARK}</p>") == []
    assert markup_of(f"<p>{ATTACKS[1]}</p>")
    assert markup_of(f"<b {MARK}=''>x</b>")
    assert roles_of(f"a {{cite}}`{MARK}` b")
    assert roles_of(f"[x](http://x/{MARK})")
    assert roles_of(f"```{MARK}\nx\n```")
    assert not roles_of(f"a \\{{cite\\}}\\`{MARK}\\` b")
