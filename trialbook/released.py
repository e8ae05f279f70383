"""The record of what readers were shown before, kept in the store of a build.

A build of confidential data writes down the times that it was asked for besides those of
trial.yml, before it computes anything at them, and the counts that its readers may see, once they
are published. The gate judges with it what is asked for now: `trialbook.safe.released`.
"""

import csv
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from trialbook.messages import BuildError

# The environment variable by which a build names its record to the chapters: data, then file.
RELEASED = "TRIALBOOK_RELEASED"
FILE = "released.json"
COUNTED = ("n", "n_events", "n_censored", "n_at_risk", "n_missing")
SHARES = ("survival", "cumulative_incidence")
JUDGED = (*COUNTED, "percent", *SHARES)
_KEY = ("analysis", "paramcd", "arm", "subgroup", "level", "time", "method", "statistic")


@dataclass(frozen=True)
class Released:
    """A record, as one build sees it.

    Attributes
    ----------
    landmarks : tuple of float
        Times asked for besides trial.yml's, in the order in which they were first asked for.
    shown : dict
        Key of a row to what readers were shown in its place, of other data than these.
    """

    landmarks: tuple[float, ...] = ()
    shown: dict[tuple, tuple[float, ...]] = field(default_factory=dict)

    def before(self, asked: Iterable[float]) -> tuple[float, ...]:
        """Return the times to be judged with, and those asked for now, the earliest first."""
        asked = list(asked)
        last = max((self.landmarks.index(t) for t in asked if t in self.landmarks), default=-1)
        new = sorted((t for t in asked if t not in self.landmarks), reverse=True)
        return (*(self.landmarks if new else self.landmarks[: last + 1]), *new)


def ask(store: Path, landmarks: Iterable[float]) -> None:
    """Record the times that a build is asked for, before it computes anything at them."""
    record = _record(store)
    known = record.setdefault("landmarks", [])
    known += sorted({float(t) for t in landmarks} - {*known}, reverse=True)
    _write(store, record)


def publish(store: Path, data: str, folder: Path) -> None:
    """Record what readers of a published folder may see of these data.

    Parameters
    ----------
    store : Path
        Of the builds; the record is a file in it.
    data : str
        A key of the data.
    folder : Path
        The published edition.
    """
    from trialbook.escape import unescape_cell

    rows = []
    for name in ("ard.csv", "curves.csv"):
        with (folder / "html" / "files" / name).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if row["statistic"] in JUDGED and row["value"] != "":
                    key = [unescape_cell(row[column]) for column in _KEY]
                    key[5] = None if row["time"] == "" else float(row["time"])
                    rows.append([*key, float(row["value"])])
    record = _record(store)
    seen = record.setdefault("seen", {})
    known = {tuple(row): row for row in (*seen.get(data, ()), *rows)}
    seen[data] = list(known.values())
    _write(store, record)


def judged(store: Path, data: str, landmarks: Iterable[float]) -> str:
    """Return a hash of what in a record the decisions on a build depend on; '' of nothing.

    Parameters
    ----------
    store, data
        See `publish`.
    landmarks : iterable of float
        What the build is asked for.
    """
    record = _record(store)
    others = {of: rows for of, rows in record.get("seen", {}).items() if of != data}
    times = Released(tuple(record.get("landmarks", ()))).before(map(float, landmarks))
    text = json.dumps([times, others], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:24] if times or others else ""


def _record(store: Path) -> dict:
    try:
        return json.loads((store / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise BuildError(
            f"{store / FILE}, the record of what readers were shown before, is damaged. Put an "
            "earlier copy in its place; remove it only if nobody has seen a book of these data."
        ) from error


def _write(store: Path, record: dict) -> None:
    store.mkdir(parents=True, exist_ok=True)
    new = store / f"{FILE}.new"
    new.write_text(json.dumps(record), encoding="utf-8")
    new.replace(store / FILE)
