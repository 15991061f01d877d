"""Find the position of an address in a list of address points, offline; what is doubtful is not placed.

An address is matched by its civic number and its street: first the street of the same name, then, for a
misspelt one, the streets that have that very number (rapidfuzz). A position is never interpolated between
numbers. What the row says besides (postal code, declared borough or town) speaks for or against each
candidate; when two candidates far from one another remain, none is chosen. An address that the list does not
have falls back to its postal code, then to its forward sortation area.

Score, from 0 to 100: 100 for the same number, name, direction and kind of way; less `_DIRECTION` where only
one of the two names a direction (two different ones are different streets), `_GENERIC` for another kind of
way, for a misspelt name what is missing of its similarity and `_SPELLING`; plus or less `_EVIDENCE` for each
thing that confirms or contradicts. 90 places.

The precision of a match is the distance within which the place is expected, in metres: see `Reference`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from geosocial.intake.addresses import Address
from geosocial.intake.postal_areas import ENOUGH, Area, areas_of, far_from_fsa

if TYPE_CHECKING:
    import numpy.typing as npt
    import shapely

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]

Method = Literal["address", "spelling", "postal_code", "fsa", "online", ""]
#: Those of the list of address points, from the finest to the coarsest.
METHODS: Final[tuple[Method, ...]] = ("address", "spelling", "postal_code", "fsa")

_DIRECTION: Final = 12.0
_GENERIC: Final = 12.0
_NO_GENERIC: Final = 3.0
_SPELLING: Final = 8.0
_EVIDENCE: Final = {"for": 6.0, "against": -25.0, "": 0.0}
#: Least similarity of a misspelt name, and the shortest name of which a misspelling is recognised.
_SIMILAR: Final = 85.0
_SHORTEST: Final = 5
#: A range or a large site has several points; farther apart they are several places.
_ONE_PLACE_M: Final = 250.0
#: The address of a building: its entrance, its centre or the centre of its lot.
_ADDRESS_M: Final = 150.0
#: A postal code of a city is a side of a street between two corners, or a building.
_POSTAL_M: Final = 500.0
#: Three points alone may carry a wrong code: they are believed only on the street of the address; one point
#: only where its number is near too, since a long street has many codes.
_FEW: Final = 4
_FEW_LESS: Final = 20.0
_SURE_CODE: Final = 80.0
#: A code whose points are farther than this from their middle is written wrongly on one of them.
_POSTAL_SPREAD_M: Final = 450.0
#: A point farther than this from all its neighbours in number is at another place than its address.
_STRAY_M: Final = 800.0
_NEAR_NUMBERS: Final = 100
_NEIGHBOURS: Final = 6
#: Where only the centre of a forward sortation area is known.
_FSA_M: Final = 3000.0
_MOST: Final = 3
_BASE: Final = 10_000_000


@dataclass(frozen=True, slots=True)
class Candidate:
    """A position that an address may have."""

    label: str
    x: float
    y: float
    score: float
    method: Method


@dataclass(frozen=True, slots=True)
class Found:
    """What was found of an address: a position, or none with the reason and the candidates."""

    x: float = math.nan
    y: float = math.nan
    method: Method = ""
    score: float = 0.0
    #: Distance within which the place is expected; NaN when it is not placed.
    precision_m: float = math.nan
    #: Code of `geosocial.intake.reasons` when it is not placed, else "".
    reason: str = ""
    #: The best first; never more than three.
    candidates: tuple[Candidate, ...] = ()

    @property
    def placed(self) -> bool:
        """Whether there is a position."""
        return not self.reason


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a position is sure enough to be used."""

    #: Least score that places.
    accept: float = 90.0
    #: The coarsest method that places; a coarser one is only a candidate.
    coarsest: Method = "postal_code"


