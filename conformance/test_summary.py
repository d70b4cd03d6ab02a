"""Summaries: the same numbers as SQLite's GROUP BY over the file as it was given, and as the Hazard Modeller's Toolkit of OpenQuake tells
of its reference catalogue."""
import csv
import io
import json
import sqlite3

import pytest
from server import ROOT, Server, run

TABLE = ROOT / "demo" / "data" / "earthquakes_m5_2009_2019.csv"
REFERENCE = ROOT / "crates" / "science" / "hazard" / "tests" / "reference"
SUMMARY = "/collections/earthquakes/summary"


@pytest.fixture(scope="session")
def database():
    """The file as a table of SQLite."""
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE quakes (time TEXT, lon REAL, lat REAL, depth REAL, mag REAL, net TEXT, gap REAL)")
    with open(TABLE, encoding="utf-8") as file:
        rows = [(row["time"], float(row["longitude"]), float(row["latitude"]), *(float(row[name]) if row[name] else None
                for name in ("depth", "mag")), row["net"], float(row["gap"]) if row["gap"] else None) for row in csv.DictReader(file)]
    database.executemany("INSERT INTO quakes VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
    return database


# What is grouped, the same in SQL, and a condition in both.
GROUPINGS = [
    ("net", "net", "", ""),
    ("time:year", "substr(time, 1, 4)", "", ""),
    ("time:month", "substr(time, 1, 7)", "mag>=6", "WHERE mag >= 6"),
    ("time:day", "substr(time, 1, 10)", "mag>=6.5", "WHERE mag >= 6.5"),
    ("time:decade", "substr(time, 1, 3) || '0'", "net='us'", "WHERE net = 'us'"),
    ("mag:0.5", "floor(mag * 2 + 1e-9) / 2", "", ""),
    ("depth:25", "floor(depth / 25 + 1e-9) * 25", "mag>=5.5", "WHERE mag >= 5.5"),
    ("mag:0.1,net", "floor(mag * 10 + 1e-7) / 10.0, net", "", ""),
    ("geometry:15", "floor(lon / 15) * 15, floor(lat / 15) * 15, floor(lon / 15) * 15 + 15, floor(lat / 15) * 15 + 15", "", ""),
]
MEASURES = {
    "count": "count(*)", "count(gap)": "count(gap)", "distinct(net)": "count(DISTINCT net)", "min(depth)": "min(depth)",
    "max(mag)": "max(mag)", "sum(depth)": "sum(depth)", "mean(depth)": "avg(depth)", "min(net)": "min(net)",
}
# In which order the edges of a cell come here and there.
CELL = ["west", "south", "east", "north"]


def same(found, expected):
    if isinstance(found, float) and isinstance(expected, (int, float)):
        return found == pytest.approx(expected, rel=1e-9, abs=1e-9)
    return found == expected


@pytest.mark.parametrize("by, sql, condition, where", GROUPINGS, ids=[one[0] for one in GROUPINGS])
def test_groups_are_those_of_sqlite(demo, database, by, sql, condition, where):
    try:
        database.execute("SELECT floor(1.5)")
    except sqlite3.OperationalError:
        database.create_function("floor", 1, lambda number: None if number is None else float(number // 1))
    rows = database.execute(f"SELECT {sql}, {', '.join(MEASURES.values())} FROM quakes {where} GROUP BY {sql}").fetchall()
    told = demo.json(SUMMARY, by=by, aggregates=",".join(MEASURES), **({"filter": condition} if condition else {}))
    names = CELL if by.startswith("geometry") else [part.split(":")[0] for part in by.split(",")]
    key = lambda cells: tuple("" if cell is None else str(float(cell)) if isinstance(cell, (int, float)) else cell for cell in cells)
    expected = {key(row[:len(names)]): row[len(names):] for row in rows}
    found = {key([group[name] for name in names]): [group[name] for name in MEASURES] for group in told["groups"]}
    assert told["numberOfGroups"] == len(expected) == len(told["groups"])
    assert found.keys() == expected.keys()
    for name, cells in found.items():
        assert all(map(same, cells, expected[name])), f"{by} {name}: {cells} and {expected[name]}"


def test_every_form_tells_the_same(demo):
    asked = {"by": "geometry:15", "aggregates": "count,max(mag),b(mag)", "sortby": "-count"}
    groups = demo.json(SUMMARY, **asked)["groups"]
    table = list(csv.DictReader(io.StringIO(demo.get(SUMMARY, f="csv", **asked).text)))
    areas = demo.get(SUMMARY, f="geojson", **asked).json()
    assert [int(row["count"]) for row in table] == [group["count"] for group in groups]
    assert [row["properties"] for row in areas["features"]] == groups
    assert groups == sorted(groups, key=lambda group: -group["count"])
    for row in areas["features"]:
        west, south = row["geometry"]["coordinates"][0][0]
        assert (west, south) == (row["properties"]["west"], row["properties"]["south"])


def test_gdal_reads_the_cells_as_a_layer(demo, gdal):
    url = f"{demo.url}{SUMMARY}?by=geometry:7.5&aggregates=count,mc(mag),b(mag)&f=geojson"
    said = gdal("ogrinfo", "-al", "-so", url)
    assert "Geometry: Polygon" in said
    for field in ("west: Real", "north: Real", "count: Integer", "mc(mag): Real", "b(mag): Real"):
        assert field in said, said
    assert f'Feature Count: {demo.json(SUMMARY, by="geometry:7.5")["numberOfGroups"]}' in said


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory):
    """A folder with the toolkit's reference catalogue, and what the toolkit tells of it."""
    folder = tmp_path_factory.mktemp("catalogue")
    with open(REFERENCE / "catalogue_declustered.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    with open(folder / "quakes.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "time", "longitude", "latitude", "depth", "mag"])
        writer.writerows([row["id"], row["time_utc"], row["lon"], row["lat"], row["depth_km"], row["mag"]] for row in rows)
    run("init", folder / "data")
    run("add", folder / "data", folder / "quakes.csv", "--id", "quakes", "--key", "id")
    with open(REFERENCE / "catalogue_bvalues.csv", encoding="utf-8") as file:
        told = {row[1]: [float(cell) for cell in row[3:] if cell] for row in csv.reader(file) if row[0] == "all"}
    return folder, rows, told


def summarised(folder, *options):
    return json.loads(run("summarise", folder / "data", "quakes", *options, "--json"))


def test_b_values_and_completeness_are_those_of_the_toolkit(catalogue):
    folder, rows, told = catalogue
    found = summarised(folder, "--aggregates", "count,b(mag),b_error(mag),complete(mag)", "--mc", "4")["groups"][0]
    assert found["count"] == found["complete(mag)"] == len(rows) == told["aki_utsu_formula"][3]
    assert found["b(mag)"] == pytest.approx(told["aki_ml"][0], rel=1e-4)
    assert found["b_error(mag)"] == pytest.approx(told["aki_ml"][1], rel=1e-4)
    # The toolkit leaves out the 0.2 that is added to the fullest bin.
    assert summarised(folder, "--aggregates", "mc(mag)")["groups"][0]["mc(mag)"] == pytest.approx(told["mc_maxcurvature"][0] + 0.2)


def test_weichert_is_that_of_the_toolkit(catalogue):
    folder, _, told = catalogue
    found = summarised(folder, "--aggregates", "weichert_b(mag),weichert_error(mag),weichert_rate(mag)", "--completeness",
                       "2000:4.0,1985:4.6,1965:5.2", "--datetime", "1965-01-01/2024-12-31")["groups"][0]
    for name, expected in zip(("weichert_b(mag)", "weichert_error(mag)", "weichert_rate(mag)"), told["weichert"]):
        assert found[name] == pytest.approx(expected, rel=1e-4), name


def test_weichert_of_a_part_is_that_of_the_part(catalogue):
    """What was complete before the part begins is complete from its beginning: the same as a table that begins there."""
    folder, _, _ = catalogue
    measures = ("--aggregates", "weichert_b(mag),weichert_rate(mag)")
    part = summarised(folder, *measures, "--completeness", "2000:4.0,1985:4.6,1965:5.2", "--datetime", "1990-01-01/2009-12-31")
    own = summarised(folder, *measures, "--completeness", "2000:4.0,1990:4.6", "--datetime", "1990-01-01/2009-12-31")
    assert part["groups"][0]["weichert_rate(mag)"] == pytest.approx(own["groups"][0]["weichert_rate(mag)"], rel=1e-9)
    decades = summarised(folder, *measures, "--by", "time:decade", "--completeness", "1965:4.0", "--filter", "mag >= 4.0")["groups"]
    counts = summarised(folder, "--by", "time:decade", "--aggregates", "count,per_year", "--filter", "mag >= 4.0")["groups"]
    assert [group["time"] for group in decades] == [group["time"] for group in counts]
    for told, counted in zip(decades, counts):
        assert told["weichert_rate(mag)"] == pytest.approx(counted["per_year"], rel=2e-3), "all of them, over the same years"


@pytest.mark.parametrize("windows, column", [("gardner-knopoff", "gk74_fs1_flag"), ("uhrhammer", "uhrhammer86_fs1_flag"),
                                             ("gruenthal", "gruenthal_fs1_flag")])
def test_mainshocks_are_those_of_the_toolkit(catalogue, windows, column):
    folder, rows, _ = catalogue
    mainshocks = {int(row["id"]) for row in rows if row[column] == "0"}
    told = summarised(folder, "--by", "id", "--decluster", windows)
    found = {group["id"] for group in told["groups"]}
    assert told["leftOut"] == len(rows) - len(mainshocks)
    # Of events of equal magnitude in one cluster, which is the main one follows from the order of a sort that is not stable.
    sizes = lambda ids: sorted(float(row["mag"]) for row in rows if int(row["id"]) in ids)
    assert sizes(found - mainshocks) == sizes(mainshocks - found)
    assert len(found - mainshocks) <= len(rows) // 100


def test_a_running_server_is_asked_and_tells_the_same(catalogue):
    folder, _, _ = catalogue
    options = ("--by", "mag:0.5", "--aggregates", "count,median(depth),stddev(depth)", "--sortby", "-count")
    alone = summarised(folder, *options)
    server = Server(["serve", folder / "data"], folder / "log.txt").wait(300)
    try:
        assert summarised(folder, *options) == alone
    finally:
        server.stop()
