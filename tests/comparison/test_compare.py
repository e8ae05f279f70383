"""The rows of a comparison: information, effects, what changed, and what may not be shown."""

import json
import math

import pandas as pd
import pytest

from tests.comparison.conftest import AVAL, CNSR, replaced
from trialbook.analyses import all_results, joined, rmst
from trialbook.ard import complete
from trialbook.comparison import compare, read_cut
from trialbook.comparison.compare import COLUMNS
from trialbook.escape import escape_cell
from trialbook.messages import BuildError
from trialbook.results import COLUMNS as COMPLETE
from trialbook.results import SEEN

LATER = {"aval": replaced(AVAL, 5, 7), "cnsr": replaced(CNSR, 5, 0)}
DESIGN = {"power": 0.8, "event_proportion": {"A": 0.5, "B": 0.2}, "n_per_arm": 39}


def row(found, part, **key):
    rows = found.part(part)
    for column, value in key.items():
        rows = rows[rows[column] == value]
    assert len(rows) == 1, rows
    return rows.iloc[0]


def test_the_information_fraction_is_the_old_cuts_events_over_the_new_ones(cut):
    found = compare(cut("old"), cut("new", **LATER))
    assert list(found.frame) == COLUMNS
    fraction = row(found, "information", statistic="information_fraction")
    assert (fraction["old"], fraction["new"]) == (0.75, 1)
    assert fraction["old_printed"] == "75%"
    assert (found.old_status, found.new_status) == ("interim, unadjusted", "")


@pytest.mark.parametrize("column", [None, "patient"])
def test_rows_that_stand_in_for_patients_are_named_as_such(tmp_path, column):
    rows = {"patient": list("hijklmn"), "time": AVAL, "event": CNSR, "arm": list("AAABBBB")}
    pd.DataFrame(rows).to_csv(tmp_path / "all.csv", index=False)
    flat = {"file": "all.csv", "id": column, "time": "time", "event": "event", "arm": "arm"}
    text = {"id": "tiny", "title": "A tiny trial", "privacy": "public", "flat": flat}
    text |= {"arms": [{"code": "A"}, {"code": "B"}], "endpoints": [{"paramcd": "TTE"}]}
    (tmp_path / "trial.yml").write_text(json.dumps(text), encoding="utf-8")
    found = compare(read_cut(tmp_path), read_cut(tmp_path))
    assert any("by their row" in remark for remark in found.remarks) == (column is None)


def test_with_a_design_it_is_the_events_over_those_planned(cut):
    found = compare(cut("old", design=DESIGN), cut("new", design=DESIGN, **LATER))
    # Schoenfeld (1983): 4 (1.959964 + 0.841621)^2 / log(log 0.8 / log 0.5)^2 = 24.4, so 25
    assert row(found, "information", statistic="planned_events")["new"] == 25
    fraction = row(found, "information", statistic="information_fraction")
    assert (fraction["old"], fraction["new"]) == (3 / 25, 4 / 25)
    assert found.new_status == "interim, unadjusted"
    last = compare(found.old, found.new, final=True)
    assert (last.old_status, last.new_status) == ("interim, unadjusted", "")


def test_a_boundary_is_said_with_its_side(cut):
    old, new = cut("old", design=DESIGN | {"boundary": 0.9}), cut("new", design=DESIGN, **LATER)
    of = "analysis == 'log_rank' and method == '' and statistic == 'p_value'"
    p = old.results.query(of)
    assert p["value"].item() < 0.9
    found = compare(old, new, boundaries=(None, 0.0001))
    assert "P<0.9, P=" in found.old_status
    assert "is below it" in found.old_status
    assert "is not below it" in found.new_status


def test_effects_shift_by_a_factor_or_a_difference(cut):
    # P5, censored on day 4, when P2 had the event, has one then, too
    changed = {"cnsr": replaced(CNSR, 4, 0), "landmarks": [3]}
    found = compare(cut("old", landmarks=[3]), cut("new", **changed))
    hr = row(found, "effects", analysis="cox", statistic="hr")
    assert hr["shift"] == pytest.approx(hr["new"] / hr["old"])
    assert hr["shift_printed"].startswith("×")
    at_three = row(found, "effects", analysis="landmark", statistic="difference")
    assert at_three["shift"] == at_three["new"] - at_three["old"] == 0
    km = found.part("maturity").query("arm == 'B' and statistic == 'n_events'").iloc[0]
    assert (km["old"], km["new"], km["shift"], km["shift_printed"]) == (1, 2, 1, "+1")