class Reference:
    """Address points, made ready to be searched.

    Parameters
    ----------
    x, y
        Position of each point, in metres; a point that is not finite is left out.
    first, last
        Civic number of each point, or range; 0 for a point without number.
    ways
        (name, direction, kind of way) of each point: `geosocial.intake.addresses.parse_way`.
    labels
        Street of each point as the list writes it.
    postal_codes
        Postal code of each point, ``""`` where it has none.
    areas
        Forward sortation areas that are known besides: those of the points are derived from them. The middle
        is the median, the reach 1.25 times the distance within which 95 % of its points lie.

    Lists of address points hold errors. A point far outside the area of its own postal code, or far from all
    points with a near number on its street, is a stray: it speaks against itself, and is no evidence.
    """

    def __init__(
        self,
        *,
        x: Floats,
        y: Floats,
        first: Ints,
        last: Ints,
        ways: Sequence[tuple[str, str, str]],
        labels: Sequence[str],
        postal_codes: Sequence[str],
        areas: Mapping[str, Area] | None = None,
    ) -> None:
        import pandas as pd

        finite = np.isfinite(x) & np.isfinite(y)
        self._x, self._y, self._labels = x, y, labels
        self._codes, self._first = postal_codes, first
        way_of, unique = pd.factorize(pd.Series(list(ways), dtype=object))
        self._ways: list[tuple[str, str, str]] = list(unique)
        self._by_name: dict[str, list[int]] = {}
        for position, (name, _, _) in enumerate(self._ways):
            self._by_name.setdefault(name, []).append(position)
        named = np.array([bool(name) for name, _, _ in self._ways], dtype=bool)
        usable = finite & (first > 0) & (named[way_of] if len(named) else False)
        points = np.flatnonzero(usable)
        ranged = np.flatnonzero(usable & (last != first))
        points = np.concatenate([points, ranged])
        numbers = np.concatenate([first[usable], last[ranged]])
        streets = way_of[points]
        order = np.lexsort((points, numbers, streets))
        self._points, self._keys = points[order], streets[order] * _BASE + numbers[order]
        pairs = np.unique(numbers * _BASE + streets)  # which streets have a number
        self._numbers, self._streets = pairs // _BASE, pairs % _BASE
        codes = pd.Series(list(postal_codes), dtype=object).where(pd.Series(finite), "")
        strays = far_from_fsa(x, y, codes.str[:3]) | self._far_from_street(len(x))
        self._strays = strays
        codes = codes.where(~strays, "")
        self._postal = areas_of(x, y, codes.where(codes.str.len() == 6, ""), 1.0)
        self._of_code = {str(code): points for code, points in codes.groupby(codes).indices.items()}
        self._way_of = way_of
        self._fsa = areas_of(x, y, codes.str[:3], 0.95)
        for code, area in (areas or {}).items():  # a middle that is given wins over the one derived
            if self._fsa.get(code, area).points < ENOUGH:
                self._fsa[code] = area
                continue
            reach = self._fsa[code].reach_m
            self._fsa[code] = Area(area.x, area.y, reach, within_m=self._fsa[code].within_m)

    def _far_from_street(self, size: int) -> npt.NDArray[np.bool_]:
        """Return which points lie far from all those that have a near number on the same street."""
        keys, points = self._keys, self._points
        nearest = np.full(len(keys), np.inf)
        compared = np.zeros(len(keys), dtype=bool)
        for step in range(1, _NEIGHBOURS + 1):
            here, there = points[:-step], points[step:]
            gap = keys[step:] - keys[:-step]  # on another street it is far more
            valid = (gap > 0) & (gap <= _NEAR_NUMBERS)
            away = np.hypot(self._x[here] - self._x[there], self._y[here] - self._y[there])
            away = np.where(valid, away, np.inf)
            nearest[:-step] = np.minimum(nearest[:-step], away)
            nearest[step:] = np.minimum(nearest[step:], away)
            compared[:-step] |= valid
            compared[step:] |= valid
        strays = np.zeros(size, dtype=bool)
        strays[points[compared & (nearest > _STRAY_M)]] = True
        return strays

    def __len__(self) -> int:
        """Return the number of addresses that can be found."""
        return len(self._points)

    def strays(self) -> npt.NDArray[np.bool_]:
        """Return, for each point that was given, whether its postal code or its street contradicts it."""
        return self._strays.copy()

    def find(
        self, address: Address, *, zone: shapely.Geometry | None = None, thresholds: Thresholds | None = None
    ) -> Found:
        """Return where an address is, or why that is not known.

        Parameters
        ----------
        address
            The parts of the address.
        zone
            Outline of the zone that the row declares, as evidence; None when it declares none.
        thresholds
            When a position is sure enough.
        """
        rules = thresholds or Thresholds()
        scored = self._scored(address, zone)
        if scored:
            best = scored[0]
            near = [c for c in scored if math.hypot(c.x - best.x, c.y - best.y) <= _ONE_PLACE_M]
            rivals = [c for c in scored if c not in near and c.score > best.score - 10]
            if best.score >= rules.accept and not rivals:
                spread = max(math.hypot(c.x - best.x, c.y - best.y) for c in near)
                precision = max(_ADDRESS_M, spread)
                return Found(best.x, best.y, best.method, best.score, precision, "", tuple(scored[:_MOST]))
            if best.method == "address":
                # The list has this address, but it fits badly: a coarser method would hide that.
                reason = "geocode_ambiguous" if rivals else "geocode_doubtful"
                return Found(score=best.score, reason=reason, candidates=tuple(scored[:_MOST]))
        return self._by_area(address, zone, scored, rules)

    def postal_area(self, code: str) -> Area | None:
        """Return the middle and the reach of a postal code, None when the points do not have it."""
        return self._postal.get(code)

    def fsa_area(self, code: str) -> Area | None:
        """Return the middle and the reach of a forward sortation area."""
        return self._fsa.get(code[:3])

    def _by_area(
        self, address: Address, zone: shapely.Geometry | None, scored: Sequence[Candidate], rules: Thresholds
    ) -> Found:
        """Return the position of the postal code or of its area, where that is fine enough."""
        finest = METHODS.index(rules.coarsest) if rules.coarsest else -1
        candidates = list(scored[:_MOST])
        area, where = self._postal.get(address.postal_code), self._fsa.get(address.fsa)
        reason = "geocode_box" if address.box and not address.number else "geocode_none"
        if area is not None and area.reach_m <= _POSTAL_SPREAD_M:
            score = 80.0 + _EVIDENCE[zone_says(zone, area.x, area.y)]
            if area.points < _FEW and not self._beside(address):
                score -= _FEW_LESS
            candidates.append(Candidate(address.postal_code, area.x, area.y, score, "postal_code"))
            sure = not address.box and score >= _SURE_CODE
            if sure and finest >= METHODS.index("postal_code"):
                precision = max(_POSTAL_M, area.reach_m)
                return Found(area.x, area.y, "postal_code", score, precision, "", tuple(candidates[-_MOST:]))
            reason = reason if address.box else "geocode_doubtful"
        if where is not None:
            score = 50.0 + _EVIDENCE[zone_says(zone, where.x, where.y, where.reach_m)]
            candidates.append(Candidate(address.fsa, where.x, where.y, score, "fsa"))
            known = not where.points or where.points >= ENOUGH
            if known and score >= 50.0 and finest >= METHODS.index("fsa"):
                return Found(
                    where.x, where.y, "fsa", score, where.precision_m, "", tuple(candidates[-_MOST:])
                )
            reason = "geocode_coarse" if reason == "geocode_none" else reason
        if not (address.number and address.name) and not address.postal_code:
            reason = "geocode_unread"
        return Found(reason=reason, candidates=tuple(candidates[:_MOST]))

    def _beside(self, address: Address) -> bool:
        """Return whether points of the postal code are on the street of the address, a lone one near it."""
        points = self._of_code.get(address.postal_code, ())
        same = [p for p in points if address.name and self._ways[self._way_of[p]][0] == address.name]
        if len(points) > 1:
            return bool(same)
        return any(abs(int(self._first[p]) - address.number) <= _NEAR_NUMBERS for p in same)

    def _scored(self, address: Address, zone: shapely.Geometry | None) -> list[Candidate]:
        """Return the points that may be the address, the best first."""
        if not (address.number and address.name):
            return []
        found: dict[int, tuple[float, Method]] = {}
        for street in self._by_name.get(address.name, ()):
            base = _compare(address, self._ways[street])
            for point in self._at(street, address) if base else ():
                found[point] = (base, "address")
        if not found:
            for street, base in self._similar(address):
                for point in self._at(street, address):
                    found.setdefault(point, (base, "spelling"))
        scored = []
        for point, (base, method) in found.items():
            x, y = float(self._x[point]), float(self._y[point])
            score = base + _EVIDENCE[self._code_says(address, point, x, y)] + _EVIDENCE[zone_says(zone, x, y)]
            if self._strays[point]:
                score += _EVIDENCE["against"]
            label = f"{address.number} {self._labels[point]}".strip()
            scored.append(Candidate(label, x, y, min(100.0, score), method))
        return sorted(scored, key=lambda c: (-c.score, c.label, c.x, c.y))

    def _at(self, street: int, address: Address) -> list[int]:
        """Return the points of a street that have the number, or one within the range, on its side."""
        first = street * _BASE + address.number
        low, high = self._keys.searchsorted([first, first + address.last - address.number + 1])
        if low == high:
            return []
        numbers, points = self._keys[low:high] % _BASE, self._points[low:high]
        within = zip(numbers.tolist(), points.tolist(), strict=True)
        return list(dict.fromkeys(point for number, point in within if (number - address.number) % 2 == 0))

    def _similar(self, address: Address) -> list[tuple[int, float]]:
        """Return the streets with a like name that have the number, and the score of each."""
        from rapidfuzz import fuzz, process

        if len(address.name) < _SHORTEST:
            return []
        low, high = self._numbers.searchsorted([address.number, address.number + 1])
        streets = [int(s) for s in self._streets[low:high]]
        own = address.name.removeprefix("st ")
        names = [self._ways[s][0].removeprefix("st ") for s in streets]
        digits = re.findall(r"\d+", address.name)
        found = []
        for name, ratio, at in process.extract(own, names, scorer=fuzz.ratio, score_cutoff=_SIMILAR, limit=5):
            street = streets[at]
            base = _compare(address, self._ways[street])
            if base and re.findall(r"\d+", name) == digits:
                found.append((street, base - (100.0 - ratio) - _SPELLING))
        return found

    def _code_says(self, address: Address, point: int, x: float, y: float) -> str:
        """Return whether the postal code of the row speaks for a point, against it, or not at all."""
        if not address.postal_code or address.box:
            return ""
        own = self._codes[point]
        if own and own[: len(address.postal_code)] == address.postal_code:
            return "for"
        area = self._fsa.get(address.fsa)
        if area is None:
            return ""
        away = math.hypot(x - area.x, y - area.y)
        if away <= area.reach_m:
            return "for" if not own or own[:3] == address.fsa else ""
        return "against" if away > area.reach_m + 500.0 else ""


