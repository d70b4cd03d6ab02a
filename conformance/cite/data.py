"""Data that OGC's suites ask for: features with texts, numbers, dates and areas. Writes files into a folder."""
import json
import pathlib
import sys


def feature(number):
    west, south = 135 + number % 10, 30 + number // 10
    ring = [[west, south], [west + 0.5, south], [west + 0.5, south + 0.5], [west, south + 0.5], [west, south]]
    properties = {"number": number, "symbol": f"J{number % 7}", "age_ma": number * 1.5 + 0.25, "thickness": None if number % 9 == 4 else number * 10,
                  "surveyed": f"2019-{number % 12 + 1:02}-{number % 28 + 1:02}", "changed": f"2020-{number % 12 + 1:02}-05T{number % 24:02}:30:00Z"}
    return {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [ring]}, "properties": properties}


def point(number):
    properties = {"number": number, "name": f"site {number}", "depth_m": number * 2.5, "drilled": f"201{number % 10}-03-{number % 28 + 1:02}"}
    return {"type": "Feature", "geometry": {"type": "Point", "coordinates": [135.1 + number / 10, 33 + number / 20]}, "properties": properties}


def line(number):
    properties = {"number": number, "kind": f"fault {number % 3}", "length_km": number + 0.5}
    return {"type": "Feature", "geometry": {"type": "LineString", "coordinates": [[136 + number / 5, 31], [136.5 + number / 5, 32], [137 + number / 5, 31.5]]},
            "properties": properties}


folder = pathlib.Path(sys.argv[1])
for name, one, count in (("units", feature, 60), ("sites", point, 40), ("faults", line, 12)):
    rows = [one(number) for number in range(1, count + 1)]
    (folder / f"{name}.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": rows}), encoding="utf-8")
