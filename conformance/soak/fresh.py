"""F26: after a change every answer is new and has a new tag; nobody is told “not modified” of something that was."""
from . import inputs, published
from .program import Server
from .verdict import Loss, Result

QUESTIONS = ("/collections/units/items?limit=5", "/collections/units?f=json", "/d/units", "/collections?f=json", published.MAP.format("units"))


def changes(bench):
    result = Result("F26", "changes of data and words, then the same questions with the old tags")
    folder = bench.program.new(bench.folder / "data")
    editions = [inputs.geojson(bench.folder / "one.geojson", 50, "old"), inputs.geojson(bench.folder / "two.geojson", 900, "new")]
    bench.program.run("add", folder, editions[0], "--id", "units").ok()
    with Server(bench.program, folder) as server:
        for number in range(bench.rounds(100, 15)):
            before = {question: server.get(question) for question in QUESTIONS}
            data = number % 3 != 2
            if data:
                editions.reverse()
                bench.program.run("add", folder, editions[0], "--id", "units", "--replace").ok()
            else:
                bench.program.run("edit", folder, "units", "--title", f"Units {number}").ok()
            for question, (_, headers, body) in before.items():
                _check(server, (question, headers["etag"], body, data), result)
            result.add("changes")
        server.stop()
    result.counts["old answers"] = 0
    return result


def _check(server, what, result):
    question, tag, old, data = what
    status, headers, body = server.get(question, If_None_Match=tag)
    shows_it = data if "GetMap" in question or "items" in question else not data
    if shows_it and status == 304:
        raise Loss(f"{question} is said to be as before, and it is not")
    if shows_it and (body == old or headers.get("etag") == tag):
        raise Loss(f"{question} is answered as before the change, with tag {headers.get('etag')}")
    if server.get(question, If_None_Match=headers.get("etag", tag))[0] != 304:
        result.add("new tags not recognised")
    result.add("questions")
