"""F08: a disk that is full, and a limit on the size of files. Reading goes on, and with room it goes on without a restart."""
import os
import resource
import subprocess

from . import inputs, published
from .program import Server
from .published import Kind
from .verdict import Loss, Result

DISK_BYTES = 24_000_000


def disk(bench):
    """A small disk in memory is filled from outside and by publishing."""
    result = Result("F08 full disk", "publishing onto a full disk beside readers")
    place = bench.folder / "disk"
    place.mkdir()
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", place], check=False).returncode:
        result.skipped = "mounting a small disk needs root"
        return result
    try:
        _fill_and_free(bench, place, result)
    finally:
        subprocess.run(["umount", "-l", place], check=True)
    result.counts["lost"] = 0
    return result


def _fill_and_free(bench, place, result):
    folder = bench.program.new(place / "data")
    rows = 10_000
    kind = Kind("points", [inputs.csv(bench.folder / f"points-{n}.csv", rows + n) for n in (0, 1)], [rows, rows + 1])
    bench.program.run("add", folder, *kind.arguments(0, False)).ok()
    bench.program.run("add", folder, *kind.arguments(0, True)).ok()
    now = 0
    with Server(bench.program, folder, log=bench.folder / "log") as server:
        for _ in range(bench.rounds(20, 5)):
            _ballast(place, bench.random.randrange(900_000))
            while (ran := bench.program.run("add", folder, *kind.arguments(1 - now, True))).code == 0:
                now = 1 - now
                _ballast(place, bench.random.randrange(200_000))
            result.add("refused for want of room")
            if "disk is full" not in ran.err and "room" not in ran.err:
                result.remark(f"a full disk is told as: {ran.err.strip().splitlines()[0][:200]}")
            _as_it_was(bench, (folder, server, kind, now))
            edited = bench.program.run("edit", folder, "points", "--title", "x" * 20_000)
            if edited.code == 0:
                bench.program.run("edit", folder, "points", "--title", "points")
            _as_it_was(bench, (folder, server, kind, now))
            for path in place.glob("ballast*"):
                path.unlink()
            # Superseded editions stay for an hour unless somebody needs the room.
            bench.program.run("editions", folder, "points", "--keep", "1").ok()
            bench.program.run("add", folder, *kind.arguments(1 - now, True)).ok()
            now = 1 - now
            _as_it_was(bench, (folder, server, kind, now))
            result.add("published again without a restart")
        server.stop()


def _ballast(place, spare):
    """Takes all room but some."""
    free = os.statvfs(place)
    size = max(0, free.f_bavail * free.f_frsize - spare)
    number = len(list(place.glob("ballast*")))
    with open(place / f"ballast-{number}", "wb") as out:
        try:
            out.write(bytes(size))
        except OSError:
            pass


def _as_it_was(bench, what):
    folder, server, kind, now = what
    server.alive()
    if published.edition(kind, *published.listed(bench.program, folder), server) != now:
        raise Loss(f"edition {now} was published, and another is there")
    published.readable(server, kind, now)


def file_limit(bench):
    """`ulimit -f`: no file may grow past a size; the program is told by a signal that would end it."""
    result = Result("F08 ulimit -f", "publishing files larger than the system lets a program write")
    folder = bench.program.new(bench.folder / "data")
    small = Kind("small", [inputs.csv(bench.folder / "small.csv", 10)] * 2, [10, 10])
    large = inputs.csv(bench.folder / "large.csv", 20_000)
    bench.program.run("add", folder, *small.arguments(0, False)).ok()

    def limited():
        resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))
    for _ in range(bench.rounds(20, 3)):
        at_rest = bench.program.run("add", folder, large, preexec_fn=limited)
        if at_rest.code == 0:
            raise Loss("a file that cannot be written was published")
        result.add("refused at rest" if at_rest.code > 0 else "ended by the signal at rest")
        with Server(bench.program, folder, log=bench.folder / "log", preexec_fn=limited) as server:
            served = bench.program.run("add", folder, large)
            if served.code == 0:
                raise Loss("a file that cannot be written was published")
            _as_it_was(bench, (folder, server, small, 0))
            result.add("refused by a server")
            server.stop()
        with Server(bench.program, folder, log=bench.folder / "log") as server:
            published.tidy(bench.program, folder, result)
    result.counts["lost"] = 0
    return result
