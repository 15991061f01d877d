"""Any Folium map as one file that opens offline: nothing is fetched, nothing is random, nothing else may run.

Leaflet and jQuery are taken from the installed packages XStatic-Leaflet and XStatic-jQuery and inlined;
element ids, which Folium draws at random, are renumbered, so that the same map gives the same bytes; a
Content-Security-Policy allows exactly the scripts of the page, by their hash, and no request. What needs a
network (tiles, plugins that load code, remote pictures) is refused in one line rather than left blank.

Text that a user typed is not made safe here: Folium puts popups and tooltips into code as they are. See
`geosocial.cartography.atlas` for the way that never does.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.metadata
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, cast

from geosocial.errors import N_, InputError
from geosocial.io.write import write_text

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
#: Code that fetches something when it runs, whatever element wrote it: its beginning, then the whole.
_LOADERS: Final[Mapping[str, str]] = {
    "L.tileLayer": r"L\.tileLayer(?:\.wms)?\(",
    "$.ajax": r"\$\.ajax\(",
    "fetch(": r"\bfetch\(",
    "L.imageOverlay": r"""L\.imageOverlay\(\s*["'](?:https?:)?//""",
    "iconUrl": r"""iconUrl["']?\s*:\s*["'](?:https?:)?//""",
    "src": r"""\bsrc\s*=\s*\\?["']?(?:https?:)?//""",
}
_MAPPING_COMMENT: Final = re.compile(
    r"[ \t]*(?://[#@]\s*sourceMappingURL=[^\n]*|/\*[#@]\s*sourceMappingURL=.*?\*/)"
)
_SCRIPT: Final = re.compile(r"<script(?P<attributes>[^>]*)>(?P<code>.*?)</script>", re.DOTALL | re.IGNORECASE)
_PICTURES: Final = re.compile(r"url\(\s*[\"']?(?P<name>images/[\w.-]+)[\"']?\s*\)")


def save(folium_map: Any, path: Path | str) -> None:
    """Write a Folium map to `path` as one offline file, in one step: the file is whole or it is not there.

    Parameters
    ----------
    folium_map
        A `folium.Map`, or a `branca.element.Figure` that holds one. It may be saved again afterwards.
    path
        The HTML file to write.

    Raises
    ------
    InputError
        When a layer, a plugin or a picture would be loaded from a network; it is named.

    Examples
    --------
    >>> import folium, tempfile
    >>> city = folium.Map([45.5, -73.6], tiles=None)
    >>> _ = folium.CircleMarker([45.5, -73.6]).add_to(city)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(city, Path(folder) / "city.html")
    """
    write_text(page(folium_map), Path(path))


def page(folium_map: Any) -> str:
    """Return the text of the offline page that `save` writes."""
    figure = folium_map.get_root()
    _refuse_remote(figure)
    parts = (figure.header, figure.html, figure.script)
    before = [dict(part._children) for part in parts]
    try:
        for child in list(figure._children.values()):
            child.render()
        _inline(figure)
        text = figure._template.render(this=figure, kwargs={"embedded": True})
        text = _renumbered(text, figure)
    finally:
        # What rendering adds to the page would stand there twice the next time.
        for part, children in zip(parts, before, strict=True):
            part._children.clear()
            part._children.update(children)
    if loader := _loader(text):
        raise InputError(
            N_("This map cannot be saved for offline use: it would load “{what}” from a network."),
            hint=N_("Take that layer away, or build the map with tiles=None."),
            what=loader,
        )
    # Folium forbids to enlarge the page with two fingers; whoever needs larger letters must be able to.
    text = re.sub(r",\s*maximum-scale=1\.0,\s*user-scalable=no", "", text)
    return _with_policy(text)


def _loader(text: str) -> str:
    """Return the first piece of the page's own code that would fetch something; empty when there is none."""
    libraries = _library_codes()
    own = _SCRIPT.sub(lambda m: "" if m["code"].strip() in libraries else m[0], text)
    for beginning, pattern in _LOADERS.items():
        if beginning in own and (found := re.search(pattern, own)):
            return " ".join(found[0].split())
    return ""


def _refuse_remote(figure: Any) -> None:
    """Refuse elements that always need a network, by their class, before anything is rendered."""
    import folium

    for element in _tree(figure):
        if isinstance(element, (folium.TileLayer, folium.WmsTileLayer)):
            raise InputError(
                N_("This map cannot be saved for offline use: its tile layer “{what}” comes from a network."),
                hint=N_("Build the map with tiles=None."),
                what=getattr(element, "tile_name", "") or element.get_name(),
            )
        if type(element) is folium.Icon:
            raise InputError(
                N_("This map cannot be saved for offline use: folium.Icon loads pictures from a network."),
                hint=N_("Use a Marker without icon, a CircleMarker or a DivIcon."),
            )


def _inline(figure: Any) -> None:
    """Give each link of the header its code, drop those that serve no element, refuse the others."""
    from branca.element import CssLink, JavascriptLink

    for name, link in list(figure.header._children.items()):
        if not isinstance(link, (CssLink, JavascriptLink)):
            continue
        if name == "jquery" and not _uses_jquery(figure):
            del figure.header._children[name]
        elif name in _INLINED:
            cast("Any", link).code = library(name)  # branca inlines a str; its annotation says bytes
        elif name in _ICON_LINKS:
            del figure.header._children[name]
        else:
            raise InputError(
                N_("This map cannot be saved for offline use: its plugin “{what}” is loaded from a network."),
                hint=N_(
                    "Take the plugin or colour scale away: only what Leaflet itself draws works offline."
                ),
                what=name,
            )


def _uses_jquery(figure: Any) -> bool:
    """Return whether the page's own code calls jQuery: most maps carry it for nothing."""
    own = figure.html.render() + figure.script.render()
    return re.search(r"(?<![\w$.])(?:\$[.(]|jQuery\b)", own) is not None


def _tree(element: Any) -> Iterator[Any]:
    """Yield an element of branca and all below it, in their order, the parts of a figure included."""
    yield element
    for part in ("header", "html", "script"):
        if hasattr(element, part) and hasattr(getattr(element, part), "_children"):
            yield from _tree(getattr(element, part))
    for child in element._children.values():
        yield from _tree(child)


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
def _library_codes() -> frozenset[str]:
    return frozenset(library(name).strip() for name in _INLINED)


def _renumbered(text: str, figure: Any) -> str:
    """Return the page with the ids of its elements numbered in the order of their first appearance."""
    random_ids = {element._id for element in _tree(figure)}
    numbers: dict[str, str] = {}

    def number(match: re.Match[str]) -> str:
        found = match[0]
        return numbers.setdefault(found, str(len(numbers) + 1)) if found in random_ids else found

    return re.sub(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])", number, text)


def _with_policy(text: str) -> str:
    """Return the page with a Content-Security-Policy: its own scripts by hash, no request at all."""
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
            "img-src data: blob:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    return re.sub(r"<head>", lambda _: f'<head>\n<meta charset="utf-8">\n{meta}', text, count=1)
