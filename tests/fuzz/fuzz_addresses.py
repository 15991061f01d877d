"""Feed the reader of addresses and the search with texts that atheris grows by coverage.

Needs ``pip install atheris``; run ``python tests/fuzz/fuzz_addresses.py -max_total_time=300``. What is held:
no exception, numbers in order and in range, a code of 3 or 6 characters, the same answer twice, a placement
only with a score that places.
"""

from __future__ import annotations

import re
import sys

import atheris  # type: ignore[import-not-found, import-untyped, unused-ignore] # optional, untyped

with atheris.instrument_imports(
    include=["geosocial.intake.address_words", "geosocial.intake.addresses", "geosocial.intake.geocode"]
):
    import numpy as np

    from geosocial.intake.addresses import civic_numbers, parse, parse_way, postal
    from geosocial.intake.geocode import Reference

_STREETS = ("rue Sherbrooke Ouest", "12e avenue", "boulevard Gaétan-Laberge", "chemin de la Côte-Saint-Luc")
_REFERENCE = Reference(
    x=np.linspace(0.0, 7000.0, 8),
    y=np.zeros(8),
    first=np.array([1, 12, 3601, 4245, 100, 102, 7, 80]),
    last=np.array([1, 12, 3601, 4249, 100, 102, 7, 80]),
    ways=[parse_way(_STREETS[i % 4]) for i in range(8)],
    labels=[_STREETS[i % 4] for i in range(8)],
    postal_codes=["H2X1Y4", "", "H4G0A5", "", "H2X1Y4", "", "H1X3L0", ""],
)


def one_input(data: bytes) -> None:
    """Hold the properties for one text."""
    given = atheris.FuzzedDataProvider(data)
    code, text = given.ConsumeUnicodeNoSurrogates(12), given.ConsumeUnicodeNoSurrogates(400)
    found = parse(text, postal_code=code)
    assert found == parse(text, postal_code=code)
    assert 0 <= found.number <= found.last <= 999_999
    assert re.fullmatch(r"|[A-Z][0-9][A-Z]([0-9][A-Z][0-9])?", found.postal_code)
    assert found.direction in {"", "N", "S", "E", "O"}
    first, last = civic_numbers(text)
    assert 0 <= first <= last
    parse_way(text)
    postal(text)
    placed = _REFERENCE.find(found)
    assert placed.placed == np.isfinite(placed.x)
    assert not placed.placed or placed.score >= 80.0


if __name__ == "__main__":
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()
