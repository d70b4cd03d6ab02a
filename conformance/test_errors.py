"""Wrong questions get the protocol's own error, which names the parameter; never 5xx, never a trace, and the server goes on."""
import re
import socket
import time

import pytest
from lxml import etree

LEAKS = re.compile(r"panicked|RUST_BACKTRACE|\.rs:\d+|sqlite|SELECT |/(?:home|root|tmp)/|root:x:", re.IGNORECASE)

FEATURE_ERRORS = [
    ("/collections/nowhere", {}, 404, "nowhere"),
    ("/collections/nowhere/items", {}, 404, "nowhere"),
    ("/collections/many/items/no-such-row", {}, 404, None),
    ("/collections/many/items", {"nonsense": "1"}, 400, "nonsense"),
    ("/collections", {"nonsense": "1"}, 400, "nonsense"),
    ("/", {"nonsense": "1"}, 400, "nonsense"),
    ("/conformance", {"nonsense": "1"}, 400, "nonsense"),
    ("/collections/many/items", {"limit": "0"}, 400, "limit"),
    ("/collections/many/items", {"limit": "-1"}, 400, "limit"),
    ("/collections/many/items", {"limit": "abc"}, 400, "limit"),
    ("/collections/many/items", {"limit": "unlimited"}, 400, "limit"),
    ("/collections/many/items", {"limit": "1e99"}, 400, "limit"),
    ("/collections/many/items", {"limit": ""}, 400, "limit"),
    ("/collections/many/items", {"bbox": "1,2,3"}, 400, "bbox"),
    ("/collections/many/items", {"bbox": "1,2,3,4,5"}, 400, "bbox"),
    ("/collections/many/items", {"bbox": "a,b,c,d"}, 400, "bbox"),
    ("/collections/many/items", {"bbox": "1,9,3,4"}, 400, "bbox"),
    ("/collections/many/items", {"bbox": "NaN,NaN,NaN,NaN"}, 400, "bbox"),
    ("/collections/many/items", {"bbox": "inf,0,inf,1"}, 400, "bbox"),
    ("/collections/many/items", {"bbox-crs": "http://www.opengis.net/def/crs/EPSG/0/999999", "bbox": "0,0,1,1"}, 400, "bbox-crs"),
    ("/collections/many/items", {"crs": "http://www.opengis.net/def/crs/EPSG/0/999999"}, 400, "crs"),
    ("/collections/many/items", {"crs": "+proj=longlat +nadgrids=/etc/passwd"}, 400, "crs"),
    ("/collections/many/items", {"crs": "http://127.0.0.1:1/crs"}, 400, "crs"),
    ("/collections/many/items", {"datetime": "yesterday"}, 400, "datetime"),
    ("/collections/many/items", {"datetime": "2020-13-45"}, 400, "datetime"),
    ("/collections/many/items", {"filter": "number ="}, 400, "filter"),
    ("/collections/many/items", {"filter": "nosuchcolumn = 1"}, 400, "nosuchcolumn"),
    ("/collections/many/items", {"filter": "number = 1", "filter-lang": "sql"}, 400, "filter-lang"),
    ("/collections/many/items", {"filter": "(" * 5000 + "number=1" + ")" * 5000}, 400, "filter"),
    ("/collections/many/items", {"filter": "NOT " * 5000 + "number=1"}, 400, "filter"),
    ("/collections/many/items", {"filter": "exec(Runtime.getRuntime(), 'id')"}, 400, None),
    ("/collections/many/items", {"filter": "number = 1; DROP TABLE many"}, 400, "filter"),
    ("/collections/many/items", {"sortby": "nosuchcolumn"}, 400, "nosuchcolumn"),
    ("/collections/many/items", {"properties": "nosuchcolumn"}, 400, "nosuchcolumn"),
    ("/collections/many/items", {"f": "exe"}, 400, None),
    ("/collections/many/items", {"cursor": "AAAA"}, 400, "cursor"),
    ("/collections/..%2f..%2fetc%2fpasswd", {}, 404, None),
    ("/collections/many/items/..%2f..%2f..%2fetc%2fpasswd", {}, 404, None),
    ("/no/such/page", {}, 404, None),
    ("/proxy", {"url": "http://127.0.0.1:1/"}, 404, None),
]


@pytest.mark.parametrize("path, parameters, status, word", FEATURE_ERRORS, ids=lambda value: str(value)[:60])
def test_wrong_questions_about_features_are_refused_by_name(server, path, parameters, status, word):
    began = time.time()
    answer = server.get(path, headers={"Accept": "application/json"}, **parameters)
    assert answer.status_code == status, (answer.status_code, answer.text[:300])
    assert time.time() - began < 5
    said = answer.json()
    assert said.get("title") or said.get("detail") or said.get("description"), said
    assert word is None or word in answer.text, said
    assert not LEAKS.search(answer.text), answer.text
    assert answer.headers.get("x-content-type-options") == "nosniff"