def test_a_p_value_that_crossed_a_line_is_noted_and_leads_nothing(cut):
    arms, aval = "A" * 8 + "B" * 8, [*range(1, 9), *range(5, 13)]
    few, more = ([0] * n + [1] * (8 - n) + [0] * 2 + [1] * 6 for n in (3, 8))
    both = [cut(name, arms, aval, cnsr) for name, cnsr in (("old", few), ("new", more))]
    found = compare(*both)
    p = row(found, "effects", analysis="log_rank")
    assert p["old"] > 0.05 > p["new"]
    assert p["note"] == "on the other side of 0.05"
    results = found.part("results")
    assert results["statistic"].iloc[0] in ("hr", "rate_ratio", "difference")
    assert not any("0.05" in status for status in (found.old_status, found.new_status))


def test_the_primary_end_points_effect_comes_first(cut):
    other = [[AVAL[::-1], CNSR[::-1], "OTHER"]]
    ends = [{"paramcd": "EVENT", "role": "primary"}, {"paramcd": "OTHER"}]
    earlier = [replaced(AVAL, 0, 1), replaced(CNSR, 3, 1), "OTHER"]
    found = compare(cut("old", others=other, endpoints=ends),
                    cut("new", others=[earlier], endpoints=ends, **LATER))  # fmt: skip
    results = found.part("results")
    compared = results[results["arm"] == "B vs A"]
    main = compared[compared["method"].isin(["efron", "", "difference", "exact"])]
    main = main[(main["subgroup"] == "") & main["analysis"].isin(["cox", "rmst", "log_rank"])]
    codes = main["paramcd"].tolist()
    assert codes == sorted(codes)  # EVENT before OTHER
    assert compared.index.max() < results.index.max()
    assert results["arm"].iloc[0] == "B vs A"


def test_an_arm_or_an_end_point_that_is_missing_is_said(cut):
    third = cut("new", given="AAABBCC")
    found = compare(cut("old"), third)
    assert any(remark.endswith("new has the arm C.") for remark in found.remarks)
    only = found.part("results").query("arm == 'C'")
    assert set(only["change"]) == {"only in the new"}
    ends = [{"paramcd": "EVENT", "role": "primary"}, {"paramcd": "OTHER"}]
    more = compare(cut("more", others=[[AVAL, CNSR, "OTHER"]], endpoints=ends), cut("again"))
    assert any(remark.endswith("more has the end point OTHER.") for remark in more.remarks)
    gone = more.part("results").query("paramcd == 'OTHER'")
    assert set(gone["change"]) == {"only in the old"}
    assert set(more.part("events")["paramcd"]) == {"EVENT"}


def test_cuts_that_share_nothing_are_refused(cut):
    strange = cut("new", endpoints=[{"paramcd": "OTHER"}], others=[[AVAL, CNSR, "OTHER"]])
    with pytest.raises(BuildError, match="no end point in common: EVENT and OTHER"):
        compare(cut("old"), strange)
    with pytest.raises(BuildError, match="no arm in common"):
        compare(cut("one"), cut("two", given="XXXYYYY"))


@pytest.fixture
def publish(tmp_path):
    """Return a function that writes a cut as a build leaves it."""

    def write(cut, name, kept=True, **results):
        folder = tmp_path / name
        folder.mkdir()
        found = joined([all_results(cut.trial), rmst(cut.trial, exact=True)])
        table = complete(found.drop_duplicates(), cut.trial, "efficacy")
        table = table.assign(**results)
        table[COMPLETE].to_csv(folder / "ard.csv", index=False)
        seen = folder / "html" / "files" / "ard.csv"
        seen.parent.mkdir(parents=True)
        table = table[(table["state"] != "withheld") | (table["shown"] != "")]
        table = table.assign(value=table[SEEN], printed=table["shown"])[COMPLETE]
        table.to_csv(seen, index=False)
        from trialbook.comparison.cuts import facts_as_json

        facts = {"cut": facts_as_json(cut.trial)} if kept else {"trial": "tiny", "title": "Tiny"}
        (folder / "provenance.json").write_text(json.dumps(facts))
        return read_cut(folder)

    return write


