"""Answers against the schemas of the standards, from the copies in schemas/; nothing is fetched."""
import json
import pathlib

import pytest
from jsonschema import Draft7Validator, Draft202012Validator
from lxml import etree, html
from openapi_spec_validator import validate

SCHEMAS = pathlib.Path(__file__).parent / "schemas"
COLLECTIONS = ["marks", "names", "crossing", "many"]


class Offline(etree.Resolver):
    """Finds every schema and DTD in schemas/, by the end of its address."""

    KNOWN = {
        "xlink.xsd": "w3c/xlink.xsd", "xlinks.xsd": "w3c/xlink.xsd", "xml.xsd": "w3c/xml.xsd",
        "capabilities_1_3_0.xsd": "wms/1.3.0/capabilities_1_3_0.xsd", "exceptions_1_3_0.xsd": "wms/1.3.0/exceptions_1_3_0.xsd",
        "with_sld.xsd": "wms/with_sld.xsd", "sld_capabilities.xsd": "sld/1.1.0/sld_capabilities.xsd",
        "WMS_MS_Capabilities.dtd": "wms/1.1.1/WMS_MS_Capabilities.dtd", "capabilities_1_1_1.dtd": "wms/1.1.1/capabilities_1_1_1.dtd",
        "ogckml22.xsd": "kml/ogckml22.xsd", "atom-author-link.xsd": "kml/atom-author-link.xsd", "xAL.xsd": "kml/xAL.xsd",
        "exception_1_1_1.dtd": "wms/1.1.1/exception_1_1_1.dtd", "WMS_exception_1_1_1.dtd": "wms/1.1.1/WMS_exception_1_1_1.dtd",
    }

    def resolve(self, url, public_id, context):
        name = url.rsplit("/", 1)[-1]
        assert name in self.KNOWN, f"a schema that is not kept here is asked for: {url}"
        return self.resolve_filename(str(SCHEMAS / self.KNOWN[name]), context)


def xsd(name):
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(Offline())
    return etree.XMLSchema(etree.parse(str(SCHEMAS / name), parser))


def plain(content):
    return etree.fromstring(content, etree.XMLParser(load_dtd=False, resolve_entities=False, no_network=True))


def test_capabilities_1_3_0_are_valid(server):
    schema = xsd("wms/with_sld.xsd")
    answer = server.get("/wms", SERVICE="WMS", REQUEST="GetCapabilities", VERSION="1.3.0")
    assert answer.headers["content-type"].startswith("text/xml")
    schema.assertValid(plain(answer.content))


def test_capabilities_1_3_0_of_the_demo_are_valid(demo):
    schema = xsd("wms/with_sld.xsd")
    schema.assertValid(plain(demo.get("/wms", SERVICE="WMS", REQUEST="GetCapabilities", VERSION="1.3.0").content))


def check_dtd(content, name):
    dtd = etree.DTD(str(SCHEMAS / name))
    document = plain(content)
    assert dtd.validate(document), dtd.error_log.filter_from_errors()


def test_capabilities_1_1_1_are_valid(server):
    answer = server.get("/wms", SERVICE="WMS", REQUEST="GetCapabilities", VERSION="1.1.1")
    assert answer.headers["content-type"].startswith("application/vnd.ogc.wms_xml")
    check_dtd(answer.content, "wms/1.1.1/capabilities_1_1_1.dtd")


def test_exceptions_of_both_versions_are_valid(server):
    schema = xsd("wms/1.3.0/exceptions_1_3_0.xsd")
    schema.assertValid(plain(server.wms(request="GetMap", layers="nowhere").content))
    answer = server.wms("1.1.1", request="GetMap", layers="nowhere")
    assert answer.headers["content-type"].startswith("application/vnd.ogc.se_xml")
    check_dtd(answer.content, "wms/1.1.1/exception_1_1_1.dtd")


def feature_schema():
    """The GeoJSON schema of a feature."""
    return Draft7Validator(json.loads((SCHEMAS / "geojson" / "Feature.json").read_text()))


