"""What a colleague would send back with a trial's files: what was taken for what, and why.

Both `trialbook new` and `trialbook check` end with it, so that whoever knows the trial can see at
a glance what to put right.
"""

from typing import TYPE_CHECKING

from trialbook.adam.problems import counted_noun, shortened
from trialbook.config import TrialConfig

if TYPE_CHECKING:
    from trialbook.trial import Trial

PRIVACY_SAID = "said with --privacy"

# the grounds that stand below the primary end point
_OF_PRIMARY = ("end points", "primary end point", "flat.endpoint", "flat.event", "flat.event_value",
               "no event")  # fmt: skip
_CONFIRM = "; to confirm)"
_LONGEST = 500
_NOT_KNOWN = "not known: nothing in the files says that chance assigned the patients"
_PRIVACY = {
    "confidential": "confidential: nothing of single patients is shown, small counts are withheld",
    "public": "public: everything may be shown, single patients too",
    "synthetic": "synthetic: the patients are made, and every page says so",
}


def summary(config: TrialConfig, trial: "Trial | None" = None) -> list[str]:
    """Return the trial in a few lines: who is compared, in what, counted how, shown to whom.

    Parameters
    ----------
    config : TrialConfig
        trial.yml; its `inferred` gives the grounds of what nobody has confirmed yet.
    trial : Trial or None
        The trial with its data, where they are in order: numbers of patients and of events.
    """
    grounds = config.inferred if isinstance(config.inferred, dict) else {}
    lines = ["What was taken for what:"]

    said = {"privacy"}

    def say(what: str, value: str, *keys: str) -> None:
        said.update(keys)
        lines.append(f"  - {what}: {value}")
        lines.extend(f"      {key}: {shortened(grounds[key], _LONGEST)}" for key in keys
                     if key in grounds)  # fmt: skip

    control = config.arms[0]
    sizes = {}
    if trial is not None and not trial.blinded:
        sizes = trial.sizes("efficacy")
    name = {arm.code: arm.label + (f" (n = {sizes[arm.code]:,.0f})" if arm.code in sizes else "")
            for arm in config.arms}  # fmt: skip
    pairs = [f"{name[one.treated.code]} with {name[one.control.code]}" for one in config.compared()]
    compared = "; ".join(pairs) or f"{name[control.code]}, one group"
    say("compared", compared, "flat.arm", "arms", "control", "comparisons")
    if trial is not None and "flat.id" in grounds:
        say("patients", f"{len(trial.adsl):,} in the file", "flat.id")
    for endpoint in config.endpoints:
        count = ""
        if trial is not None:
            patients, events = (of.get("all") for of in trial.patients_and_events(endpoint))
            if patients is not None and events is not None:
                count = f", {counted_noun(int(events), 'event')} in {patients:,.0f}"
        primary = endpoint is _primary(config)
        keys = _OF_PRIMARY if primary else ()
        say(f"end point {endpoint.paramcd}" + (", the primary one" if primary else ""),
            f"time to {endpoint.label}, {endpoint.event}{count}", *keys)  # fmt: skip
    say("time", f"in {config.time.unit}, shown in {config.time.show}", "time", "flat.time",
        "flat.start")  # fmt: skip
    assigned = {"yes": "by chance", "partly": "partly by chance", "no": "not by chance"}
    say("assignment", assigned.get(config.randomized, _NOT_KNOWN), "randomized")
    lines += [f"  - {key}: {shortened(of, _LONGEST)}" for key, of in grounds.items()
              if key not in said]  # fmt: skip
    said_so = f" ({PRIVACY_SAID})" if "privacy" in grounds else ""
    lines.append(f"  - --privacy {_PRIVACY[config.privacy]}{said_so}")
    return lines


def to_confirm(config: TrialConfig) -> list[str]:
    """Return what to confirm first: privacy where nobody said it, and what no file proved."""
    grounds = config.inferred if isinstance(config.inferred, dict) else {}
    open_ = [f"{key}: {of.removesuffix(_CONFIRM)})" for key, of in grounds.items()
             if of.endswith(_CONFIRM)]  # fmt: skip
    if not config.inferred:
        return []
    if "privacy" not in grounds:
        open_.insert(0, f"privacy: {config.privacy}; no file says it, and nobody did (--privacy "
                     "confidential, public or synthetic)")  # fmt: skip
    lines = [f"  - {shortened(one, _LONGEST)}" for one in open_]
    return ["Confirm first, in trial.yml:", *lines] if lines else []


def _primary(config: TrialConfig):
    return next((one for one in config.endpoints if one.role == "primary"), config.endpoints[0])
