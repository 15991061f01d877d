"""Any Folium map as one file that opens offline: nothing is fetched, nothing is random, nothing else may run.

Leaflet and jQuery are taken from the installed packages XStatic-Leaflet and XStatic-jQuery and inlined;
element ids, which Folium draws at random, are renumbered, so that the same map gives the same bytes; a
Content-Security-Policy allows exactly the scripts of the page, by their hash, and no request. What needs a
network (tiles, plugins that load code, remote pictures) is refused in one line rather than left blank; a
plugin whose script lies on this computer is inlined (``plugin.add_js_link(name, path)``).

Text is text: what a popup, a tooltip, a label, a layer's name, a legend or an attribution is given is shown
as it was written, and nothing of it runs (see `geosocial.cartography.neutral`). ``markup=True`` lets plain
formatting through (bold, lines, lists, tables, links, inline pictures and drawings), still without anything
that runs or loads. Colour scales, the legends of `GeoDataFrame.explore` and the pins of `folium.Icon`, which
Folium draws with libraries and fonts from a network, are drawn by scripts of our own.
"""

from __future__ import annotations

import base64
import hashlib
import html
import importlib.metadata
import re
from collections.abc import Mapping
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import urlsplit

from geosocial.cartography import online
from geosocial.cartography.neutral import literal, neutral, pins, script, tree
from geosocial.errors import N_, InputError
from geosocial.i18n import words as words_of
from geosocial.io.write import write_text
from geosocial.vocabulary import Lang

#: Links of Folium that the installed packages replace, by the name that Folium gives them.
_INLINED: Final[Mapping[str, tuple[str, str]]] = {
    "leaflet": ("XStatic-Leaflet", "leaflet.js"),
    "leaflet_css": ("XStatic-Leaflet", "leaflet.css"),
    "jquery": ("XStatic-jQuery", "jquery.min.js"),
}
#: Links that every Folium map carries for `folium.Icon` alone; a map without such an icon loses nothing.
_ICON_LINKS: Final = frozenset(
    {
        "bootstrap",
        "awesome_markers",
        "bootstrap_css",
        "glyphicons_css",
        "awesome_markers_font_css",
        "awesome_markers_css",
        "awesome_rotate_css",
    }
)
#: Code that fetches something when it runs, whatever element wrote it; text in quotes is not code.
_LOADERS: Final = re.compile(
    r"L\.tileLayer\b|\$\.ajax\b|\bfetch\(|\bXMLHttpRequest\b|\bimport\(|\bnew Worker\b"
)
_LOADING: Final = ("L.tileLayer", "$.ajax", "fetch(", "XMLHttpRequest", "import(", "new Worker")
_QUOTED: Final = re.compile(r""""(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'""")
_MAPPING_COMMENT: Final = re.compile(
    r"[ \t]*(?://[#@]\s*sourceMappingURL=[^\n]*|/\*[#@]\s*sourceMappingURL=.*?\*/)"
)
_SCRIPT: Final = re.compile(
    r"<script(?P<attributes>[^>]*)>(?P<code>[^<]*(?:<(?!/script>)[^<]*)*)</script>", re.IGNORECASE
)
_PICTURES: Final = re.compile(r"url\(\s*[\"']?(?P<name>images/[\w.-]+)[\"']?\s*\)")


def save(
    folium_map: Any,
    path: Path | str,
    *,
    title: str = "",
    lang: Lang = "fr",
    markup: bool = False,
    tiles: bool | str = False,
) -> None:
    """Write a Folium map to `path` as one offline file, in one step: the file is whole or it is not there.

    Parameters
    ----------
    folium_map
        A `folium.Map`, or a `branca.element.Figure` that holds one. It may be saved again afterwards.
    path
        The HTML file to write.
    title
        What a browser and a screen reader call the page; without it the figure's own title, or “Map”.
    lang
        The language in which a screen reader says the page.
    markup
        Whether popups, tooltips and labels that are given as strings may hold plain formatting. Without it
        they are text. Scripts, handlers, frames, forms and remote pictures are never let through.
    tiles
        Background tiles from a network, which the file then needs: ``True`` keeps the tile layers of the map,
        a name such as ``"OpenStreetMap.Mapnik"``, or an address with ``{z}/{x}/{y}``, a space and its
        attribution, adds one. Without it a map with tiles is refused.

    Raises
    ------
    InputError
        When a layer, a plugin or a picture would be loaded from a network; it is named. When tiles are asked
        for whose provider is unknown, wants a key or says no attribution.

    Examples
    --------
    >>> import folium, tempfile
    >>> city = folium.Map([45.5, -73.6], tiles=None)
    >>> _ = folium.CircleMarker([45.5, -73.6], popup="Théâtre <Aux Écuries>").add_to(city)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(city, Path(folder) / "city.html")
    """
    write_text(page(folium_map, title=title, lang=lang, markup=markup, tiles=tiles), Path(path))


