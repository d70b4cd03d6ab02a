"""WFS 2.0 and 1.1.0: schemas of the standards, GDAL and OWSLib as clients, hostile requests."""
import json
import pathlib
import re
import socket
import threading

import fixtures
import pytest
from conftest import unpack
from lxml import etree
from owslib.wfs import WebFeatureService

SCHEMAS = pathlib.Path(__file__).parent / "schemas"
TYPES = ["marks", "names", "crossing", "many"]
BY_ID = "urn:ogc:def:query:OGC-WFS::GetFeatureById"
WFS, FES, GML = "http://www.opengis.net/wfs/2.0", "http://www.opengis.net/fes/2.0", "http://www.opengis.net/gml/3.2"
SPACE = {"wfs": WFS, "fes": FES, "gml": GML, "ows": "http://www.opengis.net/ows/1.1"}


def plain(content):
    return etree.fromstring(content, etree.XMLParser(load_dtd=False, resolve_entities=False, no_network=True, huge_tree=True))


@pytest.fixture(scope="session")
def kept(tmp_path_factory):
    """The schemas of the standards, unpacked."""
    folder = tmp_path_factory.mktemp("ogc")
    unpack(SCHEMAS / "ogc-features.tar.gz", folder)
    # One name for each file: a file that comes under two is read twice, and clashes with itself.
    for file in folder.rglob("*.xsd"):
        file.write_text(here(file.read_text(encoding="utf-8"), folder), encoding="utf-8")
    return folder


def here(text, folder):
    """A schema with the addresses of the copies that are kept."""
    text = text.replace("http://www.w3.org/1999/xlink.xsd", str(SCHEMAS / "w3c" / "xlink.xsd"))
    text = text.replace("http://www.w3.org/2001/xml.xsd", str(SCHEMAS / "w3c" / "xml.xsd"))
    return text.replace("http://schemas.opengis.net/", f"{folder}/")


class Offline(etree.Resolver):
    """Finds the schemas of the standards in a folder, and those of the server by asking it; nothing else is there."""

    def __init__(self, folder, server):
        super().__init__()
        self.folder, self.server = folder, server

    def resolve(self, url, public_id, context):
        for name in ("xlink.xsd", "xml.xsd"):
            if url.endswith(f"/{name}"):
                return self.resolve_filename(str(SCHEMAS / "w3c" / name), context)
        if "schemas.opengis.net/" in url:
            return self.resolve_filename(str(self.folder / url.split("schemas.opengis.net/")[1]), context)
        if url.startswith(self.server.url):
            answer = self.server.session.get(url, timeout=60)
            assert answer.status_code == 200, (url, answer.text[:300])
            return self.resolve_string(here(answer.text, self.folder), context, base_url=url)
        assert url.startswith((str(self.folder), "file:", "/")) or not re.match("https?:", url), f"a foreign schema is asked for: {url}"
        return None


def validate(content, server, kept):
    """Checks a document against all schemas that it names."""
    document = plain(content)
    locations = document.get("{http://www.w3.org/2001/XMLSchema-instance}schemaLocation").split()
    imports = "".join(
        f'<xs:import namespace="{namespace}" schemaLocation="{address.replace("&", "&amp;")}"/>'
        for namespace, address in zip(locations[::2], locations[1::2]))
    whole = f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">{imports}</xs:schema>'
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(Offline(kept, server))
    etree.XMLSchema(etree.fromstring(here(whole, kept), parser)).assertValid(document)
    return document


def ask(server, request, version="2.0.0", **parameters):
    asked = {"SERVICE": "WFS", "VERSION": version, "REQUEST": request, **{key.upper(): value for key, value in parameters.items()}}
    return server.get("/wfs", **asked)


def features(server, **parameters):
    answer = ask(server, "GetFeature", **parameters)
    assert answer.status_code == 200, answer.text[:600]
    return plain(answer.content)


def numbers(document):
    return [int(node.text) for node in document.iter("{*}number")]


def refusal(answer, status=400):
    document = plain(answer.content)
    assert etree.QName(document).localname == "ExceptionReport", answer.text[:300]
    assert answer.status_code == status, (answer.status_code, answer.text)
    exception = document.find("{*}Exception")
    return exception.get("exceptionCode"), exception.get("locator"), exception.findtext("{*}ExceptionText")


