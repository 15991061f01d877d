"""The public directory: what `geosocial.followup.directory` publishes, as GeoJSON and as JSON-LD.

Both are made of the fields that are named here and of no other: no contact person, no telephone number, no
e-mail, no street address. JSON-LD speaks the vocabulary of the social and solidarity economy (ESSGLOBAL);
spheres, kinds, zones and legal forms are concepts with a French and an English label. Its context stands in
the file: nothing is fetched to read it. Positions are WGS 84, longitude first, to 5 decimals (about 1 m).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from geosocial.errors import N_
from geosocial.followup.directory import listed
from geosocial.i18n import words
from geosocial.vocabulary import LocalText, kinds, spheres, terms

if TYPE_CHECKING:
    from geosocial.results import Results
    from geosocial.study import DirectorySpec

#: The files of the directory, below its folder.
NAMES: Final = ("initiatives.geojson", "directory.jsonld")
_DECIMALS: Final = 5
#: Co-operatives have a legal form of ESSGLOBAL; our other forms have none that says the same.
_COOPERATIVE: Final = "http://purl.org/essglobal/standard/legal-form/L2"
_BLURRED: Final = N_("Home-based: the position is the centre of a cell of {size}, not the address.")
#: What a program that puts the text into a page could take for markup.
_UNSAFE: Final = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})

_LABELS: Final = {"@container": "@language"}
CONTEXT: Final[dict[str, Any]] = {
    "essglobal": "http://purl.org/essglobal/vocab/",
    "gr": "http://purl.org/goodrelations/v1#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "geo": "http://www.w3.org/2003/01/geo/wgs84_pos#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "dcterms": "http://purl.org/dc/terms/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "void": "http://rdfs.org/ns/void#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "SSEInitiative": "essglobal:SSEInitiative",
    "Address": "essglobal:Address",
    "Concept": "skos:Concept",
    "Dataset": "void:Dataset",
    "Point": "geo:Point",
    "name": "gr:name",
    "identifier": "dcterms:identifier",
    "hasAddress": "essglobal:hasAddress",
    "legalForm": {"@id": "essglobal:legalForm", "@type": "@id"},
    "economicSector": {"@id": "essglobal:economicSector", "@type": "@id"},
    "locality": {"@id": "vcard:locality", **_LABELS},
    "region": {"@id": "vcard:region", **_LABELS},
    "country": {"@id": "vcard:country-name", **_LABELS},
    "zone": {"@id": "dcterms:spatial", "@type": "@id"},
    "location": "geo:location",
    "lat": {"@id": "geo:lat", "@type": "xsd:decimal"},
    "long": {"@id": "geo:long", "@type": "xsd:decimal"},
    "comment": {"@id": "rdfs:comment", **_LABELS},
    "prefLabel": {"@id": "skos:prefLabel", **_LABELS},
    "broader": {"@id": "skos:broader", "@type": "@id"},
    "title": {"@id": "dcterms:title", **_LABELS},
    "rights": {"@id": "dcterms:rights", **_LABELS},
    "issued": {"@id": "dcterms:issued", "@type": "xsd:date"},
    "isPartOf": {"@id": "dcterms:isPartOf", "@type": "@id"},
}


def names(results: Results) -> tuple[str, ...]:
    """Return the files of the directory of a run; none where the study asks for none."""
    return () if results.study.directory is None else NAMES


def write_directory(results: Results, folder: Path) -> None:
    """Write the files of the directory into a folder; nothing where the study asks for none.

    Raises
    ------
    OutputError
        When a file cannot be written.
    """
    from geosocial.io.write import write_text

    spec = results.study.directory
    if spec is not None:
        for name, made in zip(NAMES, (geojson(results, spec), jsonld(results, spec)), strict=True):
            text = json.dumps(made, ensure_ascii=False, indent=1, allow_nan=False).translate(_UNSAFE)
            write_text(text + "\n", folder / name)


def _listed(results: Results) -> list[dict[str, Any]]:
    return listed(results.directory, results.places, results.study.crs)


def _both(prefix: str, text: LocalText | None) -> dict[str, str | None]:
    return {f"{prefix}_fr": text.fr if text else None, f"{prefix}_en": text.en if text else None}


def _pair(text: LocalText) -> dict[str, str]:
    return {"fr": text.fr, "en": text.en}


def _zones(results: Results) -> dict[str, LocalText]:
    columns = (results.zones[name] for name in ("zone_id", "name_fr", "name_en"))
    return {str(z): LocalText(str(fr), str(en) or str(fr)) for z, fr, en in zip(*columns, strict=True)}


def geojson(results: Results, spec: DirectorySpec) -> dict[str, Any]:
    """Return the directory as GeoJSON (RFC 7946), in the order of the lists."""
    zones, forms, statuses = _zones(results), terms("legal_forms"), terms("statuses")
    features = []
    for row in _listed(results):
        sphere, kind = spheres().get(row["sphere"]), kinds().get(row["kind"])
        form, status = forms.get(row["legal_form"]), statuses.get(row["status"])
        told = {
            "id": row["record_id"],
            "list": row["source"],
            "name": row["name"],
            "sphere": row["sphere"] or None,
            **_both("sphere", sphere.label if sphere else None),
            "kind": row["kind"] or None,
            **_both("kind", kind.one if kind else None),
            "legal_form": row["legal_form"] or None,
            **_both("legal_form", form.label if form else None),
            "status": row["status"],
            **_both("status", status.label if status else None),
            "zone_id": row["zone_id"],
            **_both("zone", zones[row["zone_id"]]),
            "blurred": bool(row["blurred"]),
            "blurred_to_m": spec.blur_m if row["blurred"] else None,
        }
        at = [round(row["longitude"], _DECIMALS), round(row["latitude"], _DECIMALS)]
        point = {"type": "Point", "coordinates": at}
        features.append({"type": "Feature", "id": row["id"], "geometry": point, "properties": told})
    return {"type": "FeatureCollection", "features": features}


def jsonld(results: Results, spec: DirectorySpec) -> dict[str, Any]:
    """Return the directory as JSON-LD: its data set, its concepts in the order of first use, its records."""
    study, zones, forms = results.study, _zones(results), terms("legal_forms")
    base = spec.base or f"urn:geosocial:{quote(study.id, safe='')}"
    base = base if base.endswith(("/", "#")) else f"{base}/"
    concepts: dict[str, dict[str, Any]] = {}

    def concept(family: str, key: str, label: LocalText, *, iri: str = "", broader: str = "") -> str:
        iri = iri or f"{base}{family}/{quote(key, safe='')}"
        more = {"broader": broader} if broader else {}
        concepts.setdefault(iri, {"@id": iri, "@type": "Concept", "prefLabel": _pair(label), **more})
        return iri

    records = []
    for row in _listed(results):
        sectors = []
        if sphere := spheres().get(row["sphere"]):
            sectors.append(concept("spheres", sphere.key, sphere.label))
        if kind := kinds().get(row["kind"]):
            sectors.append(concept("kinds", kind.key, kind.one, broader=sectors[0] if sectors else ""))
        zone = concept("zones", row["zone_id"], zones[row["zone_id"]])
        record: dict[str, Any] = {
            "@id": f"{base}initiatives/{quote(row['id'], safe='/')}",
            "@type": "SSEInitiative",
            "identifier": row["record_id"],
            "name": row["name"],
            "economicSector": sectors,
        }
        if form := forms.get(row["legal_form"]):
            own = _COOPERATIVE if form.key == "cooperative" else ""
            record["legalForm"] = concept("legal-forms", form.key, form.label, iri=own)
        record["hasAddress"] = _address(spec, row, zone, zones[row["zone_id"]])
        record["isPartOf"] = base
        records.append(record)
    return {"@context": CONTEXT, "@graph": [_dataset(results, base), *concepts.values(), *records]}


def _dataset(results: Results, base: str) -> dict[str, Any]:
    study = results.study
    used = dict.fromkeys(p.source for p in study.places if p.key in study.published)
    licences = [study.sources[key].licence for key in used]
    return {
        "@id": base,
        "@type": "Dataset",
        "title": _pair(study.name),
        "issued": study.edition.isoformat(),
        "rights": {lang: [licence[lang] for licence in licences] for lang in ("fr", "en")},
    }


def _address(spec: DirectorySpec, row: dict[str, Any], iri: str, zone: LocalText) -> dict[str, Any]:
    told: dict[str, Any] = {"@type": "Address", "locality": _pair(spec.locality or zone)}
    told |= {} if spec.region is None else {"region": _pair(spec.region)}
    told |= {} if spec.country is None else {"country": _pair(spec.country)}
    told["zone"] = iri
    # as text: a decimal of JSON-LD would be written in the scientific way
    lat, long = (f"{row[axis]:.{_DECIMALS}f}" for axis in ("latitude", "longitude"))
    told["location"] = {"@type": "Point", "lat": lat, "long": long}
    if row["blurred"]:
        say = {lang: words(lang) for lang in ("fr", "en")}
        told["comment"] = {k: w.t(_BLURRED, size=w.metres(spec.blur_m)) for k, w in say.items()}
    return told
