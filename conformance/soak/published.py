"""What a data folder publishes, looked at from outside: the list, every row through HTTP, the folder itself, the doctor."""
import pathlib

from .verdict import Loss

MAP = "/wms?SERVICE=WMS&VERSION=1.3.0&REQUEST=GetMap&LAYERS={}&STYLES=&CRS=CRS:84&BBOX=99,-1,145,41&WIDTH=64&HEIGHT=64&FORMAT=image/png"


class Kind:
    """A thing to publish in two editions: which datasets it makes, and how many rows each edition has (0: it is a grid)."""

    def __init__(self, name, files, rows, ids=None, options=(), map_id=None, licence=""):
        self.name, self.files, self.rows, self.options, self.map_id, self.licence = name, files, rows, list(options), map_id, licence
        self.ids = ids or [name]
        # The edition that was there when it was last looked at.
        self.seen = None

    def arguments(self, edition, replace):
        named = ["--licence", self.licence] if self.licence else []
        named += [] if self.map_id or self.licence else ["--id", self.name]
        return [self.files[edition], *named, *self.options, *(["--replace"] if replace else [])]


def listed(program, folder):
    """What the program lists: datasets and maps by their ids. Nothing may be left out."""
    value = program.run("list", folder, "--json").ok().json()
    if value["problems"]:
        raise Loss(f"what is published cannot be opened: {value['problems']}")
    return {it["id"]: it for it in value["datasets"]}, {it["id"] for it in value["maps"]}


def edition(kind, datasets, maps, server):
    """Which edition is there: None for nothing, else 0 or 1; anything between is a loss."""
    there = [name for name in kind.ids if name in datasets]
    if not there:
        if kind.map_id in maps:
            raise Loss(f"map {kind.map_id} is there without its datasets")
        return None
    if len(there) < len(kind.ids) or (kind.map_id and kind.map_id not in maps):
        raise Loss(f"{kind.name} is half there: {there} of {kind.ids}, maps {maps}")
    if any(datasets[name]["licence"] != kind.licence for name in there):
        raise Loss(f"{kind.name} is there without the licence that was given with it")
    if not any(kind.rows):
        return original(kind, server)
    for number, rows in enumerate(kind.rows):
        if all(datasets[name]["rows"] == rows for name in kind.ids):
            return number
    raise Loss(f"{kind.name} has {[datasets[name]['rows'] for name in kind.ids]} rows; an edition has one of {kind.rows}")


def original(kind, server):
    """Which edition of a grid is there, told by the file that it was made of, which must be whole."""
    for number, path in enumerate(kind.files):
        status, _, body = server.get(f"/d/{kind.name}/files/{path.name}")
        if status == 200 and body == path.read_bytes():
            return number
    raise Loss(f"{kind.name} has neither of its two originals")


def readable(server, kind, number):
    """The datasets are served in that edition: the count, the last row, a picture."""
    for name in kind.ids:
        if kind.rows[number]:
            page = server.json(f"/collections/{name}/items?limit=2")
            if page["numberMatched"] != kind.rows[number] or len(page["features"]) != 2:
                raise Loss(f"{name} is served with {page['numberMatched']} rows, not {kind.rows[number]}")
        status, headers, body = server.get(MAP.format(name))
        if status != 200 or headers["content-type"] != "image/png" or not body.startswith(b"\x89PNG"):
            raise Loss(f"the picture of {name} is answered with {status}: {body[:300]!r}")
    if kind.map_id and server.get(f"/maps/{kind.map_id}")[0] != 200:
        raise Loss(f"map {kind.map_id} is not served")


def tidy(program, folder, result):
    """After a start nothing unfinished is left, and the doctor has nothing to complain about."""
    drafts = pathlib.Path(folder) / "drafts"
    left = list(drafts.iterdir()) if drafts.is_dir() else []
    if left:
        raise Loss(f"drafts are left after a start: {left}")
    checks = program.run("doctor", folder, "--json").json()
    if checks["wrong"]:
        raise Loss(f"the doctor finds: {[check for check in checks['checks'] if check['state'] == 'wrong']}")
    known, _ = listed(program, folder)
    orphans = [path.name for path in (pathlib.Path(folder) / "datasets").iterdir() if path.name not in known]
    if orphans:
        raise Loss(f"data that no dataset has is left after a start: {orphans}")
    marks = [path.name for path in (pathlib.Path(folder) / "datasets").glob("*/*.pending")]
    if marks:
        raise Loss(f"revisions are still marked after a start: {marks}")
