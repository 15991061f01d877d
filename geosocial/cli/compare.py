"""``geosocial compare``: two editions side by side."""

from __future__ import annotations

from pathlib import Path

import click

from geosocial.cli.console import Console, Number, json_option, lang_option
from geosocial.i18n import Words


def command(say: Words) -> click.Command:
    """Return the verb ``compare``."""

    def compare(run_a: str, run_b: str, *, moved_m: float, out: str | None, as_json: bool) -> None:
        from geosocial import comparison
        from geosocial.cli import compare_lines as told
        from geosocial.intake.edition import read_edition

        found = comparison.compare(read_edition(run_a), read_edition(run_b), moved_m=moved_m)
        written = [] if out is None else told.write_comparison(found, Path(out), kept=Console(say).kept)
        if as_json:
            click.echo(told.as_json(say, found))
            return
        for line in told.lines(say, found):
            click.echo(line)
        for path in written:
            click.echo(str(path))

    return click.Command(
        "compare",
        callback=compare,
        params=[
            click.Argument(["run_a"], type=click.Path()),
            click.Argument(["run_b"], type=click.Path()),
            click.Option(
                ["--moved-m"],
                type=Number(say, 0),
                default=100.0,
                show_default=True,
                help=say.t("Metres from which a changed position is a move, and not a correction."),
            ),
            click.Option(
                ["--out"],
                type=click.Path(file_okay=False),
                help=say.t("Folder to write changes.csv and movements.csv to."),
            ),
            lang_option(say, ("fr", "en")),
            json_option(say),
        ],
        help=say.t(
            "Compare two runs, the earlier one first: openings, closures and moves, and what each change of "
            "a figure is made of: supply, demand, boundaries, method, data quality."
        ),
        epilog=say.t("Example: geosocial compare runs/2025 runs/2026 --out compared"),
    )
