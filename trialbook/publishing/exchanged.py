"""What lies beside ``ard.csv`` for other programs: its rows in their shapes, and their proof."""

import io
import json

from trialbook.publishing.trials import TrialFacts


def exchanged(ard: str, facts: TrialFacts) -> dict[str, str]:
    """Return ``results.ars.json``, ``results.cards.csv`` and ``verify.R``.

    Parameters
    ----------
    ard : str
        The text of ``ard.csv``: complete, like these.
    facts : TrialFacts
        The trial's name, title, end points' roles and plan.
    """
    import pandas as pd

    from trialbook.exchange import ars_of, cards_of
    from trialbook.exchange.cards import number
    from trialbook.verify import verify_script

    frame = pd.read_csv(io.StringIO(ard), dtype=str, keep_default_na=False)
    frame = frame.assign(time=frame["time"].map(number), value=frame["value"].map(number))
    event = ars_of(frame, facts.id, facts.title, facts.roles)
    cards = cards_of(frame, facts.safety)
    return {
        "results.ars.json": json.dumps(event, ensure_ascii=False, separators=(",", ":")),
        "results.cards.csv": cards.to_csv(index=False),
        "verify.R": verify_script(facts.constants),
    }
