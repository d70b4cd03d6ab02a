"""What reads strangers' bytes, fed with bytes changed by chance: `terrane-fuzz` does it, a process for each target."""
import os
import pathlib
import subprocess

from .verdict import Loss, Result


def targets(bench):
    result = Result("fuzzing", "inputs changed by chance, to every parser, the drawing of shapes, the encoders and the router")
    program = os.environ.get("TERRANE_FUZZ")
    if not program or not pathlib.Path(program).exists():
        result.skipped = "terrane-fuzz is not built"
        return result
    names = subprocess.run([program, "--list"], capture_output=True, text=True, check=True).stdout.split()
    seconds, seed = bench.rounds(60, 5), bench.random.randrange(1_000_000)
    for name in names:
        run = subprocess.run([program, "--target", name, "--seconds", str(seconds), "--seed", str(seed), "--found", str(bench.folder / "found")],
                             capture_output=True, text=True, check=False)
        if run.returncode:
            raise Loss(f"{name}, seed {seed}: {run.stdout[-300:]} {run.stderr[-600:]}")
        _, inputs, slowest = run.stdout.strip().splitlines()[-1].split("\t")
        result.counts[name] = int(inputs.split()[0])
        if int(slowest.split()[0]) > 2000:
            result.remark(f"{name}: the slowest input took {slowest.split()[0]} ms")
    result.counts["findings"] = 0
    return result
