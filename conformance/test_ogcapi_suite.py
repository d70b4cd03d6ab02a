"""OGC API – Features parts 1 and 2 and OGC API – Tiles part 1 by their abstract tests (17-069r4 and 18-058r1, annexes A; 20-057, annex A).

Checks of our own for what the other files of this folder do not ask. Collections, boxes, times, CRSs and tilesets are read from the service.
OGC's executable suites are other programs; nothing here is a result of them.
"""
import datetime
import re

import pytest
from pyproj import Transformer
from shapely.geometry import box, shape
from shapely.ops import unary_union

GEOJSON = {"headers": {"Accept": "application/geo+json"}}
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
RELATIONS = "http://www.opengis.net/def/rel/ogc/1.0/"
ABSURD = 2 ** 31 - 1


def links(document, relation):
    return [link for link in document["links"] if link["rel"] == relation]


@pytest.fixture(scope="module")
def collections(server):
    """The collections that have items."""
    listed = server.json("/collections")["collections"]
    found = [one for one in listed if one.get("itemType", "feature") == "feature" and links(one, "items")]
    assert len(found) >= 2
    return found


@pytest.fixture(scope="module")
def everything(server, collections):
    """All features of each collection, by its id."""
    return {one["id"]: walked(server, f"{server.url}/collections/{one['id']}/items?limit=500")[0] for one in collections}


def walked(server, url):
    """The features of all pages, and how many the first page says there are."""
    rows, matched = [], None
    while url:
        page = server.session.get(url, headers=GEOJSON["headers"], timeout=60).json()
        matched = page.get("numberMatched") if matched is None else matched
        rows += page["features"]
        url = next((link["href"] for link in links(page, "next")), None)
    return rows, matched


def items(server, name, **parameters):
    answer = server.get(f"/collections/{name}/items", **{**GEOJSON, "limit": 1000, **parameters})
    assert answer.status_code == 200, (answer.url, answer.text[:400])
    return answer.json()


def typed(document, self_type, alternates=("text/html",)):
    """A link to the document itself and to each other form of it, all with relation and type."""
    own, = links(document, "self")
    assert own["type"] == self_type
    assert set(alternates) <= {link["type"] for link in links(document, "alternate")}
    assert all(link.get("rel") and link.get("type") and link.get("href") for link in document["links"])


# Features, part 1: core


def test_the_landing_page_leads_to_all_that_there_is(server):
    """A.2.1, A.2.2: HTTP 1.1; the definition of the API, the classes, the data."""
    answer = server.get("/", headers={"Accept": "application/json"})
    assert answer.status_code == 200 and answer.raw.version == 11
    page = answer.json()
    typed(page, "application/json")
    for relation in ("service-desc", "service-doc", "conformance", "data"):
        for link in links(page, relation) or pytest.fail(relation):
            assert server.session.get(link["href"], headers={"Accept": link["type"]}, timeout=60).status_code == 200, link


def test_classes_that_are_tested_are_told(server):
    """A.2.4; and 18-058r1, A.1; 20-057, A.2."""
    told = server.json("/conformance")["conformsTo"]
    assert all(isinstance(one, str) for one in told) and len(set(told)) == len(told)
    for name in ("ogcapi-features-1/1.0/conf/core", "ogcapi-features-1/1.0/conf/oas30", "ogcapi-features-1/1.0/conf/html",
                 "ogcapi-features-1/1.0/conf/geojson", "ogcapi-features-2/1.0/conf/crs", "ogcapi-tiles-1/1.0/conf/core",
                 "ogcapi-tiles-1/1.0/conf/tileset", "ogcapi-tiles-1/1.0/conf/tilesets-list", "ogcapi-tiles-1/1.0/conf/dataset-tilesets",
                 "ogcapi-tiles-1/1.0/conf/geodata-tilesets"):
        assert f"http://www.opengis.net/spec/{name}" in told, name
    assert "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/gmlsf0" not in told, "GML is WFS's"


