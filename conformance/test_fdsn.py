"""The FDSN event service: read by ObsPy, valid by the schema of QuakeML, and complete: what comes back is what a plain reading of
the same table finds."""
import csv
import pathlib
import random
import re
from datetime import datetime

import pyproj
import pytest
import shapely
import shapely.geometry
from lxml import etree
from pyproj import Geod
from server import ROOT, Server, run

SCHEMA = pathlib.Path(__file__).parent / "schemas" / "quakeml" / "QuakeML-1.2.xsd"
TABLE = ROOT / "demo" / "data" / "earthquakes_m5_2009_2019.csv"
CATALOG = "earthquakes"
WGS84 = Geod(ellps="WGS84")
# Degrees of arc are those of a sphere of the Earth's mean radius.
METRES_PER_DEGREE = 6371008.8 * 3.141592653589793 / 180
QUESTIONS = 60


def number(text):
    return float(text) if text else None


@pytest.fixture(scope="session")
def table():
    with open(TABLE, encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="session")
def obspy(demo):
    fdsn = pytest.importorskip("obspy.clients.fdsn")
    return fdsn.Client(base_url=demo.url, timeout=120)


@pytest.fixture(scope="session")
def quakeml_schema():
    return etree.XMLSchema(etree.parse(str(SCHEMA)))


def query(demo, **parameters):
    return demo.get("/fdsnws/event/1/query", **parameters)


def lines(demo, **parameters):
    """The events of an answer as text: identifier → fields."""
    answer = query(demo, format="text", **parameters)
    assert answer.status_code in (200, 204), answer.text[:500]
    rows = [line.split("|") for line in answer.text.splitlines() if not line.startswith("#")]
    return {row[0]: row for row in rows}


# One condition on a row for each parameter.
def holds(row, name, value):
    latitude, longitude = float(row["latitude"]), float(row["longitude"])
    return {
        "starttime": lambda: row["time"] >= value,
        "endtime": lambda: row["time"] <= value,
        "minlatitude": lambda: latitude >= value,
        "maxlatitude": lambda: latitude <= value,
        "minmagnitude": lambda: float(row["mag"]) >= value,
        "maxmagnitude": lambda: float(row["mag"]) <= value,
        "mindepth": lambda: number(row["depth"]) is not None and float(row["depth"]) >= value,
        "maxdepth": lambda: number(row["depth"]) is not None and float(row["depth"]) <= value,
        "magnitudetype": lambda: row["magType"].lower() == value.lower(),
        "eventtype": lambda: row["type"] in value.split(","),
        "updatedafter": lambda: row["updated"] >= value,
        "longitudes": lambda: value[0] <= longitude <= value[1] if value[0] <= value[1]
        else longitude >= value[0] or longitude <= value[1],
        "ring": lambda: value[2] <= WGS84.inv(value[0], value[1], longitude, latitude)[2] / METRES_PER_DEGREE <= value[3],
    }[name]()


def question(chance):
    """A question by chance: what is sent, and the conditions that it stands for."""
    sent, conditions = {"catalog": CATALOG}, []

    def ask(name, value):
        sent[name] = value
        conditions.append((name, value))

    years = sorted(chance.sample(range(2009, 2020), 2))
    if chance.random() < 0.6:
        ask("starttime", f"{years[0]}-0{chance.randint(1, 9)}-11T05:46:24.120Z")
    if chance.random() < 0.4:
        ask("endtime", f"{years[1]}-12-0{chance.randint(1, 9)}T00:00:00.000Z")
    if chance.random() < 0.5:
        ask("minmagnitude", round(chance.uniform(5, 7), 1))
    if chance.random() < 0.2:
        ask("maxmagnitude", round(chance.uniform(7, 8), 1))
    if chance.random() < 0.3:
        ask("mindepth", chance.choice([10, 33, 70, 300]))
    if chance.random() < 0.2:
        ask("maxdepth", chance.choice([350, 600]))
    if chance.random() < 0.2:
        ask("magnitudetype", chance.choice(["mww", "MB", "Mwc"]))
    if chance.random() < 0.15:
        ask("eventtype", chance.choice(["earthquake", "nuclear explosion", "volcanic eruption,nuclear explosion"]))
    if chance.random() < 0.15:
        ask("updatedafter", "2018-01-01T00:00:00.000Z")
    place = chance.random()
    if place < 0.35:
        south = round(chance.uniform(-60, 40), 2)
        ask("minlatitude", south)
        ask("maxlatitude", round(south + chance.uniform(5, 30), 2))
    if place < 0.2:
        west, east = chance.choice([(120.5, 150.25), (170.0, -170.0), (-180.0, -60.5), (165.5, 180.0)])
        sent |= {"minlongitude": west, "maxlongitude": east}
        conditions.append(("longitudes", (west, east)))
    elif place > 0.75:
        longitude, latitude = chance.choice([(142.37, 38.3), (179.9, -18.0), (-179.5, 51.0), (-70.8, -20.0), (0.0, 89.0)])
        least, most = chance.choice([(0, 3), (2, 10), (0, 45)])
        sent |= {"longitude": longitude, "latitude": latitude, "minradius": least, "maxradius": most}
        conditions.append(("ring", (longitude, latitude, least, most)))
    return sent, conditions


