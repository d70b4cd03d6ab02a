"""The 1:50 000 sheet Mino of the Geological Survey of Japan in Japanese and English, and volcanic rocks of Tibet."""

import gzip
import json

from common import feature, read_features, write_features

# About 1 cm: coordinates as they were given.
DECIMALS = 7
LEGEND = [f"LEGEND0{level}{language}" for level in range(1, 9) for language in ("", "E")]
# East of this the only thing in the file is a scrap of the neighbouring sheet's frame.
EAST_OF_SHEET = 137.005


def prepare(shared, out, scratch):
    source = shared / "geology" / "gsj_mino_1to50k"
    return {
        "gsj_mino_units.geojson": units(source, out),
        "gsj_mino_lines.geojson": lines(source, out),
        "gsj_mino_folds.geojson": folds(source, out),
        "gsj_mino_points.geojson": points(source, out),
        "gsj_mino_strikes.geojson": strikes(source, out),
        "gsj_mino_sections.geojson": sections(source, out),
        "himatibetmap_volcanics.geojson": volcanics(shared / "geology", out),
    }


def colours(source):
    """The sheet's own colour table: attribute code to "#rrggbb"."""
    table = {}
    for line in (source / "gsj_mino_1to50k_RGB.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if cells[0].isdigit():
            red, green, blue = map(int, cells[2:5])
            table[int(cells[0])] = f"#{red:02x}{green:02x}{blue:02x}"
    return table


def unit_name(properties, ending, between):
    """The most specific legend text that tells units apart: formation or unit, member, then lithology."""
    name = properties[f"LEGEND06{ending}"]
    member = properties[f"LEGEND07{ending}"]
    lithology = properties[f"LEGEND08{ending}"]
    if name and member:
        name = f"{name}, {member}" if ending else f"{name}{member}"
    return f"{name}{between}{lithology}" if name else lithology


def last_of(properties, ending, levels):
    texts = [properties[f"LEGEND0{level}{ending}"] for level in levels]
    return next((text for text in reversed(texts) if text), None)


def units(source, out):
    table = colours(source)
    with gzip.open(source / "gsj_mino_1to50k_geo_A.geojson.gz", "rt", encoding="utf-8") as file:
        features = json.load(file)["features"]
    result = []
    for one in sorted(features, key=lambda one: one["properties"]["MAJOR_CODE"]):
        given = one["properties"]
        properties = {"MAJOR_CODE": given["MAJOR_CODE"], "MINOR_CODE": given["MINOR_CODE"], "Symbol": given.get("Symbol")}
        properties |= {name: given.get(name) for name in LEGEND}
        properties |= {
            "unit_ja": unit_name(properties, "", "：").strip(),
            "unit_en": capital(unit_name(properties, "E", ": ").strip()),
            "age_ja": last_of(properties, "", (1, 2, 3)),
            "age_en": last_of(properties, "E", (1, 2, 3)),
            "colour": table[given["MAJOR_CODE"]],
        }
        result.append(feature(properties, one["geometry"], DECIMALS))
    return write_features(out / "gsj_mino_units.geojson", result)


def capital(text):
    return text[:1].upper() + text[1:]


def lines(source, out):
    features, _ = read_features(source / "gsj_mino_1to50k_geo_L.geojson")
    result = []
    for one in sorted(features, key=lambda one: one["properties"]["MAJOR_CODE"]):
        coordinates = [line for line in one["geometry"]["coordinates"] if max(x for x, _ in line) < EAST_OF_SHEET]
        result.append(feature(one["properties"], {"type": "MultiLineString", "coordinates": coordinates}, DECIMALS))
    return write_features(out / "gsj_mino_lines.geojson", result)


def folds(source, out):
    features, _ = read_features(source / "gsj_mino_1to50k_gfd_full.geojson")
    keep = ["MAJOR_CODE", "MINOR_CODE", "LEGEND01", "LEGEND01E"]
    result = [feature({name: one["properties"][name] for name in keep}, one["geometry"], DECIMALS) for one in features]
    return write_features(out / "gsj_mino_folds.geojson", result)


def points(source, out):
    features, _ = read_features(source / "gsj_mino_1to50k_pnt_full.geojson")
    result = []
    for one in features:
        given = one["properties"]
        properties = {
            "Serial_No": int(given["Serial_No"]), "Attribute": int(given["Attribute"]), "Remarks": given["Remarks"],
            "LEGEND01": given["LEGEND01"], "LEGEND01E": given["LEGEND01E"].replace("Mine", "mine"),
            "LEGEND02": given["LEGEND02"], "LEGEND02E": given["LEGEND02E"],
        }
        result.append(feature(properties, one["geometry"], DECIMALS))
    return write_features(out / "gsj_mino_points.geojson", result)


def strikes(source, out):
    """Strikes are clockwise from north by the right-hand rule: the beds dip to the right of the strike."""
    features, _ = read_features(source / "gsj_mino_1to50k_strdip_full.geojson")
    result = []
    for one in features:
        given = one["properties"]
        strike, dip = int(given["Strike_Val"]), int(given["Dip_Value"])
        properties = {
            "Serial_No": int(given["Serial_No"]), "Attribute": given["Attribute"],
            "LEGEND01": given["LEGEND01"], "LEGEND01E": given["LEGEND01E"],
            "strike": strike, "dip": dip, "dip_direction": None if dip == 90 else (strike + 90) % 360,
            "vertical": dip == 90,
        }
        result.append(feature(properties, one["geometry"], DECIMALS))
    return write_features(out / "gsj_mino_strikes.geojson", result)


def sections(source, out):
    features, _ = read_features(source / "gsj_mino_1to50k_sec.geojson")
    result = []
    for one in sorted(features, key=lambda one: one["properties"]["DESCRIPTIO"]):
        given = one["properties"]
        properties = {"MAJOR_CODE": given["MAJOR_CODE"], "MINOR_CODE": given["MINOR_CODE"], "section": given["DESCRIPTIO"],
                      "LEGEND01": given["LEGEND01"], "LEGEND01E": given["LEGEND01E"]}
        result.append(feature(properties, one["geometry"], DECIMALS))
    return write_features(out / "gsj_mino_sections.geojson", result)


# How HimaTibetMap names its volcanic rocks, and what is meant.
VOLCANICS = {
    "linzizong": "Linzizong volcanics",
    "n_tibet volcanics": "Volcanics of northern Tibet",
    "c_tibet volcanics": "Volcanics of central Tibet",
    "15_8 volcanics": "Volcanics of 15 to 8 Ma",
}


def volcanics(source, out):
    """Outlines of Cenozoic volcanic rocks as areas: the file has them as lines whose ends nearly meet."""
    features, _ = read_features(source / "HimaTibetMap_cenozoic_volcanic_rocks.geojson")
    result = []
    for number, one in enumerate(features, start=1):
        line = one["geometry"]["coordinates"]
        ring = line if line[0] == line[-1] else line + [line[0]]
        if len(ring) < 4 or gap(line) > GAP_MAX:
            continue
        kind = one["properties"]["Type"]
        properties = {"id": number, "type": kind, "name": VOLCANICS[kind], "source": one["properties"]["Source"]}
        result.append(feature(properties, {"type": "Polygon", "coordinates": [ring]}, 6))
    return write_features(out / "himatibetmap_volcanics.geojson", result)


# The ends of an outline may be apart by this share of its length.
GAP_MAX = 0.1


def gap(line):
    distance = lambda a, b: ((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) ** 0.5
    length = sum(distance(a, b) for a, b in zip(line, line[1:]))
    return distance(line[0], line[-1]) / length if length else 1.0
