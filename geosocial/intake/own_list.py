"""A list that somebody has already, as the section of a new study that describes it.

Its headers are recognised as ``check`` recognises them, and written out by name, so that whoever reads the
study sees which column is which, and can put right what was not told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from geosocial.errors import N_, Count, InputError, Said, UnknownCrsError
from geosocial.geo.crs import read_crs
from geosocial.intake.columns import Columns, Terms
from geosocial.intake.our_words import held
from geosocial.intake.recognise import recognise, refuse_addresses_alone, refuse_ambiguous
from geosocial.intake.source import open_source
from geosocial.io.layers import layer_names
from geosocial.vocabulary import classify, crosswalk, kinds, synonyms

#: Option of the study ← column, in the order in which they are written.
_OPTIONS: Final = {
    "id": "id",
    "name": "name",
    "sphere": "sphere",
    "kind": "kind",
    "status": "status",
    "legal_form": "legal_form",
    "direction": "direction",
    "count": "count",
    "capacity": "capacity",
    "address": "address",
    "postal_code": "postal_code",
    "city": "city",
    "declared_zone": "borough",
    "phone": "phone",
    "email": "email",
    "website": "website",
}


#: Words of kinds that are neither in the vocabulary nor in a crosswalk.
UNKNOWN_WORDS: Final = N_(
    "Column “{column}”, words that are not known: {count} ({found}). Say in study.toml, under "
    "kind_words, which kind each is; until then their rows are rejected."
)
#: The same, of a list that a crosswalk knows: it says what becomes of every word.
BY_DEFAULT: Final = N_(
    "Column “{column}”, words that the crosswalk does not name: {count} ({found}). They are taken as "
    "“{kind}”; say otherwise in study.toml, under kind_words."
)
IN_NO_SPHERE: Final = N_(
    "Column “{column}”, words that the crosswalk does not name: {count} ({found}). They serve no sphere; say "
    "otherwise in study.toml, under kind_words."
)
NO_DWELLINGS: Final = N_(
    "No column gives the number of dwellings, and nothing can be said of housing without it. Name it: "
    "--column capacity=HEADER."
)
_QUOTED: Final = N_("“{word}”")
_TEACH: Final = (
    "# Vos mots qui ne sont pas connus, et leur nombre de lignes : ôtez le # et donnez à chacun un des types",
    '# nommés sous kinds plus bas, ou rien ("") s’il ne sert aucun domaine; sinon, lignes rejetées.',
    "# Your words that are not known, with their rows: take the # away and give each one of the kinds named",
    '# under kinds below, or nothing ("") where it serves no sphere; otherwise, rows rejected.',
)
#: What becomes of the words of a list that a crosswalk knows, in the stead of the end of a line.
_OTHERWISE: Final = (
    ("", ""),
    ("sinon, lignes rejetées.", "sinon, la table de correspondance décide."),
    ("", ""),
    ("otherwise, rows rejected.", "otherwise, the crosswalk decides."),
)
_MOST_WORDS: Final = 60
_SHOWN_WORDS: Final = 3


@dataclass(frozen=True, slots=True)
class OwnList:
    """A list as a study describes it."""

    path: Path
    #: The list, and what belongs to it (the parts of a Shapefile).
    files: tuple[Path, ...]
    #: Column (`geosocial.intake.recognise.LABELS`) → header, in the order of the study.
    columns: Mapping[str, str]
    #: The lines of the study that name the file, its sheet and its reference system.
    file: str
    #: The lines of the study that name its columns.
    options: tuple[str, ...]
    #: What is to be said of the columns.
    notes: tuple[Said, ...] = ()


def own_list(
    path: Path | str,
    *,
    sheet: str | None = None,
    crs: str | None = None,
    columns: Mapping[str, str] | None = None,
    addresses: bool = False,
) -> OwnList:
    """Return how a study describes a list.

    Parameters
    ----------
    path
        A sheet or a layer of places.
    sheet
        Its sheet or layer, where it has several.
    crs
        Its coordinate reference system, where it does not say its own.
    columns
        Column → header, where headers are not recognised (`geosocial.intake.recognise.named`).
    addresses
        Whether there are address points in which rows without coordinates are looked up.

    Raises
    ------
    InputError
        When the file cannot be used, when several headers say the same column, when its coordinates are not
        degrees and nobody says what they are, when it has neither coordinates nor addresses that can be
        looked up, or when neither a sphere nor a kind is told: its places could serve nothing.
    """
    path = Path(path)
    layers = layer_names(path)
    source = open_source(path, layer=sheet, crs=crs)
    found = recognise(source.columns, columns)
    refuse_ambiguous(str(path), found, list(_OPTIONS.values()))
    # Of a list without a sphere, the kinds are taken in whatever words they are: the study then says of each.
    ours = held(source.columns, found, columns or {})
    if "sphere" not in ours.found.columns and "kind" not in ours.found.columns:
        ours = held(source.columns, found, columns or {}, kept=("kind",))
    found = ours.found
    if "sphere" not in found.columns and "kind" not in found.columns:
        said = {*found.columns.values(), *found.others}
        raise InputError(
            N_("{file}: no column says the sphere or the kind of a place; the columns are: {found}."),
            hint=N_(
                "Say which one does, as --column sphere=HEADER or --column kind=HEADER, "
                "or add a column “sphere”."
            ),
            file=str(path),
            found=", ".join(str(h) for h in source.columns.table.columns if str(h) in said),
        )
    told = {key: found.columns[key] for key in _OPTIONS.values() if key in found.columns}
    written = {option: told[key] for option, key in _OPTIONS.items() if key in told}
    if ours.crosswalk:
        written["crosswalk"] = ours.crosswalk
    lines = [f"file = {quoted(path.name)}"]
    if sheet is not None or len(layers) > 1:
        lines.append(f"layer = {quoted(sheet or layers[0])}")
    pair = found.pair()
    if source.layer is not None:
        system = crs or ""
    elif pair is not None:
        for option, key, header in zip(
            "xy", ("longitude", "latitude") if pair[2] else "xy", pair[:2], strict=True
        ):
            told[key] = written[option] = header
        system = system_of(str(path), pair, crs)
    else:
        _refuse_unplaced(source.columns, found.columns, addresses=addresses)
        system = ""
    if system:
        lines.append(f"crs = {quoted(system)}")
    options = [f"{option} = {quoted(header)}" for option, header in written.items()]
    notes = ours.notes
    if ours.unknown:
        options += _to_teach(ours.unknown, known=bool(ours.crosswalk))
        notes = (*notes, _strange(told["kind"], ours.crosswalk, ours.unknown))
    cells = source.columns.text(told.get("kind", ""))
    if "capacity" not in told and _of_dwellings(cells, ours.crosswalk):
        notes = (*notes, Said(NO_DWELLINGS))
    return OwnList(path, belonging(path), told, "\n".join(lines), tuple(options), notes)


def _strange(column: str, walk: str, words: Mapping[str, int]) -> Said:
    """Return what is to be said of words of kinds that are not known."""
    shown = tuple(Said(_QUOTED, {"word": word[:40]}) for word in list(words)[:_SHOWN_WORDS])
    facts = {"column": column, "count": Count(len(words)), "found": shown}
    if not walk:
        return Said(UNKNOWN_WORDS, facts)
    default = crosswalk(walk).default
    return Said(BY_DEFAULT, {**facts, "kind": kinds()[default].one}) if default else Said(IN_NO_SPHERE, facts)


def _of_dwellings(cells: Sequence[str], walk: str) -> bool:
    """Return whether most words of a column of kinds are kinds that are counted in dwellings."""
    distinct = list(dict.fromkeys(cell for cell in cells if cell))
    if walk:
        found: list[str | None] = [classify(walk, word) for word in distinct]
    else:
        found = Terms(kinds(), ("one", "many"), also=synonyms.words("kinds")).keys(distinct)
    meant = dict(zip(distinct, found, strict=True))
    known = [key for cell in cells if (key := meant.get(cell))]
    return sum(kinds()[key].capacity == "dwellings" for key in known) * 2 > len(known)


def _to_teach(words: Mapping[str, int], *, known: bool) -> list[str]:
    """Return the lines of the study in which somebody says what words of kinds mean, as comments.

    `known`: whether a crosswalk says what becomes of them otherwise.
    """
    some = list(words.items())[:_MOST_WORDS]
    lines = [f'# kind_words.{quoted(word)} = ""   # {rows}' for word, rows in some]
    more = [f"# … ({len(words)})"] if len(words) > len(some) else []
    teach = [line.replace(*pair) for line, pair in zip(_TEACH, _OTHERWISE, strict=True)] if known else _TEACH
    return [*teach, *lines, *more]


def _refuse_unplaced(columns: Columns, told: Mapping[str, str], *, addresses: bool) -> None:
    """Refuse a sheet without coordinates whose rows cannot be placed by an address either."""
    if addresses and {"address", "postal_code"} & {*told}:
        return
    refuse_addresses_alone(columns, told)
    raise InputError(
        N_("{file}: no columns of coordinates were recognised; the columns are: {found}."),
        hint=N_("Call them longitude and latitude, or x and y with --crs EPSG:…."),
        file=columns.file,
        found=", ".join(str(c) for c in columns.table.columns),
    )


def system_of(file: str, pair: tuple[str, str, bool], crs: str | None, zones: int | None = None) -> str:
    """Return the reference system of two columns, as the study names it.

    Parameters
    ----------
    file
        The file, for the message.
    pair
        Headers of x and y, and whether they say that they hold degrees (`Recognised.pair`).
    crs
        What the user says of the files that do not say theirs. A metric one does not hold for columns called
        longitude and latitude: one list may be in degrees and the other in metres.
    zones
        EPSG code of the system of the zones, where the rows lie among them in it. It is said and not taken:
        whoever knows the file decides.

    Raises
    ------
    UnknownCrsError
        When the columns are not degrees and `crs` is not given: the study could not be run.
    """
    if pair[2]:
        return crs if crs is not None and read_crs(crs).is_geographic else "EPSG:4326"
    if crs is None:
        raise UnknownCrsError(
            N_("{file}: the coordinate reference system of columns “{x}” and “{y}” is not named."),
            hint=N_("Name it: --crs EPSG:…; whoever made the file knows it.")
            if zones is None
            else N_(
                "In the system of the zones its rows lie among them; if it is that one: --crs EPSG:{code}."
            ),
            file=file,
            x=pair[0],
            y=pair[1],
            code=str(zones),
        )
    return crs


def belonging(path: Path) -> tuple[Path, ...]:
    """Return a file with what belongs to it: the parts of a Shapefile."""
    if path.suffix.lower() != ".shp":
        return (path,)
    parts = {".shp", ".dbf", ".shx", ".prj", ".cpg"}
    return tuple(
        sorted(p for p in path.parent.iterdir() if p.stem == path.stem and p.suffix.lower() in parts)
    )


def quoted(text: str) -> str:
    """Return a text as a basic string of TOML."""
    escaped = "".join(
        f"\\u{ord(c):04x}" if ord(c) < 32 or ord(c) == 127 else "\\" + c if c in '"\\' else c for c in text
    )
    return f'"{escaped}"'
