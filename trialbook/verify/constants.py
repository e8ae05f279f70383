"""What a trial's plan says, in the plain values that the script is given."""

from math import nan
from typing import Any

from trialbook.trial import Trial

# R's word for what is not said, where a text or a number is expected.
ABSENT = nan


def constants_of(trial: Trial) -> dict[str, Any]:
    """Return arms, end points, populations and models of a trial, as JSON can hold them.

    Parameters
    ----------
    trial : Trial
        Of a blinded one the arm is the pooled one, with the values of all.

    Returns
    -------
    dict
        Keys are names of R; values are text, numbers, lists and dicts of these. What trial.yml
        does not say is None.
    """
    config, plan = trial.config, trial.config.analysis
    designed = [value for arm in trial.designed.arms for value in arm.values]
    family = config.multiplicity
    return {
        "id": trial.id,
        "arms": [
            {"code": arm.code, "values": designed if trial.blinded else list(arm.values)}
            for arm in trial.arms
        ],
        "comparisons": [
            {"name": one.name, "treated": one.treated.code, "control": one.control.code}
            for one in trial.comparisons
        ],
        "efficacy": config.populations.efficacy,
        "safety": config.populations.safety,
        "endpoints": [_endpoint(one) for one in trial.endpoints],
        "primary": trial.primary.paramcd,
        "unit": trial.time.unit,
        "per_year": trial.time.per_year,
        "horizon": trial.horizon,
        "landmarks": list(trial.landmarks),
        "strata": list(config.strata),
        "models": [
            {"name": name, "covariates": list(of.covariates), "strata": list(of.strata)}
            for name, of in config.models.items()
        ],
        "test": plan.test,
        "ties": plan.ties,
        "multiplicity": family
        and {
            "family": list(family.family),
            "order": list(family.order or ()),
            "across_arms": family.across_arms,
        },
        "margin": trial.margin,
        "margin_difference": trial.margin_difference and trial.margin_difference[0],
        "baseline": [_variable(one) for one in config.baseline],
        "exposure": [_variable(one) for one in config.exposure],
        "laboratory": [
            {"paramcd": one.paramcd, "summary": one.summary, "low": one.low, "high": one.high}
            for one in config.laboratory
        ],
        "groups": [
            {
                "name": name,
                "where": [
                    {"variable": variable, "values": list(values)}
                    for variable, values in group.where.items()
                ],
            }
            for name, group in config.adverse_events.items()
        ],
        "risk_window": config.risk_window,
        "values": _meanings(config.values),
        "decimal": config.decimal,
        "dates": config.dates,
        "encoding": config.encoding,
        "flat": config.flat
        and config.flat.model_dump(mode="json", exclude={"param", "endpoint_label"}),
    }


def _endpoint(one) -> dict[str, Any]:
    return {
        "paramcd": one.paramcd,
        "favourable": one.favourable,
        "components": list(one.components),
        "competing": [{"paramcd": of.paramcd, "cnsr": of.cnsr} for of in one.competing],
    }


def _variable(one) -> dict[str, Any]:
    return {"variable": one.variable, "summary": one.summary, "levels": list(one.levels)}


def _meanings(values) -> list[dict[str, Any]]:
    """Return the maps of values, those of one variable first."""
    own = [
        {"variable": name, "from": list(of), "to": list(of.values())}
        for name, of in values.items()
        if not isinstance(of, str)
    ]
    flags = {name: of for name, of in values.items() if isinstance(of, str)}
    if flags:
        own.append({"variable": None, "from": list(flags), "to": list(flags.values())})
    return own
