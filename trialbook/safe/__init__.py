"""The gate: what readers of a trial's results are shown, decided once and here alone.

`safe` takes complete results and returns the same rows with ``state`` and ``shown``; values that
are not shown are gone from what it returns. Whatever a reader meets is drawn from that frame, so
nothing after it asks how private the data are.
"""

from trialbook.safe.anchors import is_component, shown_sizes
from trialbook.safe.decisions import COUNTS, row_keys
from trialbook.safe.gate import COARSER, SHOWN, WITHHELD, safe
from trialbook.safe.hashes import shown_hashes
from trialbook.safe.times import curve_times, end_point_times
from trialbook.safe.withholding import guarded
from trialbook.safe.words import patients_shown, remarks_shown, without_counts

__all__ = [
    "COARSER",
    "COUNTS",
    "SHOWN",
    "WITHHELD",
    "curve_times",
    "end_point_times",
    "guarded",
    "is_component",
    "patients_shown",
    "remarks_shown",
    "row_keys",
    "safe",
    "shown_hashes",
    "shown_sizes",
    "without_counts",
]
