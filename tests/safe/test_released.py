"""What was released before: two cuts, two points of a grid."""

import numpy as np
import pandas as pd
import pytest

from tests.report.secret_trial import secret_trial
from trialbook import released
from trialbook.analyses import all_results
from trialbook.ard import complete
from trialbook.messages import BuildError
from trialbook.publishing.collect import results_csv
from trialbook.results import COLUMNS, SEEN
from trialbook.safe import safe
from trialbook.safe.times import end_point_times
from trialbook.trial import load_trial

LEAST = 5
KEY = ["analysis", "paramcd", "arm", "subgroup", "level", "time", "method", "statistic"]


def published(folder, trial):
    """Write what readers of a trial's book may see, as a build lays it beside the pages."""
    table = complete(all_results(trial), trial, "all")
    table = table[(table["state"] != "withheld") | (table["shown"] != "")]
    files = folder / "html" / "files"
    files.mkdir(parents=True)
    rows = table.assign(value=table[SEEN])[COLUMNS].to_numpy(object).tolist()
    for name, text in results_csv(rows).items():
        (files / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def cuts(tmp_path_factory):
    """Return two cuts of a trial: in the second, three more of CTL had progressed."""
    root = tmp_path_factory.mktemp("cuts")
    old = load_trial(secret_trial(root / "old"))
    secret_trial(root / "new")
    adtte = pd.read_csv(root / "new" / "adtte.csv")
    of = adtte["USUBJID"].isin(old.adsl["USUBJID"].head(70)) & adtte["PARAMCD"].isin(["PFS"])
    more = adtte.index[of & adtte["CNSR"].eq(1)][:3]
    adtte.loc[more, "CNSR"] = 0
    adtte.to_csv(root / "new" / "adtte.csv", index=False)
    return root, old, load_trial(root / "new")


def visible(gated):
    of = gated["statistic"].isin(["n", "n_events", "n_at_risk"]) & gated["value"].notna()
    return gated[of].fillna({"time": -1.0}).set_index(KEY)["value"]


def test_two_cuts_tell_no_few_patients_by_their_difference(cuts, tmp_path, monkeypatch):
    _, old, new = cuts
    before, naive = (visible(safe(all_results(one), one)) for one in (old, new))
    change = (naive - before).dropna().abs()
    assert change.between(0, LEAST, inclusive="neither").any(), "the attack finds nothing"
    released.publish(tmp_path, "old", published(tmp_path / "old", old))
    monkeypatch.setenv(released.RELEASED, f"new:{tmp_path / released.FILE}")
    gated = safe(all_results(new), new)
    change = (visible(gated) - before).dropna().abs()
    assert not change.between(0, LEAST, inclusive="neither").any()
    events = gated.query("analysis == 'kaplan_meier' and paramcd == 'PFS' and level == ''")
    assert events.query("statistic == 'n_events'")["state"].eq("withheld").all()
    rates = gated.query("analysis == 'incidence_rate' and paramcd == 'PFS' and statistic == 'rate'")
    assert rates["state"].eq("withheld").all()
    # nor does the height of a curve, times the patients
    heights = [
        one[one["statistic"].eq("survival") & one["paramcd"].eq("PFS")].set_index(
            ["arm", "time", "method"]
        )["value"]
        for one in (safe(all_results(old), old), gated)
    ]
    moved = 70 * (heights[0] - heights[1]).dropna().abs()
    assert not moved.between(0.5, LEAST - 0.5).any()
    # What is the same as before is shown as before, and the first cut by itself all that it was.
    assert len(visible(gated)) > 0.5 * len(naive)
    monkeypatch.setenv(released.RELEASED, f"old:{tmp_path / released.FILE}")
    pd.testing.assert_series_equal(visible(safe(all_results(old), old)), before)


def test_two_points_of_a_grid_open_no_two_times_of_few_events(tmp_path, monkeypatch):
    trial = load_trial(secret_trial(tmp_path / "many", per_arm=600))
    data = trial.time_to_event("PFS")

    def told(times):
        found = []
        for arm in trial.arms:
            of = data[(data["arm"] == arm.code).to_numpy() & data["event"].to_numpy(bool)]
            events = np.array([(of["AVAL"] <= t).sum() for t in sorted(times[arm.code])])
            steps = np.diff(events)
            found += list(steps[(steps > 0) & (steps < LEAST)])
        return found

    def open_times(asked):
        return {a.code: set(end_point_times(trial, "PFS", a.code, (asked,))) for a in trial.arms}

    points = [float(t) for t in range(205, 300, 4)]
    naive, judged = ({arm.code: set() for arm in trial.arms} for _ in range(2))
    for t in points:
        for arm, times in open_times(t).items():
            naive[arm] |= times
    monkeypatch.setenv(released.RELEASED, f"data:{tmp_path / released.FILE}")
    opened = []
    for t in points:
        released.ask(tmp_path, [t])
        for arm, times in open_times(t).items():
            judged[arm] |= times
            opened += [t] if t in times else []
    assert told(naive), "the attack finds nothing"
    assert not told(judged)
    assert opened


def test_a_point_is_decided_alike_when_it_is_built_again(tmp_path):
    assert released.judged(tmp_path, "data", []) == ""
    first = released.judged(tmp_path, "data", [200])
    released.ask(tmp_path, [200])
    assert released.judged(tmp_path, "data", [200]) == first != ""
    second = released.judged(tmp_path, "data", [300])
    released.ask(tmp_path, [300])
    assert released.judged(tmp_path, "data", [300]) == second != first
    assert released.judged(tmp_path, "data", [200]) == first
    assert released.judged(tmp_path, "data", []) == ""


def test_a_damaged_record_is_not_passed_over(tmp_path):
    (tmp_path / released.FILE).write_text("{")
    with pytest.raises(BuildError, match="is damaged"):
        released.ask(tmp_path, [1])
