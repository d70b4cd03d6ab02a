"""GDAL's own drivers for OGC API Features and WMS against the program."""
import json
import re

import fixtures
import pytest


def summary(gdal, dataset, name=None):
    """Count and extent (west, south, east, north) of a layer, as ogrinfo says them; the first layer without a name."""
    said = gdal("ogrinfo", "-so", "-ro", *([dataset, name] if name else ["-al", dataset]))
    extent = re.search(r"Extent: \(([-\d.]+), ([-\d.]+)\) - \(([-\d.]+), ([-\d.]+)\)", said)
    return int(re.search(r"Feature Count: (\d+)", said)[1]), extent and [float(number) for number in extent.groups()]


def as_geojson(gdal, dataset, name, folder, *arguments):
    """A layer as GDAL reads it, written as GeoJSON."""
    out = folder / "out.geojson"
    out.unlink(missing_ok=True)
    gdal("ogr2ogr", "-f", "GeoJSON", "-lco", "RFC7946=YES", *arguments, out, dataset, *([name] if name else []))
    return json.loads(out.read_text(encoding="utf-8"))["features"]


@pytest.mark.parametrize("name", ["marks", "names", "crossing", "many"])
def test_every_feature_with_its_texts_comes_through_gdal(gdal, server, source, tmp_path, name):
    ours = as_geojson(gdal, f"OAPIF:{server.url}", name, tmp_path)
    given = json.loads(source[name][0].read_text(encoding="utf-8"))["features"]
    assert len(ours) == len(given)
    by_number = {row["properties"]["number"]: row for row in ours}
    for row in given:
        found = by_number[row["properties"]["number"]]
        for key, value in row["properties"].items():
            got = found["properties"].get(key)
            if isinstance(value, str) and key in ("day", "moment"):
                assert re.sub(r"[^0-9]", "", str(got))[:len(re.sub(r"[^0-9]", "", value))] == re.sub(r"[^0-9]", "", value), (key, value, got)
            elif isinstance(value, bool):
                assert bool(got) is value, (key, value, got)
            elif isinstance(value, float):
                assert got == pytest.approx(value, rel=1e-12), key
            else:
                assert got == value, (key, value, got)
        assert found["geometry"]["type"] == row["geometry"]["type"]


@pytest.mark.parametrize("name", ["marks", "names", "many"])
def test_extent_and_count_are_those_of_the_file(gdal, server, source, name):
    count, extent = summary(gdal, source[name][0])
    assert summary(gdal, f"OAPIF:{server.url}", name) == (count, pytest.approx(extent, abs=1e-6))