def fes(inner):
    return f'<fes:Filter xmlns:fes="{FES}" xmlns:gml="{GML}">{inner}</fes:Filter>'


def compare(op, name, literal, attributes=""):
    return (f"<fes:{op} {attributes}><fes:ValueReference>{name}</fes:ValueReference>"
            f"<fes:Literal>{literal}</fes:Literal></fes:{op}>")


# Schemas


@pytest.mark.parametrize("version", ["1.1.0", "2.0.0"])
def test_capabilities_are_valid_and_name_every_dataset_with_rows(server, kept, version):
    answer = server.get("/wfs", SERVICE="WFS", REQUEST="GetCapabilities", ACCEPTVERSIONS=version)
    document = validate(answer.content, server, kept)
    assert document.get("version") == version
    names = [node.text for node in document.findall(".//{*}FeatureType/{*}Name")]
    assert names == sorted(f"data:{name}" for name in TYPES), "and a grid is none"


@pytest.mark.parametrize("version", ["1.1.0", "2.0.0"])
@pytest.mark.parametrize("name", TYPES)
def test_features_are_valid_by_the_schema_that_they_name(server, kept, version, name):
    answer = ask(server, "GetFeature", version, typename=f"data:{name}", typenames=f"data:{name}", count=50, maxfeatures=50)
    document = validate(answer.content, server, kept)
    rows = list(document.iter("{%s}%s" % (f"{server.url}/ns/data", name)))
    assert len(rows) == min(50, {"marks": 3, "names": len(fixtures.NAMES), "crossing": 5, "many": 1000}[name])


def test_several_types_values_and_stored_queries_are_valid(server, kept):
    document = validate(ask(server, "GetFeature", typenames="(data:marks)(data:crossing)").content, server, kept)
    assert (document.get("numberMatched"), document.get("numberReturned")) == ("8", "8")
    validate(ask(server, "GetFeature", storedquery_id=BY_ID, id="marks.1").content, server, kept)
    validate(ask(server, "GetPropertyValue", typenames="data:names", valuereference="text").content, server, kept)
    validate(ask(server, "ListStoredQueries").content, server, kept)
    validate(ask(server, "DescribeStoredQueries").content, server, kept)


@pytest.mark.parametrize("version", ["1.1.0", "2.0.0"])
def test_exceptions_are_valid(server, kept, version):
    answer = ask(server, "GetFeature", version, typename="nowhere", typenames="nowhere")
    assert refusal(answer)[:2] == ("InvalidParameterValue", "typeName")
    validate(answer.content, server, kept)


def test_the_schema_of_all_types_can_be_read_and_says_how_finely_times_are_known(server, kept):
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(Offline(kept, server))
    text = ask(server, "DescribeFeatureType").content
    etree.XMLSchema(etree.fromstring(here(text.decode(), kept).encode(), parser))
    types = {node.get("name"): node.get("type") for node in plain(text).iter("{*}element")}
    assert (types["day"], types["moment"], types["yes"], types["big"]) == ("xsd:date", "xsd:dateTime", "xsd:boolean", "xsd:long")


# What the protocol asks


def test_versions_are_negotiated(server):
    def got(**parameters):
        return server.get("/wfs", SERVICE="WFS", REQUEST="GetCapabilities", **parameters)
    assert plain(got().content).get("version") == "2.0.0"
    assert plain(got(ACCEPTVERSIONS="9.9.9,2.0.2,1.1.0").content).get("version") == "2.0.2"
    assert plain(got(VERSION="1.1.0").content).get("version") == "1.1.0"
    assert refusal(got(ACCEPTVERSIONS="3.0.0"))[:2] == ("VersionNegotiationFailed", "AcceptVersions")
    assert refusal(server.get("/wfs", REQUEST="GetCapabilities"))[:2] == ("MissingParameterValue", "service")
    assert refusal(ask(server, "GetFeature", "9.0.0", typenames="data:marks"))[:2] == ("InvalidParameterValue", "version")
    parts = plain(got(SECTIONS="FeatureTypeList").content)
    assert [etree.QName(node).localname for node in parts] == ["FeatureTypeList"]


