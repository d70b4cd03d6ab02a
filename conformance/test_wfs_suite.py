"""WFS 2.0 by the clauses: Simple WFS, Basic WFS and response paging, as annexes A of OGC 09-025r2 and 09-026r2 ask for them.

These are checks of our own. They know nothing of the data: feature types, properties and values are read from the service, and what its
capabilities claim is asked of every type that they list, by GET with key-value pairs and by POST with XML. What a filter must find is
worked out here, from all features of the type. OGC's executable suite is another program; nothing here is a result of it.
"""
import datetime
import math
import re
import uuid
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

import pytest
from lxml import etree
from shapely.geometry import LinearRing, Point, Polygon, box
from test_wfs import BY_ID, FES, GML, SPACE, WFS, Offline, here, kept, plain, validate  # noqa: F401 (kept is a fixture)

BY_ID_URL = "http://www.opengis.net/def/query/OGC-WFS/0/GetFeatureById"
XSD, XLINK = "http://www.w3.org/2001/XMLSchema", "http://www.w3.org/1999/xlink"
GML_ID = "{%s}id" % GML
BOTH = pytest.mark.parametrize("binding", ["GET", "POST"])
EVERYTHING = 100_000
LAT_LON = "urn:ogc:def:crs:EPSG::4326"
NUMBERS = {"long", "int", "integer", "double", "decimal", "float"}
TIMES = {"dateTime", "date"}


@dataclass
class Type:
    """A feature type as the capabilities and its schema tell it, and all its features."""
    namespace: str
    name: str
    crs: list
    extent: tuple
    properties: dict = field(default_factory=dict)
    geometries: list = field(default_factory=list)
    features: list = field(default_factory=list)

    def ids(self, holds=lambda feature: True):
        return sorted(feature.get(GML_ID) for feature in self.features if holds(feature))

    def value(self, feature, name):
        """The value of a property; None where it is not there."""
        node = feature.find("{%s}%s" % (self.namespace, name))
        return None if node is None else read(node.text or "", self.properties[name])

    def values(self, name):
        return [value for value in (self.value(feature, name) for feature in self.features) if value is not None]

    def of(self, *kinds):
        """The properties of some kinds that have values."""
        return [name for name, kind in self.properties.items() if kind in kinds and self.values(name)]


def read(text, kind):
    """A text as the value that it spells: times are the first and the last moment that they can mean."""
    if kind in NUMBERS:
        return float(text)
    if kind == "boolean":
        return text in ("true", "1")
    if kind == "date":
        start = datetime.datetime.fromisoformat(text.rstrip("Z")).replace(tzinfo=datetime.timezone.utc)
        return start, start + datetime.timedelta(days=1) - datetime.timedelta(microseconds=1)
    if kind == "dateTime":
        moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
        return moment, moment
    return text


class Service:
    """The service under test, by what it says of itself."""

    def __init__(self, server, kept):
        self.server, self.kept = server, kept
        self.capabilities = plain(server.get("/wfs", service="WFS", request="GetCapabilities").content)
        self.version = self.capabilities.get("version")
        self.types = [self.feature_type(node) for node in self.capabilities.iterfind(".//wfs:FeatureType", SPACE)]
        schema = plain(self.ask("DescribeFeatureType", "GET").content)
        for known in self.types:
            self.read_schema(known, schema)
            known.features = members(self.found(self.ask("GetFeature", "GET", query=Query(known), count=EVERYTHING)))

    def feature_type(self, node):
        prefix, name = node.findtext("wfs:Name", namespaces=SPACE).split(":")
        crs = [child.text for child in node if etree.QName(child).localname in ("DefaultCRS", "OtherCRS")]
        corners = [node.findtext(f".//ows:{side}Corner", namespaces=SPACE) for side in ("Lower", "Upper")]
        extent = tuple(float(word) for corner in corners for word in corner.split()) if all(corners) else None
        return Type(node.nsmap[prefix], name, crs, extent)

    def read_schema(self, known, schema):
        inner = schema.find(f".//{{{XSD}}}complexType[@name='{known.name}Type']//{{{XSD}}}sequence")
        for element in inner:
            kind = element.get("type", "")
            if kind.startswith("gml:"):
                known.geometries.append(element.get("name"))
            else:
                known.properties[element.get("name")] = kind.split(":")[-1]

    def endpoint(self, request, binding):
        method = "Get" if binding == "GET" else "Post"
        found = self.capabilities.find(f".//ows:Operation[@name='{request}']//ows:{method}", SPACE)
        assert found is not None, f"{request} has no address for {method}"
        return found.get("{%s}href" % XLINK)

    def ask(self, request, binding, query=None, inner="", version=None, **attributes):
        """Asks by one of the two encodings, which are made here of the same parts."""
        address = self.endpoint(request, binding)
        version = version or self.version
        if binding == "GET":
            pairs = {"service": "WFS", "request": request, **{key.lower(): value for key, value in attributes.items()}}
            pairs.update(query.pairs() if query else {}, **({"version": version} if request != "GetCapabilities" else {}))
            return self.server.session.get(address.rstrip("?"), params=pairs, timeout=120)
        given = "".join(f" {key}={quoteattr(str(value))}" for key, value in attributes.items())
        given += f' version="{version}"' if request != "GetCapabilities" else ""
        body = (f'<wfs:{request} xmlns:wfs="{WFS}" xmlns:fes="{FES}" xmlns:gml="{GML}" xmlns:ows="{SPACE["ows"]}" service="WFS"{given}>'
                f"{query.element() if query else ''}{inner}</wfs:{request}>")
        return self.server.session.post(address, data=body.encode(), headers={"Content-Type": "application/xml"}, timeout=120)

    def found(self, answer):
        assert answer.status_code == 200, (answer.request.url, answer.request.body, answer.text[:800])
        document = plain(answer.content)
        assert document.tag == "{%s}FeatureCollection" % WFS, document.tag
        return document

    def ids(self, binding, known, condition):
        """The ids of what a filter finds."""
        return sorted(row.get(GML_ID) for row in self.rows(binding, Query(known, condition)))

    def rows(self, binding, query):
        rows = members(self.found(self.ask("GetFeature", binding, query=query, count=EVERYTHING)))
        wanted = "{%s}%s" % (query.known.namespace, query.known.name)
        assert {row.tag for row in rows} <= {wanted}, f"only features of {query.known.name}"
        return rows


