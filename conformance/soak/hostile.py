"""Files that mean harm or are broken, fed to a running server: each is refused or harmless, and the server is as before."""
import os
import shutil
import subprocess
import time

from . import inputs
from .program import HANGS_AFTER_S, Server
from .verdict import Loss, Result

GENERATOR = "crates/stores/files/examples/hostile_corpus.rs"
# A good file of several layers, which are asked for by name.
MANY_LAYERS = "d.gpkg"
# The server may hold this much more after all of it than after the first files.
GROWS_AT_MOST_BYTES = 64_000_000
# What no file may bring into the data folder.
CANARY = b"canary-7f3a41-never-read"


def corpus(bench):
    result = Result("hostile files", "files that mean harm, and broken ones, through a running server")
    files = _files(bench, result)
    canary = bench.folder / "canary.csv"
    canary.write_bytes(b"id,lon,lat,secret\n1,100,10," + CANARY + b"\n")
    os.utime(canary, (0, 0))
    folder = bench.program.new(bench.folder / "data")
    bench.program.run("add", folder, inputs.geojson(bench.folder / "units.geojson", 100)).ok()
    with Server(bench.program, folder) as server:
        right, outside, at_first = server.get("/collections/units/items"), _outside(bench, folder), None
        for number, path in enumerate(files):
            began = time.monotonic()
            layer = ["--layer", "one"] if path.name == MANY_LAYERS else []
            ran = bench.program.run("add", folder, path, "--id", f"h{number}", *layer)
            result.add({0: "published", 3: "refused"}.get(ran.code, "refused otherwise"))
            if ran.code not in (0, 3):
                result.remark(f"ends with {ran.code}: {path.suffix}: {' '.join(ran.err.replace(str(bench.folder), '').split())[-160:]}")
            if ran.code < 0 or "panicked" in ran.err or (ran.code and not (ran.err + ran.out).strip()):
                raise Loss(f"{path.name}: {ran}")
            if ran.code == 0:
                bench.program.run("remove", folder, f"h{number}")
            server.alive()
            if time.monotonic() - began > HANGS_AFTER_S / 4:
                result.remark(f"{path.name} takes {time.monotonic() - began:.0f} s")
            if number == min(20, len(files) // 2):
                at_first = server.memory_bytes()
        if server.get("/collections/units/items")[2] != right[2] and server.get("/collections/units/items")[0] != 200:
            raise Loss("after hostile files the server does not answer as before")
        grown = server.memory_bytes() - (at_first or 0)
        result.counts["MB grown"] = max(0, round(grown / 1e6))
        if grown > GROWS_AT_MOST_BYTES:
            raise Loss(f"the server holds {grown / 1e6:.0f} MB more than after the first files")
        if _outside(bench, folder) != outside:
            raise Loss(f"files have appeared outside the data folder: {_outside(bench, folder) - outside}")
        server.stop()
    _no_canary(folder)
    return result


def _files(bench, result):
    """The corpus that was given or that this tree can make, and mutations of good files."""
    made = bench.folder / "corpus"
    made.mkdir()
    given, root = bench.options.corpus, bench.options.root
    if given is None and (root / GENERATOR).exists():
        given = bench.folder / "generated"
        subprocess.run(["cargo", "run", "--quiet", "-p", "terrane-store-files", "--example", "hostile_corpus", "--", given], cwd=root, check=True)
    if given is None:
        result.remark("no hostile corpus was given, and the tree has no generator; only mutations of good files were tried")
    mutated = _mutations(bench, made)
    return (sorted(path for path in given.rglob("*") if path.is_file()) if given else []) + mutated


def _mutations(bench, made):
    good = [inputs.csv(made / "a.csv", 200), inputs.geojson(made / "b.geojson", 60), inputs.shapefile(made / "c.shp", 200),
            inputs.geopackage(made / MANY_LAYERS, ["one", "two"], 60), inputs.tiff(made / "e.tif", 40, 1)]
    mutated = []
    for number in range(bench.rounds(400, 60)):
        source = bench.random.choice(good)
        folder = made / f"m{number}"
        folder.mkdir()
        for path in made.glob(f"{source.stem}.*"):
            shutil.copy(path, folder / path.name)
        victim = bench.random.choice(sorted(folder.iterdir()))
        victim.write_bytes(_mutate(victim.read_bytes(), bench.random))
        mutated.append(folder / source.name)
    return mutated


def _mutate(content, chance):
    content = bytearray(content)
    for _ in range(chance.choice([1, 1, 2, 8, 40])):
        at = chance.randrange(max(1, len(content))) if chance.random() < 0.5 else chance.randrange(max(1, min(200, len(content))))
        how = chance.randrange(5)
        if how == 0:
            del content[at:]
        elif how == 1:
            content[at:at + 1] = chance.randbytes(1)
        elif how == 2:
            content[at:at + 4] = chance.choice([b"\xff\xff\xff\xff", b"\0\0\0\0", b"\xff\xff\xff\x7f", b"\0\0\0\x80"])
        elif how == 3:
            content[at:at] = content[at:at + chance.randrange(400)]
        else:
            del content[at:at + chance.randrange(1, 60)]
    return bytes(content)


def _outside(bench, folder):
    """Everything beside the data folder and the corpus."""
    skip = {folder, bench.folder / "corpus", bench.folder / "generated"}
    return {path for path in bench.folder.iterdir() if path not in skip}


def _no_canary(folder):
    for path in folder.rglob("*"):
        if path.is_file() and CANARY in path.read_bytes():
            raise Loss(f"a hostile file brought another file into {path}")
