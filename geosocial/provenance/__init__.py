"""The manifest of a run: what was read, with which settings and versions, what came out, with hashes.

It carries no time of day and no absolute path, so that the same inputs give the same bytes. A run is written
aside, whole, and moved into its folder only then: an interrupted run leaves the old one as it was.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geosocial import __version__
from geosocial.errors import N_, OutputError
from geosocial.io import atomic
from geosocial.io.geopackage import refuse_unsaved
from geosocial.provenance.archive import ORIGIN, keep, kept_as, origin
from geosocial.provenance.edited import MOVING, Kept, keep_edited, with_before
from geosocial.provenance.marks import Mark, digest

if TYPE_CHECKING:
    from geosocial.results import Results

MANIFEST = "run.json"
#: Packages whose version can change a figure or a page.
_PACKAGES = ("numpy", "scipy", "pandas", "shapely", "geopandas", "pyogrio", "pyproj", "folium", "pydantic")


def versions() -> dict[str, str]:
    """Return the version of each package that can change a figure or a page."""
    return {name: version(name) for name in _PACKAGES}


def manifest(
    results: Results, out: Path, outputs: list[Path], archive: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return the manifest of a run whose `outputs` lie in the folder `out`.

    `archive`: where each input is kept, by its name (`geosocial.provenance.archive`).
    """
    from concurrent.futures import ThreadPoolExecutor

    study, written = results.study, sorted(outputs)
    with ThreadPoolExecutor() as several:  # hashing works outside the interpreter
        marks = list(several.map(Mark.of, written))
    return {
        "geosocial": __version__,
        "packages": versions(),
        "study": study.model_dump(mode="json", exclude={"folder"}),
        "inputs": [
            {
                "role": f.role,
                "file": f.path,
                "sha256": f.sha256,
                "bytes": f.bytes,
                "rows": f.rows,
                "how": dict(sorted(f.how.items())),
            }
            for f in results.inputs
        ],
        # a run that asked a service is computed again by the answers that it kept, never by asking
        "online": results.online,
        **({} if results.earlier is None else {"since": results.earlier.isoformat()}),
        **({} if archive is None else {"archive": dict(archive)}),
        "conservation": results.conservation.to_dict(orient="records"),
        "plan_rows": results.plan_rows.to_dict(orient="records"),
        "outputs": [
            {"file": path.relative_to(out).as_posix(), **mark.told(), "bytes": path.stat().st_size}
            for path, mark in zip(written, marks, strict=True)
        ],
    }


def dumps(value: dict[str, Any]) -> str:
    """Return a manifest as text: stable order, one value a line, readable in French."""
    return json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


