"""Names, figures and labels in one language: the small pieces of sentences, legends and tables.

People and households are rounded to hundreds in text, to tens below 1,000 (`exact=True` gives the figure of
the tables). A share that is not 0 never reads 0 %, one that is not 1 never reads 100 %.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from geosocial.errors import N_
from geosocial.vocabulary import kinds, spheres, terms
from geosocial.wording.figures import figures

if TYPE_CHECKING:
    from geosocial.i18n import Words
    from geosocial.results import Results
    from geosocial.study import Service

#: How a label is followed by its text: a no-break space before the colon in French.
COLON: Final = {"fr": "\u00a0:", "en": ":"}
#: Indicators whose unit does not depend on the service.
UNITS: Final = {
    "coverage": "share",
    "gap_share": "share",
    "rate": "per_100",
    "backup_coverage": "share",
    "own_coverage": "share",
    "containment": "per_10000",
    "accessibility": "per_10000",
    "nearest_cost": "m",
}


def service_of(results: Results, sphere: str, service: str) -> Service:
    """Return a service of the study by its keys."""
    return next(s for s in results.study.spheres[sphere].services if s.key == service)


def counts_dwellings(service: Service) -> bool:
    """Return whether the supply of a service is counted in dwellings."""
    known = kinds()
    return all(known[k].capacity == "dwellings" for k in service.kinds if k in known)


def lower_first(text: str) -> str:
    """Return `text` for the middle of a sentence: its first letter small, unless it opens an acronym."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def upper_first(text: str) -> str:
    """Return `text` for the head of a sentence."""
    return text[:1].upper() + text[1:]


def _elided(facility: str) -> str:
    return f"d’{facility}" if facility[:1].casefold() in "aeiouyhâàéèêëîïôœ" else f"de {facility}"


def from_facility(words: Words, service: Service) -> str:
    """Return ``from a library``, ``d’une bibliothèque``: the label of a facility carries its article."""
    facility = words.label(service.facility)
    return _elided(facility) if words.lang == "fr" else f"from {facility}"


def of_facility(words: Words, service: Service) -> str:
    """Return ``of a library``, ``d’une bibliothèque``."""
    facility = words.label(service.facility)
    return _elided(facility) if words.lang == "fr" else f"of {facility}"


def no_facility(words: Words, service: Service) -> str:
    """Return ``no library``, ``aucune bibliothèque``, from the label of a facility with its article."""
    article, _, noun = words.label(service.facility).partition(" ")
    known = {"un": "aucun", "une": "aucune"} if words.lang == "fr" else {"a": "no", "an": "no"}
    if article.casefold() in known and noun:
        return f"{known[article.casefold()]} {noun}"
    return words.t("no facility")


def zone_name(words: Words, results: Results, zone_id: str) -> str:
    """Return the name of a zone; an id that no zone has reads ``outside the zones``."""
    name = figures(results).names.get(zone_id)
    return words.label(name) if name is not None else words.t("outside the zones")


def boroughs_only(results: Results) -> bool:
    """Return whether every zone is a borough, so that the text may say so; otherwise zones are "zones"."""
    return set(figures(results).kinds.values()) == {"borough"}


def zone_count(words: Words, results: Results, count: int) -> str:
    """Return ``3 boroughs``, ``1 zone``."""
    if boroughs_only(results):
        return words.n("{count} borough", "{count} boroughs", count, count=words.number(count))
    return words.n("{count} zone", "{count} zones", count, count=words.number(count))


def zone_heading(words: Words, results: Results) -> str:
    """Return the heading of a column of zones: ``Borough``, ``Secteur``."""
    return words.t("Borough") if boroughs_only(results) else words.t("Zone")


def zone_kind(words: Words, results: Results, zone_id: str) -> str:
    """Return ``Borough``, ``Ville liée``, from the vocabulary."""
    kind = figures(results).kinds.get(zone_id, "")
    known = terms("zone_kinds")
    return words.label(known[kind].label) if kind in known else words.t("Zone")


def sphere_label(words: Words, sphere: str) -> str:
    """Return the name of a sphere; a record of no sphere reads ``no sphere``."""
    return words.label(spheres()[sphere].label) if sphere in spheres() else words.t("no sphere")


def service_label(words: Words, results: Results, sphere: str, service: str) -> str:
    """Return the name of a sphere, with that of its service where it has several."""
    spec = results.study.spheres.get(sphere)  # none where results were cut to one sphere
    if spec is None or len(spec.services) == 1:
        return sphere_label(words, sphere)
    label = words.label(service_of(results, sphere, service).label)
    return f"{sphere_label(words, sphere)}, {lower_first(label)}"


