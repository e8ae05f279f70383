"""Which events a later cut has, lacks, or dates otherwise: patient by patient."""

import pandas as pd

COUNTS = {
    "patients_old": "patients in the old",
    "patients_new": "patients in the new",
    "patients_added": "patients added",
    "patients_removed": "patients removed",
    "arm_changed": "patients in another arm",
    "events_old": "events in the old",
    "events_new": "events in the new",
    "new_events": "new events",
    "events_withdrawn": "events withdrawn",
    "events_redated": "events re-dated",
    "follow_up_shortened": "censored earlier than before",
}
ALL = "all"


def event_changes(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Hold the patients of one end point against each other.

    Parameters
    ----------
    old, new : pandas.DataFrame
        One row per patient: USUBJID, ``arm``, AVAL, ``event`` (`Trial.time_to_event`).

    Returns
    -------
    pandas.DataFrame
        One row per patient of either: USUBJID, ``arm_old``, ``arm_new`` (None where the patient
        is not in that cut), ``time_old``, ``time_new``, ``event_old``, ``event_new`` (False
        where not in that cut), ``change``: words separated by ``"; "``, empty where nothing
        changed.

    Notes
    -----
    An event is withdrawn when the old cut had it and the new one does not, the patient being
    there or not; re-dated when both have it at different times. So the new cut's events are the
    old one's, plus the new, minus the withdrawn.
    """
    sides = []
    for side, frame in (("old", old), ("new", new)):
        table = pd.DataFrame(
            {
                f"arm_{side}": frame["arm"].astype(object).to_numpy(),
                f"time_{side}": frame["AVAL"].to_numpy(float),
                f"event_{side}": frame["event"].to_numpy(bool),
            },
            index=pd.Index(frame["USUBJID"].astype(str), name="USUBJID"),
        )
        sides.append(table)
    both = sides[0].join(sides[1], how="outer").sort_index()
    for side in ("old", "new"):
        both[f"event_{side}"] = both[f"event_{side}"].eq(True)
    flags = _flags(both)
    words = {name: COUNTS[name].removesuffix("s").replace("events ", "event ") for name in flags}
    words |= {"patients_added": "patient added", "patients_removed": "patient removed",
              "arm_changed": "another arm"}  # fmt: skip
    change = pd.Series("", index=both.index)
    for name, flag in flags.items():
        change = change.mask(flag, change + "; " + words[name])
    return both.assign(change=change.str.removeprefix("; ")).reset_index()


def _flags(both: pd.DataFrame) -> dict[str, pd.Series]:
    in_old, in_new = both["arm_old"].notna(), both["arm_new"].notna()
    event_old, event_new = both["event_old"], both["event_new"]
    earlier = both["time_new"] < both["time_old"]
    return {
        "patients_added": ~in_old,
        "patients_removed": ~in_new,
        "arm_changed": in_old & in_new & (both["arm_old"] != both["arm_new"]),
        "new_events": event_new & ~event_old,
        "events_withdrawn": event_old & ~event_new,
        "events_redated": event_old & event_new & (both["time_old"] != both["time_new"]),
        "follow_up_shortened": in_old & in_new & ~event_old & ~event_new & earlier,
    }


def event_counts(changes: pd.DataFrame, arms: list[str]) -> pd.DataFrame:
    """Count what `event_changes` found, by arm and in all.

    Parameters
    ----------
    changes : pandas.DataFrame
        See `event_changes`.
    arms : list of str
        Codes.

    Returns
    -------
    pandas.DataFrame
        ``arm``, ``statistic`` (a key of `COUNTS`), ``n``. An arm counts its own patients in
        each cut: one who moved leaves the old arm with the event and enters the new one with it.
    """
    records = []
    for arm in (*arms, ALL):
        was = changes["arm_old"].notna() if arm == ALL else changes["arm_old"] == arm
        now = changes["arm_new"].notna() if arm == ALL else changes["arm_new"] == arm
        of_arm = changes.assign(
            arm_old=changes["arm_old"].where(was, None),
            arm_new=changes["arm_new"].where(now, None),
            event_old=changes["event_old"] & was,
            event_new=changes["event_new"] & now,
        )[was | now]
        moved = was & now & (changes["arm_old"] != changes["arm_new"])
        if arm != ALL:
            moved = (was ^ now) & changes["arm_old"].notna() & changes["arm_new"].notna()
        flags = _flags(of_arm)
        whole = changes[was | now]
        counts = {name: int(flag.sum()) for name, flag in flags.items()}
        # One who moved was neither added to the trial nor removed from it.
        counts["patients_added"] = int(whole["arm_old"].isna().sum())
        counts["patients_removed"] = int(whole["arm_new"].isna().sum())
        counts["arm_changed"] = int(moved.sum())
        counts["patients_old"], counts["patients_new"] = int(was.sum()), int(now.sum())
        for side in ("old", "new"):
            counts[f"events_{side}"] = int(of_arm[f"event_{side}"].sum())
        records += [{"arm": arm, "statistic": name, "n": counts[name]} for name in COUNTS]
    return pd.DataFrame(records, columns=["arm", "statistic", "n"])
