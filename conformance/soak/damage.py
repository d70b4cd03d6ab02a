"""F11, F12: files of published datasets and the catalogue are damaged, under a running server and at rest."""
import http.client
import shutil
import subprocess

from . import inputs, published
from .program import Refused, Server
from .verdict import Loss, Result

WAYS = ("flip a bit", "overwrite a page", "cut off the end", "empty", "remove")


def break_file(path, way, chance):
    """Damages a file in place, as a bad disk would."""
    size = path.stat().st_size
    if way == "remove":
        path.unlink()
        return
    at = chance.randrange(size)
    with open(path, "r+b") as file:
        if way == "flip a bit":
            file.seek(at)
            byte = file.read(1)[0]
            file.seek(at)
            file.write(bytes([byte ^ 1 << chance.randrange(8)]))
        elif way == "overwrite a page":
            file.seek(at // 4096 * 4096)
            file.write(chance.randbytes(min(4096, size - at // 4096 * 4096)))
        else:
            file.truncate(0 if way == "empty" else at)


def _survey(bench):
    """A folder with a dataset of each kind, and what each is asked."""
    folder = bench.program.new(bench.folder / "whole")
    files = [inputs.csv(bench.folder / "points.csv", 3_000), inputs.geojson(bench.folder / "units.geojson", 400),
             inputs.tiff(bench.folder / "relief.tif", 200, 1)]
    for path in files:
        bench.program.run("add", folder, path).ok()
    return folder, [path.stem for path in files]


def _questions(name):
    every = [published.MAP.format(name), f"/d/{name}", f"/collections/{name}?f=json"]
    return every + ([] if name == "relief" else [f"/collections/{name}/items?limit=10000&f=csv", f"/collections/{name}/items?limit=3&f=csv"])


def _answers(server, name):
    return {question: (lambda got: (got[0], got[2]))(server.get(question)) for question in _questions(name)}


def files(bench):
    """F11: only that dataset suffers, the process lives, the doctor names it; what is served wrongly without a word is counted."""
    result = Result("F11", "damaged files of one dataset, others beside it")
    whole, names = _survey(bench)
    with Server(bench.program, whole, log=bench.folder / "log") as server:
        right = {name: _answers(server, name) for name in names}
        server.stop()
    folder = bench.folder / "damaged"
    for number in range(bench.rounds(100, 20)):
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(whole, folder)
        name, way, running = names[number % 3], WAYS[number // 3 % 5], bench.random.random() < 0.5
        mine = sorted(path for path in (folder / "datasets" / name).rglob("*") if path.is_file() and path.stat().st_size)
        victim = bench.random.choice(mine)
        where = f"{way} {victim.relative_to(folder)} {'under a server' if running else 'at rest'}"
        if running:
            with Server(bench.program, folder, log=bench.folder / "log") as server:
                # Some of it has been read before, some has not.
                if bench.random.random() < 0.5:
                    _answers(server, name)
                break_file(victim, way, bench.random)
                outcome = _judged_alive(server, (name, names, right, where))
        else:
            break_file(victim, way, bench.random)
            outcome = None
        if outcome is None:
            with Server(bench.program, folder, log=bench.folder / "log") as server:
                outcome = _judge(server, (name, names, right, where))
                server.stop()
        result.add(outcome)
        _doctor(bench, (folder, name, victim.name, where, outcome), result)
    result.counts.update({"others hurt": 0})
    return result


def _judged_alive(server, what):
    """As `_judge`, for a file that was damaged under the server, which must live."""
    try:
        outcome = _judge(server, what)
        server.stop()
        return outcome
    except (http.client.HTTPException, OSError, Loss) as error:
        try:
            code = server.process.wait(5)
        except subprocess.TimeoutExpired:
            code = None
        if isinstance(error, Loss):
            raise
        raise Loss(f"{what[3]}: the server ended with {code}: {error!r}") from None


def _judge(server, what):
    """What became of the damaged dataset; everything else must be as before."""
    name, names, right, where = what
    for other in names:
        if other != name and _answers(server, other) != right[other]:
            raise Loss(f"{where}: “{other}” suffers from the damage of “{name}”")
    now = _answers(server, name)
    server.alive()
    for question, (status, body) in now.items():
        left_out = status == 404 or b"LayerNotDefined" in body
        if status < 500 and status != 200 and not left_out:
            raise Loss(f"{where}: {question} is answered with {status}: {body[:300]!r}")
    if all(now[question] == right[name][question] for question in now):
        return "served right"
    wrong = [question for question, (status, body) in now.items() if status == 200 and body != right[name][question][1]]
    return "served wrongly without a word" if wrong else "refused or left out"


def _doctor(bench, what, result):
    folder, name, file, where, outcome = what
    checks = bench.program.run("doctor", folder, "--json")
    found = [f"{check['what']}: {check['say']}" for check in checks.json()["checks"] if check["state"] == "wrong"]
    if any(name in text or file in text for text in found):
        result.add("named by the doctor")
    elif outcome != "served right":
        result.add("not seen by the doctor")
        kind = "an original" if "/original/" in where else file
        result.remark(f"not seen by the doctor: {where.split(' datasets/')[0]}, {kind}")


def catalogue(bench):
    """F12: the program refuses to start and says what to do, or it serves what was there; never less without a word."""
    result = Result("F12", "damaged catalogue.sqlite")
    whole, names = _survey(bench)
    folder = bench.folder / "damaged"
    for number in range(bench.rounds(50, 12)):
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(whole, folder)
        for part in ("catalogue.sqlite-wal", "catalogue.sqlite-shm"):
            (folder / part).unlink(missing_ok=True)
        way = WAYS[number % 5]
        if way == "flip a bit" and number % 10 >= 5:
            way = "overwrite a page"
        break_file(folder / "catalogue.sqlite", way, bench.random)
        where = f"{way} of catalogue.sqlite"
        try:
            server = Server(bench.program, folder, log=bench.folder / f"log-{number}")
        except Refused as refused:
            if refused.code <= 0 or "panicked" in refused.said or not refused.said.strip():
                raise Loss(f"{where}: {refused}") from None
            result.add("refused")
            if not any(word in refused.said for word in ("restore", "backup", "init")):
                result.remark(f"no way back is told: {(refused.say or refused.said)[:160]}")
            continue
        with server:
            listed = bench.program.run("list", folder, "--json").json()
            known = {it["id"] for it in listed["datasets"]} | {it["id"].split("/")[0] for it in listed["problems"]}
            server.alive()
            if known != set(names):
                doctor = bench.program.run("doctor", folder, "--json")
                if doctor.code == 0:
                    raise Loss(f"{where}: {sorted(set(names) - known)} are gone and nobody says so")
                result.add("served less, the doctor says why")
                result.remark(f"{where}: {sorted(set(names) - known)} are left out, only the doctor says why")
            else:
                result.add("served whole")
    result.counts["silent losses"] = 0
    return result
