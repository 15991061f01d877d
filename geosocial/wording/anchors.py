"""Where a figure is explained on the page of explanations: one stable name a figure, in every edition.

The report, the atlas and the pages of the boroughs lead there by this name, so it is made in one place.
"""

from __future__ import annotations

import re
from typing import Final

#: Stands for the study as a whole; no identifier is written so.
WHOLE: Final = "~"
_PLAIN: Final = re.compile(r"[^A-Za-z0-9_-]")


def anchor(*parts: str) -> str:
    """Return the name of a place on the page of explanations, fit for an identifier and an address.

    What is not a plain letter, a digit, ``-`` or ``_`` is written as its number between tildes, so that two
    figures never share a name and none is ever markup.

    Parameters
    ----------
    parts
        Sphere, service, zone, indicator; or a table and its row.

    Examples
    --------
    >>> anchor("culture", "main", "03", "gap"), anchor("culture", "main", "", "gap")
    ('culture.main.03.gap', 'culture.main.~.gap')
    >>> anchor("L’Île", "a.b")
    'L~2019~~ce~le.a~2e~b'
    """
    return ".".join(_PLAIN.sub(_coded, part) or WHOLE for part in parts)


def _coded(sign: re.Match[str]) -> str:
    return f"~{ord(sign.group()):x}~"
