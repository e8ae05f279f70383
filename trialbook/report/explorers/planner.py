"""The size of a trial from what it rests on, beside the plan's own."""

from math import exp
from typing import TYPE_CHECKING

from trialbook.analyses.design import plan_of
from trialbook.report.explorers import explorer
from trialbook.report.output import Html

if TYPE_CHECKING:
    from trialbook.safe.lookup import Lookup


def planner(lookup: "Lookup") -> Html | None:
    """Return fields for what the trial's size rests on, filled in as its plan has them.

    Parameters
    ----------
    lookup : Lookup
        Of a trial; nothing of its results is used, the plan is trial.yml's.

    Returns
    -------
    Html or None
        None where trial.yml does not say what the size rests on.
    """
    plan = plan_of(lookup.trial)
    if plan is None or not plan.has_effect:
        return None
    values = {
        "control": round(100 * plan.control, 4),
        "hr": round(plan.hr, 4),
        "power": round(100 * plan.power, 4),
        "alpha": plan.alpha,
        "margin": plan.margin,
        "dropout": round(100 * (1 - exp(-plan.dropout)), 4),
        "accrual": plan.accrual,
        "planned": plan.n_per_arm and 2 * plan.n_per_arm,
    }
    title = '<p class="tb-risk-title">What if it had been planned otherwise?</p>'
    # the formulas are shared with the page that takes one's own data
    return Html(explorer("planner", values, title, needs="estimates"))
