"""Vector tiles of the demo as mapbox-vector-tile, shapely, GDAL and the pmtiles package read them."""
import json
import re

import pytest

import vectortiles
from server import ROOT, program, run

DATASETS = ["gsj-mino-units", "gsj-mino-lines", "earthquakes", "plates"]


@pytest.fixture(scope="module", autouse=True)
def readers():
    for name in ("mapbox_vector_tile", "shapely", "pmtiles"):
        pytest.importorskip(name)


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """A data folder with the demo, not served."""
    data = tmp_path_factory.mktemp("tiles") / "data"
    run("demo", "--data", data, "--from", ROOT / "demo", "--no-serve")
    return data


@pytest.fixture(scope="module")
def extents(published):
    return {name: json.loads(run("show", published, name, "--json"))["about"]["extent"] for name in DATASETS}


@pytest.mark.parametrize("name", DATASETS)
def test_every_tile_is_valid_to_others(name, published, extents, tmp_path):
    archive = tmp_path / "all.pmtiles"
    said = vectortiles.export(program(), published, name, "0-6", archive)
    found = vectortiles.Found()
    for place, data in vectortiles.tiles_of(archive):
        found.add(vectortiles.check(data, place))
    assert found.faults == []
    assert (found.tiles, found.bytes) == (said["tiles"], said["bytes"])
    west, south, east, north = extents[name]
    for zoom in (8, 11, 14):
        for share in (0.3, 0.5, 0.8):
            place = vectortiles.tile_at(west + share * (east - west), south + share * (north - south), zoom)
            data = vectortiles.one_tile(program(), published, name, place, tmp_path)
            if data:
                assert vectortiles.check(data, place).faults == []


@pytest.mark.parametrize("name", DATASETS)
def test_gdal_reads_as_many_features(name, published, gdal, tmp_path):
    run("tiles", published, name, "--zoom", "5", "--to", tmp_path / "out")
    files = sorted((tmp_path / "out" / "5").glob("*/*.mvt"))
    assert files
    ours = sum(len(layer["features"]) for file in files for layer in vectortiles.decode(file.read_bytes()).values())
    said = gdal("ogrinfo", "-ro", "-so", "-al", "-oo", "TILE_EXTENSION=mvt", "-oo", "CLIP=NO", f"MVT:{tmp_path}/out/5")
    assert sum(map(int, re.findall(r"Feature Count: (\d+)", said))) == ours
    for file in files[:10]:
        whole = gdal("ogrinfo", "-ro", "-al", "-oo", "CLIP=NO", file)
        assert len(re.findall(r"^OGRFeature", whole, re.M)) == sum(len(layer["features"]) for layer in vectortiles.decode(file.read_bytes()).values())


@pytest.mark.parametrize("name", ["gsj-mino-units", "gsj-mino-lines", "earthquakes"])
def test_deep_tiles_hold_what_gdal_finds_in_their_ground(name, published, extents, gdal, tmp_path):
    import shapely
    import shapely.geometry
    source = next(published.glob(f"datasets/{name}/*/features.gpkg"))
    west, south, east, north = extents[name]
    compared = 0
    # Events are far apart.
    for zoom in (4, 5, 6) if name == "earthquakes" else (10, 12, 13):
        for share in (0.25, 0.4, 0.5, 0.6, 0.75):
            place = vectortiles.tile_at(west + share * (east - west), south + share * (north - south), zoom)
            data = vectortiles.one_tile(program(), published, name, place, tmp_path)
            shapes = [shapely.geometry.shape(feature["geometry"]) for layer in (vectortiles.decode(data) if data else {}).values()
                      for feature in layer["features"]]
            # The tolerance of tiles is four units at most.
            within = lambda margin: sum(shape.intersects(shapely.box(-margin, -margin, 4096 + margin, 4096 + margin)) for shape in shapes)
            box = vectortiles.box_of(*place)
            # Its summary counts by boxes; its list is exact.
            said = gdal("ogrinfo", "-ro", "-al", "-q", "-geom=NO", "-spat", *map(repr, box), source)
            counted = len(re.findall(r"^OGRFeature", said, re.M))
            assert within(-5) <= counted <= within(5), (place, counted)
            compared += counted
    assert compared > 0


def test_an_archive_says_what_it_holds_and_keeps_the_licence(published, tmp_path):
    from pmtiles.reader import MmapSource, Reader
    archive = tmp_path / "units.pmtiles"
    run("tiles", published, "gsj-mino-units", "--zoom", "4-9", "--to", archive)
    with open(archive, "rb") as file:
        reader = Reader(MmapSource(file))
        header, metadata = reader.header(), reader.metadata()
    assert (header["min_zoom"], header["max_zoom"], header["tile_type"].name, header["clustered"]) == (4, 9, "MVT", True)
    assert header["tile_compression"].name == "GZIP"
    assert metadata["vector_layers"][0]["id"] == "gsj-mino-units" and metadata["vector_layers"][0]["fields"]
    assert metadata["attribution"] and metadata["licence"]
    style = json.loads((tmp_path / "units.style.json").read_text())
    assert style["sources"]["tiles"]["url"] == "pmtiles://units.pmtiles"
    assert any(layer["type"] == "fill" for layer in style["layers"])


def test_pictures_are_exported_too(published, tmp_path):
    from pmtiles.reader import MmapSource, Reader
    archive = tmp_path / "units.pmtiles"
    run("tiles", published, "gsj-mino-units", "--zoom", "0-7", "--to", archive, "--format", "png")
    with open(archive, "rb") as file:
        reader = Reader(MmapSource(file))
        assert reader.header()["tile_type"].name == "PNG"
        assert reader.get(0, 0, 0)[:8] == b"\x89PNG\r\n\x1a\n"
    run("tiles", published, "etopo5", "--zoom", "0-2", "--to", tmp_path / "relief", "--format", "png")
    assert (tmp_path / "relief" / "0" / "0" / "0.png").read_bytes()[:4] == b"\x89PNG"
    assert json.loads((tmp_path / "relief" / "tilejson.json").read_text())["maxzoom"] == 2
