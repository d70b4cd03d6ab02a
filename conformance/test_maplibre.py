"""MapLibre in a browser: styles are valid, tiles are drawn, and the picture is the one that this node draws itself."""
import io
import json
import os
import shutil
import subprocess

import pytest
from conftest import missing
from PIL import Image, ImageChops
from server import ROOT

# What is drawn, where, and the share of pixels that may be visibly others: thin borders are darker there, drawn by both neighbours.
DRAWN = {
    "collections/gsj-mino-units/styles/{default}": ((136.77, 35.52, 136.98, 35.65), 0.01),
    "collections/land/styles/{default}": ((95, -10, 150, 50), 0.01),
    "collections/etopo5/styles/{default}": ((120, 20, 150, 45), 0.01),
}


def node():
    local = ROOT / ".tools" / "node" / "bin" / "node"
    return str(local) if local.exists() else shutil.which("node")


def drawn(style, box, picture):
    if not node() or not (ROOT / "portal" / "node_modules" / "playwright-core").exists():
        missing("Node.js with the portal's modules (tools/portal.sh test)")
    call = [node(), str(ROOT / "conformance" / "maplibre.mjs"), style, ",".join(map(str, box)), str(picture)]
    done = subprocess.run(call, capture_output=True, text=True, timeout=300, env={**os.environ, "NODE_NO_WARNINGS": "1"})
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def default(server, path):
    collection = path.split("/")[1]
    return path.replace("{default}", server.json(f"/collections/{collection}/styles")["default"])


def share_of_others(a, b, visible=80):
    """The share of pixels of which a channel differs by more than can be overlooked."""
    differences = ImageChops.difference(a.convert("RGB"), b.convert("RGB")).convert("RGB")
    others = sum(1 for pixel in differences.getdata() if max(pixel) > visible)
    return others / (a.width * a.height)


@pytest.mark.parametrize("path", DRAWN)
def test_maplibre_draws_what_this_node_draws(demo, tmp_path, path):
    box, most = DRAWN[path]
    path = default(demo, path)
    said = drawn(f"{demo.url}/{path}?f=mapbox", box, tmp_path / "maplibre.png")
    assert not said["invalid"] and not said["faults"] and said["tiles"], said
    west, south, east, north = box
    own = demo.get(f"/{path}/map", **{"bbox": f"{west},{south},{east},{north}", "bbox-crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
                                       "crs": "http://www.opengis.net/def/crs/EPSG/0/3857", "width": 512, "height": said["height"], "f": "png", "bgcolor": "0xFFFFFF",
                                       "transparent": "false"})
    assert own.status_code == 200, own.text
    (tmp_path / "own.png").write_bytes(own.content)
    theirs, ours = Image.open(tmp_path / "maplibre.png"), Image.open(io.BytesIO(own.content))
    assert theirs.size == ours.size and len(theirs.convert("RGB").getcolors(1 << 20)) > 3
    others = share_of_others(theirs, ours)
    assert others <= most, f"{others:.1%} of the pixels are others; see {tmp_path}"


def test_maps_are_styles_too(demo, tmp_path):
    for entry in demo.json("/maps")["maps"]:
        style = demo.json(f"/maps/{entry['id']}", f="mapbox", headers={})
        assert style["version"] == 8 and style["layers"], entry["id"]
    said = drawn(f"{demo.url}/maps/mino?f=mapbox", (136.77, 35.52, 136.98, 35.65), tmp_path / "map.png")
    assert not said["invalid"] and not said["faults"] and said["tiles"], said
