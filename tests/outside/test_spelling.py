"""Everything that a run says is proofread: spelling by Hunspell, spaces, numbers, no key, no foreign word.

Names come from the data and are taken out first, as do file names and checksums. What is left must be known
to the dictionary, or stand in ``words.toml`` with its reason. The reference of the indicators and the data
dictionary speak of keys: there, keys of our tables are let through.
"""

from __future__ import annotations

import csv
import json
import re
import subprocess
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from geosocial import tables
from geosocial.followup.registry import FIGURES
from geosocial.measure.indicators import INDICATORS
from geosocial.results import Results
from geosocial.vocabulary import Lang
from tests.outside import visible

pytestmark = [pytest.mark.program("hunspell"), pytest.mark.program("pdftotext")]
HERE = Path(__file__).parent
DICTIONARIES: dict[Lang, str] = {"fr": "fr_FR", "en": "en_US"}
#: What is no language: files, checksums, places of the grid, options, numbers of actions, ordinals, licences.
CODE = re.compile(
    r"\S+\.(?:csv|geojson|toml|json|html|pdf|xlsx|jsonld)\b|\b[0-9a-f]{12,64}\b|\bE\d+\.\d+N\d+\.\d+|--\w+"
    r"|\b[A-Z]\d{2}\b|https?://\S+|\bEPSG:\d+|\{[^}]*\}|\b\d+er?\b|\bCC.BY.4\.0\b|\b[a-z_]+\.[a-z0-9_]+\b"
)
#: Files that speak of keys, since keys are what they explain.
OF_KEYS = ("indicators.", "dictionary.csv", "explain.", "dictionary.xlsx")
NB = "\u00a0"


