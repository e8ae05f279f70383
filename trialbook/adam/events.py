"""The one place where CNSR becomes an event."""

import numpy as np
from numpy.typing import ArrayLike


def is_event(cnsr: ArrayLike) -> np.ndarray:
    """Return whether each time ended in the event: ``CNSR == 0``.

    Every other code is a reason for censoring (CDISC ADaM Basic Data Structure for
    Time-to-Event Analyses, version 1.0, section 3). Which codes compete with the event is said
    in trial.yml, never here.

    Parameters
    ----------
    cnsr : array_like, shape (n,)
        CNSR of ADTTE, validated: whole numbers, none missing.

    Returns
    -------
    numpy.ndarray of bool, shape (n,)
    """
    return np.asarray(cnsr) == 0
