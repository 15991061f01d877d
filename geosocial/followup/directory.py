"""The public directory: which records are published, where they are shown, which counts are kept back.

Private by default. A record is published when its list is shown by name and it exists, has a name and counts
in a zone. A home-based position is moved to the centre of a square cell of the study's reference system,
which is the same in each edition: x′ = (⌊x / s⌋ + ½)·s, and y′ likewise. Of the cells of the summary (zone ×
sphere) those that hold some records, but fewer than the least count, are kept back; totals are not given,
since one cell could be worked out from them.

Limits: the zone of a blurred record is published, so that the part of its cell that lies in the zone is what
is known of it; a name is published as the list writes it, unless it holds a telephone number or an e-mail.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from geosocial import tables
from geosocial.geo.crs import transform
from geosocial.tables.contract import rows

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

#: Why a record is not published, in the order in which the reasons are looked at.
WITHHELD: Final = ("rejected", "not_existing", "in_no_zone", "without_name", "contact")
#: An e-mail address, or a North American telephone number, in the middle of a text.
_CONTACT: Final = re.compile(
    r"[^\s@]+@[^\s@]+\.[^\s@]+|(?<!\d)\(?\d{3}\)?[\s.\-‐‑–]{0,2}\d{3}[\s.\-‐‑–]\d{4}(?!\d)"
)


def cell_centre(value: NDArray[np.float64], size: float) -> NDArray[np.float64]:
    """Return the middle of the cell of side `size` in which each coordinate lies; NaN stays NaN.

    Examples
    --------
    >>> cell_centre(np.array([0.0, 499.9, 500.0, -0.1]), 500.0).tolist()
    [250.0, 250.0, 750.0, -250.0]
    """
    return (np.floor(value / size) + 0.5) * size


def holds_contact(text: str) -> bool:
    """Return whether a text holds an e-mail address or a telephone number.

    Examples
    --------
    >>> holds_contact("Atelier 514 555-0199"), holds_contact("a@b.ca"), holds_contact("Studio 303")
    (True, True, False)
    """
    return _CONTACT.search(text) is not None


def directory(
    places: pd.DataFrame, lists: Sequence[str], home: Collection[tuple[str, int]], *, blur_m: float
) -> pd.DataFrame:
    """Return what is published of each record of some lists (`geosocial.tables.DIRECTORY`).

    Parameters
    ----------
    places
        `geosocial.tables.PLACES`.
    lists
        Keys of the lists to publish.
    home
        (source, source_row) of the records whose address is somebody's home.
    blur_m
        Side of the cells that such a position is moved to the centre of, in metres.
    """
    mine = places[places["source"].isin(lists)].reset_index(drop=True)
    told = zip(mine["name"], mine["record_id"], strict=True)
    wrong: dict[str, NDArray[np.bool_]] = {
        "rejected": ~mine["shown"].to_numpy(np.bool_),
        "not_existing": (mine["status"] != "existing").to_numpy(np.bool_),
        "in_no_zone": ((mine["zone_id"] == "") | mine["x"].isna() | mine["y"].isna()).to_numpy(np.bool_),
        "without_name": (mine["name"].str.strip() == "").to_numpy(np.bool_),
        "contact": np.array([holds_contact(n) or holds_contact(i) for n, i in told], dtype=np.bool_),
    }
    withheld = np.select([wrong[reason] for reason in WITHHELD], list(WITHHELD), default="")
    out = withheld == ""
    keys = zip(mine["source"], mine["source_row"].tolist(), strict=True)
    blurred = np.array([key in home for key in keys], dtype=np.bool_) & out
    for axis in ("x", "y"):
        own = mine[axis].to_numpy(np.float64)
        mine[axis] = np.where(out, np.where(blurred, cell_centre(own, blur_m), own), np.nan)
    mine["withheld"], mine["blurred"] = withheld, blurred
    return tables.contract.typed(mine, tables.DIRECTORY)


def cells(
    published: pd.DataFrame, zones: Sequence[str], spheres: Sequence[str], *, least: int
) -> pd.DataFrame:
    """Return how many records are published by zone and sphere (`geosocial.tables.DIRECTORY_CELLS`).

    A count from 1 to `least` − 1 is kept back; none is said, as is `least`.
    """
    import pandas as pd

    shown = published[published["withheld"] == ""]
    counts = shown.groupby(["zone_id", "sphere"]).size().to_dict()
    found = []
    for zone in zones:
        for sphere in spheres:
            count = int(counts.get((zone, sphere), 0))
            small = 0 < count < least
            found.append((zone, sphere, float("nan") if small else float(count), small))
    return tables.contract.typed(
        pd.DataFrame(found, columns=list(tables.DIRECTORY_CELLS.columns)), tables.DIRECTORY_CELLS
    )


def listed(published: pd.DataFrame, places: pd.DataFrame, crs: object) -> list[dict[str, Any]]:
    """Return what the public sees of each record that is published, in the order of the lists; nothing else.

    The columns of `geosocial.tables.DIRECTORY`, the record's name, kind, legal form and status; ``longitude``
    and ``latitude`` of the published position; and ``id``, which no other record has: list, identifier, and
    the row where the list repeats the identifier.

    Parameters
    ----------
    published
        `geosocial.tables.DIRECTORY`.
    places
        `geosocial.tables.PLACES`.
    crs
        The reference system of the published positions.
    """
    shown = published[published["withheld"] == ""]
    own = places[["source", "source_row", "name", "kind", "legal_form", "status"]]
    table = shown.merge(own, on=["source", "source_row"], how="left", validate="one_to_one")
    table["longitude"], table["latitude"] = transform(table["x"], table["y"], crs, 4326)
    repeated = Counter(zip(table["source"], table["record_id"], strict=True))
    found = rows(table)
    for row in found:
        known = row["record_id"].removeprefix(f"{row['source']}:")
        alone = repeated[row["source"], row["record_id"]] == 1
        row["id"] = "/".join(
            (row["source"], known) if alone else (row["source"], known, str(row["source_row"]))
        )
    return found
