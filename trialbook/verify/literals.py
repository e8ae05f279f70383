"""Values as R source that can be nothing but the value, whatever a text holds."""

import math
import string
from collections.abc import Mapping, Sequence

# Nothing that ends a string, begins an escape or a comment, or is not seen.
_AS_IT_STANDS = frozenset(string.ascii_letters + string.digits + " _-.,:;=+/()*<>")


def r_literal(value: object) -> str:
    """Return a value as R source: an expression that is data and calls nothing but list and c.

    Parameters
    ----------
    value : None, bool, int, float, str, mapping or sequence of these
        Sequences of text or of numbers become vectors, others lists; a mapping a named list.

    Returns
    -------
    str
        ASCII. Of text only letters, digits and a few marks stand as they are; every other
        character is an escape of its number, so that no text can end its string.

    Raises
    ------
    TypeError
        If a value is of another kind.
    """
    match value:
        case None:
            return "NA"
        case bool():
            return "TRUE" if value else "FALSE"
        case int() | float():
            return _number(value)
        case str():
            return _text(value)
        case Mapping():
            names = r_literal([str(name) for name in value])
            return f"setNames({_list(value.values())}, {names})"
        case Sequence():
            return _sequence(value)
    raise TypeError(f"{type(value).__name__} has no form in R")


def _sequence(values: Sequence) -> str:
    if not values:
        return "character()"
    if all(isinstance(one, str) for one in values):
        return f"c({', '.join(map(_text, values))})"
    if all(isinstance(one, int | float) and not isinstance(one, bool) for one in values):
        return f"c({', '.join(map(_number, values))})"
    return _list(values)


def _list(values) -> str:
    return f"list({', '.join(map(r_literal, values))})"


def _number(value: float) -> str:
    if math.isnan(value):
        return "NA_real_"
    if math.isinf(value):
        return "Inf" if value > 0 else "-Inf"
    return repr(float(value))


def _text(text: str) -> str:
    return '"' + "".join(map(_character, text)) + '"'


def _character(one: str) -> str:
    if one in _AS_IT_STANDS:
        return one
    code = ord(one)
    if code == 0 or 0xD800 <= code <= 0xDFFF:  # what no string of R can hold
        code = 0xFFFD
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