@contextmanager
def staged(
    out: Path, *, record: str = MANIFEST, earlier: Mapping[str, Mark] | None = None, kept: Kept | None = None
) -> Iterator[Path]:
    """Give an empty folder to write a run into; when all is well, move what it holds into `out`.

    What an earlier run has written there and this one does not is removed before, so that it is not taken for
    a part of this run; a file that somebody has changed since, and what no run has written, stays. One that
    somebody has changed, and that this run writes too, is kept beside it under another name
    (`geosocial.provenance.edited`). Then the manifest goes first, so that every file that follows is known as
    ours (`refuse_foreign`), whenever the moving is cut off.

    Parameters
    ----------
    record
        The file that names the others.
    earlier
        What was written there before; None for what the manifest of the folder names.
    kept
        Called with each file that somebody has changed, and where it is kept.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=".geosocial-", dir=out))
    except OSError as error:
        raise _unwritable(out, error) from error
    try:
        try:
            with atomic.flushed_later():
                yield aside
        except OutputError as error:
            raise _in_place(error, aside, out) from error
        files = sorted((f for f in aside.rglob("*") if f.is_file()), key=lambda f: (f.name != record, f))
        try:
            atomic.flush(files)
        except OSError as error:
            raise _unwritable(out, error) from error
        moves = [(file, out / file.relative_to(aside)) for file in files]
        for _, target in moves:
            refuse_unsaved(target)
        names = {target.relative_to(out).as_posix() for _, target in moves}
        before = _written(out) if earlier is None else earlier
        remove({name: mark for name, mark in before.items() if name not in names}, out)
        replaced = keep_edited(moves, out, before, kept)
        (aside / MOVING).write_text(replaced, encoding="utf-8", newline="\n")
        atomic.flush([aside / MOVING])
        folders = {out, *(target.parent for _, target in moves)}
        for folder in folders:
            folder.mkdir(parents=True, exist_ok=True)
        for part in ([(aside / MOVING, out / MOVING)], moves[:1], moves[1:]):
            atomic.move(part)
        (out / MOVING).unlink()
        with suppress(OSError):  # not every file system lets a folder be flushed
            atomic.flush(sorted(folders))
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _unwritable(out: Path, error: OSError) -> OutputError:
    return OutputError(
        N_("{file}: the file cannot be written ({reason})."),
        hint=N_("Check the folder, its permissions and the space left; close the file elsewhere."),
        file=out,
        reason=error.strerror or error,
    )


def _in_place(error: OutputError, aside: Path, out: Path) -> OutputError:
    """Return an error that names the file where it was to be, not where it was written aside."""
    file = Path(str(error.facts.get("file", "")))
    if not file.is_relative_to(aside):
        return error
    facts = {**error.facts, "file": out / file.relative_to(aside)}
    return OutputError(error.template, hint=error.hint, **facts)


@contextmanager
def writing(
    results: Results,
    out: Path,
    names: list[str],
    *,
    alone: bool = False,
    archive: bool = False,
    kept: Kept | None = None,
) -> Iterator[Path]:
    """Give a folder to write `names` into; then write the manifest and move all into `out`.

    With `alone`, a folder that holds more of an earlier run is refused. With `archive`, the inputs are kept
    too (`geosocial.provenance.archive`). `kept`: as in `staged`.

    Raises
    ------
    OutputError
        As `refuse_foreign`, `refuse_others` and `staged`.
    """
    refuse_foreign(out, [out / name for name in (*names, MANIFEST)])
    if alone:
        refuse_others(out, [*names, MANIFEST])
    with staged(out, kept=kept) as aside:
        yield aside
        outputs, places = [aside / name for name in names], None
        if archive:
            places, copies = kept_as(results.study), keep(results.study, aside)
            outputs += copies
            (aside / ORIGIN).write_text(origin(results.study, out), encoding="utf-8", newline="\n")
        text = dumps(manifest(results, aside, outputs, places))
        (aside / MANIFEST).write_text(text, encoding="utf-8", newline="\n")


@contextmanager
def recorded(
    out: Path,
    record: str,
    told: Callable[[dict[str, str]], dict[str, Any]],
    *,
    kept: Kept | None = None,
) -> Iterator[Path]:
    """Give an empty folder to write files into; then write their record and move all into `out`.

    Only files that an earlier record of the folder names, and that are still as they were written, are
    replaced or removed; one that somebody has changed since is kept beside the new one, as in `staged`.

    Parameters
    ----------
    record
        The file that names the others: an object whose ``files`` are name → SHA-256; ``contents`` are those
        of what GeoPackages hold.
    told
        Makes the record from its ``files``.
    kept
        Called with each file that somebody has changed, and where it is kept.

    Raises
    ------
    OutputError
        Naming the first file in the way that no earlier call has written.
    """
    earlier = with_before(named_in(out / record), out)
    with staged(out, record=record, earlier=earlier, kept=kept) as aside:
        yield aside
        files = [f for f in sorted(aside.rglob("*")) if f.is_file()]
        marks = {f.relative_to(aside).as_posix(): Mark.of(f) for f in files}
        strange = [name for name in marks if name not in earlier] if earlier else [record, *marks]
        for name in strange:
            if (out / name).exists():
                raise _foreign(out / name)
        contents = {name: mark.content for name, mark in marks.items() if mark.content}
        all_told = told({name: mark.sha256 for name, mark in marks.items()})
        text = dumps(all_told | ({"contents": contents} if contents else {}))
        (aside / record).write_text(text, encoding="utf-8", newline="\n")


def named_in(record: Path) -> dict[str, Mark]:
    """Return the files that a record names, each with its mark; none where there is no record."""
    try:
        told = json.loads(record.read_text(encoding="utf-8"))
        held = told.get("contents", {})
        return {str(n): Mark(str(sha256), str(held.get(n, ""))) for n, sha256 in told["files"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def remove(files: Mapping[str, Mark], out: Path) -> None:
    """Remove files of a folder that are still as they were written, and the folders that this leaves empty.

    Parameters
    ----------
    files
        Path of each below `out` → what it was when it was written.
    """
    base = out.resolve()
    for name, mark in files.items():
        path = out / name
        inside = path.resolve().is_relative_to(base)  # whatever a manifest says
        if not inside or path.is_symlink() or not mark.fits(path):
            continue
        path.unlink()
        for folder in path.relative_to(out).parents[:-1]:
            with suppress(OSError):  # it holds something else
                (out / folder).rmdir()


def refuse_foreign(out: Path, targets: list[Path]) -> None:
    """Refuse to write over files that no run of geosocial has written, or that a program is changing.

    Raises
    ------
    OutputError
        Naming the first file of `targets` that exists without being listed in the folder's ``run.json``, or
        that `geosocial.io.geopackage.refuse_unsaved` refuses.
    """
    known = _written(out)
    for target in targets:
        refuse_unsaved(target)
        if target.exists() and target.relative_to(out).as_posix() not in known:
            raise _foreign(target)


def _foreign(target: Path) -> OutputError:
    return OutputError(
        N_("{file} exists already, and no run of geosocial has written it."),
        hint=N_("Choose another folder with --out, or move that file."),
        file=target,
    )


def refuse_others(out: Path, names: list[str]) -> None:
    """Refuse to write a part of a run into a folder that holds more of an earlier one.

    Raises
    ------
    OutputError
        Naming the first file of the folder's ``run.json`` that is there and not among `names`.
    """
    for name in sorted(_written(out).keys() - set(names)):
        if (out / name).exists():
            raise OutputError(
                N_("{file} is of an earlier run: beside newer tables, the two would not agree."),
                hint=N_("Choose another folder with --out, or do the whole job with run."),
                file=out / name,
            )


def _written(out: Path) -> dict[str, Mark]:
    """Return the files that the last run has written into a folder, by its manifest."""
    try:
        previous = json.loads((out / MANIFEST).read_text(encoding="utf-8"))
        found = {str(entry["file"]): Mark.read(entry) for entry in previous["outputs"]}
        if previous.get("archive") and (out / ORIGIN).is_file():  # what it says depends on where the run lies
            found[ORIGIN] = Mark(digest(out / ORIGIN))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        # no run here yet, or a run.json that is not ours: then nothing in this folder is ours
        return {}
    return with_before(found, out) | {MANIFEST: Mark("")}
