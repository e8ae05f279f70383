"""The results of a build in the shapes that other programs read, beside ``ard.csv``."""

import io
import json

from trialbook.publishing.trials import TrialFacts


def exchanged(ard: str, facts: TrialFacts) -> dict[str, str]:
    """Return ``results.ars.json`` and ``results.cards.csv``.

    Parameters
    ----------
    ard : str
        The text of ``ard.csv``: complete, like these.
    facts : TrialFacts
        The trial's name, title and end points' roles.
    """
    import pandas as pd

    from trialbook.exchange import ars_of, cards_of
    from trialbook.exchange.cards import number

    frame = pd.read_csv(io.StringIO(ard), dtype=str, keep_default_na=False)
    frame = frame.assign(time=frame["time"].map(number), value=frame["value"].map(number))
    event = ars_of(frame, facts.id, facts.title, facts.roles)
    cards = cards_of(frame, facts.safety)
    return {
        "results.ars.json": json.dumps(event, ensure_ascii=False, separators=(",", ":")),
        "results.cards.csv": cards.to_csv(index=False),
    }
