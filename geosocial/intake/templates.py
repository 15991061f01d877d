"""A study folder to fill in: a commented study, empty sheets with lists to choose from, and what to do next.

Zones, demand, spheres and standards are those of the embedded study of Montréal, so that only the list of
places is left to fill in; each can be replaced by one's own. Everything is in both languages; the words to
choose from in the sheet are in one.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from geosocial.errors import N_, OutputError
from geosocial.intake import plan_templates
from geosocial.intake.own_addresses import OwnAddresses, no_addresses
from geosocial.intake.own_city import OwnCity, without_montreal
from geosocial.io.cells import NO_DATE
from geosocial.io.write import write_bytes, write_text
from geosocial.study import embedded_study
from geosocial.vocabulary import LocalText, general_kinds, kinds, spheres, terms

Lang = Literal["fr", "en"]
if TYPE_CHECKING:
    from geosocial.intake.own_list import OwnList

#: Option of the study, header of its column, and what to write there.
COLUMNS: Final[tuple[tuple[str, str, LocalText], ...]] = (
    ("id", "no / id", LocalText("Votre numéro, si vous en avez un.", "Your own number, if you have one.")),
    (
        "name",
        "nom / name",
        LocalText("Le nom, comme il doit être montré.", "The name, as it is to be shown."),
    ),
    (
        "sphere",
        "domaine / sphere",
        LocalText(
            "À choisir dans la liste; peut rester vide : le type suffit.",
            "Choose from the list; may stay empty: the kind is enough.",
        ),
    ),
    ("kind", "type / kind", LocalText("À choisir dans la liste.", "Choose from the list.")),
    ("status", "état / status", LocalText("À choisir dans la liste.", "Choose from the list.")),
    (
        "legal_form",
        "forme juridique / legal form",
        LocalText("À choisir dans la liste; peut rester vide.", "Choose from the list; may stay empty."),
    ),
    (
        "direction",
        "orientation stratégique / strategic direction",
        LocalText("À choisir dans la liste; peut rester vide.", "Choose from the list; may stay empty."),
    ),
    (
        "capacity",
        "logements / dwellings",
        LocalText(
            "Nombre de logements, pour l’habitation seulement; vide si inconnu, jamais 0.",
            "Number of dwellings, for housing only; empty where unknown, never 0.",
        ),
    ),
    (
        "y",
        "latitude",
        LocalText("En degrés, par exemple 45.5231.", "In degrees, for example 45.5231."),
    ),
    (
        "x",
        "longitude",
        LocalText(
            "En degrés, négative à l’ouest de Greenwich, par exemple -73.5817.",
            "In degrees, negative west of Greenwich, for example -73.5817.",
        ),
    ),
    (
        "declared_zone",
        "arrondissement / borough",
        LocalText("Comparé à la position; peut rester vide.", "Compared with the position; may stay empty."),
    ),
)
_README: Final = """\
# {name}

Une étude geosocial à remplir. English below.

1. Remplissez `places.xlsx` : une ligne par lieu. Ou remplissez `places.csv`, et écrivez
   `file = "places.csv"`, sans `layer`, sous `[[places]]` dans `study.toml`.
2. Relisez `study.toml` : chaque réglage y est expliqué. Les secteurs, les besoins, les distances et les
   normes sont ceux de Montréal; remplacez ceux qui ne vous conviennent pas.
3. Si vous suivez un plan d’action, remplissez `plan.xlsx` : actions, indicateurs, observations.
4. Lancez `geosocial run` suivi du nom de ce dossier.

Une cellule vide est une donnée manquante, jamais zéro. Chaque ligne est comptée; le rapport dit ce qu’elle
est devenue.

---

A geosocial study to fill in.

1. Fill in `places.xlsx`: one row for each place. Or fill in `places.csv`, and write `file = "places.csv"`,
   without `layer`, under `[[places]]` in `study.toml`.
2. Read `study.toml`: it explains each setting. The zones, the demand, the standards and the norms are
   those of Montréal; replace those that do not suit you.
3. If you follow an action plan, fill in `plan.xlsx`: actions, indicators, observations.
4. Run `geosocial run` with the name of this folder.

An empty cell is missing, never zero. Every row is counted; the report says what became of it.
"""
#: What the page says of Montréal, and what of a city of one's own.
_OF_THE_CITY: Final = (
    (
        """\
Les secteurs, les besoins, les distances et les
   normes sont ceux de Montréal; remplacez ceux qui ne vous conviennent pas.
""",
        """\
Les secteurs et la population sont les
   vôtres; les distances et les normes sont des hypothèses : remplacez celles qui ne conviennent pas.
""",
    ),
    (
        """\
The zones, the demand, the standards and the norms are
   those of Montréal; replace those that do not suit you.
""",
        """\
The zones and the residents are yours; the standards
   and the norms are assumptions: replace those that do not suit you.