def test_parameters_of_items_are_defined_as_the_standard_has_them(server, collections):
    """A.2.7: bbox, limit and datetime, of the path of each collection."""
    api = server.get("/api", headers={"Accept": "application/vnd.oai.openapi+json;version=3.0"}).json()
    for one in collections:
        parameters = {}
        for parameter in api["paths"][f"/collections/{one['id']}/items"]["get"]["parameters"]:
            known = api["components"]["parameters"][parameter["$ref"].split("/")[-1]] if "$ref" in parameter else parameter
            parameters[known["name"]] = known
        for name in ("limit", "bbox", "datetime"):
            known = parameters[name]
            assert (known["in"], known["required"], known["style"], known["explode"]) == ("query", False, "form", False), name
        assert parameters["bbox"]["schema"]["type"] == "array" and parameters["bbox"]["schema"]["items"] == {"type": "number"}
        sizes = [(size["minItems"], size["maxItems"]) for size in parameters["bbox"]["schema"]["oneOf"]]
        assert sizes == [(4, 4), (6, 6)]
        limit = parameters["limit"]["schema"]
        assert limit["type"] == "integer" and 1 <= limit["minimum"] <= limit["default"] <= limit["maximum"]
        assert parameters["datetime"]["schema"]["type"] == "string"


def test_collections_tell_of_themselves_in_every_form(server, collections):
    """A.2.5, A.2.6: links with type, items in each form, the same alone as in the list."""
    listed = server.json("/collections")
    typed(listed, "application/json")
    for one in collections:
        assert all(link.get("rel") and link.get("type") for link in one["links"]), one["id"]
        assert {"application/geo+json", "text/html"} <= {link["type"] for link in links(one, "items")}
        for link in links(one, "items"):
            assert server.session.get(link["href"], headers={"Accept": link["type"]}, timeout=60).status_code == 200, link
        alone = server.json(f"/collections/{one['id']}")
        typed(alone, "application/json")
        for key in ("id", "title", "description", "extent", "crs", "storageCrs", "itemType"):
            assert alone.get(key) == one.get(key), key


def test_extents_hold_all_that_is_in_a_collection(collections, everything):
    """A.2.5, fc-md-extent: places and times."""
    for one in collections:
        west, south, east, north = one["extent"]["spatial"]["bbox"][0]
        ground = unary_union([box(*part) for part in parts(west, south, east, north)])
        assert one["extent"]["spatial"].get("crs", CRS84) == CRS84
        assert all(ground.buffer(1e-9).contains(shape(row["geometry"])) for row in everything[one["id"]] if row["geometry"]), one["id"]
        if "temporal" in one["extent"]:
            for end in one["extent"]["temporal"]["interval"][0]:
                assert end is None or re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", end)


def parts(west, south, east, north):
    """A box as boxes that do not cross 180°."""
    return [(west, south, east, north)] if west <= east else [(west, south, 180, north), (-180, south, east, north)]


def test_pages_have_what_they_must(server, collections, everything):
    """A.2.7, fc-response: type, features, links, when it was made, how many there are in it and in all."""
    for one in collections:
        for limit in (1, 10, 100):
            page = items(server, one["id"], limit=limit)
            assert page["type"] == "FeatureCollection" and len(page["features"]) <= limit
            typed(page, "application/geo+json")
            assert datetime.datetime.fromisoformat(page["timeStamp"].replace("Z", "+00:00")).tzinfo is not None
            assert page["numberReturned"] == len(page["features"])
            assert page["numberMatched"] == len(everything[one["id"]])
        assert len({row["id"] for row in everything[one["id"]]}) == len(everything[one["id"]])
        for row in everything[one["id"]]:
            west, south, east, north = shape(row["geometry"]).bounds
            assert -180 <= west <= east <= 180 and -90 <= south <= north <= 90, "without being asked otherwise, in CRS 84"


def test_a_limit_past_the_maximum_is_the_maximum(server, collections, everything):
    """A.2.7, fc-limit-response."""
    api = server.get("/api", headers={"Accept": "application/vnd.oai.openapi+json;version=3.0"}).json()
    most = api["components"]["parameters"]["limit"]["schema"]["maximum"]
    for one in collections:
        page = items(server, one["id"], limit=most + 1)
        assert len(page["features"]) == min(most, len(everything[one["id"]]))


