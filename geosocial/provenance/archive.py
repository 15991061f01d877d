"""The inputs of a run kept beside what it wrote, so that anyone can compute it again, here or elsewhere.

A file keeps the path that the study gives it, below ``inputs/``. The study itself is in ``run.json``:
`archived_study` gives it back, standing where its paths lead to these copies, so that every table that names
a file names it as before. ``inputs/lines.json`` keeps a checksum (CRC-32) of every line of every text
file, so that a change of one cell can be named by its row; ``inputs/origin.json`` says where the study lay.

The copies are the files as they were given, with whatever they hold of persons: they are for those who may
see the lists, not for publication.
"""

from __future__ import annotations

import json
import os
import shutil
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from geosocial.errors import N_, InputError, MissingFileError
from geosocial.study import Study

if TYPE_CHECKING:
    from pydantic import BaseModel

FOLDER: Final = "inputs"
LINES, ORIGIN = f"{FOLDER}/lines.json", f"{FOLDER}/origin.json"
#: Files whose lines are compared one by one.
TEXT: Final = {".csv", ".tsv", ".txt", ".geojson", ".json", ".kml", ".gpx", ".graphml", ".toml"}
#: What belongs to a Shapefile beside its .shp.
_SHAPEFILE: Final = (".dbf", ".shx", ".prj", ".cpg")
#: The study as it was written; it also makes the folder from which its paths go up.
_STUDY: Final = Path("study.toml")
#: Answers of a geocoding service, kept beside the study by `geosocial.intake.online`.
_ANSWERS: Final = Path("geocoding-answers.json")
#: What is kept of an earlier run that a study compares with.
_OF_A_RUN: Final = ("run.json", "tables/*.csv", "geosocial.gpkg")


def named(study: Study) -> list[Path]:
    """Return every file that a study names, as it names it, each once, in the order of the study."""
    files = [_STUDY, *(path for name, path in _paths(study) if name != "folder")]
    return list(dict.fromkeys([*files, *([_ANSWERS] if study.geocoding is not None else [])]))


def kept_as(study: Study) -> dict[str, str]:
    """Return where each file of a study that exists is kept, below the folder of the run, by its name.

    The names of the study lead to the copies as they led to the files: a study that goes up to the lists
    beside it (``../lists``) is kept as deep below ``inputs/``. A file named by an absolute path goes to
    ``inputs/outside/``.
    """
    found: dict[str, str] = {}
    base = Path(FOLDER, *_levels(study))
    for number, path in enumerate(named(study)):
        if not study.path(path).exists():
            continue
        place = Path(FOLDER, "outside", f"{number:02d}", path.name) if path.is_absolute() else base / path
        found[path.as_posix()] = Path(os.path.normpath(place)).as_posix()
    return found


def _levels(study: Study) -> tuple[str, ...]:
    """Return the folders, below ``inputs/``, in which the study stands: as many as its names go up."""
    relative = [Path(os.path.normpath(path)) for path in named(study) if not path.is_absolute()]
    up = max((path.parts.count("..") for path in relative), default=0)
    outside = any(path.is_absolute() for path in named(study))
    return ("study",) * max(up, int(outside))


def keep(study: Study, out: Path) -> list[Path]:
    """Copy the inputs of a study below the folder `out`; return what was written, the copies first."""
    written: list[Path] = []
    for name, place in kept_as(study).items():
        for source, target in _copies(study.path(Path(name)), out / place):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
            written.append(target)
    lines = {p.relative_to(out).as_posix(): checksums(p) for p in written if p.suffix.lower() in TEXT}
    table = out / LINES
    table.parent.mkdir(parents=True, exist_ok=True)
    table.write_text(json.dumps(lines, separators=(",", ":")) + "\n", encoding="utf-8", newline="\n")
    return [*written, table]


def origin(study: Study, out: Path) -> str:
    """Return what ``inputs/origin.json`` holds: where the study lies, seen from the folder of the run."""
    try:
        where = os.path.relpath(study.folder.resolve(), out.resolve())
    except ValueError:  # another drive
        where = str(study.folder.resolve())
    return json.dumps({"study": Path(where).as_posix()}, ensure_ascii=False) + "\n"


def study_of(run: Path, manifest: Mapping[str, Any]) -> Study:
    """Return the study of a run as it was read, its paths as they were written.

    Raises
    ------
    InputError
        When the manifest is of another format.
    """
    try:
        return Study.model_validate(manifest["study"])
    except (ValueError, KeyError) as error:
        raise InputError(
            N_("{file}: this manifest is not one that this geosocial can read."),
            hint=N_("Do the run again, or use the version of geosocial that wrote it."),
            file=run / "run.json",
        ) from error


def archived_study(run: Path, manifest: Mapping[str, Any]) -> Study:
    """Return the study of a run, its paths leading to the copies of its inputs.

    Raises
    ------
    MissingFileError
        When the run keeps no inputs.
    InputError
        When its manifest is of another format.
    """
    kept = manifest.get("archive")
    if not isinstance(kept, dict) or not (run / FOLDER).is_dir():
        raise MissingFileError(
            N_("{file}: this run keeps no copy of its inputs."),
            hint=N_("Do the run again, without --no-archive."),
            file=run,
        )
    study = study_of(run, manifest)
    moved = {Path(name): (run / place).resolve() for name, place in kept.items() if Path(name).is_absolute()}
    home = (run / FOLDER).resolve().joinpath(*_levels(study))
    found: Study = _replaced(study, moved).model_copy(update={"folder": home})
    return found


def checksums(path: Path) -> list[str]:
    r"""Return the CRC-32 of each line of a file, in hexadecimal; line ends do not count.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = (Path(folder) / "a.csv").write_bytes(b"id\r\n1\n")
    ...     checksums(Path(folder) / "a.csv")
    ['bf396750', '83dcefb7']
    """
    return [f"{zlib.crc32(line):08x}" for line in path.read_bytes().splitlines()]


def _copies(source: Path, target: Path) -> Iterator[tuple[Path, Path]]:
    """Give each file to copy and where: with those that belong to it, a run without its pages."""
    if source.is_dir():
        for pattern in _OF_A_RUN:
            for file in sorted(source.glob(pattern)):
                yield file, target / file.relative_to(source)
        return
    yield source, target
    if source.suffix.lower() == ".shp":
        for suffix in _SHAPEFILE:
            for end in (suffix, suffix.upper()):
                if source.with_suffix(end).is_file():
                    yield source.with_suffix(end), target.with_suffix(end)


def _paths(model: BaseModel) -> Iterator[tuple[str, Path]]:
    """Give every path of a model and of the models within it, with the name of its field."""
    from pydantic import BaseModel

    for name in type(model).model_fields:
        value = getattr(model, name)
        parts: Any = value.values() if isinstance(value, Mapping) else value
        for part in parts if isinstance(value, (tuple, list, Mapping)) else (value,):
            if isinstance(part, Path):
                yield name, part
            elif isinstance(part, BaseModel):
                yield from _paths(part)


def _replaced(model: Any, moved: Mapping[Path, Path]) -> Any:
    """Return a model with its paths replaced, and those of the models within it."""
    from pydantic import BaseModel

    def other(value: Any) -> Any:
        if isinstance(value, Path):
            return moved.get(value, value)
        if isinstance(value, BaseModel):
            return _replaced(value, moved)
        if isinstance(value, Mapping):
            return {k: other(v) for k, v in value.items()}
        return tuple(other(v) for v in value) if isinstance(value, tuple) else value

    fields = (name for name in type(model).model_fields if name != "folder")
    return model.model_copy(update={name: other(getattr(model, name)) for name in fields})
