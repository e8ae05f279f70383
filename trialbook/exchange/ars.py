"""Results as CDISC's Analysis Results Standard (ARS 1.0) lays them out, as JSON.

A *reporting event* has *analyses*, each with a *method* whose *operations* are the statistics;
each result names the groups that it is of. The standard takes numbers as text and allows no
property of ours: what it has no place for (level, time, basis, what readers see) is a grouping of
its own, named only where it says something.
"""

import math
from collections.abc import Iterator
from typing import Any

import pandas as pd

from trialbook.exchange.cards import number, number_text
from trialbook.results import COLUMNS, KEY

# Groupings by which results are told apart, and those that say more of a result.
GROUPS = ("arm", "subgroup", "level", "time")
MORE = {"basis": "observed", "state": "shown"}
_OF_ANALYSIS = ["chapter", "analysis", "paramcd", "method", "population", "dataset"]
_LABELS = {
    "arm": "Treatment", "subgroup": "Subgroup", "level": "Level", "time": "Time",
    "basis": "Basis of the number", "state": "What readers see", "shown": "Text that readers see",
    "unit": "Unit",
}  # fmt: skip
PURPOSES = {
    "primary": "PRIMARY OUTCOME MEASURE",
    "key_secondary": "SECONDARY OUTCOME MEASURE",
    "secondary": "SECONDARY OUTCOME MEASURE",
}


def ars_of(
    ard: pd.DataFrame, trial_id: str, title: str, roles: dict[str, str] | None = None
) -> dict[str, Any]:
    """Return results as a reporting event.

    Parameters
    ----------
    ard : pandas.DataFrame
        Columns `trialbook.results.COLUMNS`.
    trial_id, title : str
        The trial's.
    roles : dict, optional
        PARAMCD of an end point to its role; sets the purpose of its analyses.

    Returns
    -------
    dict
        Valid against CDISC's schema; JSON holds it.
    """
    roles = roles or {}
    analyses, methods = [], {}
    by_analysis: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in ard.to_dict("records"):
        by_analysis.setdefault(tuple(row[name] for name in _OF_ANALYSIS), []).append(row)
    for number_, (key, rows) in enumerate(by_analysis.items(), 1):
        of = dict(zip(_OF_ANALYSIS, key, strict=True))
        method = methods.setdefault(
            (of["analysis"], of["method"]), _Method(f"M{len(methods) + 1}", of)
        )
        analyses.append(_analysis(f"A{number_}", of, rows, method, roles))
    sets = [name for name in ard["population"].drop_duplicates() if name]
    chapters = list(ard["chapter"].drop_duplicates())
    notices = [notice for notice in ard["notice"].drop_duplicates() if notice]
    event = {
        "id": trial_id,
        "name": title,
        "version": 1,
        "mainListOfContents": _contents(analyses, chapters),
        "analysisSets": [_set(name, order) for order, name in enumerate(sets, 1)],
        "analysisGroupings": [
            {"id": name, "name": name, "label": label, "dataDriven": True}
            for name, label in _LABELS.items()
        ],
        "analysisOutputCategorizations": [
            {
                "id": "chapter",
                "label": "Chapter",
                "categories": [{"id": name, "label": name} for name in chapters],
            }
        ],
        "methods": [method.as_json() for method in methods.values()],
        "analyses": analyses,
    }
    return event | ({"description": notices[0]} if notices else {})


def read_ars(event: dict[str, Any]) -> pd.DataFrame:
    """Return the results that `ars_of` made a reporting event from.

    Returns
    -------
    pandas.DataFrame
        Columns `trialbook.results.COLUMNS`, in the order of `trialbook.results.KEY`.
    """
    frame = pd.DataFrame(list(_rows(event)), columns=COLUMNS)
    return frame.sort_values(KEY, ignore_index=True)


class _Method:
    """A method and its operations, numbered as they are met."""

    def __init__(self, identifier: str, of: dict[str, str]):
        self.id, self.of = identifier, of
        self.operations: dict[tuple[str, str], str] = {}

    def operation(self, statistic: str, label: str) -> str:
        key = (statistic, label)
        return self.operations.setdefault(key, f"{self.id}.{len(self.operations) + 1}")

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self.of["analysis"],
            "label": self.of["method"],
            "operations": [
                {"id": identifier, "name": statistic, "label": label, "order": order}
                for order, ((statistic, label), identifier) in enumerate(self.operations.items(), 1)
            ],
        }


