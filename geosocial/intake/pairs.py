"""Divide a column that holds both coordinates of a place, ``45,512 ; -73,561``, into one for each.

People keep a position as a map shows it: two numbers in one cell. Such a column is told by its header, and by
at least half of its cells being two numbers; the two columns that it gives are named after it,
``Latitude (Coordonnées)`` and ``Longitude (Coordonnées)``, or X and Y where the numbers are no degrees. The
column itself stays. A sheet that has columns of coordinates of its own is left as it is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from geosocial.intake.columns import number
from geosocial.vocabulary.synonyms import headers, plain

if TYPE_CHECKING:
    import pandas as pd

_FIRST_Y: Final = frozenset(
    """coordonnees|coordonnee|coordonnees gps|coordonnees geographiques|coordinates|gps coordinates|gps|coord
    |coords|position|position gps|lat long|lat lon|lat lng|latitude longitude|latitude et longitude
    |latitude and longitude|geolocalisation|geolocation|geo point|geo point 2d""".replace("\n    ", "").split(
        "|"
    )
)
_FIRST_X: Final = frozenset({"long lat", "lon lat", "lng lat", "longitude latitude", "xy", "x y", "x et y"})
_COORDINATES: Final = ("latitude", "longitude", "x", "y")
_POINT: Final = r"[+\-\u2212]?\d+\.\d+"
_ANY: Final = r"[+\-\u2212]?\d+(?:[.,]\d+)?"
#: Between numbers with decimal commas, a comma alone separates nothing: a blank must follow it.
_PAIRS: Final = tuple(
    re.compile(rf"\(?\s*({one})\s*°?(?:{between})({one})\s*°?\s*\)?", re.ASCII)
    for one, between in ((_POINT, r"\s*,\s*"), (_ANY, r"\s*[;/|]\s*|\s*,\s+|\s+"))
)
_SPACES: Final = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " "})
_MOST_DEGREES: Final = 180.0


def pair(text: str) -> tuple[str, str] | None:
    """Return the two numbers of a cell as they are written, None where it does not hold exactly two.

    Examples
    --------
    >>> pair("45,512 ; -73,561"), pair("(45.512,-73.561)"), pair("45,512"), pair("à venir")
    (('45,512', '-73,561'), ('45.512', '-73.561'), None, None)
    """
    text = text.translate(_SPACES).strip()
    for form in _PAIRS:
        if found := form.fullmatch(text):
            return found[1], found[2]
    return None


def with_pairs(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a sheet with a column for each coordinate that one column holds together.

    A cell that does not hold two numbers stays whole in the first of them, so that it is named as it stands.

    Examples
    --------
    >>> import pandas as pd
    >>> list(with_pairs(pd.DataFrame({"Coordonnées": ["45,5 ; -73,6"]}, dtype="str")).columns)
    ['Coordonnées', 'Latitude (Coordonnées)', 'Longitude (Coordonnées)']
    """
    import pandas as pd

    named = {str(header): plain(str(header)) for header in frame.columns}
    own = {word for key in _COORDINATES for word in headers()[key].sure}
    like = [header for header, word in named.items() if word in _FIRST_Y | _FIRST_X]
    if len(like) != 1 or own & set(named.values()):
        return frame
    header = like[0]
    cells = ["" if cell is None or cell != cell else str(cell) for cell in frame[header].tolist()]  # noqa: PLR0124
    found = [pair(cell) for cell in cells]
    both = [one for one in found if one]
    if not both or 2 * len(both) < sum(bool(cell.strip()) for cell in cells):
        return frame
    first = [one[0] if one else cell for one, cell in zip(found, cells, strict=True)]
    second = [one[1] if one else "" for one in found]
    degrees = sum(_in_degrees(one) for one in both) * 2 >= len(both)
    y, x = ("Latitude", "Longitude") if degrees else ("Y", "X")
    # In metres, X is written first, whatever the header says of no order; in degrees, the latitude is.
    order = (x, y) if named[header] in _FIRST_X or not degrees else (y, x)
    told = {
        f"{axis} ({header})": pd.array(part, dtype="str")
        for axis, part in zip(order, (first, second), strict=True)
    }
    if set(told) & set(named):
        return frame
    return frame.assign(**told)


def _in_degrees(numbers: tuple[str, str]) -> bool:
    values = [number(text, decimal_comma=True) for text in numbers]
    return all(isinstance(value, float) and abs(value) <= _MOST_DEGREES for value in values)
