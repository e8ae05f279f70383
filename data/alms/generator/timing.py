"""The search for the days: hazard ratios, intervals, P values and durations of treatment at once.

Who has which event is fixed, so whatever moves, the counts stay and the composites follow.
"""

import numpy as np

from trialbook.synthesis.anneal import anneal, until_reached
from trialbook.synthesis.targets import Published, Target
from trialbook.synthesis.two_arm import RiskSets, cox_model, log_rank_p

from .courses import COLUMNS, END, LAST_DOSE, draw_courses, end_point_time, possible
from .spec import ARMS, DURATION, END_POINTS, LAST_DAY, LOG_HAZARD_RATIO, PLAUSIBLE, PRIMARY
from .structure import Structure

TIES = ("efron", "breslow")
LONGEST_MOVE = 500


class Timing:
    """Moves of one patient's days at a time; see `anneal.Problem`.

    Parameters
    ----------
    structure : Structure
    first_dose : ndarray of int
        The day of the first dose, counted from randomization.
    cox, log_rank : sequence of str
        End points whose hazard ratio, whose P value is a target.
    """

    def __init__(self, structure: Structure, first_dose, cox, log_rank):
        self.structure, self.first_dose = structure, first_dose
        self.treated = structure.arm == ARMS[0]
        self.cox, self.log_rank = list(cox), list(log_rank)
        self.tested = [e for e in END_POINTS if e in {*self.cox, *self.log_rank}]
        self.event = {e: structure.event(e) for e in self.tested}
        self.exists = np.column_stack([structure.has, np.ones((len(structure.arm), 2), bool)])

    def propose(self, days, rng, size):
        """Return patients and their new days; only courses that are possible.

        All days of a course move together, or one of them does; who completed stays to the end.
        """
        patients = rng.integers(len(days), size=2 * size)
        old = days[patients]
        length = np.floor(LONGEST_MOVE ** rng.random(2 * size)).astype(int)
        length *= rng.choice([-1, 1], size=2 * size)
        together = rng.random(2 * size) < 0.5
        column = rng.integers(len(COLUMNS), size=2 * size)
        moving = self.exists[patients] & (
            together[:, None] | (np.arange(len(COLUMNS)) == column[:, None])
        )
        completed = self.structure.completed[patients]
        moving[:, END] &= ~completed | ~together
        moving[:, LAST_DOSE] &= ~completed | ~together
        new = old + moving * length[:, None]
        ok = possible(new, completed) & (new != old).any(axis=1)
        ok &= self.structure.treated[patients]
        return patients[ok][:size], new[ok][:size]

    def measure(self, days, changes):
        """Return every statistic after every change."""
        patients, new = changes
        measured = {}
        for end_point, event in self.event.items():
            time = end_point_time(days, end_point)
            changed = end_point_time(new, end_point)
            sets = RiskSets(time, event, self.treated, patients, changed)
            if end_point in self.cox:
                for ties in TIES:
                    if ties == TIES[0] or sets.tied is not None:
                        model = cox_model(sets, ties, LOG_HAZARD_RATIO)
                    for statistic in ("hr", "hr_lower", "hr_upper"):
                        measured[f"{end_point} {ties} {statistic}"] = model[statistic]
            if end_point in self.log_rank:
                measured[f"{end_point} p_value"] = log_rank_p(sets)
        measured |= self._durations(days, patients, new)
        measured |= self._evenness(days, patients, new)
        return measured

    def apply(self, days, changes, which):
        """Return the days after one change."""
        patients, new = changes
        changed = days.copy()
        changed[patients[which]] = new[which]
        return changed

    def _durations(self, days, patients, new):
        measured = {}
        duration = days[:, LAST_DOSE] - self.first_dose + 1
        after = new[:, LAST_DOSE] - self.first_dose[patients] + 1
        for arm in ARMS:
            among = (self.structure.arm == arm) & self.structure.treated
            n, here = among.sum(), among[patients]
            total = duration[among].sum() + (after - duration[patients]) * here
            squares = (duration[among] ** 2).sum() + (after**2 - duration[patients] ** 2) * here
            measured[f"TRTDURD {arm} mean"] = total / n
            measured[f"TRTDURD {arm} sd"] = np.sqrt((squares - total**2 / n) / (n - 1))
        return measured

    def _evenness(self, days, patients, new):
        """Return ties of the first end point and how far times stray from an even course."""
        measured = {}
        left = ~self.structure.completed
        for name, end_point, among in (
            (PRIMARY, PRIMARY, self.event[PRIMARY]),
            ("leaving", None, left),
        ):
            column = days[:, END] if end_point is None else end_point_time(days, end_point)
            after = new[:, END] if end_point is None else end_point_time(new, end_point)
            day = np.repeat(column[None, :], len(patients), axis=0)
            day[np.arange(len(patients)), patients] = after
            for arm in ARMS:
                of_arm = np.sort(day[:, among & (self.structure.arm == arm)], axis=1)
                n = of_arm.shape[1]
                expected = 1 - (1 - of_arm / LAST_DAY).clip(0, 1) ** 1.2
                steps = (np.arange(n) + 0.5) / n
                measured[f"{name} unevenness {arm}"] = np.abs(expected - steps).max(axis=1)
            if end_point:
                ordered = np.sort(day[:, among], axis=1)
                tied = (ordered[:, 1:] == ordered[:, :-1]).sum(axis=1)
                measured[f"{name} events on a day with another"] = tied.astype(float)
        return measured


def timing_targets(published: Published) -> tuple[list[Target], list[str], list[str]]:
    """Return the targets, and the end points with a hazard ratio and with a P value among them."""
    targets, cox, log_rank = list(PLAUSIBLE), [], []
    for row in published.figures:
        if row["role"] != "target":
            continue
        end_point, statistic = row["ard_paramcd"], row["ard_statistic"]
        if row["ard_analysis"] == "cox" and row["ard_method"] == "efron":
            cox.append(end_point)
            for ties in TIES:
                targets.append(Target.printed(f"{end_point} {ties} {statistic}", row["printed"]))
        elif row["ard_analysis"] == "log_rank":
            log_rank.append(end_point)
            targets.append(Target.printed(f"{end_point} p_value", row["printed"]))
        elif end_point == "TRTDURD":
            name = f"TRTDURD {row['ard_arm']} {statistic}"
            targets.append(Target.printed(name, row["printed"], weight=DURATION[statistic]))
    return targets, list(dict.fromkeys(cox)), log_rank


def search_days(structure, published, rng, report=None) -> tuple[np.ndarray, np.ndarray]:
    """Return courses whose analysis prints the targets, and the days of the first dose.

    A search that ends in vain, as one in two does, is followed by another from new courses.
    """
    targets, cox, log_rank = timing_targets(published)

    def search():
        days = draw_courses(structure, rng)
        first_dose = np.minimum(rng.integers(1, 4, size=len(days)), days[:, LAST_DOSE])
        problem = Timing(structure, first_dose, cox, log_rank)
        days = anneal(problem, days, targets, rng, what="days", batch=192, rounds=1800,
                      temperature=(0.1, 0.00003), restarts=0, report=report)  # fmt: skip
        return days, first_dose

    return until_reached(search)
