#!/usr/bin/env python3
"""Makes demo/data from a folder of the collected open data.

    python3 prepare.py SHARED [--out FOLDER] [--only PART]

SHARED  the folder with basemap/, geology/, earthquakes/, volcano/, tsunami/, faults/, plates/, magnetics/, topography/
PART    one of basemap, geology, hazards, impacts, tectonics, grids

Needs Python 3.9 or later and GDAL's programs ogr2ogr and gdal_translate (with SpatiaLite). Run twice, it writes the
same files twice.
"""

import argparse
import tempfile
from pathlib import Path

import basemap
import geology
import grids
import hazards
import impacts
import tectonics

PARTS = {"basemap": basemap, "geology": geology, "hazards": hazards, "impacts": impacts, "tectonics": tectonics, "grids": grids}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shared", type=Path)
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parent.parent / "data")
    parser.add_argument("--only", choices=PARTS)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    for name, part in PARTS.items():
        if arguments.only in (None, name):
            with tempfile.TemporaryDirectory() as scratch:
                for file, count in part.prepare(arguments.shared, arguments.out, Path(scratch)).items():
                    print(f"{count:>9}  {file}")


if __name__ == "__main__":
    main()
