"""Tiles and maps through clients: GDAL's WMTS, TMS, OGCAPI and MVT drivers, OWSLib's WMTS and WMS with times."""
import io
import json
import math
import pathlib
import re

import fixtures
import pytest
from owslib.wms import WebMapService
from owslib.wmts import WebMapTileService
from PIL import Image
from pictures import drawn, near, picture

REGISTER = pathlib.Path(__file__).parent / "schemas" / "tms"
HALF = 20037508.342789244


def mercator(longitude, latitude):
    """Web Mercator on the sphere, metres."""
    return longitude * HALF / 180, math.asinh(math.tan(math.radians(latitude))) * HALF / math.pi


def box_of(mark):
    west, south, east, north = fixtures.MARKS[mark]
    return *mercator(west, south), *mercator(east, north)


def tile_of(zoom, x, y):
    side = 2 * HALF / 2 ** zoom
    return int((x + HALF) // side), int((HALF - y) // side)


@pytest.mark.parametrize("name", sorted(path.stem for path in REGISTER.glob("*.json")))
def test_tile_matrix_sets_are_those_of_the_register(server, name):
    ours, theirs = server.json(f"/tileMatrixSets/{name}"), json.loads((REGISTER / f"{name}.json").read_text())
    assert ours["id"] == theirs["id"] and ours["uri"] == theirs["uri"]
    crs = theirs["crs"]["uri"] if isinstance(theirs["crs"], dict) else theirs["crs"]
    assert ours["crs"].rsplit("/", 3)[1::2] == crs.rsplit("/", 3)[1::2], (ours["crs"], crs)
    by_id = {matrix["id"]: matrix for matrix in ours["tileMatrices"]}
    for matrix in theirs["tileMatrices"]:
        found = by_id[matrix["id"]]
        for key in ("tileWidth", "tileHeight", "matrixWidth", "matrixHeight"):
            assert found[key] == matrix[key], (name, matrix["id"], key)
        for key in ("scaleDenominator", "cellSize"):
            assert found[key] == pytest.approx(matrix[key], rel=5e-8), (name, matrix["id"], key)
        assert found["pointOfOrigin"] == pytest.approx(matrix["pointOfOrigin"], abs=1e-6), (name, matrix["id"])


@pytest.mark.parametrize("template", [
    "/collections/marks/map/tiles/WebMercatorQuad/{z}/{y}/{x}?f=png", "/collections/marks/tiles/WebMercatorQuad/{z}/{y}/{x}.png",
    "/maps/marks/map/tiles/WebMercatorQuad/{z}/{y}/{x}", "/map/tiles/WebMercatorQuad/{z}/{y}/{x}?collections=marks",
    "/wmts/1.0.0/marks/default/WebMercatorQuad/{z}/{y}/{x}.png",
    "/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=marks&STYLE=default&FORMAT=image/png&TILEMATRIXSET=WebMercatorQuad"
    "&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}",
])
def test_a_mark_is_at_its_place_in_every_kind_of_tile(server, template):
    zoom, (left, bottom, right, top) = 8, box_of(1)
    side = 2 * HALF / 2 ** zoom
    first, last = tile_of(zoom, left, top), tile_of(zoom, right, bottom)
    whole = Image.new("RGBA", (256 * (last[0] - first[0] + 1), 256 * (last[1] - first[1] + 1)))
    for column in range(first[0], last[0] + 1):
        for row in range(first[1], last[1] + 1):
            tile = picture(server.get(template.format(z=zoom, y=row, x=column)))
            whole.paste(tile, ((column - first[0]) * 256, (row - first[1]) * 256))
    scale = 256 / side
    west, north = first[0] * side - HALF, HALF - first[1] * side
    expected = [(left - west) * scale, (north - top) * scale, (right - west) * scale, (north - bottom) * scale]
    assert near(drawn(whole), expected, 1.5), (drawn(whole), expected)


def test_the_map_is_drawn_at_its_place_and_says_where(server):
    west, south, east, north = fixtures.MARKS[1]
    answer = server.get("/collections/marks/map", **{"bbox": f"{west - 1},{south - 1},{east + 1},{north + 1}", "width": 500, "height": 500,
                                                     "headers": {"Accept": "image/png"}})
    assert near(drawn(picture(answer)), (200, 200, 300, 300)), drawn(picture(answer))
    assert answer.headers["content-crs"]
    assert len(answer.headers["content-bbox"].split(",")) == 4


def window(gdal, folder, dataset, *arguments):
    """What GDAL draws of a dataset as RGBA."""
    out = folder / "window.png"
    gdal("gdal_translate", "-q", "-of", "PNG", *arguments, dataset, out)
    return Image.open(out).convert("RGBA")


def mercator_window(mark):
    """A square of ground around a mark, in Web Mercator, and where the mark is in 400 pixels of it."""
    left, bottom, right, top = box_of(mark)
    span = 2 * max(right - left, top - bottom)
    west, north = left - span / 4, top + span / 4
    scale = 400 / span
    expected = [(left - west) * scale, (north - top) * scale, (right - west) * scale, (north - bottom) * scale]
    arguments = ["-projwin", west, north, west + span, north - span, "-outsize", 400, 400]
    return arguments, expected


def test_gdal_reads_wmts(gdal, server, tmp_path):
    said = gdal("gdalinfo", f"WMTS:{server.url}/wmts/1.0.0/WMTSCapabilities.xml")
    for layer in ("marks", "crossing", "many", "relief"):
        assert f"layer={layer}" in said, said
    arguments, expected = mercator_window(1)
    source = f"WMTS:{server.url}/wmts/1.0.0/WMTSCapabilities.xml,layer=marks,tilematrixset=WebMercatorQuad"
    image = window(gdal, tmp_path, source, *arguments)
    assert near(drawn(image), expected, 3), (drawn(image), expected)


def test_gdal_reads_wmts_in_utm(gdal, server, tmp_path):
    box = (fixtures.GRID_WEST, fixtures.GRID_NORTH, fixtures.GRID_WEST + fixtures.GRID_COLUMNS * fixtures.GRID_CELL_M,
           fixtures.GRID_NORTH - fixtures.GRID_ROWS * fixtures.GRID_CELL_M)
    source = f"WMTS:{server.url}/wmts?SERVICE=WMTS&REQUEST=GetCapabilities,layer=relief,tilematrixset=UTM54WGS84Quad"
    image = window(gdal, tmp_path, source, "-projwin", *box, "-outsize", 400, 320)
    columns, rows = fixtures.BRIGHT
    inside, outside = image.getpixel((2 * columns[5], 2 * rows[5])), image.getpixel((2 * columns[0] - 8, 2 * rows[5]))
    assert inside != outside, "the bright block stands out"
    assert image.getpixel((2 * columns[0] + 6, 2 * rows[0] + 6)) == inside


def test_gdal_reads_xyz_tiles(gdal, server, tmp_path):
    description = tmp_path / "xyz.xml"
    description.write_text(
        f'<GDAL_WMS><Service name="TMS"><ServerUrl>{server.url}/collections/marks/map/tiles/WebMercatorQuad/${{z}}/${{y}}/${{x}}?f=png</ServerUrl>'
        f'</Service><DataWindow><UpperLeftX>-{HALF}</UpperLeftX><UpperLeftY>{HALF}</UpperLeftY><LowerRightX>{HALF}</LowerRightX>'
        f'<LowerRightY>-{HALF}</LowerRightY><TileLevel>14</TileLevel><TileCountX>1</TileCountX><TileCountY>1</TileCountY><YOrigin>top</YOrigin>'
        f'</DataWindow><Projection>EPSG:3857</Projection><BlockSizeX>256</BlockSizeX><BlockSizeY>256</BlockSizeY><BandsCount>4</BandsCount>'
        f'<ZeroBlockHttpCodes>204,404</ZeroBlockHttpCodes></GDAL_WMS>')
    arguments, expected = mercator_window(1)
    image = window(gdal, tmp_path, description, *arguments)
    assert near(drawn(image), expected, 3), (drawn(image), expected)


def test_gdal_reads_maps_by_ogc_api(gdal, server, tmp_path):
    # Its tiles need GDAL 3.8, which is the first to read tile matrix sets as the standard has them.
    west, south, east, north = fixtures.MARKS[1]
    arguments = ["-projwin", west - 1, north + 1, east + 1, south - 1, "-outsize", 500, 500]
    image = window(gdal, tmp_path, f"OGCAPI:{server.url}/collections/marks", "-oo", "API=MAP", "-oo", "IMAGE_FORMAT=PNG", *arguments)
    assert near(drawn(image), (200, 200, 300, 300), 3), drawn(image)


def test_gdal_reads_vector_tiles(gdal, server, tmp_path):
    left, bottom, right, top = box_of(1)
    column, row = tile_of(7, (left + right) / 2, (bottom + top) / 2)
    tile = tmp_path / "tile.pbf"
    answer = server.get(f"/collections/marks/tiles/WebMercatorQuad/7/{row}/{column}?f=mvt", headers={"Accept-Encoding": "identity"})
    assert answer.status_code == 200 and "content-encoding" not in answer.headers
    tile.write_bytes(answer.content)
    said = gdal("ogrinfo", "-al", "-oo", "Z=7", "-oo", f"X={column}", "-oo", f"Y={row}", tile)
    assert "Layer name: marks" in said and "Feature Count: 1" in said, said
    found = [float(number) for number in re.search(r"Extent: \(([-\d.]+), ([-\d.]+)\) - \(([-\d.]+), ([-\d.]+)\)", said).groups()]
    side = 2 * HALF / 2 ** 7
    west, north = column * side - HALF, HALF - row * side
    # As far as the tile and the margin around it go.
    margin = side / 8
    clipped = max(left, west - margin), max(bottom, north - side - margin), min(right, west + side + margin), min(top, north + margin)
    assert all(abs(a - b) < side / 20 for a, b in zip(found, clipped)), (found, clipped)


def test_nothing_outside_the_limits_and_empty_vector_tiles(server):
    tileset = server.json("/collections/marks/tiles/WebMercatorQuad")
    limits = {limit["tileMatrix"]: limit for limit in tileset["tileMatrixSetLimits"]}
    limit = limits["9"]
    outside = server.get(f"/collections/marks/tiles/WebMercatorQuad/9/{limit['minTileRow'] - 1}/{limit['minTileCol']}")
    assert outside.status_code == 404 and outside.json()["detail"]
    empty = server.get(f"/collections/marks/tiles/WebMercatorQuad/9/{limit['minTileRow']}/{limit['minTileCol']}?f=mvt")
    assert empty.status_code == 204 and not empty.content


def test_tilejson_leads_to_tiles(server):
    document = server.json("/collections/many/tiles/WebMercatorQuad", f="tilejson")
    assert document["tilejson"] == "3.0.0" and document["scheme"] == "xyz"
    assert [layer["id"] for layer in document["vector_layers"]] == ["many"]
    west, south, east, north = document["bounds"]
    x, y = mercator((west + east) / 2, (south + north) / 2)
    column, row = tile_of(4, x, y)
    address = document["tiles"][0].replace("{z}", "4").replace("{x}", str(column)).replace("{y}", str(row))
    answer = server.session.get(address)
    assert answer.status_code == 200 and answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"


@pytest.fixture(scope="module")
def wmts(server):
    return WebMapTileService(f"{server.url}/wmts")


def test_owslib_reads_wmts(server, wmts):
    assert {"marks", "names", "crossing", "many", "relief"} <= set(wmts.contents)
    layer = wmts["marks"]
    assert layer.title == "Title of marks"
    assert {"WebMercatorQuad", "WorldCRS84Quad"} <= set(layer.tilematrixsetlinks)
    assert "image/png" in layer.formats
    west, south, east, north = layer.boundingBoxWGS84
    assert west <= 100 and south <= -3 and east >= 139.25 and north >= 36.25
    left, bottom, right, top = box_of(1)
    column, row = tile_of(6, (left + right) / 2, (bottom + top) / 2)
    answer = wmts.gettile(layer="marks", tilematrixset="WebMercatorQuad", tilematrix="6", row=row, column=column, format="image/png")
    image = Image.open(io.BytesIO(answer.read())).convert("RGBA")
    assert image.size == (256, 256) and drawn(image)


def test_owslib_finds_times(server):
    layer = WebMapService(f"{server.url}/wms", version="1.3.0")["names"]
    time = layer.dimensions["time"]
    assert time["units"] == "ISO8601"
    start, end, _ = "".join(time["values"]).strip().split("/")
    assert start.startswith("2020-01-01") and end.startswith("2020-01-15")


def test_times_and_conditions_choose_rows(server):
    box = "29.5,129.5,32,132"
    def count(**more):
        image = picture(server.wms(request="GetMap", layers="names", styles="", crs="EPSG:4326", bbox=box, width=500, height=500,
                                   format="image/png", transparent="TRUE", **more))
        return sum(1 for alpha in image.getchannel("A").tobytes() if alpha > 16)
    all_rows, one = count(), count(time="2020-01-03")
    assert 0 < one < all_rows
    assert count(time="2020-01-01/2020-01-15") == all_rows
    assert count(time="1999") == 0
    assert 0 < count(cql_filter="number < 5") < all_rows
    assert count(cql_filter="number = 2") == one
    wrong = server.wms(request="GetMap", layers="names", styles="", crs="EPSG:4326", bbox=box, width=50, height=50, format="image/png", time="soon")
    assert wrong.status_code == 400 and "InvalidDimensionValue" in wrong.text


@pytest.mark.parametrize("kind,magic", [("image/webp", b"RIFF"), ("image/jpeg", b"\xff\xd8\xff"), ("image/png; mode=8bit", b"\x89PNG")])
def test_every_form_is_what_it_says(server, kind, magic):
    answer = server.map("marks", "EPSG:4326", (34, 134, 37, 137), (200, 200), format=kind)
    assert answer.status_code == 200 and answer.headers["content-type"] == kind, answer.text[:200]
    assert answer.content.startswith(magic)
    short = {"image/webp": "webp", "image/jpeg": "jpg"}.get(kind, "png8")
    tile = server.get(f"/collections/marks/map/tiles/WebMercatorQuad/0/0/0?f={short}")
    assert tile.headers["content-type"] == kind and tile.content.startswith(magic)


@pytest.mark.parametrize("path", [
    "/collections/marks/map/tiles/WebMercatorQuad/0/0/0?f=png", "/collections/marks/tiles/WebMercatorQuad/0/0/0?f=mvt", "/collections/marks/map?width=99",
    "/wmts/1.0.0/marks/default/WebMercatorQuad/0/0/0.png", "/collections/marks/tiles/WebMercatorQuad", "/collections",
])
def test_who_has_an_answer_is_not_sent_it_again(server, path):
    first = server.get(path)
    assert first.status_code == 200, first.text[:300]
    by_tag = server.get(path, headers={"If-None-Match": first.headers["etag"]})
    by_date = server.get(path, headers={"If-Modified-Since": first.headers["last-modified"]})
    assert (by_tag.status_code, by_date.status_code) == (304, 304)
    assert not by_tag.content and not by_date.content
