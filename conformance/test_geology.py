"""Geology: the schemas of GeoSciML and EarthResourceML, GDAL and OWSLib as clients, areas by PROJ, sheets in Thai and Chinese."""
import json

import pytest
from conftest import unpack
from lxml import etree
from owslib.wfs import WebFeatureService
from pyproj import Geod
from server import ROOT, Server, run
from shapely.geometry import box, mapping, shape
from shapely.validation import make_valid
from test_wfs import SCHEMAS, here, kept, plain, validate  # noqa: F401

AGES = "http://resource.geosciml.org/classifier/ics/ischart/"
ROCKS = "http://resource.geosciml.org/classifier/cgi/lithology/"
LITE = ["gsmlp:GeologicUnitView", "gsmlp:ShearDisplacementStructureView", "gsmlp:ContactView", "erl:MineralOccurrenceView", "erl:MineView"]
BASIC = ["gsmlb:MappedFeature", "gsmlb:ShearDisplacementStructure", "gsmlb:Contact"]
# What a schema imports for nothing but a remark on its level.
LEVELS = "gml/3.1.1/profiles/gmlsfProfile/1.0.0/gmlsfLevels.xsd"
EMPTY = '<schema xmlns="http://www.w3.org/2001/XMLSchema" targetNamespace="http://www.opengis.net/gmlsf"/>'
WGS84 = Geod(ellps="WGS84")


@pytest.fixture(scope="session")
def geosciml(kept):
    """The schemas of geology beside those of WFS."""
    names = unpack(SCHEMAS / "geosciml.tar.gz", kept)
    levels = kept / LEVELS
    levels.parent.mkdir(parents=True, exist_ok=True)
    levels.write_text(EMPTY, encoding="utf-8")
    for name in names:
        file = kept / name
        file.write_text(here(file.read_text(encoding="utf-8"), kept), encoding="utf-8")
    return kept


def km2(geometry):
    return abs(WGS84.geometry_area_perimeter(geometry)[0]) / 1e6


def wfs(server, **parameters):
    asked = {"SERVICE": "WFS", "VERSION": "2.0.0", "REQUEST": "GetFeature", **{key.upper(): value for key, value in parameters.items()}}
    answer = server.get("/wfs", **asked)
    assert answer.status_code == 200, answer.text[:600]
    return answer.content


def items(server, collection, **parameters):
    return server.json(f"/collections/{collection}/items", f="json", limit=1000, **parameters)["features"]


@pytest.mark.parametrize("name", LITE + BASIC)
def test_answers_are_valid_by_the_schemas_of_geology(demo, geosciml, name):
    content = wfs(demo, typenames=name).replace(
        b"http://schemas.earthresourceml.org/earthresourceml-lite/2.0/erml-lite.xsd",
        f"{geosciml}/earthresourceml/erml-lite-2.0.1.xsd".encode())
    document = validate(content, demo, geosciml)
    local = name.split(":")[1]
    assert len(document.findall(f"{{*}}member/{{*}}{local}")) == int(document.get("numberMatched")) > 0


def test_a_unit_in_full_has_its_history_and_its_rocks(demo):
    document = plain(wfs(demo, typenames="gsmlb:MappedFeature"))
    href = "{http://www.w3.org/1999/xlink}href"
    accreted = [
        unit for unit in document.iter("{*}GeologicUnit")
        if any(event.get(href, "").endswith("/accretion") for event in unit.iter("{*}eventProcess"))]
    assert len(accreted) == 35, "the accretionary complex of the sheet Mino"
    older = {age.get(href) for unit in accreted for age in unit.iter("{*}olderNamedAge")}
    younger = {age.get(href) for unit in accreted for age in unit.iter("{*}youngerNamedAge")}
    assert (older, younger) == ({AGES + "MiddleJurassic"}, {AGES + "Berriasian"})
    most = max(accreted, key=lambda unit: len(unit.findall("{*}composition")))
    rocks = [rock.get(href).removeprefix(ROCKS) for rock in most.iter("{*}lithology")]
    assert rocks[0] == "clastic_mudstone" and {"limestone", "basalt"} <= set(rocks)