def test_limits_above_the_greatest_are_cut_down(server):
    page = server.json("/collections/many/items", limit=9223372036854775807)
    assert page["numberReturned"] == 1000


def test_a_box_of_six_numbers_is_taken_without_its_heights(server):
    page = server.json("/collections/many/items", bbox="99.5,-0.5,-100,101.5,0.5,100", limit=100)
    assert page["numberMatched"] == 2


def test_a_box_across_the_antimeridian_finds_both_sides(server):
    page = server.json("/collections/crossing/items", bbox="170,-30,-170,30", limit=100)
    assert {row["properties"]["number"] for row in page["features"]} == {1, 2, 3, 4}
    page = server.json("/collections/crossing/items", bbox="179,-30,-179,0", limit=100)
    assert {row["properties"]["number"] for row in page["features"]} == {1, 2}


def test_the_extent_of_data_across_the_antimeridian_crosses_it(server):
    box = server.json("/collections/crossing")["extent"]["spatial"]["bbox"][0]
    assert len(box) == 4 and box[1] <= -18 and box[3] >= 10, box
    # 20° and 178° to −178°: the narrowest box runs east from 20° across 180°.
    assert box[0] == pytest.approx(20, abs=1e-6) and box[2] == pytest.approx(-178, abs=1e-6), box


def test_sql_in_values_changes_nothing(server):
    for text in ("' OR '1'='1", "g1'; DROP TABLE many; --", "%", "_", "\\", "\u0000"):
        page = server.get("/collections/many/items", group=text, limit=10)
        assert page.status_code in (200, 400), page.text
        if page.status_code == 200:
            assert page.json()["numberMatched"] == 0, text
    assert server.json("/collections/many/items", limit=1)["numberMatched"] == 1000


MAP = {"request": "GetMap", "layers": "marks", "styles": "", "crs": "EPSG:4326", "bbox": "30,130,40,140", "width": "100", "height": "100",
       "format": "image/png"}

WMS_ERRORS = [
    ({"layers": "nowhere"}, "LayerNotDefined", "nowhere"),
    ({"styles": "nostyle"}, "StyleNotDefined", "nostyle"),
    ({"crs": "EPSG:999999"}, "InvalidCRS", "999999"),
    ({"crs": "+proj=longlat +nadgrids=/etc/passwd"}, "InvalidCRS", None),
    ({"crs": "http://127.0.0.1:1/x"}, "InvalidCRS", None),
    ({"format": "image/nonsense"}, "InvalidFormat", "nonsense"),
    ({"format": "application/openlayers"}, "InvalidFormat", None),
    ({"width": "100000"}, None, "WIDTH"),
    ({"width": "100000", "height": "100000"}, None, "WIDTH"),
    ({"height": "2147483648"}, None, "HEIGHT"),
    ({"width": "65535", "height": "65535"}, None, "WIDTH"),
    ({"width": "0"}, None, "WIDTH"),
    ({"width": "-5"}, None, "WIDTH"),
    ({"width": "abc"}, None, "WIDTH"),
    ({"bbox": "30,130,40"}, None, "BBOX"),
    ({"bbox": "40,130,30,140"}, None, "BBOX"),
    ({"bbox": "30,130,30,130"}, None, "BBOX"),
    ({"bbox": "a,b,c,d"}, None, "BBOX"),
    ({"bbox": "NaN,NaN,NaN,NaN"}, None, "BBOX"),
    ({"bbox": "inf,inf,inf,inf"}, None, "BBOX"),
    ({"layers": ",".join(["marks"] * 5000), "styles": ""}, None, "LAYERS"),
    ({"styles": "default,default,default"}, None, "STYLES"),
    ({"bgcolor": "nonsense"}, None, "BGCOLOR"),
    ({"transparent": "perhaps"}, None, "TRANSPARENT"),
    ({"request": "GetNonsense"}, "OperationNotSupported", "GetNonsense"),
]


def exception(answer):
    """The code and text of a service exception."""
    assert 200 <= answer.status_code < 500, (answer.status_code, answer.text[:300])
    kind = answer.headers["content-type"]
    assert "xml" in kind, (kind, answer.content[:100])
    root = etree.fromstring(answer.content)
    assert etree.QName(root).localname == "ServiceExceptionReport", answer.text[:300]
    assert not LEAKS.search(answer.text), answer.text
    found = root[0]
    return found.get("code"), "".join(found.itertext()) + " " + str(found.get("locator"))


