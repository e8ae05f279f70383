"""Figures that answer: what a reader may ask of them, as data for a component of the pages.

Each is made from the same safe rows as what stands beside it, so that of confidential data it
knows what is published and no more. The component (``book/assets/components``) draws its own
controls; without scripts and on paper there is what was there without it.
"""

import html
import json
from typing import Any

from trialbook.escape import MARK, plain

# `MARK` as JSON writes it in letters that can be seen.
MARK_JSON = json.dumps(MARK).strip('"')


def explorer(component: str, values: dict[str, Any], inside: str = "", *, needs: str = "") -> str:
    """Return the place of an explorer: its component, its values, what it shows before any click.

    Parameters
    ----------
    component : str
        Its script's name.
    values : dict
        JSON; text in it may be anybody's: a component writes text, never markup. Marks of free
        numbers in it are kept; ``free`` is true where the component itself has numbers to mark.
    inside : str
        HTML that stands there without scripts, too.
    needs : str
        Another script, which is loaded before.
    """
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    held = html.escape(plain(text, len(text) + 1, marks=True)).replace(MARK, MARK_JSON)
    before = f'<div data-script="{needs}" hidden></div>' if needs else ""
    return (
        f'{before}<div class="tb-explorer tb-{component}" data-script="{component}" '
        f'data-values="{held}">{inside}</div>'
    )


def short(value: float) -> float | int:
    """Return a number without digits that nobody can see."""
    rounded = round(float(value), 4)
    return int(rounded) if rounded == int(rounded) else rounded
