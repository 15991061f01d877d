"""Tables as Parquet, for programs: the cells of the CSV with their types, and what each column means.

An empty cell of the CSV is a null here, in every column: a missing number is never 0, a missing text never a
blank. Identifiers stay text, whole numbers and truths are such, dates are days. The schema holds the meaning
of each column in both languages and its unit (Arrow's field metadata), the file what it is about. Boundaries
stand in the column ``geometry`` after the rules of GeoParquet 1.1, in the reference system of the study.

No date, no path and no name of a machine is written: the same table gives the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from geosocial.io.atomic import replacing
from geosocial.io.cells import text_column

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

#: Half the bytes of Snappy, and as fast to read.
_COMPRESSION: Final = "zstd"
_GEOMETRY: Final = "geometry"


def write_parquet(
    frame: pd.DataFrame,
    path: Path | str,
    *,
    dates: Collection[str] = (),
    meanings: Mapping[str, Mapping[str, str]] | None = None,
    about: Mapping[str, str] | None = None,
    shapes: gpd.GeoSeries | None = None,
) -> None:
    r"""Write a table as Parquet, whole or not at all.

    Parameters
    ----------
    frame
        A table without geometry.
    path
        File to write.
    dates
        Text columns whose cells are days, in ISO 8601.
    meanings
        Column → what its field says of it: name → text.
    about
        What the file says of itself.
    shapes
        The shape of each row.

    Raises
    ------
    OutputError
        When the file cannot be written.

    Examples
    --------
    >>> import pandas as pd, pyarrow.parquet as pq, tempfile
    >>> file = Path(tempfile.mkdtemp()) / "t.parquet"
    >>> write_parquet(pd.DataFrame({"id": ["01", ""], "n": [float("nan"), 0.0]}), file)
    >>> pq.read_table(file).to_pylist()
    [{'id': '01', 'n': None}, {'id': None, 'n': 0.0}]
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    said = meanings or {}
    fields, columns = [], []
    for name, cells in ((str(name), cells) for name, cells in frame.items()):
        column = _column(cells, date=name in dates)
        columns.append(column)
        fields.append(pa.field(name, column.type, metadata=dict(said.get(name, {})) or None))
    facts = dict(about or {})
    if shapes is not None:
        columns.append(pa.array(shapes.to_wkb().to_numpy(), pa.binary()))
        fields.append(pa.field(_GEOMETRY, pa.binary(), metadata=dict(said.get(_GEOMETRY, {})) or None))
        facts["geo"] = json.dumps(_geo(shapes), ensure_ascii=False, separators=(",", ":"))
    table = pa.Table.from_arrays(columns, schema=pa.schema(fields, metadata=facts or None))
    with replacing(path) as part, part.open("wb") as out:
        # a dictionary of values beside the compression costs bytes and time on tables of this size
        pq.write_table(table, out, compression=_COMPRESSION, use_dictionary=False)


def _column(column: pd.Series, *, date: bool) -> Any:
    """Return the cells of a column as an Arrow array, null where there is none."""
    import pandas as pd
    import pyarrow as pa
    import pyarrow.compute as pc

    if column.dtype.kind in "iufb":
        return pa.array(column.to_numpy(), from_pandas=True)
    text = column if isinstance(column.dtype, pd.StringDtype) else text_column(column)
    found = pa.array(text.to_numpy(object), pa.string(), from_pandas=True)
    found = pc.if_else(pc.equal(found, ""), pa.scalar(None, pa.string()), found)
    return pc.cast(found, pa.date32()) if date else found


def _geo(shapes: gpd.GeoSeries) -> dict[str, Any]:
    """Return the metadata of GeoParquet 1.1 for one column of shapes."""
    crs = shapes.crs
    kinds: Sequence[str] = sorted(set(shapes.geom_type.dropna()))
    box: list[float] = [] if shapes.is_empty.all() else [float(v) for v in shapes.total_bounds]
    column: dict[str, Any] = {"encoding": "WKB", "geometry_types": kinds}
    column |= {"crs": None if crs is None else crs.to_json_dict()}
    column |= {"bbox": box} if box else {}
    return {"version": "1.1.0", "primary_column": _GEOMETRY, "columns": {_GEOMETRY: column}}
