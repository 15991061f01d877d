"""What somebody has changed in the files of a run is kept when a later run writes them again.

A file that is not as it was written (`geosocial.provenance.marks`) moves aside under a name of its own, as
``geosocial.edited.xlsx``, which no run writes or removes. While newer files are moved into their places, and
where that was cut off, ``.geosocial-moving.json`` says what stood there before: a file that is still the one
of the run before is nobody's change.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from geosocial.provenance.marks import Mark

#: What the files were that are being replaced; there only while they are moved, or where that was cut off.
MOVING: Final = ".geosocial-moving.json"
#: Called with each file that somebody has changed since it was written, and with where it is kept.
Kept = Callable[[Path, Path], object]


def with_before(marks: Mapping[str, Mark], out: Path) -> dict[str, Mark]:
    """Return the marks of a folder's files with what they were before, where the moving was cut off."""
    try:
        told = json.loads((out / MOVING).read_text(encoding="utf-8"))
        before = {str(name): Mark.read(entry) for name, entry in told.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return dict(marks)
    return {name: mark.after(before.get(name)) for name, mark in marks.items()}


def keep_edited(
    moves: Sequence[tuple[Path, Path]], out: Path, marks: Mapping[str, Mark], kept: Kept | None
) -> str:
    """Move aside every target that somebody has changed; return what `MOVING` is to hold.

    Parameters
    ----------
    moves
        New file → the place that it is to take, below the folder `out`. One that holds the very same bytes
        is left alone.
    marks
        Path below `out` → what was written there before.
    kept
        Called with each such file, and with where it is kept.
    """
    from concurrent.futures import ThreadPoolExecutor

    known = [
        (new, old, mark)
        for new, old in moves
        if (mark := marks.get(old.relative_to(out).as_posix())) is not None and mark.sha256 and old.is_file()
    ]
    with ThreadPoolExecutor() as several:  # hashing works outside the interpreter
        found = list(several.map(lambda one: Mark.of(one[1]), known))
    before: dict[str, dict[str, str]] = {}
    for (new, old, mark), now in zip(known, found, strict=True):
        if mark.holds(now):
            before[old.relative_to(out).as_posix()] = now.told()
        elif old.read_bytes() != new.read_bytes():
            place = _free(old)
            old.rename(place)
            if kept is not None:
                kept(old, place)
    return json.dumps(before, separators=(",", ":"))


def _free(file: Path) -> Path:
    """Return the first free name beside a file: ``a.edited.csv``, ``a.edited-2.csv`` and so on."""
    number = 1
    while True:
        end = "" if number == 1 else f"-{number}"
        place = file.with_name(f"{file.stem}.edited{end}{file.suffix}")
        if not place.exists() and not place.is_symlink():
            return place
        number += 1
