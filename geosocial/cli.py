"""The command line: thin verbs that read options, call the library, and print.

Exit codes: 0 done, 1 refused with a one-line reason, 2 wrong usage. Messages go to stderr, reports to stdout.
The language is settled before click builds a message, so that click's own words are French too.
"""

from __future__ import annotations

import gettext
import io
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from geosocial import __version__
from geosocial.errors import N_, GeosocialError, MissingFileError, OutputError
from geosocial.i18n import DOMAIN, LOCALE_DIR, Words, system_language, words
from geosocial.vocabulary import LocalText

if TYPE_CHECKING:
    from geosocial.results import Results


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    say = words(_language(arguments))
    # click asks the environment for its own messages, at the moment it builds them
    os.environ["LANGUAGE"] = say.lang
    gettext.bindtextdomain(DOMAIN, str(LOCALE_DIR))
    gettext.textdomain(DOMAIN)
    sys.exit(_run(build(say), arguments, say))


def _language(arguments: list[str]) -> Any:
    """Return the language of the messages: ``--lang``, else the environment's."""
    for position, argument in enumerate(arguments):
        value = (
            arguments[position + 1 : position + 2]
            if argument == "--lang"
            else [argument.removeprefix("--lang=")]
        )
        if argument.startswith("--lang") and value and value[0] in {"fr", "en"}:
            return value[0]
    return system_language()


def _run(command: click.Command, arguments: list[str], say: Words) -> int:
    """Run a command and return its exit code; every refusal is one line on stderr."""
    try:
        _plain_streams()
        command.main(arguments, prog_name="geosocial", standalone_mode=False)
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except BrokenPipeError:
        # the reader of the pipe has left: nothing is wrong here, and nothing more can be said
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (KeyboardInterrupt, click.Abort):
        return _refuse(say.t("Interrupted. Files that were written before stay as they were."), 130)
    except Exception as error:
        if os.environ.get("GEOSOCIAL_DEBUG"):
            raise
        known = error if isinstance(error, GeosocialError) else _explained(error)
        return _refuse(say.error(known), known.exit_code)
    return 0


def _refuse(text: str, code: int) -> int:
    """Say one line on stderr and return the exit code."""
    click.echo(f"\r\033[Kgeosocial: {text}" if sys.stderr.isatty() else f"geosocial: {text}", err=True)
    return code


def _explained(error: Exception) -> GeosocialError:
    """Return an error of the system, or a fault of ours, as one that people can read."""
    if isinstance(error, FileNotFoundError):
        return MissingFileError(N_("{file}: there is no such file or folder."), file=error.filename)
    if isinstance(error, OSError):
        return OutputError(
            N_("{file}: {reason}."),
            hint=N_("Check the folder, its permissions and the free space."),
            file=error.filename or "",
            reason=os.strerror(error.errno) if error.errno else str(error),
        )
    return GeosocialError(
        N_("This is a fault of geosocial, not of your files: {kind}: {reason}."),
        hint=N_("Please report it; GEOSOCIAL_DEBUG=1 shows where."),
        kind=type(error).__name__,
        reason=" ".join(str(error).split())[:300],
    )


