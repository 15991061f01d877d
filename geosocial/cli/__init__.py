"""The command line: thin verbs, a module each, that read options, call the library, and print.

Exit codes: 0 done, 1 refused with a one-line reason, 2 wrong usage. Messages go to stderr, reports to stdout.
The language is settled before click builds a message, so that click's own words are French too.
"""

from __future__ import annotations

import gc
import gettext
import io
import os
import sys
from collections.abc import Sequence
from typing import Any

import click

from geosocial import __version__
from geosocial.cli import (
    access,
    check,
    compare,
    completion,
    data,
    explain,
    followup,
    gaps,
    indicators,
    interpolate,
    join,
    maps,
    messages,
    new,
    report,
    run,
    site,
    verify,
)
from geosocial.cli.console import lang_option
from geosocial.errors import N_, GeosocialError, MissingFileError, OutputError
from geosocial.i18n import DOMAIN, LOCALE_DIR, Words, system_language, words


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    # Looking for dead cycles among the objects of a verb takes a fiftieth of its time and finds none: nearly
    # all of them live until it ends.
    gc.set_threshold(1_000_000, 50, 50)
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
        # a verb that leaves by an exit code of its own has click return it here
        code = command.main(arguments, prog_name="geosocial", standalone_mode=False)
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
        return _refuse(_coded(say.error(known), known), known.exit_code)
    return code if isinstance(code, int) else 0


def _coded(text: str, error: GeosocialError) -> str:
    """Return a message with the code by which ``geosocial help`` explains it."""
    from geosocial.messages import code_of

    return f"{text} [{code}]" if (code := code_of(error.template)) else text


def _refuse(text: str, code: int) -> int:
    """Say one line on stderr and return the exit code."""
    click.echo(f"\r\033[Kgeosocial: {text}" if sys.stderr.isatty() else f"geosocial: {text}", err=True)
    return code


def _explained(error: Exception) -> GeosocialError:
    """Return an error of the system, or a fault of ours, as one that people can read."""
    if isinstance(error, FileNotFoundError):
        return MissingFileError(
            N_("{file}: there is no such file or folder."),
            hint=N_("Check the name of the file and of its folder."),
            file=error.filename,
        )
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
    group.params.append(lang_option(say, ("fr", "en")))
    group.add_command(run.command(say))
    group.add_command(gaps.command(say))
    group.add_command(indicators.command(say))
    group.add_command(site.command(say))
    group.add_command(maps.command(say))
    group.add_command(report.command(say))
    group.add_command(followup.command(say))
    group.add_command(compare.command(say))
    group.add_command(explain.command(say))
    group.add_command(verify.command(say))
    group.add_command(join.command(say))
    group.add_command(access.command(say))
    group.add_command(interpolate.command(say))
    group.add_command(check.command(say))
    group.add_command(new.command(say))
    group.add_command(data.command(say))
    group.add_command(messages.command(say))
    group.add_command(completion.command(say))
    for command in group.commands.values():
        _name_values(command, say)
    return group


def _name_values(command: click.Command, say: Words) -> None:
    """Say in the language of the help what an option takes, where click would say it in English."""
    for option in command.params:
        if isinstance(option, click.Option) and option.metavar is None:
            if isinstance(option.type, click.types.StringParamType):
                option.metavar = say.t("TEXT")
            elif isinstance(option.type, click.types.IntParamType):
                option.metavar = say.t("INTEGER")
    for other in getattr(command, "commands", {}).values():
        _name_values(other, say)
