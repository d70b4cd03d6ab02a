"""`terrane check` on a server that is not ours: MapServer, right at first and then wrong in one way each."""
import http.server
import json
import os
import shutil
import subprocess
import threading

import pytest

from server import program

UNITS = {
    "type": "FeatureCollection",
    "name": "units",
    "features": [
        {"type": "Feature", "properties": {"n": n}, "geometry": {"type": "Polygon", "coordinates": [[[w, s], [e, s], [e, t], [w, t], [w, s]]]}}
        for n, w, s, e, t in [("a", 100, 10, 104, 14), ("b", 104, 10, 110, 14), ("c", 100, 14, 107, 16)]
    ],
}
WORDS = (
    "OneGeology,continent@Asia,subcontinent@South-eastern Asia,geographicarea@Viet Nam,dataprovider@Survey of Tests,"
    "serviceprovider@Survey of Tests,DS_DATE@2020-01-01,DS_TOPIC@geoscientificinformation,thematic@geology"
)
MAP = """
MAP
  NAME "geology" EXTENT 100 10 110 16 SIZE 400 300 IMAGECOLOR 255 255 255
  PROJECTION "init=epsg:4326" END
  WEB METADATA
    "ows_title" "VNM SOT Geology" "ows_abstract" "Three units drawn by MapServer, for tests of the check."
    "ows_onlineresource" "{url}" "ows_enable_request" "*" "ows_srs" "EPSG:4326 EPSG:3857 CRS:84"
    "ows_fees" "none" "ows_accessconstraints" "none" "ows_contactperson" "A. Tester" "ows_contactorganization" "Survey of Tests"
    "ows_contactelectronicmailaddress" "maps@survey.test" "ows_keywordlist" "OneGeology,MD_DATE@2026-01-01,MD_LANG@ENG"
  END END
  LAYER
    NAME "{name}" TYPE POLYGON STATUS ON TEMPLATE "t.html" CONNECTIONTYPE OGR CONNECTION "units.geojson" DATA "units" CLASSITEM "n"
    PROJECTION "init=epsg:4326" END
    METADATA
      "ows_title" "VNM SOT 1:1M Bedrock Age" "ows_abstract" "Units." "ows_keywordlist" "{words}" "ows_extent" "{extent}"
      "gml_include_items" "all" "wms_metadataurl_href" "{url}" "wms_metadataurl_type" "TC211" "wms_metadataurl_format" "text/xml"
    END
    CLASS NAME "a" EXPRESSION "a" STYLE COLOR 200 0 0 END END
    CLASS NAME "b" EXPRESSION "b" STYLE COLOR 0 160 0 END END
    CLASS NAME "c" EXPRESSION "c" STYLE COLOR 0 0 200 END END
  END
END
"""


class Cgi(http.server.BaseHTTPRequestHandler):
    """Hands each question to MapServer."""

    folder = None

    def do_GET(self):
        query = self.path.partition("?")[2]
        asked = {
            "QUERY_STRING": query, "REQUEST_METHOD": "GET", "MS_MAPFILE": str(self.folder / "units.map"),
            "MAPSERVER_CONFIG_FILE": str(self.folder / "mapserver.conf"),
        }
        said = subprocess.run(["mapserv"], capture_output=True, timeout=60, env={**os.environ, **asked}).stdout
        head, _, body = said.partition(b"\r\n\r\n")
        kind = next((line.partition(":")[2].strip() for line in head.decode().splitlines() if line.lower().startswith("content-type")), "")
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def check(tmp_path):
    """Checks MapServer with a map file: what is wrong with it is given by name. Returns stars and verdicts."""
    if not shutil.which("mapserv"):
        pytest.skip("MapServer (Debian package cgi-mapserver) is not installed")
    (tmp_path / "units.geojson").write_text(json.dumps(UNITS))
    (tmp_path / "t.html").write_text("<!-- MapServer Template -->\n[n]\n")
    (tmp_path / "mapserver.conf").write_text('CONFIG ENV "MS_MAP_PATTERN" "." END END\n')
    served = http.server.ThreadingHTTPServer(("127.0.0.1", 0), type("OwnCgi", (Cgi,), {"folder": tmp_path}))
    threading.Thread(target=served.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{served.server_port}/cgi-bin/mapserv?"

    def call(**wrong):
        right = {"name": "VNM_SOT_1M_BA", "words": WORDS, "extent": "100 10 110 16", "url": url}
        (tmp_path / "units.map").write_text(MAP.format(**{**right, **wrong}))
        done = subprocess.run([program(), "check", url, "--local", "--stars", "0", "--json"], capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr
        report = json.loads(done.stdout)
        return report["stars"], {finding["criterion"]: finding["verdict"] for finding in report["findings"]}

    yield call
    served.shutdown()


def test_mapserver_is_seen_as_it_is(check):
    stars, verdicts = check()
    good = ["capabilities", "map", "not-blank", "versions", "axes", "box-true", "legend", "crs", "keywords-place", "layer-titles", "info"]
    assert {criterion: verdicts[criterion] for criterion in good} == dict.fromkeys(good, "good")
    assert stars == 3
    # MapServer takes SLD_BODY, and the layer has no column of ages to draw by; its WFS has no GeoSciML.
    assert (verdicts["sld"], verdicts["wfs"], verdicts["lite"]) == ("bad", "bad", "bad")


def test_what_is_wrong_with_mapserver_is_found(check):
    stars, verdicts = check(extent="112 10 122 16")
    assert (stars, verdicts["not-blank"], verdicts["box-true"]) == (0, "bad", "bad")
    stars, verdicts = check(words="OneGeology,continent@Asien,geographicarea@Vietnam")
    assert (stars, verdicts["keywords-place"], verdicts["keywords-people"]) == (1, "bad", "bad")
    stars, verdicts = check(name="units")
    assert (stars, verdicts["layer-names"]) == (3, "bad"), "names are advice"