# Across the meridian, the equator and 180°, at both poles, and around the world.
BOXES = [(-1.5, 50.0, 1.5, 53.0), (-80.0, -5.0, -70.0, 5.0), (99.0, -5.0, 105.0, 5.0), (177.0, -30.0, -177.0, 30.0), (177.0, 65.0, -177.0, 70.0),
         (-180.0, 85.0, 180.0, 90.0), (-180.0, -90.0, 180.0, -85.0), (-180.0, -90.0, 180.0, 90.0)]


@pytest.mark.parametrize("bbox", BOXES)
def test_boxes_anywhere_find_what_meets_them(server, collections, everything, bbox):
    """A.2.7, fc-bbox-response; a box of six numbers has heights between, which features without heights do not heed."""
    west, south, east, north = bbox
    for one in collections:
        meets = [row["id"] for row in everything[one["id"]] if any(shape(row["geometry"]).intersects(box(*part)) for part in parts(*bbox))]
        page = items(server, one["id"], bbox=",".join(map(str, bbox)))
        assert sorted(row["id"] for row in page["features"]) == sorted(meets), one["id"]
        tall = items(server, one["id"], bbox=f"{west},{south},-100,{east},{north},9000")
        assert sorted(row["id"] for row in tall["features"]) == sorted(meets), one["id"]


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def test_times_find_what_happened_then(server, collections, everything):
    """A.2.7, fc-time-response: a moment, periods with both ends, with one, and with a length as ISO 8601 writes it."""
    timed = [one for one in collections if "temporal" in one["extent"]]
    assert timed
    for one in timed:
        first, last = (moment(end) for end in one["extent"]["temporal"]["interval"][0])
        rows = everything[one["id"]]
        name = next(name for name in rows[0]["properties"] if name == "moment")

        def when(begin, end):
            return sorted(row["id"] for row in rows if begin <= moment(row["properties"][name]) <= end)

        def found(text):
            return sorted(row["id"] for row in items(server, one["id"], datetime=text)["features"])
        quarter = (last - first) / 4
        begin, end = first + quarter, first + 2 * quarter
        day = begin.date()
        whole = [datetime.datetime.combine(day, datetime.time(), datetime.timezone.utc) + datetime.timedelta(days=days) for days in (0, 2)]

        def spell(at):
            return at.isoformat().replace("+00:00", "Z")
        assert found(spell(first)) == when(first, first) != []
        assert found(f"{spell(begin)}/{spell(end)}") == when(begin, end) != []
        assert found(f"{spell(begin)}/..") == when(begin, last) and found(f"../{spell(begin)}") == when(first, begin)
        assert found(f"{day}/P2D") == when(whole[0], whole[1] - datetime.timedelta(microseconds=1)) != []
        assert found(f"{spell(begin)}/PT36H") == when(begin, begin + datetime.timedelta(hours=36)) != []
        assert server.get(f"/collections/{one['id']}/items", datetime=f"{day}/P2").status_code == 400
    for one in collections:
        if one not in timed:
            assert len(items(server, one["id"], datetime="1999-01-01")["features"]) == len(everything[one["id"]]), "without times all of them"


@pytest.mark.parametrize("wrong", [{"limit": "unlimited"}, {"limit": "0"}, {"unknownQueryParameter12345": "1"}, {"bbox": "1,2,3"}, {"datetime": "soon"}])
def test_wrong_and_unknown_parameters_are_refused(server, collections, wrong):
    """A.2.7: query-param-invalid, query-param-unknown."""
    for one in collections:
        answer = server.get(f"/collections/{one['id']}/items", headers=GEOJSON["headers"], **wrong)
        assert answer.status_code == 400, (answer.url, answer.text[:200])


