"""What can go wrong, said for the people who must mend it.

Each error carries a message *template*, its facts (file, row, column, what was found) and a hint (what to
do). The templates are marked with `N_` so that the catalogue holds them; the command line renders them in the
user's language, ``str(error)`` renders them in English. The lowest floor of the house: imports nothing of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for a message that is translated later
    """Mark `message` for the catalogue and return it unchanged."""
    return message


@dataclass(frozen=True, slots=True)
class Said:
    """A message that is itself a fact of another one: rendered in the same language as the whole."""

    template: str
    facts: Mapping[str, object] = field(default_factory=dict)
    #: The same of several, and how many there are: each language has its own rule.
    many: str = ""
    count: float = 1

    @classmethod
    def n(cls, one: str, many: str, count: float, /, **facts: object) -> Said:
        """Return `one` or `many` by `count`, as `geosocial.i18n.Words.n`."""
        return cls(one, facts, many, count)

    def __str__(self) -> str:
        """Return the message in English."""
        text = self.many if self.many and self.count != 1 else self.template
        return text.format(**_plain(self.facts))


def _plain(facts: Mapping[str, object]) -> dict[str, object]:
    """Return facts with the messages of a list among them as one text, in English."""
    return {k: "; ".join(map(str, v)) if isinstance(v, tuple) else v for k, v in facts.items()}


class Count(int):
    """A number of things among the facts of a message: written with the thousands of the language."""

    __slots__ = ()


class GeosocialError(Exception):
    """Base of every error that geosocial raises on purpose.

    Parameters
    ----------
    template
        English message with ``{fact}`` fields, marked by `N_`.
    hint
        English sentence that says what to do, with the same fields, marked by `N_`.
    **facts
        The values of the fields: ``file``, ``row``, ``column``, ``got``, ``expected`` … A `Said`, or a tuple
        of them, is rendered in the language of the message.

    Examples
    --------
    >>> raise GeosocialError("{file}: row {row} is empty.", hint="Delete it.", file="a.csv", row=3)
    Traceback (most recent call last):
        ...
    geosocial.errors.GeosocialError: a.csv: row 3 is empty. Delete it.
    """

    #: Exit code of the command line: 1, refused.
    exit_code = 1

    def __init__(self, template: str, *, hint: str = "", **facts: object) -> None:
        self.template = template
        self.hint = hint
        self.facts: Mapping[str, object] = facts
        super().__init__(template)

    def __str__(self) -> str:
        """Return the message and its hint in English, on one line."""
        facts = _plain(self.facts)
        return " ".join(part.format(**facts) for part in (self.template, self.hint) if part)


class InputError(GeosocialError, ValueError):
    """A file, a row, a column or a value that cannot be used as it is.

    Examples
    --------
    >>> issubclass(InputError, ValueError)
    True
    """


class MissingFileError(InputError, FileNotFoundError):
    """A file that does not exist or cannot be opened."""


class UnknownCrsError(InputError):
    """A layer that does not say in which coordinate reference system it is.

    Examples
    --------
    >>> from geosocial.geo.crs import read_crs
    >>> try:
    ...     read_crs("somewhere")
    ... except UnknownCrsError as error:
    ...     print(str(error)[:55])
    “somewhere” is not a known coordinate reference system.
    """


class StudyError(InputError):
    """A study.toml that contradicts itself or its files.

    Examples
    --------
    >>> from pathlib import Path
    >>> from geosocial.study import read_study
    >>> size = Path("study.toml").write_text("id = 1", encoding="utf-8")
    >>> try:
    ...     read_study("study.toml")
    ... except StudyError as error:
    ...     print(str(error)[:40])
    study.toml: the study cannot be used: fo
    """


class ConservationError(GeosocialError, ArithmeticError):
    """A run that lost or invented a record: a fault of geosocial, never of the user's file."""


class OutputError(GeosocialError, OSError):
    """A file that cannot be written.

    Examples
    --------
    >>> import pandas as pd
    >>> from geosocial.io.write import write_any
    >>> try:
    ...     write_any(pd.DataFrame({"n": [1]}), "n.doc")
    ... except OutputError as error:
    ...     print(str(error)[:56])
    n.doc: the suffix does not name a format that is written
    """