def test_gdal_reads_the_views_and_hands_its_conditions_on(gdal, demo):
    source = f"WFS:{demo.url}/wfs?service=WFS&version=2.0.0"
    text = gdal("ogr2ogr", "-f", "GeoJSON", "/vsistdout/", source, "gsmlp:GeologicUnitView", GDAL_HTTP_UNSAFESSL="YES")
    rows = json.loads(text)["features"]
    expected = {row["id"]: row["properties"] for row in items(demo, "geologic-unit-view")}
    assert len(rows) == len(expected) == 124
    for row in rows:
        own = expected[row["properties"]["gml_id"].removeprefix("GeologicUnitView.")]
        assert row["properties"]["representativeAge_uri"] == own["representativeAge_uri"]
        assert row["properties"]["numericOlderAge"] == own["numericOlderAge"]
    where = f"representativeAge_uri = '{AGES}Holocene'"
    some = json.loads(gdal("ogr2ogr", "-f", "GeoJSON", "-where", where, "/vsistdout/", source, "gsmlp:GeologicUnitView"))["features"]
    assert len(some) == 3


def test_gdal_follows_the_schemas_of_units_in_full(gdal, demo, geosciml, tmp_path):
    """GMLAS makes a table of each thing that the schemas name, and knows which belongs to which."""
    document = tmp_path / "units.gml"
    document.write_text(here(wfs(demo, typenames="gsmlb:MappedFeature").decode(), geosciml), encoding="utf-8")
    # The one schema that a kept one names by its address; GDAL looks here before it asks the network.
    (tmp_path / "www.w3.org_2001_xml.xsd").write_bytes((SCHEMAS / "w3c" / "xml.xsd").read_bytes())
    settings = f'<Configuration><SchemaCache enabled="true"><Directory>{tmp_path}</Directory></SchemaCache></Configuration>'

    def table(name):
        text = gdal("ogr2ogr", "-f", "GeoJSON", "-dim", "XY", "/vsistdout/", "-oo", f"CONFIG_FILE={settings}", f"GMLAS:{document}", name)
        return [row["properties"] for row in json.loads(text)["features"]]

    plainly = plain(document.read_bytes())
    units, parts, events = (table(name) for name in ["geologicunit", "geologicunit_composition", "geologicevent"])
    assert len(table("mappedfeature")) == len(units) == 124
    assert len(parts) == len(list(plainly.iter("{*}composition"))) > 124
    assert len(events) == len(list(plainly.iter("{*}GeologicEvent"))) >= 124
    assert {part["parent_ogr_pkid"] for part in parts} <= {unit["ogr_pkid"] for unit in units}
    assert {unit["geologicunittype_title"] for unit in units} >= {"lithostratigraphic unit"}


def test_owslib_lists_and_gets_the_views(demo):
    service = WebFeatureService(f"{demo.url}/wfs", version="2.0.0")
    assert set(LITE + BASIC) <= set(service.contents)
    answer = service.getfeature(typename=["erl:MineralOccurrenceView"], maxfeatures=5).read()
    occurrences = plain(answer).findall(".//{*}MineralOccurrenceView")
    assert len(occurrences) == 5
    commodity = "http://resource.geosciml.org/classifier/cgi/commodity-code/"
    assert all(row.findtext("{*}representativeCommodity_uri").startswith(commodity) for row in occurrences)