def _analysis(identifier, of, rows: list[dict[str, Any]], method: _Method, roles) -> dict[str, Any]:
    used = [name for name in GROUPS if any(row[name] != "" and pd.notna(row[name]) for row in rows)]
    purpose = PURPOSES.get(roles.get(of["paramcd"], ""), "EXPLORATORY OUTCOME MEASURE")
    found = {
        "id": identifier,
        "name": " ".join(part for part in (of["analysis"], of["paramcd"], of["method"]) if part),
        "version": 1,
        "reason": {"controlledTerm": "SPECIFIED IN SAP"},
        "purpose": {"controlledTerm": purpose},
        "categoryIds": [of["chapter"]],
        "dataset": of["dataset"],
        "variable": of["paramcd"],
        "methodId": method.id,
        "orderedGroupings": [
            {"order": order, "groupingId": name, "resultsByGroup": True}
            for order, name in enumerate(used, 1)
        ],
        "results": [_result(row, method) for row in rows],
    }
    return found | ({"analysisSetId": of["population"]} if of["population"] else {})


def _result(row: dict[str, Any], method: _Method) -> dict[str, Any]:
    said = {name: row[name] for name in GROUPS} | {
        name: "" if row[name] == usual else row[name] for name, usual in MORE.items()
    }
    said["time"] = number_text(row["time"])
    said["unit"] = row["unit"]
    # An empty text that readers see is something else than the printed one.
    groups = [{"groupingId": name, "groupValue": text} for name, text in said.items() if text]
    if row["shown"] != row["printed"]:
        groups.append({"groupingId": "shown", "groupValue": row["shown"]})
    found: dict[str, Any] = {"operationId": method.operation(row["statistic"], row["label"])}
    if not math.isnan(row["value"]):
        found["rawValue"] = number_text(row["value"])
    return found | {"formattedValue": row["printed"], "resultGroups": groups}


def _contents(analyses: list[dict[str, Any]], chapters: list[str]) -> dict[str, Any]:
    by_chapter: dict[str, list[dict[str, Any]]] = {name: [] for name in chapters}
    for analysis in analyses:
        items = by_chapter[analysis["categoryIds"][0]]
        items.append(
            {
                "level": 2,
                "order": len(items) + 1,
                "name": analysis["name"],
                "analysisId": analysis["id"],
            }
        )
    chapters_listed = [
        {"level": 1, "order": order, "name": name, "sublist": {"listItems": items}}
        for order, (name, items) in enumerate(by_chapter.items(), 1)
    ]
    return {"name": "Chapters", "contentsList": {"listItems": chapters_listed}}


def _set(flag: str, order: int) -> dict[str, Any]:
    condition = {"dataset": "ADSL", "variable": flag, "comparator": "EQ", "value": ["Y"]}
    return {"id": flag, "name": flag, "level": 1, "order": order, "condition": condition}


def _rows(event: dict[str, Any]) -> Iterator[dict[str, Any]]:
    methods = {method["id"]: method for method in event["methods"]}
    operations = {
        operation["id"]: operation
        for method in methods.values()
        for operation in method["operations"]
    }
    for analysis in event["analyses"]:
        method = methods[analysis["methodId"]]
        of = {
            "chapter": analysis["categoryIds"][0],
            "analysis": method["name"],
            "paramcd": analysis["variable"],
            "method": method["label"],
            "population": analysis.get("analysisSetId", ""),
            "dataset": analysis["dataset"],
            "notice": event.get("description", ""),
        }
        for result in analysis["results"]:
            groups = {one["groupingId"]: one["groupValue"] for one in result["resultGroups"]}
            operation = operations[result["operationId"]]
            printed = result["formattedValue"]
            yield of | {
                **{name: groups.get(name, "") for name in ("arm", "subgroup", "level", "unit")},
                **{name: groups.get(name, usual) for name, usual in MORE.items()},
                "time": number(groups.get("time", "")),
                "statistic": operation["name"],
                "label": operation["label"],
                "value": number(result.get("rawValue", "")),
                "printed": printed,
                "shown": groups.get("shown", printed),
            }
