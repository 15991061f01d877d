"""Study → results → files: an ordered list of calls, no formula.

The way of a record: `intake` reads, types and locates it, `geo` gives it a zone and a cost, `measure` turns
costs into figures, `results` bundles them, `cartography` and `report` show them. The law of conservation is
checked before anything is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from geosocial import nearness, provenance, steering, tables
from geosocial.errors import N_

if TYPE_CHECKING:
    import datetime as dt

    import geopandas as gpd
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from geosocial.intake import Taken
    from geosocial.intake.placing import Geocoder
    from geosocial.measure.clustering import Clustered
    from geosocial.provenance.edited import Kept
    from geosocial.results import Results
    from geosocial.study import Study
    from geosocial.vocabulary import Lang

#: The changes since an earlier edition (`geosocial.tables.CHANGES`), and its date.
Since: TypeAlias = "tuple[pd.DataFrame, dt.date]"
#: Announces a step by its message and facts; the context lasts as long as the step.
Step = Callable[..., AbstractContextManager[None]]
#: Whether a geocoding service may be asked, or only the answers that it gave before.
Asked: TypeAlias = bool | Literal["kept"]
Langs: TypeAlias = "tuple[Lang, ...]"


def quiet(_message: str, **_facts: object) -> AbstractContextManager[None]:
    """Announce nothing: the step of those who call from Python."""
    return nullcontext()


def compute(
    study: Study,
    *,
    step: Step = quiet,
    online: Asked = False,
    apart: bool = False,
    meanwhile: Callable[[], object] | None = None,
) -> Results:
    """Return the results of a study.

    Parameters
    ----------
    study
        A study, from `geosocial.study.read_study`.
    step
        Called with the message and facts of each step; its context lasts as long as the step.
    online
        Whether the geocoding service that the study names may be asked over the network; ``"kept"``: only
        the answers that it gave before, without asking.
    apart
        Whether sites and clusters may be searched in processes of their own (`geosocial.apart`).
    meanwhile
        Called before sites and clusters are waited for: what comes next can load its packages by then.

    Raises
    ------
    InputError
        For a file that cannot be used, naming the file, the row and the column.
    ConservationError
        When a record was lost or invented.

    Examples
    --------
    >>> from geosocial.study import read_study
    >>> results = compute(read_study())
    >>> culture = results.ranking.query("sphere == 'culture' and verdict == 'underserved'")
    >>> len(results.zones), len(culture)
    (19, 3)
    """
    from geosocial import comparison

    results = _measured(study, step=step, online=online, apart=apart, meanwhile=meanwhile)
    if study.earlier is None:
        return results
    with step(N_("What has changed")):
        return comparison.with_earlier(results)


def _measured(
    study: Study, *, step: Step, online: Asked, apart: bool, meanwhile: Callable[[], object] | None
) -> Results:
    import pandas as pd

    from geosocial import intake
    from geosocial.apart import beside
    from geosocial.measure import equity, evaluate, supply
    from geosocial.results import Results
    from geosocial.sites.run import searching

    with step(N_("Zones")):
        zones, zones_file, zone_faults = intake.read_zones(study)
        context, context_files = intake.read_context(study)
    with step(N_("Demand")):
        ancillary, ancillary_files = intake.read_ancillary(study)
        demand, demand_file, demand_faults = intake.read_demand(study, zones, ancillary)
    geocoder, taken = _lists(study, zones, online=online, step=step)
    places = pd.concat([t.places for t in taken], ignore_index=True)
    conservation = tables.check_conservation(intake.conservation(taken))
    with step(N_("Costs to the nearest facility")):
        streets = intake.read_streets(study)
        ways = None if streets is None else streets.walking(study, demand)
        far = [] if ways is None else [intake.far_from_streets(ways, demand, demand_file.path, places)]
        reach = nearness.reaches(study, zones, places, demand, ways)
        costs = nearness.nearest_costs(study, reach, demand, ways)
    clusters = partial(_clusters, study, zones, demand, costs)
    with (
        searching(study, zones, demand, costs, ways, geocoder=geocoder, apart=apart) as searched,
        beside(clusters, apart=apart and study.clusters is not None) as found_clusters,
    ):
        with step(N_("Coverage, gaps, ranking")):
            lying = nearness.positions(study, zones, demand)
            measured = evaluate.measure(study, zones, places, demand, costs, reach=reach, positions=lying)
            by_zone = supply.by_zone(places, zones, study)
            below = nearness.below_zones(study, context, demand, costs, gaps := measured.measures)
        with step(N_("Equity")) if study.equity else nullcontext():
            shared = equity.equity(study, zones, places, demand, measures=gaps, costs=costs, reach=reach)
        with step(N_("Plan and contracts")) if study.followed else nullcontext():
            given = steering.read(study, zones, places)
        twins = intake.duplicates(places, pd.concat([t.contacts for t in taken], ignore_index=True))
        if meanwhile is not None:
            meanwhile()
        with step(N_("Clusters")) if study.clusters else nullcontext():
            clustered = found_clusters()
        with step(N_("Proposed sites")) if study.siting else nullcontext():
            sites = searched()
    with step(N_("Plan and directions")) if study.followed else nullcontext():
        figures = (by_zone, measured.measures, measured.overall, shared.disparity, costs)
        found = steering.Found(zones, places, demand, *figures, sites.proposed)
        followed = steering.follow(study, found, given)
    grounds = (zones_file, *context_files, demand_file, *ancillary_files)
    others = (*(() if streets is None else (streets.file,)), *sites.files, *followed.files)
    faults = [zone_faults, demand_faults, *(t.faults for t in taken), *far, *sites.faults, *followed.faults]
    named: dict[str, Any] = shared.named() | sites.named() | below.named() | dict(followed.tables)
    return Results(
        study=study,
        zones=zones,
        context=context,
        places=tables.check(places, tables.PLACES),
        faults=pd.concat(faults, ignore_index=True),
        conservation=conservation,
        demand=tables.check(demand, tables.DEMAND),
        supply=by_zone,
        measures=measured.measures,
        overall=measured.overall,
        ranking=measured.ranking,
        settings=measured.settings,
        methods=measured.methods,
        closures=measured.closures,
        declared=pd.concat([t.declared for t in taken], ignore_index=True),
        unmapped=pd.concat([t.unmapped for t in taken], ignore_index=True),
        duplicates=twins,
        inputs=(*grounds, *(geocoder.files if geocoder else ()), *(t.file for t in taken), *others),
        online=online is not False,
        clusters=clustered.clusters,
        autocorrelation=clustered.autocorrelation,
        cluster_zones=clustered.cluster_zones,
        **named,
    )


def _clusters(
    study: Study,
    zones: gpd.GeoDataFrame,
    demand: pd.DataFrame,
    costs: Mapping[tuple[str, str], NDArray[np.float64]],
) -> Clustered:
    """Return the clusters of underserved places; without rows where the study looks for none."""
    from geosocial.measure import clustering

    met = nearness.neighbours(study, demand) if study.clusters else None
    return clustering.clustered(study, zones, demand, costs, met)


def _lists(
    study: Study, zones: gpd.GeoDataFrame, *, online: Asked, step: Step
) -> tuple[Geocoder | None, list[Taken]]:
    """Return the address points, where the study has some, and the lists with their rows located by them."""
    from geosocial import intake

    geocoder = None
    if study.geocoding is not None or online:
        with step(N_("Address points")):
            geocoder = intake.read_geocoder(study, zones, online=online)
    taken: list[Taken] = []
    for spec in study.places:
        with step(N_("List: {label}"), label=spec.label):
            taken.append(intake.read_places(study, spec, zones, geocoder))
    return geocoder, taken


def write(
    results: Results,
    out: Path,
    *,
    langs: Langs = ("fr", "en"),
    step: Step = quiet,
    archive: bool = True,
    apart: bool = False,
    kept: Kept | None = None,
) -> list[Path]:
    """Write the maps, the reports, the tables, the inputs and the manifest of a run into the folder `out`.

    All is written aside first, then moved: an interrupted run leaves the old one as it was. With `archive`,
    the inputs are kept in ``inputs/``, from which the run can be computed again. With `apart`, the reports
    may be made in a process of their own (`geosocial.apart`). A file of an earlier run that somebody has
    changed since moves aside; `kept` is called with it and with where it is now.

    Returns
    -------
    list of Path
        What was written, the atlas first, the manifest last.

    Raises
    ------
    OutputError
        When a file cannot be written, or would replace one that no run has written.

    Examples
    --------
    >>> from pathlib import Path
    >>> from geosocial.results import only
    >>> written = write(only(results, "tourism"), Path("tourism"), langs=("en",))
    >>> written[0].as_posix(), written[-1].as_posix()
    ('tourism/maps/atlas.html', 'tourism/run.json')
    """
    from geosocial.apart import settle
    from geosocial.cartography import directory, maps
    from geosocial.report import files
    from geosocial.report import tables as report_tables

    names = [
        *(f"maps/{name}" for name in maps.names(results)),
        *(f"report/{name}" for name in files.report_names(langs)),
        *files.table_names(report_tables.names(results)),
        "geosocial.xlsx",
        "geosocial.gpkg",
        *files.directory_names(results),
        *(f"directory/{name}" for name in directory.names(results)),
    ]
    with (
        provenance.writing(results, out, names, archive=archive, kept=kept) as aside,
        ExitStack() as beside,
    ):
        with step(N_("Report")):
            reports = beside.enter_context(_reports(results, aside, langs=langs, atlas=True, apart=apart))
        explained = files.explained_in(langs)
        since = None if results.earlier is None else (results.changes, results.earlier)
        maps.write(results, aside / "maps", langs=langs, explained=explained, since=since, step=step)
        directory.write_directory_map(results, aside / "directory", langs=langs)
        with step(N_("Explanations")):
            files.write_explained(results, aside / "report", langs=langs, atlas=True)
        with step(N_("Tables")):
            files.write_tables(results, report_tables.frames(results), aside, langs=langs)
        with step(N_("Report on paper")):
            reports()
    settle()
    return [out / name for name in (*names, provenance.MANIFEST)]


@contextmanager
def _reports(
    results: Results, out: Path, *, langs: Langs, atlas: bool, apart: bool
) -> Iterator[Callable[[], object]]:
    """Begin to write the reports, apart where that is possible; give what waits until they stand."""
    from geosocial import wording
    from geosocial.apart import begun, possible
    from geosocial.report import files

    folder = out / "report"
    if apart and possible():
        wording.figures(results)  # which both processes ask for
        with begun(partial(files.write_reports, results, folder, langs=langs, atlas=atlas)) as standing:
            yield standing
    else:
        with files.reports(results, folder, langs=langs, atlas=atlas) as standing:
            yield standing


def write_gaps(
    results: Results,
    out: Path,
    *,
    langs: Langs = ("fr", "en"),
    step: Step = quiet,
    kept: Kept | None = None,
) -> list[Path]:
    """Write the tables, the workbook and the manifest alone, as `write` does.

    Returns
    -------
    list of Path
        What was written, the workbook first, the manifest last.

    Raises
    ------
    OutputError
        As `write`; also when the folder holds a whole run, which would be of two minds.

    Examples
    --------
    >>> from pathlib import Path
    >>> from geosocial.results import only
    >>> written = write_gaps(only(results, "tourism"), Path("gaps"))
    >>> written[0].as_posix()
    'gaps/geosocial.xlsx'
    """
    from geosocial.report import files
    from geosocial.report import tables as report_tables

    frames = report_tables.frames(results)
    names = ["geosocial.xlsx", *files.table_names(frames)]
    with provenance.writing(results, out, names, alone=True, kept=kept) as aside, step(N_("Tables")):
        files.write_frames(results, frames, aside, langs=langs)
    return [out / name for name in (*names, provenance.MANIFEST)]


def write_maps(
    results: Results,
    out: Path,
    *,
    langs: Langs = ("fr", "en"),
    pictures: bool = False,
    since: Since | None = None,
    step: Step = quiet,
    kept: Kept | None = None,
) -> list[Path]:
    """Write the maps and the manifest alone, as `write` does; with `pictures`, also as PNG and SVG.

    The atlas also shows what changed since an earlier edition: that of the study, or `since`
    (`geosocial.comparison.since`).

    Returns
    -------
    list of Path
        What was written, the atlas first, the manifest last.

    Raises
    ------
    OutputError
        As `write`; also when the folder holds a whole run, which would be of two minds.

    Examples
    --------
    >>> from pathlib import Path
    >>> from geosocial.results import only
    >>> written = write_maps(only(results, "tourism"), Path("maps-only"))
    >>> written[0].as_posix(), len(written)  # the atlas, 19 zones, their index, the manifest
    ('maps-only/maps/atlas.html', 22)
    """
    from geosocial.cartography import maps

    if since is None and results.earlier is not None:
        since = results.changes, results.earlier
    drawn = langs if pictures else ()
    names = [f"maps/{name}" for name in maps.names(results, pictures=drawn)]
    with provenance.writing(results, out, names, alone=True, kept=kept) as aside:
        maps.write(results, aside / "maps", langs=langs, pictures=drawn, since=since, step=step)
    return [out / name for name in (*names, provenance.MANIFEST)]


def write_reports(
    results: Results,
    out: Path,
    *,
    langs: Langs = ("fr", "en"),
    step: Step = quiet,
    apart: bool = False,
    kept: Kept | None = None,
) -> list[Path]:
    """Write the reports, the dossiers and the manifest alone, as `write` does.

    Returns
    -------
    list of Path
        What was written, the manifest last.

    Raises
    ------
    OutputError
        As `write`; also when the folder holds a whole run, which would be of two minds.

    Examples
    --------
    >>> from pathlib import Path
    >>> from geosocial.results import only
    >>> written = write_reports(only(results, "tourism"), Path("report-only"), langs=("en",))
    >>> [file.name for file in written[:2]], written[-1].name
    (['report.en.html', 'report.en.pdf'], 'run.json')
    """
    from geosocial.apart import settle
    from geosocial.report import files

    names = [f"report/{name}" for name in files.report_names(langs)]
    with (
        provenance.writing(results, out, names, alone=True, kept=kept) as aside,
        step(N_("Report")),
        _reports(results, aside, langs=langs, atlas=False, apart=apart) as reports,
    ):
        files.write_explained(results, aside / "report", langs=langs, atlas=False)
        reports()
    settle()
    return [out / name for name in (*names, provenance.MANIFEST)]
