"""``geosocial site``: where the next facilities should go, with the proof."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from geosocial.cli.console import Console
from geosocial.errors import N_, InputError
from geosocial.i18n import Words

if TYPE_CHECKING:
    from geosocial.intake.candidates import Wanted
    from geosocial.sites import Asked, Proposal

#: As `geosocial.sites.MODELS` and `Rule`; that room is not loaded to show a help.
MODELS = (
    "mclp",
    "lscp",
    "p-median",
    "p-center",
    "backup",
    "capacitated",
    "maximin",
    "equity",
    "shortfall",
    "dispersion",
)
RULES = ("weighted", "in_order", "least_regret")
#: Rows left out that are named on the terminal; the others stand in left_out.csv.
SHOWN = 5


def command(say: Words) -> click.Command:
    """Return the verb ``site``."""

    def site(study: str | None, *, as_json: bool, checked: str | None, out: str | None, **given: Any) -> None:
        if checked is not None:
            from geosocial.cli.site_files import check

            check(say, Path(checked))
            return
        from geosocial.sites import propose
        from geosocial.study import read_study

        console = Console(say, silent=as_json)
        read = read_study(study)
        if not given["spheres"]:
            raise InputError(
                N_("Say for which sphere: --sphere."),
                hint=N_("Use one of {spheres}."),
                spheres=", ".join(read.spheres),
            )
        wanted = _wanted(given)
        asked = _asked(given)
        with _stoppable(say) as stopped:
            found = propose(read, asked, wanted, step=console.step, interrupt=stopped)
        _report(say, found, out, as_json=as_json)

    from geosocial.cli.site_options import params

    return click.Command("site", callback=site, params=params(say), help=_help(say), epilog=_example(say))


def _wanted(given: dict[str, Any]) -> Wanted:
    """Return which candidates are wanted, and take their options out of those given."""
    from geosocial.intake.candidates import Wanted

    path, grid = given.pop("candidates"), given.pop("grid")
    if path is not None and grid is not None:
        raise InputError(
            N_("--candidates and --grid do not go together."), hint=N_("Give a list, or the size of cells.")
        )
    cost, capacity = given.pop("cost_column") or "", given.pop("capacity_column") or ""
    where, identifier = given.pop("where"), given.pop("identifier") or ""
    addresses = given.pop("addresses")
    if path is None and (where or identifier or cost or capacity or addresses):
        raise InputError(
            N_(
                "--where, --id, --cost-column, --capacity-column and --addresses speak of a list: it is "
                "missing."
            ),
            hint=N_("Add --candidates."),
        )
    return Wanted(
        path=None if path is None else Path(path),
        grid_m=grid,
        crs=given.pop("crs"),
        sheet=given.pop("sheet"),
        identifier=identifier,
        where=where,
        within=[Path(p) for p in given.pop("within")],
        outside=[Path(p) for p in given.pop("outside")],
        cost=cost,
        capacity=capacity,
        addresses=None if addresses is None else Path(addresses),
    )


def _asked(given: dict[str, Any]) -> Asked:
    from geosocial.sites import Asked

    quick = given.pop("quick")
    given.pop("crs", None)
    if given["number"] is None and given["budget"] is None:
        given["number"] = 1
    for name in ("service", "weight", "rival"):
        given[name] = given[name] or ""
    return Asked(**given, settings=not quick)


@contextmanager
def _stoppable(say: Words) -> Iterator[Callable[[], bool]]:
    """Give what says whether Ctrl-C was pressed: the searches then end with the best found; twice leaves."""
    stopped = threading.Event()

    def hear(_signal: int, _frame: object) -> None:
        if stopped.is_set():
            raise KeyboardInterrupt
        stopped.set()
        click.echo("\n" + say.t("Stopping: the best found so far follows."), err=True)

    try:
        before = signal.signal(signal.SIGINT, hear)
    except ValueError:  # not the main thread
        yield stopped.is_set
        return
    try:
        yield stopped.is_set
    finally:
        signal.signal(signal.SIGINT, before)


def _help(say: Words) -> str:
    return say.t(
        "Propose the best sites of a service of STUDY among candidates, and prove them (without STUDY, the "
        "embedded Montréal study)."
    )


def _example(say: Words) -> str:
    return say.t(
        "Examples: geosocial site --sphere culture --sites 3 --out sites · geosocial site my-study --sphere "
        "culture --candidates lots.gpkg --id lot --where zone=Verdun --outside parks.gpkg --budget 900000 "
        "--cost-column price --rival L07 --out sites"
    )


def _report(say: Words, found: Proposal, out: str | None, *, as_json: bool) -> None:
    from geosocial.cli.site_files import write
    from geosocial.wording import proposals

    zones = found.problem.zones
    names = dict(zip(zones["zone_id"], zones[f"name_{say.lang}"], strict=True))
    written = [] if out is None else write(found, Path(out), kept=Console(say).kept)
    lines = list(proposals.lines(say, found, names))
    if as_json:
        click.echo(_json(found, lines))
        return
    for line in (*_existing(say, found), *_left_out(say, found), *lines):
        click.echo(line)
    for file in written:
        click.echo(str(file))


def _existing(say: Words, found: Proposal) -> list[str]:
    """Return what became of the lists of existing places, where rows of them do not count."""
    from geosocial.wording import proposals

    kept = found.problem.conservation
    lost = (kept["unlocated"] + kept["rejected"]).sum()
    return list(proposals.existing(say, found)) if lost else []


def _left_out(say: Words, found: Proposal) -> Iterator[str]:
    """Give how many candidates there are, how many are left out and why, and the first of them by row.

    Those that a filter leaves out are as many as was asked: they are counted, not named.
    """
    from geosocial.cli.site_files import left_out
    from geosocial.intake.candidates import LEFT_OUT
    from geosocial.wording import proposals

    yield proposals.candidates(say, found)
    if found.problem.candidates.file is None:
        return
    rows = left_out(found)
    filtered = rows.loc[rows["code"] == "filtered", "source_row"]
    gone = rows[rows["action"].isin(LEFT_OUT) & ~rows["source_row"].isin(filtered)]
    gone = gone.drop_duplicates("source_row")
    for row in gone.head(SHOWN).to_dict(orient="records"):
        yield say.t(
            "  {file}, row {row}: {reason}",
            file=Path(str(row["source_file"])).name,
            row=int(row["source_row"]),
            reason=str(row[f"reason_{say.lang}"]),
        )


def _json(found: Proposal, lines: list[str]) -> str:
    from geosocial.report.gaps import records

    told = {
        "model": found.asked.model,
        "spheres": list(found.asked.spheres),
        "status": found.result.status,
        "before": found.told.before,
        "after": found.told.after,
        "total": float(found.problem.main.weight.sum()),
        "candidates": {
            "read": found.problem.candidates.read,
            "used": found.problem.count,
            "left_out": found.problem.candidates.left_out,
        },
        "lines": lines,
        "certificate": {k: v for k, v in found.certificate.items() if k != "seconds"},
        **{name: records(table) for name, table in found.tables().items()},
    }
    return json.dumps(told, ensure_ascii=False, indent=1, allow_nan=False)
