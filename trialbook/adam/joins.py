"""A trial's data sets joined to its patients, by position and once each."""

from functools import lru_cache

import numpy as np
import pandas as pd

from trialbook.adam.events import is_event
from trialbook.adam.populations import Members
from trialbook.config import Endpoint


class Joins:
    """Data sets, where in ADSL each row belongs, and who is in each population.

    What is joined is kept, so that every chapter after the first has it at once; callers copy.

    Parameters
    ----------
    data : dict of DataFrame
        The data sets, validated.
    rows : dict of numpy.ndarray of int
        Data set to the position in ADSL of each of its rows.
    members : dict of Members
        Population to its patients.
    """

    def __init__(
        self,
        data: dict[str, pd.DataFrame],
        rows: dict[str, np.ndarray],
        members: dict[str, Members],
    ) -> None:
        self.data = data
        self._rows = rows
        self._members = members
        self.population = lru_cache(maxsize=None)(self._population)
        self.time_to_event = lru_cache(maxsize=None)(self._time_to_event)
        self.treatment_emergent = lru_cache(maxsize=None)(self._treatment_emergent)

    def _population(self, name: str) -> pd.DataFrame:
        """Return the patients of a population with `arm`."""
        positions, arm = self._members[name]
        return self.data["ADSL"].take(positions).reset_index(drop=True).assign(arm=arm)

    def _places(self, population: str, data_set: str, chosen: pd.Series) -> tuple[np.ndarray, ...]:
        """Return which chosen rows of a data set are of a population, and of which patient.

        Returns
        -------
        rows : numpy.ndarray of int
            Their positions in the data set.
        places : numpy.ndarray of int
            Their patients' positions in the population.
        """
        positions = self._members[population].positions
        place = np.full(len(self.data["ADSL"]), -1)
        place[positions] = np.arange(len(positions))
        places = place[self._rows[data_set]]
        rows = np.flatnonzero((places >= 0) & chosen.to_numpy())
        return rows, places[rows]

    def _time_to_event(self, paramcd: str) -> pd.DataFrame:
        """Return one row per patient of the efficacy population who has an end point."""
        adtte = self.data["ADTTE"]
        rows, places = self._places("efficacy", "ADTTE", adtte["PARAMCD"] == paramcd)
        times = adtte.take(rows).reset_index(drop=True)
        patients = self.population("efficacy").take(places).reset_index(drop=True)
        first = pd.DataFrame({
            "USUBJID": patients["USUBJID"],
            "arm": patients["arm"],
            "AVAL": times["AVAL"],
            "CNSR": times["CNSR"].astype("int64"),
            "event": is_event(times["CNSR"]),
        })  # fmt: skip
        patients = patients.drop(columns=[name for name in first if name in patients])
        times = times.drop(columns=[name for name in times if name in first or name in patients])
        return pd.concat([first, times, patients], axis=1)

    def competing_risks(self, endpoint: Endpoint) -> tuple[np.ndarray, np.ndarray]:
        """Return time and cause of what came first, for the rows of `time_to_event`.

        Returns
        -------
        time : numpy.ndarray of float, shape (n,)
        cause : numpy.ndarray of int, shape (n,)
            0 censored, 1 the event, 2 and on the competing events in trial.yml's order.
        """
        frame = self.time_to_event(endpoint.paramcd)
        time = frame["AVAL"].to_numpy(copy=True)
        cause = frame["event"].to_numpy().astype("int64")
        chosen = self.data["ADTTE"]["PARAMCD"] == endpoint.paramcd
        _, places = self._places("efficacy", "ADTTE", chosen)
        patients = self._members["efficacy"].positions[places]
        for number, competing in enumerate(endpoint.competing, start=2):
            if competing.cnsr is not None:
                cause[(cause == 0) & (frame["CNSR"] == competing.cnsr)] = number
                continue
            other = self._event_times(competing.paramcd)[patients]
            first = (other < time) | ((other == time) & (cause == 0))
            time[first] = other[first]
            cause[first] = number
        return time, cause

    def _event_times(self, paramcd: str) -> np.ndarray:
        """Return when each patient of ADSL had the event of an end point, NaN where never."""
        adtte = self.data["ADTTE"]
        happened = ((adtte["PARAMCD"] == paramcd) & is_event(adtte["CNSR"])).to_numpy()
        times = np.full(len(self.data["ADSL"]), np.nan)
        times[self._rows["ADTTE"][happened]] = adtte["AVAL"].to_numpy()[happened]
        return times

    def _treatment_emergent(self) -> pd.DataFrame | None:
        """Return the treatment-emergent events of the safety population, `arm`, `patient`."""
        adae = self.data.get("ADAE")
        if adae is None or "TRTEMFL" not in adae:
            return None
        rows, places = self._places("safety", "ADAE", adae["TRTEMFL"] == "Y")
        arm = self._members["safety"].arm.take(places)
        return adae.take(rows).reset_index(drop=True).assign(arm=arm, patient=places)