def test_one_feature_has_what_it_must(server, collections, everything):
    """A.2.8: as in the collection, with links to itself, its other forms and its collection; one that is not there is not found."""
    for one in collections:
        for row in everything[one["id"]][:: max(1, len(everything[one["id"]]) // 3)]:
            answer = server.get(f"/collections/{one['id']}/items/{row['id']}", **GEOJSON)
            assert answer.status_code == 200 and answer.headers["content-type"].startswith("application/geo+json")
            feature = answer.json()
            assert all(feature[key] == row[key] for key in ("type", "id", "geometry", "properties"))
            typed(feature, "application/geo+json")
            assert links(feature, "collection")[0]["href"].startswith(f"{server.url}/collections/{one['id']}")
        assert server.get(f"/collections/{one['id']}/items/no-such-feature", **GEOJSON).status_code == 404


# Features, part 2: CRS


def test_crs_are_named_as_they_must_be(collections):
    """18-058r1, A.1: addresses or URNs; CRS 84 first; that of the data is among them."""
    for one in collections:
        assert one["crs"][0] == CRS84 and one["storageCrs"] in one["crs"] and len(set(one["crs"])) == len(one["crs"])
        assert all(re.fullmatch(r"http://www\.opengis\.net/def/crs/[A-Za-z]+/[\d.]+/\w+", crs) for crs in one["crs"])


def test_answers_say_their_crs_and_are_in_it(server, collections, everything):
    """18-058r1, A.2.1: Content-Crs without and with crs, of pages and of single features; positions as PROJ has them."""
    for one in collections:
        row = everything[one["id"]][0]
        for path in (f"/collections/{one['id']}/items", f"/collections/{one['id']}/items/{row['id']}"):
            assert server.get(path, **GEOJSON).headers["content-crs"] == f"<{CRS84}>"
            for crs in one["crs"]:
                answer = server.get(path, crs=crs, **GEOJSON)
                assert answer.status_code == 200 and answer.headers["content-crs"] == f"<{crs}>"
                rows = answer.json().get("features", [answer.json()])
                ours = next(one for one in rows if one["id"] == row["id"])
                change = Transformer.from_crs(proj(CRS84), proj(crs))
                # Rings run the same way round on paper, so that they turn where latitude comes first.
                moved = sorted(change.transform(*place[:2]) for place in corners(row["geometry"]))
                for given, got in zip(moved, sorted(corners(ours["geometry"])), strict=True):
                    assert list(got) == pytest.approx(given, abs=1e-2 if "3857" in crs else 1e-7), crs


def proj(crs):
    """The name that PROJ knows a CRS by."""
    authority, _, code = crs.rsplit("/", 3)[1:]
    return f"{authority}:{code}"


def corners(geometry):
    """All positions of a geometry, as they stand."""
    def walk(inner):
        if isinstance(inner[0], (int, float)):
            yield inner
        else:
            for one in inner:
                yield from walk(one)
    return list(walk(geometry["coordinates"]))


def test_boxes_in_every_crs_find_the_same(server, collections, everything):
    """18-058r1, A.2.2: in the extent, as it stands in CRS 84 and moved to each other CRS."""
    for one in collections:
        west, south, east, north = one["extent"]["spatial"]["bbox"][0]
        if west > east:
            west, east = 175.0, 180.0
        low = [west + (east - west) * 0.013, south + (north - south) * 0.017]
        high = [west + (east - west) * 0.97, south + (north - south) * 0.97]
        plain = sorted(row["id"] for row in items(server, one["id"], bbox=",".join(map(repr, low + high)))["features"])
        assert plain
        for crs in one["crs"]:
            change = Transformer.from_crs(proj(CRS84), proj(crs))
            moved = [*change.transform(*low), *change.transform(*high)]
            page = items(server, one["id"], **{"bbox": ",".join(map(repr, moved)), "bbox-crs": crs})
            assert sorted(row["id"] for row in page["features"]) == plain, crs


@pytest.mark.parametrize("crs", ["http://www.opengis.net/def/crs/0/unsupported", "http://www.opengis.net/def/crs/EPSG/0/32690",
                                 "http://www.opengis.net/def/crs/EPSG/0/2056"])
def test_a_crs_that_is_not_listed_is_refused(server, collections, everything, crs):
    """18-058r1, A.2.1, A.2.2: also one that exists, but is of another region."""
    for one in collections:
        path = f"/collections/{one['id']}/items"
        assert server.get(path, crs=crs).status_code == 400
        assert server.get(f"{path}/{everything[one['id']][0]['id']}", crs=crs).status_code == 400
        assert server.get(path, **{"bbox": "5,49,6,50", "bbox-crs": crs}).status_code == 400


# Tiles, part 1


def tilesets(server, document):
    """The lists of tilesets that a document leads to: (relation, list)."""
    for link in document["links"]:
        if link["rel"].startswith(f"{RELATIONS}tilesets-"):
            assert "/tiles" in link["href"]
            answer = server.session.get(link["href"], headers={"Accept": "application/json"}, timeout=60)
            assert answer.status_code == 200, link
            yield link["rel"], answer.json()["tilesets"]


def leading(server):
    """The documents that lead to tilesets: the landing page and each collection."""
    return [server.json("/"), *server.json("/collections")["collections"]]


def test_lists_of_tilesets_are_told_of_and_have_what_they_must(server):
    """20-057, A.9, A.10, A.12, A.13: the set, its address in the register, the CRS, the kind of data, and links that answer."""
    for document in leading(server):
        lists = dict(tilesets(server, document))
        assert f"{RELATIONS}tilesets-map" in lists or f"{RELATIONS}tilesets-vector" in lists, document.get("id")
        for relation, listed in lists.items():
            assert listed and all(one["dataType"] == relation.rsplit("-", 1)[-1] for one in listed)
            for one in listed:
                assert one["tileMatrixSetURI"].startswith("http://www.opengis.net/def/tilematrixset/OGC/1.0/")
                assert one["crs"] and links(one, "self")[0]["type"] == "application/json"
                for link in one["links"]:
                    assert server.session.get(link["href"], headers={"Accept": "application/json"}, timeout=60).status_code == 200, link


def templates(server, document):
    """Each tileset that a document leads to, with the templates of its tiles."""
    for relation, listed in tilesets(server, document):
        for one in listed:
            tileset = server.session.get(links(one, "self")[0]["href"], timeout=60).json()
            found = [link["href"] for link in links(tileset, "item")]
            assert found and all(f"{{{name}}}" in href for href in found for name in ("tileMatrix", "tileRow", "tileCol"))
            yield tileset, found


def tile(server, template, matrix, row, column):
    places = {"tileMatrix": matrix, "tileRow": row, "tileCol": column}
    return server.session.get(template.format(**places), timeout=60)


@pytest.mark.parametrize("name", ["", "marks", "many", "relief"])
def test_tiles_are_within_their_limits_and_nowhere_else(server, name):
    """20-057, A.2 to A.7: at the ends of the limits a tile or nothing in it; past the limits, the matrix and the set, none."""
    document = server.json(f"/collections/{name}" if name else "/")
    for tileset, found in templates(server, document):
        limits = tileset["tileMatrixSetLimits"]
        for template in found:
            for limit in (limits[0], limits[min(len(limits) - 1, 6)]):
                matrix, row, column = limit["tileMatrix"], limit["maxTileRow"], limit["minTileCol"]
                assert tile(server, template, matrix, row, column).status_code in (200, 204), (template, limit)
                for wrong in ((matrix, row + 1, column), (matrix, row, limit["maxTileCol"] + 1), (matrix, ABSURD, ABSURD), ("none", row, column)):
                    assert tile(server, template, *wrong).status_code in (400, 404), (template, wrong)


def test_sets_are_told_by_their_places_in_the_register(server):
    """20-057, A.24; 17-083r4, annex D."""
    listed = server.json("/tileMatrixSets")
    typed(listed, "application/json")
    ids = {one["id"] for one in listed["tileMatrixSets"]}
    assert {"WebMercatorQuad", "WorldCRS84Quad"} <= ids
    for one in listed["tileMatrixSets"]:
        found = server.session.get(links(one, "self")[0]["href"], headers={"Accept": "application/json"}, timeout=60).json()
        assert found["id"] == one["id"] and found["tileMatrices"]
