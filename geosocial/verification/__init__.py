"""A run checked: its files as it left them, its inputs as they were, its figures computed again.

Three questions, each answered by what differs:

1. Are the files that the run wrote still the files that it wrote (SHA-256 of ``run.json``; of a GeoPackage
   that a program has opened, that of what it holds)?
2. Are the inputs that it kept still what was read, and are those of the study, where it lies now, the same?
   A file that differs is compared row by row.
3. Does the run, computed again from the kept inputs, give the same bytes? And which figures would the study
   give today, where its inputs have changed?
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from geosocial import __version__, pipeline, provenance
from geosocial.errors import N_, GeosocialError
from geosocial.intake.edition import read_manifest
from geosocial.pipeline import Step, quiet
from geosocial.provenance import archive
from geosocial.provenance.marks import Mark, digest, same
from geosocial.verification.differences import Difference, Part, differing, figures, keys, read, rows

if TYPE_CHECKING:
    from geosocial.study import Study


@dataclass(frozen=True, slots=True)
class Verified:
    """What was checked, and what differs.

    Attributes
    ----------
    files, figures
        Files whose bytes were compared; cells of tables that were computed again and compared.
    differences
        Everything that differs, in the order of the three questions.
    recomputed
        Whether the run could be computed again: it keeps its inputs.
    study
        Whether the study was found where it lay.
    versions
        geosocial and packages whose version is another one now: name, then, now.
    refused
        Why the study cannot be run with its inputs as they are now, if so.
    """

    files: int
    figures: int
    differences: tuple[Difference, ...]
    recomputed: bool
    study: bool
    versions: tuple[tuple[str, str, str], ...] = ()
    #: Whether the run asked a geocoding service; its kept answers stand for it when it is computed again.
    online: bool = False
    refused: GeosocialError | None = None

    @property
    def damaged(self) -> bool:
        """Whether a file of the run is not as it left it; otherwise what differs is the programs' doing."""
        return any(d.part in {"output", "kept"} for d in self.differences)


def verify(run: Path, *, study: Study | None = None, step: Step = quiet) -> Verified:
    """Return what of a run differs from what it wrote, kept and read.

    Parameters
    ----------
    run
        Folder of a run.
    study
        The study as it is now; without it, that of the place where the run read it, if it is there still.
    step
        As in `geosocial.pipeline.compute`.

    Raises
    ------
    MissingFileError
        When the folder holds no run.

    Examples
    --------
    >>> from pathlib import Path
    >>> from geosocial.pipeline import write_gaps
    >>> written = write_gaps(results, Path("run"))
    >>> verify(Path("run")).differences
    ()
    """
    manifest = read_manifest(run)
    with step(N_("Files")):
        found = [*_outputs(run, manifest)]
        written = [str(entry["file"]) for entry in manifest["outputs"]]
    kept = manifest.get("archive")
    now = _as_asked(run, manifest, study or _origin(run))
    if not isinstance(kept, dict):
        return Verified(
            len(written), 0, tuple(found), recomputed=False, study=now is not None, online=_online(manifest)
        )
    with step(N_("Inputs")):
        moved = [] if now is None else list(_moved(run, manifest, now))
        found += [*_kept(run, manifest, now), *moved]
    count, refused = 0, None
    with step(N_("The run computed again")):
        compared, others = _again(run, manifest)
        count += compared
        found += others
    if moved and now is not None:
        with step(N_("The figures of today")):
            try:
                compared, others = _tables(run, now, "today", online=_online(manifest))
                found += others
            except GeosocialError as error:
                refused = error
    return Verified(
        files=len(written),
        figures=count,
        differences=tuple(found),
        recomputed=True,
        study=now is not None,
        versions=_versions(manifest),
        online=_online(manifest),
        refused=refused,
    )


def _online(manifest: Mapping[str, Any]) -> bool:
    return bool(manifest.get("online"))


def _answers(*, online: bool) -> Literal["kept", False]:
    """Return how a run is computed again: by the answers that a service gave then, never by asking."""
    return "kept" if online else False


def _origin(run: Path) -> Study | None:
    """Return the study where the run read it; None when it is not there, or cannot be read."""
    from geosocial.study import read_study

    try:
        where = json.loads((run / archive.ORIGIN).read_text(encoding="utf-8"))["study"]
        return read_study(run / str(where))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _as_asked(run: Path, manifest: Mapping[str, Any], now: Study | None) -> Study | None:
    """Return the study with the earlier run that ``--since`` named, where its file names none."""
    if now is None or now.since is not None or "since" not in manifest:
        return now
    asked = now.model_copy(update={"since": archive.study_of(run, manifest).since})
    return asked if asked.earlier is not None and asked.earlier.is_dir() else now


def _outputs(run: Path, manifest: Mapping[str, Any]) -> Iterable[Difference]:
    for entry in manifest["outputs"]:
        name = str(entry["file"])
        if name.startswith(f"{archive.FOLDER}/"):
            continue
        if not (run / name).is_file():
            yield Difference("output", name, "missing")
        elif not Mark.read(entry).fits(run / name):
            yield Difference("output", name)