@pytest.fixture(scope="module")
def names(run: Path) -> set[str]:
    """Every word of a name or of a text that the data brings."""
    found: set[str] = set()
    columns = {
        "places": ("name", "category", "declared_zone"),
        "zones": ("name_fr", "name_en"),
        "contracts": ("supplier", "buyer"),
        "suppliers": ("supplier", "enterprise"),
        "plan_actions": ("lead", "partners"),
        "proposed": ("name",),
        "faults": ("value", "column"),
    }
    texts = []
    for name, kept in columns.items():
        with (run / "tables" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            texts += [row[c] for row in csv.DictReader(file) for c in kept]
    for layer in (run / "inputs").glob("*.geojson"):
        for feature in json.loads(layer.read_text(encoding="utf-8"))["features"]:
            texts += [str(v) for v in feature["properties"].values()]
    short = tomllib.loads(
        (HERE.parents[1] / "geosocial" / "cartography" / "short_names.toml").read_text(encoding="utf-8")
    )
    texts += [t for z in short["zone"] for t in (*z["lines"], z["word"])]
    for text in texts:
        for pattern in (r"[\s’'‘\",;()/:]+", r"[\s’'‘\",;()/:.–-]+"):
            found |= {part.strip(".") for part in re.split(pattern, text)}
    return found - {""}


@pytest.fixture(scope="module")
def keys(run: Path) -> set[str]:
    """Every key of our tables: columns, and the words of columns that have labels beside them."""
    own = [k for c in tables.CONTRACTS for k in (c.name, *c.columns)]
    found = {part for k in (*own, *INDICATORS, *FIGURES) for part in (k, *k.split("_"))}
    for file in (run / "tables").glob("*.csv"):
        with file.open(encoding="utf-8-sig", newline="") as text:
            for row in csv.DictReader(text):
                found |= {part for c in row for part in (c, *c.split("_"))}
                labelled = [c for c in row if f"{c.removesuffix('_id')}_fr" in row]
                found |= {part for c in labelled for part in (row[c], *row[c].split("_"))}
    return found


@pytest.fixture(scope="module")
def read(run: Path, results: Results) -> Mapping[Lang, Mapping[str, list[str]]]:
    return {lang: visible.said(run, results, lang) for lang in DICTIONARIES}


def allowed(lang: Lang) -> set[str]:
    table = tomllib.loads((HERE / "words.toml").read_text(encoding="utf-8"))
    return {
        word for group in (table["both"], table[lang]) for entry in group.values() for word in entry["words"]
    }


def unknown(texts: Iterable[str], lang: Lang) -> set[str]:
    """Return the words that the dictionary of the language does not know."""
    text = CODE.sub(" ", "\n".join(texts)).replace("’", "'").replace(NB, " ").replace("\u2011", "-")
    done = subprocess.run(
        ["hunspell", "-i", "utf-8", "-d", DICTIONARIES[lang], "-l"],
        input=text.encode("utf-8"),
        capture_output=True,
        check=True,
        timeout=120,
    )
    assert not done.stderr, done.stderr[:200]
    return {w.strip(".") for w in done.stdout.decode("utf-8").split()} - {""}


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_word_is_known(
    read: Mapping[Lang, Mapping[str, list[str]]], names: set[str], keys: set[str], lang: Lang
) -> None:
    fine = allowed(lang) | names
    wrong: dict[str, list[str]] = {}
    every = unknown((t for texts in read[lang].values() for t in texts), lang) - fine
    for file, texts in read[lang].items():
        said = CODE.sub(" ", " ".join(texts)).replace("’", "'")
        of_keys = any(mark in file for mark in OF_KEYS)
        for word in every - keys if of_keys else every:
            parts = re.split(r"[-']", word)
            if all(p in names or p in allowed(lang) for p in parts if p):
                continue  # a name with an article, or two of them
            if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", said) and not re.fullmatch(r"\d+à\d+", word):
                wrong.setdefault(file, []).append(word)
    assert wrong == {}


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_no_list_lets_through_a_word_that_stands_nowhere(
    read: Mapping[Lang, Mapping[str, list[str]]], lang: Lang
) -> None:
    table = tomllib.loads((HERE / "words.toml").read_text(encoding="utf-8"))
    said = "\n".join(t for texts in read[lang].values() for t in texts).replace("’", "'")
    for entry in table[lang].values():
        assert entry["why"]
        for word in entry["words"]:
            assert word in said, word


#: (what is wrong, pattern) in French; names of the data are out of the text.
FRENCH = {
    "plain space before a sign": r"(?<=[\w)»]) (?=[:»%$])|« ",
    "space before a sign": rf"\w[ {NB}\u202f](?=[;!?])",
    "no space before a colon": r"(?<=[a-zà-ÿ»)])[:](?=\s)",
    "no space before a percent": r"\d[%$]",
    "straight apostrophe": r"\b(?:[ldjnmtscLDJNMTSC]|qu|Qu)'\w",
    "straight quotes": r'(?<!=)"\w[^"]*\w"',
    "decimal point": r"(?<![\w.])\d+\.\d+\s*[%a-z]",
    "thousands by a comma": r"\b\d{1,3},\d{3}\b(?!\d)(?![^ ]*km)",
    "a key": r"\b[a-z]+_[a-z_]+\b",
    "no value": r"\b(?:NaN|None|null|undefined|nan)\b",
    "no accent on a capital": r"\b(?:Etat|Economie|Equipement|Ecart|Edition|Evolution|A propos)\b",
    "anglicism": r"\b(?:digital|impacter|initier|supporter|feedback|dashboard|timeline|backup|e-?mail|mail"
    r"|challenge|focus|clusters?|gaps?|scores?|sphères?|norme de distance|adresser|finaliser|prioriser"
    r"|définitivement|en termes de|opérer|versus|vs|input|output)\b",
    "zero or one in the plural": rf"(?<![\w,–−°{NB} ])[01][{NB} ]"
    r"(?!fois|mois|plus|pas|sous|dans|sans)[a-zéè]+s\b",
}
ENGLISH = {
    "French quotes": r"[«»]",
    "one in the plural": rf"(?<![\w.–−°{NB} ])1[{NB} ](?!is|was|has|less)[a-z]+s\b",
    "space before a sign": rf"\w[ {NB}\u202f](?=[;!?%]|:\s)",
    "decimal comma": r"(?<![\w,])\d+,\d{1,2}(?!\d)\s*%",
    "a key": r"\b[a-z]+_[a-z_]+\b",
    "no value": r"\b(?:NaN|null|undefined|nan)\b",
    "straight apostrophe": r"\w'(?:s|t|re|ll)\b",
    "French word": r"\b(?:écarts?|secteurs?|domaines?|dans|avec|pour|logements|équipements)\b",
}


#: What a file that explains keys may hold.
OF_KEYS_TOO = frozenset({"a key", "anglicism", "no value"})
#: Poppler gives every space as a plain one, none where a cell is narrow, and breaks names by lines.
NOT_ON_PAPER = frozenset(
    {"plain space before a sign", "no space before a percent", "straight apostrophe", "space before a sign"}
)


@pytest.mark.parametrize(("lang", "rules"), [("fr", FRENCH), ("en", ENGLISH)])
def test_signs_numbers_and_words_of_the_house(
    read: Mapping[Lang, Mapping[str, list[str]]], run: Path, lang: Lang, rules: Mapping[str, str]
) -> None:
    brought = sorted(_brought(run), key=len, reverse=True)
    own = re.compile("|".join(map(re.escape, brought)))
    wrong = []
    for file, texts in read[lang].items():
        of_keys = any(mark in file for mark in OF_KEYS)
        for text in dict.fromkeys(texts):
            plain = own.sub("°", CODE.sub("°", text))
            for what, pattern in rules.items():
                if (of_keys and what in OF_KEYS_TOO) or (file.endswith(".pdf") and what in NOT_ON_PAPER):
                    continue
                if found := re.search(pattern, plain):
                    wrong.append(f"{file}: {what}: …{plain[max(0, found.start() - 30) : found.end() + 20]}…")
    assert wrong == []


def _brought(run: Path) -> set[str]:
    """Texts that stand as the data writes them: names, suppliers, leads, partners, values at fault."""
    found = set()
    columns = {
        "places": ("name",),
        "contracts": ("supplier", "buyer", "contract_id"),
        "suppliers": ("supplier", "enterprise"),
        "plan_actions": ("lead", "partners"),
        "faults": ("value", "column"),
        "inputs": ("path", "how"),
    }
    for name, kept in columns.items():
        with (run / "tables" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            found |= {row[c].strip() for row in csv.DictReader(file) for c in kept}
    return {text for text in found if len(text) > 2}
