"""``geosocial new``: a study folder to fill in."""

from __future__ import annotations

from typing import Literal

import click

from geosocial.i18n import Words


def command(say: Words) -> click.Command:
    """Return the verb ``new``."""

    def new(folder: str, lang: Literal["fr", "en"] | None) -> None:
        import datetime as dt

        from geosocial.intake.templates import write_study

        today = dt.datetime.now(tz=dt.UTC).astimezone().date()
        for file in write_study(folder, lang=lang or say.lang, today=today):
            click.echo(str(file))
        click.echo(say.t("Fill in places.xlsx, read study.toml, then: geosocial run {folder}", folder=folder))

    return click.Command(
        "new",
        callback=new,
        params=[
            click.Argument(["folder"], type=click.Path()),
            click.Option(
                ["--lang"],
                type=click.Choice(["fr", "en"]),
                help=say.t("Language of the messages and of the lists to choose from: fr, en."),
            ),
        ],
        help=say.t(
            "Make the study folder FOLDER to fill in: a commented study, and empty sheets with lists to "
            "choose from."
        ),
        epilog=say.t("Example: geosocial new my-study"),
    )
