"""Small data with known places, texts and traps."""
import json
import struct

# Squares whose place in a picture is known: id -> west, south, east, north.
MARKS = {1: (135.0, 35.0, 135.5, 35.5), 2: (139.0, 36.0, 139.25, 36.25), 3: (100.0, -3.0, 101.0, -2.0)}

# Texts that are easily broken: scripts, quotes, markup, formulas, long numbers, nothing at all.
NAMES = [
    "飛騨帯 片麻岩（ひだたい）", "ชั้นหินลพบุรี", "ស្រទាប់ថ្ម", "မြန်မာ", "Đá vôi Trias giữa", "지질도 1:50,000", "含油气盆地",
    "<script>alert(1)</script>", "O'Brien \"quoted\" \\ back", "=1+2", "a,b;c\td", "🌋 combining é", "x" * 300, "", None,
]

# A grid in UTM zone 54 with one bright cell block: 200 × 160 cells of 500 m.
GRID_CELL_M, GRID_COLUMNS, GRID_ROWS = 500.0, 200, 160
GRID_WEST, GRID_NORTH = 350000.0, 3950000.0
BRIGHT = range(120, 130), range(40, 50)      # columns, rows


def square(west, south, east, north):
    return {"type": "Polygon", "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]]}


def feature(identity, geometry, properties):
    return {"type": "Feature", "id": identity, "geometry": geometry, "properties": properties}


def point(x, y):
    return {"type": "Point", "coordinates": [x, y]}


def marks():
    return [feature(number, square(*box), {"number": number, "name": f"mark {number}"}) for number, box in MARKS.items()]


def names():
    def properties(at, text):
        return {"number": at, "text": text, "big": 9007199254740991 - at, "ratio": at / 7, "yes": at % 2 == 0,
                "day": f"2020-01-{at + 1:02}", "moment": f"2020-01-{at + 1:02}T12:34:56Z"}
    return [feature(at, point(130 + at / 10, 30 + at / 10), properties(at, text)) for at, text in enumerate(NAMES)]


def crossing():
    """Points on both sides of 180° and one far away."""
    places = {1: (179.5, -17.0), 2: (-179.5, -18.0), 3: (178.0, 0.0), 4: (-178.0, 10.0), 5: (20.0, 0.0)}
    return [feature(number, point(*place), {"number": number}) for number, place in places.items()]


def many():
    """A thousand points in a lattice, for paging."""
    def one(at):
        return feature(at, point(100 + at % 40, at // 40), {"number": at, "group": f"g{at % 7}"})
    return [one(at) for at in range(1000)]


def grid_text():
    """The grid as ESRI ASCII; 100 with a block of 900 and one cell without data."""
    def cell(column, row):
        if (column, row) == (5, 5):
            return -9999
        return 900 if column in BRIGHT[0] and row in BRIGHT[1] else 100
    head = (f"ncols {GRID_COLUMNS}\nnrows {GRID_ROWS}\nxllcorner {GRID_WEST}\nyllcorner {GRID_NORTH - GRID_ROWS * GRID_CELL_M}\n"
            f"cellsize {GRID_CELL_M}\nNODATA_value -9999\n")
    return head + "\n".join(" ".join(str(cell(column, row)) for column in range(GRID_COLUMNS)) for row in range(GRID_ROWS)) + "\n"


def write_grid(path):
    """The grid as an uncompressed GeoTIFF, written by hand so that no program under test has a part in it."""
    values = [float(word) for line in grid_text().splitlines()[6:] for word in line.split()]
    data = struct.pack(f"<{len(values)}f", *values)
    doubles = struct.pack("<9d", GRID_CELL_M, GRID_CELL_M, 0, 0, 0, 0, GRID_WEST, GRID_NORTH, 0)
    keys = struct.pack("<12H", 1, 1, 0, 2, 1024, 0, 1, 1, 3072, 0, 1, 32654)
    nodata = b"-9999\0"
    start = 8 + 2 + 12 * 14 + 4
    at = {"doubles": start, "keys": start + 72, "nodata": start + 96, "data": start + 104}
    entries = [(256, 4, 1, GRID_COLUMNS), (257, 4, 1, GRID_ROWS), (258, 3, 1, 32), (259, 3, 1, 1), (262, 3, 1, 1),
               (273, 4, 1, at["data"]), (277, 3, 1, 1), (278, 4, 1, GRID_ROWS), (279, 4, 1, len(data)), (339, 3, 1, 3),
               (33550, 12, 3, at["doubles"]), (33922, 12, 6, at["doubles"] + 24), (34735, 3, 12, at["keys"]), (42113, 2, 6, at["nodata"])]
    head = b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", len(entries))
    head += b"".join(struct.pack("<HHII", *entry) for entry in entries) + struct.pack("<I", 0)
    path.write_bytes(head + doubles + keys + nodata + b"\0\0" + data)


def write(folder):
    """Writes all files and returns id -> (path, options of `terrane add`)."""
    made = {}
    for name, rows in (("marks", marks()), ("names", names()), ("crossing", crossing()), ("many", many())):
        path = folder / f"{name}.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", "features": rows}, ensure_ascii=False), encoding="utf-8")
        made[name] = path, ["--key", "number"] + (["--time", "moment"] if name == "names" else [])
    path = folder / "relief.tif"
    write_grid(path)
    made["relief"] = path, []
    return made
