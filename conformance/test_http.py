"""What caches, proxies and browsers rely on: validators, languages, compression, the public address."""
import html
import json

import pytest
from pictures import drawn, picture
from server import Server


def test_an_answer_that_did_not_change_is_not_sent_again(server):
    for path in ("/collections/marks/items?limit=5", "/wms?SERVICE=WMS&VERSION=1.3.0&REQUEST=GetMap&LAYERS=marks&STYLES=&CRS=EPSG:4326"
                 "&BBOX=30,130,40,140&WIDTH=64&HEIGHT=64&FORMAT=image/png"):
        first = server.session.get(server.url + path, timeout=30)
        tag = first.headers.get("etag")
        if tag is None:
            pytest.fail(f"{path} has no ETag")
        again = server.session.get(server.url + path, headers={"If-None-Match": tag}, timeout=30)
        assert again.status_code == 304 and not again.content, path


def test_answers_are_compressed_when_asked(server):
    answer = server.session.get(f"{server.url}/collections/many/items?limit=1000", headers={"Accept-Encoding": "gzip"}, stream=True, timeout=30)
    assert answer.headers.get("content-encoding") == "gzip"
    assert len(answer.raw.read()) < 60_000
    plain = server.session.get(f"{server.url}/collections/many/items?limit=1000", headers={"Accept-Encoding": "identity"}, timeout=30)
    assert "content-encoding" not in plain.headers and len(plain.content) > 100_000
    png = server.map("marks", "EPSG:4326", (30, 130, 40, 140), (256, 256))
    assert "content-encoding" not in png.headers, "pictures are compressed already"


def test_titles_come_in_the_language_asked(demo):
    def title(name, **asked):
        return demo.json(f"/collections/{name}", **asked)["title"]
    assert title("countries", lang="ja") == "国・地域"
    assert title("countries", lang="th") == "ประเทศและดินแดน"
    assert title("countries", lang="xx") == title("countries", lang="en") == "Countries and areas"
    japanese = demo.get("/collections/countries", headers={"Accept": "application/json", "Accept-Language": "ja-JP, en;q=0.5"})
    assert japanese.json()["title"] == "国・地域"


def test_links_carry_the_public_address_and_its_path_is_answered(server, tmp_path, source):
    from server import run
    data = tmp_path / "data"
    run("init", data)
    run("add", data, source["marks"][0], "--id", "marks", "--key", "number")
    behind = Server(["serve", data], tmp_path / "log.txt", prefix="/geo").wait(300)
    try:
        for path in ("/", "/collections", "/collections/marks/items"):
            for link in behind.json(path)["links"]:
                assert link["href"].startswith(behind.url), link
        cut = behind.session.get(f"http://127.0.0.1:{behind.port}/collections/marks/items", headers={"Accept": "application/json"}, timeout=30)
        assert cut.status_code == 200, "a proxy may cut the path off"
        assert all(link["href"].startswith(behind.url) for link in cut.json()["links"])
        page = behind.get("/d/marks", headers={"Accept": "text/html"})
        assert page.status_code == 200 and 'href="/collections' not in page.text
        capabilities = behind.get("/wms", SERVICE="WMS", REQUEST="GetCapabilities").text
        assert f"{behind.url}/" in capabilities and f"http://127.0.0.1:{behind.port}/wms" not in capabilities
    finally:
        behind.stop()


def test_a_map_is_a_layer_that_draws_all_of_its_own(demo):
    for one in demo.json("/maps", f="json")["maps"]:
        described = demo.json(f"/maps/{one['id']}", f="json")
        west, south, east, north = described["view"]["bbox"]
        if west > east:
            east += 360
        image = picture(demo.map(one["id"], "EPSG:4326", (south, west, north, east), (200, 150)))
        assert drawn(image), one["id"]


def leaves(nodes):
    for node in nodes:
        if node["kind"] == "group":
            yield from leaves(node["layers"])
        elif node["kind"] == "layer":
            yield node


def test_what_a_map_lacks_is_listed_with_what_would_fill_it(demo):
    def wanted(nodes):
        for node in nodes:
            yield from wanted(node.get("layers", []))
            if node["kind"] == "wanted":
                yield node

    for language in ("en", "ja"):
        lacking = list(wanted(demo.json("/maps/hazards", f="json", lang=language)["layers"]))
        assert len(lacking) == 8
        assert all(node["title"] and "terrane add" in node["text"] for node in lacking)
    page = demo.get("/maps/hazards", f="html", lang="en").text
    assert all(html.escape(node["title"]) in page for node in wanted(demo.json("/maps/hazards", f="json", lang="en")["layers"]))


def test_every_layer_of_every_map_draws_and_has_a_legend_and_a_page(demo):
    seen = set()
    for one in demo.json("/maps", f="json")["maps"]:
        for layer in leaves(demo.json(f"/maps/{one['id']}", f="json")["layers"]):
            key = layer["wmsLayers"], layer["wmsStyles"]
            if key in seen:
                continue
            seen.add(key)
            legend = demo.session.get(layer["legend"], headers={"Accept": "application/json"}, timeout=60)
            # A style of labels alone has nothing to explain.
            assert legend.status_code == 200 and {"title", "items"} <= set(legend.json()), key
            west, south, east, north = layer["bbox"]
            east += 360 if west > east else 0
            answer = demo.map(key[0], "EPSG:4326", (south - 0.1, west - 0.1, north + 0.1, east + 0.1), (300, 300), styles=key[1])
            picture(answer)
            assert demo.session.get(layer["page"], timeout=60).status_code == 200
    assert len(seen) >= 20


def test_the_extents_of_the_demo_hold_its_features(demo):
    for collection in demo.json("/collections")["collections"]:
        if collection.get("itemType") != "feature":
            continue
        west, south, east, north = collection["extent"]["spatial"]["bbox"][0]
        box = ",".join(map(json.dumps, (west, south, east, north)))
        inside = demo.json(f"/collections/{collection['id']}/items", bbox=box, limit=10000)["numberReturned"]
        everything = demo.json(f"/collections/{collection['id']}/items", limit=10000)["numberReturned"]
        assert inside == everything > 0, (collection["id"], inside, everything)
