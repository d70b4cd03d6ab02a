"""Earthquakes, eruptions, tsunamis and volcanoes: catalogues as CSV, Japan's volcanoes as GeoJSON."""

import csv
import gzip
import io
import re
import xml.etree.ElementTree as ElementTree

from common import feature, iso_date, number, open_text, write_features, write_table

KML = "{http://earth.google.com/kml/2.2}"
# Columns of NOAA's tables: ours, theirs. What is not named here is empty or only says how another column was counted.
EFFECTS = [
    ("deaths", "Deaths"), ("missing", "Missing"), ("injuries", "Injuries"), ("damage_million_usd", "Damage ($Mil)"),
    ("houses_destroyed", "Houses Destroyed"), ("houses_damaged", "Houses Damaged"),
    ("total_deaths", "Total Deaths"), ("total_missing", "Total Missing"), ("total_injuries", "Total Injuries"),
    ("total_damage_million_usd", "Total Damage ($Mil)"), ("total_houses_destroyed", "Total Houses Destroyed"),
    ("total_houses_damaged", "Total Houses Damaged"),
]
LAST_KNOWN = {
    "D1": "1964 or later", "D2": "1900–1963", "D3": "1800–1899", "D4": "1700–1799", "D5": "1500–1699",
    "D6": "AD 1–1499", "D7": "BC (Holocene)", "U": "Undated, probably Holocene",
    "Q": "Quaternary; Holocene activity only hydrothermal", "?": "Uncertain Holocene", "Unknown": "Unknown",
}
TSUNAMI_CAUSES = {
    "0": "Unknown", "1": "Earthquake", "2": "Questionable earthquake", "3": "Earthquake and landslide",
    "4": "Volcano and earthquake", "5": "Volcano, earthquake and landslide", "6": "Volcano", "7": "Volcano and landslide",
    "8": "Landslide", "9": "Meteorological", "10": "Explosion", "11": "Astronomical tide",
}
TSUNAMI_VALIDITY = {
    "-1": "Erroneous entry", "0": "Only a seiche or disturbance in an inland river", "1": "Very doubtful tsunami",
    "2": "Questionable tsunami", "3": "Probable tsunami", "4": "Definite tsunami",
}


def prepare(shared, out, scratch):
    quakes, volcano = shared / "earthquakes", shared / "volcano"
    return {
        "earthquakes_m5_2009_2019.csv": unpack(quakes / "usgs_comcat_global_m5_2009-2019.csv.gz", out / "earthquakes_m5_2009_2019.csv"),
        "earthquakes_philippines.csv": unpack(quakes / "usgs_comcat_philippines_m3_1979-2019.csv.gz", out / "earthquakes_philippines.csv"),
        "noaa_earthquakes.csv": significant_earthquakes(quakes / "noaa_significant_earthquakes_2024-04-12.tsv", out),
        "noaa_eruptions.csv": eruptions(volcano / "noaa_significant_volcanic_eruptions_2024-08-09.tsv", out),
        "noaa_tsunamis.csv": tsunamis(shared / "tsunami" / "noaa_tsunami_events.csv", out),
        "noaa_volcanoes.csv": volcanoes(volcano / "noaa_ncei_volcano_locations.csv", out),
        "gsj_quaternary_volcanoes.geojson": japan(volcano / "gsj_quaternary_volcanoes_of_japan.kml", out),
    }


def unpack(source, target):
    data = gzip.decompress(source.read_bytes())
    target.write_bytes(data)
    return sum(1 for _ in csv.reader(io.StringIO(data.decode("utf-8")))) - 1


def noaa_rows(path, delimiter):
    """The rows that have a place; the row that repeats the search is passed over."""
    with open_text(path) as file:
        rows = list(csv.DictReader(file, delimiter=delimiter))
    return [row for row in rows if row["Latitude"] and row["Longitude"]]


def when(row):
    parts = [number(row.get(name)) for name in ("Year", "Mo", "Dy", "Hr", "Mn")]
    return [iso_date(*parts)] + parts


def clean(text):
    return re.sub(r"\s+", " ", text or "").strip()


def effects(row):
    return [row.get(theirs, "") for _, theirs in EFFECTS]


