"""Results in the shapes that other programs read: CDISC's ARS, and the cards of R.

Both are written from a results frame (`trialbook.results.COLUMNS`, curves left out) and read back
to the same frame: values to the last digit, printed texts, every column of the key.
"""

from trialbook.exchange.ars import ars_of, read_ars
from trialbook.exchange.cards import cards_of, read_cards

__all__ = ["ars_of", "cards_of", "read_ars", "read_cards"]
