"""Read a run of an earlier edition back: its study, zones, records, demand and figures, as it left them."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from geosocial import __version__, tables
from geosocial.errors import N_, InputError, MissingFileError
from geosocial.io.cells import harmless
from geosocial.io.layers import read_layer
from geosocial.results import InputFile, Results
from geosocial.study import Study
from geosocial.tables.contract import Contract

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

#: As `geosocial.provenance` names it.
MANIFEST: Final = "run.json"
_WIDE: Final = "geosocial.gpkg"


@dataclass(frozen=True, slots=True)
class Edition:
    """What a run left behind.

    Attributes
    ----------
    zones
        `geosocial.tables.ZONES`, with the geometry where the run has a GeoPackage.
    places, measures, overall
        As in `geosocial.tables`.
    demand
        `geosocial.tables.DEMAND` with the columns of the study; None where the run is older than that table.
    """

    folder: Path
    version: str
    study: Study
    zones: pd.DataFrame | gpd.GeoDataFrame
    places: pd.DataFrame
    demand: pd.DataFrame | None
    measures: pd.DataFrame
    overall: pd.DataFrame


def read_manifest(run: Path) -> dict[str, Any]:
    """Return the manifest of the run that a folder holds, as `geosocial.provenance` wrote it.

    Raises
    ------
    MissingFileError
        When the folder holds no run.
    InputError
        When its manifest is damaged.
    """
    try:
        read = json.loads((run / MANIFEST).read_text(encoding="utf-8"))
        if not (isinstance(read["outputs"], list) and isinstance(read["study"], dict)):
            raise TypeError
    except ValueError as error:
        raise _unreadable(run, error) from error
    except (OSError, KeyError, TypeError) as error:
        sites = (run / "certificate.json").is_file()
        raise MissingFileError(
            N_("{file}: there is no run of geosocial in this folder."),
            hint=N_(
                "It holds proposed sites: check them with geosocial site --check, or name a run of the study."
            )
            if sites
            else N_("Name the folder that geosocial run --out wrote: it holds run.json."),
            file=run,
        ) from error
    return dict(read)


def _unreadable(run: Path, error: Exception) -> InputError:
    return InputError(
        N_("{file}: this is not the manifest of a run that can be read ({reason})."),
        hint=N_("Run that edition again with this version of geosocial."),
        file=run / MANIFEST,
        reason=" ".join(str(error).split())[:200],
    )


def read_edition(folder: Path | str) -> Edition:
    """Return the run that a folder holds.

    Raises
    ------
    MissingFileError
        When the folder holds no run, or a table of it is not there.
    InputError
        When a file of the run cannot be read or does not follow its contract.
    """
    run = Path(folder)
    manifest = read_manifest(run)
    try:
        study = Study.model_validate({**manifest["study"], "folder": run})
        version = str(manifest["geosocial"])
    except (KeyError, TypeError, ValueError) as error:
        raise _unreadable(run, error) from error
    extra = {column.key: "float" for column in study.demand.columns}
    demand = (run / "tables" / "demand.csv").is_file()
    overall = _table(run, "overall", tables.OVERALL)
    return Edition(
        folder=run,
        version=version,
        study=study,
        zones=_zones(run),
        places=read_places(run),
        demand=_table(run, "demand", tables.DEMAND, extra) if demand else None,
        measures=_table(run, "measures", tables.MEASURES),
        overall=overall,
    )


def edition_of(results: Results) -> Edition:
    """Return results that are not written yet as an edition, to be compared with an earlier one."""
    return Edition(
        folder=results.study.folder,
        version=__version__,
        study=results.study,
        zones=results.zones,
        places=results.places,
        demand=results.demand,
        measures=results.measures,
        overall=results.overall,
    )


def read_results(folder: Path | str) -> Results:
    """Return the results of a run from its tables; a table that it does not have is empty.

    Raises
    ------
    MissingFileError, InputError
        As `read_edition`.
    """
    run = Path(folder)
    edition, manifest = read_edition(run), read_manifest(run)
    named = {field.name for field in fields(Results)}
    found = {
        contract.name: _table(run, contract.name, contract)
        if (run / "tables" / f"{contract.name}.csv").is_file()
        else tables.empty(contract)
        for contract in tables.CONTRACTS
        if contract.name in named
    }
    demand = edition.demand if edition.demand is not None else tables.empty(tables.DEMAND)
    inputs = tuple(
        InputFile(e["role"], e["file"], e["sha256"], e["bytes"], e["rows"], e["how"])
        for e in manifest["inputs"]
    )
    zones: Any = edition.zones
    rest: dict[str, Any] = {**found, "zones": zones, "demand": demand}
    online, since = bool(manifest.get("online")), manifest.get("since")
    earlier = None if since is None else dt.date.fromisoformat(str(since))
    return Results(study=edition.study, context={}, inputs=inputs, online=online, earlier=earlier, **rest)


def read_places(folder: Path | str) -> pd.DataFrame:
    """Return the records of a run (`geosocial.tables.PLACES`).

    Raises
    ------
    MissingFileError, InputError
        As `read_edition`.
    """
    return _table(Path(folder), "places", tables.PLACES)


def _zones(run: Path) -> pd.DataFrame | gpd.GeoDataFrame:
    """Return the zones, with their outlines where the run has them."""
    plain = _table(run, "zones", tables.ZONES)
    if not (run / _WIDE).is_file():
        return plain
    import geopandas as gpd

    layer = read_layer(run / _WIDE, layer="zones").frame
    outline = dict(zip(layer["zone_id"], layer.geometry, strict=True))
    return gpd.GeoDataFrame(plain, geometry=[outline.get(z) for z in plain["zone_id"]], crs=layer.crs)


def _table(run: Path, name: str, contract: Contract, extra: dict[str, str] | None = None) -> pd.DataFrame:
    """Return a table of a run as it was in the results: every figure the same, to the last digit."""
    import pandas as pd

    file = run / "tables" / f"{name}.csv"
    try:
        frame = pd.read_csv(file, dtype="str", keep_default_na=False, encoding="utf-8-sig", na_filter=False)
    except FileNotFoundError as error:
        raise MissingFileError(
            N_("{file}: there is no such file."),
            hint=N_("Name the folder that geosocial run --out wrote."),
            file=file,
        ) from error
    except (OSError, ValueError) as error:
        raise InputError(
            N_("{file}: the file cannot be read ({reason})."),
            hint=N_("Run that edition again."),
            file=file,
            reason=" ".join(str(error).split())[:200],
        ) from error
    if name == "overall" and "zone_id" not in frame.columns:
        frame.insert(0, "zone_id", "")
    wanted = {column: c.dtype for column, c in contract.columns.items()} | (extra or {})
    missing = [column for column in wanted if column not in frame.columns]
    if missing:
        raise InputError(
            N_("{file}: these columns are missing: {missing}."),
            hint=N_("Run that edition again with this version of geosocial."),
            file=file,
            missing=", ".join(missing),
        )
    made = {column: _typed(frame[column], dtype, file) for column, dtype in wanted.items()}
    return tables.check(pd.DataFrame(made), contract)


def _typed(column: pd.Series[str], dtype: str, file: Path) -> pd.Series[Any]:
    """Return a column in its dtype; an apostrophe that kept a spreadsheet from reading a formula goes."""
    import pandas as pd

    if dtype == "text":
        kept = [c[1:] if c.startswith("'") and harmless(c[1:]) == c else c for c in column]
        return pd.Series(kept, dtype="str")
    if dtype == "bool":
        return pd.Series(column == "true", dtype="bool")
    try:
        numbers = [float(c) if c else float("nan") for c in column]
        return pd.Series(numbers, dtype="float64").astype("int64" if dtype == "int" else "float64")
    except ValueError as error:
        raise InputError(
            N_("{file}: column “{column}” holds something that is no number ({reason})."),
            hint=N_("Run that edition again."),
            file=file,
            column=column.name,
            reason=" ".join(str(error).split()),
        ) from error
