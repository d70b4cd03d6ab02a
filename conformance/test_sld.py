"""Styles as SLD: valid by the schemas of the standards, and the same picture when a request brings them along."""
import io
import pathlib
import re
import shutil

import pytest
from conftest import unpack
from lxml import etree
from PIL import Image, ImageChops

SCHEMAS = pathlib.Path(__file__).parent / "schemas"
# What SLD has no words for changes a few pixels: lines that end where areas meet, words that give way to others.
SHARE_OF_OTHER_PIXELS = 0.02


@pytest.fixture(scope="session")
def sld_schema(tmp_path_factory):
    """The schema of SLD 1.1 with all that it includes, unpacked; each address in it is that of the one copy here."""
    folder = tmp_path_factory.mktemp("sld")
    unpack(SCHEMAS / "ogc-features.tar.gz", folder)
    for name in ("sld", "se", "w3c", "wms"):
        shutil.copytree(SCHEMAS / name, folder / name, dirs_exist_ok=True)
    for path in folder.rglob("*.xsd"):
        text = re.sub(r'schemaLocation="https?://schemas.opengis.net/', f'schemaLocation="{folder}/', path.read_text())
        text = re.sub(r'schemaLocation="https?://www.w3.org/[^"]*(xlink|xml).xsd"', rf'schemaLocation="{folder}/w3c/\1.xsd"', text)
        path.write_text(text)
    return etree.XMLSchema(etree.parse(str(folder / "sld/1.1.0/StyledLayerDescriptor.xsd"), etree.XMLParser(no_network=True)))


def styles(demo):
    for collection in demo.get("/collections", f="json").json()["collections"]:
        for style in demo.get(f"/collections/{collection['id']}/styles", f="json").json()["styles"]:
            yield collection, style["id"]


def picture(demo, **parameters):
    # Posted, since some documents are longer than an address may be.
    form = {"SERVICE": "WMS", "VERSION": "1.3.0", "REQUEST": "GetMap", "FORMAT": "image/png", "TRANSPARENT": "FALSE",
            "CRS": "CRS:84", "WIDTH": "400", "HEIGHT": "300", **parameters}
    answer = demo.session.post(f"{demo.url}/wms", data=form, timeout=60)
    assert answer.headers["content-type"] == "image/png", answer.text[:600]
    return Image.open(io.BytesIO(answer.content)).convert("RGB")


def test_all_demo_styles_are_valid(demo, sld_schema):
    count = 0
    for collection, style in styles(demo):
        answer = demo.get(f"/collections/{collection['id']}/styles/{style}", f="sld11")
        assert answer.headers["content-type"] == "application/vnd.ogc.sld+xml;version=1.1"
        sld_schema.assertValid(etree.fromstring(answer.content))
        old = etree.fromstring(demo.get(f"/collections/{collection['id']}/styles/{style}", f="sld10").content)
        assert old.get("version") == "1.0.0"
        count += 1
    assert count > 20


def test_demo_styles_draw_the_same_when_a_request_brings_them(demo):
    differ = {}
    for collection, style in styles(demo):
        if "extent" not in collection:
            continue
        west, south, east, north = collection["extent"]["spatial"]["bbox"][0]
        east += 360 if east < west else 0
        box = {"BBOX": f"{west},{south},{east},{north}"}
        direct = picture(demo, LAYERS=collection["id"], STYLES=style, **box)
        for form in ("sld10", "sld11"):
            body = demo.get(f"/collections/{collection['id']}/styles/{style}", f=form).text
            if "the order of rows cannot be said" in body:
                continue  # What is on top is another row, and the document says so.
            difference = ImageChops.difference(direct, picture(demo, SLD_BODY=body, **box)).convert("L")
            other = sum(difference.point(lambda value: 255 if value > 48 else 0).histogram()[128:]) / (400 * 300)
            if other > SHARE_OF_OTHER_PIXELS:
                differ[f"{collection['id']}/{style} {form}"] = round(other, 4)
    assert not differ
