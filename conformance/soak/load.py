"""Much at once (N1 to N6): memory over many requests, no error at half load, answers in time at four times what can be done, health
beside slow clients, the time to start and to stop. The load maker shares the processors with the program: figures are ratios to the
same server's own best."""
import asyncio
import json
import os
import random
import signal
import threading
import time

from . import inputs
from .program import Server
from .verdict import Loss, Result

CORES = os.cpu_count() or 1
# A burst is let in and worked off; after this long the queue is known to stand.
SETTLES_S = 3
# Seconds after which an answer is given up.
PATIENCE_S = 60


class Asker:
    """Asks a server over connections of its own, one request at a time on each."""

    def __init__(self, listen, seed=0):
        self.host, port = listen.rsplit(":", 1)
        self.port, self.random, self.free = int(port), random.Random(seed), []

    def path(self):
        """A question as a map viewer and a program ask it, in any order; heavy ones, so that the load maker is not what is measured."""
        kind = self.random.random()
        x, y, side = self.random.uniform(100, 135), self.random.uniform(0, 35), self.random.choice((1, 3, 8))
        box = f"{x:.3f},{y:.3f},{x + side:.3f},{y + side:.3f}"
        if kind < 0.5:
            return (f"/wms?service=WMS&version=1.3.0&request=GetMap&layers=units&styles=&crs=CRS:84&bbox={box}"
                    f"&width=1600&height=1200&format=image/png&transparent=true")
        if kind < 0.85:
            return f"/collections/units/items?f=json&limit=1000&bbox={box}"
        return self.random.choice(("/collections?f=json", "/collections/units?f=json", "/d/units", "/wms?service=WMS&request=GetCapabilities"))

    async def ask(self, path):
        """Status, seconds, and whether Retry-After was told; status 0 when there was no whole answer."""
        began = time.monotonic()
        try:
            status, retry = await asyncio.wait_for(self._ask(path), PATIENCE_S)
        except (OSError, EOFError, ValueError, asyncio.TimeoutError):
            status, retry = 0, False
        return status, time.monotonic() - began, retry

    async def _ask(self, path):
        if self.free:
            try:
                return await self._send(self.free.pop(), path)
            except (OSError, asyncio.IncompleteReadError) as error:
                # A connection that was idle may have been closed just now, as every client of HTTP knows.
                if getattr(error, "partial", b""):
                    raise
        return await self._send(await asyncio.open_connection(self.host, self.port), path)

    async def _send(self, connection, path):
        reader, writer = connection
        try:
            writer.write(f"GET {path} HTTP/1.1\r\nHost: soak\r\n\r\n".encode())
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            await _body(reader, head)
        except BaseException:
            writer.close()
            raise
        if "connection: close" in head:
            writer.close()
        else:
            self.free.append((reader, writer))
        return int(head.split(" ", 2)[1]), "retry-after:" in head

    def close(self):
        for _, writer in self.free:
            writer.close()
        self.free = []


async def _body(reader, head):
    if "content-length:" in head:
        await reader.readexactly(int(head.split("content-length:", 1)[1].split("\r\n", 1)[0]))
        return
    while "transfer-encoding: chunked" in head:
        size = int((await reader.readuntil(b"\r\n")).split(b";")[0], 16)
        await reader.readexactly(size + 2)
        if size == 0:
            return


async def closed(asker, workers, seconds=0, count=0):
    """So many clients that ask one thing after the other: what came back."""
    answers, until = [], time.monotonic() + seconds

    async def work():
        while len(answers) < count if count else time.monotonic() < until:
            answers.append(await asker.ask(asker.path()))
    await asyncio.gather(*(work() for _ in range(workers)))
    return answers


async def opened(asker, rate, seconds):
    """So many requests a second whether the ones before are answered or not: what came back, and when each was sent."""
    tasks, began = [], time.monotonic()

    async def one():
        sent = time.monotonic() - began
        return (*await asker.ask(asker.path()), sent)
    for number in range(int(rate * seconds)):
        wait = began + number / rate - time.monotonic()
        if wait > 0:
            await asyncio.sleep(wait)
        tasks.append(asyncio.create_task(one()))
    return await asyncio.gather(*tasks)


def share(values, part):
    values = sorted(values)
    return values[min(int(len(values) * part), len(values) - 1)] if values else 0.0


def milliseconds(seconds):
    return f"{seconds * 1000:.0f} ms"


def _survey(bench, rows=1_600):
    folder = bench.program.new(bench.folder / "data")
    bench.program.run("add", folder, inputs.geojson(bench.folder / "units.geojson", rows), "--id", "units").ok()
    return folder


