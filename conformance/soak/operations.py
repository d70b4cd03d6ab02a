"""F22, F23, F27, F29: a second server, broken settings, signals under load, a log that cannot be written."""
import http.client
import signal
import threading
import time

from . import inputs
from .program import Refused, Server
from .verdict import Loss, Result


def _survey(bench):
    folder = bench.program.new(bench.folder / "data")
    bench.program.run("add", folder, inputs.geojson(bench.folder / "units.geojson", 500)).ok()
    return folder


def second_server(bench):
    """F22: it is refused and names the first, which goes on."""
    result = Result("F22", "a second server on one folder")
    folder = _survey(bench)
    with Server(bench.program, folder) as server:
        for _ in range(bench.rounds(10, 3)):
            try:
                Server(bench.program, folder, log=bench.folder / "second.log").kill()
                raise Loss("two servers run on one folder")
            except Refused as refused:
                if refused.code <= 0 or f"process {server.process.pid}" not in refused.said:
                    raise Loss(f"the second server is refused without naming the first: {refused}") from None
            server.alive()
            result.add("refused by name")
        server.stop()
    return result


def _broken(chance):
    """A settings file with a mistake at a random place."""
    lines = ["[site]", 'title = "Survey"', 'description = "Maps"', "[server]", 'listen = "127.0.0.1:8080"', "[editions]", "keep = 3",
             "[quota]", 'bytes = "1 GB"']
    at = chance.randrange(len(lines))
    bad = chance.choice(["???", "= 1", 'title = "', "[site", "keep = -1", "nothing_like_it = 1", "\x00", "[import]\nmemory = true", "[[server]]"])
    return "\n".join(lines[:at] + [bad] + lines[at:]).encode()


def settings(bench):
    """F23: broken files while serving change nothing and are told with their line."""
    result = Result("F23", "broken terrane.toml, at the start and while serving")
    folder = _survey(bench)
    file = folder / "terrane.toml"
    file.write_text('[site]\ntitle = "As it was"\n')
    with Server(bench.program, folder) as server:
        for number in range(bench.rounds(30, 10)):
            broken = bench.random.randbytes(200) if number % 5 == 4 else _broken(bench.random)
            file.write_bytes(broken)
            if bench.program.run("config", "check", folder).code == 0:
                continue
            said = server.said().count("stay as they were")
            server.process.send_signal(signal.SIGHUP)
            _until(lambda said=said: server.said().count("stay as they were") > said, "the log says that a broken file is not taken")
            if server.json("/")["title"] != "As it was":
                raise Loss(f"a broken file was taken: {broken!r}")
            result.add("refused while serving")
        server.stop()
    for _ in range(bench.rounds(30, 10)):
        file.write_bytes(_broken(bench.random))
        check = bench.program.run("config", "check", folder, "--json")
        if check.code == 0:
            continue
        try:
            Server(bench.program, folder, log=bench.folder / "start.log").kill()
            raise Loss(f"it started with a broken file: {file.read_bytes()!r}")
        except Refused as refused:
            line = check.json()["findings"][0]["line"]
            if refused.code <= 0 or f"line {line}" not in refused.said:
                raise Loss(f"the line is not named: {refused}") from None
        result.add("refused at the start")
    return result


def _until(is_so, what, seconds=30):
    end = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > end:
            raise Loss(f"it did not come to this within {seconds} s: {what}")
        time.sleep(0.02)


def _ask_until(stop, listen, results):
    """A client that asks as fast as it is answered, and counts answers that are broken."""
    while not stop.is_set():
        connection = http.client.HTTPConnection(listen, timeout=60)
        try:
            connection.request("GET", "/collections/units/items?limit=500")
            answer = connection.getresponse()
            body = answer.read()
            whole = answer.status == 200 and body.rstrip().endswith(b"}")
            results.append("whole" if whole else "turned away" if answer.status == 503 else f"{answer.status}")
        except (ConnectionRefusedError, ConnectionResetError):
            # Nobody listens any more, or the connection waited to be accepted when the listener went.
            results.append("not connected")
            return
        except http.client.RemoteDisconnected:
            results.append("not answered")
        except (http.client.HTTPException, OSError) as error:
            results.append(f"broken: {error!r}")
        finally:
            connection.close()


def signals(bench):
    """F27: SIGTERM under load breaks no answer; SIGHUP and SIGPIPE are no reason to stop; SIGINT twice stops at once."""
    result = Result("F27", "signals under load")
    folder = _survey(bench)
    for number in range(bench.rounds(20, 5)):
        server, stop, results = Server(bench.program, folder), threading.Event(), []
        clients = [threading.Thread(target=_ask_until, args=(stop, server.listen, results)) for _ in range(8)]
        for client in clients:
            client.start()
        time.sleep(bench.random.uniform(0.05, 0.4))
        for how in (signal.SIGHUP, signal.SIGPIPE):
            server.process.send_signal(how)
            server.alive()
        try:
            if number % 4 == 3:
                server.process.send_signal(signal.SIGINT)
                server.process.send_signal(signal.SIGINT)
                server.process.wait(30)
            else:
                server.stop()
        finally:
            server.kill()
            stop.set()
            for client in clients:
                client.join()
        broken = [it for it in results if it not in ("whole", "turned away", "not connected", "not answered")]
        if broken and number % 4 != 3:
            raise Loss(f"broken answers while it stops: {broken[:5]}")
        result.add("whole answers", results.count("whole"))
        for kind in ("turned away", "not connected", "not answered"):
            result.add(kind, results.count(kind))
        result.add("stops")
    result.counts["broken answers"] = 0
    return result


def log(bench):
    """F29: standard error on a full disk; requests are answered."""
    result = Result("F29", "a log that cannot be written")
    folder = _survey(bench)
    for _ in range(bench.rounds(5, 2)):
        server = Server(bench.program, folder, log="/dev/full", environment={"TERRANE_LOG": "trace"})
        with server:
            for path in ("/", "/nowhere", "/collections/units/items?limit=3", "/collections/units/items?limit=x"):
                status = server.get(path)[0]
                if status >= 500:
                    raise Loss(f"{path} is answered with {status} when the log cannot be written")
                result.add("answers")
            server.alive()
    return result
