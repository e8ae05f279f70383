"""Nothing in a confidential book tells of one patient, or of few, by itself or by subtraction."""

import itertools
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.report import attack
from tests.report.secret_trial import (
    EXTREME_AGE,
    EXTREME_LAB,
    RARE_SITE,
    RARE_TERM,
    secret_trial,
)
from tests.report.site_search import search_words, shown_numbers, texts_of
from tests.report.test_any_trial import run
from trialbook.analyses import adverse_events, all_results, hazard_ratio_by_period
from trialbook.analyses import end_points as end_points_results
from trialbook.analyses.sensitivity import period_of
from trialbook.publishing.book import find_book
from trialbook.publishing.build import build
from trialbook.publishing.order import Order
from trialbook.safe import curve_times, safe, without_counts
from trialbook.safe.arithmetic import apart, open_times, secret_parts
from trialbook.safe.lookup import Lookup
from trialbook.safe.values import coarse_percent, points_between
from trialbook.trial import Trial, load_trial

LEAST = 5
CHAPTERS = ["design", "population", "efficacy", "safety"]
COUNT = re.compile(r"^[\s\u2003]*(\d[\d,]*)(?: \(|$)")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return secret_trial(tmp_path_factory.mktemp("secret") / "trial")


@pytest.fixture(scope="module")
def trial(folder):
    return load_trial(folder)


def test_data_are_confidential_unless_trial_yml_says_otherwise(trial):
    assert trial.privacy == "confidential"
    assert trial.min_cell == LEAST


# Counts of the parts of a whole in two columns, with what no part counts at the end.
TABLES = st.lists(
    st.lists(st.one_of(st.integers(0, 7), st.integers(0, 60)), min_size=2, max_size=2),
    min_size=2,
    max_size=6,
)


@settings(max_examples=300, deadline=None)
@given(TABLES, st.lists(st.sampled_from([0, 0, 2, 9]), min_size=2, max_size=2))
def test_no_small_part_can_be_subtracted_out_of_its_whole(table, missing):
    parts = {i: {"A": a, "B": b, "all": a + b} for i, (a, b) in enumerate(table)}
    columns = ["A", "B", "all"]
    rest = dict(zip(columns, [*missing, sum(missing)], strict=True))
    whole = {c: sum(of[c] for of in parts.values()) + rest[c] for c in columns}
    hidden = secret_parts(parts, whole, LEAST)
    for column in columns:
        left = whole[column] - sum(of[column] for i, of in parts.items() if i not in hidden)
        # What is left over is no small count, unless there is nothing more to hide.
        assert not 0 < left < LEAST or all(i in hidden for i, of in parts.items() if of["all"])
        for i, of in parts.items():
            if i not in hidden:
                assert not 0 < of[column] < LEAST
                assert not 0 < whole[column] - of[column] < LEAST


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(1, 60), max_size=80), st.lists(st.booleans(), min_size=80, max_size=80))
def test_no_step_of_a_coarse_curve_holds_few_events(days, happened):
    time = np.array(days, float)
    event = np.array(happened[: len(days)], bool)
    times = curve_times(time, event, np.arange(0, 61, 10.0), LEAST, [30.0])
    events = [int(np.sum(event & (time <= t))) for t in times]
    steps = np.diff([0, *events, int(event.sum())])
    if len(times):
        assert not np.any((steps > 0) & (steps < LEAST))
        # Its height at the end is not that of the last few.
        assert all(np.sum(time > t) >= LEAST for t in times)
    off_the_grid = np.abs(times - np.round(times / (10 / 3)) * (10 / 3)) > 1e-6
    assert not np.any(np.isin(times, time[event]) & off_the_grid)


def test_open_times_prefer_the_first_candidates():
    events = np.arange(1, 21)

    def counted(t):
        return {"events": float(np.sum(events <= t))}

    assert open_times([12, 10, 5], counted, LEAST) == [5, 12]
    assert apart({"A": 3}, {"A": 3}, LEAST)
    assert not apart({"A": 3}, {"A": 7}, LEAST)