def test_what_comes_back_is_what_the_table_holds(demo, table):
    chance = random.Random(20110311)
    found = 0
    for _ in range(QUESTIONS):
        sent, conditions = question(chance)
        expected = {row["id"] for row in table if all(holds(row, name, value) for name, value in conditions)}
        assert set(lines(demo, **sent)) == expected, sent
        found += len(expected)
    assert found > 5_000, "the questions must find something"


def test_every_form_tells_the_same_events(demo, table):
    sent = {"catalog": CATALOG, "minmagnitude": 7.5}
    expected = {row["id"] for row in table if float(row["mag"]) >= 7.5}
    assert set(lines(demo, **sent)) == expected
    geojson = query(demo, format="geojson", **sent).json()
    assert {feature["id"] for feature in geojson["features"]} == expected
    rows = list(csv.DictReader(query(demo, format="csv", **sent).text.splitlines()))
    assert {row["id"] for row in rows} == expected
    of = {row["id"]: row for row in table}
    for row in rows:
        for name in ("time", "mag", "magType", "place", "status"):
            same = float(row[name]) == float(of[row["id"]][name]) if name == "mag" else row[name] == of[row["id"]][name]
            assert same, (row["id"], name)
    tree = etree.fromstring(query(demo, **sent).content)
    events = tree.findall(".//{http://quakeml.org/xmlns/bed/1.2}event")
    assert len(events) == len(expected)


def test_quakeml_is_valid(demo, quakeml_schema):
    for sent in ({"minmagnitude": 7, "limit": 2000}, {"catalog": "significant-eruptions", "limit": 900},
                 {"catalog": "tsunami-sources", "limit": 3000}, {"catalog": "significant-earthquakes", "limit": 5000}):
        document = etree.fromstring(query(demo, **sent).content)
        assert quakeml_schema.validate(document), quakeml_schema.error_log.last_error


def test_obspy_reads_the_service(obspy, table):
    assert {"event", "available_event_catalogs", "available_event_contributors"} <= set(obspy.services)
    assert CATALOG in obspy.services["available_event_catalogs"]
    assert "us" in obspy.services["available_event_contributors"]
    for parameters in ({"minmagnitude": 8}, {"eventid": "usp000hvpg"}, {"latitude": 38.3, "longitude": 142.4, "maxradius": 1},
                       {"includeallorigins": True, "includeallmagnitudes": True, "includearrivals": True, "minmagnitude": 8},
                       {"mindepth": 500, "maxdepth": 600, "minmagnitude": 6.5}, {"magnitudetype": "mww", "minmagnitude": 7.8},
                       {"minlatitude": -25, "maxlatitude": -10, "minlongitude": 170, "maxlongitude": -170, "minmagnitude": 6.8}):
        events = obspy.get_events(catalog=CATALOG, **parameters)
        assert len(events) > 0, parameters
    event = obspy.get_events(eventid="usp000hvpg", catalog=CATALOG)[0]
    row = next(row for row in table if row["id"] == "usp000hvpg")
    origin, magnitude = event.preferred_origin(), event.preferred_magnitude()
    assert (origin.latitude, origin.longitude) == (float(row["latitude"]), float(row["longitude"]))
    assert origin.depth == pytest.approx(float(row["depth"]) * 1000)
    assert (magnitude.mag, magnitude.magnitude_type) == (float(row["mag"]), row["magType"])
    assert abs(origin.time.timestamp - datetime.fromisoformat(row["time"].replace("Z", "+00:00")).timestamp()) < 1e-3


