"""Which patient of Table 1 has which course: exchanged within an arm until subgroups fit.

Exchanging the baseline rows of two patients of one arm changes neither Table 1 nor the end
points, only how the two go together: adjusted models and subgroups.
"""

import numpy as np
import pandas as pd

from trialbook.survival import batched_cox, cox
from trialbook.synthesis.anneal import anneal, until_reached
from trialbook.synthesis.targets import Published

from .spec import ADJUSTED, ARMS, LARGEST_SUBGROUP_HR, PRIMARY, SUBGROUPS
from .structure import Structure


class Assignment:
    """Exchanges of two baseline rows; see `anneal.Problem`. The state is a permutation."""

    def __init__(self, structure: Structure, time: np.ndarray, baseline: pd.DataFrame):
        self.treated = structure.arm == ARMS[0]
        self.event, self.time = structure.event(PRIMARY), time
        self.covariates = {name: baseline[v].to_numpy(float) for name, v in ADJUSTED.items()}
        self.members = np.array(
            [baseline[v].to_numpy() == level for v in SUBGROUPS for level in baseline[v].unique()]
        )

    def propose(self, rows, rng, size):
        """Return pairs of patients of the same arm, shape (size, 2)."""
        first = rng.integers(len(rows), size=size)
        second = rng.integers(len(rows), size=size)
        same = (self.treated[first] == self.treated[second]) & (first != second)
        return np.stack([first[same], second[same]], axis=1)

    def measure(self, rows, changes):
        """Return the adjusted P values and the largest hazard ratio of any subgroup."""
        candidates = [self.apply(rows, changes, i) for i in range(len(changes))]
        measured = {name: [] for name in [*ADJUSTED, LARGEST_SUBGROUP_HR.name]}
        for candidate in candidates:
            for name, values in self.covariates.items():
                X = np.column_stack([self.treated, values[candidate]])
                measured[name].append(cox(self.time, self.event, X).p_value[0])
            here = self.members[:, candidate]
            hr = batched_cox(np.where(here, self.time, 0), here & self.event, self.treated).hr
            measured[LARGEST_SUBGROUP_HR.name].append(np.where(np.isnan(hr), np.inf, hr).max())
        return {name: np.array(values) for name, values in measured.items()}

    def apply(self, rows, changes, which):
        """Return the permutation after one exchange."""
        changed = rows.copy()
        changed[changes[which]] = rows[changes[which][::-1]]
        return changed


def assign(structure, time, baseline, published: Published, rng, report=None) -> pd.DataFrame:
    """Return the baseline rows in the order of the patients whose courses they go with.

    Parameters
    ----------
    time : ndarray of int
        Day of the primary end point or of censoring.
    """
    targets = [
        published.target(name, "cox", PRIMARY, f"{ARMS[0]} vs {ARMS[1]}", "p_value", method=name)
        for name in ADJUSTED
    ]
    problem = Assignment(structure, time, baseline)

    def search():
        rows = [rng.permutation(np.flatnonzero(structure.arm == arm)) for arm in ARMS]
        return anneal(problem, np.concatenate(rows), [*targets, LARGEST_SUBGROUP_HR], rng, batch=16,
                      rounds=150, temperature=(1.0, 0.01), restarts=2,
                      what="who has which course", report=report)  # fmt: skip

    return baseline.iloc[until_reached(search)].reset_index(drop=True)