def _plain_streams() -> None:
    """Write UTF-8 even where the console's code page is older: a name is never a reason to fail."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            old = (stream.encoding or "").lower() in {
                "ascii",
                "ansi_x3.4-1968",
                "us-ascii",
                "cp1252",
                "cp850",
            }
            stream.reconfigure(encoding="utf-8" if old else None, errors="replace")


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


def build(say: Words) -> click.Group:
    """Return the command line in one language."""
    t = say.t
    settings = {"help_option_names": ["-h", "--help"], "max_content_width": 96}
    group = click.Group(
        name="geosocial",
        help=t("See where people are underserved, and act on it."),
        epilog=t("Example: geosocial run. The embedded study of Montréal needs nothing else."),
        context_settings=settings,
    )
    click.version_option(
        __version__,
        prog_name="geosocial",
        message="%(prog)s %(version)s",
        help=t("Show the version and exit."),
    )(group)
    group.params.append(_lang_option(say, ("fr", "en")))
    group.add_command(_run_command(say))
    group.add_command(_join_command(say))
    return group


def _lang_option(say: Words, choices: tuple[str, ...]) -> click.Option:
    return click.Option(
        ["--lang"],
        type=click.Choice(choices),
        help=say.t("Language of the messages and pages: fr, en.")
        if "both" not in choices
        else say.t("Language of the reports: fr, en, or both (default)."),
        expose_value="both" in choices,
    )


def _command(
    name: str, run: Callable[..., None], params: list[click.Parameter], *, text: str, example: str
) -> click.Command:
    return click.Command(name, callback=run, params=params, help=text, epilog=example, no_args_is_help=False)


def _json_option(say: Words) -> click.Option:
    return click.Option(["--json", "as_json"], is_flag=True, help=say.t("Report as JSON on standard output."))


def _run_command(say: Words) -> click.Command:
    def run(study: str | None, out: str, lang: str | None, *, as_json: bool) -> None:
        from geosocial import pipeline
        from geosocial.study import read_study

        console = Console(say, silent=as_json)
        read = read_study(study)
        if not as_json:
            click.echo(
                say.t("geosocial {version} · {study}", version=__version__, study=say.label(read.name)),
                err=True,
            )
        results = pipeline.compute(read, step=console.step)
        langs: Any = (lang,) if lang in {"fr", "en"} else ("fr", "en")
        written = pipeline.write(results, Path(out), langs=langs, step=console.step)
        _report_run(say, results, written, Path(out), as_json=as_json)

    return _command(
        "run",
        run,
        [
            click.Argument(["study"], required=False, type=click.Path()),
            click.Option(
                ["--out"],
                default=".",
                show_default=True,
                type=click.Path(file_okay=False),
                help=say.t("Folder in which everything is written."),
            ),
            _lang_option(say, ("fr", "en", "both")),
            _json_option(say),
        ],
        text=say.t(
            "Do the main job: join, measure, and write the atlas, the reports and the tables of STUDY "
            "(a study folder or its study.toml; without it, the embedded Montréal study)."
        ),
        example=say.t("Example: geosocial run my-study/study.toml --out results --lang fr"),
    )


def _report_run(say: Words, results: Results, written: list[Path], out: Path, *, as_json: bool) -> None:
    if as_json:
        click.echo((out / "run.json").read_text(encoding="utf-8"), nl=False)
        return
    from geosocial import wording

    for row in results.conservation.to_dict(orient="records"):
        spec = next(p for p in results.study.places if p.key == row["source"])
        line = wording.conservation_line(say, {str(k): v for k, v in row.items() if k != "source"})
        click.echo(say.t("{label}: {line}", label=say.label(spec.label), line=line))
    click.echo("")
    for path in written:
        if path.suffix in {".html", ".xlsx", ".gpkg"}:
            click.echo(str(path))
    folders = sorted({str(p.parent) for p in written if p.suffix == ".csv"})
    for folder in folders:
        count = sum(str(p.parent) == folder for p in written)
        click.echo(
            say.n("{folder} ({count} table)", "{folder} ({count} tables)", count, folder=folder, count=count)
        )


def _join_command(say: Words) -> click.Command:
    def join(points: str, zones: str, out: str, crs: str | None, snap_m: float, *, as_json: bool) -> None:
        import json

        from geosocial import intake, wording
        from geosocial.io import write as files

        console = Console(say, silent=as_json)
        target = Path(out)
        files.check_suffix(target)
        with console.step(N_("Join")):
            joined = intake.join_files(Path(points), Path(zones), crs=crs, snap_m=snap_m)
        with console.step(N_("Writing")):
            files.write_any(joined.frame, target, crs=joined.crs)
        if as_json:
            click.echo(
                json.dumps(
                    {"read": len(joined.frame), **joined.counts, "out": str(target)}, ensure_ascii=False
                )
            )
            return
        for note in joined.notes:
            click.echo(say.t(note.template, **note.facts), err=True)
        click.echo(wording.conservation_line(say, {"read": len(joined.frame), **joined.counts}))
        click.echo(str(target))

    return _command(
        "join",
        join,
        [
            click.Argument(["points"], type=click.Path()),
            click.Argument(["zones"], type=click.Path()),
            click.Option(
                ["--out"],
                required=True,
                type=click.Path(dir_okay=False),
                help=say.t("File to write: .csv, .geojson, .gpkg, .parquet or .xlsx."),
            ),
            click.Option(
                ["--crs"],
                help=say.t("Coordinate reference system of files that do not say theirs, as EPSG:32188."),
            ),
            click.Option(
                ["--snap-m"],
                type=click.FloatRange(min=0),
                default=250.0,
                show_default=True,
                help=say.t("A point outside all zones goes to the nearest one within this many metres."),
            ),
            _lang_option(say, ("fr", "en")),
            _json_option(say),
        ],
        text=say.t("Give each point of POINTS its zone of ZONES; every row is kept, with what became of it."),
        example=say.t(
            "Example: geosocial join projets.csv arrondissements.geojson --out projets-arrondissements.xlsx"
        ),
    )


if __name__ == "__main__":
    main()
