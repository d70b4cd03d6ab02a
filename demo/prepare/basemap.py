"""Natural Earth 1:50m to one GeoPackage with a layer for each theme."""

from common import feature, read_features, run, write_features

FILE = "natural_earth_50m.gpkg"
# About 10 m on the ground, far below what 1:50 000 000 can show.
DECIMALS = 4
# Natural Earth leaves these without a code.
MISSING_CODES = {"France": ("FR", "FRA"), "Norway": ("NO", "NOR")}
PLAIN = ["NAME", "NAME_LONG"]
NUMBERS = ["LABELRANK", "MIN_LABEL", "MAX_LABEL", "MAPCOLOR7"]
PLACE_COLUMNS = ["name", "nameascii", "featurecla", "adm1name", "iso_a2", "adm0_a3"]
PLACE_NUMBERS = ["adm0cap", "megacity", "scalerank", "labelrank", "pop_max", "min_zoom"]


def prepare(shared, out, scratch):
    source = shared / "basemap"
    target = out / FILE
    target.unlink(missing_ok=True)
    counts = {
        "countries": countries(source, scratch),
        "coastline": simple(source / "ne_50m_coastline.geojson.gz", scratch / "coastline.geojson", ["featurecla"], ["scalerank", "min_zoom"]),
        "boundaries": boundaries(source, scratch),
        "rivers": simple(source / "ne_50m_rivers_lake_centerlines.geojson.gz", scratch / "rivers.geojson", ["name", "name_en", "featurecla"], ["scalerank", "min_zoom"]),
        "places": simple(source / "ne_50m_populated_places_simple.geojson.gz", scratch / "places.geojson", PLACE_COLUMNS, PLACE_NUMBERS),
    }
    counts = {"sea": sea(scratch), "land": dissolve(scratch)} | counts
    for layer in counts:
        append(target, scratch / f"{layer}.geojson", layer)
    return {f"{FILE}:{layer}": count for layer, count in counts.items()}


def append(target, source, layer):
    mode = ["-update"] if target.exists() else []
    kinds = {"sea": "POLYGON", "land": "POLYGON", "countries": "MULTIPOLYGON", "places": "POINT"}
    kind = kinds.get(layer, "MULTILINESTRING")
    repair = ["-makevalid"] if layer == "countries" else []
    run("ogr2ogr", "-f", "GPKG", *mode, target, source, "-nln", layer, "-nlt", kind, *repair,
        "-lco", "FID=fid", "-lco", "GEOMETRY_NAME=geom")


def whole(value):
    """Natural Earth writes whole numbers as 4.0."""
    return int(value) if value is not None and float(value).is_integer() else value


def simple(source, target, texts, numbers):
    """The same features with fewer columns."""
    features, _ = read_features(source)
    result = []
    for one in features:
        properties = {name: one["properties"].get(name) or None for name in texts}
        properties |= {name: whole(one["properties"].get(name)) for name in numbers}
        result.append(feature(properties, one["geometry"], DECIMALS))
    return write_features(target, result)


def countries(source, scratch):
    features, _ = read_features(source / "ne_50m_admin_0_countries.geojson.gz")
    result = []
    for one in sorted(features, key=lambda one: one["properties"]["ADM0_A3"]):
        given = one["properties"]
        code2, code3 = MISSING_CODES.get(given["NAME"], (given["ISO_A2"], given["ISO_A3_EH"]))
        properties = {"ADM0_A3": given["ADM0_A3"], "ISO_A2": coded(code2), "ISO_A3": coded(code3)}
        properties |= {name: given[name] for name in PLAIN}
        properties |= {"CONTINENT": given["CONTINENT"], "SUBREGION": given["SUBREGION"]}
        properties |= {name: whole(given[name]) for name in NUMBERS}
        result.append(feature(properties, one["geometry"], DECIMALS))
    return write_features(scratch / "countries.geojson", result)


def coded(code):
    return None if code == "-99" else code


def boundaries(source, scratch):
    """Border lines; `agreed` is false where Natural Earth asks for verification of more than the course."""
    features, _ = read_features(source / "ne_50m_admin_0_boundary_lines_land.geojson")
    result = []
    for one in features:
        given = one["properties"]
        kind = given["featurecla"].replace(" (please verify)", "").replace(" (verify)", "")
        properties = {"kind": kind, "agreed": kind == "International boundary", "scalerank": given["scalerank"],
                      "min_zoom": whole(given["min_zoom"])}
        result.append(feature(properties, one["geometry"], DECIMALS))
    return write_features(scratch / "boundaries.geojson", result)


def sea(scratch):
    """What land is drawn on: the whole world, with a position every 5 degrees so that its edges can be projected."""
    south = [[x, -90] for x in range(-180, 180, 5)]
    east = [[180, y] for y in range(-90, 90, 5)]
    north = [[x, 90] for x in range(180, -180, -5)]
    west = [[-180, y] for y in range(90, -90, -5)]
    ring = south + east + north + west + south[:1]
    one = feature({"name": "Sea"}, {"type": "Polygon", "coordinates": [ring]}, DECIMALS)
    return write_features(scratch / "sea.geojson", [one])


def dissolve(scratch):
    """Land: the countries without the lines between them, one row for each island."""
    union = scratch / "union.geojson"
    statement = "SELECT ST_Union(ST_MakeValid(geometry)) AS geometry FROM countries"
    union.unlink(missing_ok=True)
    run("ogr2ogr", "-f", "GeoJSON", union, scratch / "countries.geojson", "-dialect", "sqlite", "-sql", statement,
        "-lco", f"COORDINATE_PRECISION={DECIMALS}")
    features, _ = read_features(union)
    polygons = [polygon for one in features for polygon in one["geometry"]["coordinates"]]
    polygons.sort(key=lambda polygon: (-len(polygon[0]), polygon[0][0]))
    rows = [feature({"part": index}, {"type": "Polygon", "coordinates": polygon}, DECIMALS)
            for index, polygon in enumerate(polygons, 1)]
    return write_features(scratch / "land.geojson", rows)
