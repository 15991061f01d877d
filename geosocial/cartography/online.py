"""Background tiles from a network: asked for by name, with their attribution, never by default.

A page with tiles is no longer offline. Its policy lets pictures come from the provider's hosts and from
nowhere else. A provider that wants a key is refused with the place to put it; CARTO has wanted one since
2026. OpenStreetMap's own servers refuse pages opened as a file (they send no referrer): serve such a page
from a site, or take another provider.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import urlsplit

from geosocial.errors import N_, InputError

#: Hosts whose tiles carry a mark over the map, or fail, without a key that their list of providers omits.
_KEYED: Final = ("cartocdn.com",)
#: What an address leaves to Leaflet; any other field is one that only a key or a user can fill.
_FILLED: Final = frozenset({"z", "x", "y", "-y", "r", "s"})


@contextmanager
def added(folium_map: Any, tiles: bool | str) -> Iterator[None]:
    """Add the tile layer that `tiles` names below all others, for as long as the context lasts."""
    if not isinstance(tiles, str):
        yield
        return
    import folium

    chart = folium_map
    if not isinstance(chart, folium.Map):
        chart = next(c for c in folium_map.get_root()._children.values() if isinstance(c, folium.Map))
    layer, before = _layer(tiles), dict(chart._children)
    chart.add_child(layer, name="geosocial_tiles", index=0)
    try:
        yield
    finally:
        chart._children.clear()
        chart._children.update(before)


def _layer(tiles: str) -> Any:
    """Return the tile layer of a provider's name, or of an address with its attribution after a space."""
    import folium
    import xyzservices.providers  # type: ignore[import-untyped]

    address, _, credit = tiles.partition(" ")
    if "{z}" in address:
        if not credit.strip():
            raise InputError(
                N_("The tiles “{what}” come without an attribution."),
                hint=N_("Write it after the address and a space: it is shown on the map."),
                what=address,
            )
        return folium.TileLayer(address, attr=credit.strip(), control=False)
    try:
        provider = xyzservices.providers.query_name(tiles)
    except ValueError:
        raise InputError(
            N_("No provider of tiles is called “{what}”."),
            hint=N_("Give a name such as OpenStreetMap.Mapnik, or an address with {{z}}/{{x}}/{{y}}."),
            what=tiles,
        ) from None
    if provider.requires_token():
        raise _key(provider.name)
    return folium.TileLayer(provider, control=False)


def _key(what: str) -> InputError:
    return InputError(
        N_("The tiles “{what}” need a key of their provider."),
        hint=N_("Put the address with your key in its place, or take another provider."),
        what=what,
    )


def hosts(figure: Any, tiles: bool | str) -> tuple[str, ...]:
    """Return the origins that the tile layers of a figure need.

    Raises
    ------
    InputError
        When there are tile layers and none were asked for, or one wants a key or has no attribution.
    """
    import folium

    from geosocial.cartography.neutral import tree

    found: dict[str, None] = {}
    for element in tree(figure):
        if not isinstance(element, (folium.TileLayer, folium.WmsTileLayer)):
            continue
        name = getattr(element, "tile_name", "") or element.get_name()
        if not tiles:
            raise InputError(
                N_("This map cannot be saved for offline use: its tile layer “{what}” comes from a network."),
                hint=N_("Build the map with tiles=None, or say tiles=True: the file then needs a network."),
                what=name,
            )
        address = str(getattr(element, "tiles", None) or getattr(element, "url", ""))
        parts = urlsplit(address)
        if set(re.findall(r"\{([^}]*)\}", address)) - _FILLED or (
            parts.netloc.endswith(_KEYED) and not parts.query
        ):
            raise _key(str(name))
        if not element.options.get("attribution"):
            raise InputError(
                N_("The tiles “{what}” come without an attribution."),
                hint=N_("Give the layer its attr: it is shown on the map."),
                what=name,
            )
        if parts.scheme != "https":
            raise InputError(
                N_("The tiles “{what}” do not come over https."),
                hint=N_("Give their https address."),
                what=name,
            )
        subdomains = str(element.options.get("subdomains") or "abc")
        for part in subdomains if "{s}" in address else [""]:
            found[f"https://{urlsplit(address.replace('{s}', part)).netloc}"] = None
    return tuple(found)
