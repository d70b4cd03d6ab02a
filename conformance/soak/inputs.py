"""Files to publish, written byte by byte so that no program under test has a part in them."""
import random
import sqlite3
import struct


def csv(path, rows, begin=0):
    """Points with a number, a name and a depth."""
    with open(path, "w", encoding="utf-8") as out:
        out.write("id,lon,lat,name,depth_m\n")
        for at in range(begin, begin + rows):
            out.write(f"{at},{100 + at % 400 / 10},{at // 400 % 80 / 10},well {at},{at * 0.5}\n")
    return path


def geojson(path, rows, word="unit"):
    """Squares with a number and a name."""
    def feature(at):
        x, y = 100 + at % 40, at // 40 % 40
        ring = f"[[{x},{y}],[{x + 1},{y}],[{x + 1},{y + 1}],[{x},{y + 1}],[{x},{y}]]"
        return (f'{{"type":"Feature","id":{at},"properties":{{"id":{at},"name":"{word} {at}"}},'
                f'"geometry":{{"type":"Polygon","coordinates":[{ring}]}}}}')
    path.write_text('{"type":"FeatureCollection","features":[' + ",".join(map(feature, range(rows))) + "]}", encoding="utf-8")
    return path


def shapefile(path, rows, begin=0):
    """Points: .shp, .shx, .dbf, .prj (ESRI Shapefile Technical Description, 1998)."""
    records = [struct.pack("<idd", 1, 100 + at % 400 / 10, at // 400 % 80 / 10) for at in range(begin, begin + rows)]
    box = struct.pack("<8d", 100, 0, 140, 8, 0, 0, 0, 0)

    def head(length):
        return struct.pack(">i5ii", 9994, 0, 0, 0, 0, 0, length // 2) + struct.pack("<ii", 1000, 1) + box
    shp = b"".join(struct.pack(">ii", number + 1, 10) + record for number, record in enumerate(records))
    shx = b"".join(struct.pack(">ii", (100 + number * 28) // 2, 10) for number in range(rows))
    path.write_bytes(head(100 + len(shp)) + shp)
    path.with_suffix(".shx").write_bytes(head(100 + len(shx)) + shx)
    fields = struct.pack("<11sc4xBB14x", b"id", b"N", 10, 0) + struct.pack("<11sc4xBB14x", b"name", b"C", 20, 0)
    table = struct.pack("<4BIHH20x", 3, 126, 1, 1, rows, 32 + len(fields) + 1, 31) + fields + b"\r"
    table += b"".join(b" " + f"{at:>10}{f'well {at}':<20}".encode() for at in range(begin, begin + rows)) + b"\x1a"
    path.with_suffix(".dbf").write_bytes(table)
    path.with_suffix(".prj").write_text('GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],'
                                        'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]')
    return path


def geopackage(path, layers, rows):
    """A GeoPackage of point layers with their names (OGC 12-128r19)."""
    path.unlink(missing_ok=True)
    base = sqlite3.connect(path)
    base.executescript("""
        PRAGMA application_id = 1196444487; PRAGMA user_version = 10300;
        CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL,
            organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
        INSERT INTO gpkg_spatial_ref_sys VALUES ('WGS 84', 4326, 'EPSG', 4326, 'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",'
            || '6378137,298.257223563]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433],AUTHORITY["EPSG","4326"]]', NULL),
            ('none', -1, 'NONE', -1, 'undefined', NULL), ('none', 0, 'NONE', 0, 'undefined', NULL);
        CREATE TABLE gpkg_contents (table_name TEXT PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE, description TEXT,
            last_change DATETIME NOT NULL DEFAULT '2020-01-01T00:00:00Z', min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE,
            srs_id INTEGER);
        CREATE TABLE gpkg_geometry_columns (table_name TEXT PRIMARY KEY, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL,
            srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL);""")
    for name in layers:
        base.execute(f'CREATE TABLE "{name}" (fid INTEGER PRIMARY KEY, geom POINT, name TEXT)')
        base.execute("INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES (?, 'features', ?, 4326)", (name, name))
        base.execute("INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', 'POINT', 4326, 0, 0)", (name,))
        base.executemany(f'INSERT INTO "{name}" VALUES (?, ?, ?)', ((at, _point(at), f"{name} {at}") for at in range(1, rows + 1)))
    base.commit()
    base.close()
    return path


def _point(at):
    place = 100 + at % 400 / 10, at // 400 % 80 / 10
    return b"GP\0\x01" + struct.pack("<i", 4326) + struct.pack("<BIdd", 1, 1, *place)


def tiff(path, side, seed):
    """Floats on a grid of 0.01°, uncompressed (TIFF 6.0, GeoTIFF 1.1)."""
    noise = random.Random(seed)
    data = struct.pack(f"<{side * side}f", *(noise.random() * 1000 for _ in range(side * side)))
    start = 8 + 2 + 13 * 12 + 4
    entries = [(256, 4, 1, side), (257, 4, 1, side), (258, 3, 1, 32), (259, 3, 1, 1), (262, 3, 1, 1), (273, 4, 1, start + 96),
               (277, 3, 1, 1), (278, 4, 1, side), (279, 4, 1, len(data)), (339, 3, 1, 3), (33550, 12, 3, start),
               (33922, 12, 6, start + 24), (34735, 3, 12, start + 72)]
    head = b"II*\0" + struct.pack("<IH", 8, len(entries)) + b"".join(struct.pack("<HHII", *entry) for entry in entries) + bytes(4)
    place = struct.pack("<9d", 0.01, 0.01, 0, 0, 0, 0, 130, 40, 0) + struct.pack("<12H", 1, 1, 0, 2, 1024, 0, 1, 2, 2048, 0, 1, 4326)
    path.write_bytes(head + place + data)
    return path
