"""Grids to GeoTIFF: ETOPO5 as it is, EMAG2 out of an old netCDF of GMT."""

import array
import shutil
import struct
import sys

from common import run

NO_DATA = -99999.0
# Where the source was interpolated across its own no-data value it holds numbers near -99 722.
UNPHYSICAL = -90000.0
PACKED = ["-co", "COMPRESS=DEFLATE", "-co", "PREDICTOR=3", "-co", "ZLEVEL=9", "-co", "TILED=YES", "-co", "BLOCKXSIZE=256",
          "-co", "BLOCKYSIZE=256"]


def prepare(shared, out, scratch):
    shutil.copyfile(shared / "topography" / "etopo5_asia_pacific_5arcmin.tif", out / "etopo5_asia_pacific.tif")
    nodes = read_nodes(shared / "magnetics" / "EMAG2_V2_1x1.grd")
    quarters(nodes, out / "emag2_v2_1deg.tif", scratch)
    smooth(nodes, out / "emag2_v2_smooth.tif", scratch)
    return {"etopo5_asia_pacific.tif": 1680 * 1501, "emag2_v2_1deg.tif": 720 * 360, "emag2_v2_smooth.tif": 1440 * 720}


class Netcdf3:
    """The variables of a netCDF-3 classic file: enough for GMT's old one-dimensional grids."""

    TYPES = {1: ("b", 1), 2: ("c", 1), 3: ("h", 2), 4: ("i", 4), 5: ("f", 4), 6: ("d", 8)}

    def __init__(self, path):
        self.data = path.read_bytes()
        if self.data[:4] != b"CDF\x01":
            sys.exit(f"{path} is not a netCDF-3 classic file.")
        self.at = 8
        self.dimensions = self.listed(lambda: (self.name(), self.integer()))
        self.listed(self.attribute)
        self.variables = dict(self.listed(self.variable))

    def integer(self):
        self.at += 4
        return struct.unpack_from(">i", self.data, self.at - 4)[0]

    def name(self):
        length = self.integer()
        start = self.at
        self.at += (length + 3) // 4 * 4
        return self.data[start:start + length].decode("ascii")

    def listed(self, read):
        self.integer()
        return [read() for _ in range(self.integer())]

    def attribute(self):
        name, kind, count = self.name(), self.integer(), self.integer()
        self.at += (count * self.TYPES[kind][1] + 3) // 4 * 4
        return name

    def variable(self):
        name = self.name()
        count = 1
        for _ in range(self.integer()):
            count *= self.dimensions[self.integer()][1]
        self.listed(self.attribute)
        letter = self.TYPES[self.integer()][0]
        self.integer()
        begin = self.integer()
        return name, struct.unpack_from(f">{count}{letter}", self.data, begin)


def read_nodes(source):
    """EMAG2 at whole degrees: rows from north to south, each from 180° W to 180° E."""
    variables = Netcdf3(source).variables
    width, height = variables["dimension"]
    (west, east), (south, north) = variables["x_range"], variables["y_range"]
    assert (width, height, west, east, south, north) == (361, 181, -180.0, 180.0, -90.0, 90.0)
    nodes = [NO_DATA if value < UNPHYSICAL else value for value in variables["z"]]
    return [nodes[row * width:(row + 1) * width] for row in range(height)]


def write_raw(rows, name, corners, scratch):
    """Rows as a raster that GDAL reads, in EPSG:4326, between upper left and lower right corner."""
    cells = array.array("f", [value for row in rows for value in row])
    if sys.byteorder == "big":
        cells.byteswap()
    raw = scratch / f"{name}.raw"
    raw.write_bytes(cells.tobytes())
    (scratch / f"{name}.hdr").write_text(
        f"ENVI\nsamples = {len(rows[0])}\nlines = {len(rows)}\nbands = 1\nheader offset = 0\ndata type = 4\n"
        "interleave = bsq\nbyte order = 0\n", encoding="ascii")
    placed = scratch / f"{name}.tif"
    run("gdal_translate", "-q", "-of", "GTiff", raw, placed, "-a_srs", "EPSG:4326", "-a_ullr", *corners,
        "-a_nodata", str(NO_DATA))
    return placed


def quarters(rows, target, scratch):
    """Each 1° node becomes 2 × 2 cells of half a degree.

    The nodes lie on whole degrees and those at ±180° and ±90° lie on the edge. Cut in four, every cell keeps the value
    of its node, a node keeps its place, and the raster ends exactly at ±180° and ±90°.
    """
    cut = [[rows[(y + 1) // 2][(x + 1) // 2] for x in range(720)] for y in range(360)]
    placed = write_raw(cut, "quarters", ["-180", "90", "180", "-90"], scratch)
    run("gdal_translate", "-q", placed, target, *PACKED)


def smooth(rows, target, scratch):
    """A surface of cubic B-splines near the nodes, in cells of a quarter of a degree.

    The source was sampled every degree, not averaged, so that single nodes say little. The splines do not pass through
    the nodes: they damp what is shorter than about 3°, aliases among it, and leave what the map can show.
    """
    placed = write_raw(rows, "nodes", ["-180.5", "90.5", "180.5", "-90.5"], scratch)
    run("gdalwarp", "-q", "-overwrite", "-r", "cubicspline", "-te", "-180", "-90", "180", "90", "-tr", "0.25", "0.25",
        placed, target, *PACKED)
