"""`python3 -m soak`: runs the scenarios one after the other, prints what each came to, and ends with 1 at the first loss."""
import argparse
import os
import pathlib
import random
import shutil
import sys
import tempfile
import time
import traceback

from . import damage, faults, fresh, full, fuzz, growing, hostile, kills, load, operations, report
from .bench import Bench
from .program import Program
from .verdict import Loss

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent

SCENARIOS = {
    "kill-add": kills.at_rest,
    "kill-serve": kills.through_a_server,
    "kill-amend": growing.amend_kills,
    "merged": growing.merged,
    "slow-input": kills.slow_input,
    "disk-full": full.disk,
    "file-limit": full.file_limit,
    "faults": faults.every_call,
    "damage": damage.files,
    "catalogue": damage.catalogue,
    "second-server": operations.second_server,
    "settings": operations.settings,
    "signals": operations.signals,
    "log": operations.log,
    "fresh": fresh.changes,
    "hostile": hostile.corpus,
    "memory": load.memory,
    "overload": load.overload,
    "start": load.start,
    "stop": load.stop,
    "slow-readers": load.slow_readers,
    "fuzz": fuzz.targets,
}


def arguments():
    parser = argparse.ArgumentParser(prog="tools/soak.sh", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few minutes instead of an hour")
    parser.add_argument("--only", action="append", choices=SCENARIOS, metavar="NAME", help="one of: " + ", ".join(SCENARIOS))
    parser.add_argument("--seed", type=int, default=None, help="repeat a run")
    parser.add_argument("--rounds", type=int, default=0, help="how often each thing is done")
    parser.add_argument("--corpus", type=pathlib.Path, help="a folder of hostile files; made when it is not given")
    parser.add_argument("--write", action="store_true", help="write the figures into docs/reliability.md")
    parser.add_argument("--keep", action="store_true", help="keep the folder with what was made")
    return parser.parse_args()


def main():
    options = arguments()
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1_000_000)
    target = os.environ.get("CARGO_TARGET_DIR", str(ROOT / "target"))
    built = pathlib.Path(os.environ.get("TERRANE", os.path.join(target, "debug", "terrane")))
    options.root = ROOT
    folder = pathlib.Path(tempfile.mkdtemp(prefix="terrane-soak."))
    # A copy, so that a new build does not change the program in the middle of a run.
    program = Program(shutil.copy2(built, folder / "terrane"))
    print(f"seed {seed}, {built}, in {folder}", flush=True)
    results, lost = [], False
    for name in options.only or SCENARIOS:
        began = time.monotonic()
        try:
            result = SCENARIOS[name](Bench(program, folder / name, f"{seed}-{name}", options))
        except Loss as loss:
            print(f"LOST in {name} (seed {seed}): {loss}\n  look in {folder / name}", flush=True)
            lost = True
            break
        except Exception:  # a mistake in the scenario, or an answer that it did not foresee
            traceback.print_exc()
            print(f"BROKEN in {name} (seed {seed})\n  look in {folder / name}", flush=True)
            lost = True
            break
        results.append((result, time.monotonic() - began))
        print(f"{name:<14} {result.line()}  [{results[-1][1]:.0f} s]", flush=True)
        for remark in result.remarks:
            print(f"  note: {remark}", flush=True)
        if not options.keep:
            shutil.rmtree(folder / name, ignore_errors=True)
    if options.write and not lost:
        report.write(ROOT, results, seed, options)
    if not lost and not options.keep:
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if lost else 0


sys.exit(main())
