"""Ask a geocoding service that the user names, for what the address points of the study do not know.

Off unless the study names a service (``[geocoding] service``) *and* the run is asked to use it
(``--online``): addresses leave the machine then. The service speaks as Nominatim does
(``?q=…&format=jsonv2``). It is asked at most once a second and never twice the same thing: the answers are
kept in a file beside the study, so that the next run gives the same result without a network.

An answer places a row only when it is the only one, is a building or a house, and lies in the zone that the
row declares, if it declares one. Everything else is a candidate for a person to look at.
"""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from geosocial import __version__
from geosocial.errors import N_, InputError, StudyError
from geosocial.geo.crs import transform
from geosocial.intake.geocode import Candidate, Found, zone_says
from geosocial.io.write import write_text

if TYPE_CHECKING:
    import shapely

#: Name of the file of answers, beside the study.
ANSWERS: Final = "geocoding-answers.json"
#: Seconds between two questions: what public services ask for.
PACE: Final = 1.0
#: `place_rank` of a building or a house in Nominatim's answers.
_HOUSE: Final = 30
_PRECISION_M: Final = 150.0
_ALONE, _AGREES, _DOUBTFUL = 90.0, 96.0, 60.0
_LARGEST: Final = 1 << 20
_MOST: Final = 3


class Online:
    """A geocoding service, and the answers that it has given.

    Parameters
    ----------
    service
        Web address that takes ``q``: ``https://…/search``.
    answers
        File in which answers are kept.
    box
        West, south, east, north in degrees: nothing outside is asked for.
    crs
        Metric coordinate reference system of the positions that are returned.
    ask
        Whether what is not among the answers is asked; otherwise it is not known, and nothing is kept anew.
    sleep
        Waits some seconds.

    Raises
    ------
    StudyError
        When the address is not one of the web.
    """

    def __init__(
        self,
        service: str,
        answers: Path,
        *,
        box: tuple[float, float, float, float],
        crs: object,
        ask: bool = True,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if urllib.parse.urlsplit(service).scheme not in {"http", "https"}:
            raise StudyError(
                N_("“{got}” is not the web address of a geocoding service."),
                hint=N_("Write it as https://…/search under [geocoding] in study.toml."),
                got=service,
            )
        self._service, self._file, self._crs, self._sleep = service, answers, crs, sleep
        self._box = ",".join(f"{degree:.4f}" for degree in box)
        self._last, self._may = 0.0, ask
        self._answers = _read(answers)

    def find(self, query: str, zone: shapely.Geometry | None = None) -> Found:
        """Return where the service knows an address to be; placed only where that is not doubtful."""
        told = self._told(query)
        if not told:
            return Found(reason="geocode_none")
        x, y = transform([t["lon"] for t in told], [t["lat"] for t in told], 4326, self._crs)
        says = [zone_says(zone, float(e), float(n)) for e, n in zip(x, y, strict=True)]
        found = [
            Candidate(
                str(one["label"])[:120],
                float(east),
                float(north),
                _DOUBTFUL if word == "against" or not one["house"] else _AGREES if word == "for" else _ALONE,
                "online",
            )
            for one, east, north, word in zip(told, x, y, says, strict=True)
            if np.isfinite(east)
        ]
        found.sort(key=lambda c: (-c.score, c.label, c.x, c.y))
        sure = [c for c in found if c.score >= _ALONE]
        if len(sure) != 1:
            reason = "geocode_ambiguous" if sure else "geocode_doubtful"
            return Found(reason=reason if found else "geocode_none", candidates=tuple(found[:_MOST]))
        best = sure[0]
        return Found(best.x, best.y, "online", best.score, _PRECISION_M, "", tuple(found[:_MOST]))

    def save(self) -> None:
        """Keep the answers; nothing where none was asked for."""
        if not self._may:
            return
        write_text(json.dumps(self._answers, ensure_ascii=False, indent=1, sort_keys=True) + "\n", self._file)

    def _told(self, query: str) -> list[dict[str, Any]]:
        if query not in self._answers and not self._may:
            return []
        if query not in self._answers:
            self._answers[query] = self._ask(query)
        return self._answers[query]

    def _ask(self, query: str) -> list[dict[str, Any]]:
        wait = self._last + PACE - time.monotonic()
        if wait > 0:
            self._sleep(wait)
        options = {"q": query, "format": "jsonv2", "limit": "5", "viewbox": self._box, "bounded": "1"}
        url = f"{self._service}?{urllib.parse.urlencode(options)}"
        headers = {"User-Agent": f"geosocial/{__version__}", "Accept": "application/json"}
        try:
            request = urllib.request.Request(url, headers=headers)  # noqa: S310 - http(s) only, checked above
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - the same
                told = json.loads(answer.read(_LARGEST))
            return [
                {
                    "label": str(one.get("display_name", "")),
                    "lon": float(one["lon"]),
                    "lat": float(one["lat"]),
                    "house": int(one.get("place_rank", 0)) >= _HOUSE,
                }
                for one in told
            ]
        except (urllib.error.URLError, HTTPException, OSError) as error:
            reason = str(getattr(error, "reason", "")) or str(error) or type(error).__name__
        except (ValueError, TypeError, KeyError, AttributeError):
            reason = "JSON"
        finally:
            self._last = time.monotonic()
        self.save()
        raise InputError(
            N_("{url}: the geocoding service does not answer ({reason})."),
            hint=N_("What it has told so far is kept. Try again later, or run without --online."),
            url=self._service,
            reason=reason,
        )


def _read(file: Path) -> dict[str, list[dict[str, Any]]]:
    """Return the answers that were kept; none where there is no such file.

    Raises
    ------
    InputError
        When the file is not one of ours.
    """
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        return {
            str(query): [
                {
                    "label": str(one["label"]),
                    "lon": float(one["lon"]),
                    "lat": float(one["lat"]),
                    "house": bool(one["house"]),
                }
                for one in told
            ]
            for query, told in kept.items()
        }
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise InputError(
            N_("{file}: this is not a file of answers of a geocoding service."),
            hint=N_("Delete it, and the service is asked again."),
            file=file,
        ) from error