@pytest.mark.parametrize("kept", [True, False])
def test_two_builds_tell_what_two_folders_tell_but_the_patients(cut, publish, kept):
    folders = [cut("old"), cut("new", **LATER)]
    builds = [publish(one, f"build-{n}", kept) for n, one in enumerate(folders)]
    by_folder, by_build = compare(*folders), compare(*builds)
    assert by_build.part("events").empty
    assert by_build.part("patients").empty
    assert any("only two trial folders tell" in remark for remark in by_build.remarks)
    for part in ("information", "maturity", "effects"):
        mine, theirs = (found.part(part)[["statistic", "old", "new"]] for found in
                        (by_folder, by_build))  # fmt: skip
        mine, theirs = (one.sort_values(list(one), ignore_index=True) for one in (mine, theirs))
        pd.testing.assert_frame_equal(mine, theirs)
    assert compare(builds[0], publish(folders[0], "again", kept)).nothing_changed


def test_no_restricted_mean_to_a_patients_own_time_is_compared(cut, publish):
    # the last event of B, on day 37, is the earlier one
    old = cut("old", aval=[20, 41, 50, 37, 40, 60, 80], privacy="confidential")
    build = publish(old, "build")
    table = pd.read_csv(old.trial.folder.parent / "build" / "ard.csv")
    assert set(table.loc[table["time"] == 37, "analysis"]) == {"rmst"}
    assert not (build.results["time"] == 37).any()
    times = [one.results.query("analysis == 'rmst'")["time"].unique() for one in (old, build)]
    assert times[0] == pytest.approx(times[1])


def test_another_level_of_the_intervals_is_held_against_the_first(cut, publish):
    old = cut("old")
    build, other = publish(old, "build"), publish(old, "other")
    wider = other.results.copy()
    level = wider["method"] == "efron"
    wider.loc[wider["analysis"] == "cox", "method"] += "@0.90"
    wider.loc[level & (wider["statistic"] == "hr_upper"), "value"] *= 0.9
    from dataclasses import replace

    found = compare(build, replace(other, results=wider))
    upper = row(found, "effects", analysis="cox", statistic="hr_upper")
    assert upper["shift"] == pytest.approx(0.9)
    # the estimate stands beside its interval, though it has not changed itself
    shown = found.part("results").query("analysis == 'cox' and method == 'efron'")
    assert {"hr", "hr_lower", "hr_upper"} <= set(shown["statistic"])


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "neither a trial"),
        ({"ard.csv": "", "html/files/ard.csv": "x\n", "provenance.json": "{}"}, "cannot be read"),
        ({"ard.csv": "x\n", "provenance.json": "{}"}, "Build it again"),
        ({"ties=efron/ard.csv": ""}, "It holds the builds ties=efron: name one."),
    ],
)
def test_what_is_no_cut_is_refused(files, message, tmp_path):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_text(text)
    with pytest.raises(BuildError, match=message):
        read_cut(tmp_path)


def test_blinded_cuts_are_pooled_and_compare_no_arms(cut, publish):
    folders = [cut("old"), cut("new", **LATER)]
    pooled = [read_cut(one.trial.folder, blinded=True) for one in folders]
    found = compare(*pooled)
    assert found.part("effects").empty
    assert set(found.frame["arm"]) <= {"POOLED", "all", ""} | set()
    assert found.old_status == "interim"
    with pytest.raises(BuildError, match="was not built blinded"):
        publish(folders[0], "seeing")
        read_cut(folders[0].trial.folder.parent / "seeing", blinded=True)


def many(cut, name, events, privacy="confidential"):
    """Return a confidential cut of 30 and 30 patients with so many events in each arm."""
    arms = "A" * 30 + "B" * 30
    cnsr = [0] * events[0] + [1] * (30 - events[0]) + [0] * events[1] + [1] * (30 - events[1])
    return cut(name, arms, [10 + n % 30 for n in range(60)], cnsr, privacy=privacy)


