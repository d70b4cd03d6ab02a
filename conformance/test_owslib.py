"""OWSLib as a client of WMS 1.1.1, WMS 1.3.0 and OGC API Features."""
import io

import fixtures
import pytest
from owslib.ogcapi.features import Features
from owslib.wms import WebMapService
from PIL import Image
from pictures import drawn, near

LAYERS = {"marks", "names", "crossing", "many", "relief"}


@pytest.fixture(scope="module", params=["1.1.1", "1.3.0"])
def wms(request, server):
    return WebMapService(f"{server.url}/wms", version=request.param)


def test_capabilities_name_service_layers_formats_and_operations(wms):
    assert wms.identification.title
    assert LAYERS <= set(wms.contents)
    assert {operation.name for operation in wms.operations} >= {"GetCapabilities", "GetMap", "GetFeatureInfo"}
    assert "image/png" in wms.getOperationByName("GetMap").formatOptions
    assert "application/json" in wms.getOperationByName("GetFeatureInfo").formatOptions


def test_every_layer_has_title_boxes_crs_and_styles(wms):
    for name in LAYERS:
        layer = wms[name]
        assert layer.title == f"Title of {name}"
        assert layer.boundingBoxWGS84 is not None
        assert {"EPSG:4326", "EPSG:3857"} <= {crs for crs in layer.crsOptions}, (name, layer.crsOptions)
        assert layer.styles, name


def test_boxes_of_layers_hold_their_features(wms):
    west, south, east, north = wms["marks"].boundingBoxWGS84
    assert west <= 100 and south <= -3 and east >= 139.25 and north >= 36.25
    assert east - west < 41 and north - south < 41, "and are not the whole world"


def test_a_map_is_drawn_at_its_place(wms):
    west, south, east, north = fixtures.MARKS[1]
    box = (west - 1, south - 1, west + 2, south + 2)
    answer = wms.getmap(layers=["marks"], styles=[""], srs="EPSG:4326", bbox=box, size=(300, 300), format="image/png", transparent=True)
    image = Image.open(io.BytesIO(answer.read())).convert("RGBA")
    assert image.size == (300, 300)
    assert near(drawn(image), (100, 150, 150, 200)), drawn(image)


def test_the_feature_under_a_pixel_is_told(wms):
    west, south, east, north = fixtures.MARKS[1]
    box = (west - 1, south - 1, west + 2, south + 2)
    asked = dict(layers=["marks"], query_layers=["marks"], styles=[""], srs="EPSG:4326", bbox=box, size=(300, 300), format="image/png")
    inside = wms.getfeatureinfo(xy=(125, 175), info_format="application/json", **asked).read().decode()
    assert "mark 1" in inside
    outside = wms.getfeatureinfo(xy=(10, 10), info_format="application/json", **asked).read().decode()
    assert "mark" not in outside.replace("marks", "")
    for kind in wms.getOperationByName("GetFeatureInfo").formatOptions:
        text = wms.getfeatureinfo(xy=(125, 175), info_format=kind, **asked).read().decode()
        assert "mark 1" in text, kind


def test_every_style_of_every_layer_is_drawable_and_has_a_legend(wms, server):
    for name in LAYERS:
        for style, about in wms[name].styles.items():
            answer = wms.getmap(layers=[name], styles=[style], srs="EPSG:3857", bbox=(1e7, -1e6, 1.6e7, 5e6), size=(64, 64), format="image/png")
            assert Image.open(io.BytesIO(answer.read())).size == (64, 64)
            legend = server.session.get(about["legend"], timeout=60)
            assert legend.status_code == 200 and legend.headers["content-type"].startswith("image/"), (name, style)


@pytest.fixture(scope="module")
def features(server):
    return Features(server.url)


def test_collections_and_conformance_are_found(features):
    assert set(features.feature_collections()) >= LAYERS - {"relief"}
    declared = features.conformance()["conformsTo"]
    for wanted in ("core", "oas30", "geojson", "html"):
        assert f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{wanted}" in declared


def test_items_come_with_limit_box_and_property(features):
    page = features.collection_items("many", limit=10)
    assert page["numberMatched"] == 1000 and page["numberReturned"] == len(page["features"]) == 10
    page = features.collection_items("many", bbox=[99.5, -0.5, 101.5, 0.5], limit=100)
    assert {row["properties"]["number"] for row in page["features"]} == {0, 1}
    page = features.collection_items("many", number=77, limit=100)
    assert [row["properties"]["number"] for row in page["features"]] == [77]


def test_an_item_is_found_by_its_id(features):
    first = features.collection_items("names", limit=1)["features"][0]
    again = features.collection_item("names", str(first["id"]))
    assert again["properties"] == first["properties"] and again["geometry"] == first["geometry"]


def test_queryables_name_the_columns(features):
    properties = features.collection_queryables("names")["properties"]
    assert {"number", "text", "big", "ratio", "yes", "moment"} <= set(properties)


def test_filters_in_cql2_text_are_answered(features):
    page = features.collection_items("many", filter="number BETWEEN 5 AND 8 AND \"group\" <> 'g6'", limit=100)
    assert {row["properties"]["number"] for row in page["features"]} == {5, 7, 8}