@pytest.mark.parametrize("changes, code, word", WMS_ERRORS, ids=lambda value: str(value)[:60])
def test_wrong_maps_are_refused_with_a_service_exception(server, changes, code, word):
    began = time.time()
    found, text = exception(server.wms(**{**MAP, **changes}))
    assert time.time() - began < 5
    if code is not None:
        assert found == code, (found, text)
    assert word is None or word.lower() in text.lower(), text


@pytest.mark.parametrize("missing", ["layers", "crs", "bbox", "width", "height", "format", "request"])
def test_a_missing_parameter_is_named(server, missing):
    _, text = exception(server.wms(**{key: value for key, value in MAP.items() if key != missing}))
    assert missing in text.lower(), text


def test_in_111_the_code_is_invalid_srs(server):
    asked = {key: value for key, value in MAP.items() if key != "crs"}
    code, _ = exception(server.wms("1.1.1", **asked, srs="EPSG:999999"))
    assert code == "InvalidSRS"


INFO = {**MAP, "request": "GetFeatureInfo", "query_layers": "marks", "info_format": "application/json", "i": "5", "j": "5"}


@pytest.mark.parametrize("changes, code, word", [
    ({"i": "-1"}, "InvalidPoint", "i"), ({"i": "100"}, "InvalidPoint", "i"), ({"j": "abc"}, "InvalidPoint", "j"),
    ({"query_layers": "nowhere"}, "LayerNotDefined", "nowhere"), ({"info_format": "text/nonsense"}, "InvalidFormat", "info_format"),
    ({"feature_count": "0"}, None, "feature_count"), ({"feature_count": "abc"}, None, "feature_count"),
], ids=lambda value: str(value)[:60])
def test_wrong_questions_about_a_pixel_are_refused(server, changes, code, word):
    found, text = exception(server.wms(**{**INFO, **changes}))
    assert code is None or found == code, (found, text)
    assert word.lower() in text.lower(), text


def test_a_huge_feature_count_is_bounded(server):
    answer = server.wms(**{**INFO, "feature_count": "2147483647"})
    assert answer.status_code < 500


def test_extreme_boxes_are_drawn_empty_or_refused(server):
    for bbox in ("1e-300,1e-300,2e-300,2e-300", "-1e308,-1e308,1e308,1e308", "-0,-0,1,1", "5e-324,5e-324,1e-323,1e-323", "89,179,91,181"):
        began = time.time()
        answer = server.wms(**{**MAP, "bbox": bbox})
        assert answer.status_code < 500 and time.time() - began < 5, bbox


def test_version_negotiation_follows_the_standard(server):
    def version(asked):
        answer = server.get("/wms", SERVICE="WMS", REQUEST="GetCapabilities", **({"VERSION": asked} if asked else {}))
        parser = etree.XMLParser(load_dtd=False, resolve_entities=False, no_network=True)
        return etree.fromstring(answer.content, parser).get("version")
    assert version(None) == "1.3.0"
    assert version("1.3.0") == "1.3.0"
    assert version("1.1.1") == "1.1.1"
    assert version("100.0.0") == "1.3.0"
    assert version("1.2.0") == "1.1.1"


def test_keys_are_read_in_any_case_and_unknown_ones_passed_over(server):
    answer = server.get("/wms", sErViCe="WMS", VeRsIoN="1.3.0", rEqUeSt="GetMap", LaYeRs="marks", sTyLeS="", cRs="EPSG:4326", bBoX="30,130,40,140",
                        wIdTh="10", hEiGhT="10", fOrMaT="image/png", map="/etc/passwd", nonsense="1")
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("image/png")


def test_exceptions_can_be_pictures(server):
    for kind in ("INIMAGE", "BLANK"):
        answer = server.wms(**{**MAP, "layers": "nowhere", "exceptions": kind})
        assert answer.headers["content-type"].startswith(("image/png", "text/xml", "application/xml")), kind


XXE = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><GetMap service="WMS" version="1.3.0"><a>&x;</a></GetMap>'
BOMB = ('<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">' + "".join(f'<!ENTITY {chr(98 + n)} "{("&" + chr(97 + n) + ";") * 10}">' for n in range(9))
        + "]><GetMap>&j;</GetMap>")


@pytest.mark.parametrize("body", [XXE, XXE.encode("utf-16"), BOMB, "<a>" * 20000, "\x00" * 100], ids=["xxe", "utf16", "laughs", "deep", "nul"])
@pytest.mark.parametrize("path", ["/wms", "/ows", "/collections/many/items", "/"])
def test_posted_documents_are_refused_at_once(server, path, body):
    began = time.time()
    answer = server.session.post(server.url + path, data=body, headers={"Content-Type": "text/xml"}, timeout=30)
    assert 400 <= answer.status_code < 500, answer.status_code
    assert time.time() - began < 2 and "root:" not in answer.text


