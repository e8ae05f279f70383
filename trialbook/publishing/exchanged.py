"""What lies beside ``ard.csv`` for other programs: its rows in their shapes, and their proof."""

import io
import json

from trialbook.publishing.trials import TrialFacts

# Rows of results made elsewhere that the book has no place for, as they stand.
UNPLACED = "unplaced.csv"


def exchanged(ard: str, facts: TrialFacts) -> dict[str, str]:
    """Return ``results.ars.json``, ``results.cards.csv`` and ``verify.R``.

    Of results made elsewhere there is nothing to verify, but what had no place in the book.

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
    cards = cards_of(frame, facts.safety, facts.classes)
    files = {
        "results.ars.json": json.dumps(event, ensure_ascii=False, separators=(",", ":")),
        "results.cards.csv": cards.to_csv(index=False),
    }
    if not facts.n_results:
        return files | {"verify.R": verify_script(facts.constants)}
    return files | ({UNPLACED: facts.unplaced_csv} if facts.unplaced_csv else {})
