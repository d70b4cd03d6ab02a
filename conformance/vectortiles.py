"""Vector tiles as readers that Terrane has not written see them: mapbox-vector-tile decodes, shapely judges.

    conformance/vectortiles.py DATA DATASET [--program terrane] [--all-to 8] [--to 14] [--samples 40] [--seed 1]

exports all tiles of the first zooms and seeded samples of the deeper ones, checks every one, and prints a table."""
import argparse
import collections
import gzip
import json
import math
import os
import pathlib
import random
import subprocess
import sys
import tempfile

EXTENT, BUFFER = 4096, 64


class Found:
    """What tiles held."""

    def __init__(self):
        self.tiles = self.features = self.polygons = self.merged = self.bytes = self.largest = 0
        self.faults = []

    def add(self, other):
        for name in ("tiles", "features", "polygons", "merged", "bytes"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.largest = max(self.largest, other.largest)
        self.faults += other.faults


def decode(data):
    """The layers of a tile, coordinates as they stand in it, y downwards."""
    import mapbox_vector_tile
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    return mapbox_vector_tile.decode(data, default_options={"y_coord_down": True})


def rings_of(geometry):
    if geometry["type"] == "Polygon":
        yield from [geometry["coordinates"]]
    elif geometry["type"] == "MultiPolygon":
        yield from geometry["coordinates"]


def signed_area(ring):
    """By the surveyor's formula, as the specification has it (4.3.3.3)."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:] + ring[:1])) / 2


def check(data, place):
    """Decodes a tile and looks for everything that must not be."""
    import shapely
    import shapely.geometry
    found = Found()
    found.tiles, found.bytes, found.largest = 1, len(data), len(data)
    fault = lambda what: found.faults.append(f"{place}: {what}")
    for name, layer in decode(data).items():
        if layer["version"] != 2 or layer["extent"] != EXTENT:
            fault(f"{name} has version {layer['version']} and extent {layer['extent']}")
        shapes = []
        for feature in layer["features"]:
            geometry = feature["geometry"]
            found.features += 1
            found.merged += "id" not in feature
            shape = shapely.geometry.shape(geometry)
            if shape.is_empty:
                fault(f"{name} has an empty geometry")
            for rings in rings_of(geometry):
                found.polygons += 1
                for number, ring in enumerate(rings):
                    if (signed_area(ring) > 0) != (number == 0):
                        fault(f"{name}: a ring goes the wrong way or has no area: {ring}")
            shapes.append(shape)
        valid = shapely.is_valid(shapes)
        for shape, is_valid in zip(shapes, valid):
            if not is_valid:
                fault(f"{name}: {shapely.is_valid_reason(shape)}: {shape.wkt[:300]}")
            west, north, east, south = shape.bounds
            if min(west, north) < -BUFFER or max(east, south) > EXTENT + BUFFER:
                fault(f"{name}: beyond the margin: {shape.bounds}")
    return found


def tiles_of(archive):
    """(zoom, column, row) and bytes of all tiles of a PMTiles file, by its own reader."""
    from pmtiles.reader import MmapSource, all_tiles
    with open(archive, "rb") as file:
        for place, data in all_tiles(MmapSource(file)):
            yield tuple(place), data


def box_of(zoom, column, row, inset=0.0):
    """West, south, east, north of a tile in degrees."""
    side = 2.0 ** zoom
    longitude = lambda x: x / side * 360 - 180
    latitude = lambda y: math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y / side))))
    return longitude(column + inset), latitude(row + 1 - inset), longitude(column + 1 - inset), latitude(row + inset)


def tile_at(longitude, latitude, zoom):
    side = 2 ** zoom
    y = (1 - math.asinh(math.tan(math.radians(latitude))) / math.pi) / 2
    return zoom, min(side - 1, int((longitude + 180) / 360 * side)), min(side - 1, int(y * side))


def export(program, data, dataset, zooms, to, *more):
    """Runs the export and returns what it said."""
    arguments = [program, "tiles", data, dataset, "--zoom", zooms, "--to", to, "--json", *more]
    done = subprocess.run(list(map(str, arguments)), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr + done.stdout
    return json.loads(done.stdout)


def one_tile(program, data, dataset, place, folder):
    """The bytes of one tile."""
    to = pathlib.Path(folder) / "one.pmtiles"
    for path in (to, to.with_suffix(".style.json")):
        path.unlink(missing_ok=True)
    west, south, east, north = box_of(*place, inset=0.25)
    export(program, data, dataset, str(place[0]), to, f"--bbox={west},{south},{east},{north}")
    return dict(tiles_of(to)).get(place)


def check_zoom(job):
    archive, zoom = job
    found = Found()
    for place, data in tiles_of(archive):
        if place[0] == zoom:
            found.add(check(data, place))
    return zoom, found


def main():
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("data")
    ask.add_argument("dataset")
    ask.add_argument("--program", default="target/debug/terrane")
    ask.add_argument("--all-to", type=int, default=8)
    ask.add_argument("--to", type=int, default=14)
    ask.add_argument("--samples", type=int, default=40)
    ask.add_argument("--seed", type=int, default=1)
    given = ask.parse_args()
    results = collections.OrderedDict()
    with tempfile.TemporaryDirectory() as folder:
        archive = os.path.join(folder, "all.pmtiles")
        said = export(given.program, given.data, given.dataset, f"0-{given.all_to}", archive)
        print(f"exported: {said['tiles']} tiles, {said['bytes']} bytes, {said['coarsened']} coarser than the finest", file=sys.stderr)
        from pmtiles.reader import MmapSource, Reader
        header = Reader(MmapSource(open(archive, "rb"))).header()
        bounds = [header[key] / 1e7 for key in ("min_lon_e7", "min_lat_e7", "max_lon_e7", "max_lat_e7")]
        for zoom in range(given.all_to + 1):
            results[zoom] = check_zoom((archive, zoom))[1]
            print(f"zoom {zoom}: {results[zoom].features} features, {len(results[zoom].faults)} faults", file=sys.stderr)
        chance = random.Random(given.seed)
        for zoom in range(given.all_to + 1, given.to + 1):
            found = Found()
            for _ in range(given.samples):
                place = tile_at(chance.uniform(bounds[0], bounds[2]), chance.uniform(bounds[1], bounds[3]), zoom)
                data = one_tile(given.program, given.data, given.dataset, place, folder)
                if data:
                    found.add(check(data, place))
            results[zoom] = found
    print("| zoom | tiles | features | of them gathered | polygons | bytes a tile, gzipped (greatest) | faults |\n|---|---|---|---|---|---|---|")
    for zoom, found in results.items():
        mean = found.bytes // max(1, found.tiles)
        print(f"| {zoom} | {found.tiles} | {found.features} | {found.merged} | {found.polygons} | {mean} ({found.largest}) | {len(found.faults)} |")
    faults = [fault for found in results.values() for fault in found.faults]
    print("\n".join(faults[:20]), file=sys.stderr)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