""",
    ),
)
_OWN_SOURCE: Final = """
# À corriger : d’où vient votre liste. To correct: where your list comes from.
[sources.places]
title = { fr = "Notre liste de lieux", en = "Our list of places" }
publisher = { fr = "Notre organisme", en = "Our organisation" }
year = "{year}"
licence = { fr = "À préciser", en = "To be stated" }
"""
_PLACES: Final = """\
# Lieux : votre liste, une ligne par lieu. Places: your list, one row for each place.
# shown : montrés par leur nom. shown: shown by name.
# counted : comptés dans l’offre. counted: counted as supply.
# complete : la liste est complète, un secteur sans ligne vaut zéro; sinon la donnée y manque.
# complete: the list is complete, a zone without a row is zero; otherwise its figure is missing.

[[places]]
key = "places"
{file}
label = { fr = "Nos lieux", en = "Our places" }
{columns}
shown = true
counted = true
complete = false
source = "places"
"""


_SHEET: Final = """\
file = "places.xlsx"
layer = "places"                 # La feuille du classeur. The sheet of the workbook.
crs = "EPSG:4326"                # Latitude et longitude en degrés. Latitude and longitude in degrees."""


def write_study(
    folder: Path | str,
    *,
    lang: Lang,
    today: dt.date,
    own: OwnList | None = None,
    city: OwnCity | None = None,
    addresses: OwnAddresses | None = None,
    complete: bool = False,
    title: str | None = None,
) -> list[Path]:
    """Write the folder of a new study and return its files.

    Parameters
    ----------
    folder
        A folder that does not exist yet, or is empty.
    lang
        Language of the lists to choose from in the sheet.
    today
        Date of the edition.
    own
        A list to start from, which is copied into the folder in place of the empty sheet: `own_list`.
    city
        Zones and demand of another city, in place of those of Montréal: `own_city`.
    addresses
        Address points in which rows without coordinates are looked up: `own_addresses`.
    complete
        Whether the list is complete: a zone without a row has none.
    title
        Name of the study, as its pages show it; without it, the name of the folder.

    Raises
    ------
    OutputError
        When the folder holds something already, or cannot be written.
    """
    target = Path(folder)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise OutputError(
            N_("{file}: there is something here already; nothing was written."),
            hint=N_("Name a new folder."),
            file=target,
        )
    embedded = embedded_study()
    name = target.resolve().name
    headers = [header for _, header, _ in COLUMNS]
    theirs = [embedded.parent / file for file in ("boroughs.geojson", "demand_250m.csv")]
    points = () if addresses is None else addresses.files
    for given in (*(theirs if city is None else city.files), *points):
        write_bytes(given.read_bytes(), target / given.name)
    if own is None:
        write_bytes((",".join(headers) + "\r\n").encode("utf-8-sig"), target / "places.csv")
        write_sheet(target / "places.xlsx", lang=lang)
    else:
        for given in own.files:
            write_bytes(given.read_bytes(), target / given.name)
    plan_templates.write_plan(target, lang=lang)
    write_text(_readme(title or name, own, city), target / "README.md")
    # The study comes last: a folder that has one is whole.
    text = study_text(
        embedded.read_text(encoding="utf-8"),
        name,
        today,
        own=own,
        city=city,
        addresses=addresses,
        title=title,
    )
    if complete:
        text = text.replace("\ncomplete = false\n", "\ncomplete = true\n", 1)
    write_text(text, target / "study.toml")
    return sorted(p for p in target.iterdir() if not p.name.startswith("."))


def _readme(name: str, own: OwnList | None, city: OwnCity | None) -> str:
    text = _README.replace("{name}", name)
    if city is not None:
        for montreal, theirs in _OF_THE_CITY:
            text = text.replace(montreal, theirs)
    if own is None:
        return text
    first = re.compile(r"^1\. .*?(?=^2\. )", re.MULTILINE | re.DOTALL)
    fr = f"1. Votre liste, `{own.path.name}`, est copiée ici; `study.toml` dit quelle colonne est laquelle.\n"
    en = f"1. Your list, `{own.path.name}`, is copied here; `study.toml` says which column is which.\n"
    return first.sub(lambda _: en, first.sub(lambda _: fr, text, count=1).replace(fr, "\0")).replace("\0", fr)


