"""Grids to GeoTIFF: ETOPO5 as it is, EMAG2 out of an old netCDF of GMT."""

import array
import shutil
import struct
import sys

from common import run

NO_DATA = -99999.0
# Where the source was interpolated across its own no-data value it holds numbers near -99 722.
UNPHYSICAL = -90000.0


def prepare(shared, out, scratch):
    shutil.copyfile(shared / "topography" / "etopo5_asia_pacific_5arcmin.tif", out / "etopo5_asia_pacific.tif")
    emag2(shared / "magnetics" / "EMAG2_V2_1x1.grd", out / "emag2_v2_1deg.tif", scratch)
    return {"etopo5_asia_pacific.tif": 1680 * 1501, "emag2_v2_1deg.tif": 720 * 360}


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


def emag2(source, target, scratch):
    """Each 1° node becomes 2 × 2 cells of half a degree.

    The nodes lie on whole degrees and those at ±180° and ±90° lie on the edge. Cut in four, every cell keeps the value
    of its node, a node keeps its place, and the raster ends exactly at ±180° and ±90°.
    """
    variables = Netcdf3(source).variables
    width, height = variables["dimension"]
    (west, east), (south, north) = variables["x_range"], variables["y_range"]
    assert (width, height, west, east, south, north) == (361, 181, -180.0, 180.0, -90.0, 90.0)
    nodes = [NO_DATA if value < UNPHYSICAL else value for value in variables["z"]]
    rows = [nodes[row * width:(row + 1) * width] for row in range(height)]
    cells = array.array("f")
    for half_row in range(360):
        row = rows[(half_row + 1) // 2]
        cells.extend(row[(half_column + 1) // 2] for half_column in range(720))
    raw = scratch / "emag2.raw"
    if sys.byteorder == "big":
        cells.byteswap()
    raw.write_bytes(cells.tobytes())
    (scratch / "emag2.hdr").write_text(
        "ENVI\nsamples = 720\nlines = 360\nbands = 1\nheader offset = 0\ndata type = 4\ninterleave = bsq\nbyte order = 0\n",
        encoding="ascii")
    run("gdal_translate", "-q", "-of", "GTiff", raw, target, "-a_srs", "EPSG:4326", "-a_ullr", "-180", "90", "180", "-90",
        "-a_nodata", str(NO_DATA), "-co", "COMPRESS=DEFLATE", "-co", "PREDICTOR=3", "-co", "TILED=YES",
        "-co", "BLOCKXSIZE=256", "-co", "BLOCKYSIZE=256")