@pytest.mark.parametrize(
    ("seed", "untreated", "per_arm"),
    [(13, 2, 70), (151, 1, 40), *(pytest.param(seed, seed % 8, 40 + 20 * (seed % 4),
                                               marks=pytest.mark.slow) for seed in range(60))],
)  # fmt: skip
def test_an_attacker_who_adds_and_subtracts_recovers_nothing(seed, untreated, per_arm, tmp_path):
    folder = secret_trial(tmp_path / "t", seed=seed, untreated=untreated, per_arm=per_arm)
    found = attack.recovered(load_trial(folder), LEAST, _possible(tmp_path))
    assert not found, attack.as_frame(found).to_string()


def _possible(folder: Path) -> Callable[[], Trial]:
    """Return what gives many patients of all kinds that `secret_trial` makes."""
    return lambda: load_trial(secret_trial(folder / "many", seed=7, untreated=20, per_arm=600))


def test_the_attacker_is_not_harmless(trial, monkeypatch, tmp_path):
    frame = all_results(trial, only=["disposition", "baseline"])
    monkeypatch.setattr(attack, "all_results", lambda *_, **__: frame)
    assert not attack.recovered(trial, LEAST, _possible(tmp_path))
    # Hiding the small counts alone is what the attacker is made for.
    gated = safe(frame, trial)
    small = gated["shown"] == f"<{LEAST}"
    naive = frame.assign(state=np.where(small, "withheld", "shown"))
    monkeypatch.setattr(attack, "safe", lambda *_: naive)
    assert len(attack.recovered(trial, LEAST, _possible(tmp_path))) > 10


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    """Return a trial whose third arm has four events after a year; two patients took nothing."""
    return load_trial(secret_trial(tmp_path_factory.mktemp("other") / "trial", seed=5))


def test_no_interval_tells_the_few_events_of_a_period(other):
    periods = hazard_ratio_by_period(other)
    lookup, data = Lookup(periods, other), other.time_to_event("PFS")
    shown = set()
    for level, comparison in itertools.product(periods["level"].unique(), other.comparisons):
        of = {"level": level, "method": "efron"}
        start, end = period_of(level)
        inside = data[data["AVAL"].gt(start) & data["AVAL"].le(end) & data["event"]]
        events = [int((inside["arm"] == arm.code).sum())
                  for arm in (comparison.treated, comparison.control)]  # fmt: skip
        hidden = lookup.withholds("hr_lower", "period", "PFS", comparison.name, **of)
        assert hidden == any(0 < n < LEAST for n in events)
        shown.add(hidden)
        # Those at risk at the start itself are counted beside the curve.
        told = lookup.withholds("n", "period", "PFS", comparison.name, **of)
        assert told == (start > 0)
    assert shown == {True, False}


def test_no_interval_tells_what_a_component_shares_with_another(other):
    lookup = Lookup(end_points_results(other), other)
    both = {
        arm.code: int((other.time_to_event("PROG")["event"] & other.time_to_event("DEATH")["event"]
                       & (other.time_to_event("PROG")["arm"] == arm.code)).sum())
        for arm in other.arms
    }  # fmt: skip
    assert 0 < both["ACT"] < LEAST
    assert lookup.withholds("n_events", "kaplan_meier", "DEATH", "ACT")
    for statistic in ("hr", "hr_lower", "p_value"):
        of = ("cox", "DEATH", "ACT vs CTL")
        assert lookup.withholds(statistic, *of, method="efron")
    assert lookup.withholds("p_value", "log_rank", "DEATH", "ACT vs CTL")
    assert not lookup.withholds("hr", "cox", "PFS", "ACT vs CTL", method="efron")


def test_percentages_fit_any_number_of_patients(other):
    """Whole percentages of a withheld number of patients would tell it, a few of them together."""
    lookup = Lookup(adverse_events(other), other)
    treated = len(other.safety_population().query("arm == 'CTL'"))
    told = []
    for term in lookup.distinct("paramcd", "adverse_events"):
        for level in ("", "AEDECOD", "AEBODSYS"):
            text = lookup.text("{n} ({percent})", "adverse_events", term, "CTL", level=level)
            if text.endswith("%"):
                told.append(int(text[:-1]))
                p = ("p_value", "adverse_events", term, "ACT vs CTL")
                assert lookup.withholds(*p, level=level, method="fisher")
    assert len(told) > 4
    for patients in range(treated - 4, treated + 5):
        steps = np.floor(100 * np.arange(patients + 1) / patients / 2 + 0.5) * 2
        assert set(told) <= set(steps.astype(int)), patients


