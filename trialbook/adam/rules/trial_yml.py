"""Whether trial.yml agrees with itself."""

from collections.abc import Iterator
from difflib import get_close_matches

from trialbook.config import TrialConfig
from trialbook.config_plan import Multiplicity

NAME = "trial.yml"

Inconsistency = tuple[tuple[str | int, ...], str, str]


def inconsistencies(config: TrialConfig) -> Iterator[Inconsistency]:
    """Yield what contradicts itself: where it stands, what is wrong, what to do."""
    yield from _arms(config)
    yield from _endpoints(config)
    codes = [arm.code for arm in config.arms]
    if config.comparisons is not None:
        for number, pair in enumerate(config.comparisons):
            for code in pair:
                yield from _unknown(("comparisons", number), code, codes, "arm's code")
            if pair[0] == pair[1]:
                yield ("comparisons", number), f"compares {pair[0]} with itself", ""
            if pair in config.comparisons[:number]:
                yield ("comparisons", number), "stands twice", ""
    paramcds = [endpoint.paramcd for endpoint in config.endpoints]
    for name, model in config.models.items():
        yield from _unknown(("models", name, "endpoint"), model.endpoint, paramcds, "end point")
    yield from _plan(config)
    if config.multiplicity is not None:
        yield from _families(config.multiplicity, paramcds)
    if config.design is not None:
        for code in config.design.event_proportion:
            yield from _unknown(("design", "event_proportion", code), code, codes, "arm's code")
    if config.objective == "noninferiority" and config.margin is None:
        yield ("objective",), "noninferiority needs a margin", "add margin: 1.3, a hazard ratio"
    if config.margin is not None and config.margin.hr == 1:
        yield ("margin",), "1 is no margin", "give the largest hazard ratio that is tolerable: 1.3"


def _plan(config: TrialConfig) -> Iterator[Inconsistency]:
    """Yield what the planned analysis needs and trial.yml does not have."""
    plan = config.analysis
    for key in ("test", "model"):
        if getattr(plan, key) == "stratified" and not config.strata:
            hint = "name the variables: strata: [REGION1]"
            yield ("analysis", key), "is stratified, and no strata are named", hint
    if name := plan.model.partition("adjusted:")[2]:
        yield from _unknown(("analysis", "model"), name, list(config.models), "model")


def _families(of: Multiplicity, paramcds: list[str]) -> Iterator[Inconsistency]:
    """Yield what contradicts itself in a family of end points, its order, its graph."""
    for paramcd in of.family:
        yield from _unknown(("multiplicity", "family"), paramcd, paramcds, "end point")
    family = list(of.family)
    if of.order is not None and sorted(of.order) != sorted(family):
        hint = f"name each of {', '.join(family)} once"
        yield ("multiplicity", "order"), "is not an order of the family", hint
    if of.graph is None:
        return
    at, graph = ("multiplicity", "graph"), of.graph
    named = [*graph.weights, *(code for start, end, _ in graph.edges for code in (start, end))]
    for code in dict.fromkeys(named):
        yield from _unknown(at, code, family, "end point of the family")
    if sum(graph.weights.values()) > 1 + 1e-9:
        yield (*at, "weights"), "add up to more than 1", "they are shares of alpha"
    leaving: dict[str, float] = {}
    for start, end, share in graph.edges:
        leaving[start] = leaving.get(start, 0) + share
        if start == end:
            yield (*at, "edges"), f"lead from {start} to itself", "take that edge out"
    for code, share in leaving.items():
        if share > 1 + 1e-9:
            yield (*at, "edges"), f"give away more than the weight of {code}", "at most 1 in all"
    pairs = [(start, end) for start, end, _ in graph.edges]
    if len(set(pairs)) < len(pairs):
        yield (*at, "edges"), "name the same two end points twice", "add the shares up"


def _arms(config: TrialConfig) -> Iterator[Inconsistency]:
    owner: dict[str, str] = {}
    for number, arm in enumerate(config.arms):
        if arm.code in [other.code for other in config.arms[:number]]:
            yield ("arms", number, "code"), f"{arm.code} stands twice", "give each arm its own code"
        elif _same(arm.label) in [_same(other.label) for other in config.arms[:number]]:
            rule = f"{arm.label} stands twice"
            hint = "give each arm a label of its own: readers tell arms by it"
            yield ("arms", number, "label"), rule, hint
        if arm.code.lower() == "all" or " vs " in arm.code:
            hint = "choose another code; 'all' and 'A vs B' name rows of the results"
            yield ("arms", number, "code"), f"{arm.code} cannot be an arm's code", hint
        for value in arm.values:
            key = value.strip().casefold()
            if owner.get(key, arm.code) != arm.code:
                rule = f"the value {value} belongs to the arm {owner[key]} already"
                yield ("arms", number, "values"), rule, "a value of TRT01P belongs to one arm"
            owner[key] = arm.code


def _same(label: str) -> str:
    """Return a label as a reader sees it: case and spaces tell nobody two arms apart."""
    return " ".join(label.split()).casefold()


def _endpoints(config: TrialConfig) -> Iterator[Inconsistency]:
    paramcds = [endpoint.paramcd for endpoint in config.endpoints]
    for number, endpoint in enumerate(config.endpoints):
        if endpoint.paramcd in paramcds[:number]:
            yield ("endpoints", number, "paramcd"), f"{endpoint.paramcd} stands twice", ""
        for field in ("components", "competing"):
            of = getattr(endpoint, field)
            names = [one if isinstance(one, str) else one.paramcd for one in of]
            if endpoint.paramcd in names:
                yield ("endpoints", number, field), f"names {endpoint.paramcd} itself", ""
    primary = [number for number, one in enumerate(config.endpoints) if one.role == "primary"]
    for number in primary[1:]:
        hint = "keep one primary end point; call the others key_secondary or secondary"
        yield ("endpoints", number, "role"), "a second end point is called primary", hint


def _unknown(
    at: tuple[str | int, ...], name: str, known: list[str], what: str
) -> Iterator[Inconsistency]:
    if name not in known:
        near = get_close_matches(name, known, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]}?" if near else "known: " + ", ".join(known)
        yield at, f"{name} is no {what} of this trial", hint
