"""QGIS's own providers against the program, in Debian's Python, without a display."""
import json
import os
import subprocess

import pytest
from conftest import missing

PYTHON = "/usr/bin/python3"

SCRIPT = r"""
import json, sys
from qgis.core import QgsApplication, QgsVectorLayer, QgsRasterLayer, QgsRectangle, QgsCoordinateReferenceSystem
application = QgsApplication([], False)
application.initQgis()
url, names = sys.argv[1], sys.argv[2].split(",")
out = {"vectors": {}, "rasters": {}}
for name in names:
    layer = QgsVectorLayer(f"url='{url}' typename='{name}' pagingEnabled='true'", name, "OAPIF")
    extent = layer.extent()
    rows = [{field.name(): str(row[field.name()]) for field in layer.fields()} for row in layer.getFeatures()] if layer.isValid() else []
    out["vectors"][name] = {"valid": layer.isValid(), "count": layer.featureCount(), "rows": rows, "crs": layer.crs().authid(),
                            "extent": [extent.xMinimum(), extent.yMinimum(), extent.xMaximum(), extent.yMaximum()]}
out["wfs"] = {}
for version in ("1.1.0", "2.0.0"):
    for name in names:
        uri = f"pagingEnabled='true' typename='data:{name}' url='{url}/wfs' version='{version}' srsname='EPSG:4326'"
        layer = QgsVectorLayer(uri, name, "WFS")
        rows = [{field.name(): str(row[field.name()]) for field in layer.fields()} for row in layer.getFeatures()] if layer.isValid() else []
        first = next((row.geometry().boundingBox().toString(3) for row in layer.getFeatures() if str(row["number"]) == "1"), "") if layer.isValid() else ""
        out["wfs"][f"{version} {name}"] = {"valid": layer.isValid(), "rows": rows, "first": first}
for version in ("1.1.1", "1.3.0"):
    uri = f"crs=EPSG:4326&format=image/png&layers=marks&styles&url={url}/wms?VERSION%3D{version}"
    layer = QgsRasterLayer(uri, "marks", "wms")
    entry = {"valid": layer.isValid()}
    if layer.isValid():
        block = layer.dataProvider().block(1, QgsRectangle(134.5, 34.5, 136.5, 36.5), 200, 200)
        alpha = [[block.color(row, column) >> 24 & 255 for column in range(200)] for row in range(200)]
        places = [(c, r) for r in range(200) for c in range(200) if alpha[r][c] >= 16]
        entry["box"] = [min(c for c, _ in places), min(r for _, r in places), max(c for c, _ in places) + 1, max(r for _, r in places) + 1] if places else None
    out["rasters"][version] = entry
print("ANSWER " + json.dumps(out))
sys.stdout.flush()
import os
os._exit(0)      # QGIS may crash while it takes itself apart
"""


@pytest.fixture(scope="module")
def qgis(server, tmp_path_factory):
    if subprocess.run([PYTHON, "-c", "import qgis.core"], capture_output=True).returncode != 0:
        missing("QGIS for Python (Debian package python3-qgis)")
    home = tmp_path_factory.mktemp("qgis")
    home.chmod(0o700)
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "HOME": str(home), "XDG_RUNTIME_DIR": str(home)}
    done = subprocess.run([PYTHON, "-c", SCRIPT, server.url, "marks,names,many"], capture_output=True, text=True, timeout=300, env=environment)
    line = next((line for line in done.stdout.splitlines() if line.startswith("ANSWER ")), None)
    assert line, f"QGIS ended with {done.returncode}: {done.stdout} {done.stderr}"
    return json.loads(line[len("ANSWER "):])


@pytest.mark.parametrize("name, count", [("marks", 3), ("names", 15), ("many", 1000)])
def test_qgis_reads_every_feature(qgis, name, count):
    layer = qgis["vectors"][name]
    assert layer["valid"]
    assert len(layer["rows"]) == count


@pytest.mark.parametrize("version", ["1.1.0", "2.0.0"])
@pytest.mark.parametrize("name, count", [("marks", 3), ("names", 15), ("many", 1000)])
def test_qgis_reads_every_feature_by_wfs_at_its_place(qgis, version, name, count):
    layer = qgis["wfs"][f"{version} {name}"]
    assert layer["valid"]
    assert len(layer["rows"]) == count
    if name == "marks":
        assert layer["first"] == "135.000,35.000 : 135.500,35.500", "and axes are in order"
    if name == "names":
        assert {"飛騨帯 片麻岩（ひだたい）", "<script>alert(1)</script>"} <= {row["text"] for row in layer["rows"]}


def test_qgis_reads_texts_intact(qgis):
    texts = {row["text"] for row in qgis["vectors"]["names"]["rows"]}
    assert {"飛騨帯 片麻岩（ひだたい）", "ชั้นหินลพบุรี", "<script>alert(1)</script>"} <= texts


def test_qgis_finds_the_extent(qgis):
    assert qgis["vectors"]["marks"]["extent"] == pytest.approx([100.0, -3.0, 139.25, 36.25], abs=1e-4)


@pytest.mark.parametrize("version", ["1.1.1", "1.3.0"])
def test_qgis_draws_a_mark_at_its_place(qgis, version):
    layer = qgis["rasters"][version]
    assert layer["valid"]
    # 135° to 135.5° in a picture from 134.5° to 136.5°, a hundred pixels a degree.
    assert layer["box"] and all(abs(a - b) <= 1 for a, b in zip(layer["box"], [50, 100, 100, 150])), layer["box"]