def _compare(address: Address, way: tuple[str, str, str]) -> float:
    """Return the score of a street of the same name, 0 for another direction of it."""
    _, direction, generic = way
    score = 100.0
    if address.direction != direction:
        if address.direction and direction:
            return 0.0
        score -= _DIRECTION
    if address.generic != generic:
        score -= _GENERIC if address.generic and generic else _NO_GENERIC
    return score


def zone_says(zone: shapely.Geometry | None, x: float, y: float, reach_m: float = 0.0) -> str:
    """Return whether the declared zone speaks for a position, against it, or not at all."""
    import shapely

    if zone is None:
        return ""
    away = float(shapely.distance(zone, shapely.Point(x, y)))
    return "for" if away <= 50.0 else "" if away <= _ONE_PLACE_M + reach_m else "against"


def find_all(
    reference: Reference,
    addresses: Iterable[Address],
    *,
    zones: Sequence[shapely.Geometry | None] = (),
    thresholds: Thresholds | None = None,
) -> list[Found]:
    """Return what is found of each address; `zones` holds the declared outline of each, or nothing."""
    listed = list(addresses)
    outlines = zones or [None] * len(listed)
    return [
        reference.find(address, zone=zone, thresholds=thresholds)
        for address, zone in zip(listed, outlines, strict=True)
    ]