def test_pages_lead_through_everything_once(server):
    seen, url = [], f"{server.url}/wfs?service=WFS&version=2.0.0&request=GetFeature&typenames=data:many&count=73"
    while url:
        document = plain(server.session.get(url, timeout=60).content)
        assert document.get("numberMatched") == "1000"
        rows = numbers(document)
        assert document.get("numberReturned") == str(len(rows))
        seen += rows
        url = document.get("next")
    assert sorted(seen) == list(range(1000))
    back = features(server, typenames="data:many", count=73, startindex=146).get("previous")
    assert numbers(plain(server.session.get(back, timeout=60).content)) == seen[73:146]


def test_a_posted_request_has_pages_too(server):
    body = f"""<wfs:GetFeature xmlns:wfs="{WFS}" xmlns:f="{FES}" xmlns:d="{server.url}/ns/data" service="WFS" version="2.0.0" count="4">
      <wfs:Query typeNames="d:many" srsName="urn:ogc:def:crs:EPSG::3857"><wfs:PropertyName>d:number</wfs:PropertyName>
      <f:Filter><f:PropertyIsLessThan><f:ValueReference>d:number</f:ValueReference><f:Literal>10</f:Literal></f:PropertyIsLessThan></f:Filter>
      <f:SortBy><f:SortProperty><f:ValueReference>d:number</f:ValueReference><f:SortOrder>DESC</f:SortOrder></f:SortProperty></f:SortBy>
      </wfs:Query></wfs:GetFeature>"""
    document = plain(post(server, body).content)
    assert document.get("numberMatched") == "10" and numbers(document) == [9, 8, 7, 6]
    assert not list(document.iter("{*}pos")), "only the property that was asked for"
    following = plain(server.session.get(document.get("next"), timeout=60).content)
    assert numbers(following) == [5, 4, 3, 2]


def post(server, body, headers=None):
    return server.session.post(f"{server.url}/wfs", data=body.encode() if isinstance(body, str) else body,
                               headers={"Content-Type": "text/xml", **(headers or {})}, timeout=60)


def test_hits_are_counted_and_not_sent(server):
    document = features(server, typenames="data:many", resulttype="hits", filter=fes(compare("PropertyIsEqualTo", "group", "g3")))
    assert (document.get("numberMatched"), document.get("numberReturned"), len(document)) == ("143", "0", 0)
    old = features(server, version="1.1.0", typename="data:many", resulttype="hits")
    assert old.get("numberOfFeatures") == "1000"


@pytest.mark.parametrize("srs, first, second", [
    ("urn:ogc:def:crs:EPSG::4326", 35, 135), ("http://www.opengis.net/def/crs/EPSG/0/4326", 35, 135), ("EPSG:4326", 135, 35),
    ("http://www.opengis.net/gml/srs/epsg.xml#4326", 135, 35), ("urn:ogc:def:crs:OGC:1.3:CRS84", 135, 35),
    ("urn:ogc:def:crs:EPSG::3857", 15028131.257, 4163881.144)])
def test_the_spelling_of_a_crs_decides_its_axes_in_answers_and_in_boxes(server, srs, first, second):
    document = features(server, typenames="data:marks", srsname=srs, resourceid="marks.1")
    place = next(document.iter("{*}Polygon"))
    assert place.get("srsName") == srs
    at = [float(word) for word in next(document.iter("{*}posList")).text.split()][:2]
    assert at == pytest.approx([first, second], abs=0.01)
    side = 60000 if first > 1000 else 0.6
    box = f"{first - side / 10},{second - side / 10},{first + side},{second + side},{srs}"
    assert numbers(features(server, typenames="data:marks", bbox=box)) == [1]


def test_a_box_without_a_crs_is_in_that_of_the_type_and_may_cross_180_degrees(server):
    assert numbers(features(server, typenames="data:marks", bbox="34,134,37,136")) == [1]
    found = numbers(features(server, typenames="data:crossing", bbox="-20,175,15,-175"))
    assert sorted(found) == [1, 2, 3, 4]


