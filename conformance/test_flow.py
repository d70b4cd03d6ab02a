"""Long answers: written while they are read, so that a client that reads slowly, or not at all, costs the server nothing."""
import csv
import io
import json
import pathlib
import socket
import time

import pytest
from fixtures import feature, point
from server import Server, run

ROWS = 10_000
TEXT_BYTES = 1_500


@pytest.fixture(scope="module")
def long_answers(tmp_path_factory):
    """A server whose page of 10 000 rows is 16 MB."""
    folder = tmp_path_factory.mktemp("flow")
    rows = [feature(at, point(100 + at % 100 / 10, 10 + at // 100 / 10), {"text": f"{at:06d}" * (TEXT_BYTES // 6)}) for at in range(ROWS)]
    (folder / "long.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": rows}))
    run("init", folder / "data")
    run("add", folder / "data", folder / "long.geojson", "--id", "long")
    server = Server(["serve", folder / "data"], folder / "log.txt").wait(300)
    yield server
    server.stop()


def test_a_long_page_is_whole_in_both_forms(long_answers):
    answer = long_answers.get("/collections/long/items", limit=ROWS, headers={"Accept": "application/geo+json"})
    assert answer.headers["transfer-encoding"] == "chunked" and "content-length" not in answer.headers
    page = answer.json()
    assert len({row["id"] for row in page["features"]}) == page["numberReturned"] == page["numberMatched"] == ROWS
    assert not [link for link in page["links"] if link["rel"] == "next"]
    table = list(csv.DictReader(io.StringIO(long_answers.get("/collections/long/items", limit=ROWS, f="csv").text)))
    assert len(table) == ROWS and all(len(row["text"]) == TEXT_BYTES for row in table)
    short = long_answers.get("/collections/long/items", limit=3, headers={"Accept": "application/geo+json", "Accept-Encoding": "identity"})
    assert int(short.headers["content-length"]) == len(short.content)


def test_pages_of_long_rows_follow_one_another(long_answers):
    path, seen = f"{long_answers.url}/collections/long/items?limit=3001&f=json", []
    while path:
        page = long_answers.session.get(path, timeout=60).json()
        seen += [row["id"] for row in page["features"]]
        path = next((link["href"] for link in page["links"] if link["rel"] == "next"), None)
    assert len(seen) == len(set(seen)) == ROWS


def memory_bytes(process):
    lines = pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS"))


def ask_and_read_nothing(server):
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect(("127.0.0.1", server.port))
    client.sendall(f"GET /collections/long/items?limit={ROWS} HTTP/1.1\r\nHost: x\r\nAccept: application/geo+json\r\n\r\n".encode())
    return client


def begun(server, client, seconds=120):
    """The client once its answer has begun; on a busy machine so many at once are told to ask again, and do."""
    end = time.monotonic() + seconds
    while (status := client.recv(15, socket.MSG_WAITALL)) != b"HTTP/1.1 200 OK":
        assert status.startswith(b"HTTP/1.1 503") and time.monotonic() < end, status
        client.close()
        time.sleep(1)
        client = ask_and_read_nothing(server)
    return client


def test_clients_that_do_not_read_cost_no_memory(long_answers):
    long_answers.get("/collections/long/items", limit=ROWS)
    before = memory_bytes(long_answers.process)
    clients = [begun(long_answers, client) for client in [ask_and_read_nothing(long_answers) for _ in range(30)]]
    # It must not go on making what nobody reads.
    time.sleep(1)
    grown = memory_bytes(long_answers.process) - before
    assert grown < 120_000_000, f"30 answers of 16 MB that nobody reads take {grown / 1e6:.0f} MB"
    assert long_answers.get("/collections/long/items", limit=1).status_code == 200
    for client in clients:
        client.close()