@pytest.mark.parametrize("parameter", ["SLD_BODY", "SLD", "TIME", "ELEVATION", "CQL_FILTER", "DIM_X", "map_layer_data", "viewparams", "env"])
def test_nothing_is_read_or_run_that_a_map_parameter_names(server, parameter):
    for value in (XXE, "file:///etc/passwd", "exec('id')", "'; DROP TABLE x; --", "${jndi:ldap://127.0.0.1:1/a}"):
        answer = server.wms(**MAP, **{parameter: value})
        assert answer.status_code < 500 and b"root:" not in answer.content, (parameter, value)


@pytest.mark.parametrize("path", ["/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/collections/%2e%2e%2f", "/d/..%5c..%5cetc", "/p/%00", "/%zz", "/%",
                                  "/%c0%af%c0%af", "/d/%3Cscript%3Ealert(1)%3C%2Fscript%3E", "//etc/passwd", "/collections/many/items/%ff"])
def test_paths_that_lead_elsewhere_are_not_found(server, path):
    for accept in ("text/html", "application/json"):
        request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: {accept}\r\nConnection: close\r\n\r\n"
        status, head, body = raw(server, request.encode())
        assert status in (400, 404), (status, body[:200])
        assert b"root:" not in body
        # JSON that repeats markup is harmless, because browsers are told not to guess.
        assert b"<script>alert(1)" not in body or b"json" in head and b"nosniff" in head, (head, body)


def raw(server, request):
    """Bytes in, status, head and body out."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
        connection.sendall(request)
        answer = b""
        while part := connection.recv(65536):
            answer += part
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), head, body


def test_smuggled_and_broken_requests_get_one_answer(server):
    for head in ("Content-Length: 5\r\nTransfer-Encoding: chunked", "Content-Length: 5\r\nContent-Length: 6", "Transfer-Encoding: xchunked"):
        request = f"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{head}\r\n\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        status, _, body = raw(server, request)
        assert 400 <= status < 600 and body.count(b"HTTP/1.1") == 0, (head, status)


def test_long_addresses_and_headers_are_refused(server):
    status, _, _ = raw(server, b"GET /" + b"a" * 1_000_000 + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert status in (400, 404, 414, 431)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "POST"])
def test_nothing_is_written_without_a_login(server, method):
    for path in ("/collections/many", "/collections/many/items/1", "/maps/many"):
        answer = server.session.request(method, server.url + path, data=b"{}", timeout=30)
        assert answer.status_code in (400, 401, 403, 404, 405, 415, 501), (method, path, answer.status_code)
    assert server.json("/collections/many/items", limit=1)["numberMatched"] == 1000


def test_host_headers_do_not_change_links(server):
    answer = server.get("/", headers={"Accept": "application/json", "Host": "evil.example", "X-Forwarded-Host": "evil.example"})
    assert "evil.example" not in answer.text


def test_headers_are_safe(server):
    page = server.get("/", headers={"Accept": "text/html"})
    assert page.headers["x-content-type-options"] == "nosniff"
    policy = page.headers["content-security-policy"]
    assert "unsafe-eval" not in policy and not re.search(r"script-src[^;]*unsafe-inline", policy), policy
    assert "frame-ancestors" in policy or page.headers.get("x-frame-options")
    assert page.headers.get("referrer-policy")
    assert not re.search(r"\d", page.headers.get("server", ""))
    answer = server.get("/collections", headers={"Origin": "https://example.org", "Accept": "application/json"})
    assert answer.headers.get("access-control-allow-origin") == "*"
    assert "access-control-allow-credentials" not in answer.headers
    assert "accept" in answer.headers.get("vary", "").lower()


def test_markup_in_data_and_questions_is_escaped_on_pages(server):
    for path, parameters in (("/collections/names/items", {"limit": 100}), ("/d/names", {}), ("/collections/names/items/7", {}),
                             ("/collections/%3Cscript%3Ealert(1)%3C%2Fscript%3E", {}), ("/collections/names/items", {"nonsense": "<script>alert(1)</script>"})):
        answer = server.get(path, headers={"Accept": "text/html"}, **parameters)
        assert "<script>alert(1)" not in answer.text, path
        if answer.status_code >= 400:
            assert "html" in answer.headers["content-type"]


def test_head_is_answered_like_get_without_a_body(server):
    for path in ("/", "/collections/many/items", "/wms?SERVICE=WMS&REQUEST=GetCapabilities"):
        answer = server.session.head(server.url + path, headers={"Accept": "application/json"}, timeout=30)
        assert answer.status_code == 200 and not answer.content, path


def test_after_all_this_the_server_still_answers(server):
    assert server.get("/healthz").status_code == 200
    assert server.process.poll() is None