def _kept(run: Path, manifest: Mapping[str, Any], now: Study | None) -> Iterable[Difference]:
    """Give what of the kept inputs has changed since the run, by row where that can be told."""
    marks = {str(entry["file"]): Mark.read(entry) for entry in manifest["outputs"]}
    names = {place: name for name, place in manifest["archive"].items()}
    lines = _lines(run)
    for place, mark in marks.items():
        if not place.startswith(f"{archive.FOLDER}/") or place == archive.LINES:
            continue
        if not (run / place).is_file():
            yield Difference("kept", place, "missing")
            continue
        if mark.fits(run / place):
            continue
        first = None if now is None or place not in names else now.path(Path(names[place]))
        if first is not None and mark.fits(first):
            yield from rows(first, run / place, place, "kept", identity=_identity(now, names[place]))
        elif place in lines:
            after = archive.checksums(run / place)
            for row in differing(lines[place], after):
                yield Difference("kept", place, row=row)
        else:
            yield Difference("kept", place)


def _identity(study: Study | None, name: str) -> str:
    """Return the column in which a study says that a file holds its identifiers; empty where it says none."""
    if study is None:
        return ""
    held = [(study.zones.file, study.zones.id), (study.demand.file, study.demand.id)]
    held += [(spec.file, spec.id) for spec in study.places]
    return next((column for file, column in held if file.as_posix() == name and column), "")


def _lines(run: Path) -> dict[str, list[str]]:
    try:
        return dict(json.loads((run / archive.LINES).read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def _moved(run: Path, manifest: Mapping[str, Any], now: Study) -> Iterable[Difference]:
    """Give what of the study, and of the files that it names, is no longer what the run kept."""
    # both as this version writes them: a key that is new since the run is no change of the study
    then = archive.study_of(run, manifest)
    before, after = (s.model_dump(mode="json", exclude={"folder"}) for s in (then, now))
    for key in keys(before, after):
        yield Difference("study", "study.toml", column=key[0], before=key[1], after=key[2])
    for name, place in manifest["archive"].items():
        if name == "study.toml":  # told by its keys, above
            continue
        source, copy = now.path(Path(name)), run / place
        if not source.exists():
            yield Difference("study", name, "missing")
        elif source.is_file() and copy.is_file() and not same(source, copy):
            yield from rows(copy, source, name, "study", identity=_identity(now, name))
    for path in archive.named(now):
        # earlier versions kept no copy of study.toml: its keys, above, are compared with those of run.json
        known = path.as_posix() in {*manifest["archive"], "study.toml"}
        if not known and now.path(path).exists():
            yield Difference("study", path.as_posix(), "added")


def _again(run: Path, manifest: Mapping[str, Any]) -> tuple[int, list[Difference]]:
    """Compute the run again from its kept inputs; return how many cells were compared, and what differs."""
    study = archive.archived_study(run, manifest)
    names = {str(e["file"]): str(e["sha256"]) for e in manifest["outputs"]}
    whole = "maps/atlas.html" in names
    langs: Any = tuple(lang for lang in ("fr", "en") if f"report/report.{lang}.html" in names) or ("fr", "en")
    found: list[Difference] = []
    with tempfile.TemporaryDirectory(prefix="geosocial-") as folder:
        aside = Path(folder)
        results = pipeline.compute(study, online=_answers(online=_online(manifest)))
        if whole:
            pipeline.write(results, aside, langs=langs, archive=False)
        else:
            pipeline.write_gaps(results, aside, langs=langs)
        cells = 0
        for name, sha256 in names.items():
            if name.startswith(f"{archive.FOLDER}/"):
                continue
            made = aside / name
            if not made.is_file():
                found.append(Difference("again", name, "missing"))
                continue
            now = digest(made)
            part: Part = "output" if now == sha256 else "again"
            if name.endswith(".csv"):
                frame = read(made)
                cells += frame.size
                if (run / name).is_file() and digest(run / name) != now:
                    others = list(figures(read(run / name), frame, Path(name).stem, part))
                    found += others or ([] if part == "output" else [Difference("again", name)])
                    continue
            if part == "again":
                found.append(Difference("again", name))
    return cells, found


def _tables(run: Path, study: Study, part: Part, *, online: bool) -> tuple[int, list[Difference]]:
    """Compute a study as it is; return how many cells were compared with those of the run, what differs."""
    from geosocial.io.write import write_table
    from geosocial.report import tables as report_tables

    found: list[Difference] = []
    cells = 0
    frames = report_tables.frames(pipeline.compute(study, online=_answers(online=online)))
    with tempfile.TemporaryDirectory(prefix="geosocial-") as folder:
        for name, frame in frames.items():
            old, new = run / "tables" / f"{name}.csv", Path(folder) / f"{name}.csv"
            if name == "inputs" or not old.is_file():
                continue
            write_table(frame, new)
            cells += frame.size
            if old.read_bytes() != new.read_bytes():
                found += figures(read(old), read(new), name, part)
    return cells, found


def _versions(manifest: Mapping[str, Any]) -> tuple[tuple[str, str, str], ...]:
    then: dict[str, str] = {"geosocial": str(manifest.get("geosocial", __version__))}
    then |= manifest.get("packages", {})
    now = {"geosocial": __version__, **provenance.versions()}
    return tuple((name, old, now[name]) for name, old in then.items() if now.get(name, old) != old)