@dataclass
class Query:
    """A query of one feature type."""
    known: Type
    condition: str = ""
    srs: str = ""
    ids: tuple = ()
    sort: tuple = ()

    def filter(self):
        identified = "".join(f"<fes:ResourceId rid={quoteattr(one)}/>" for one in self.ids)
        return (f'<fes:Filter xmlns:fes="{FES}" xmlns:gml="{GML}" xmlns:tns="{self.known.namespace}">{self.condition}{identified}'
                "</fes:Filter>")

    def element(self):
        srs = f' srsName="{self.srs}"' if self.srs else ""
        inner = self.filter() if self.condition or self.ids else ""
        keys = "".join(f"<fes:SortProperty><fes:ValueReference>tns:{name}</fes:ValueReference><fes:SortOrder>{order}</fes:SortOrder>"
                       "</fes:SortProperty>" for name, order in self.sort)
        inner += f"<fes:SortBy>{keys}</fes:SortBy>" if keys else ""
        return f'<wfs:Query xmlns:tns="{self.known.namespace}" typeNames="tns:{self.known.name}"{srs}>{inner}</wfs:Query>'

    def pairs(self):
        pairs = {"typenames": f"tns:{self.known.name}", "namespaces": f"xmlns(tns,{self.known.namespace}),xmlns(wfs,{WFS})"}
        if self.condition:
            pairs["filter"] = self.filter()
        if self.ids:
            pairs["resourceid"] = ",".join(self.ids)
        if self.srs:
            pairs["srsname"] = self.srs
        if self.sort:
            pairs["sortby"] = ",".join(f"tns:{name} {order}" for name, order in self.sort)
        return pairs


@dataclass
class Stored:
    """A stored query with its id of a feature."""
    name: str
    id: str = ""

    def element(self):
        parameter = f'<wfs:Parameter name="id">{escape(self.id)}</wfs:Parameter>' if self.id else ""
        return f"<wfs:StoredQuery id={quoteattr(self.name)}>{parameter}</wfs:StoredQuery>"

    def pairs(self):
        return {"storedquery_id": self.name, **({"id": self.id} if self.id else {})}


def members(document):
    return [row for member in document.iterfind("wfs:member", SPACE) for row in member]


def refused(answer, code, locator="", status=(400,)):
    """An exception report in the form of OWS Common 1.1, clause 8, with a code, a locator and a sentence."""
    document = plain(answer.content)
    assert document.tag == "{%s}ExceptionReport" % SPACE["ows"] and document.get("version") == "2.0.0", answer.text[:400]
    exception = document.find("ows:Exception", SPACE)
    assert (answer.status_code in status, exception.get("exceptionCode")) == (True, code), (answer.status_code, answer.text)
    assert exception.get("locator") and locator.lower() in exception.get("locator").lower(), answer.text
    assert exception.findtext("ows:ExceptionText", namespaces=SPACE).strip()


@pytest.fixture(scope="module")
def service(server, kept):
    return Service(server, kept)


def reference(name):
    return f"<fes:ValueReference>tns:{name}</fes:ValueReference>"


def spelled(value, kind):
    """A value as XML Schema spells it."""
    if kind in ("long", "int", "integer"):
        return str(int(value))
    if kind in NUMBERS:
        return repr(value)
    if kind == "boolean":
        return "true" if value else "false"
    if kind in TIMES:
        return value[0].date().isoformat() if kind == "date" else value[0].isoformat().replace("+00:00", "Z")
    return escape(value)


def comparison(op, name, literal, attributes='matchCase="true"', literal_first=False):
    sides = [reference(name), f"<fes:Literal>{literal}</fes:Literal>"]
    return f"<fes:{op} {attributes}>{''.join(reversed(sides) if literal_first else sides)}</fes:{op}>"


def default_of(node, name):
    found = node.xpath(f".//*[local-name()='Constraint'][@name='{name}']/ows:DefaultValue", namespaces=SPACE)
    assert len(found) == 1, name
    return found[0].text


# Simple WFS (09-025r2, A.1.1)


def test_the_sample_is_worth_the_name(service):
    """What the checks below rest on: types with texts, numbers, truth, times of both kinds, points and areas."""
    kinds = {kind for known in service.types for kind in known.properties.values()}
    assert {"string", "long", "double", "boolean", "date", "dateTime"} <= kinds
    shapes = {etree.QName(shape(row, known)).localname for known in service.types for row in known.features}
    assert {"Point", "Polygon"} <= shapes
    assert all(len(known.features) >= 2 for known in service.types) and len(service.types) >= 2