def memory(bench):
    """N1: many mixed requests; memory after a warm-up does not grow."""
    count = bench.rounds(200_000, 3_000)
    result = Result("N1", f"{count:,} mixed requests".replace(",", " "))
    with Server(bench.program, _survey(bench)) as server:
        asker = Asker(server.listen)
        first = asyncio.run(closed(asker, 2 * CORES, count=count // 5))
        asker.free = []
        before = server.memory_bytes()
        rest = asyncio.run(closed(asker, 2 * CORES, count=count - count // 5))
        grown = server.memory_bytes() - before
    failed = [answer for answer in first + rest if answer[0] != 200]
    if failed:
        raise Loss(f"{len(failed)} of {count} were not answered well: {failed[:3]}")
    result.counts = {"answers": len(first) + len(rest), "MB after a fifth": before // 1_000_000, "MB grown": grown // 1_000_000}
    if grown > before * 0.05:
        result.remark(f"grown by {100 * grown // before} %, promised 5 % and 64 MiB")
    # The smaller a server is, the less a share of it says: memory up to the bound may come and go.
    if grown > 64 * 1024 * 1024:
        raise Loss(f"memory grew by {grown // 1_000_000} MB from {before // 1_000_000} MB")
    return result


async def _overload(asker, prober, bench, result):
    seconds = 10 if bench.quick else 60
    await closed(asker, 2 * CORES, seconds=SETTLES_S)
    best = await closed(asker, 4 * CORES, seconds=seconds / 3)
    peak = len(best) / (seconds / 3)
    calm = await opened(asker, peak / 2, seconds)
    normal = share([took for _, took, _, _ in calm], 0.99)
    errors = [answer for answer in calm if answer[0] != 200]
    result.counts.update({"requests a second at best": round(peak), "answers at half of it": len(calm), "errors": len(errors),
                          "p99 then": milliseconds(normal)})
    if errors:
        raise Loss(f"N2: {len(errors)} of {len(calm)} failed at half of what can be done: {errors[:3]}")
    health = asyncio.create_task(_watch(prober))
    flood = await opened(asker, 4 * peak, seconds)
    ended = time.monotonic()
    while time.monotonic() - ended < 30:
        again = await opened(asker, peak / 4, 2)
        if share([took for _, took, _, _ in again], 0.99) <= 1.5 * normal and all(answer[0] == 200 for answer in again):
            break
    recovered = time.monotonic() - ended
    health.cancel()
    return peak, normal, flood, recovered, seconds


async def _watch(prober):
    """Asks for health ten times a second until it is cancelled."""
    while True:
        prober.answers.append(await prober.ask("/healthz"))
        await asyncio.sleep(0.1)


def overload(bench):
    """N2, N3, N4: half of what can be done without an error; four times of it: as much is answered as at best, in good time, the rest is
    told so at once, and health is answered."""
    result = Result("N2/N3/N4", "half, then four times as many requests as can be answered; slow heads beside them")
    with Server(bench.program, _survey(bench)) as server:
        asker, prober, slow = Asker(server.listen), Asker(server.listen), Slow(server.listen, 200)
        prober.answers = []
        try:
            peak, normal, flood, recovered, seconds = asyncio.run(_overload(asker, prober, bench, result))
        finally:
            slow.end()
        server.alive()
    served = [took for status, took, _, _ in flood if status == 200]
    refused = [(took, told) for status, took, told, _ in flood if status == 503]
    settled = [(status, took) for status, took, _, sent in flood if sent > SETTLES_S]
    in_time = share([took for status, took in settled if status == 200], 0.99)
    told_in = share([took for status, took in settled if status == 503], 0.99)
    others = [status for status, *_ in flood if status not in (200, 503)]
    healthy = [took for status, took, _ in prober.answers if status == 200]
    figures = {
        "sent at four times": len(flood), "answered": len(served), "refused": len(refused),
        "goodput of the best": f"{100 * len(served) / (peak * seconds):.0f} %", "p99 of the answered, after the first 3 s": milliseconds(in_time),
        "p99 of the refused then": milliseconds(told_in),
        "normal again after": f"{recovered:.0f} s", "p99 of health": milliseconds(share(healthy, 0.99)),
    }
    result.counts.update(figures)
    for name, value, most in (("p99 of the answered, times normal", in_time / normal, 4), ("normal again, s", recovered, 12),
                              ("p99 of the refused, s", told_in, 0.25),
                              ("p99 of health, s", share(healthy, 0.99), 0.5)):
        if value > most:
            result.remark(f"{name}: {value:.2f}, promised {most}")
    if others or len(healthy) != len(prober.answers) or not all(told for _, told in refused):
        raise Loss(f"answers that are neither given nor refused: {others[:5]}, health {len(prober.answers) - len(healthy)} times not")
    return result


class Slow:
    """Clients that never end the heads of their requests."""

    def __init__(self, listen, count):
        host, port = listen.rsplit(":", 1)
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self._run, args=(host, int(port), count), daemon=True)
        self.thread.start()

    def _run(self, host, port, count):
        import socket
        open_now = []
        while not self.stop.wait(0.5):
            while len(open_now) < count:
                try:
                    stream = socket.create_connection((host, port), 5)
                    stream.sendall(b"GET / HTTP/1.1\r\nHost: soak\r\nX-Slow: ")
                    open_now.append(stream)
                except OSError:
                    break
            still = []
            for stream in open_now:
                try:
                    stream.sendall(b"x")
                    still.append(stream)
                except OSError:
                    stream.close()
            open_now = still
        for stream in open_now:
            stream.close()

    def end(self):
        self.stop.set()
        self.thread.join()


def start(bench):
    """N5: from the start of the program to the first good answer of /readyz, with nothing, with many layers, with many rows."""
    layers, rows = (1_000, 10_000) if not bench.quick else (50, 10_000)
    result = Result("N5", f"start to ready: nothing, {layers} datasets, one of {rows} rows")
    folders = {"empty": bench.program.new(bench.folder / "empty"), "datasets": bench.program.new(bench.folder / "many"),
               "rows": bench.program.new(bench.folder / "rows")}
    names = [f"wells-{number}" for number in range(layers)]
    bench.program.run("add", folders["datasets"], inputs.geopackage(bench.folder / "wells.gpkg", names, 10), timeout=1_200).ok()
    bench.program.run("add", folders["rows"], inputs.csv(bench.folder / "rows.csv", rows)).ok()
    for name, most in (("empty", 1), ("datasets", 5), ("rows", 5)):
        took = []
        for _ in range(3):
            began = time.monotonic()
            with Server(bench.program, folders[name]) as server:
                while server.get("/readyz")[0] != 200:
                    time.sleep(0.005)
                took.append(time.monotonic() - began)
        result.counts[name] = milliseconds(sorted(took)[1])
        if sorted(took)[1] > most:
            result.remark(f"{name}: {sorted(took)[1]:.2f} s, promised {most} s")
    return result


async def _until_stopped(asker, server, seconds):
    load = asyncio.create_task(closed(asker, 2 * CORES, seconds=seconds))
    await asyncio.sleep(seconds / 2)
    server.process.send_signal(signal.SIGTERM)
    began, unready = time.monotonic(), 0.0
    watcher = Asker(server.listen)
    while server.process.poll() is None and time.monotonic() - began < 40:
        if (await watcher.ask("/readyz"))[0] == 503 and not unready:
            unready = time.monotonic() - began
        await asyncio.sleep(0.005)
    ended = time.monotonic() - began
    load.cancel()
    return unready, ended


def stop(bench):
    """N6: SIGTERM under load: not ready at once, ended in good time."""
    result = Result("N6", "SIGTERM under load: from the signal to not ready, and to the end")
    folder, unready, ended = _survey(bench), [], []
    for _ in range(bench.rounds(20, 3)):
        with Server(bench.program, folder) as server:
            told, took = asyncio.run(_until_stopped(Asker(server.listen), server, 2))
            if server.process.poll() != 0:
                raise Loss(f"it ended with {server.process.poll()}")
            unready.append(told)
            ended.append(took)
    result.counts = {"stops": len(ended), "not ready after at most": milliseconds(max(unready)), "ended after at most": milliseconds(max(ended))}
    if max(ended) > 30:
        raise Loss(f"it took {max(ended):.0f} s to stop")
    return result


def slow_readers(bench):
    """F18: clients that ask for large answers and do not read; others are served meanwhile, memory stays, and all are let go."""
    import socket
    count = bench.rounds(500, 100)
    result = Result("F18", f"{count} clients that do not read what they asked for")
    with Server(bench.program, _survey(bench)) as server:
        host, port = server.listen.rsplit(":", 1)
        server.alive()
        time.sleep(1)
        before, own, clients = server.memory_bytes(), _sockets(server), []
        for _ in range(count):
            client = socket.socket()
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            client.connect((host, int(port)))
            client.sendall(b"GET /collections/units/items?f=json&limit=1600 HTTP/1.1\r\nHost: soak\r\n\r\n")
            clients.append(client)
        took = []
        for _ in range(50):
            began = time.monotonic()
            if json.loads(server.get("/collections/units/items?f=json&limit=5")[2])["numberReturned"] != 5:
                raise Loss("others are not served")
            took.append(time.monotonic() - began)
        grown = server.memory_bytes() - before
        began, left = time.monotonic(), count
        while left and time.monotonic() - began < 180:
            time.sleep(2)
            left = max(_sockets(server) - own, 0)
        result.counts = {"clients": count, "MB held for all": grown // 1_000_000, "p99 of others": milliseconds(share(took, 0.99)),
                         "let go after": f"{time.monotonic() - began:.0f} s", "left": left}
        if left:
            raise Loss(f"{left} clients that do not read still hold a connection")
        for client in clients:
            client.close()
    return result


def _sockets(server):
    """Sockets that the process has open, its own and those of clients."""
    count = 0
    for entry in os.scandir(f"/proc/{server.process.pid}/fd"):
        try:
            count += os.readlink(entry.path).startswith("socket:")
        except OSError:
            pass
    return count