def page(
    folium_map: Any,
    *,
    title: str = "",
    lang: Lang = "fr",
    markup: bool = False,
    tiles: bool | str = False,
) -> str:
    """Return the text of the offline page that `save` writes."""
    figure = folium_map.get_root()
    with online.added(folium_map, tiles):
        hosts = online.hosts(figure, tiles)
        _refuse_remote(figure)
        parts = (figure.header, figure.html, figure.script)
        before = [dict(part._children) for part in parts]
        try:
            for part in parts:
                _forget_rendered(part)
            with neutral(figure):
                for child in list(figure._children.values()):
                    child.render()
                _inline(figure, markup=markup, links=bool(hosts))
                text = figure._template.render(this=figure, kwargs={"embedded": True})
            text = _renumbered(text, figure)
        finally:
            # What rendering adds to the page would stand there twice the next time.
            for part, children in zip(parts, before, strict=True):
                part._children.clear()
                part._children.update(children)
    if loader := _loader(text, tiled=bool(hosts)):
        raise InputError(
            N_("This map cannot be saved for offline use: it would load “{what}” from a network."),
            hint=N_("Take that layer away, or build the map with tiles=None."),
            what=loader,
        )
    # Folium forbids to enlarge the page with two fingers; whoever needs larger letters must be able to.
    text = re.sub(r",\s*maximum-scale=1\.0,\s*user-scalable=no", "", text)
    return _with_policy(_named(text, title, lang), hosts)


def _named(text: str, title: str, lang: Lang) -> str:
    """Return the page with its language and its title, where its figure has not said them."""
    text = text.replace("<html>", f'<html lang="{lang}-CA">', 1)
    if title or "<title>" not in text:
        named = html.escape(title or words_of(lang).t("Map"))
        text = re.sub(r"<title>.*?</title>", "", text, count=1, flags=re.DOTALL) if title else text
        text = text.replace("<head>", f"<head>\n<title>{named}</title>", 1)
    return text


def _forget_rendered(part: Any) -> None:
    """Drop what an earlier rendering by Folium has left in a part of a figure, under the name of another."""
    for name, child in list(part._children.items()):
        if re.search(r"_[0-9a-f]{32}", name) and name != child.get_name():
            del part._children[name]


class _Remote(HTMLParser):
    """Find the first element of a page that is loaded from elsewhere."""

    found = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an address that is neither within the page nor a link to follow."""
        for name, value in attrs:
            loads = name in {"src", "srcset", "data", "poster"} or (tag == "link" and name == "href")
            if loads and value and not value.startswith(("data:", "#")) and not self.found:
                self.found = f"<{tag} {name}={value[:80]}>"


def _loader(text: str, *, tiled: bool) -> str:
    """Return the first piece of the page's own code that would fetch something; empty when there is none."""
    remote = _Remote(convert_charrefs=True)
    remote.feed(_SCRIPT.sub(lambda m: f"<script{m['attributes']}></script>", text))
    if remote.found:
        return remote.found
    libraries = _library_codes()
    for match in _SCRIPT.finditer(text):
        code = match["code"]
        if "application/json" in match["attributes"] or code.strip().startswith(libraries):
            continue
        if not any(word in code for word in _LOADING):
            continue  # a page of many megabytes is not searched letter by letter
        for found in _LOADERS.finditer(_QUOTED.sub('""', code)):
            if not (tiled and found[0] == "L.tileLayer"):
                return found[0]
    return ""


