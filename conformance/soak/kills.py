"""Kills at random moments: of a command at rest, of a server while commands go through it, of a command that reads a slow input."""
import os
import shutil
import subprocess
import threading
import time

from . import inputs, published
from .program import Server, kill
from .published import Kind
from .verdict import Loss, Result


def kinds(folder, small):
    """Things to publish, in two editions each."""
    folder.mkdir(exist_ok=True)
    rows = 2_000 if small else 20_000
    layers = ["faults", "folds", "units", "wells"]

    def both(make):
        return [make(number) for number in (0, 1)]
    geopackage = both(lambda number: inputs.geopackage(_in(folder, number) / "sheet.gpkg", layers, rows // 8 + number))
    worded = both(lambda number: inputs.csv(_in(folder, number) / "worded.csv", rows // 4 + number))
    return [
        Kind("worded", worded, [rows // 4, rows // 4 + 1], licence="CC0-1.0"),
        Kind("points", both(lambda n: inputs.csv(folder / f"points-{n}.csv", rows + n)), [rows, rows + 1], options=["--key", "id"]),
        Kind("shapes", both(lambda n: inputs.shapefile(folder / f"shapes-{n}.shp", rows + n)), [rows, rows + 1]),
        Kind("sheet", geopackage, [rows // 8, rows // 8 + 1], ids=layers, map_id="sheet"),
        Kind("relief", both(lambda n: inputs.tiff(folder / f"relief-{n}.tif", 128 if small else 512, n)), [0, 0]),
    ]


def _in(folder, number):
    inner = folder / str(number)
    inner.mkdir(exist_ok=True)
    return inner


def duration_s(bench, kind):
    """How long publishing takes undisturbed, at rest and through a server."""
    folder = bench.program.new(bench.folder / f"measure-{kind.name}")
    began = time.monotonic()
    bench.program.run("add", folder, *kind.arguments(0, False)).ok()
    took = time.monotonic() - began
    shutil.rmtree(folder)
    return took


def at_rest(bench):
    """F02, F03: `terrane add` is killed at any moment; what was acknowledged is there, everything else is whole or absent."""
    result = Result("F02/F03 at rest", "kill -9 of `terrane add`")
    rounds = bench.rounds(200, 25)
    for kind in kinds(bench.folder / "files", bench.quick):
        folder = bench.program.new(bench.folder / f"rest-{kind.name}")
        took = duration_s(bench, kind)
        killed = 0
        while killed < rounds // 5:
            before = kind.seen
            if before is not None and bench.random.random() < 0.3:
                _remove(bench, folder, kind)
                before = None
            after = 1 - before if before is not None else bench.random.randint(0, 1)
            process = bench.program.start("add", folder, *kind.arguments(after, before is not None), stdout=subprocess.DEVNULL,
                                          stderr=subprocess.PIPE)
            # Every other kill falls into the last part, where things are renamed and written down.
            time.sleep(bench.random.choice([bench.random.uniform(0, took), bench.random.uniform(took * 0.6, took * 1.3)]))
            code = kill(process)
            killed += code < 0
            result.add("kills" if code < 0 else "ended before the kill")
            with Server(bench.program, folder) as server:
                _check(bench, (folder, server, kind), (before, after, code), result)
                published.tidy(bench.program, folder, result)
                server.stop()
    result.counts.update({"lost": 0, "half-made": 0})
    return result


def through_a_server(bench):
    """F02, F03: the server is killed while commands go through its socket."""
    result = Result("F02/F03 served", "kill -9 of `terrane serve` while adds go through it")
    rounds = bench.rounds(200, 25)
    everything = kinds(bench.folder / "files", bench.quick)
    took = {kind.name: duration_s(bench, kind) for kind in everything}
    folder = bench.program.new(bench.folder / "served")
    for _ in range(rounds):
        some = bench.random.sample(everything, bench.random.randint(1, 3))
        before = {kind.name: kind.seen for kind in some}
        after = {name: 1 - there if there is not None else bench.random.randint(0, 1) for name, there in before.items()}
        with Server(bench.program, folder) as server:
            adds = [(kind, bench.program.start("add", folder, *kind.arguments(after[kind.name], before[kind.name] is not None),
                                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)) for kind in some]
            time.sleep(bench.random.uniform(0, max(took[kind.name] for kind in some) * (0.6 + len(some) / 2)))
            server.kill()
            codes = {kind.name: _ends(add) for kind, add in adds}
        result.add("kills")
        result.add("adds", len(adds))
        result.add("acknowledged", sum(code == 0 for code in codes.values()))
        with Server(bench.program, folder) as server:
            for kind in some:
                name = kind.name
                _check(bench, (folder, server, kind), (before[name], after[name], codes[name]), result)
            published.tidy(bench.program, folder, result)
            server.stop()
    result.counts.update({"lost": 0, "half-made": 0})
    return result


def _check(bench, where, what, result):
    """The old state or the new one, the new one when it was acknowledged; and it can be read."""
    (folder, server, kind), (before, after, code) = where, what
    now = kind.seen = published.edition(kind, *published.listed(bench.program, folder), server)
    if code == 0 and now != after:
        raise Loss(f"{kind.name} was acknowledged and is lost: edition {before} before, {now} now, {after} asked for")
    if now not in (before, after):
        raise Loss(f"{kind.name} was edition {before}, should become {after}, and is {now}")
    result.add("new state" if now == after else "old state")
    if now is not None:
        published.readable(server, kind, now)


def _ends(process):
    """The exit code of a command whose server has gone; it must end by itself."""
    try:
        _, err = process.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        kill(process)
        raise Loss("a command hangs after its server was killed") from None
    if process.returncode != 0 and (b"panicked" in err or not err.strip()):
        raise Loss(f"a command whose server was killed ends with {process.returncode} and says {err!r}")
    return process.returncode


def _remove(bench, folder, kind):
    bench.program.run("remove", folder, *([kind.map_id] if kind.map_id else []), *kind.ids).ok()


def slow_input(bench):
    """F01: the program is killed while it reads an input that comes slowly."""
    result = Result("F01", "kill -9 while the input still comes")
    if "add DIR -" not in bench.program.run("add", "--help").out.replace("survey -", "DIR -"):
        result.skipped = "`terrane add DIR -` does not exist yet"
        return result
    folder = bench.program.new(bench.folder / "slow")
    content = inputs.csv(bench.folder / "slow.csv", 5_000).read_bytes()
    for _ in range(bench.rounds(100, 10)):
        read, write = os.pipe()
        process = subprocess.Popen([bench.program.path, "add", str(folder), "-", "--id", "slow"], stdin=read, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, start_new_session=True)
        os.close(read)
        end = bench.random.randrange(len(content))
        writer = threading.Thread(target=_pour, args=(write, content[:end]))
        writer.start()
        time.sleep(bench.random.uniform(0, 0.3))
        kill(process)
        writer.join()
        result.add("kills")
        if published.listed(bench.program, folder)[0]:
            raise Loss("an input that never ended was published")
        published.tidy(bench.program, folder, result)
    result.counts["published"] = 0
    return result


def _pour(descriptor, content):
    try:
        for at in range(0, len(content), 4096):
            os.write(descriptor, content[at:at + 4096])
            time.sleep(0.001)
    except BrokenPipeError:
        pass
    finally:
        os.close(descriptor)
