#!/usr/bin/env python3
"""Where the processor time of a request goes: samples a running server with perf while it answers, and groups the samples by part.

usage: profile.py URL PID JOB [PATH…]     JOB: wms_region wms_10th wms_100th mvt_low mvt_high items_100 items_1000 quakes cog_mag cog_landsat
                                          or other, with the paths to ask
Needs perf, and the scripts of the folder PEERS for the questions of the race. Prints a table in Markdown."""
import collections
import os
import re
import subprocess
import sys
import threading
import time
import urllib.request

GROUPS = [  # the first that matches names the part
    ("kernel: network, memory, switching", r"\[k\]"),
    ("picture: PNG; blocks of grids unpacked", r"fdeflate|png::|picture::|zlib_rs|deflate|crc32|adler|miniz"),
    ("fill and lines", r"drawing::canvas|render::(tessellation|brush|to_pixels)"),
    ("vector tile", r"vector_tile|tile::|i_overlay"),
    ("labels", r"drawing::text|harfrust|skrifa|read_fonts"),
    ("grid: warp, colours", r"drawing::render::grid"),
    ("style and order of drawing", r"drawing::"),
    ("reading blocks, picking rows", r"formats::display|display::"),
    ("reading grids", r"formats::grid"),
    ("conditions", r"model::filter"),
    ("writing GeoJSON", r"geojson|zmij|itoa|serde_json"),
    ("projecting", r"projection"),
    ("rows, engine", r"terrane_engine|terrane_model|terrane_formats"),
    ("HTTP, links, headers", r"hyper|axum|tower|tokio|http::|matchit|terrane_protocols|terrane::|blake3|tracing|uuid"),
    ("memory: copying, allocating", r"mem(move|cpy|set)|mi_|malloc|alloc::|free"),
    ("caches", r"moka|quick_cache|crossbeam"),
]


def questions(job, paths):
    if job == "other":
        return paths
    sys.dont_write_bytecode = True
    sys.path.insert(0, os.environ["PEERS"])
    from contender import Contender
    from lists import Lists
    lists, ours = Lists(1, 1), Contender("terrane", "", [])
    pick = {
        "wms_region": lambda: (ours.maps()[1], lists.region()), "wms_10th": lambda: (ours.maps()[1], lists.boxes("10th", 6, 4.5, 2000)),
        "wms_100th": lambda: (ours.maps()[1], lists.boxes("100th", .6, .45, 10000)),
        "mvt_low": lambda: (ours.mvt()[0], lists.tiles("mvt low", range(4, 7), (91, -8), (149, 48), 60)),
        "mvt_high": lambda: (ours.mvt()[0], lists.tiles("mvt high", range(7, 13), (91, -8), (149, 48), 2000)),
        "items_100": lambda: (ours.items(100)[0], lists.boxes("items", 3, 3, 2000)),
        "items_1000": lambda: (ours.items(1000)[0], lists.boxes("items", 3, 3, 2000)), "quakes": lambda: (ours.events(10000)[0], lists.events()),
        "cog_mag": lambda: (ours.raster("mag")[0], lists.tiles("mag", range(5, 12), (120.5, 20.5), (149.5, 49.5), 3000)),
        "cog_landsat": lambda: (ours.raster("landsat")[0], lists.tiles("landsat", range(8, 14), (138.9, 35.0), (141.2, 36.9), 3000)),
    }[job]
    racer, asked = pick()
    return [racer.path(question) for question in asked]


def ticks(pid):
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def ask(url, paths, seconds):
    """Asks one after the other for some seconds; returns how many were answered."""
    end, count = time.time() + seconds, 0
    while time.time() < end:
        request = urllib.request.Request(url + paths[count % len(paths)], headers={"Accept": "application/geo+json, image/png, */*;q=0.1"})
        with urllib.request.urlopen(request) as answer:
            answer.read()
        count += 1
    return count


def shares(pid, seconds):
    """Share of the samples by symbol."""
    data = f"/tmp/terrane-profile.{os.getpid()}"
    subprocess.run(["perf", "record", "-q", "-F", "1999", "-o", data, "-p", str(pid), "--", "sleep", str(seconds)], check=True, stderr=subprocess.DEVNULL)
    said = subprocess.run(["perf", "report", "-i", data, "--no-children", "--percent-limit", "0.02", "--sort", "symbol"], capture_output=True, text=True).stdout
    os.unlink(data)
    return [(float(m[1]), m[2]) for m in re.finditer(r"^\s*([\d.]+)%\s+(.*)$", said, re.M)]


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    url, pid, job = sys.argv[1].rstrip("/"), int(sys.argv[2]), sys.argv[3]
    paths, seconds = questions(job, sys.argv[4:]), 8
    ask(url, paths, 2)
    before, done = ticks(pid), []
    asking = threading.Thread(target=lambda: done.append(ask(url, paths, seconds + 1)))
    asking.start()
    symbols = shares(pid, seconds)
    asking.join()
    each_ms = (ticks(pid) - before) * 1000 / os.sysconf("SC_CLK_TCK") / done[0]
    parts = collections.Counter()
    for share, symbol in symbols:
        parts[next((name for name, what in GROUPS if re.search(what, symbol)), "other")] += share
    print(f"**{job}**: {each_ms:.2f} ms of processor for a request ({done[0]} requests)\n\n| part | share | ms |\n|---|---|---|")
    for name, share in parts.most_common():
        if share >= 0.5:
            print(f"| {name} | {share:.0f} % | {share * each_ms / 100:.2f} |")


if __name__ == "__main__":
    main()