@BOTH
def test_capabilities_are_complete_and_valid(service, binding):
    """8.3, tables 11 to 13; 06-121r3, 7.4."""
    answer = service.ask("GetCapabilities", binding)
    document = validate(answer.content, service.server, service.kept)
    assert document.tag == "{%s}WFS_Capabilities" % WFS and re.fullmatch(r"2\.0\.\d", document.get("version"))
    for part in ("ows:ServiceIdentification", "ows:ServiceProvider", "ows:OperationsMetadata", "wfs:FeatureTypeList", "fes:Filter_Capabilities"):
        assert document.find(part, SPACE) is not None, part
    assert document.findtext(".//ows:ServiceType", namespaces=SPACE).lower() == "wfs"
    assert any(re.fullmatch(r"2\.0\.\d", node.text) for node in document.iterfind(".//ows:ServiceTypeVersion", SPACE))
    for request in ("GetCapabilities", "DescribeFeatureType", "ListStoredQueries", "DescribeStoredQueries", "GetFeature"):
        assert service.endpoint(request, "GET") and service.endpoint(request, "POST")
    for request in ("GetFeature", "GetPropertyValue"):
        resolve = document.xpath(f".//ows:Operation[@name='{request}']/ows:Parameter[@name='resolve']//ows:Value/text()", namespaces=SPACE)
        assert "local" in resolve, request


def test_every_class_of_the_standard_is_claimed_or_denied(service):
    """8.3.5.3, table 13, and 09-026r2, table 5."""
    metadata = service.capabilities.find("ows:OperationsMetadata", SPACE)
    claims = {name: default_of(metadata, name) for name in (
        "ImplementsBasicWFS", "ImplementsTransactionalWFS", "ImplementsLockingWFS", "KVPEncoding", "XMLEncoding", "SOAPEncoding",
        "ImplementsInheritance", "ImplementsRemoteResolve", "ImplementsResultPaging", "ImplementsStandardJoins", "ImplementsSpatialJoins",
        "ImplementsTemporalJoins", "ImplementsFeatureVersioning", "ManageStoredQueries")}
    assert {name for name, value in claims.items() if value == "TRUE"} == {
        "ImplementsBasicWFS", "KVPEncoding", "XMLEncoding", "ImplementsResultPaging"}, "just those that are checked here"
    assert set(claims.values()) == {"TRUE", "FALSE"}
    filters = service.capabilities.find("fes:Filter_Capabilities", SPACE)
    for name in ("ImplementsQuery", "ImplementsAdHocQuery", "ImplementsResourceId", "ImplementsMinStandardFilter", "ImplementsStandardFilter",
                 "ImplementsMinSpatialFilter", "ImplementsSpatialFilter", "ImplementsMinTemporalFilter", "ImplementsTemporalFilter",
                 "ImplementsSorting", "ImplementsMinimumXPath"):
        assert default_of(filters, name) == "TRUE", name
    for name in ("ImplementsVersionNav", "ImplementsExtendedOperators"):
        assert default_of(filters, name) == "FALSE", name


def test_a_request_without_its_service_is_refused(service):
    """7.5; 06-121r3, 8."""
    refused(service.server.get("/wfs", request="GetCapabilities"), "MissingParameterValue", "service")


@BOTH
def test_the_first_version_that_both_speak_is_spoken(service, binding):
    """06-121r3, 7.3.2."""
    wanted = ["10.0.0", "2.0.0", "1.1.0"]
    inner = "<ows:AcceptVersions>" + "".join(f"<ows:Version>{version}</ows:Version>" for version in wanted) + "</ows:AcceptVersions>"
    more = {"acceptVersions": ",".join(wanted)} if binding == "GET" else {"inner": inner}
    assert plain(service.ask("GetCapabilities", binding, **more).content).get("version") == "2.0.0"


def described(service, binding, *names):
    more = {}
    if names and binding == "GET":
        listed, namespaces = [], []
        for at, (uri, name) in enumerate(names):
            listed.append(f"n{at}:{name}")
            namespaces.append(f"xmlns(n{at},{uri})")
        more = {"typeNames": ",".join(listed), "namespaces": ",".join(namespaces)}
    elif names:
        more = {"inner": "".join(f'<wfs:TypeName xmlns:n="{uri}">n:{name}</wfs:TypeName>' for uri, name in names)}
    return service.ask("DescribeFeatureType", binding, **more)


@BOTH
def test_schemas_of_all_types_and_of_each_can_be_compiled(service, binding):
    """9.2.4.1; 07-036, 21.2 and 21.3: one target namespace that is not GML's, GML imported in full, features that extend GML's."""
    for names in [(), *(((known.namespace, known.name),) for known in service.types)]:
        answer = described(service, binding, *names)
        assert answer.status_code == 200, answer.text[:400]
        schema = plain(answer.content)
        assert schema.tag == "{%s}schema" % XSD
        parser = etree.XMLParser(no_network=True)
        parser.resolvers.add(Offline(service.kept, service.server))
        etree.XMLSchema(etree.fromstring(here(answer.text, service.kept).encode(), parser))
        assert schema.get("targetNamespace") and schema.get("targetNamespace") != GML
        imported = schema.find("{%s}import[@namespace='%s']" % (XSD, GML))
        assert imported.get("schemaLocation").endswith("/gml.xsd")
        wanted = {name for _, name in names} or {known.name for known in service.types}
        elements = {node.get("name"): node for node in schema.iterfind("{%s}element" % XSD)}
        assert set(elements) == wanted
        assert all(node.get("substitutionGroup") == "gml:AbstractFeature" for node in elements.values())


