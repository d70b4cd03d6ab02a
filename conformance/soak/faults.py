"""F09: every call that changes something on the disk fails once, one after the other, and the disk is full from every call on."""
import os
import pathlib
import shutil
import subprocess

from . import inputs
from .verdict import Loss, Result

MODES = ("eio", "full")


def shim(bench, result):
    """The library that lets calls fail, built now; nothing when there is no compiler."""
    compiler = shutil.which("cc")
    if not compiler:
        result.skipped = "there is no C compiler (cc)"
        return None
    library = bench.folder / "fault.so"
    source = pathlib.Path(__file__).parent / "fault.c"
    subprocess.run([compiler, "-O1", "-Wall", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    return library


class Change:
    """A command that changes a data folder, and how the folder is before and after."""

    def __init__(self, name, arguments, before, after):
        self.name, self.arguments, self.before, self.after = name, arguments, before, after


def every_call(bench):
    result = Result("F09", "each write, fsync, rename … fails once; the disk is full from each on")
    library = shim(bench, result)
    if not library:
        return result
    base = bench.program.new(bench.folder / "base")
    few, more = inputs.csv(bench.folder / "few.csv", 20), inputs.csv(bench.folder / "more.csv", 25)
    layers = inputs.geopackage(bench.folder / "two.gpkg", ["one", "other"], 10)
    grid = inputs.tiff(bench.folder / "grid.tif", 40, 1)
    old, kept = ("rows", 20, "Rows"), ("kept", 20, "Kept")
    new = ("rows", 25, "Rows")
    changes = [
        Change("add", ["add", "DATA", more, "--id", "fresh"], (kept, old), (("fresh", 25, "more"), kept, old)),
        Change("add --replace", ["add", "DATA", more, "--id", "rows", "--replace"], (kept, old), (kept, new)),
        Change("add two layers", ["add", "DATA", layers], (kept, old), (kept, ("one", 10, "one"), ("other", 10, "other"), old)),
        Change("add grid", ["add", "DATA", grid], (kept, old), (("grid", None, "grid"), kept, old)),
        Change("edit", ["edit", "DATA", "rows", "--title", "Renamed"], (kept, old), (kept, ("rows", 20, "Renamed"))),
        Change("remove", ["remove", "DATA", "rows"], (kept, old), (kept,)),
    ]
    for name in ("kept", "rows"):
        bench.program.run("add", base, few, "--id", name, "--title", name.title()).ok()
    for change in changes:
        for mode in MODES:
            _fail_each(bench, (library, base, change, mode), result)
    result.counts["lost"] = 0
    return result


def _fail_each(bench, what, result):
    """N = 1, 2, … until a run passes that no call failed in."""
    step = bench.step(11)
    number = 1 + bench.random.randrange(step)
    while True:
        fired = _fail_one(bench, what, number, result)
        if not fired:
            return
        number += step


def _fail_one(bench, what, number, result):
    library, base, change, mode = what
    folder, report = bench.folder / "data", bench.folder / "report"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(base, folder)
    report.unlink(missing_ok=True)
    arguments = [folder if it == "DATA" else it for it in change.arguments]
    faulty = {"LD_PRELOAD": library, "FAULT_BELOW": folder, "FAULT_NTH": number, "FAULT_MODE": mode, "FAULT_REPORT": report}
    ran = bench.program.run(*arguments, environment={key: str(value) for key, value in faulty.items()})
    lines = report.read_text().splitlines() if report.exists() else []
    failed = [line for line in lines if not line.startswith("calls ")]
    if not failed:
        if number == 1:
            raise Loss("the library that lets calls fail was not loaded")
        if ran.code != 0:
            raise Loss(f"no call failed, and {ran}")
        return False
    where = f"{change.name}, {mode}, call {number} ({failed[0].replace(os.fspath(folder), 'DATA')})"
    result.add("calls failed")
    _check(bench, (folder, change, where), ran, result)
    return True


def _check(bench, what, ran, result):
    """The old state or the new one; done only when it said so; then the same command works, and nothing is wrong."""
    folder, change, where = what
    if ran.code < 0 or "panicked" in ran.err:
        raise Loss(f"{where}: {ran}")
    now = _state(bench, folder, where)
    if now not in (change.before, change.after):
        raise Loss(f"{where}: the folder is {now}, which is neither {change.before} nor {change.after}; {ran}")
    if ran.code == 0 and now != change.after:
        raise Loss(f"{where}: it said that it was done, and the folder is {now}")
    result.add("done in spite of it" if ran.code == 0 else "told and undone" if now == change.before else "told and done")
    if ran.code != 0:
        if not ran.err.strip():
            raise Loss(f"{where}: it failed and says nothing")
        if ", full," in where and "disk is full" not in ran.err:
            result.add("without the words “disk is full”")
            result.remark(f"unclear when the disk is full: {ran.err.strip().splitlines()[0][:160]}")
    if now == change.before:
        arguments = [folder if it == "DATA" else it for it in change.arguments]
        again = bench.program.run(*arguments)
        if again.code != 0:
            raise Loss(f"{where}: after it failed, {again}")
        if (now := _state(bench, folder, where)) != change.after:
            raise Loss(f"{where}: after it failed, the same command left {now}, not {change.after}")
    checks = bench.program.run("doctor", folder, "--json").json()
    if checks["wrong"]:
        raise Loss(f"{where}: the doctor finds {[check for check in checks['checks'] if check['state'] == 'wrong']}")


def _state(bench, folder, where):
    """Datasets with their rows and titles, in order."""
    listed = bench.program.run("list", folder, "--json")
    if listed.code != 0:
        raise Loss(f"{where}: afterwards {listed}")
    value = listed.json()
    if value["problems"]:
        raise Loss(f"{where}: left out are {value['problems']}")
    return tuple((it["id"], it["rows"], it["title"]) for it in value["datasets"])
