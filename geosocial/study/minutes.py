"""Standards in minutes: metres at the study's walking speed, before the study is read."""

from __future__ import annotations

from typing import Any

#: Walking speed where the study names none, km/h.
WALK_KMH = 4.8


def in_metres(data: dict[str, Any]) -> dict[str, Any]:
    """Return the data of a study in which each service with ``standard_min`` has ``standard_m`` too.

    metres = minutes · 1000 · km/h / 60. What is no number, and a service that has both, is left for the
    study to refuse.

    Examples
    --------
    >>> service = {"key": "main", "standard_min": 15}
    >>> made = in_metres({"walk_kmh": 4.8, "spheres": {"culture": {"services": [service]}}})
    >>> made["spheres"]["culture"]["services"][0]["standard_m"]
    1200.0
    """
    speed = data.get("walk_kmh", WALK_KMH)
    if not isinstance(data.get("spheres"), dict) or not isinstance(speed, (int, float)):
        return data

    def service(one: Any) -> Any:
        minutes = one.get("standard_min") if isinstance(one, dict) else None
        if not isinstance(minutes, (int, float)) or isinstance(minutes, bool) or "standard_m" in one:
            return one
        return {**one, "standard_m": minutes * 1000 * speed / 60}

    def sphere(one: Any) -> Any:
        if not isinstance(one, dict) or not isinstance(one.get("services"), (list, tuple)):
            return one
        return {**one, "services": [service(s) for s in one["services"]]}

    return {**data, "spheres": {key: sphere(one) for key, one in data["spheres"].items()}}