def test_a_map_of_an_sld_with_terms_is_the_map_of_the_filter(demo):
    place = {"service": "WMS", "version": "1.3.0", "request": "GetMap", "layers": "gsj-mino-units", "crs": "CRS:84",
             "bbox": "136.74,35.49,137.01,35.68", "width": 540, "height": 380, "format": "image/png"}
    equal = "".join(
        f"<ogc:PropertyIsEqualTo><ogc:PropertyName>representativeAge_uri</ogc:PropertyName><ogc:Literal>{AGES}{age}</ogc:Literal></ogc:PropertyIsEqualTo>"
        for age in ("Holocene", "UpperCretaceous"))
    body = (
        '<StyledLayerDescriptor version="1.0.0" xmlns="http://www.opengis.net/sld" xmlns:ogc="http://www.opengis.net/ogc"><NamedLayer>'
        f"<Name>gsj-mino-units</Name><UserStyle><FeatureTypeStyle><Rule><ogc:Filter><ogc:Or>{equal}</ogc:Or></ogc:Filter><PolygonSymbolizer>"
        '<Fill><CssParameter name="fill">#336699</CssParameter></Fill></PolygonSymbolizer></Rule></FeatureTypeStyle></UserStyle></NamedLayer>'
        "</StyledLayerDescriptor>")
    plainly = body.replace(f"<ogc:Filter><ogc:Or>{equal}</ogc:Or></ogc:Filter>", "")
    filtered = f"representativeAge_uri IN ('{AGES}Holocene', '{AGES}UpperCretaceous')"
    by_sld = demo.get("/wms", **place, sld_body=body)
    by_filter = demo.get("/wms", **place, sld_body=plainly, cql_filter=filtered)
    assert by_sld.status_code == by_filter.status_code == 200 and by_sld.content[:4] == b"\x89PNG"
    assert by_sld.content == by_filter.content
    assert by_sld.content != demo.get("/wms", **place, sld_body=plainly).content


@pytest.mark.parametrize("by, column", [("age", "representativeAge_uri"), ("lithology", "representativeLithology_uri")])
@pytest.mark.parametrize("window", [None, (136.8, 35.53, 136.93, 35.62)])
def test_areas_are_those_that_proj_measures(demo, by, column, window):
    asked = {"by": by, "collection": "gsj-mino-units"}
    if window:
        asked["within"] = box(*window).wkt
    found = {row["class"]["uri"] if row["class"] else None: row for row in demo.json("/geology/areas", **asked)["rows"]}
    expected = {}
    own = {row["id"]: row["properties"].get(column) for row in items(demo, "gsj-mino-units", properties=column)}
    for row in items(demo, "gsj-mino-units"):
        geometry = make_valid(shape(row["geometry"]))
        part = geometry.intersection(box(*window)) if window else geometry
        if part.area > 0:
            expected[own[row["id"]]] = expected.get(own[row["id"]], 0) + km2(part)
    assert set(found) == set(expected)
    for uri, area in expected.items():
        assert found[uri]["area_km2"] == pytest.approx(area, rel=1e-6), uri
    assert sum(row["share"] for row in found.values()) == pytest.approx(1)


# A sheet of boxes whose areas are known, as a survey of Thailand and one of China would write them: unit, age, rock, box.
THAI = [
    ("หมวดหินราชบุรี", "ยุคเพอร์เมียน", "หินปูน", (99.0, 13.0, 99.5, 13.5)),
    ("หินแกรนิตเขาแดน", "ยุคไทรแอสซิก", "หินแกรนิต", (99.5, 13.0, 100.0, 13.5)),
    ("กลุ่มหินโคราช", "ยุคจูแรสซิก", "หินทราย", (99.0, 13.5, 99.5, 14.0)),
    ("หินบะซอลต์", "ยุคควอเทอร์นารี", "หินบะซอลต์", (99.5, 13.5, 100.0, 14.0)),
]
CHINESE = [
    ("栖霞组", "二叠纪", "石灰岩", (110.0, 24.0, 110.5, 24.5)),
    ("花岗岩体", "侏罗纪", "花岗岩", (110.5, 24.0, 111.0, 24.5)),
    ("红层", "白垩纪", "砂岩", (110.0, 24.5, 110.5, 25.0)),
    ("冲积层", "第四纪", "砾石", (110.5, 24.5, 111.0, 25.0)),
]
HEADINGS = {"thai": ("ชื่อหน่วยหิน", "อายุ", "หิน"), "chinese": ("地层名称", "地质年代", "岩性")}


