"""What the verbs that work in batches share: the engine, and where its scheduler is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from geosocial.errors import N_, InputError
from geosocial.i18n import Words

if TYPE_CHECKING:
    from geosocial.intake.stream import Over


@contextmanager
def running(name: str, scheduler: str | None) -> Iterator[Over]:
    """Give what runs the work over the pieces."""
    from geosocial import engine

    if name != "dask":
        yield engine.threads
        return
    with engine.cluster(scheduler) as over:
        yield over


def check_engine(points: str, *, engine: str, scheduler: str | None) -> None:
    """Raise when the engine cannot read such points, or has no scheduler."""
    from geosocial.io.batches import is_parquet

    if scheduler is not None and engine != "dask":
        raise InputError(N_("--scheduler goes with --engine dask only."))
    if engine == "dask" and not is_parquet(points):
        raise InputError(
            N_("{file}: with --engine dask the points must be Parquet, of which each worker reads its part."),
            hint=N_("Use --engine stream."),
            file=points,
        )


def scheduler_option(say: Words) -> click.Option:
    """Return the option --scheduler."""
    return click.Option(
        ["--scheduler"],
        metavar=say.t("ADDRESS"),
        help=say.t(
            "Address of the Dask scheduler, as tcp://10.0.0.5:8786; "
            "without it, worker processes are started here."
        ),
    )