@pytest.mark.parametrize("inner, expected", [
    (compare("PropertyIsEqualTo", "number", "7"), [7]),
    (compare("PropertyIsEqualTo", "data:number", "7.0"), [7]),
    (compare("PropertyIsLessThanOrEqualTo", "number", "1"), [0, 1]),
    (compare("PropertyIsEqualTo", "group", "G3", 'matchCase="false"') + "", None),
    ("<fes:Not>" + compare("PropertyIsGreaterThan", "number", "2") + "</fes:Not>", [0, 1, 2]),
    ("<fes:And>" + compare("PropertyIsLike", "group", "g!?", 'wildCard="*" singleChar="?" escapeChar="!"') + "</fes:And>", []),
    ("<fes:PropertyIsBetween><fes:ValueReference>number</fes:ValueReference><fes:LowerBoundary><fes:Literal>5</fes:Literal>"
     "</fes:LowerBoundary><fes:UpperBoundary><fes:Literal>7</fes:Literal></fes:UpperBoundary></fes:PropertyIsBetween>", [5, 6, 7]),
    ('<fes:ResourceId rid="many.3"/><fes:ResourceId rid="many.5"/>', [3, 5]),
    ("<fes:BBOX><gml:Envelope srsName='urn:ogc:def:crs:EPSG::4326'><gml:lowerCorner>-0.5 99.5</gml:lowerCorner>"
     "<gml:upperCorner>0.5 101.5</gml:upperCorner></gml:Envelope></fes:BBOX>", [0, 1]),
    ("<fes:Intersects><fes:ValueReference>geometry</fes:ValueReference><gml:Polygon srsName='EPSG:4326'><gml:exterior><gml:LinearRing>"
     "<gml:posList>99.5 -0.5 101.5 -0.5 101.5 0.5 99.5 0.5 99.5 -0.5</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon></fes:Intersects>", [0, 1]),
    ("<fes:DWithin><fes:ValueReference>geometry</fes:ValueReference><gml:Point srsName='EPSG:4326'><gml:pos>100.4 0</gml:pos></gml:Point>"
     "<fes:Distance uom='km'>67</fes:Distance></fes:DWithin>", [0, 1]),
    ("<fes:PropertyIsEqualTo><fes:Function name='length'><fes:ValueReference>group</fes:ValueReference></fes:Function>"
     "<fes:Literal>3</fes:Literal></fes:PropertyIsEqualTo>", []),
])
def test_filters_find_their_rows(server, inner, expected):
    document = features(server, typenames="data:many", filter=fes(inner))
    if expected is None:
        assert document.get("numberMatched") == "143"
    else:
        assert sorted(numbers(document)) == expected


@pytest.mark.parametrize("inner, expected", [
    ("<fes:During><fes:ValueReference>moment</fes:ValueReference><gml:TimePeriod gml:id='t'><gml:beginPosition>2020-01-02</gml:beginPosition>"
     "<gml:endPosition>2020-01-04T00:00:00Z</gml:endPosition></gml:TimePeriod></fes:During>", [1, 2]),
    ("<fes:After><fes:ValueReference>moment</fes:ValueReference><gml:TimeInstant gml:id='t'><gml:timePosition>2020-01-14T12:34:56Z"
     "</gml:timePosition></gml:TimeInstant></fes:After>", [14]),
    ("<fes:TEquals><fes:ValueReference>day</fes:ValueReference><gml:TimeInstant gml:id='t'><gml:timePosition>2020-01-03</gml:timePosition>"
     "</gml:TimeInstant></fes:TEquals>", [2]),
    (compare("PropertyIsEqualTo", "day", "2020-01-03"), [2]),
    (compare("PropertyIsEqualTo", "yes", "true").replace("fes:PropertyIsEqualTo", "fes:PropertyIsEqualTo"), list(range(0, 15, 2))),
    ("<fes:PropertyIsNull><fes:ValueReference>text</fes:ValueReference></fes:PropertyIsNull>", [14]),
    (compare("PropertyIsEqualTo", "text", "O&apos;Brien &quot;quoted&quot; \\ back"), [8]),
    (compare("PropertyIsLike", "text", "đá*", 'wildCard="*" singleChar="?" escapeChar="!" matchCase="false"'), [4]),
])
def test_filters_of_times_and_texts_find_their_rows(server, inner, expected):
    assert sorted(numbers(features(server, typenames="data:names", filter=fes(inner)))) == expected


def test_values_of_one_property_are_told(server):
    document = plain(ask(server, "GetPropertyValue", typenames="data:names", valuereference="data:text").content)
    texts = [node.text or "" for node in document.iter("{%s}text" % f"{server.url}/ns/data")]
    assert sorted(texts) == sorted(text for text in fixtures.NAMES if text is not None)
    assert document.get("numberReturned") == str(len(texts)), "rows without a value have none"
    ids = plain(ask(server, "GetPropertyValue", typenames="data:marks", valuereference="@gml:id").content)
    assert sorted(node.text for node in ids) == ["marks.1", "marks.2", "marks.3"]
    assert refusal(ask(server, "GetPropertyValue", typenames="data:marks"))[:2] == ("MissingParameterValue", "valueReference")