def kind_label(words: Words, kind: str, count: float = 1) -> str:
    """Return the name of a kind of facility, in the number that `count` asks for."""
    if kind not in kinds():
        return words.t("other kind")
    one = math.floor(abs(count)) <= 1 if words.lang == "fr" else count == 1
    return words.label(kinds()[kind].one if one else kinds()[kind].many)


def term_label(words: Words, family: str, key: str) -> str:
    """Return a term of the vocabulary (of ``statuses``, ``legal_forms``), or ``not stated``."""
    known = terms(family)
    return words.label(known[key].label) if key in known else words.t("not stated")


VERDICTS: Final = {
    "underserved": N_("underserved"),
    "served": N_("served"),
    "depends": N_("depends on the settings"),
}
STATUSES: Final = {
    "missing": N_("missing data"),
    "cannot_say": N_("cannot say"),
    "low_confidence": N_("to be read with care"),
}
ACTIONS: Final = {
    "rejected": N_("row rejected"),
    "unlocated": N_("not located"),
    "snapped": N_("snapped to the nearest zone"),
    "flagged": N_("kept, to be checked"),
}


def verdict_label(words: Words, verdict: str) -> str:
    """Return the name of a verdict; empty where there is none."""
    return words.t(VERDICTS.get(verdict, ""))


def status_label(words: Words, status: str) -> str:
    """Return what may be said of a figure: empty when it stands."""
    return words.t(STATUSES.get(status, ""))


def action_label(words: Words, action: str) -> str:
    """Return what was done with a row at fault."""
    return words.t(ACTIONS.get(action, ""))


def outcome_count(words: Words, outcome: str, count: int) -> str:
    """Return what became of records, with their number: ``10 rattachés au plus proche``, ``4 outside``."""
    figure = words.number(count)
    match outcome:
        case "matched":
            return words.n("{figure} matched", "{figure} matched", count, figure=figure)
        case "snapped":
            return words.n(
                "{figure} snapped to the nearest", "{figure} snapped to the nearest", count, figure=figure
            )
        case "outside":
            return words.n("{figure} outside", "{figure} outside", count, figure=figure)
        case "ambiguous":
            return words.n("{figure} ambiguous", "{figure} ambiguous", count, figure=figure)
        case "unlocated":
            return words.n("{figure} unlocated", "{figure} unlocated", count, figure=figure)
        case _:
            return words.n("{figure} rejected", "{figure} rejected", count, figure=figure)


def share(words: Words, value: float, decimals: int = 0) -> str:
    """Return a share as a percentage that does not say 0 or 100 % of what is not nothing or everything."""
    if math.isnan(value) or value in {0.0, 1.0}:
        return words.percent(value, decimals)
    step = 0.01 / 10**decimals
    if 0 < value < step / 2:
        return words.t("under {share}", share=words.percent(step, decimals))
    if 1 - step / 2 <= value < 1:
        return words.t("over {share}", share=words.percent(1 - step, decimals))
    return words.percent(value, decimals)


def amount(words: Words, unit: str, value: float, *, exact: bool = False) -> str:
    """Return a figure with its unit in words: ``58 400 personnes``, ``310 dwellings``, ``16 %``."""
    if unit in UNITS.values():
        return _plain(words, unit, value)
    if math.isnan(value):
        return words.t("missing data")
    if exact or unit == "facilities":
        figure, count = words.number(value), float(round(value))
    elif 0 < value < 5:
        figure, count = words.t("fewer than 5"), 5.0
    else:
        figure, count = words.people(value), 10.0 if value else 0.0
    match unit:
        case "people":
            return words.n("{figure} person", "{figure} people", count, figure=figure)
        case "households":
            return words.n("{figure} household", "{figure} households", count, figure=figure)
        case "dwellings":
            return words.n("{figure} dwelling", "{figure} dwellings", count, figure=figure)
        case _:
            return words.n("{figure} facility", "{figure} facilities", count, figure=figure)


def _plain(words: Words, unit: str, value: float, decimals: int | None = None) -> str:
    if unit == "share":
        return share(words, value, decimals or 0)
    if unit == "per_100":
        return words.number(value, 1 if decimals is None else decimals)
    if unit == "per_10000":
        return words.number(value, 2 if decimals is None else decimals)
    if unit == "m":
        return words.metres(value)
    return words.number(value, decimals or 0)


