"""Composite end points: which component came first, and how many patients had each."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from trialbook.adam.events import is_event
from trialbook.analyses.common import by_arm, endpoint_of, percent, results
from trialbook.analyses.given import of_results
from trialbook.config import Endpoint
from trialbook.results import rows
from trialbook.trial import Trial

OTHER = "OTHER"


@of_results("composite")
def composite(trial: Trial, endpoint: Endpoint | str | None = None) -> pd.DataFrame:
    """Count which component was the first event of a composite end point, by arm.

    Parameters
    ----------
    trial : Trial
    endpoint : Endpoint or str, optional
        The primary one by default; trial.yml names its components.

    Returns
    -------
    pandas.DataFrame
        Results with analysis ``composite``, `level` the component's PARAMCD: method ``first``: n
        patients whose composite event it was (on the same day the earlier in trial.yml's order;
        ``OTHER``: none of the components), percent of the patients; method ``any``: n, percent
        with the component at any time of its own follow-up. Empty with a remark for an end point
        without components.
    """
    endpoint = endpoint_of(trial, endpoint)
    if not endpoint.components:
        return results([], [f"No components of {endpoint.label} are named in trial.yml."])
    data = trial.time_to_event(endpoint.paramcd)
    component_times = _component_times(trial, data, endpoint.components)
    at = data["AVAL"].to_numpy()[:, None]
    matches = np.column_stack([component_times == at, np.ones(len(data), dtype=bool)])
    # the first match in trial.yml's order; the last column stands for no component at all
    first = np.where(data["event"], matches.argmax(axis=1), -1)
    ever = np.isfinite(component_times)
    records = []
    for code, patients in by_arm(trial, data.reset_index(drop=True)):
        of = {"paramcd": endpoint.paramcd, "arm": code}
        in_arm = patients.index
        records.extend(_counts(first[in_arm], ever[in_arm], endpoint.components, of))
    remarks = []
    if (first == len(endpoint.components)).any():
        n = int((first == len(endpoint.components)).sum())
        remarks.append(
            f"{n} events of {endpoint.label} are none of the components that trial.yml names."
        )
    return results(records, remarks)


def _counts(first, ever, components, of) -> Iterator[dict]:
    names = [*components, OTHER] if (first == len(components)).any() else components
    for i, name in enumerate(names):
        n = int((first == i).sum())
        statistics = {"n": n, "percent": percent(n, len(first))}
        yield from rows("composite", statistics, level=name, method="first", **of)
    for i, name in enumerate(components):
        n = int(ever[:, i].sum())
        statistics = {"n": n, "percent": percent(n, len(first))}
        yield from rows("composite", statistics, level=name, method="any", **of)


def _component_times(trial, data, components):
    """Return the time of each component's event, NaN where there is none: (n, components)."""
    adtte = trial.adtte
    columns = []
    for name in components:
        of_component = adtte[(adtte["PARAMCD"] == name) & is_event(adtte["CNSR"])]
        columns.append(data["USUBJID"].map(of_component.set_index("USUBJID")["AVAL"]))
    return np.column_stack(columns).astype(float)