@pytest.mark.parametrize("name", COLLECTIONS)
def test_items_are_valid_geojson(server, name):
    validator = feature_schema()
    page = server.json(f"/collections/{name}/items", limit=50)
    assert page["type"] == "FeatureCollection"
    for row in page["features"]:
        errors = list(validator.iter_errors(row))
        assert not errors, errors[0]


@pytest.mark.parametrize("name", COLLECTIONS)
def test_a_page_says_how_many_when_and_where_to_go(server, name):
    answer = server.get(f"/collections/{name}/items", limit=2, headers={"Accept": "application/geo+json"})
    assert answer.headers["content-type"].startswith("application/geo+json")
    page = answer.json()
    assert page["numberReturned"] == len(page["features"]) == 2
    assert page["numberMatched"] >= 2 and page["timeStamp"]
    relations = {link["rel"] for link in page["links"]}
    assert {"self", "alternate", "next"} <= relations
    assert all(link["href"].startswith(server.url) and link.get("type") for link in page["links"])


def test_next_links_lead_through_everything_once(server):
    seen, url = [], f"{server.url}/collections/many/items?limit=73"
    while url:
        page = server.session.get(url, headers={"Accept": "application/geo+json"}, timeout=60).json()
        seen += [row["properties"]["number"] for row in page["features"]]
        url = next((link["href"] for link in page["links"] if link["rel"] == "next"), None)
    assert sorted(seen) == list(range(1000))


def test_properties_fit_the_schema_that_the_collection_gives(server):
    for name in COLLECTIONS:
        schema = server.get(f"/collections/{name}/schema", headers={"Accept": "application/schema+json"}).json()
        Draft202012Validator.check_schema(schema)
        for row in server.json(f"/collections/{name}/items", limit=20)["features"]:
            assert set(row["properties"]) <= set(schema["properties"])


def test_queryables_are_a_json_schema(server):
    for name in COLLECTIONS:
        answer = server.get(f"/collections/{name}/queryables", headers={"Accept": "application/schema+json"})
        assert answer.headers["content-type"].startswith("application/schema+json")
        Draft202012Validator.check_schema(answer.json())


def test_the_api_document_is_valid_openapi(server):
    answer = server.get("/api", headers={"Accept": "application/vnd.oai.openapi+json;version=3.0"})
    assert answer.headers["content-type"].startswith("application/vnd.oai.openapi+json")
    document = answer.json()
    validate(document)
    assert document["servers"][0]["url"].rstrip("/") == server.url
    paths = document["paths"]
    items = [path for path in paths if path.endswith("/items")]
    assert items and all("get" in paths[path] for path in items)


def test_every_link_of_the_documents_answers_with_its_type(server):
    seen = {}
    for path in ("/", "/collections", *(f"/collections/{name}" for name in [*COLLECTIONS, "relief"]), "/conformance", "/maps"):
        for link in server.json(path).get("links", []):
            seen[link["href"]] = link.get("type", "")
    assert len(seen) > 10
    for href, kind in seen.items():
        if not href.startswith(server.url) or "{" in href:
            continue
        answer = server.session.get(href, headers={"Accept": kind or "*/*"}, timeout=60)
        assert answer.status_code == 200, (href, answer.status_code)
        if kind:
            assert answer.headers["content-type"].split(";")[0] == kind.split(";")[0], (href, kind, answer.headers["content-type"])


def test_collections_have_what_features_part_1_and_2_ask(server):
    for collection in server.json("/collections")["collections"]:
        assert collection["id"] and collection["title"] and collection["links"]
        west, south, east, north = collection["extent"]["spatial"]["bbox"][0]
        assert south <= north
        if collection["id"] in COLLECTIONS:
            assert collection["itemType"] == "feature"
            assert "http://www.opengis.net/def/crs/OGC/1.3/CRS84" in collection["crs"]
            assert collection["storageCrs"] in collection["crs"]


@pytest.mark.parametrize("crs, first", [("http://www.opengis.net/def/crs/OGC/1.3/CRS84", 135.0), ("http://www.opengis.net/def/crs/EPSG/0/4326", 35.0),
                                        ("http://www.opengis.net/def/crs/EPSG/0/3857", 15028131.257)])
