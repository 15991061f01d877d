"""Draw the ten maps of ``maps/gallery`` from the embedded study: ``python scripts/gallery.py``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from geosocial import pipeline
from geosocial.cartography import layers
from geosocial.cartography.pictures import SLIDE, draw
from geosocial.study import read_study

FOLDER = Path(__file__).parent.parent / "maps" / "gallery"
#: Name, language, sphere, service, view, borough, proposed sites.
MAPS: tuple[tuple[str, Any, str, str | None, str, str | None, int], ...] = (
    ("culture-gap-and-five-sites", "fr", "culture", None, "gap", None, 5),
    ("housing-rate", "en", "housing", None, "rate", None, 0),
    ("recreation-coverage", "fr", "recreation", "indoor", "coverage", None, 0),
    ("recreation-distance", "en", "recreation", "indoor", "distance", None, 0),
    ("sustainable-development-gap-and-ten-sites", "fr", "sustainable_development", None, "gap", None, 10),
    ("tourism-gap", "en", "tourism", None, "gap", None, 0),
    ("culture-verdicts", "fr", "culture", None, "verdict", None, 0),
    ("lachine-sustainable-development", "en", "sustainable_development", None, "gap", "lachine", 10),
    ("le-sud-ouest-housing", "fr", "housing", None, "rate", "le-sud-ouest", 0),
    ("saint-laurent-recreation", "en", "recreation", "indoor", "gap", "saint-laurent", 10),
)


def main() -> None:
    """Draw every map and print its size."""
    results = pipeline.compute(read_study(None))
    zones = dict(zip(layers.slugs(results), map(str, results.zones["zone_id"]), strict=True))
    for name, lang, sphere, service, view, borough, sites in MAPS:
        picture = draw(
            results,
            sphere=sphere,
            service=service,
            indicator=view,
            zone=zones[borough] if borough else None,
            lang=lang,
            sheet=replace(SLIDE, sites=sites),
            kind="png",
            dpi=120,
        )
        path = FOLDER / f"{name}.{lang}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(picture)
        print(f"{len(picture) / 1000:6.1f} kB  {path.relative_to(FOLDER.parent.parent)}")


if __name__ == "__main__":
    main()