def _refuse_remote(figure: Any) -> None:
    """Refuse elements that always need a network, by their class, before anything is rendered."""
    import folium
    from folium.raster_layers import ImageOverlay, VideoOverlay

    def refuse(what: str) -> InputError:
        return InputError(
            N_("This map cannot be saved for offline use: it would load “{what}” from a network."),
            hint=N_("Give the picture or the data themselves instead of their address."),
            what=what,
        )

    for element in tree(figure):
        marker = getattr(element, "marker", None)
        icon = getattr(marker, "icon", None) if marker is not None else element
        if type(icon) is folium.Icon and icon.options.get("icon", "") not in pins()["sign"]:
            raise InputError(
                N_(
                    "This map cannot be saved for offline use: the sign “{what}” needs a font from a network."
                ),
                hint=N_("Leave icon= out of folium.Icon, or take one of: {known}."),
                what=icon.options.get("icon"),
                known=", ".join(k for k in pins()["sign"] if k),
            )
        if isinstance(icon, folium.CustomIcon):
            for key in ("icon_url", "shadow_url"):
                if (url := str(icon.options.get(key) or "")) and not url.startswith("data:"):
                    raise refuse(f"{key.replace('_url', 'Url')} {url[:80]}")
        if isinstance(element, VideoOverlay):
            raise refuse("L.videoOverlay")
        if isinstance(element, ImageOverlay) and not str(element.url).startswith("data:"):
            raise refuse(f"L.imageOverlay {str(element.url)[:80]}")
        if isinstance(element, folium.GeoJson) and not element.embed:
            raise refuse(f"$.ajax {element.embed_link}")


def _inline(figure: Any, *, markup: bool, links: bool) -> None:
    """Give each link of the header its code, drop those that serve no element, refuse the others."""
    from branca.element import CssLink, JavascriptLink

    for name, link in list(figure.header._children.items()):
        if not isinstance(link, (CssLink, JavascriptLink)):
            continue
        code = None
        if name in _INLINED and not (name == "jquery" and not _uses_jquery(figure)):
            code = library(name)
            if name == "leaflet":
                code += f"{script('text.js')}(L, {literal(markup)}, {literal(links)});\n"
                if any(True for e in tree(figure) if "AwesomeMarkers" in _code_of(e)):
                    code += f"{script('pins.js')}(L, {literal(dict(pins()))});\n"
            elif name == "leaflet_css":
                code += f"\n{script('text.css')}"
        elif name not in _INLINED and name not in _ICON_LINKS and not _is_scale(figure, name):
            code = _local(figure, name, link, style=isinstance(link, CssLink))
        if code is None:
            del figure.header._children[name]
        else:
            cast("Any", link).code = code  # branca inlines a str; its annotation says bytes


def _code_of(element: Any) -> str:
    """Return what an element that rendering has added to a page will write."""
    return getattr(element, "_template_str", None) or ""


def _is_scale(figure: Any, name: str) -> bool:
    """Return whether a link is the library d3, which only colour scales asked for: we draw them without."""
    return name == "d3" and not any(name in _links(element) for element in tree(figure))


def _local(figure: Any, name: str, link: Any, *, style: bool) -> str:
    """Return the code of a plugin's file on this computer; refuse one that lies on a network."""
    if len(urlsplit(link.url).scheme) > 1 or link.url.startswith("//") or not Path(link.url).is_file():
        users = sorted({type(element).__name__ for element in tree(figure) if name in _links(element)})
        many = {"MarkerCluster", "FastMarkerCluster"} & set(users)
        raise InputError(
            N_("This map cannot be saved for offline use: its plugin “{what}” is loaded from a network."),
            hint=N_(
                "Draw many points with geosocial.cartography.large_layers.point_layer: it clusters offline."
            )
            if many
            else N_("Take it away, or name a copy of its file on this computer: add_js_link, add_css_link."),
            what=" ".join([*users[:1], name]),
        )
    text = _MAPPING_COMMENT.sub("", Path(link.url).read_text(encoding="utf-8")).strip()
    barred = r"</style|@import|url\(\s*[\"']?(?!data:|#)" if style else r"</script|<!--"
    if re.search(barred, text, re.IGNORECASE):
        raise InputError(
            N_("{file}: this file of a plugin cannot be put into a page."),
            hint=N_("It holds a tag, or names files of its own: take a version without them."),
            file=link.url,
        )
    return f"{text}\n"


