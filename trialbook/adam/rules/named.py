"""Whether the variables, parameters and values that trial.yml names are in the data."""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches

import pandas as pd

from trialbook.adam.problems import Findings, examples
from trialbook.adam.rules.trial_yml import NAME
from trialbook.config import TrialConfig

_ABSENT = {
    "ADAE": "No adverse events were given (ADAE), so none are shown.",
    "ADLB": "No laboratory results were given (ADLB), so none are shown.",
}


def check_named(data: dict[str, pd.DataFrame], config: TrialConfig, findings: Findings) -> None:
    """Note what trial.yml names and the data do not have.

    A data set that is not there removes the part that needs it (a remark); a name that a data
    set does not have is a problem, for it is most often misspelt.
    """
    for name, remark in _ABSENT.items():
        if name not in data:
            findings.remark(remark)
    if "ADSL" in data:
        for key, variable in _adsl_variables(config):
            _known(NAME, key, variable, data["ADSL"], "variable of ADSL", findings)
        _numbers(data["ADSL"], config, findings)
    if "ADLB" in data:
        paramcds = data["ADLB"]["PARAMCD"].dropna().unique()
        for number, parameter in enumerate(config.laboratory, start=1):
            key = f"laboratory[{number}].paramcd"
            _known(NAME, key, parameter.paramcd, paramcds, "PARAMCD of ADLB", findings)
        _one_unit(data["ADLB"], config, findings)
        shown = {parameter.paramcd for parameter in config.laboratory}
        if shown and (others := [one for one in paramcds if one not in shown]):
            findings.remark(
                "ADLB also holds parameters that trial.yml does not name, and that are not shown: "
                + ", ".join(examples(others, 10)) + (", ..." if len(others) > 10 else "") + "."
            )  # fmt: skip
    if "ADAE" in data:
        for group, events in config.adverse_events.items():
            for variable in events.where:
                key = f"adverse_events.{group}"
                _known(NAME, key, variable, data["ADAE"], "variable of ADAE", findings)
            if set(events.where) <= set(data["ADAE"]) and not events.select(data["ADAE"]).any():
                findings.remark(f"No adverse event is in the group {group} of trial.yml.")


def _adsl_variables(config: TrialConfig) -> Iterator[tuple[str, str]]:
    """Yield every variable of ADSL that trial.yml names, with the key that names it."""
    for key in ("strata", "subgroups"):
        for variable in getattr(config, key):
            yield key, variable
    for name, model in config.models.items():
        for variable in (*model.covariates, *model.strata):
            yield f"models.{name}", variable
    for key in ("baseline", "exposure", "responses"):
        for number, item in enumerate(getattr(config, key), start=1):
            yield f"{key}[{number}].variable", item.variable


def _numbers(adsl: pd.DataFrame, config: TrialConfig, findings: Findings) -> None:
    """Note a mean or a median that trial.yml asks of text."""
    for key in ("baseline", "exposure"):
        for number, item in enumerate(getattr(config, key), start=1):
            asked = item.summary not in (None, "count")
            if asked and item.variable in adsl and adsl[item.variable].dtype.kind not in "fiu":
                shown = examples(adsl[item.variable].dropna().head(50))
                rule = f"asks for the {item.summary} of {item.variable}, which is no number"
                findings.problem(NAME, f"{key}[{number}].summary", rule, examples=shown,
                                 hint="take summary: out, or write count")  # fmt: skip


def _known(
    file: str, key: str, name: str, known: Iterable[str], what: str, findings: Findings
) -> None:
    known = [str(one) for one in known]
    if name in known:
        return
    folded = {one.casefold(): one for one in known}
    near = get_close_matches(name.casefold(), folded, n=1, cutoff=0.6)
    hint = f"did you mean {folded[near[0]]}?" if near else f"there are: {', '.join(known[:30])}"
    findings.problem(file, key, f"names {name}, which is no {what}", hint=hint)


def _one_unit(adlb: pd.DataFrame, config: TrialConfig, findings: Findings) -> None:
    if "AVALU" not in adlb:
        return
    names = [parameter.paramcd for parameter in config.laboratory]
    rows = adlb[adlb["PARAMCD"].isin(names)]
    units = rows.groupby("PARAMCD", sort=False)["AVALU"].unique()
    for paramcd, several in units.items():
        several = [unit for unit in several if not pd.isna(unit)]
        if len(several) > 1:
            findings.problem("ADLB", "AVALU", f"{paramcd} is given in several units",
                             examples=examples(several),
                             hint="convert the values to one unit")  # fmt: skip
