"""Data that changes by the minute: what was acknowledged is there after a kill (F04), and readers see one state at a time while
rows are put, taken away and written anew (1 000 000 events with a running delta)."""
import subprocess
import threading
import time

from .program import Server, kill
from .verdict import Loss, Result

TOGETHER = 200


def _events(path, rows):
    """Events: identity, the change that put them, and a place."""
    with open(path, "w", encoding="ascii") as file:
        file.write("id,longitude,latitude,time,batch\n")
        for number, batch in rows:
            seconds = number % 86_400
            file.write(f"e{number},{90 + number % 6000 / 100:.2f},{-10 + number // 6000 % 6000 / 100:.2f},"
                       f"2026-01-{1 + number // 86_400 % 28:02d}T{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}Z,{batch}\n")
    return path


def _count(server, question):
    return len(server.json(f"/collections/events/items?f=json&limit=1000&{question}")["features"])


def amend_kills(bench):
    """Changes through a server that is killed at random moments: each is whole or absent, and there if it was acknowledged."""
    result = Result("F04", "kills of a server while rows are changed through it")
    folder = bench.program.new(bench.folder / "data")
    base = _events(bench.folder / "base.csv", ((number, 0) for number in range(5_000)))
    bench.program.run("add", folder, base, "--id", "events", "--key", "id").ok()
    acknowledged, batch = [], 0
    for number in range(bench.rounds(200, 8)):
        with Server(bench.program, folder, log=bench.folder / "log") as server:
            until = time.monotonic() + bench.random.uniform(0.05, 1.5)
            sent = 0
            while time.monotonic() < until:
                batch += 1
                rows = sorted(bench.random.sample(range(20_000), TOGETHER))
                file = _events(bench.folder / "change.csv", ((row, batch) for row in rows))
                process = bench.program.start("amend", folder, "events", file, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                sent = batch
                while process.poll() is None and time.monotonic() < until:
                    time.sleep(0.002)
                if process.poll() == 0:
                    acknowledged.append(batch)
                    sent = 0
            server.kill()
            result.add("kills")
            if sent and process.poll() is None:
                kill(process)
        with Server(bench.program, folder, log=bench.folder / "log") as server:
            if _whole(server, (acknowledged, sent, number), result):
                # It was cut off after it had been made: from now on it must stay.
                acknowledged.append(sent)
            if number % 20 == 19:
                bench.program.run("compact", folder, "events").ok()
                result.add("compactions")
            server.stop()
    bench.program.run("doctor", folder).ok()
    result.counts.update({"lost": 0, "half made": 0})
    return result


def _whole(server, what, result):
    """The last change that is known to be made covers all its rows; one that was cut off covers all of them or none. Says
    whether it does."""
    acknowledged, sent, number = what
    result.counts["changes made"] = len(acknowledged)
    last = acknowledged[-1] if acknowledged else 0
    there = _count(server, f"batch={sent}") if sent else 0
    if there not in (0, TOGETHER):
        raise Loss(f"kill {number}: of change {sent}, which was cut off, {there} of {TOGETHER} rows are there")
    if last and not there and _count(server, f"batch={last}") != TOGETHER:
        raise Loss(f"kill {number}: change {last} was acknowledged, and {_count(server, f'batch={last}')} of its rows are there")
    return there == TOGETHER


def merged(bench):
    """A large dataset that grows while it is read: every answer is of one state."""
    rows = 1_000_000 if not bench.quick else 50_000
    result = Result("delta", f"{rows:,} events, changed by the second while they are read")
    folder = bench.program.new(bench.folder / "data")
    base = _events(bench.folder / "base.csv", ((number, 0) for number in range(rows)))
    bench.program.run("add", folder, base, "--id", "events", "--key", "id", timeout=1_800).ok()
    with Server(bench.program, folder, log=bench.folder / "log") as server:
        done, faults = threading.Event(), []
        readers = [threading.Thread(target=_read, args=(server, done, faults, result)) for _ in range(3)]
        for reader in readers:
            reader.start()
        try:
            added = _write(bench, folder, server, result)
        finally:
            done.set()
            for reader in readers:
                reader.join()
        if faults:
            raise faults[0]
        total = server.json("/collections/events/items?f=json&limit=1")["numberMatched"]
        if total != rows + added:
            raise Loss(f"{rows + added} events should be there, and {total} are")
        bench.program.run("compact", folder, "events", timeout=1_800).ok()
        if server.json("/collections/events/items?f=json&limit=1")["numberMatched"] != rows + added:
            raise Loss("compaction changed the number of events")
        result.remark(f"memory of the server at the end: {server.memory_bytes() // 1_000_000} MB")
        server.stop()
    bench.program.run("doctor", folder, timeout=600).ok()
    result.counts["mixed states"] = 0
    return result


def _write(bench, folder, server, result):
    """Each change puts rows of its own number: new ones, and old ones that it takes over whole from the change before."""
    added = 0
    for batch in range(1, bench.rounds(100, 10) + 1):
        first = 10_000_000 + batch * TOGETHER
        file = _events(bench.folder / "change.csv", ((first + row, batch) for row in range(TOGETHER)))
        arguments = ["amend", folder, "events", file]
        if batch > 1:
            arguments += ["--delete", f"e{first - TOGETHER}"]
            added -= 1
        bench.program.run(*arguments).ok()
        added += TOGETHER
        result.add("changes")
        if batch % 25 == 0:
            bench.program.run("compact", folder, "events", timeout=1_800).ok()
            result.add("compactions under load")
        server.alive()
    return added


def _read(server, done, faults, result):
    """Pages through the newest events: a walk sees each row once, and of each change all rows or none."""
    try:
        while not done.is_set():
            seen, batches, path = set(), {}, "/collections/events/items?f=json&limit=150&batch=1"
            for batch in (1, 2, 3):
                path = f"/collections/events/items?f=json&limit=150&batch={batch}"
                while path:
                    page = server.json(path)
                    for feature in page["features"]:
                        identity = feature["id"]
                        if identity in seen:
                            raise Loss(f"{identity} comes twice in one walk")
                        seen.add(identity)
                        batches[batch] = batches.get(batch, 0) + 1
                    path = next((link["href"].replace("http://soak.example", "") for link in page["links"] if link["rel"] == "next"), None)
            for batch, count in batches.items():
                # The next change takes one row of the one before away.
                if count not in (TOGETHER, TOGETHER - 1):
                    raise Loss(f"a walk saw {count} of {TOGETHER} rows of change {batch}")
            result.add("walks")
    except Exception as error:  # told by the writer's thread
        faults.append(error)
        done.set()