def test_a_feature_is_found_by_its_id_and_one_that_is_not_there_is_not(server):
    document = features(server, storedquery_id=BY_ID, id="marks.2")
    assert etree.QName(document).localname == "marks" and document.get("{%s}id" % GML) == "marks.2"
    assert refusal(ask(server, "GetFeature", storedquery_id=BY_ID, id="marks.99"), 404)[1] == "id"
    assert refusal(ask(server, "GetFeature", storedquery_id=BY_ID))[:2] == ("MissingParameterValue", "id")
    assert refusal(ask(server, "GetFeature", storedquery_id="urn:x"))[1] == "storedquery_id"


@pytest.mark.parametrize("request_name", ["Transaction", "LockFeature", "GetFeatureWithLock", "CreateStoredQuery", "DropStoredQuery"])
def test_what_changes_things_is_not_offered(server, request_name):
    assert refusal(ask(server, request_name))[0] == "OperationNotSupported"
    assert refusal(post(server, f'<wfs:{request_name} xmlns:wfs="{WFS}" service="WFS" version="2.0.0"/>'))[0] == "OperationNotSupported"


def test_tables_and_files_are_written(server, gdal, tmp_path):
    table = ask(server, "GetFeature", typenames="data:many", outputformat="csv", count=3)
    assert table.headers["content-type"].startswith("text/csv") and len(table.text.splitlines()) == 4
    rows = ask(server, "GetFeature", typenames="data:marks", outputformat="application/json").json()
    assert rows["numberMatched"] == rows["numberReturned"] == len(rows["features"]) == 3
    packed = tmp_path / "names.zip"
    packed.write_bytes(ask(server, "GetFeature", typenames="data:names", outputformat="shape-zip").content)
    said = gdal("ogrinfo", "-al", f"/vsizip/{packed}")
    assert f"Feature Count: {len(fixtures.NAMES)}" in said and "飛騨帯 片麻岩" in said and "day (Date)" in said, said[:1500]
    squares = tmp_path / "marks.zip"
    squares.write_bytes(ask(server, "GetFeature", typenames="data:marks", outputformat="shape-zip").content)
    said = gdal("ogrinfo", "-al", f"/vsizip/{squares}")
    assert "Geometry: Polygon" in said and "Extent: (100.000000, -3.000000) - (139.250000, 36.250000)" in said, said[:1500]
    for srs, extent in (("EPSG:3857", "11131949"), (None, "100.0")):
        more = {"srsname": srs} if srs else {}
        package = ask(server, "GetFeature", typenames="data:marks", outputformat="gpkg", **more)
        assert package.headers["content-disposition"] == 'attachment; filename="marks.gpkg"'
        file = tmp_path / "marks.gpkg"
        file.write_bytes(package.content)
        said = gdal("ogrinfo", "-so", "-al", file)
        assert "Feature Count: 3" in said and f"Extent: ({extent}" in said, said


# Clients


@pytest.mark.parametrize("version", ["1.1.0", "2.0.0"])
@pytest.mark.parametrize("name", TYPES)
def test_every_feature_with_its_texts_comes_through_gdal(gdal, server, source, tmp_path, version, name):
    out = tmp_path / "out.geojson"
    gdal("ogr2ogr", "-f", "GeoJSON", "-t_srs", "EPSG:4326", out, f"WFS:{server.url}/wfs?VERSION={version}", f"data:{name}")
    ours = {row["properties"]["number"]: row for row in json.loads(out.read_text(encoding="utf-8"))["features"]}
    given = json.loads(source[name][0].read_text(encoding="utf-8"))["features"]
    assert len(ours) == len(given)
    for row in given:
        found = ours[row["properties"]["number"]]
        for key, value in row["properties"].items():
            got = found["properties"].get(key)
            if key == "text":
                assert (got or "") == (value or ""), key
            elif isinstance(value, float):
                assert got == pytest.approx(value, rel=1e-12)
            elif isinstance(value, (bool, int)):
                assert int(got) == int(value), key
        a, b = (str(one["geometry"]["coordinates"]).replace("[", "").replace("]", "").split(",")[:2] for one in (row, found))
        assert [float(n) for n in a] == pytest.approx([float(n) for n in b], abs=1e-6) or row["geometry"]["type"] == "Polygon"


