"""Starts and stops the program under test, and asks it questions."""
import os
import pathlib
import signal
import socket
import subprocess
import time

import requests

ROOT = pathlib.Path(__file__).resolve().parent.parent


def program():
    """The built program."""
    target = os.environ.get("CARGO_TARGET_DIR", str(ROOT / "target"))
    return os.environ.get("TERRANE", os.path.join(target, "debug", "terrane"))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run(*arguments):
    """Runs the program to its end and returns what it said."""
    done = subprocess.run([program(), *map(str, arguments)], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, f"terrane {arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


# How often a server is started anew because another program took its port in the meantime.
PORTS_TRIED = 5
# How long a server may take to end, its own patience with running answers (30 s) included.
END_SECONDS = 90


class Server:
    """A running server; `url` has no slash at its end."""

    def __init__(self, arguments, log, prefix=""):
        self.arguments, self.log, self.prefix = arguments, log, prefix
        self.session = requests.Session()
        self.start()

    def start(self):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}{self.prefix}"
        listen = ["--listen", f"127.0.0.1:{self.port}", "--public-url", self.url]
        with open(self.log, "w") as log:
            self.process = subprocess.Popen([program(), *map(str, self.arguments), *listen], stdout=log, stderr=subprocess.STDOUT)

    def said(self):
        return pathlib.Path(self.log).read_text()[-2000:]

    def wait(self, seconds):
        """Waits until it is ready; it may have so many seconds, which nobody needs but a busy machine."""
        end, tried = time.monotonic() + seconds, 1
        while time.monotonic() < end:
            if self.process.poll() is not None:
                assert "cannot be listened at" in self.said() and tried < PORTS_TRIED, f"the server ended: {self.said()}"
                tried += 1
                self.start()
            try:
                if self.session.get(f"{self.url}/readyz", timeout=30).status_code == 200:
                    return self
            except (requests.ConnectionError, requests.Timeout):
                pass
            time.sleep(0.1)
        raise AssertionError(f"the server was not ready after {seconds} s: {self.said()}")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError(f"the server did not end within {END_SECONDS} s of SIGTERM")

    def cpu_seconds(self):
        """The processor time that it has taken so far: unlike the clock it does not grow with what else the machine does."""
        # Fields 14 and 15 of proc(5), behind the name in brackets.
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def get(self, path, **parameters):
        """GET with parameters; `headers` are kept apart."""
        headers = parameters.pop("headers", {})
        return self.session.get(self.url + path, params=parameters, headers=headers, timeout=60)

    def json(self, path, **parameters):
        answer = self.get(path, **{"headers": {"Accept": "application/json"}, **parameters})
        assert answer.status_code == 200, f"{answer.url}: {answer.status_code} {answer.text[:500]}"
        return answer.json()

    def wms(self, version="1.3.0", **parameters):
        """A WMS request; keys may be given in lower case."""
        asked = {"SERVICE": "WMS", "VERSION": version, **{key.upper(): value for key, value in parameters.items()}}
        return self.get("/wms", **asked)

    def map(self, layers, crs, bbox, size, version="1.3.0", **more):
        """A GetMap whose bbox is given in the axis order of that version and CRS."""
        width, height = size
        name = "SRS" if version.startswith("1.1") else "CRS"
        asked = {"request": "GetMap", "layers": layers, "styles": "", name: crs, "bbox": ",".join(map(repr, bbox)), "width": width,
                 "height": height, "format": "image/png", "transparent": "TRUE", **more}
        return self.wms(version, **asked)