def _links(element: Any) -> set[str]:
    """Return the names of the links that an element of Folium asks for."""
    return {key for kind in ("js", "css") for key, _ in getattr(element, f"default_{kind}", ())}


def _uses_jquery(figure: Any) -> bool:
    """Return whether the page's own code calls jQuery: most maps carry it for nothing."""
    own = figure.html.render() + figure.script.render()
    called = re.compile(r"(?<![\w$.])(?:\$[.(]|jQuery\b)")
    return any(word in own for word in ("$.", "$(", "jQuery")) and bool(called.search(_QUOTED.sub('""', own)))


@cache
def library(name: str) -> str:
    """Return the code of a library by the name of its link: ``leaflet``, ``leaflet_css`` or ``jquery``.

    Pictures of the style sheet become ``data:`` addresses, and the comment that names a source map is taken
    away (it has no end of line and would swallow what follows).
    """
    package, file = _INLINED[name]
    code = _MAPPING_COMMENT.sub("", _packaged(package, file).decode("utf-8")).strip()
    if name == "leaflet":
        return f"{code}\n{_marker_icon()}\n"
    if name == "leaflet_css":
        return _PICTURES.sub(lambda m: f'url("{_data_address(m["name"])}")', code)
    return f"{code}\n"


def _marker_icon() -> str:
    """Return the script that gives Leaflet's default marker its pictures: it would guess their folder."""
    addresses = {
        "iconUrl": _data_address("images/marker-icon.png"),
        "iconRetinaUrl": _data_address("images/marker-icon-2x.png"),
        "shadowUrl": _data_address("images/marker-shadow.png"),
    }
    options = ",".join(f'{key}:"{value}"' for key, value in addresses.items())
    return f'L.Icon.Default.imagePath="";L.Icon.Default.mergeOptions({{{options}}});'


def _data_address(picture: str) -> str:
    return "data:image/png;base64," + base64.b64encode(_packaged("XStatic-Leaflet", picture)).decode("ascii")


@cache
def _packaged(package: str, file: str) -> bytes:
    """Return a file of an installed package, found by its list of files without an import."""
    for entry in importlib.metadata.files(package) or ():
        if str(entry).replace("\\", "/").endswith(f"/data/{file}"):
            return Path(str(entry.locate())).read_bytes()
    raise InputError(
        N_("The installed package {package} does not hold {file}."),
        hint=N_("Install it again: pip install --force-reinstall {package}."),
        package=package,
        file=file,
    )


@cache
def _library_codes() -> tuple[str, ...]:
    return tuple(library(name).strip() for name in _INLINED)


def _renumbered(text: str, figure: Any) -> str:
    """Return the page with the ids of its elements numbered in the order of their first appearance."""
    random_ids = {element._id for element in tree(figure)}
    numbers: dict[str, str] = {}

    def number(match: re.Match[str]) -> str:
        found = match[0]
        return numbers.setdefault(found, str(len(numbers) + 1)) if found in random_ids else found

    return re.sub(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])", number, text)


def _with_policy(text: str, hosts: tuple[str, ...] = ()) -> str:
    """Return the page with a Content-Security-Policy: its own scripts by hash, pictures of `hosts` only."""
    hashes = []
    for match in _SCRIPT.finditer(text):
        if "application/json" not in match["attributes"]:
            digest = hashlib.sha256(match["code"].encode("utf-8")).digest()
            hashes.append(f"'sha256-{base64.b64encode(digest).decode('ascii')}'")
    policy = "; ".join(
        (
            "default-src 'none'",
            f"script-src {' '.join(dict.fromkeys(hashes))}",
            "style-src 'unsafe-inline'",
            " ".join(("img-src data: blob:", *hosts)),
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    return re.sub(r"<head>", lambda _: f'<head>\n<meta charset="utf-8">\n{meta}', text, count=1)