def test_gdal_filters_by_box_and_by_attribute(gdal, server, tmp_path):
    rows = as_geojson(gdal, f"OAPIF:{server.url}", "many", tmp_path, "-spat", "99.5", "-0.5", "104.5", "2.5")
    expected = {at for at in range(1000) if at % 40 <= 4 and at // 40 <= 2}
    assert {row["properties"]["number"] for row in rows} == expected
    rows = as_geojson(gdal, f"OAPIF:{server.url}", "many", tmp_path, "-where", "\"group\" = 'g3' AND number < 100")
    assert {row["properties"]["number"] for row in rows} == {at for at in range(100) if at % 7 == 3}


def test_gdal_pages_through_everything_once(gdal, server, tmp_path):
    out = tmp_path / "paged.geojson"
    gdal("ogr2ogr", "-f", "GeoJSON", "-oo", "PAGE_SIZE=37", out, f"OAPIF:{server.url}", "many")
    numbers = [row["properties"]["number"] for row in json.loads(out.read_text())["features"]]
    assert sorted(numbers) == list(range(1000))


WMS_XML = """<GDAL_WMS><Service name="WMS"><Version>{version}</Version><ServerUrl>{url}/wms?</ServerUrl><{axis}>{crs}</{axis}>
<ImageFormat>image/png</ImageFormat><Layers>{layers}</Layers><Styles></Styles><Transparent>TRUE</Transparent>{order}</Service>
<DataWindow><UpperLeftX>{west}</UpperLeftX><UpperLeftY>{north}</UpperLeftY><LowerRightX>{east}</LowerRightX><LowerRightY>{south}</LowerRightY>
<SizeX>{width}</SizeX><SizeY>{height}</SizeY></DataWindow><BandsCount>4</BandsCount><BlockSizeX>2048</BlockSizeX><BlockSizeY>2048</BlockSizeY></GDAL_WMS>"""


def by_wms(gdal, server, folder, version, crs, box, size, layers="marks"):
    """RGBA bytes of a GetMap made by GDAL's WMS driver."""
    west, south, east, north = box
    # GDAL writes y first only when told to, as the CRS's authority does.
    y_first = version == "1.3.0" and crs == "EPSG:4326"
    order = "<BBoxOrder>yxYX</BBoxOrder>" if y_first else ""
    description = folder / "wms.xml"
    axis = "CRS" if version == "1.3.0" else "SRS"
    description.write_text(WMS_XML.format(version=version, url=server.url, axis=axis, crs=crs, layers=layers, order=order, west=west, south=south,
                                          east=east, north=north, width=size[0], height=size[1]))
    out = folder / "wms.raw"
    gdal("gdal_translate", "-q", "-of", "ENVI", "-co", "INTERLEAVE=BSQ", description, out)
    return out.read_bytes()


def opaque_box(raw, size):
    """Left, top, right, bottom of what is drawn in four planes of bytes."""
    width, height = size
    alpha = raw[3 * width * height:]
    places = [(at % width, at // width) for at, value in enumerate(alpha) if value >= 16]
    assert places, "nothing is drawn"
    columns, rows = [column for column, _ in places], [row for _, row in places]
    return min(columns), min(rows), max(columns) + 1, max(rows) + 1


def test_wms_pictures_of_both_versions_show_a_mark_at_its_place(gdal, server, tmp_path):
    size = 400, 400
    west, south, east, north = fixtures.MARKS[1]
    box = west - 0.5, south - 0.5, west + 1.5, south + 1.5
    scale = size[0] / 2.0
    expected = 0.5 * scale, size[1] - (north - box[1]) * scale, (east - box[0]) * scale, size[1] - 0.5 * scale
    pictures = [by_wms(gdal, server, tmp_path, version, "EPSG:4326", box, size) for version in ("1.1.1", "1.3.0")]
    for raw in pictures:
        found = opaque_box(raw, size)
        assert all(abs(a - b) <= 1 for a, b in zip(found, expected)), (found, expected)
    assert pictures[0] == pictures[1]


@pytest.mark.parametrize("crs", ["EPSG:3857", "EPSG:32654", "EPSG:6675"])
def test_wms_pictures_in_projected_crs_show_a_mark_where_proj_puts_it(gdal, server, tmp_path, crs):
    west, south, east, north = fixtures.MARKS[2]
    corners = [(x, y) for x in (west, (west + east) / 2, east) for y in (south, (south + north) / 2, north)]
    placed = transform(gdal, crs, corners)
    left, right = min(x for x, _ in placed), max(x for x, _ in placed)
    bottom, top = min(y for _, y in placed), max(y for _, y in placed)
    span = 2 * max(right - left, top - bottom)
    box = left - span / 4, bottom - span / 4, left + 3 * span / 4, bottom + 3 * span / 4
    size = 512, 512
    scale = size[0] / span
    expected = [(left - box[0]) * scale, (box[3] - top) * scale, (right - box[0]) * scale, (box[3] - bottom) * scale]
    found = opaque_box(by_wms(gdal, server, tmp_path, "1.1.1", crs, box, size), size)
    assert all(abs(a - b) <= 1.5 for a, b in zip(found, expected)), (found, expected)


def transform(gdal, crs, places):
    """Longitudes and latitudes in another CRS, by GDAL; x first."""
    import subprocess
    text = "\n".join(f"{x} {y}" for x, y in places)
    done = subprocess.run(["gdaltransform", "-s_srs", "OGC:CRS84", "-t_srs", crs, "-output_xy"], input=text, capture_output=True, text=True, check=True)
    return [tuple(map(float, line.split())) for line in done.stdout.splitlines()]


def test_a_grid_drawn_in_its_own_crs_has_its_bright_block_at_its_place(gdal, server, tmp_path):
    size = 400, 320        # two pixels a cell
    box = (fixtures.GRID_WEST, fixtures.GRID_NORTH - fixtures.GRID_ROWS * fixtures.GRID_CELL_M,
           fixtures.GRID_WEST + fixtures.GRID_COLUMNS * fixtures.GRID_CELL_M, fixtures.GRID_NORTH)
    raw = by_wms(gdal, server, tmp_path, "1.3.0", "EPSG:32654", box, size, "relief")
    width, height = size
    colour = lambda x, y: tuple(raw[plane * width * height + y * width + x] for plane in range(4))
    plain = colour(20, 20)
    different = [(at % width, at // width) for at in range(width * height) if colour(at % width, at // width) not in (plain, (0, 0, 0, 0))]
    found = (min(x for x, _ in different), min(y for _, y in different), max(x for x, _ in different) + 1, max(y for _, y in different) + 1)
    columns, rows = fixtures.BRIGHT
    expected = columns.start * 2, rows.start * 2, columns.stop * 2, rows.stop * 2
    assert all(abs(a - b) <= 2 for a, b in zip(found, expected)), (found, expected)
    assert colour(11, 11)[3] == 0, "the cell without data is not drawn"


def test_gdal_finds_the_layers_in_the_capabilities(gdal, server):
    said = json.loads(gdal("gdalinfo", "-json", f"WMS:{server.url}/wms?SERVICE=WMS&REQUEST=GetCapabilities"))
    addresses = " ".join(str(value) for value in said["metadata"]["SUBDATASETS"].values())
    for name in ("marks", "names", "crossing", "many", "relief"):
        assert re.search(rf"LAYERS={name}\b", addresses), name


def test_the_samples_of_a_grid_are_answered_exactly(server):
    """GetFeatureInfo at a cell's middle gives the cell's value."""
    column, row = 125, 45
    west, north = fixtures.GRID_WEST, fixtures.GRID_NORTH
    east, south = west + fixtures.GRID_COLUMNS * 500.0, north - fixtures.GRID_ROWS * 500.0
    for (at_column, at_row), value in {(column, row): 900.0, (10, 10): 100.0}.items():
        answer = server.wms(request="GetFeatureInfo", layers="relief", query_layers="relief", styles="", crs="EPSG:32654",
                            bbox=f"{west},{south},{east},{north}", width=200, height=160, i=at_column, j=at_row,
                            format="image/png", info_format="application/json")
        assert answer.status_code == 200, answer.text
        found = answer.json()["features"]
        assert len(found) == 1 and value in found[0]["properties"].values(), found


def demo_collections(demo):
    import pathlib
    from server import ROOT
    described = json.loads((ROOT / "demo" / "demo.json").read_text(encoding="utf-8"))["datasets"]
    return [(item["id"], pathlib.Path(ROOT / "demo" / item["file"]), item.get("layer")) for item in described
            if item["file"].endswith((".geojson", ".gpkg", ".zip"))]


def test_every_demo_collection_has_the_features_of_its_file(gdal, demo):
    wrong = []
    for name, path, wanted in demo_collections(demo):
        dataset = f"/vsizip/{path}" if path.suffix == ".zip" else path
        count, _ = summary(gdal, dataset, wanted)
        ours, _ = summary(gdal, f"OAPIF:{demo.url}", name)
        if ours != count:
            wrong.append((name, ours, count))
    assert not wrong


def test_japanese_legends_of_the_demo_are_intact(gdal, demo, tmp_path):
    from server import ROOT
    ours = as_geojson(gdal, f"OAPIF:{demo.url}", "gsj-mino-units", tmp_path)
    given = json.loads((ROOT / "demo" / "data" / "gsj_mino_units.geojson").read_text(encoding="utf-8"))["features"]
    texts = lambda rows: sorted(json.dumps({key: value for key, value in row["properties"].items() if isinstance(value, str)},
                                           ensure_ascii=False, sort_keys=True) for row in rows)
    assert texts(ours) == texts(given)
    assert any(re.search(r"[぀-ヿ一-鿿]", text) for text in texts(ours))


