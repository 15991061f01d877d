"""What the verbs share: progress on stderr, and the options that mean the same everywhere."""

from __future__ import annotations

import math
import os
import re
import shlex
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from geosocial.i18n import Words
from geosocial.vocabulary import LocalText

if TYPE_CHECKING:
    from geosocial.study import Study


class Number(click.FloatRange):
    """A number within bounds as people write it: 1.3, and in French 1,3."""

    def __init__(self, say: Words, low: float, high: float | None = None, *, min_open: bool = False) -> None:
        super().__init__(low, high, min_open=min_open)
        self.say = say
        self.name = say.t("number")

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the number; refuse what can be read in no way, or in several."""
        from geosocial.intake.columns import number

        found = number(value) if isinstance(value, str) else float(value)
        if not isinstance(found, float) or math.isnan(found):
            said = self.say.t("“{got}” is no number: write it as 1.5.", got=str(value)[:80])
            self.fail(said, param, ctx)
        within: float = super().convert(found, param, ctx)
        return within


class Console:
    """Progress on stderr: one line a step, with its seconds."""

    def __init__(self, say: Words, *, silent: bool = False) -> None:
        self.say = say
        self.silent = silent

    @contextmanager
    def step(self, message: str, **facts: object) -> Iterator[None]:
        """Print a step when it ends; on a terminal, also while it runs."""
        local = {k: self.say.label(v) if isinstance(v, LocalText) else v for k, v in facts.items()}
        text = self.say.t(message, **local)
        live = sys.stderr.isatty() and not self.silent
        if live:
            click.echo(f"  {text} …", err=True, nl=False)
        start = time.perf_counter()
        yield
        if not self.silent:
            seconds = f"{self.say.number(time.perf_counter() - start, 1)}\u00a0s"
            click.echo(("\r" if live else "") + f"  {text:<52}{seconds:>8}", err=True)

    def kept(self, file: Path, place: Path) -> None:
        """Say that a file which somebody has changed was moved aside: whoever has done so must find it."""
        text = self.say.t(
            "{file} has been changed since geosocial wrote it: what you had is now {kept}.",
            file=file,
            kept=place.name,
        )
        click.echo(("\r" if sys.stderr.isatty() else "") + text, err=True)

    def rows(self, done: int, total: int | None) -> None:
        """Show on a terminal how many rows are done, in place of what it showed before."""
        if self.silent or not sys.stderr.isatty():
            return
        number, n = self.say.number, self.say.n
        if total:
            facts = {"done": number(done), "total": number(total)}
            text = n("{done} of {total} row", "{done} of {total} rows", total, **facts)
        else:
            text = n("{done} row", "{done} rows", done, done=number(done))
        click.echo(f"\r  {text:<60}", err=True, nl=False)


def typed(path: str) -> str:
    """Return a path as it is typed in a command: between quotation marks where a shell would divide it.

    Examples
    --------
    >>> typed("my-city"), typed("mon étude #1")
    ('my-city', "'mon étude #1'")
    """
    if os.name == "nt":
        return f'"{path}"' if re.search(r"[^\w.\\/:-]", path) else path
    return shlex.quote(path) if re.search(r"[^\w./:-]", path) else path


def lang_option(say: Words, choices: tuple[str, ...]) -> click.Option:
    """Return the option --lang with these choices; with ``both`` among them, the verb receives it."""
    return click.Option(
        ["--lang"],
        type=click.Choice(choices),
        help=say.t("Language of the messages and pages: fr, en.")
        if "both" not in choices
        else say.t("Language of the reports: fr, en, or both (default)."),
        expose_value="both" in choices,
    )


def since_option(say: Words) -> click.Option:
    """Return the option --since."""
    return click.Option(
        ["--since"],
        type=click.Path(file_okay=False),
        help=say.t("Folder of an earlier run: what has changed since is then told too."),
    )


def with_since(study: Study, since: str | None) -> Study:
    """Return a study with the earlier run that --since names, as if its file named it."""
    if since is None:
        return study
    try:
        # as a study names its files: from its own folder, so that a run can be computed again elsewhere
        path = Path(os.path.relpath(Path(since).resolve(), study.folder.resolve()))
    except ValueError:  # another drive
        path = Path(since).resolve()
    return study.model_copy(update={"since": Path(path.as_posix())})


def json_option(say: Words) -> click.Option:
    """Return the option --json."""
    return click.Option(["--json", "as_json"], is_flag=True, help=say.t("Report as JSON on standard output."))


def sheet_option(say: Words) -> click.Option:
    """Return the option --sheet, which is also --layer."""
    return click.Option(
        ["--sheet", "--layer", "sheet"], help=say.t("Sheet or layer to read, in a file that has several.")
    )


def column_option(say: Words) -> click.Option:
    """Return the option --column, which may stand several times."""
    return click.Option(
        ["--column", "columns"],
        multiple=True,
        metavar=say.t("COLUMN=HEADER"),
        help=say.t("What a column is called in the file, as latitude=Y; may be given several times."),
    )


def crs_option(say: Words) -> click.Option:
    """Return the option --crs."""
    return click.Option(
        ["--crs"], help=say.t("Coordinate reference system of files that do not say theirs, as EPSG:32188.")
    )


def snap_option(say: Words) -> click.Option:
    """Return the option --snap-m."""
    return click.Option(
        ["--snap-m"],
        type=Number(say, 0),
        default=250.0,
        show_default=True,
        help=say.t("A point outside all zones goes to the nearest one within this many metres."),
    )


def faults_option(say: Words) -> click.Option:
    """Return the option --faults."""
    return click.Option(
        ["--faults"],
        type=click.Path(dir_okay=False),
        help=say.t("File for the rows that deserve a look, with the reason of each: .csv or .xlsx."),
    )


def folder_option(say: Words) -> click.Option:
    """Return the option --out of a folder."""
    return click.Option(
        ["--out"],
        default=".",
        show_default=True,
        type=click.Path(file_okay=False),
        help=say.t("Folder in which everything is written."),
    )


def table_option(say: Words, *, folder: bool = False) -> click.Option:
    """Return the option --out of one table, whose suffix chooses its format; a `folder` may be given too."""
    return click.Option(
        ["--out"],
        required=True,
        type=click.Path(dir_okay=folder),
        help=say.t("File to write: .csv, .geojson, .gpkg, .parquet or .xlsx."),
    )
