"""Numbers as people write them, with what they are of: an amount of money, an angle in degrees.

What can be read in one way only is read; anything else keeps the code of why it cannot.
"""

from __future__ import annotations

import math
import re
from typing import Final, Literal

from geosocial.intake.columns import number

_MONEY: Final = r"(?:CA\$|C\$|\$\s?CA|\$|€|CAD)"
_BEFORE: Final = re.compile(rf"(?P<sign>[-\u2212]?)\s*{_MONEY}\s*(?P<rest>.+)", re.IGNORECASE)
_AFTER: Final = re.compile(rf"(?P<rest>.+?)\s*{_MONEY}", re.IGNORECASE)
#: Thousands by a comma, as they stand after a dollar sign.
_THOUSANDS: Final = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", re.ASCII)
#: Thousands by an apostrophe, or by points: two of them, or one before decimals.
_GROUPS: Final = re.compile(
    r"[-+\u2212]?\d{1,3}(?:(?:['’]\d{3})+(?:[.,]\d{1,2})?|(?:\.\d{3}){2,}(?:,\d+)?|\.\d{3},\d+)", re.ASCII
)
_POINT: Final = re.compile(r"[-+\u2212]?[1-9]\d{0,2}\.\d{3}", re.ASCII)
_TIMES: Final = re.compile(r"(?P<rest>.*\d)\s*(?P<times>[kM])", re.IGNORECASE)
_SCALE: Final = {"k": 1e3, "m": 1e6}
_ANGLE: Final = re.compile(
    r"(?P<before>[NSEWO]?)\s*(?P<sign>[-+\u2212]?)\s*(?P<degrees>\d{1,3}(?:[.,]\d+)?)\s*[°º]?\s*"
    r"(?:(?P<minutes>\d{1,2}(?:[.,]\d+)?)\s*['′’]\s*(?:(?P<seconds>\d{1,2}(?:[.,]\d+)?)\s*(?:\"|″|”|''|’’)\s*)?)?"
    r"(?P<after>[NSEWO]?)",
    re.ASCII | re.IGNORECASE,
)
#: The letters of each axis, and the sign that each stands for; O is west in French.
_LETTERS: Final = {"x": {"E": 1, "W": -1, "O": -1}, "y": {"N": 1, "S": -1}}


def amount(text: str) -> float | str:
    """Return the number in an amount, as `geosocial.intake.columns.number`; a currency may stand beside it.

    A comma with three digits after a dollar sign that comes first means thousands, as such amounts are
    written in English; elsewhere it stays ambiguous, and so does a point with three digits: cents are two.

    Examples
    --------
    >>> amount("$1,250,000"), amount("$450,000"), amount("450 000,50 $"), amount("450,000 $")
    (1250000.0, 450000.0, 450000.5, 'ambiguous_number')
    >>> amount("1,25 M$"), amount("450 k$"), amount("1.250.000 $"), amount("450.000 $")
    (1250000.0, 450000.0, 1250000.0, 'ambiguous_number')
    """
    text = text.strip()
    if found := _BEFORE.fullmatch(text):
        rest = found["rest"].strip()
        if _THOUSANDS.fullmatch(rest):
            rest = rest.replace(",", "")
        value = _many(rest)
        return -value if found["sign"] and isinstance(value, float) else value
    if found := _AFTER.fullmatch(text):
        return _many(found["rest"])
    return _grouped(text)


def _many(text: str) -> float | str:
    """Return the number beside a currency, which may be counted in thousands or in millions: k, M."""
    found = _TIMES.fullmatch(text)
    if found is None:
        return "ambiguous_number" if _POINT.fullmatch(text) else _grouped(text)
    value = _grouped(found["rest"])
    # to the cent: 1.1 M is 1,100,000, not what the float that stands for 1.1 makes of it
    return round(value * _SCALE[found["times"].lower()], 2) if isinstance(value, float) else value


def _grouped(text: str) -> float | str:
    """Return a number whose thousands may be told by points or apostrophes, where that has one reading."""
    if not _GROUPS.fullmatch(text):
        return number(text)
    return number(re.sub("['’]", "", text) if re.search("['’]", text) else text.replace(".", ""))


def degrees(text: str, axis: Literal["x", "y"]) -> float:
    """Return an angle in degrees: its sign, a letter of its axis, minutes, seconds; NaN for any other text.

    A letter of the other axis, or one that contradicts the sign, is not guessed at.

    Examples
    --------
    >>> degrees("73.5817W", "x"), degrees("-73,5817°", "x"), degrees("45°30'36″N", "y")
    (-73.5817, -73.5817, 45.51)
    """
    found = _ANGLE.fullmatch(text.strip())
    if found is None or (found["before"] and found["after"]):
        return math.nan
    letter = (found["before"] or found["after"]).upper()
    side = _LETTERS[axis].get(letter, 0)
    minus = found["sign"] not in {"", "+"}
    parts = [float((found[part] or "0").replace(",", ".")) for part in ("degrees", "minutes", "seconds")]
    # a letter of the other axis; a minus sign east of Greenwich; more than a whole of minutes or of seconds
    if (letter and not side) or (minus and side > 0) or max(parts[1:]) >= 60:
        return math.nan
    value = parts[0] + parts[1] / 60 + parts[2] / 3600
    return -value if minus or side < 0 else value