@BOTH
def test_a_type_that_is_not_there_is_not_described(service, binding):
    """8.3.4, 9.2.4.1."""
    refused(described(service, binding, ("http://example.org", "Unknown1.Type")), "InvalidParameterValue", "typeName")
    elsewhere = ("http://example.org", service.types[0].name)
    refused(described(service, binding, elsewhere), "InvalidParameterValue", "typeName")


@BOTH
def test_stored_queries_are_listed(service, binding):
    """14.3.4, 7.9.3.6."""
    for version, name in (("2.0.0", BY_ID), ("2.0.2", BY_ID_URL)):
        document = validate(service.ask("ListStoredQueries", binding, version=version).content, service.server, service.kept)
        assert [node.get("id") for node in document.iterfind("wfs:StoredQuery", SPACE)] == [name]


@BOTH
def test_stored_queries_are_described_by_either_name(service, binding):
    """14.4.2, 7.9.3.6: 2.0.2 calls GetFeatureById by an address, 2.0.0 by a URN."""
    document = validate(service.ask("DescribeStoredQueries", binding).content, service.server, service.kept)
    assert len(document.findall("wfs:StoredQueryDescription", SPACE)) == 1
    for name in (BY_ID, BY_ID_URL):
        for version in ("2.0.0", "2.0.2"):
            document = validate(stored(service, binding, version, name).content, service.server, service.kept)
            assert [node.get("id") for node in document.iterfind("wfs:StoredQueryDescription", SPACE)] == [name]
    both = plain(stored(service, binding, "2.0.0", BY_ID, BY_ID_URL).content)
    assert {node.get("id") for node in both.iterfind("wfs:StoredQueryDescription", SPACE)} == {BY_ID, BY_ID_URL}
    refused(stored(service, binding, "2.0.0", "urn:example:none"), "InvalidParameterValue", "storedquery_id")


def stored(service, binding, version, *names):
    if binding == "GET":
        return service.ask("DescribeStoredQueries", binding, version=version, storedQuery_Id=",".join(names))
    inner = "".join(f"<wfs:StoredQueryId>{name}</wfs:StoredQueryId>" for name in names)
    return service.ask("DescribeStoredQueries", binding, version=version, inner=inner)


@BOTH
def test_a_stored_query_that_is_not_there_is_refused(service, binding):
    """7.9.3.4."""
    refused(service.ask("GetFeature", binding, query=Stored("http://example.org/query")), "InvalidParameterValue", "storedquery_id")


