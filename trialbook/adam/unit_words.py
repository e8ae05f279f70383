"""Units of time as people write them: in AVALU, in PARAM, in a column's name, in dates."""

import re

import numpy as np
import pandas as pd

_DAYS = np.timedelta64(1, "D")

# as they stand alone (AVALU) or as one of the words of a name or a PARAM
_WORDS = {
    "days": "day days dy dys tag tage tagen jour jours día días dia dias giorno giorni dag dagen "
    "dagar dage dzień dni день дней 日 日数 天 天数",
    "weeks": "week weeks wk wks woche wochen semaine semaines semana semanas settimana settimane "
    "weken vecka veckor uge uger неделя недель 週 週間 周",
    "months": "month months mo mos mth mths mon mons monat monate monaten mois mes meses mese mesi "
    "mês maand maanden månad månader måned måneder месяц месяцев 月 月数 ヶ月 か月 カ月 个月",
    "years": "year years yr yrs jahr jahre jahren an ans année années annee annees año años anno "
    "anni ano anos jaar jaren år год лет 年 年数",
}
_UNIT = {word: unit for unit, words in _WORDS.items() for word in words.split()}
_ALONE = {"d": "days", "w": "weeks", "y": "years"}
# words of a name that mean something else as often: a mon(itor), an (article), a mes(sage)
_DOUBTFUL = {"mon", "mons", "an", "ans", "mes", "mo", "dy", "dag", "tag", "dia", "mese", "ano",
             "anno", "uge", "år"}  # fmt: skip
# the end of a name written as one word: osmonths, daystodeath begins so
_GLUED = re.compile(
    r"(.*?)(days|weeks|months|month|years|mos|mths|wks|yrs|monate|jahre|wochen|mois)"
)
_BEGINS = re.compile(r"(days|weeks|months|years)(to|until|till|since|from)\w*")
_PLURAL = re.compile(r"(?<=\w)\((s|e|en|n)\)")
# how many days a unit may have been taken to be (a month of 30 days, a year of 365)
_DAYS_OF = {"days": (1, 1), "weeks": (7, 7), "months": (30, 30.5), "years": (365, 365.25)}
_NEAR = 0.02


def unit_of(text: object) -> str | None:
    """Return a unit of time as trial.yml writes it, ``"DAYS"`` is ``"days"``; None if none."""
    name = _PLURAL.sub(r"\1", str(text).strip().casefold()).strip(".()[] ")
    return _UNIT.get(name) or _ALONE.get(name)


def unit_in(param: object) -> str | None:
    """Return the unit in a PARAM, ``Overall Survival (Days)`` or ``Time to death, days``.

    None without one, or with two.
    """
    text = _PLURAL.sub(r"\1", str(param).translate(str.maketrans("（）［］，", "()[],")))
    inside = re.search(r"[(\[]([^()\[\]]*)[)\]]\s*$", text)
    if inside:
        found = {unit for word in re.findall(r"[^\W\d_]+", inside[1]) if (unit := unit_of(word))}
        return found.pop() if len(found) == 1 else None
    last = re.search(r"(?:,|\bin|[-–:])\s*([^\W\d_]+)\s*$", text, re.IGNORECASE)
    first = re.match(r"(\w+)\s+(?:to|until|from)\b", text, re.IGNORECASE)
    found = {unit for match in (last, first) if match and (unit := _UNIT.get(match[1].casefold()))}
    return found.pop() if len(found) == 1 else None


def words_of(name: str) -> list[str]:
    """Return the words of a column's name, ``survivalMonths`` and ``OS_months`` have two."""
    apart = re.sub(r"([a-z])([A-Z])|([A-Z])([A-Z][a-z])", r"\1\3 \2\4", name)
    return re.findall(r"[^\W_]+", apart.casefold())


def unit_in_name(name: str) -> str | None:
    """Return the unit that the name of a column of times says, in any case style; None if none."""
    words, found = words_of(name), set()
    # the last word first: os_mo is a time in months, mo_death is nothing
    for place, word in enumerate(words):
        last = place == len(words) - 1
        whole = _UNIT.get(word.rstrip("0123456789"))
        if whole and (word not in _DOUBTFUL or last):
            found.add(whole)
        elif glued := _GLUED.fullmatch(word) or _BEGINS.fullmatch(word):
            found.add(_UNIT[glued[2] if glued.re is _GLUED else glued[1]])
    return found.pop() if len(found) == 1 else None


def unit_by_dates(aval: pd.Series, start: pd.Series, end: pd.Series) -> tuple[str, float] | None:
    """Return the unit that dates prove, and how many days it has; None where they prove none.

    The median of the days between the dates (the last counted in or not) over the times lies
    within 2% of a unit's days, and of no other's.
    """
    days = (end - start) / _DAYS
    known = days.notna() & (aval > 0)
    if not known.any():
        return None
    fits = {}
    for more in (0, 1):
        ratio = float(((days + more)[known] / aval[known]).median())
        for unit, (least, most) in _DAYS_OF.items():
            if least * (1 - _NEAR) <= ratio <= most * (1 + _NEAR):
                fits.setdefault(unit, ratio)
    return next(iter(fits.items())) if len(fits) == 1 else None
