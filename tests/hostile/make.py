"""Write hostile files: each case is a file and the result that is documented for it.

A case is *refused* (one line that says a certain text) or *read* (with that many rows located, unlocated and
rejected by `geosocial check`). Nothing else may happen to it.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely
import xlsxwriter

from tests.io.books import write_ods

Write = Callable[[Path], None]
Counts = tuple[int, int, int]

ROW = "A,45.5,-73.6\n"
HEADER = "nom,lat,lon\n"
CSV = HEADER + ROW


@dataclass(frozen=True)
class Case:
    """A hostile file and what becomes of it."""

    id: str
    name: str
    write: Write
    #: Located, unlocated, rejected; None when it is refused.
    counts: Counts | None = None
    #: What the refusal says.
    says: str = ""

    def __str__(self) -> str:
        return self.id


def data(content: str | bytes) -> Write:
    whole = content.encode() if isinstance(content, str) else content

    def write(path: Path) -> None:
        path.write_bytes(whole)

    return write


def read(
    name: str, content: str | bytes | Write, located: int, unlocated: int = 0, rejected: int = 0
) -> Case:
    suffix = name.rpartition(".")[2]
    write = content if callable(content) else data(content)
    return Case(name, f"f.{suffix}", write, counts=(located, unlocated, rejected))


def refused(name: str, content: str | bytes | Write, says: str) -> Case:
    suffix = name.rpartition(".")[2]
    return Case(name, f"f.{suffix}", content if callable(content) else data(content), says=says)


def encodings() -> Iterator[Case]:
    accents = "nom,lat,lon\nCafé,45.5,-73.6\nÉglise,45.4,-73.5\n"
    for name in ("utf-8", "utf-8-sig", "cp1252", "utf-16", "latin-1"):
        yield read(f"encoding-{name}.csv", accents.encode(name), 2)
    for name in ("utf-16-le", "utf-16-be"):
        mark = b"\xff\xfe" if name.endswith("le") else b"\xfe\xff"
        yield read(f"encoding-{name}-mark.csv", mark + accents.encode(name), 2)
        yield refused(f"encoding-{name}-no-mark.csv", accents.encode(name), "this format is not read")
    yield refused("encoding-utf-16-odd.csv", accents.encode("utf-16")[:-1], "cannot be decoded")
    yield refused("encoding-utf-32.csv", accents.encode("utf-32"), "cannot be decoded")
    yield refused("encoding-cp1252-undefined.csv", accents.encode("cp1252") + b"\x81", "cannot be decoded")
    yield read("encoding-broken-utf-8-is-cp1252.csv", accents.encode() + b"\xc3,45.5,-73.6\n", 3)
    yield read("encoding-two-marks.csv", b"\xef\xbb\xbf\xef\xbb\xbf" + CSV.encode(), 1)
    yield refused("encoding-mark-only.csv", b"\xef\xbb\xbf", "the file is empty")
    yield refused("encoding-utf-16-mark-only.csv", b"\xff\xfe", "the file is empty")
    yield read("encoding-nfc-nfd-twins.csv", "nom,lat,lon\nCafé,45.5,-73.6\nCafe\u0301,45.5,-73.6\n", 2)
    yield read("encoding-right-to-left.csv", "nom,lat,lon\n\u202eevil,45.5,-73.6\n", 1)
    yield read("encoding-emoji.csv", "nom,lat,lon\n👩‍👩‍👧‍👦,45.5,-73.6\n", 1)
    yield read("encoding-line-separators.csv", "nom,lat,lon\nA\u2028B\u0085C,45.5,-73.6\n", 1)


def delimiters() -> Iterator[Case]:
    for name, sign in (("semicolon", ";"), ("tab", "\t"), ("bar", "|"), ("comma", ",")):
        yield read(f"delimiter-{name}.csv", CSV.replace(",", sign), 1)
    yield read("delimiter-semicolon-decimal-comma.csv", "nom;lat;lon\nA;45,5;-73,6\n", 1)
    yield read("delimiter-said-by-excel.csv", "sep=;\nnom;lat;lon\nA;45,5;-73,6\n", 1)
    yield read("delimiter-wrong-suffix.tsv", CSV, 1)
    yield read("delimiter-mixed.csv", "nom,lat,lon\nA;B;C;D,45.5,-73.6\n", 1)
    yield read("delimiter-unknown.csv", CSV.replace(",", "^"), 0, 1)
    yield read("lines-cr.csv", CSV.replace("\n", "\r"), 1)
    yield read("lines-crlf.csv", CSV.replace("\n", "\r\n"), 1)
    yield read("lines-mixed.csv", "nom,lat,lon\r\nA,45.5,-73.6\nB,45.5,-73.6\r\n", 2)
    yield read("lines-no-last-end.csv", CSV.rstrip("\n"), 1)
    yield read("lines-blank-between.csv", CSV + "\n\n,,\n" + ROW, 2)


def ragged() -> Iterator[Case]:
    yield read("ragged-long.csv", CSV + "B,45.5,-73.6,surplus\n", 1, 0, 1)
    yield read("ragged-long-blank.csv", CSV + "B,45.5,-73.6,,,\n", 2)
    yield read("ragged-short.csv", CSV + "B,45.5\n", 1, 1)
    yield read("ragged-one-cell.csv", CSV + "B\n", 1, 1)
    yield refused("quote-unterminated.csv", CSV + '"B,45.5,-73.6\n', "quotation mark")
    yield refused("quote-unterminated-header.csv", '"nom,lat,lon\nA,45.5,-73.6\n', "quotation mark")
    yield read("quote-inside.csv", CSV + 'Le "Pont",45.5,-73.6\n', 2)
    yield read("quote-newline-in-cell.csv", CSV + '"B\nC",45.5,-73.6\n', 2)
    yield refused("nul-byte.csv", CSV + "B\0,45.5,-73.6\n", "this format is not read")
    yield refused("nul-byte-late.csv", CSV + ROW * 500 + "B\0,45.5,-73.6\n", "cannot be decoded")
    yield refused("empty.csv", "", "the file is empty")
    yield refused("empty-spaces.csv", "   \n\n  ", "the file is empty")
    yield refused("empty-cells.csv", ",,\n,,\n", "the file is empty")
    yield read("header-only.csv", HEADER, 0)
    yield refused("header-repeated.csv", "nom,lat,lat\nA,45.5,-73.6\n", "repeats these columns: lat")
    yield refused("header-repeated-spaces.csv", "nom,lat, lat \nA,45.5,-73.6\n", "repeats these columns: lat")
    yield read("header-ambiguous-position.csv", "nom,lat,latitude,lon\nA,45.5,45.6,-73.6\n", 0, 1)
    yield read("header-blank-name.csv", "nom,,lat,lon\nA,x,45.5,-73.6\n", 1)
    yield read("header-formula.csv", "=nom,lat,lon\nA,45.5,-73.6\n", 1)
    yield read("header-braces.csv", "%s,{0.__class__},lat,lon\nA,b,45.5,-73.6\n", 1)
    yield read("header-keyword.csv", "class,geometry,lat,lon\nA,b,45.5,-73.6\n", 1)
    yield read("title-rows.csv", "Liste des lieux,,\n\nVille,,\n" + CSV, 1)
    yield read("total-row.csv", "nom,lat,lon,logements\nA,45.5,-73.6,3\nB,45.5,-73.6,4\nTotal,,,7\n", 2)
    yield read("title-and-total.csv", "Lieux,,,\nnom,lat,lon,n\nA,45.5,-73.6,3\n\nTOTAL,,,3\n", 1)
    yield read("columns-20000.csv", wide(20_000), 1)
    yield refused(
        "cell-5-mb.csv",
        CSV + f'"{"x" * 5_000_000}",45.5,-73.6\n',
        "row 3 cannot be read as CSV: a cell has more than",
    )
    yield read("cell-100-kb.csv", CSV + f'"{"x" * 100_000}",45.5,-73.6\n', 2)
    yield read("rows-20000.csv", HEADER + ROW * 20_000, 20_000)


def wide(columns: int) -> str:
    names = ",".join(f"c{i}" for i in range(columns))
    return f"nom,lat,lon,{names}\nA,45.5,-73.6{',' * columns}\n"


def values() -> Iterator[Case]:
    def one(name: str, nom: str, lat: str = "45.5", lon: str = "-73.6", *, found: Counts = (1, 0, 0)) -> Case:
        stream = io.StringIO()
        csv.writer(stream).writerows([["nom", "lat", "lon"], [nom, lat, lon]])
        return read(f"value-{name}.csv", stream.getvalue(), *found)

    for name in ("NA", "Null", "None", "nan", "N/A", "", "TRUE", "1e5", "007", "3.0", "#REF!"):
        yield one(f"name-{name.replace('/', '-')}", name)
    for number, text in enumerate(
        (
            "=HYPERLINK(1)",
            "+1+cmd|' /C calc'!A0",
            "-2+3",
            "@SUM(1)",
            "\t=1",
            "</script><script>alert(1)</script>",
            '"><img src=x onerror=alert(1)>',
            "${7*7}{{7*7}}",
            "'; DROP TABLE zones; --",
            "/vsicurl/http://example.org/a",
            "../../etc/passwd",
            "%s%n%x",
            "{0.__class__.__mro__}",
        )
    ):
        yield one(f"injection-{number}", text)
    for text in ("NaN", "inf", "-Infinity", "1e999", "abc", "45°30'Z", "0x2D", "4_5", "٤٥", "1,2,3"):
        yield one(f"latitude-{text.replace(chr(39), '')}", "A", text, found=(0, 1, 0))
    yield one("latitude-comma", "A", "45,5")
    yield one("latitude-degrees-and-minutes", "A", "45°30'")
    yield one("latitude-unicode-minus", "A", "45.5", "−73.6")
    yield one("latitude-range", "A", "145.5", found=(0, 1, 0))
    yield one("position-zero", "A", "0", "0", found=(0, 1, 0))
    yield one("position-missing", "A", "", "", found=(0, 1, 0))
    yield read("value-ids-like-floats.csv", "id,lat,lon\n1.0,45.5,-73.6\n01,45.5,-73.6\n1e3,45.5,-73.6\n", 3)
    yield read("value-status-unknown.csv", "lat,lon,statut\n45.5,-73.6,existant\n45.5,-73.6,?\n", 1, 0, 1)
    yield read("value-capacity.csv", "lat,lon,capacité\n45.5,-73.6,1 200\n45.5,-73.6,x\n", 1, 0, 1)
    yield read("value-capacity-negative.csv", "lat,lon,capacité\n45.5,-73.6,-3\n", 0, 0, 1)


def feature(geometry: Any, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def collection(*features: Any, **members: Any) -> str:
    return json.dumps({"type": "FeatureCollection", "features": list(features), **members})


def point(*at: Any) -> dict[str, Any]:
    return {"type": "Point", "coordinates": list(at)}


def polygon(*ring: Any) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [list(map(list, ring))]}


SQUARE = ((-73.6, 45.5), (-73.5, 45.5), (-73.5, 45.6), (-73.6, 45.6), (-73.6, 45.5))
BOW = ((-73.6, 45.5), (-73.5, 45.6), (-73.5, 45.5), (-73.6, 45.6), (-73.6, 45.5))


def geojson() -> Iterator[Case]:
    good = feature(point(-73.6, 45.5), nom="A")
    yield read("json-point.geojson", collection(good), 1)
    yield read("json-wrong-suffix.csv", collection(good), 1)
    yield read("json-null-geometry.geojson", collection(good, feature(None)), 1, 1)
    yield read("json-zero.geojson", collection(feature(point(0, 0))), 0, 1)
    yield refused("json-range.geojson", collection(good, feature(point(-73.6, 95))), "are not degrees")
    yield read("json-one-feature.geojson", json.dumps(good), 1)
    yield read("json-mark.geojson", "\ufeff" + collection(good), 1)
    yield read("json-cp1252.json", collection(feature(point(-73.6, 45.5), nom="é")).encode(), 1)
    yield read("json-deep-properties.geojson", collection(feature(point(-73.6, 45.5), a=[[[[{}]]]])), 1)
    yield read("json-no-properties.geojson", collection({**good, "properties": None}), 1)
    yield refused("json-four-coordinates.geojson", collection(feature(point(-73.6, 45.5, 1, 2))), "damaged")
    yield read("json-empty-point.geojson", collection(good, feature(point())), 1, 1)
    for name, text in {
        "text": '["a", "b"]',
        "short": "[1]",
        "nested": "[[1, 2]]",
        "null": "null",
        "object": "{}",
        "true": "[true, false]",
    }.items():
        body = collection(good).replace("[-73.6, 45.5]", text)
        yield Case(f"json-coordinates-{name}", "f.geojson", data(body), None, "eometr")
    for name in ("NaN", "Infinity", "-Infinity"):
        yield refused(f"json-{name}.geojson", collection(good).replace("-73.6", name), "not valid JSON")
    yield refused("json-1e999.geojson", collection(good).replace("-73.6", "1e999"), "eometr")
    yield refused("json-cut.geojson", collection(good)[:-10], "not valid JSON")
    yield refused("json-trailing.geojson", collection(good) + "x", "not valid JSON")
    yield refused("json-deep.geojson", '{"a":' * 200_000, "not valid JSON")
    yield refused("json-deep-list.geojson", "[" * 200_000, "not valid JSON")
    yield refused("json-topology.json", '{"type":"Topology"}', "not GeoJSON with features")
    yield refused("json-empty-list.geojson", collection(), "the layer is empty")
    yield refused("json-feature-is-3.geojson", collection(3), "is not a GeoJSON feature")
    yield refused("json-unknown-type.geojson", collection(feature({"type": "Circle"})), "eometr")
    yield refused("json-open-ring.geojson", collection(feature(polygon(*SQUARE[:-1]))), "eometr")
    yield refused("json-unknown-crs.geojson", collection(good, crs=named("EPSG:0")), "is not known")
    yield refused("json-metres-no-crs.geojson", collection(feature(point(300000, 5040000))), "f.geojson")
    metres = collection(feature(point(300000, 5040000)), crs=named("EPSG:32188"))
    yield read("json-metres-crs.geojson", metres, 1)
    yield read("json-square.geojson", collection(feature(polygon(*SQUARE))), 1)
    yield read("json-bow-tie.geojson", collection(feature(polygon(*SQUARE)), feature(polygon(*BOW))), 1, 0, 1)
    yield read("json-mixed.geojson", collection(feature(polygon(*SQUARE)), good), 1, 0, 1)
    yield read("json-polygon-and-null.geojson", collection(feature(polygon(*SQUARE)), feature(None)), 1, 1)
    yield read("json-same-outline.geojson", collection(*[feature(polygon(*SQUARE))] * 2), 2)
    yield read("json-huge.geojson", collection(*[good] * 10_000), 10_000)


def named(crs: str) -> dict[str, Any]:
    return {"type": "name", "properties": {"name": crs}}


def xml() -> Iterator[Case]:
    kml = (
        '<kml xmlns="http://www.opengis.net/kml/2.2"><Placemark><name>A</name>'
        "<Point><coordinates>-73.6,45.5</coordinates></Point></Placemark></kml>"
    )
    gpx = '<gpx><wpt lat="45.5" lon="-73.6"><name>A</name></wpt></gpx>'
    outside = '<!DOCTYPE kml [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    lol = "<!DOCTYPE kml [" + '<!ENTITY a "' + "x" * 1000 + '">'
    lol += "".join(f'<!ENTITY b{i} "{f"&b{i - 1};" * 10 if i else "&a;" * 10}">' for i in range(9)) + "]>"
    yield read("xml-kml.kml", kml, 1)
    yield read("xml-gpx.gpx", gpx, 1)
    yield read("xml-kml-wrong-suffix.csv", kml, 1)
    yield read("xml-kml-no-geometry.kml", kml.replace("Point>", "Nothing>"), 0, 1)
    yield read("xml-network-link.kml", kml.replace("<Placemark>", LINK + "<Placemark>"), 1)
    yield refused("xml-external-entity.kml", outside + kml.replace(">A<", ">&x;<"), "XML, DOCTYPE")
    yield refused("xml-entity-bomb.kml", lol + kml.replace(">A<", ">&b8;<"), "XML, DOCTYPE")
    hidden = "<!-- " + "x" * 5_000 + " -->" + outside
    yield refused("xml-hidden-entity.kml", "<?xml version='1.0'?>" + hidden + kml, "this format is not read")
    yield refused("xml-external-entity.gpx", outside.replace("kml", "gpx") + gpx, "XML, DOCTYPE")
    yield refused("xml-cut.kml", kml[:-20], "not valid XML")
    yield refused("xml-undefined-entity.kml", kml.replace(">A<", ">&x;<"), "not valid XML")
    yield refused("xml-deep.kml", "<kml>" + "<a>" * 100_000, "not valid XML")
    yield refused("xml-bad-position.kml", kml.replace("-73.6,45.5", "-73.6,x"), "feature 1 is damaged")
    yield refused("xml-model.kml", kml.replace("Point>", "Model>"), "feature 1 is damaged")
    yield refused("xml-no-latitude.gpx", gpx.replace('lat="45.5"', ""), "feature 1 is damaged")
    yield refused("xml-empty.gpx", "<gpx></gpx>", "the layer is empty")
    yield refused("xml-svg.kml", "<svg></svg>", "this format is not read (XML)")
    yield refused("xml-html.kml", "<!DOCTYPE html><html></html>", "this format is not read (HTML)")
    yield refused("xml-vrt.csv", "<OGRVRTDataSource></OGRVRTDataSource>", "this format is not read (VRT)")
    yield refused("xml-utf-16.kml", kml.encode("utf-16"), "this format is not read")
    yield refused(
        "xml-unknown-encoding.kml", '<?xml version="1.0" encoding="x-none"?>' + kml, "not valid XML"
    )


LINK = "<NetworkLink><Link><href>http://127.0.0.1:9/a.kml</href></Link></NetworkLink>"


def workbook(rows: list[list[Any]], **options: Any) -> Write:
    def write(path: Path) -> None:
        with xlsxwriter.Workbook(str(path.with_suffix(".tmp")), options) as book:
            sheet = book.add_worksheet("Lieux")
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
        path.with_suffix(".tmp").replace(path)

    return write


def merged(path: Path) -> None:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.merge_range(0, 0, 0, 2, "Liste des lieux")
        sheet.write_row(2, 0, ["nom", "lat", "lon", "logements"])
        sheet.write_row(3, 0, ["A", 45.5, -73.6, 3])
        sheet.write_formula(4, 0, '="B"&"C"', value="")
        sheet.write_row(4, 1, [45.5, -73.6, 4])
        sheet.write(5, 0, "Total")
        sheet.write_formula(5, 3, "=SUM(D4:D5)", value=7)


def archive(members: Mapping[str, bytes | str]) -> Write:
    def write(path: Path) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
            for name, body in members.items():
                out.writestr(name, body)

    return write


def damaged(write: Write, change: Callable[[bytes], bytes]) -> Write:
    def again(path: Path) -> None:
        write(path)
        path.write_bytes(change(path.read_bytes()))

    return again


def longer_than_it_says(body: bytes) -> bytes:
    """Write a false size of the first part in the directory of an archive."""
    at = body.index(b"PK\x01\x02")
    return body[: at + 24] + (10).to_bytes(4, "little") + body[at + 28 :]


def books() -> Iterator[Case]:
    table: list[list[Any]] = [["nom", "lat", "lon"], ["A", 45.5, -73.6]]
    good = workbook(table)
    yield read("book-plain.xlsx", good, 1)
    yield read("book-wrong-suffix.csv", good, 1)
    yield read("book-titles-formulas-total.xlsx", merged, 2)
    yield read(
        "book-formula-text.xlsx", workbook([*table, ["=1+1", 45.5, -73.6]], strings_to_formulas=True), 2
    )
    yield read("book-ods.ods", lambda path: write_ods(path, [[str(c) for c in row] for row in table]), 1)
    yield refused("book-ods-entity.ods", ods_entity, "cannot be read")
    yield refused("book-empty.xlsx", workbook([]), "the file is empty")
    yield refused("book-cut.xlsx", damaged(good, lambda b: b[: len(b) // 2]), "damaged or cut short")
    yield refused("book-flipped.xlsx", damaged(good, lambda b: b[:200] + b"\xff" * 40 + b[240:]), "f.xlsx")
    yield refused("book-lying-size.xlsx", damaged(good, longer_than_it_says), "damaged or cut short")
    yield refused("book-zeros.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 4096, "cannot be read")
    yield refused("book-no-sheets.xlsx", archive({"xl/workbook.xml": "<workbook/>"}), "cannot be read")
    bomb: dict[str, bytes | str] = {
        "xl/workbook.xml": "<workbook/>",
        "xl/worksheets/sheet1.xml": b" " * (60 << 20),
    }
    yield refused("book-bomb.xlsx", archive(bomb), "too large once it is unpacked")
    many = {"xl/workbook.xml": "<workbook/>"} | {f"a/{i}": "" for i in range(5_001)}
    yield refused("book-many-parts.xlsx", archive(many), "too large once it is unpacked")
    slip = {"xl/workbook.xml": "<workbook/>", "../../evil.txt": "evil"}
    yield refused("book-zip-slip.xlsx", archive(slip), "a name that leaves it")
    slip = {"xl/workbook.xml": "<workbook/>", "..\\..\\evil.txt": "evil"}
    yield refused("book-zip-slip-windows.xlsx", archive(slip), "a name that leaves it")
    yield refused("zip-plain.zip", archive({"a.txt": "a"}), "holds no Shapefile; it holds: a.txt")
    yield refused("zip-shapefile.zip", archive({"a.shp": "a", "a.dbf": "b"}), "lacks its part .shx")
    three = {"a.shp": "a", "a.dbf": "b", "a.shx": "c"}
    yield refused("zip-shapefile-damaged.zip", archive(three), "damaged or cut short")
    bomb = {"a.shp": b" " * (70 << 20), "a.dbf": "b", "a.shx": "c"}
    yield refused("zip-bomb.zip", archive(bomb), "too large once it is unpacked")
    yield refused("zip-lying-size.zip", damaged(archive(three), longer_than_it_says), "damaged or cut short")
    yield refused("zip-cut.zip", damaged(archive(three), lambda b: b[: len(b) // 2]), "damaged or cut short")
    yield refused("zip-empty.zip", archive({}), "the ZIP archive is empty")


def ods_entity(path: Path) -> None:
    bomb = "<!DOCTYPE a [" + "".join(
        f'<!ENTITY b{i} "{f"&b{i - 1};" * 10 if i else "x" * 100}">' for i in range(9)
    )
    write_ods(path, [["nom"], ["A"]], before=bomb + "]>")
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["content.xml"] = members["content.xml"].replace(b">A<", b">&b8;<")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name, body in members.items():
            out.writestr(name, body)


def frame() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"nom": ["A", "B"]}, geometry=[shapely.Point(-73.6, 45.5)] * 2, crs=4326)


def layer(suffix: str, *, keep: float = 1) -> Write:
    def write(path: Path) -> None:
        made = path.with_name(f"made{suffix}")
        frame().to_parquet(made) if suffix == ".parquet" else frame().to_file(made)
        whole = made.read_bytes()
        path.write_bytes(whole[: int(keep * len(whole))])

    return write


def layers() -> Iterator[Case]:
    for suffix in (".gpkg", ".parquet"):
        yield read(f"layer-good{suffix}", layer(suffix), 2)
        yield read(f"layer-wrong-suffix-{suffix[1:]}.csv", layer(suffix), 2)
        for share in (0.05, 0.5, 0.99):
            yield refused(f"layer-cut-{share}{suffix}", layer(suffix, keep=share), "f" + suffix)
    yield refused("layer-shp-alone.shp", b"\x00\x00\x27\x0a" + b"\0" * 100, "lacks its part")
    yield refused("sqlite-plain.gpkg", b"SQLite format 3\0" + b"\0" * 200, "this format is not read (SQLite)")
    yield refused("pdf.csv", b"%PDF-1.7\n", "this format is not read (PDF)")
    yield refused("gzip.csv", b"\x1f\x8b\x08\0" + b"\0" * 50, "this format is not read (GZIP)")
    yield refused("png.csv", b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "this format is not read")
    yield refused("parquet-header.parquet", b"PAR1" + b"\0" * 40 + b"PAR1", "damaged or cut short")


def cases() -> list[Case]:
    rooms = (encodings, delimiters, ragged, values, geojson, xml, books, layers)
    return [case for room in rooms for case in room()]