def factor(words: Words, number: float) -> str:
    """Return a factor with the digits that it has, one at least: ``1,3``, ``1.25``."""
    return words.number(number, 1 if round(number, 1) == number else 2)


def value(words: Words, indicator_or_unit: str, v: float, *, decimals: int | None = None) -> str:
    """Return a figure as a table or a card shows it, its unit unnamed: ``16 %``, ``8,4``, ``58 408``.

    A missing one reads ``–``; say it beside or below.
    """
    return _plain(words, UNITS.get(indicator_or_unit, indicator_or_unit), v, decimals)


def interval(
    words: Words,
    indicator_or_unit: str,
    lower: float,
    upper: float,
    *,
    decimals: int | None = None,
    brief: bool = False,
) -> str:
    """Return an interval: ``9 to 21%``, ``de 9 à 21 %`` (`brief`: ``9 à 21 %``); empty when there is none."""
    if math.isnan(lower) or math.isnan(upper):
        return ""
    unit = UNITS.get(indicator_or_unit, indicator_or_unit)
    low, high = (_plain(words, unit, x, decimals) for x in (lower, upper))
    if low == high:
        return words.t("no variation")
    if unit == "share" and low.endswith("%") and high.endswith("%") and low[:1].isdigit():
        low = low.removesuffix("%").rstrip()
    text = words.t("{low} to {high}", low=low, high=high)
    return text.removeprefix("de ") if brief else text


def demand_unit(results: Results, key: str) -> str:
    """Return what a demand column of the study counts: ``people`` or ``households``."""
    return next((c.unit for c in results.study.demand.columns if c.key == key), "people")


def demand_label(words: Words, results: Results, key: str) -> str:
    """Return the label of a demand column of the study."""
    return next(
        (words.label(c.label) for c in results.study.demand.columns if c.key == key), words.t("demand")
    )


def is_population(results: Results, key: str) -> bool:
    """Return whether a demand column is the whole population: the study's first column that counts people."""
    first = next((c.key for c in results.study.demand.columns if c.unit == "people"), "")
    return key == first


def indicator_label(words: Words, indicator: str) -> str:
    """Return the label of an indicator from its one definition."""
    from geosocial.measure.indicators import INDICATORS

    return words.label(INDICATORS[indicator].label)


def counted_against(words: Words, results: Results, service: Service) -> str:
    """Return ``100 renter households that …``: what a ratio is counted against."""
    label = lower_first(demand_label(words, results, service.demand))
    per = words.number(service.per)
    if demand_unit(results, service.demand) != "people":
        return words.t("{per} {group}", per=per, group=label)
    people = words.n("{figure} person", "{figure} people", service.per, figure=per)
    return (
        people if service.demand == "residents" else words.t("{people} ({group})", people=people, group=label)
    )


def _ratio_title(words: Words, results: Results, spec: Service, indicator: str) -> str:
    """Return what the colours of a map of a ratio say: dwellings or facilities, for households or people."""
    dwellings = counts_dwellings(spec)
    if indicator != "rate":
        return words.t("Dwellings missing") if dwellings else words.t("Facilities missing")
    per = words.number(spec.per)
    if demand_unit(results, spec.demand) == "people":
        if dwellings:
            return words.t("Listed dwellings per {per} people", per=per)
        return words.t("Listed facilities per {per} people", per=per)
    if dwellings:
        return words.t("Listed dwellings per {per} households", per=per)
    return words.t("Listed facilities per {per} households", per=per)


def legend_title(words: Words, results: Results, sphere: str, service: str, indicator: str) -> str:
    """Return what the colours of a map say: ``Population à plus de 1 km``, ``Residents beyond 1 km``."""
    spec = service_of(results, sphere, service)
    if spec.rule == "ratio":
        if indicator == "gap_share":
            return words.t("Share of the norm that is missing")
        return _ratio_title(words, results, spec, indicator)
    who = upper_first(demand_label(words, results, spec.demand))
    if spec.norm != 1 and indicator.startswith("gap"):
        return words.t("{who}: gap to the norm", who=who)
    standard = words.metres(spec.standard_m or math.nan)
    if indicator == "coverage":
        return words.t("{who} within {standard}", who=who, standard=standard)
    if indicator.startswith("gap"):
        return words.t("{who} beyond {standard}", who=who, standard=standard)
    return indicator_label(words, indicator)
