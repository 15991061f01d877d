"""All places of demand at once, from any sheet or layer, in the form in which they are measured in batches.

They are located as the join of a whole file locates them: damaged positions mended, headers below a title,
layers of any format. What is measured is the same.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from geosocial.errors import Said
from geosocial.intake.join_files import ADDED, join_files
from geosocial.intake.stream import free_name
from geosocial.io.batches import Opened

if TYPE_CHECKING:
    import pandas as pd


def opened_whole(
    path: Path, zones: Path, *, crs: str | None, columns: Mapping[str, str]
) -> tuple[Opened, pd.DataFrame, tuple[Said, ...]]:
    """Return the rows of a file in memory, what is to be said of some of them, and of all.

    Parameters
    ----------
    path, zones, crs, columns
        As for `geosocial.intake.join_files`.

    Raises
    ------
    InputError
        When a file cannot be used.
    """
    import pyarrow as pa

    joined = join_files(path, zones, crs=crs, columns=columns)
    frame = joined.frame
    shapes = np.asarray(frame.geometry.array, dtype=object)
    shapes[np.array(joined.outcomes) == "rejected"] = None
    table = frame.drop(columns=[frame.geometry.name, *list(frame.columns[-len(ADDED) :])])
    name = free_name("geometry", {str(column).lower() for column in table.columns})
    arrays = {str(column): _array(cells) for column, cells in table.items()}
    arrays[name] = pa.array(_wkb(shapes), pa.binary())
    geo = {"encoding": "WKB", "geometry_types": [], "crs": joined.crs.to_json_dict()}
    told = {"version": "1.1.0", "primary_column": name, "columns": {name: geo}}
    rows = pa.table(arrays).replace_schema_metadata({b"geo": json.dumps(told).encode()})
    # Where a place lies among the zones is in its row.
    odd = joined.faults[~joined.faults["code"].isin(["snapped", "outside", "ambiguous"])]
    opened = Opened(
        (path,),
        "memory",
        rows.schema,
        name,
        "WKB",
        joined.crs,
        len(rows),
        table=rows,
        found=joined.rows,
    )
    return opened, odd.assign(source="demand"), joined.notes


def _wkb(shapes: Any) -> list[bytes | None]:
    import shapely

    found: list[bytes | None] = shapely.to_wkb(shapes, byte_order=1).tolist()
    return found


def _array(column: pd.Series) -> Any:
    """Return the cells of a column as an Arrow array; what is neither number nor truth as text."""
    import pyarrow as pa

    from geosocial.io.cells import text_column

    if column.dtype.kind in "iufb":
        return pa.array(column.to_numpy(), from_pandas=True)
    return pa.array(text_column(column).to_numpy(object), pa.string(), from_pandas=True)