def test_a_small_change_of_confidential_data_cannot_be_subtracted(cut):
    found = compare(many(cut, "old", (10, 12)), many(cut, "new", (12, 20)))
    assert found.part("patients").empty
    events = found.part("events").set_index(["arm", "statistic"])
    assert events.loc[("A", "new_events"), "new_printed"] == "<5"
    for arm in ("A", "B", "all"):
        for name in ("events", "new_events", "events_withdrawn"):
            assert math.isnan(events.loc[(arm, name), "new"]), (arm, name)
    assert events.loc[("B", "events"), "old"] == 12
    maturity = found.part("maturity").query("statistic in ['n_events', 'percent']")
    assert maturity["new"].isna().all()
    # 4 and 4 new ones are told by 8, which both arms are shown to have fewer than 5 of.
    information = found.part("information")
    assert information["new"].isna().all()
    assert information["old"].notna().all()
    curves = found.part("results").query("analysis in ['kaplan_meier', 'rmst']")
    assert "A" not in set(curves["arm"])
    assert "B" in set(curves["arm"])
    assert maturity["old"].notna().all()
    counted = found.part("results").query("statistic in ['n_events', 'n_censored', 'rate']")
    of_all = counted[counted["subgroup"] == ""]
    assert not (of_all["new"] - of_all["old"]).abs().between(0, 5, inclusive="neither").any()
    assert not of_all["new"].between(0, 5, inclusive="neither").any()
    shown = compare(many(cut, "o", (10, 12), "public"), many(cut, "n", (12, 20), "public"))
    assert shown.part("events").query("arm == 'A' and statistic == 'new_events'")["new"].item() == 2


def test_a_large_change_of_confidential_data_is_shown(cut):
    found = compare(many(cut, "old", (10, 12)), many(cut, "new", (18, 20)))
    # No estimate has digits enough to tell the counts behind it.
    estimates = found.part("effects")["new"].dropna()
    assert len(estimates)
    assert all(f"{value:.3g}" == f"{value:g}" for value in estimates)
    events = found.part("events").query("statistic == 'new_events'")
    assert events["new"].tolist() == [8, 8, 16]


def test_what_a_confidential_book_withholds_is_not_listed_either(cut):
    found = compare(many(cut, "old", (3, 12)), many(cut, "new", (9, 22)))
    results = found.part("results")
    shown = results[["old_printed", "new_printed"]]
    assert not shown.isin(["withheld", "<5"]).any(axis=None)
    assert not results["statistic"].isin(["min", "max"]).any()
    assert any("are left out" in remark for remark in found.remarks)
    counted = found.frame[found.frame["statistic"].isin(["n_events", "events", "n_at_risk"])]
    for side in ("old", "new"):
        assert not counted[side].between(0, 5, inclusive="neither").any()
    # an interim is called so though its events are withheld
    assert found.old_status == "interim, unadjusted"


def test_what_the_books_of_two_cuts_withhold_is_withheld_beside_each_other_too(cut):
    # The old cut's book hides arm A's events; all of both arms together would give them away.
    old, new = many(cut, "old", (3, 12)), many(cut, "new", (9, 22))
    events = old.results.query("analysis == 'kaplan_meier' and statistic == 'n_events'")
    assert (events["state"] == "withheld").any()
    found = compare(old, new)
    total = found.part("information").query("statistic == 'n_events'").iloc[0]
    assert total["old_printed"] in ("withheld", "<5")
    events = found.part("events").query("statistic == 'events'")
    assert set(events["old_printed"]) <= {"withheld", "<5"}
    assert events["old"].isna().all()
    of_arms = found.part("maturity").query("statistic == 'n_events'").set_index("arm")
    assert of_arms["old_printed"].to_dict() == {"A": "<5", "B": "12"}
    assert math.isnan(of_arms.loc["A", "old"])
    marked = found.frame["old_printed"].isin(["withheld", "<5"])
    assert not found.frame.loc[marked, "note"].any()
    assert found.frame.loc[marked, "old"].isna().all()


def test_an_arm_that_reads_like_a_formula_is_the_same_in_a_build(cut, publish):
    names = ["-A" if one == "A" else "B" for one in "AAABBBB"]
    old = cut("old", names, arms=[{"code": "-A"}, {"code": "B"}])
    build = publish(old, "build", notice="")
    seen = old.trial.folder.parent / "build" / "html" / "files" / "ard.csv"
    table = pd.read_csv(seen, dtype=str)
    table["arm"] = table["arm"].map(escape_cell)
    assert "'-A" in set(table["arm"])
    table.to_csv(seen, index=False)
    again = read_cut(old.trial.folder.parent / "build")
    assert set(again.results["arm"]) == set(build.results["arm"])
    assert compare(build, again).nothing_changed