def test_every_step_of_a_percentage_can_be_of_any_number():
    for patients in range(2, 150):
        steps = set(np.arange(0, 101, points_between(patients)))
        for n in (patients, patients + 1, patients + 4):
            assert {coarse_percent(100 * k / n, 1, patients)[1] for k in range(n + 1)} == steps


def test_synthetic_and_public_data_show_all(folder, tmp_path):
    for privacy in ("synthetic", "public"):
        other = load_trial(_with(folder, tmp_path / privacy, privacy=privacy))
        assert other.min_cell == 0
        frame = all_results(other, only=["baseline", "kaplan_meier"])
        gated = safe(frame, other)
        assert set(gated["state"]) == {"shown"}
        pd.testing.assert_frame_equal(gated[frame.columns], frame)


def _with(folder: Path, to: Path, **keys) -> Path:
    to.mkdir()
    for file in folder.glob("*.csv"):
        (to / file.name).write_bytes(file.read_bytes())
    config = yaml.safe_load((folder / "trial.yml").read_text(encoding="utf-8")) | keys
    (to / "trial.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    return to


def test_extremes_and_quantiles_of_few_are_withheld(trial):
    frame = all_results(trial, only=["baseline", "disposition", "laboratory"])
    lookup = Lookup(frame, trial)
    assert lookup.text("{min} to {max}", "baseline", "AGE", "CTL") == "withheld"
    assert lookup.text("{median}", "baseline", "AGE", "CTL") not in ("", "withheld")
    assert lookup.text("{min}", "disposition", "RANDDT", "all") == "withheld"
    assert "PREGNANCY" not in lookup.distinct("level", "disposition", paramcd="DCSREAS")
    assert lookup.leaves_out("level", "disposition", paramcd="DCSREAS")


def test_remarks_lose_their_counts():
    assert without_counts("3 of 50 patients have no OS.") == "Some of some patients have no OS."
    said = "C3: the mixed model leaves out visits with fewer than 10 values in an arm (24)."
    assert without_counts(said).startswith("C3: the mixed model leaves out visits")


@pytest.fixture(scope="module")
def chapters(folder, tmp_path_factory):
    """Return what the chapters show, and the folder of the files that they offer."""
    exports = tmp_path_factory.mktemp("exports")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRIALBOOK_EXPORTS", str(exports))
        shown = {name: str(run(name, folder)) for name in CHAPTERS}
    return shown, exports


def test_the_chapters_show_no_patient(chapters, trial):
    shown, exports = chapters
    files = texts_of(exports)
    assert any(name.endswith(".rtf") for name in files)
    assert not found_in(shown | files, trial)


def test_the_tables_give_no_small_count_away(chapters):
    _, exports = chapters
    tables = {file.stem: pd.read_csv(file, dtype=str) for file in exports.rglob("*.csv")}
    assert {"baseline", "disposition", "adverse-event-terms", "endpoints"} <= set(tables)
    leaks = [leak for name, table in tables.items() for leak in table_leaks(name, table)]
    assert not leaks


def test_the_search_of_tables_finds_a_leak():
    table = pd.DataFrame(
        {"Sex": ["Sex", "\u2003F", "\u2003M"], "A (N=50)": ["", "<5", "47 (94.0)"]}
    )
    assert table_leaks("t", table) == [("t", "A (N=50)", "\u2003M", 3)]


def table_leaks(name: str, table: pd.DataFrame) -> list[tuple]:
    """Return counts from 1 to 4 in a table, or left of a column's size by a count."""
    leaks = []
    for column in table.columns[1:]:
        if column.startswith("Difference, points"):
            continue  # of percentages, which are no counts
        size = re.search(r"\(N=([\d,]+)\)", column)
        for label, cell in zip(table.iloc[:, 0], table[column].fillna(""), strict=True):
            match = COUNT.match(cell)
            if not match or " (" not in cell:
                continue
            n = int(match.group(1).replace(",", ""))
            rest = int(size.group(1).replace(",", "")) - n if size else LEAST
            leaks += [(name, column, label, k) for k in (n, rest) if 0 < k < LEAST]
    return leaks


def found_in(texts: dict[str, str], trial) -> list[tuple[str, str]]:
    """Return which texts hold an identifier, a date or a rare word of the trial."""
    ids = {one.casefold() for one in trial.adsl["USUBJID"]}
    starts = {one[:6] for one in ids}
    frames = (trial.adsl, trial.adtte, trial.adae)
    columns = [of[name] for of in frames for name in of.select_dtypes("datetime")]
    days = pd.concat(columns).dropna().unique()
    dates = {
        pd.Timestamp(day).strftime(form).casefold()
        for day in days
        for form in ("%Y-%m-%d", "%d%b%Y", "%d %B %Y", "%B %d, %Y", "%Y%m%d")
    }
    words = {RARE_TERM.casefold(), RARE_SITE.casefold(), "pregnancy", "quokka", str(EXTREME_LAB)}
    found = []
    for name, text in texts.items():
        low = text.casefold()
        found += [(name, one) for one in words if one in low]
        found += [(name, one) for one in re.findall(r"qx\d{3}-", low) if one in starts]
        found += [(name, one) for one in re.findall(_DATE, low) if one in dates]
    return found


_DATE = r"\b(?:\d{4}-\d\d-\d\d|\d\d[a-z]{3}\d{4}|\d\d [a-z]+ \d{4}|[a-z]+ \d\d, \d{4}|20\d{6})\b"


@pytest.mark.slow
def test_the_whole_site_shows_no_patient(folder, tmp_path):
    book, out = find_book(Path(__file__)), tmp_path / "out"
    build(book, folder, Order(out=out), lambda _: None)
    trial, site = load_trial(folder), out / "html"
    texts = texts_of(site)
    assert len(texts) > 100
    assert not found_in(texts | {"search": search_words(site)}, trial)
    extremes = {str(EXTREME_AGE), f"{EXTREME_LAB:.1f}", f"{EXTREME_LAB:,.1f}"}
    for page in site.rglob("*.html"):
        if page.parent.name == "notebooks":
            assert not extremes & shown_numbers(page.read_text(encoding="utf-8"))
    for name, text in texts.items():
        # Nothing that is complete, or of patients, is inside or linked.
        assert not name.endswith((".json", ".parquet"))
        assert "results:efficacy" not in text
        if name.startswith("notebooks/"):
            assert not re.search(r'href="[^"]*provenance', text)
    # What can be taken along of all results, and of each figure, has passed the gate.
    key = ["analysis", "paramcd", "arm", "subgroup", "level", "time", "method", "statistic"]
    whole = pd.concat(pd.read_csv(out / name, dtype=str) for name in ("ard.csv", "curves.csv"))
    hidden = whole[whole["state"].eq("withheld")].fillna("")
    hidden["time"] = pd.to_numeric(hidden["time"]).fillna(-1)
    gated = [site / "files" / "ard.csv", *site.glob("files/figures/*.csv")]
    assert len(gated) > 5
    for file in gated:
        rows = pd.read_csv(file, dtype=str).fillna("")
        rows["time"] = pd.to_numeric(rows["time"]).fillna(-1)
        told = rows[rows["value"] != ""].merge(hidden, on=key)
        assert told.empty, file
    tables = {file.stem: pd.read_csv(file, dtype=str) for file in site.glob("files/tables/*.csv")}
    assert {"baseline", "endpoints"} <= set(tables)
    assert not [leak for name, table in tables.items() for leak in table_leaks(name, table)]
    complete = pd.read_csv(out / "ard.csv", keep_default_na=False, dtype=str)
    assert RARE_TERM in set(complete["paramcd"])
    small = complete[complete["statistic"].eq("n") & complete["value"].isin(list("1234"))]
    assert len(small) > 10


def test_a_gzip_within_a_data_uri_is_searched(tmp_path):
    import base64
    import gzip

    packed = base64.b64encode(gzip.compress("QX001-ø/07919 and more".encode())).decode()
    (tmp_path / "page.html").write_text(f'<img src="data:x;base64,{packed}">', encoding="utf-8")
    (tmp_path / "index.json").write_text('"QX002-\\u00f8/15838"', encoding="utf-8")
    texts = texts_of(tmp_path)
    assert "QX001-ø/07919" in texts["page.html"]
    assert "QX002-ø/15838" in texts["index.json"]