def study_text(
    embedded: str,
    name: str,
    today: dt.date,
    *,
    own: OwnList | None = None,
    city: OwnCity | None = None,
    addresses: OwnAddresses | None = None,
    title: str | None = None,
) -> str:
    """Return the study of a new folder, made of the embedded one: its sections, with one list of places.

    Its identifier is made of `name`, that of the folder; its pages show `title`, or else `name`.
    """
    rule = re.compile(r"^# -{50,}\n", re.MULTILINE)
    head, sources, zones, _, demand, _, *rest = rule.split(embedded)
    # what the embedded study follows is an example; a new one has its own plan, and publishes nothing unasked
    rest = [part for part in rest if "\n[followup]\n" not in part and "\n[directory]\n" not in part]
    key = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "study"
    quoted = (title or name).replace("\\", "").replace('"', "”")
    quoted = "".join(c for c in quoted if c.isprintable())
    head = re.sub(r'^id = "[^"]*"', f'id = "{key}"', head, flags=re.MULTILINE)
    head = re.sub(
        r"^name = \{.*\}",
        lambda _: f'name = {{ fr = "{quoted}", en = "{quoted}" }}',
        head,
        flags=re.MULTILINE,
    )
    head = re.sub(r"^edition = \S+", f"edition = {today.isoformat()}", head, flags=re.MULTILINE)
    note, *blocks = re.split(r"\n(?=\[sources\.)", sources)
    kept = [b.rstrip() + "\n" for b in blocks if b.startswith(("[sources.boundaries]", "[sources.census]"))]
    if city is not None:
        head = re.sub(r"^crs = .*$", lambda _: f'crs = "{city.crs}"', head, flags=re.MULTILINE)
        zones, demand, kept = city.zones, city.demand, [city.sources(today.year)]
        rest = without_montreal(rest)
    sources = "\n".join([note, *kept]) + _OWN_SOURCE.replace("{year}", str(today.year))
    sources += ("" if addresses is None else addresses.source(today.year)) + "\n"
    options = [f'{option} = "{header}"' for option, header, _ in COLUMNS]
    file = _SHEET if own is None else own.file
    columns = "\n".join(options if own is None else own.options)
    places = _PLACES.replace("{file}", file).replace("{columns}", columns) + "\n"
    places += (no_addresses(today.year) if addresses is None else addresses.section) + "\n"
    rest = [_with_general_kinds(part) for part in rest]
    line = "# " + "-" * 114 + "\n"
    rest[-1] = rest[-1].rstrip("\n") + "\n\n"
    return line.join([head, sources, zones, demand, places, *rest, plan_templates.SECTION])


def _with_general_kinds(text: str) -> str:
    """Let the first service of each sphere also count the places of which a list says the sphere alone."""
    for sphere, kind in general_kinds().items():
        first = re.compile(
            rf"(^\[\[spheres\.{sphere}\.services\]\]\n(?:(?!\[).*\n)*?kinds = \[[^\]]*)\]", re.MULTILINE
        )
        text = first.sub(lambda m, kind=kind: f'{m[1]}, "{kind}"]', text, count=1)  # type: ignore[misc]
    return text


def write_sheet(path: Path, *, lang: Lang) -> None:
    """Write the empty sheet: headers, lists to choose from, and a sheet that explains each column."""
    import xlsxwriter

    lists = {
        "sphere": [s.label[lang] for s in spheres().values()],
        "kind": [k.one[lang] for k in kinds().values()],
        "status": [t.label[lang] for t in terms("statuses").values()],
        "legal_form": [t.label[lang] for t in terms("legal_forms").values()],
        "direction": [t.label[lang] for t in terms("directions").values()],
    }
    safe = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {**safe, "in_memory": True})
    book.set_properties({"created": dt.datetime.combine(NO_DATE, dt.time())})
    bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet("places")
    explained = book.add_worksheet("lisez-moi – read me")
    words = book.add_worksheet("listes – lists")
    _fill_words(words, lists, bold)
    for column, (option, header, _) in enumerate(COLUMNS):
        sheet.write_string(0, column, header, bold)
        sheet.set_column(column, column, max(14, len(header) + 2))
        if option in lists:
            letter = chr(ord("A") + list(lists).index(option))
            sheet.data_validation(
                1,
                column,
                5000,
                column,
                {
                    "validate": "list",
                    "source": f"='listes – lists'!${letter}$2:${letter}${len(lists[option]) + 1}",
                    "error_type": "warning",
                },
            )
    sheet.freeze_panes(1, 0)
    _explain(explained, bold, wrapped)
    book.close()
    write_bytes(made.getvalue(), path)


def _fill_words(sheet: Any, lists: dict[str, list[str]], bold: Any) -> None:
    headers = {option: header for option, header, _ in COLUMNS}
    for column, (option, words) in enumerate(lists.items()):
        sheet.write_string(0, column, headers[option], bold)
        sheet.set_column(column, column, 44)
        for row, word in enumerate(words, 1):
            sheet.write_string(row, column, word)
    sheet.freeze_panes(1, 0)


def _explain(sheet: Any, bold: Any, wrapped: Any) -> None:
    for column, title in enumerate(("colonne / column", "français", "English")):
        sheet.write_string(0, column, title, bold)
        sheet.set_column(column, column, 30 if not column else 60)
    for row, (_, header, meaning) in enumerate(COLUMNS, 1):
        sheet.write_string(row, 0, header, wrapped)
        sheet.write_string(row, 1, meaning.fr, wrapped)
        sheet.write_string(row, 2, meaning.en, wrapped)
