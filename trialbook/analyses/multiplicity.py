"""Multiplicity: P values of a family of end points, adjusted together."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from trialbook import survival
from trialbook.analyses.common import pair, results
from trialbook.analyses.covariates import complete, strata_of
from trialbook.analyses.given import of_results
from trialbook.analyses.hazards import rank_test
from trialbook.analyses.planned import planned, planned_strata
from trialbook.config_plan import Graph, Multiplicity
from trialbook.results import rows
from trialbook.trial import Trial


@of_results("multiplicity")
def multiplicity(trial: Trial) -> pd.DataFrame:
    """Adjust the P values of the planned log-rank test in trial.yml's family of end points.

    Parameters
    ----------
    trial : Trial
        Its ``multiplicity`` names the family, the methods, an order, a graph.

    Returns
    -------
    pandas.DataFrame
        Results with analysis ``multiplicity``: p_value by end point and comparison with the
        methods ``holm``, ``hochberg``, ``bonferroni``, as R's ``p.adjust``; ``fixed_sequence``
        where an order is given, ``graph`` where a graph is. A P value that is not estimable
        stays so and does not count. The family of each comparison is adjusted apart, unless
        trial.yml says ``across_arms``: then all comparisons make one, in an order for each end
        point first in the order of the comparisons, in a graph each with an equal share. Empty
        with a remark where trial.yml names no family.

    References
    ----------
    Holm S. Scand J Stat 1979;6:65-70. Hochberg Y. Biometrika 1988;75:800-802. Bretz F, Maurer W,
    Brannath W, Posch M. Stat Med 2009;28:586-604.
    """
    family = trial.config.multiplicity
    if family is None:
        told = "No family of end points is named in trial.yml: P values are unadjusted."
        return results([], [told])
    names = [comparison.name for comparison in trial.comparisons]
    plain = {
        (paramcd, comparison.name): _planned_p(trial, paramcd, comparison)
        for paramcd in family.family
        for comparison in trial.comparisons
    }
    records = []
    for together in [names] if family.across_arms else [[name] for name in names]:
        for method, adjusted in _adjusted(family, plain, together):
            for (paramcd, arm), p_value in adjusted.items():
                of = {"paramcd": paramcd, "arm": arm, "method": method}
                records.extend(rows("multiplicity", {"p_value": p_value}, **of))
    return results(records)


def _planned_p(trial: Trial, paramcd: str, comparison) -> float:
    """Return the P value of the planned log-rank test."""
    data = trial.time_to_event(paramcd)
    if planned(trial).test != "stratified":
        return rank_test(*pair(data, comparison))["p_value"]
    strata = planned_strata(trial, data)
    patients, treated = pair(data[complete(data, strata)], comparison)
    return rank_test(patients, treated, strata=strata_of(patients, strata))["p_value"]


def _adjusted(family: Multiplicity, plain: dict, names: list[str]) -> Iterator[tuple[str, dict]]:
    """Yield each method with the adjusted P value of each end point and comparison."""

    def of(codes):
        return [(code, name) for code in codes for name in names]

    keys = of(family.family)
    p_values = np.array([plain[key] for key in keys])
    if names:
        for method in family.methods:
            yield method, dict(zip(keys, survival.adjusted(p_values, method), strict=True))
    if names and family.order:
        ordered = of(family.order)
        found = survival.fixed_sequence([plain[key] for key in ordered])
        yield "fixed_sequence", dict(zip(ordered, found, strict=True))
    if names and family.graph:
        found = survival.graphical(p_values, *_graph(family.graph, keys, names))
        yield "graph", dict(zip(keys, found, strict=True))


def _graph(graph: Graph, keys: list[tuple], names: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return weights and transitions of a graph, one like it for each of the comparisons."""
    weights = np.array([graph.weights.get(code, 0.0) / len(names) for code, _ in keys])
    transitions = np.zeros((len(keys), len(keys)))
    for start, end, share in graph.edges:
        for name in names:
            transitions[keys.index((start, name)), keys.index((end, name))] = share
    return weights, transitions
