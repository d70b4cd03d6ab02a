"""A short run of the soak with fixed seeds: a few kills, failing calls, damaged files. `make soak` does the rest."""
import argparse
import pathlib

import pytest

from server import ROOT, program
from soak import damage, faults, fresh, kills, load, operations
from soak.bench import Bench
from soak.program import Program

SHORT = {
    "kills of a command": (kills.at_rest, 8),
    "kills of a server": (kills.through_a_server, 4),
    "damaged files": (damage.files, 6),
    "a damaged catalogue": (damage.catalogue, 4),
    "signals under load": (operations.signals, 2),
    "changes and tags": (fresh.changes, 3),
    "a stop under load": (load.stop, 1),
    "memory of many requests": (load.memory, 500),
}


def bench(folder, rounds):
    options = argparse.Namespace(quick=True, rounds=rounds, corpus=None, root=pathlib.Path(ROOT))
    return Bench(Program(program()), folder / "soak", "7", options)


@pytest.mark.parametrize("name", SHORT)
def test_nothing_is_lost(tmp_path, name):
    scenario, rounds = SHORT[name]
    result = scenario(bench(tmp_path, rounds))
    assert not result.skipped and result.counts


def test_failing_calls_are_told_and_undone(tmp_path):
    quick = bench(tmp_path, 0)
    quick.options.step = 60
    result = faults.every_call(quick)
    if result.skipped:
        pytest.skip(result.skipped)
    assert result.counts["calls failed"] > 5
