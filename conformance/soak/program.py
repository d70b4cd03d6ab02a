"""The program under test: runs commands, starts servers in process groups of their own, kills them, asks them over HTTP."""
import http.client
import json
import os
import pathlib
import signal
import subprocess

from .verdict import Loss

# Seconds after which a command is taken to hang, on a machine that is busy with other things.
HANGS_AFTER_S = 120


class Program:
    """The built program."""

    def __init__(self, path):
        self.path = str(path)

    def start(self, *arguments, cwd=None, **options):
        """A running command, the leader of its own process group."""
        environment = {key: value for key, value in os.environ.items() if not key.startswith("TERRANE_LOG")}
        environment.update(options.pop("environment", {}))
        return subprocess.Popen([self.path, *map(str, arguments)], cwd=cwd, env=environment, stdin=subprocess.DEVNULL,
                                start_new_session=True, **options)

    def run(self, *arguments, cwd=None, timeout=HANGS_AFTER_S, **options):
        """A command run to its end."""
        process = self.start(*arguments, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)
        try:
            out, err = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            kill(process)
            raise Loss(f"terrane {' '.join(map(str, arguments))} did not end within {timeout} s") from None
        return Ran(arguments, process.returncode, out.decode(errors="replace"), err.decode(errors="replace"))

    def new(self, folder):
        """A new data folder."""
        self.run("init", folder).ok()
        return pathlib.Path(folder)


class Ran:
    """What a command came to."""

    def __init__(self, arguments, code, out, err):
        self.arguments, self.code, self.out, self.err = arguments, code, out, err

    def ok(self):
        if self.code != 0:
            raise Loss(f"{self}")
        return self

    def json(self):
        try:
            return json.loads(self.out)
        except ValueError:
            raise Loss(f"no JSON: {self}") from None

    def __str__(self):
        said = f"{self.out}\n{self.err}".strip()[-1500:]
        return f"terrane {' '.join(map(str, self.arguments))} ended with {self.code}: {said}"


def kill(process, how=signal.SIGKILL):
    """Sends a signal to the whole group and waits for its end."""
    if process.poll() is None:
        try:
            os.killpg(process.pid, how)
        except ProcessLookupError:
            pass
        process.wait()
    for stream in (process.stdout, process.stderr):
        if stream:
            stream.close()
    return process.returncode


def _json(text):
    try:
        return json.loads(text)
    except ValueError:
        return None


class Server:
    """A running server of a data folder."""

    def __init__(self, program, folder, *more, log=None, **options):
        self.log = pathlib.Path(log or f"{folder}.log")
        with open(self.log, "ab") as err:
            self.process = program.start("serve", folder, "--listen", "127.0.0.1:0", "--json",
                                         "--public-url", "http://soak.example", *more,
                                         stdout=subprocess.PIPE, stderr=err, **options)
        said, about = b"", None
        while about is None:
            line = self.process.stdout.readline()
            said += line
            about = _json(said)
            if about is None and not line:
                break
        if about is None or "listen" not in about:
            self.process.wait()
            raise Refused(self.process.returncode, about, said.decode(errors="replace") + self.said())
        self.listen = about["listen"]

    def said(self):
        return self.log.read_text(errors="replace")

    def get(self, path, **headers):
        """One request on a connection of its own: status, headers in lower case, body."""
        connection = http.client.HTTPConnection(self.listen, timeout=60)
        try:
            connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def json(self, path):
        status, _, body = self.get(path, Accept="application/json")
        if status != 200:
            raise Loss(f"{path} is answered with {status}: {body[:500]!r}")
        return json.loads(body)

    def alive(self):
        if self.process.poll() is not None:
            raise Loss(f"the server ended by itself with {self.process.returncode}: {self.said()[-1500:]}")
        if self.get("/healthz")[0] != 200:
            raise Loss("the server is not healthy")

    def memory_bytes(self):
        """Memory of the process that cannot be given back, as the kernel counts it."""
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        return 0

    def kill(self):
        return kill(self.process)

    def stop(self):
        """Asks it to stop; it must do so, and well."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.communicate(timeout=40)
        except subprocess.TimeoutExpired:
            self.kill()
            raise Loss("the server did not end within 40 s of SIGTERM") from None
        if self.process.returncode != 0:
            raise Loss(f"told to stop, the server ended with {self.process.returncode}: {self.said()[-1500:]}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()


class Refused(Exception):
    """The server did not start."""

    def __init__(self, code, about, said):
        super().__init__(f"the server ended with {code}: {said[-1500:]}")
        self.code, self.said = code, said
        self.say = (about or {}).get("error", {}).get("say", "")
