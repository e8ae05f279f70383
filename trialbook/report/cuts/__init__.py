"""Two cuts side by side, as text for a terminal and as a page of its own."""

from trialbook.report.cuts.page import as_page, forest
from trialbook.report.cuts.tables import Part, parts
from trialbook.report.cuts.text import as_text

__all__ = ["Part", "as_page", "as_text", "forest", "parts"]
