"""Reading and writing that every part of the preparation shares. Python's standard library and GDAL's programs only."""

import csv
import gzip
import json
import os
import subprocess
from pathlib import Path

# GeoPackage stores the time of writing; a fixed one makes the files the same on every run.
FIXED_DATE = "2026-11-01T00:00:00.000Z"


def open_text(path, encoding="utf-8-sig"):
    """A text file, gzipped or not."""
    path = Path(path)
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding=encoding, newline="")
    return open(path, encoding=encoding, newline="")


def read_features(path):
    """The features of a GeoJSON file that have a geometry, and how many had none."""
    with open_text(path) as file:
        features = json.load(file)["features"]
    located = [feature for feature in features if feature["geometry"]]
    return located, len(features) - len(located)


def rounded(coordinates, decimals):
    """Coordinates to so many decimals, without repeating a position."""
    if isinstance(coordinates[0], (int, float)):
        return [round(number, decimals) + 0.0 for number in coordinates[:2]]
    inner = [rounded(part, decimals) for part in coordinates]
    if isinstance(inner[0][0], float):
        kept = inner[:1]
        for position in inner[1:]:
            if position != kept[-1]:
                kept.append(position)
        return kept
    return inner


def drop_collapsed(geometry):
    """The geometry without rings and lines that rounding left too short to be drawn, or None."""
    kind, coordinates = geometry["type"], geometry["coordinates"]
    if kind == "Polygon":
        coordinates = keep_rings(coordinates)
    elif kind == "MultiPolygon":
        coordinates = [part for part in map(keep_rings, coordinates) if part]
    elif kind == "LineString":
        coordinates = coordinates if len(coordinates) > 1 else []
    elif kind == "MultiLineString":
        coordinates = [line for line in coordinates if len(line) > 1]
    return {"type": kind, "coordinates": coordinates} if coordinates else None


def keep_rings(rings):
    """The rings with an area; nothing when the outer one has none."""
    if len(rings[0]) < 4:
        return []
    return [rings[0]] + [ring for ring in rings[1:] if len(ring) >= 4]


def feature(properties, geometry, decimals):
    """A GeoJSON feature with rounded coordinates, or None when nothing is left of it."""
    geometry = {"type": geometry["type"], "coordinates": rounded(geometry["coordinates"], decimals)}
    geometry = drop_collapsed(geometry)
    return {"type": "Feature", "properties": properties, "geometry": geometry} if geometry else None


def write_features(path, features):
    """A GeoJSON file with one feature a line, so that changes can be read."""
    lines = [json.dumps(one, ensure_ascii=False, separators=(",", ":")) for one in features if one]
    text = '{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n"
    Path(path).write_text(text, encoding="utf-8")
    return len(lines)


def write_table(path, columns, rows):
    """A CSV file, UTF-8, comma, LF."""
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
    return len(rows)


def run(*command):
    """One of GDAL's programs; stops with its own words when it fails."""
    environment = dict(os.environ, OGR_CURRENT_DATE=FIXED_DATE, GDAL_PAM_ENABLED="NO")
    subprocess.run([str(word) for word in command], check=True, env=environment, stdout=subprocess.DEVNULL)


def number(text):
    """A number from text, or None; whole numbers stay whole."""
    text = (text or "").strip()
    if not text:
        return None
    value = float(text)
    return int(value) if value.is_integer() and "." not in text else value


def iso_date(year, month, day, hour=None, minute=None):
    """ISO 8601 as finely as it is known. Years before 1 are astronomical: 2150 BCE is -002149."""
    if year is None:
        return ""
    astronomical = year + 1 if year < 0 else year
    text = f"{astronomical:04d}" if astronomical >= 0 else f"-{-astronomical:06d}"
    if month:
        text += f"-{month:02d}"
        if day:
            text += f"-{day:02d}"
            if hour is not None and minute is not None:
                text += f"T{hour:02d}:{minute:02d}Z"
    return text