def test_gdal_pages_and_sends_its_filters_here(gdal, server):
    source = f"WFS:{server.url}/wfs?VERSION=2.0.0"
    said = gdal("ogrinfo", "-al", source, "data:many", OGR_WFS_PAGE_SIZE="150", OGR_WFS_PAGING_ALLOWED="ON")
    assert len(re.findall(r"OGRFeature", said)) == 1000
    said = gdal("ogrinfo", "-al", source, "data:many", "-where", "number >= 10 AND number < 13 AND \"group\" <> 'g4'")
    assert sorted(int(number) for number in re.findall(r"number \(Integer(?:64)?\) = (\d+)", said)) == [10, 12]
    said = gdal("ogrinfo", "-al", source, "data:many", "-spat", "99.5", "-0.5", "101.5", "0.5")
    assert len(re.findall(r"OGRFeature", said)) == 2, said[-600:]


@pytest.fixture(scope="module", params=["1.1.0", "2.0.0"])
def service(request, server):
    return WebFeatureService(f"{server.url}/wfs", version=request.param)


def test_owslib_reads_capabilities_schema_and_features(service, server):
    assert set(service.contents) == {f"data:{name}" for name in TYPES}
    about = service["data:marks"]
    assert about.title == "Title of marks" and about.boundingBoxWGS84[0] <= 100
    schema = service.get_schema("data:names")
    assert {"number", "text", "big", "ratio", "yes", "moment"} <= set(schema["properties"])
    text = service.getfeature(typename=["data:many"], maxfeatures=5).read()
    assert len(numbers(plain(text))) == 5
    box = service.getfeature(typename=["data:marks"], bbox=(134, 34, 136, 37, "urn:ogc:def:crs:EPSG::4326")).read()
    assert numbers(plain(box)) == [1]
    rows = json.loads(service.getfeature(typename=["data:marks"], outputFormat="application/json").read())
    assert len(rows["features"]) == 3


# Hostile requests


@pytest.fixture()
def canary():
    """A listener on this machine that nobody must call; gives its address and the calls that came."""
    calls = []
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.2)
    stop = threading.Event()

    def listen():
        while not stop.is_set():
            try:
                connection, peer = listener.accept()
                calls.append(peer)
                connection.close()
            except TimeoutError:
                pass
    thread = threading.Thread(target=listen)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}", calls
    stop.set()
    thread.join()
    listener.close()


def get_feature(inside="", before="", attributes="", query=""):
    return (f'{before}<wfs:GetFeature xmlns:wfs="{WFS}" xmlns:fes="{FES}" xmlns:gml="{GML}" service="WFS" version="2.0.0" {attributes}>'
            f'<wfs:Query typeNames="many">{inside}</wfs:Query>{query}</wfs:GetFeature>')


def hostile(canary, secret):
    deep = "<fes:And>" * 5000 + compare("PropertyIsEqualTo", "number", "1") + "</fes:And>" * 5000
    ors = "<fes:Or>" + compare("PropertyIsEqualTo", "number", "1") * 50000 + "</fes:Or>"
    literal = f"<fes:Filter>{compare('PropertyIsEqualTo', 'group', '&x;')}</fes:Filter>"
    laughs = "<!DOCTYPE l [<!ENTITY a0 'ha'>" + "".join(f"<!ENTITY a{n} '{f'&a{n-1};' * 10}'>" for n in range(1, 10)) + "]>"
    return {
        "X01": get_feature(literal, f'<!DOCTYPE a [<!ENTITY x SYSTEM "file://{secret}">]>'),
        "X02": get_feature(literal, f'<!DOCTYPE a [<!ENTITY x SYSTEM "{canary}/x">]>'),
        "X06": get_feature(literal.replace("&x;", "&a9;"), laughs),
        "X08": get_feature("", f'<!DOCTYPE a [<!ENTITY % x SYSTEM "{canary}/x.dtd"> %x;]>'),
        "X11": "<a>" * 20000 + "</a>" * 20000,
        "X12": get_feature(f"<fes:Filter>{deep}</fes:Filter>"),
        "X13": get_feature(f"<fes:Filter>{ors}</fes:Filter>"),
        "X14": get_feature(literal, f'<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a [<!ENTITY x SYSTEM "file://{secret}">]>').encode("utf-16"),
        "X14b": get_feature("", '<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE a+AD4-'),
    }