def test_order_and_pages(demo):
    def ids(**more):
        return list(lines(demo, catalog=CATALOG, minmagnitude=7, **more))
    newest = ids()
    assert ids(orderby="time-asc") == newest[::-1]
    assert ids(limit=10, offset=1) + ids(limit=10, offset=11) == newest[:20]
    sizes = [float(row[10]) for row in lines(demo, catalog=CATALOG, minmagnitude=7, orderby="magnitude").values()]
    assert sizes == sorted(sizes, reverse=True)


def test_nothing_too_much_and_wrong_are_told_as_the_standard_says(demo):
    assert query(demo, minmagnitude=11).status_code == 204
    nothing = query(demo, minmagnitude=11, nodata=404)
    assert nothing.status_code == 404 and nothing.text.startswith("Error 404: Not Found")
    assert query(demo).status_code == 413
    assert query(demo, limit=30000).status_code == 413
    for wrong in ({"minmagnitude": "six"}, {"magnitude": 6}, {"starttime": "yesterday"}, {"minlatitude": 91}, {"orderby": "size"},
                  {"format": "pdf"}, {"maxradius": 3}, {"eventid": ""}, {"catalog": "no-such"}, {"limit": 0}):
        answer = query(demo, **wrong)
        assert answer.status_code in (400, 404), wrong
        assert answer.headers["content-type"].startswith("text/plain")
        assert re.search(r"^Error 4\d\d: .*\n\n.+\n\nUsage details are available from http", answer.text), answer.text
        assert "Service version:\n1.2.0" in answer.text


def test_times_before_year_1_and_times_known_by_halves(demo):
    old = lines(demo, catalog="significant-earthquakes", endtime="-0100-01-01", orderby="time-asc")
    assert len(old) > 10
    first = demo.get("/hazards/events", catalog="significant-earthquakes", sort="time", limit=1).json()["features"][0]
    assert first["properties"]["time"] == "-002149", "2150 BCE is year -2149"
    with open(ROOT / "demo" / "data" / "noaa_eruptions.csv", encoding="utf-8") as file:
        month = next(row for row in csv.DictReader(file) if re.fullmatch(r"1[89]\d\d-\d\d", row["date"]))
    def found(start, end):
        answer = demo.get("/hazards/events", catalog="significant-eruptions", start=start, end=end, limit=1000).json()
        return {(feature["properties"]["volcano"], feature["properties"]["time"]) for feature in answer["features"]}

    known = (month["name"], month["date"])
    assert known in found(month["date"] + "-15", month["date"] + "-15"), "an event whose day is not known may have been on that day"
    assert known not in found(str(int(month["year"]) + 1), str(int(month["year"]) + 2))


COMCAT = """time,latitude,longitude,depth,mag,magType,id,place
2011-03-11T05:46:24.120Z,38.297,142.373,29,9.1,mww,us1,Great Tohoku Earthquake
2012-04-11T08:38:36.720Z,2.327,93.063,20,8.6,mw,us2,off Sumatra
"""
ISC = """eventID,year,month,day,hour,minute,second,longitude,latitude,depth,magnitude,magnitudeType
101,2011,3,11,5,46,23,142.498,38.297,19.7,9.09,MW
102,1960,5,22,19,11,17,-73.407,-38.143,25,9.6,MW
"""


