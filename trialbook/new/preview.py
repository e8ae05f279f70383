"""What an answer would mean: how many events, the medians of the arms, the longest time."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from trialbook.adam.flat import read_flat
from trialbook.adam.problems import DataError, Findings, counted_noun, shortened
from trialbook.adam.trial_yml import parse_trial_yml
from trialbook.new.create import Request
from trialbook.new.inference import Question, UsageError

_MOST_ROUNDS = 12
_LONGEST = 110


@dataclass(frozen=True)
class Completed:
    """A request with every question answered, by the first choice where nobody has.

    Attributes
    ----------
    request : Request
    asked : tuple of (Question, str)
        The questions that were answered so, with the answers.
    problem : str
        What stands in the way all the same, or ''.
    """

    request: Request
    asked: tuple[tuple[Question, str], ...]
    problem: str = ""


def completed(request: Request) -> Completed:
    """Answer what a request leaves open by the first choices, to see what is asked on the way."""
    asked: list[tuple[Question, str]] = []
    for _ in range(_MOST_ROUNDS):
        try:
            request.compose()
        except UsageError as error:
            again = {one.option for one, _ in asked} & {one.option for one in error.questions}
            if not error.questions or again or not all(one.choices for one in error.questions):
                return Completed(request, tuple(asked), str(error).splitlines()[0])
            for question in error.questions:
                used = {value for value in request.said.values() if isinstance(value, str)}
                first = next((one for one in question.choices if one not in used),
                             question.choices[0])  # fmt: skip
                asked.append((question, first))
                request = request.answered(question.option, first)
        except DataError as error:
            return Completed(request, tuple(asked), str(error.problems[0]).splitlines()[0])
        else:
            return Completed(request, tuple(asked))
    return Completed(request, tuple(asked), "too many questions")


def preview(request: Request) -> str:
    """Return what the primary end point would look like, in one line."""
    whole = completed(request)
    if whole.problem:
        return f"not possible: {shortened(whole.problem, _LONGEST)}"
    source, (text, *_) = whole.request.compose()
    findings = Findings()
    config = parse_trial_yml(text, findings, "new")
    if config is None:
        return ""
    data = source.data
    if config.flat is not None:
        data = read_flat(source.paths[0].parent, config, findings, source.tables)
        if data is None:
            problem = str(findings.problems[0]).splitlines()[0]
            return f"not possible: {shortened(problem, _LONGEST)}"
    code = {value.casefold(): arm.code for arm in config.arms for value in arm.values}  # noqa: PD011
    arm = data["ADSL"].set_index(data["ADSL"]["USUBJID"].astype(object))["TRT01P"]
    rows = data["ADTTE"]
    rows = rows[(rows["PARAMCD"] == config.endpoints[0].paramcd) & rows["AVAL"].notna()]
    rows = rows.assign(arm=rows["USUBJID"].astype(object).map(arm[~arm.index.duplicated()])
                       .str.casefold().map(code))  # fmt: skip
    rows = rows[rows["arm"].notna() & rows["CNSR"].notna() & (rows["AVAL"] >= 0)]
    return _told(rows, [one.code for one in config.arms], config.time.unit)


def _told(rows: pd.DataFrame, arms: list[str], unit: str) -> str:
    from trialbook.survival.kaplan_meier import kaplan_meier

    event = rows["CNSR"].eq(0)
    of_arms = []
    for arm in arms:
        here = rows["arm"] == arm
        if not here.any():
            continue
        median = kaplan_meier(rows["AVAL"][here], event[here]).median[0]
        said = f"median {_short(median)}" if np.isfinite(median) else "median not reached"
        n_events = int(event[here].sum())
        of_arms.append(f"{shortened(arm, 30)} {n_events} of {int(here.sum())}, {said}")
    longest = f"times to {_short(rows['AVAL'].max())} {unit}"
    return f"{counted_noun(int(event.sum()), 'event')}, {longest} ({'; '.join(of_arms)})"


def _short(value: float) -> str:
    return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