@BOTH
def test_a_feature_is_the_answer_when_its_id_is_asked_for(service, binding):
    """7.9.3.6, 11.3.5."""
    for version, name in (("2.0.0", BY_ID), ("2.0.2", BY_ID_URL), ("2.0.2", BY_ID), ("2.0.0", BY_ID_URL)):
        for known in service.types:
            for wanted in known.ids()[::max(1, len(known.features) // 3)]:
                answer = service.ask("GetFeature", binding, query=Stored(name, wanted), version=version)
                assert answer.status_code == 200 and plain(answer.content).get(GML_ID) == wanted, answer.text[:400]


@BOTH
def test_an_id_of_nothing_is_not_found(service, binding):
    """7.9.3.6, 11.3.5, 11.4: 404, and in 2.0.0 an operation that could not be processed."""
    for version, name in (("2.0.0", BY_ID), ("2.0.2", BY_ID_URL)):
        for wanted in (f"uuid-{uuid.uuid4()}", f"{service.types[0].name}.none-{uuid.uuid4()}"):
            answer = service.ask("GetFeature", binding, query=Stored(name, wanted), version=version)
            refused(answer, "OperationProcessingFailed" if version == "2.0.0" else "NotFound", "id", status=(404,))


# Basic WFS (09-025r2, A.1.2): features, their CRSs, values


@BOTH
def test_features_of_each_type_are_valid_and_of_no_other(service, binding):
    """11.3, 7.8."""
    for known in service.types:
        answer = service.ask("GetFeature", binding, query=Query(known), count=50)
        rows = members(validate(answer.content, service.server, service.kept))
        assert rows and {row.tag for row in rows} == {"{%s}%s" % (known.namespace, known.name)}
        assert len({row.get(GML_ID) for row in rows}) == len(rows)


@BOTH
def test_features_come_in_every_crs_that_is_listed(service, binding):
    """7.9.2.4.4: every place in the answer names the CRS that was asked for."""
    for known in service.types:
        assert len(known.crs) > 1
        for srs in known.crs:
            document = service.found(service.ask("GetFeature", binding, query=Query(known, srs=srs), count=5))
            assert {node.get("srsName") for node in document.iter() if node.get("srsName")} == {srs}


@BOTH
@pytest.mark.parametrize("srs", ["urn:ogc:def:crs:EPSG::32690", "http://www.opengis.net/def/crs/EPSG/0/32690"])
def test_a_crs_that_is_none_is_refused(service, binding, srs):
    """A.2.22.1.4: EPSG has no zone 90 of UTM."""
    answer = service.ask("GetFeature", binding, query=Query(service.types[0], srs=srs))
    refused(answer, "InvalidParameterValue", "srsName")


def told(service, binding, known, name):
    answer = service.ask("GetPropertyValue", binding, query=Query(known), valueReference=name, count=EVERYTHING)
    document = validate(answer.content, service.server, service.kept)
    assert document.tag == "{%s}ValueCollection" % WFS
    texts = ["".join(member.itertext()).strip(" \n") for member in document.iterfind("wfs:member", SPACE)]
    assert document.get("numberReturned") == document.get("numberMatched") == str(len(texts))
    return texts


@BOTH
def test_the_ids_of_features_are_told_as_values(service, binding):
    """10.2.4.3."""
    for known in service.types:
        assert sorted(told(service, binding, known, "@gml:id")) == known.ids()


@BOTH
def test_the_values_of_each_property_are_told(service, binding):
    """10.3: a feature without the property adds nothing."""
    for known in service.types:
        for name, kind in known.properties.items():
            texts = told(service, binding, known, f"tns:{name}" if binding == "GET" else name)
            assert len(texts) == len(known.values(name)), name
            if kind in NUMBERS | TIMES:
                assert sorted(read(text, kind) for text in texts) == sorted(known.values(name)), name


@BOTH
def test_an_empty_reference_to_a_value_is_refused(service, binding):
    """10.4, 7.5; one that is not there at all is missing."""
    answer = service.ask("GetPropertyValue", binding, query=Query(service.types[0]), valueReference="")
    refused(answer, "InvalidParameterValue", "valueReference")
    refused(service.ask("GetPropertyValue", binding, query=Query(service.types[0])), "MissingParameterValue", "valueReference")


# Filters on values (09-026r2, 7.7, 7.10, A.5, A.6)


@BOTH
def test_equal_and_not_equal_part_the_features_that_have_a_value(service, binding):
    """7.7.3.2: a reference may stand before a literal or behind it."""
    for known in service.types:
        for name, kind in known.properties.items():
            for value in known.values(name)[:3]:
                text = spelled(value, kind)
                equal = known.ids(lambda row: known.value(row, name) == value)
                rest = known.ids(lambda row: known.value(row, name) not in (value, None))
                for action in ("Any", "All", "One"):
                    attributes = f'matchCase="true" matchAction="{action}"'
                    assert service.ids(binding, known, comparison("PropertyIsEqualTo", name, text, attributes, True)) == equal, (name, value)
                assert service.ids(binding, known, comparison("PropertyIsEqualTo", name, text)) == equal, (name, value)
                unequal = comparison("PropertyIsNotEqualTo", name, text, 'matchCase="true" matchAction="All"', True)
                assert service.ids(binding, known, unequal) == rest, (name, value)


@BOTH
def test_case_is_heeded_unless_it_is_said_not_to_be(service, binding):
    """7.7.3.2: matchCase."""
    for known in service.types:
        for name in known.of("string"):
            value = next((value for value in known.values(name) if value.isascii() and value.upper() != value), None)
            if value is None:
                continue
            upper = escape(value.upper())
            found = known.ids(lambda row: (known.value(row, name) or "").upper() == value.upper())
            assert service.ids(binding, known, comparison("PropertyIsEqualTo", name, upper, 'matchCase="true"')) == []
            assert service.ids(binding, known, comparison("PropertyIsEqualTo", name, upper, 'matchCase="false"')) == found


ORDER = {"PropertyIsLessThan": lambda a, b: a < b, "PropertyIsLessThanOrEqualTo": lambda a, b: a <= b,
         "PropertyIsGreaterThan": lambda a, b: a > b, "PropertyIsGreaterThanOrEqualTo": lambda a, b: a >= b}


@BOTH
@pytest.mark.parametrize("op", ORDER)
def test_values_are_compared_by_their_order(service, binding, op):
    """7.7.3.1, 7.7.3.3: numbers and times against the least, the middle and the greatest there are."""
    for known in service.types:
        for name in known.of(*NUMBERS, *TIMES):
            kind, values = known.properties[name], sorted(known.values(name))
            for value in (values[0], values[len(values) // 2], values[-1]):
                expected = known.ids(lambda row: known.value(row, name) is not None and ORDER[op](known.value(row, name), value))
                for action in ("Any", "All"):
                    condition = comparison(op, name, spelled(value, kind), f'matchCase="true" matchAction="{action}"', action == "All")
                    if action == "All":
                        # The literal stands first, so that the order is the other way round.
                        turned = {"Less": "Greater", "Greater": "Less"}
                        condition = re.sub("Is(Less|Greater)Than", lambda it: f"Is{turned[it[1]]}Than", condition)
                    assert service.ids(binding, known, condition) == expected, (name, value, condition)


@BOTH
def test_values_between_two_are_found_with_both_ends(service, binding):
    """7.7.3.7."""
    for known in service.types:
        for name in known.of(*NUMBERS, *TIMES):
            kind, values = known.properties[name], sorted(known.values(name))
            low, high = values[len(values) // 3], values[2 * len(values) // 3]
            condition = (f"<fes:PropertyIsBetween>{reference(name)}<fes:LowerBoundary><fes:Literal>{spelled(low, kind)}</fes:Literal>"
                         f"</fes:LowerBoundary><fes:UpperBoundary><fes:Literal>{spelled(high, kind)}</fes:Literal></fes:UpperBoundary>"
                         "</fes:PropertyIsBetween>")
            expected = known.ids(lambda row: known.value(row, name) is not None and low <= known.value(row, name) <= high)
            assert service.ids(binding, known, condition) == expected, name


@BOTH
def test_moments_are_compared_in_any_zone_and_as_finely_as_they_are_spelled(service, binding):
    """XML Schema part 2, 3.2.7 and 3.2.9: a zone and a fraction of a second are part of a time, a zone also of a date."""
    japan = datetime.timezone(datetime.timedelta(hours=9))
    for known in service.types:
        for name in known.of("dateTime"):
            moment = known.values(name)[0][0]
            expected = known.ids(lambda row: known.value(row, name) == (moment, moment))
            for text in (moment.astimezone(japan).isoformat(), moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")):
                assert service.ids(binding, known, comparison("PropertyIsEqualTo", name, text)) == expected, text
        for name in known.of("date"):
            value = known.values(name)[0]
            expected = known.ids(lambda row: known.value(row, name) == value)
            assert service.ids(binding, known, comparison("PropertyIsEqualTo", name, spelled(value, "date") + "Z")) == expected


@BOTH
def test_a_pattern_finds_what_it_fits_and_its_opposite_the_rest(service, binding):
    """7.7.3.4."""
    marks = 'wildCard="*" singleChar="?" escapeChar="\\"'
    for known in service.types:
        for name in known.of("string"):
            for value in [value for value in known.values(name) if len(value) > 2][:4]:
                rest = re.sub(r"([*?\\])", r"\\\1", value[2:])
                like = f"<fes:PropertyIsLike {marks}>{reference(name)}<fes:Literal>*{escape(rest)}</fes:Literal></fes:PropertyIsLike>"
                fits = re.compile(".*" + re.escape(value[2:]), re.DOTALL).fullmatch
                assert service.ids(binding, known, like) == known.ids(lambda row: fits(known.value(row, name) or "")), value
                rest = known.ids(lambda row: known.value(row, name) is not None and not fits(known.value(row, name)))
                assert service.ids(binding, known, f"<fes:Not>{like}</fes:Not>") == rest, value


@BOTH
def test_features_are_found_by_what_they_have_and_by_what_they_lack(service, binding):
    """7.7.3.5, 7.10."""
    for known in service.types:
        for name in [*known.properties, *known.geometries]:
            has = known.ids(lambda row: row.find("{%s}%s" % (known.namespace, name)) is not None)
            null = f"<fes:PropertyIsNull>{reference(name)}</fes:PropertyIsNull>"
            assert service.ids(binding, known, f"<fes:Not>{null}</fes:Not>") == has, name
            assert service.ids(binding, known, null) == sorted(set(known.ids()) - set(has)), name


@BOTH
def test_the_properties_that_gml_gives_all_features_can_be_asked_for(service, binding):
    """7.7.3.5; 07-036, 7.2.4: they are none of the type's own, whatever that calls its columns."""
    for known in service.types:
        for name in ("gml:name", "gml:description", "gml:identifier", "gml:boundedBy"):
            null = f"<fes:PropertyIsNull><fes:ValueReference>{name}</fes:ValueReference></fes:PropertyIsNull>"
            assert service.ids(binding, known, null) == known.ids(), (known.name, name)
            assert service.ids(binding, known, f"<fes:Not>{null}</fes:Not>") == []
        for op in ("PropertyIsEqualTo", "PropertyIsNotEqualTo"):
            named = comparison(op, "", "mark 1").replace("tns:", "gml:name")
            assert service.ids(binding, known, named) == [], "what is not there is neither equal nor unequal"


@BOTH
def test_nothing_is_nil_here(service, binding):
    """7.7.3.6: what has no value is left out, and no element of an answer has xsi:nil."""
    for known in service.types:
        for name in known.properties:
            nil = f"<fes:PropertyIsNil>{reference(name)}</fes:PropertyIsNil>"
            assert service.ids(binding, known, nil) == []
        assert not any(node.get("{http://www.w3.org/2001/XMLSchema-instance}nil") for row in known.features for node in row.iter())


@BOTH
def test_conditions_are_joined(service, binding):
    """7.10."""
    for known in service.types:
        name = next(name for name in known.of(*NUMBERS))
        values = sorted(known.values(name))
        low, high = values[len(values) // 3], values[2 * len(values) // 3]
        above = comparison("PropertyIsGreaterThan", name, spelled(low, known.properties[name]))
        below = comparison("PropertyIsLessThan", name, spelled(high, known.properties[name]))

        def of(holds):
            return known.ids(lambda row: known.value(row, name) is not None and holds(known.value(row, name)))
        assert service.ids(binding, known, f"<fes:And>{above}{below}</fes:And>") == of(lambda it: low < it < high)
        assert service.ids(binding, known, f"<fes:Or>{above}{below}</fes:Or>") == of(lambda it: it > low or it < high)
        assert service.ids(binding, known, f"<fes:Not><fes:Or>{above}{below}</fes:Or></fes:Not>") == of(lambda it: high <= it <= low)


@BOTH
def test_a_property_that_is_none_is_refused(service, binding):
    """8.3."""
    for known in service.types:
        condition = ('<fes:PropertyIsLessThanOrEqualTo matchCase="true" matchAction="Any"><fes:Literal>1355941270</fes:Literal>'
                     '<fes:ValueReference xmlns:ex="http://example.org">ex:undefined</fes:ValueReference></fes:PropertyIsLessThanOrEqualTo>')
        refused(service.ask("GetFeature", binding, query=Query(known, condition)), "InvalidParameterValue", "filter")


@BOTH
def test_an_envelope_cannot_be_compared_with(service, binding):
    """09-025r2, 11.4 and table 3: the question is well formed, but it cannot be worked out."""
    for known in service.types:
        condition = (f'<fes:PropertyIsLessThanOrEqualTo><fes:Literal><gml:Envelope srsName="{LAT_LON}"><gml:lowerCorner>-90 -180'
                     "</gml:lowerCorner><gml:upperCorner>90 180</gml:upperCorner></gml:Envelope></fes:Literal>"
                     "<fes:ValueReference>gml:boundedBy</fes:ValueReference></fes:PropertyIsLessThanOrEqualTo>")
        refused(service.ask("GetFeature", binding, query=Query(known, condition)), "OperationProcessingFailed", "boundedBy", status=(400, 403))


# Ids (09-026r2, 7.11, A.4)


@BOTH
def test_features_are_found_by_their_ids(service, binding):
    """09-025r2, 7.2.2."""
    for known in service.types:
        wanted = tuple(known.ids()[:2])
        rows = service.rows(binding, Query(known, ids=wanted))
        assert sorted(row.get(GML_ID) for row in rows) == sorted(wanted)


@BOTH
def test_an_id_of_nothing_finds_nothing(service, binding):
    """09-025r2, 7.2.2 and table 8."""
    for known in service.types:
        assert service.rows(binding, Query(known, ids=(f"test-{uuid.uuid4()}",))) == []
        one = known.ids()[0]
        rows = service.rows(binding, Query(known, ids=(f"test-{uuid.uuid4()}", one)))
        assert [row.get(GML_ID) for row in rows] == [one]


@BOTH
def test_an_id_of_another_type_is_refused(service, binding):
    """09-025r2, 7.9.2.4.1."""
    for known in service.types:
        for other in service.types:
            if other is not known:
                answer = service.ask("GetFeature", binding, query=Query(known, ids=(other.ids()[0],)))
                refused(answer, "InvalidParameterValue", "resourceId")
                answer = service.ask("GetFeature", binding, query=Query(known, ids=(known.ids()[0], other.ids()[0])))
                refused(answer, "InvalidParameterValue", "resourceId")


# Places (09-026r2, 7.8, A.7, A.8)


def shape(row, known):
    return row.find("{%s}%s" % (known.namespace, known.geometries[0]))[0]


def ground(row, known):
    """The place of a feature, longitude first; the types here are told in degrees, latitude first."""
    node = shape(row, known)
    assert node.get("srsName") == LAT_LON, node.get("srsName")

    def pairs(text):
        numbers = [float(word) for word in text.split()]
        return list(zip(numbers[1::2], numbers[::2]))
    if etree.QName(node).localname == "Point":
        return Point(*pairs(node.findtext("gml:pos", namespaces=SPACE)))
    return Polygon(LinearRing(pairs(next(node.iter("{%s}posList" % GML)).text)))


def envelope(west, south, east, north, srs=LAT_LON):
    low, high = (f"{south} {west}", f"{north} {east}") if srs == LAT_LON else (f"{west} {south}", f"{east} {north}")
    return (f'<gml:Envelope srsName="{srs}"><gml:lowerCorner>{low}</gml:lowerCorner><gml:upperCorner>{high}</gml:upperCorner>'
            "</gml:Envelope>")


def windows(known):
    """The extent that the capabilities tell, and smaller boxes within it."""
    west, south, east, north = known.extent
    width, height = east - west, north - south
    yield known.extent
    yield west, south, west + width / 3, south + height / 2
    yield west + width * 0.4, south + height * 0.4, west + width * 0.95, south + height * 0.95


@BOTH
def test_boxes_find_what_is_in_them(service, binding):
    """7.8.3.2: without a reference, every place of a feature is meant."""
    for known in service.types:
        for window in windows(known):
            expected = known.ids(lambda row: ground(row, known).intersects(box(*window)))
            for name in ("", reference(known.geometries[0])):
                for srs in (LAT_LON, "urn:ogc:def:crs:OGC:1.3:CRS84"):
                    assert service.ids(binding, known, f"<fes:BBOX>{name}{envelope(*window, srs)}</fes:BBOX>") == expected, (window, srs)
        assert known.ids(lambda row: ground(row, known).intersects(box(*known.extent))) == known.ids(), "the extent holds everything"


@BOTH
def test_a_box_around_what_is_no_place_is_refused(service, binding):
    """09-025r2, 11.4; 8.3: not even where a column is called so."""
    for known in service.types:
        for name in ("gml:description", "gml:name", *(f"tns:{name}" for name in known.properties)):
            condition = f"<fes:BBOX><fes:ValueReference>{name}</fes:ValueReference>{envelope(*known.extent)}</fes:BBOX>"
            refused(service.ask("GetFeature", binding, query=Query(known, condition)), "InvalidParameterValue")


@BOTH
def test_areas_find_what_they_meet(service, binding):
    """7.8.3.1, A.8: a polygon in the default CRS and in another, and its opposite."""
    for known in service.types:
        for west, south, east, north in windows(known):
            corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
            expected = known.ids(lambda row: ground(row, known).intersects(Polygon(corners)))
            rings = {LAT_LON: " ".join(f"{y} {x}" for x, y in corners), "urn:ogc:def:crs:OGC:1.3:CRS84": " ".join(f"{x} {y}" for x, y in corners)}
            for srs, ring in rings.items():
                polygon = (f'<gml:Polygon gml:id="p1" srsName="{srs}"><gml:exterior><gml:LinearRing><gml:posList>{ring}</gml:posList>'
                           "</gml:LinearRing></gml:exterior></gml:Polygon>")
                both = reference(known.geometries[0]) + polygon
                assert service.ids(binding, known, f"<fes:Intersects>{both}</fes:Intersects>") == expected, srs
                apart = sorted(set(known.ids()) - set(expected))
                assert service.ids(binding, known, f"<fes:Disjoint>{both}</fes:Disjoint>") == apart, srs


# Times (09-026r2, 7.14, A.9, A.10)


def instant(moment):
    return f'<gml:TimeInstant gml:id="TI01"><gml:timePosition>{moment.isoformat()}</gml:timePosition></gml:TimeInstant>'


def period(begin, end):
    return (f'<gml:TimePeriod gml:id="TP01" frame="http://www.iso.org/iso/iso8601"><gml:beginPosition>{begin.isoformat()}</gml:beginPosition>'
            f"<gml:endPosition>{end.isoformat()}</gml:endPosition></gml:TimePeriod>")


def thirds(known, name):
    values = known.values(name)
    begin, end = min(value[0] for value in values), max(value[1] for value in values)
    third = (end - begin) / 3
    return [begin, begin + third, begin + 2 * third, end]


def timely(service, binding, known, name, op, literal, holds):
    """Checks a temporal operator against what must hold of the first and the last moment of a value."""
    expected = known.ids(lambda row: known.value(row, name) is not None and holds(*known.value(row, name)))
    found = service.ids(binding, known, f"<fes:{op}>{reference(name)}{literal}</fes:{op}>")
    assert found == expected, (op, name, literal)
    return found


@BOTH
def test_times_within_a_period_are_found(service, binding):
    """7.14.6, A.9; 19108, 5.2.3.5: both ends of the period lie outside."""
    for known in service.types:
        for name in known.of(*TIMES):
            ends = thirds(known, name)
            for begin, end in ((ends[0], ends[3]), (ends[1], ends[2])):
                assert timely(service, binding, known, name, "During", period(begin, end), lambda first, last: begin < first and last < end)


@BOTH
def test_times_after_are_found(service, binding):
    """7.14, A.10: after a period, after a moment in UTC and after the same one as Japan writes it."""
    japan = datetime.timezone(datetime.timedelta(hours=9))
    for known in service.types:
        for name in known.of(*TIMES):
            ends = thirds(known, name)
            assert timely(service, binding, known, name, "After", period(ends[0], ends[1]), lambda first, last: first > ends[1])
            for moment in (ends[1], ends[1].astimezone(japan)):
                assert timely(service, binding, known, name, "After", instant(moment), lambda first, last: first > ends[1])


@BOTH
def test_times_before_are_found(service, binding):
    """7.14, A.10."""
    for known in service.types:
        for name in known.of(*TIMES):
            ends = thirds(known, name)
            for literal in (period(ends[2], ends[3]), instant(ends[2])):
                assert timely(service, binding, known, name, "Before", literal, lambda first, last: last < ends[2])


# Sorting (09-026r2, 6.2.5.2)


@BOTH
def test_features_come_in_the_order_that_is_asked_for(service, binding):
    """ImplementsSorting."""
    for known in service.types:
        for name in known.of(*NUMBERS, *TIMES):
            for order in ("ASC", "DESC"):
                rows = service.rows(binding, Query(known, sort=((name, order),)))
                values = [value for value in (known.value(row, name) for row in rows) if value is not None]
                assert len(rows) == len(known.features) and values == sorted(values, reverse=order == "DESC"), (name, order)


# Paging (09-025r2, 7.7.4.4, A.1.10)


def page(service, address):
    answer = service.server.session.get(address, headers={"Accept": "application/xml"}, timeout=60)
    assert answer.status_code == 200, answer.text[:400]
    return plain(answer.content)


@BOTH
@pytest.mark.parametrize("request_name", ["GetFeature", "GetPropertyValue"])
def test_hits_lead_to_the_first_page(service, binding, request_name):
    """7.7.4.2, 7.7.4.4: with a size of pages, the answer that only counts has the first page as its next one."""
    for known in service.types:
        more = {} if request_name == "GetFeature" else {"valueReference": "@gml:id"}
        document = plain(service.ask(request_name, binding, query=Query(known), count=2, resultType="hits", **more).content)
        assert (document.get("numberMatched"), document.get("numberReturned")) == (str(len(known.features)), "0")
        assert document.get("previous") is None and len(document) == 0
        first = page(service, document.get("next"))
        assert first.tag == document.tag and first.get("numberReturned") == "2" == str(len(first.findall("wfs:member", SPACE)))
        assert first.get("previous") is None


@BOTH
def test_pages_lead_forth_and_back(service, binding):
    """7.7.4.4.1: every feature once on the way there, the same pages on the way back, and no link beyond either end."""
    for known in service.types:
        size = max(1, math.ceil(len(known.features) / 5))
        document = plain(service.ask("GetFeature", binding, query=Query(known), count=size).content)
        assert document.get("previous") is None
        pages = [document]
        while pages[-1].get("next"):
            pages.append(page(service, pages[-1].get("next")))
        seen = [[row.get(GML_ID) for row in members(one)] for one in pages]
        assert sorted(one for rows in seen for one in rows) == known.ids() and all(len(rows) == size for rows in seen[:-1])
        assert all(one.get("numberMatched") == str(len(known.features)) for one in pages)
        back = [pages[-1]]
        while back[-1].get("previous"):
            back.append(page(service, back[-1].get("previous")))
        assert [[row.get(GML_ID) for row in members(one)] for one in reversed(back)] == seen


@BOTH
def test_a_page_begins_where_it_is_asked_to(service, binding):
    """7.7.4.4: startIndex counts from nothing passed over; past the end there is nothing."""
    for known in service.types:
        rows = [row.get(GML_ID) for row in service.rows(binding, Query(known))]
        document = plain(service.ask("GetFeature", binding, query=Query(known), startIndex=1, count=1).content)
        assert [row.get(GML_ID) for row in members(document)] == rows[1:2]
        beyond = plain(service.ask("GetFeature", binding, query=Query(known), startIndex=len(rows), count=1).content)
        assert members(beyond) == [] and beyond.get("next") is None