@pytest.mark.parametrize("case", ["X01", "X02", "X06", "X08", "X11", "X12", "X13", "X14", "X14b"])
def test_hostile_documents_are_refused_at_once(server, canary, tmp_path, case):
    secret = tmp_path / "secret.txt"
    secret.write_text("the canary file")
    address, calls = canary
    begun = server.cpu_seconds()
    answer = post(server, hostile(address, secret)[case])
    assert answer.status_code in (400, 413), (case, answer.status_code, answer.text[:300])
    if answer.status_code == 400:
        refusal(answer)
    assert "the canary file" not in answer.text and str(tmp_path) not in answer.text
    assert not calls and server.cpu_seconds() - begun < 30
    assert server.get("/readyz").status_code == 200


def test_nothing_that_a_document_names_is_fetched(server, canary):
    address, calls = canary
    named = f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:a {address}/a.xsd"'
    assert post(server, get_feature(attributes=named + ' count="1"')).status_code == 200
    include = f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{address}/x" parse="text"/>'
    assert "canary" not in post(server, get_feature(include, attributes='count="1"')).text
    for more in ({"srsname": f"{address}/def/crs/EPSG/0/4326"}, {"namespaces": f"xmlns(a,{address}/ns)"}):
        ask(server, "GetFeature", typenames="data:marks", count=1, **more)
    link = f'<wfs:Insert><a xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="{address}/x"/></wfs:Insert>'
    body = f'<wfs:Transaction xmlns:wfs="{WFS}" service="WFS" version="2.0.0">{link}</wfs:Transaction>'
    assert refusal(post(server, body))[0] == "OperationNotSupported"
    assert not calls


EXPRESSIONS = [
    "exec(java.lang.Runtime.getRuntime(),'touch /tmp/terrane-canary')", "java.lang.Thread.sleep(9000)", "//*", "number[system('id')]",
    "concat(number,'x')", "${7*7}", "../../etc/passwd", "number | text", "*[1]", "''",
]


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_names_are_looked_up_and_never_evaluated(server, expression):
    assert refusal(ask(server, "GetPropertyValue", typenames="data:names", valuereference=expression))[0] == "InvalidParameterValue"
    escaped = expression.replace("&", "&amp;").replace("<", "&lt;")
    assert refusal(ask(server, "GetFeature", typenames="data:names", filter=fes(compare("PropertyIsEqualTo", escaped, "1"))))[1] == "filter"
    plain_text = expression.replace(",", ";")
    assert refusal(ask(server, "GetFeature", typenames="data:names", sortby=plain_text))[1] == "sortBy"
    assert refusal(ask(server, "GetFeature", typenames="data:names", propertyname=f"number,{plain_text}x"))[1] == "propertyName"


@pytest.mark.parametrize("text", ["' OR '1'='1", "'; DROP TABLE features; --", "1) OR 1=1 --", "g3' AND (SELECT sqlite_version()) --", "\\'; SELECT 1"])
def test_sql_in_filters_finds_nothing(server, text):
    escaped = text.replace("<", "&lt;")
    like = compare("PropertyIsLike", "group", escaped, 'wildCard="*" singleChar="?" escapeChar="!"')
    for inner in (compare("PropertyIsEqualTo", "group", escaped), like):
        assert numbers(features(server, typenames="data:many", filter=fes(inner))) == []
    document = features(server, typenames="data:many", filter=fes(f'<fes:ResourceId rid="many.{escaped}"/>'))
    assert numbers(document) == []


def test_numbers_past_all_bounds_are_capped_and_joins_refused(server):
    huge = str(2 ** 63)
    assert len(numbers(features(server, typenames="data:many", count=huge))) == 1000
    assert numbers(features(server, typenames="data:many", startindex=huge)) == []
    assert refusal(ask(server, "GetFeature", typenames="data:many", count="-1"))[1] == "count"
    joined = ask(server, "GetFeature", typenames="data:many,data:many", resulttype="hits")
    assert refusal(joined)[0] == "OptionNotSupported"
