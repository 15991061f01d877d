"""``geosocial completion``: the lines that teach a shell to complete commands, options and file names."""

from __future__ import annotations

import click

from geosocial.cli.console import lang_option
from geosocial.i18n import Words

SHELLS = ("bash", "zsh", "fish")


def command(say: Words) -> click.Command:
    """Return the verb ``completion``."""

    def completion(shell: str) -> None:
        from click.shell_completion import get_completion_class

        root = click.get_current_context().find_root().command
        made = get_completion_class(shell)
        assert made is not None  # noqa: S101 - the choices are click's own; for the type checker
        template = made(root, {}, "geosocial", "_GEOSOCIAL_COMPLETE")
        # not source(): it starts the shell to ask for its version
        click.echo(template.source_template % template.source_vars())

    return click.Command(
        "completion",
        callback=completion,
        params=[
            click.Argument(["shell"], type=click.Choice(SHELLS)),
            lang_option(say, ("fr", "en")),
        ],
        help=say.t(
            "Print what teaches SHELL to complete commands, options and names of files by the Tab key."
        ),
        epilog=say.t("Example: geosocial completion bash >> ~/.bash_completion"),
    )
