"""The servers under test: one with small data made for these tests, one with the demo."""
import os
import shutil
import subprocess
import tarfile

import pytest

import fixtures
from server import ROOT, Server, run


def missing(what):
    """A client that is not installed: a loud skip, a failure in CI."""
    if os.environ.get("CI"):
        pytest.fail(f"CI needs {what}")
    pytest.skip(f"{what} is not installed")


def unpack(archive, folder):
    """Unpacks one of our own archives. Python before 3.11.4 knows no filter; where there is one it is asked for."""
    with tarfile.open(archive) as opened:
        names = opened.getnames()
        opened.extractall(folder, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
    return names


@pytest.fixture(scope="session")
def gdal(tmp_path_factory):
    """Runs one of GDAL's programs and returns what it said."""
    if not shutil.which("gdal_translate"):
        missing("GDAL (Debian package gdal-bin)")

    cache = str(tmp_path_factory.mktemp("gdal") / "cache")

    def call(program, *arguments, **environment):
        # Tiles that GDAL keeps would otherwise lie in the folder where the tests are run.
        options = {**os.environ, "GDAL_HTTP_TIMEOUT": "60", "CPL_DEBUG": "OFF", "GDAL_DEFAULT_WMS_CACHE_PATH": cache, **environment}
        done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, timeout=300, env=options)
        assert done.returncode == 0, f"{program} {arguments}: {done.stderr}"
        return done.stdout

    return call


@pytest.fixture(scope="session")
def source(tmp_path_factory):
    """The files that are published, by the id of their dataset."""
    return fixtures.write(tmp_path_factory.mktemp("source"))


@pytest.fixture(scope="session")
def server(tmp_path_factory, source):
    """A server with the datasets of fixtures.py."""
    folder = tmp_path_factory.mktemp("server")
    data = folder / "data"
    run("init", data)
    for name, (path, options) in source.items():
        run("add", data, path, "--id", name, "--title", f"Title of {name}", *options)
    server = Server(["serve", data], folder / "log.txt").wait(300)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """A server with the demo data."""
    if os.environ.get("TERRANE_DEMO") == "no":
        pytest.skip("TERRANE_DEMO=no")
    folder = tmp_path_factory.mktemp("demo")
    server = Server(["demo", "--data", folder / "data", "--from", ROOT / "demo"], folder / "log.txt").wait(900)
    yield server
    server.stop()
