"""The counts of a demand file: suppressed, negative, or no counts at all but rates."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np

from geosocial.errors import N_, InputError
from geosocial.intake.columns import texts
from geosocial.intake.figures import figures
from geosocial.vocabulary import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from geosocial.intake.faults import Faults
    from geosocial.intake.source import Source
    from geosocial.study import DemandColumn

    Floats = npt.NDArray[np.float64]

#: A header that has one of these words holds a rate or a mean. Not "median": "below the median" is a count.
_RATES: Final = frozenset(
    {"pct", "percent", "percentage", "pourcentage", "taux", "rate", "prevalence"}
    | {"avg", "average", "mean", "moyen", "moyenne"}
)
#: "% of renters", not "spending 30 % or more".
_PERCENT_SIGN: Final = re.compile(r"(?<![0-9\s\u00a0\u202f])[\s\u00a0\u202f]*%|^\s*%")

#: What `refuse` says of one row, and of several.
LONG = (
    N_("{file}: row {rows} has more cells than the header."),
    N_("{file}: rows {rows} have more cells than the header."),
)
NO_POSITION = (
    N_("{file}: row {rows} has no usable position."),
    N_("{file}: rows {rows} have no usable position."),
)
NEGATIVE = (
    N_("{file}: row {rows} holds a negative figure (column “{column}”)."),
    N_("{file}: rows {rows} hold a negative figure (column “{column}”)."),
)


def counts(source: Source, columns: Sequence[DemandColumn], faults: Faults) -> dict[str, Floats]:
    """Return the counts of each demand column, NaN where suppressed; a share becomes a count.

    Raises
    ------
    InputError
        For a column of rates that is not declared as a share, a negative or infinite figure, a share above
        that of everybody: the first rows are named.
    """
    found = {
        column.key: _figures(source, column.column, faults) for column in columns if _is_count(source, column)
    }
    for column in columns:
        if column.share_of:
            share = _figures(source, column.column, faults)
            beyond = np.flatnonzero(share > column.per).tolist()
            header = source.columns.header(column.column)
            refuse(
                source,
                header,
                beyond,
                (
                    N_("{file}: row {rows} holds a share above that of everybody (column “{column}”)."),
                    N_("{file}: rows {rows} hold a share above that of everybody (column “{column}”)."),
                ),
            )
            found[column.key] = share / column.per * found[column.share_of]
    return {column.key: found[column.key] for column in columns}


def is_rate(header: str) -> bool:
    """Return whether a header says that its column holds rates, shares or means.

    Examples
    --------
    >>> [is_rate(header) for header in ("low_income_pct", "Taux de chômage", "% of renters")]
    [True, True, True]
    >>> [is_rate(header) for header in ("pop2016", "Ménages consacrant 30 % ou plus", "hh_shelter_ge30pct")]
    [False, False, False]
    """
    words = re.split(r"[\W_]+", fold(header))
    return bool(_RATES & set(words) or _PERCENT_SIGN.search(header))


def _is_count(source: Source, column: DemandColumn) -> bool:
    """Return whether a column holds counts; False where it is declared as a share."""
    if column.share_of:
        return False
    header = source.columns.header(column.column)
    if is_rate(header):
        raise InputError(
            N_("{file}: the column “{column}” holds a rate, and a rate is not a count: it is no demand."),
            hint=N_("Name the column of the counts, or say of which one it is a share: share_of."),
            file=source.columns.file,
            column=header,
        )
    return True


def _figures(source: Source, option: str, faults: Faults) -> Floats:
    header = source.columns.header(option)
    column = source.columns.table[header]
    found, codes = figures(column)
    for position in codes:
        # "x", "..", "F": the statistical offices' signs for a figure that is not published.
        cell = texts(column.iloc[[position]])[0]
        faults.add(position, "suppressed_text", "flagged", column=header, value=cell)
    bad = np.flatnonzero(found < 0).tolist()
    refuse(
        source,
        header,
        bad,
        NEGATIVE,
    )
    return found


def refuse(source: Source, column: str, positions: list[int], messages: tuple[str, str]) -> None:
    """Raise an `InputError` that names the rows of a file, if there are any.

    `messages`: of one row, and of several.
    """
    if positions:
        several = len(positions) > 1
        rows = ", ".join(str(int(source.rows[p])) for p in positions[:5])
        raise InputError(
            messages[several],
            hint=N_("Correct these rows and try again.")
            if several
            else N_("Correct this row and try again."),
            file=source.columns.file,
            column=column,
            rows=rows + (f", … ({len(positions)})" if len(positions) > 5 else ""),
        )