def test_answers_in_other_crs_have_the_authoritys_axes_and_say_so(server, crs, first):
    answer = server.get("/collections/marks/items", crs=crs, number=1)
    assert answer.headers["content-crs"] == f"<{crs}>"
    ring = answer.json()["features"][0]["geometry"]["coordinates"][0]
    assert min(position[0] for position in ring) == pytest.approx(first, abs=1e-2)


def test_a_box_in_another_crs_finds_the_same(server):
    latitude_first = server.json("/collections/marks/items", bbox="35.1,135.1,35.2,135.2", **{"bbox-crs": "http://www.opengis.net/def/crs/EPSG/0/4326"})
    plain_box = server.json("/collections/marks/items", bbox="135.1,35.1,135.2,35.2")
    assert [row["id"] for row in latitude_first["features"]] == [row["id"] for row in plain_box["features"]] != []


PAGES = ["/", "/collections", "/collections/names", "/collections/names/items", "/d/names", "/d/relief", "/maps", "/conformance", "/api"]


@pytest.mark.parametrize("path", PAGES)
def test_pages_can_be_read_without_scripts(server, path):
    answer = server.get(path, headers={"Accept": "text/html", "Accept-Language": "en"})
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/html"), answer.status_code
    page = html.fromstring(answer.content)
    assert page.get("lang"), "the language is said"
    assert page.xpath("string(//title)").strip() and page.xpath("//h1"), "a title and a heading"
    for element in page.xpath("//script"):
        element.drop_tree()
    words = " ".join(page.xpath("//body//text()")).split()
    assert len(words) > 10, words
    for address in page.xpath("//@src | //link/@href"):
        assert not address.startswith(("http:", "https:", "//")) or address.startswith(server.url), f"a foreign address: {address}"


def test_the_page_of_items_shows_their_texts(server):
    text = server.get("/collections/names/items", headers={"Accept": "text/html"}, limit=100).text
    for word in ("飛騨帯 片麻岩", "ชั้นหินลพบุรี", "ស្រទាប់ថ្ម", "Đá vôi Trias giữa"):
        assert word in text


def test_maps_and_legends_are_as_the_viewer_expects(server):
    listed = server.json("/maps", f="json")
    assert isinstance(listed["maps"], list)
    for name in ("marks", "relief"):
        one = server.json(f"/maps/{name}", f="json")
        assert {"id", "title", "view", "layers", "attribution", "links"} <= set(one)
        assert len(one["view"]["bbox"]) == 4
        layer = one["layers"][0]
        assert layer["kind"] == "layer" and layer["dataset"] == name and layer["wmsLayers"] == name
        legend = server.session.get(layer["legend"], headers={"Accept": "application/json"}, timeout=60).json()
        assert {"title", "style", "items"} <= set(legend)
        for item in legend["items"]:
            assert item["image"].startswith("data:image/png;base64,")


@pytest.mark.parametrize("name", COLLECTIONS)
def test_rows_as_kml_are_valid(server, name):
    answer = server.get(f"/collections/{name}/items", f="kml", limit=1000)
    assert answer.status_code == 200, answer.text[:500]
    document = plain(answer.content)
    xsd("kml/ogckml22.xsd").assertValid(document)
    assert document.findall(".//{*}Placemark") and document.find(".//{*}ScreenOverlay") is not None


def test_a_map_as_kml_is_valid(server):
    map = {"layers": "marks", "styles": "", "crs": "CRS:84", "bbox": "-10,-10,10,10", "width": 90, "height": 90}
    answer = server.wms(request="GetMap", format="application/vnd.google-earth.kml+xml", **map)
    document = plain(answer.content)
    xsd("kml/ogckml22.xsd").assertValid(document)
    picture = server.session.get(document.findtext(".//{*}GroundOverlay/{*}Icon/{*}href"), timeout=60)
    assert picture.headers["content-type"] == "image/png"