@pytest.fixture(scope="session")
def sheets(tmp_path_factory):
    """A node with both sheets, mapped as the program itself proposes."""
    folder = tmp_path_factory.mktemp("sheets")
    data = folder / "data"
    run("init", data)
    for name, rows in (("thai", THAI), ("chinese", CHINESE)):
        unit, age, rock = HEADINGS[name]
        features = [
            {"type": "Feature", "properties": {unit: one[0], age: one[1], rock: one[2]}, "geometry": mapping(box(*one[3]))} for one in rows]
        path = folder / f"{name}.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False), encoding="utf-8")
        run("add", data, path, "--id", name)
        run("geology", data, name, "--propose", folder / f"{name}.json")
        report = json.loads(run("geology", data, name, "--mapping", folder / f"{name}.json", "--json"))
        open_rows = {one["kind"]: one["open"] for one in report["datasets"][0]["coverage"]}
        assert open_rows.get("age") == 0 and open_rows.get("lithology") == 0, report
    server = Server(["serve", data], folder / "log.txt").wait(300)
    yield server
    server.stop()


@pytest.mark.parametrize("asked, which", [
    ({"age": "Permian"}, [THAI[0], CHINESE[0]]),
    ({"age": "ペルム紀"}, [THAI[0], CHINESE[0]]),
    ({"age": "ยุคจูแรสซิก"}, [THAI[2], CHINESE[1]]),
    ({"age": "侏罗纪"}, [THAI[2], CHINESE[1]]),
    ({"age": "쥐라기"}, [THAI[2], CHINESE[1]]),
    ({"age": "Mesozoic", "relation": "within"}, [THAI[1], THAI[2], CHINESE[1], CHINESE[2]]),
    ({"age": "older than 251.902 Ma", "relation": "within"}, [THAI[0], CHINESE[0]]),
    ({"lithology": "limestone"}, [THAI[0], CHINESE[0]]),
    ({"lithology": "หินแกรนิต"}, [THAI[1], CHINESE[1]]),
    ({"lithology": "igneous_rock"}, [THAI[1], THAI[3], CHINESE[1]]),
    ({"lithology": "sedimentary_rock", "age": "Mesozoic"}, [THAI[2], CHINESE[2]]),
])
def test_sheets_in_two_languages_answer_one_question(sheets, asked, which):
    explained = sheets.json("/geology/ask", **asked)
    rows = items(sheets, "geologic-unit-view", filter=explained["filter"])
    assert sorted(row["properties"]["name"] for row in rows) == sorted(one[0] for one in which)
    areas = sheets.json("/geology/areas", by="age", **asked)
    assert areas["total_km2"] == pytest.approx(sum(km2(box(*one[3])) for one in which), rel=1e-6)


@pytest.mark.parametrize("layer", ["gsj-mino-units", "geologic-unit-view"])
def test_feature_info_in_xml_is_a_view_of_geosciml_lite(demo, geosciml, layer):
    answer = demo.get(
        "/wms", service="WMS", version="1.3.0", request="GetFeatureInfo", layers=layer, query_layers=layer, crs="CRS:84",
        bbox="136.74,35.49,137.01,35.68", width=540, height=380, i=180, j=130, info_format="application/xml")
    assert answer.headers["content-type"].startswith("application/xml")
    document = validate(answer.content, demo, geosciml)
    unit = document.find(".//{*}GeologicUnitView")
    assert unit.findtext("{*}identifier").startswith("urn:x-terrane:gsj-mino-units:")
    assert unit.findtext("{*}representativeAge_uri").startswith(AGES)
    assert unit.findtext("{*}representativeLithology_uri").startswith(ROCKS)
    assert document.find("{*}description") is None or "Geological Survey of Japan" in document.findtext("{*}description")