def significant_earthquakes(path, out):
    columns = ["date", "year", "month", "day", "hour", "minute", "second", "location", "latitude", "longitude",
               "depth_km", "magnitude", "mmi_intensity", "tsunami_id", "volcano_event_id"]
    rows = [
        when(row) + [row["Sec"], clean(row["Location Name"]), row["Latitude"], row["Longitude"],
                     row["Focal Depth (km)"], row["Mag"], row["MMI Int"], row["Tsu"], row["Vol"]] + effects(row)
        for row in noaa_rows(path, "\t")
    ]
    return write_table(out / "noaa_earthquakes.csv", columns + [ours for ours, _ in EFFECTS], rows)


def eruptions(path, out):
    columns = ["date", "year", "month", "day", "name", "location", "country", "latitude", "longitude", "elevation_m",
               "type", "vei", "agents", "tsunami_id", "earthquake_id"]
    rows = [
        when(row)[:4] + [clean(row["Name"]), clean(row["Location"]), clean(row["Country"]), row["Latitude"], row["Longitude"],
                         row["Elevation (m)"], row["Type"], row["VEI"], row["Agent"], row["Tsu"], row["Eq"]] + effects(row)
        for row in noaa_rows(path, "\t")
    ]
    return write_table(out / "noaa_eruptions.csv", columns + [ours for ours, _ in EFFECTS], rows)


def tsunamis(path, out):
    columns = ["date", "year", "month", "day", "hour", "minute", "second", "country", "location", "latitude", "longitude",
               "validity", "validity_text", "cause", "cause_text", "earthquake_magnitude", "max_water_height_m", "runups",
               "tsunami_magnitude_iida", "tsunami_intensity", "deposits", "volcano_event_id"]
    rows = []
    for row in noaa_rows(path, ","):
        validity, cause = row["Tsunami Event Validity"], row["Tsunami Cause Code"]
        rows.append(when(row) + [
            row["Sec"], clean(row["Country"]), clean(row["Location Name"]), row["Latitude"], row["Longitude"],
            validity, TSUNAMI_VALIDITY.get(validity, ""), cause, TSUNAMI_CAUSES.get(cause, ""), row["Earthquake Magnitude"],
            row["Maximum Water Height (m)"], row["Number of Runups"], row["Tsunami Magnitude (Iida)"],
            row["Tsunami Intensity"], row["Deposits"], row["Vol"],
        ] + effects(row))
    return write_table(out / "noaa_tsunamis.csv", columns + [ours for ours, _ in EFFECTS], rows)


def volcanoes(path, out):
    columns = ["number", "name", "country", "region", "latitude", "longitude", "elevation_m", "type", "status", "last_known",
               "last_known_text"]
    with open_text(path, encoding="cp1252") as file:
        given = list(csv.DictReader(file))
    rows = [
        [row["Number"], clean(row["Volcano Name"]), row["Country"], row["Region"], row["Latitude"], row["Longitude"],
         row["Elev"], row["Type"], row["Status"], row["Last Known"], LAST_KNOWN.get(row["Last Known"], "")]
        for row in given
    ]
    return write_table(out / "noaa_volcanoes.csv", columns, rows)


def japan(path, out):
    """Names in kanji, kana and Latin letters, and the page of each volcano; the balloon's HTML is left behind."""
    result = []
    for mark in ElementTree.parse(path).iter(f"{KML}Placemark"):
        snippet = mark.findtext(f"{KML}Snippet").removesuffix("<br/>")
        kana, _, english = snippet.partition("/")
        address = re.search(r'href="(https?://[^"]+/volcano_data/([A-Z]\d+)\.html?)"', mark.findtext(f"{KML}description"))
        longitude, latitude = map(float, mark.findtext(f"{KML}Point/{KML}coordinates").split(",")[:2])
        properties = {"code": address[2], "name_ja": clean(mark.findtext(f"{KML}name")), "kana": clean(kana),
                      "name_en": clean(english), "url": address[1]}
        result.append(feature(properties, {"type": "Point", "coordinates": [longitude, latitude]}, 5))
    result.sort(key=lambda one: one["properties"]["code"])
    return write_features(out / "gsj_quaternary_volcanoes.geojson", result)