def test_a_merged_catalog_stands_for_those_that_it_is_made_of(tmp_path):
    data = tmp_path / "data"
    run("init", data)
    for name, text in (("comcat", COMCAT), ("isc", ISC)):
        (tmp_path / f"{name}.csv").write_text(text)
        run("add", data, tmp_path / f"{name}.csv", "--id", name)
    run("merge", data, "isc", "comcat", "--id", "merged")
    server = Server(["serve", data], tmp_path / "log.txt").wait(300)
    try:
        count = lambda **asked: len(server.get("/fdsnws/event/1/query", format="text", **asked).text.splitlines()) - 1
        assert count() == 3, "each earthquake once"
        assert [count(catalog=name) for name in ("comcat", "isc", "merged")] == [2, 2, 3]
        assert server.json("/hazards/charts")["matched"] == server.json("/hazards/events")["numberMatched"] == 3
        assert len(server.get("/hazards/points").content) == 8 + 3 * 22
        # By its identifier an event is found in whatever table has it, and its page lists what the others tell.
        assert count(eventid="us2") == 2
        event = server.json("/hazards/events/merged/101")
        assert {row["id"].split("/")[0] for row in event["elsewhere"]} == {"comcat", "isc"}, event["elsewhere"]
        tables = {table["collection"]: (table["asked"], table["standsFor"]) for table in server.json("/hazards")["tables"]}
        assert tables == {"comcat": (False, []), "isc": (False, []), "merged": (True, ["isc", "comcat"])}
        run("edit", data, "merged", "--stands-for", "none")
        assert count() == 7
    finally:
        server.stop()


@pytest.mark.parametrize("name, within_km", [("Haiyuan", 60), ("talas-ferghana", 40), ("Main Himalaya Thrust", 25)])
def test_events_near_a_fault_are_those_that_a_plane_around_each_event_tells(demo, name, within_km):
    lines = []
    for collection in ("china-active-faults", "himatibet-faults"):
        rows = demo.json(f"/collections/{collection}/items", limit=10000)["features"]
        columns = [key for key in rows[0]["properties"] if key.lower() in ("name", "fault_name")]
        named = [row for row in rows if any(name.lower() in (row["properties"][key] or "").lower() for key in columns)]
        lines += [shapely.geometry.shape(row["geometry"]) for row in named]
    assert lines, f"no fault of the demo is called {name}"
    trace = shapely.geometry.MultiLineString([part for line in lines for part in getattr(line, "geoms", [line])])
    asked = {"catalog": "significant-earthquakes,earthquakes", "limit": 20000}
    found = {row["id"] for row in demo.json("/hazards/events", fault=name, fault_km=within_km, **asked)["features"]}
    west, south, east, north = trace.buffer(3).bounds
    near, beside = set(), set()
    for row in demo.json("/hazards/events", bbox=f"{west},{south},{east},{north}", **asked)["features"]:
        lon, lat = row["geometry"]["coordinates"]
        plane = pyproj.Transformer.from_crs("EPSG:4326", f"+proj=aeqd +lat_0={lat} +lon_0={lon} +datum=WGS84", always_xy=True)
        km = shapely.transform(trace, plane.transform, interleaved=False).distance(shapely.geometry.Point(0, 0)) / 1000
        # Between two corners a line is the shortest one here and straight in the plane there.
        (beside if abs(km - within_km) < 0.02 * within_km else near if km < within_km else set()).add(row["id"])
    assert near and near <= found <= near | beside, (len(near), len(found), found ^ near)


def test_a_fault_that_nobody_knows_or_that_is_too_many_is_told(demo):
    for name, words in (("Atlantis", "No active fault"), ("a", "more of the name")):
        answer = demo.get("/hazards/events", fault=name)
        assert answer.status_code == 400 and answer.json()["parameter"] == "fault" and words in answer.json()["detail"], answer.text
    assert demo.get("/hazards/charts", fault="Haiyuan", fault_km=900).json()["parameter"] == "fault_km"
    assert "fault" in demo.json("/hazards")["sources"]
    inside = demo.json("/hazards/charts", fault="Haiyuan", fault_km=60, catalog="earthquakes")["matched"]
    assert inside == len(demo.json("/hazards/events", fault="Haiyuan", fault_km=60, catalog="earthquakes", limit=20000)["features"]) > 0
    assert (len(demo.get("/hazards/points", fault="Haiyuan", fault_km=60, catalog="earthquakes").content) - 8) / 22 == inside
