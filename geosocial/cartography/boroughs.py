"""One page a borough, and their index: offline files that the atlas links to, both languages in each.

The Folium map, Leaflet and the code of the page are rendered once; each page is that shell with its own data,
so that nineteen pages cost little more than one. Figures and sentences are those of the atlas. Everything
that a user typed travels as JSON and reaches the reader through ``textContent``.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from geosocial import symbology, wording
from geosocial.cartography import assembly, layers, standalone, surroundings
from geosocial.cartography.content import content
from geosocial.cartography.notes import interface, notes
from geosocial.cartography.style import as_json, part, tokens
from geosocial.i18n import words as words_of
from geosocial.io.write import write_text
from geosocial.vocabulary import Lang

if TYPE_CHECKING:
    from geosocial.i18n import Words
    from geosocial.results import Results

#: What a page replaces in the shell; JSON and escaped text never hold such a mark.
TITLE: Final = "<!--title-->"
DATA: Final = "<!--page-->"
#: What the pages need of each service and of its views; the rest of the atlas's content stays in the atlas.
SERVICE: Final = ("sphere", "key", "x", "rule", "sized", "rank")
VIEW: Final = ("key", "x", "cls", "v", "lo", "hi", "city", "norm", "max")
LOOK: Final = ("ink", "chosen", "dot", "interval", "muted", "line", "control", "boundary", "land")


def names(results: Results) -> list[str]:
    """Return the names of the files that `write_boroughs` writes: the index, then a page a zone."""
    return ["index.html", *(f"{slug}.html" for slug in layers.slugs(results))]


def write_boroughs(
    results: Results,
    folder: Path,
    *,
    langs: Sequence[Lang] = ("fr", "en"),
    lang: Lang = "fr",
    shown: Mapping[str, Any] | None = None,
    explained: Mapping[str, str] | None = None,
) -> list[Path]:
    """Write the page of each zone and their index into `folder`.

    Parameters
    ----------
    results
        The run to show.
    folder
        Where the pages are written; the atlas is expected beside it, as ``../atlas.html``.
    langs
        The languages of the pages, in the order in which they are offered.
    lang
        The language in which they open.
    shown
        The content of the atlas, where it has been made before.
    explained
        The page of explanations of each language, seen from the folder; figures lead there.

    Returns
    -------
    list of Path
        What was written, in the order of `names`.

    Raises
    ------
    StudyError
        When a zone has no shape to draw.

    Examples
    --------
    >>> from pathlib import Path
    >>> from geosocial.results import only
    >>> Path("boroughs").mkdir()
    >>> len(write_boroughs(only(results, "tourism"), Path("boroughs")))
    20
    """
    layers.check_drawable(results)
    words = {key: words_of(key) for key in langs}
    said = shown or content(results, words, lang=lang)
    common = {**_common(results, words, said), "explain": dict(explained or {})}
    drawn = surroundings.surroundings(results, said)
    texts = [_index(common, words, results, said, lang=lang)]
    shell = standalone.page(_shell("borough", common, lang=lang, langs=langs, chart=True))
    head, middle, tail = _cut(shell)
    for number in range(len(results.zones)):
        page = f"{as_json(_zone(results, words, said, number))[:-1]},{drawn.of(number)}}}"
        title = html.escape(
            f"{said['text'][lang]['zones'][number]['name']} – {words[lang].label(results.study.name)}"
        )
        texts.append("".join((head, title, middle, page, tail)))
    paths = [folder / name for name in names(results)]
    for path, text in zip(paths, texts, strict=True):
        write_text(text, path)
    return paths


def _cut(shell: str) -> tuple[str, str, str]:
    """Return the three parts of a shell, around its title and its data."""
    head, rest = shell.split(TITLE)
    middle, tail = rest.split(DATA)
    return head, middle, tail


def _common(results: Results, words: Mapping[Lang, Words], said: Mapping[str, Any]) -> dict[str, Any]:
    """Return what every page says and draws."""
    patterns = symbology.look()["pattern"]
    return {
        "lang": said["lang"],
        "byBrowser": said.get("byBrowser", False),
        "slugs": [zone["slug"] for zone in said["zones"]],
        "zx": [zone["x"] for zone in said["zones"]],
        "at": [zone["at"][:2] for zone in said["zones"]],
        "spheres": [
            {**sphere, "path": symbology.shape_path(sphere["shape"], 7, 7, 5)} for sphere in said["spheres"]
        ],
        "services": [
            {key: service[key] for key in SERVICE}
            | {
                "main": _main(service),
                "views": [
                    {key: view[key] for key in VIEW} | {"min": view.get("min", 0)}
                    for view in service["views"]
                ],
            }
            for service in said["services"]
        ],
        "verdicts": {
            "underserved": symbology.ramp("gap_share")[-1],
            "served": symbology.ramp("gap_share")[0],
        },
        "wash": symbology.color("wash"),
        "patterns": {name: dict(style) for name, style in patterns.items()},
        "look": {key: said["look"][key] for key in LOOK},
        "text": {key: _words(results, w, said["text"][key]) for key, w in words.items()},
    }


def _words(results: Results, words: Words, text: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "ui": interface(words, results, text["ui"]),
        "zones": [zone["name"] for zone in text["zones"]],
        "spheres": text["spheres"],
        "kinds": text["kinds"],
        "statuses": text["statuses"],
        "services": [
            {
                "label": service["label"],
                "credit": service["credit"],
                "views": [{"label": view["label"], "title": view["title"]} for view in service["views"]],
            }
            for service in text["services"]
        ],
        **notes(words, results),
    }


def _zone(
    results: Results,
    words: Mapping[Lang, Words],
    said: Mapping[str, Any],
    number: int,
) -> dict[str, Any]:
    """Return what one page says and draws besides what all do."""
    found, zone = wording.figures(results), str(results.zones["zone_id"].iloc[number])
    ranks = [found.rank(zone, sphere, spec.key) for sphere, spec in results.study.services()]
    return {
        "z": number,
        "verdicts": [
            r.status if r.status in {"missing", "cannot_say"} else r.verdict or "cannot_say" for r in ranks
        ],
        "named": [p[:6] for p in said["named"] if p[6] == number],
        "sites": _sites(said, number),
        "text": {
            key: {
                "sites": _with_sites(w, said, number),
                "sub": said["text"][key]["zones"][number]["sub"],
                "services": [
                    {
                        **{part_: service[part_][number] for part_ in ("say", "rank", "robust", "supply")},
                        "verdict": _verdict(w, rank),
                        "views": [
                            {part_: view[part_][number] for part_ in ("val", "iv", "main", "mainIv")}
                            for view in service["views"]
                        ],
                    }
                    for service, rank in zip(said["text"][key]["services"], ranks, strict=True)
                ],
            }
            for key, w in words.items()
        },
    }


def _verdict(words: Words, rank: Any) -> str:
    if rank.status in {"missing", "cannot_say"}:
        return wording.status_label(words, rank.status)
    return wording.verdict_label(words, rank.verdict) or wording.status_label(words, "cannot_say")


def _main(service: Mapping[str, Any]) -> int:
    """Return the position of the view that says how well a service serves: coverage, or a rate."""
    return next(k for k, view in enumerate(service["views"]) if view["key"] in {"coverage", "rate"})


def _sites(said: Mapping[str, Any], number: int) -> list[list[Any]]:
    """Return the proposed sites in a zone: service, order, longitude, latitude, name, newly served, price."""
    return [
        [k, order, *site[:3], *site[4:]]
        for k, service in enumerate(said["services"])
        for order, site in enumerate((service.get("sites") or {"at": [[]]})["at"][-1], start=1)
        if site[3] == number
    ]


def _with_sites(words: Words, said: Mapping[str, Any], number: int) -> list[str]:
    """Return what the proposed sites change in a zone, a sentence a service that has some."""
    out = []
    for service, text in zip(said["services"], said["text"][words.lang]["services"], strict=True):
        sites = service.get("sites")
        if not sites or sites["shares"][0][number] is None:
            continue
        low, high = sites["shares"][0][number], sites["shares"][-1][number]
        more = sites["served"][-1][number] - sites["served"][0][number]
        form = text["sites"]["zone"][0 if len(sites["at"]) < 2 else 1][0 if more > 0 else 1]
        unit = text["sites"]["unit"][0 if words.lang == "fr" and more < 2 else 1]
        sentence = form.format(
            n=len(sites["at"]),
            low=words.number(100 * low),
            high=words.percent(high),
            more=unit.replace("{n}", words.people(more)),
        )
        out.append(f"{text['label']}{wording.COLON[words.lang]} {wording.lower_first(sentence)}")
    return out


def _index(
    common: Mapping[str, Any],
    words: Mapping[Lang, Words],
    results: Results,
    said: Mapping[str, Any],
    *,
    lang: Lang,
) -> str:
    """Return the index: each zone by sphere, with its verdict and its figure."""
    found = wording.figures(results)
    services = results.study.services()
    counted = next((k for k, (_, s) in enumerate(services) if wording.is_population(results, s.demand)), None)
    rows = []
    for number, zone in enumerate(map(str, results.zones["zone_id"])):
        ranks = [found.rank(zone, sphere, spec.key) for sphere, spec in services]
        rows.append(
            {
                "verdicts": [
                    r.status if r.status in {"missing", "cannot_say"} else r.verdict or "cannot_say"
                    for r in ranks
                ],
                "named": sum(p[6] == number for p in said["named"]),
                "people": None if counted is None else said["services"][counted]["rows"][number][0],
                "text": {
                    key: {
                        "sub": said["text"][key]["zones"][number]["sub"],
                        "verdicts": [_verdict(w, r) for r in ranks],
                        "values": [
                            s["views"][_main(t)]["val"][number]
                            for s, t in zip(said["text"][key]["services"], said["services"], strict=True)
                        ],
                        "robust": [s["robust"][number] for s in said["text"][key]["services"]],
                    }
                    for key, w in words.items()
                },
            }
        )
    langs = tuple(words)
    head, middle, tail = _cut(standalone.page(_shell("index", common, lang=lang, langs=langs, chart=False)))
    ui = common["text"][lang]["ui"]
    zones = map(str, results.zones["zone_id"])
    careful = any(found.rank(z, s, v.key).status == "low_confidence" for z in zones for s, v in services)
    care = {key: wording.care_note(w, results) if careful else "" for key, w in words.items()}
    data = {"rows": rows, "care": care}
    return "".join((head, html.escape(ui["indexTitle"]), middle, as_json(data), tail))


def _shell(kind: str, common: Mapping[str, Any], *, lang: Lang, langs: Sequence[Lang], chart: bool) -> Any:
    """Return a page without its title and its data, ready for `standalone.page`."""
    from branca.element import Figure

    figure = Figure()
    figure._template = assembly.template(
        part("sheet.html").replace("CONTENT", part(f"{kind}.html")),
        common["text"][lang]["ui"],
        langs,
        title=TITLE,
        css=f"{tokens()}\n{part('borough.css')}",
        common=as_json(common),
        data=DATA,
    )
    drawn = ""
    if chart:
        shown = assembly.quiet_map(scrollWheelZoom=False)
        figure.add_child(shown)
        drawn = str(shown.get_name())
    figure.add_child(assembly.code("Sheet", ("sheet.js", "names.js", f"{kind}.js"), {"map": drawn}))
    return figure
