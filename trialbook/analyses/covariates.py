"""Covariates: from variables of ADSL to the columns of a model, and to strata."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from trialbook.analyses.common import categories

TREATMENT = "treatment"
MISSING = "missing"


def model_columns(
    patients: pd.DataFrame, treated: np.ndarray, covariates: Sequence[str] = ()
) -> pd.DataFrame:
    """Return treatment and covariates as the columns of a model.

    Parameters
    ----------
    patients : pandas.DataFrame
        One row per patient, no covariate missing.
    treated : numpy.ndarray of bool, shape (n,)
    covariates : sequence of str
        Variables of ADSL.

    Returns
    -------
    pandas.DataFrame, shape (n, p)
        `TREATMENT` first, 1 for treated. A number is one column, ``VARIABLE``; a category is
        one 0/1 column ``VARIABLE=CATEGORY`` for each category but the first in sorted order, as
        in R.
    """
    columns = {TREATMENT: treated.astype(float)}
    for name in covariates:
        if pd.api.types.is_numeric_dtype(patients[name]):
            columns[name] = patients[name].to_numpy(float)
        else:
            columns |= indicators(patients[name])
    return pd.DataFrame(columns)


def indicators(values: pd.Series) -> dict[str, np.ndarray]:
    """Return one 0/1 column per category but the first, named ``VARIABLE=CATEGORY``."""
    text, levels = categories(values)
    return {f"{values.name}={level}": (text == level).to_numpy(float) for level in levels[1:]}


def filled(everyone: pd.DataFrame, variables: Sequence[str]) -> pd.DataFrame:
    """Return patients with every covariate, so that no randomized patient is left out.

    Parameters
    ----------
    everyone : pandas.DataFrame
        The patients of all arms: what stands in knows nothing of the arm.
    variables : sequence of str
        Variables of ADSL.

    Returns
    -------
    pandas.DataFrame
        A missing number is the mean of all arms, a missing category the category `MISSING`
        (White and Thompson 2005, Stat Med 24:993).
    """
    standing_in = {}
    for name in variables:
        values = everyone[name]
        if values.isna().any():
            number = pd.api.types.is_numeric_dtype(values)
            whole = values.astype(float) if number else values.astype(object)
            standing_in[name] = whole.fillna(whole.mean() if number else MISSING)
    return everyone.assign(**standing_in)


def complete(patients: pd.DataFrame, variables: Sequence[str]) -> np.ndarray:
    """Return which patients have a value of every variable."""
    return patients[list(variables)].notna().all(axis=1).to_numpy(bool)


def strata_of(patients: pd.DataFrame, variables: Sequence[str]) -> np.ndarray:
    """Return the stratum of each patient: the combination of the variables' values."""
    return patients.groupby(list(variables), observed=True, sort=True).ngroup().to_numpy()


def lacking(patients: pd.DataFrame, variables: Sequence[str]) -> list[str]:
    """Return the variables that ADSL does not have, or has no value of."""
    return [name for name in variables if name not in patients or patients[name].isna().all()]
