#!/usr/bin/env python3
"""Checks demo.json against the files it names.

    python3 check.py            the manifest, the styles and the data (needs GDAL's Python module for the data)
    python3 check.py --plain    the manifest and the styles only
    python3 check.py --licences writes LICENCES.md from the manifest

Prints what is wrong, one line each, and counts and extents of every dataset.
"""

import json
import math
import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
REQUIRED = ["id", "file", "title", "description", "keywords", "licence", "attribution", "source", "owner", "lineage",
            "topic", "styles"]
TOPICS = {"boundaries", "elevation", "environment", "geoscientificInformation", "imageryBaseMapsEarthCover", "inlandWaters",
          "location", "oceans"}
IDENTIFIER = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
MEGABYTES = 45
problems = []


def complain(where, what):
    problems.append(f"{where}: {what}")


def check_text(where, text):
    if not isinstance(text, dict) or not {"en", "ja"} <= text.keys():
        complain(where, "a text needs at least en and ja")


def check_dataset(dataset, organisations):
    where = dataset.get("id", "?")
    for name in REQUIRED:
        if name not in dataset:
            complain(where, f"{name} is missing")
    if not IDENTIFIER.fullmatch(where):
        complain(where, "is not an identifier")
    check_text(where, dataset["title"])
    check_text(where, dataset["description"])
    if dataset["owner"] not in organisations:
        complain(where, f"no organisation {dataset['owner']}")
    if dataset["topic"] not in TOPICS:
        complain(where, f"topic {dataset['topic']}")
    if not (HERE / dataset["file"]).is_file():
        complain(where, f"no file {dataset['file']}")
    for style in dataset["styles"]:
        check_style(where, HERE / style["file"])
    for name, about in dataset.get("column_about", {}).items():
        check_text(f"{where}.{name}", about["title"])


def check_style(where, path):
    if not path.is_file():
        complain(where, f"no style {path.name}")
        return
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        complain(where, f"style {path.name}: {error}")
        return
    for error in style_errors(document):
        complain(where, f"style {path.name}: {error.json_path}: {error.message[:200]}")
    check_stops(where, path.name, document)


def style_errors(document):
    """What the published schema of styles refuses, when Python's jsonschema is installed."""
    try:
        import jsonschema
    except ImportError:
        return []
    schema = json.loads((HERE.parent / "crates/drawing/src/style/style.schema.json").read_text(encoding="utf-8"))
    return jsonschema.Draft202012Validator(schema).iter_errors(document)


def check_stops(where, name, part):
    """Stops ascend; a schema cannot say so."""
    if isinstance(part, dict):
        for stops in (part.get("interpolate", []), part.get("steps", [])):
            numbers = [number for number, _ in stops]
            if any(one >= next_one for one, next_one in zip(numbers, numbers[1:])):
                complain(where, f"style {name}: stops do not ascend")
    for child in part.values() if isinstance(part, dict) else part if isinstance(part, list) else []:
        check_stops(where, name, child)


def walk(nodes):
    for node in nodes:
        if "group" in node:
            check_text("a group", node["group"]["title"])
            yield from walk(node["group"]["layers"])
        elif "wanted" in node:
            check_text("a layer without data", node["wanted"]["title"])
            check_text("what would fill a layer", node["wanted"]["text"])
        else:
            yield node


def check_map(entry, datasets):
    check_text(entry["id"], entry["title"])
    check_text(entry["id"], entry["description"])
    for layer in walk(entry["layers"]):
        dataset = datasets.get(layer["dataset"])
        if dataset is None:
            complain(entry["id"], f"no dataset {layer['dataset']}")
        elif layer["style"] not in [style["id"] for style in dataset["styles"]]:
            complain(entry["id"], f"{layer['dataset']} has no style {layer['style']}")
        least, most = layer.get("min_scale_denominator", 0), layer.get("max_scale_denominator", math.inf)
        if not 0 <= layer["opacity"] <= 1 or least >= most:
            complain(entry["id"], f"{layer['dataset']}: opacity or scales")


def check_manifest(manifest):
    organisations = {one["id"] for one in manifest["organisations"]}
    datasets = {one["id"]: one for one in manifest["datasets"]}
    names = [one["id"] for one in manifest["datasets"] + manifest["maps"]]
    for name in {name for name in names if names.count(name) > 1}:
        complain(name, "is used twice")
    for dataset in manifest["datasets"]:
        check_dataset(dataset, organisations)
    for entry in manifest["maps"]:
        check_map(entry, datasets)
        if entry["base"] not in [None] + [one["id"] for one in manifest["maps"]]:
            complain(entry["id"], f"no base {entry['base']}")
    used = {style["file"] for dataset in manifest["datasets"] for style in dataset["styles"]}
    for path in sorted((HERE / "styles").glob("*.json")):
        if f"styles/{path.name}" not in used:
            complain(path.name, "is used by no dataset")
    size = sum(path.stat().st_size for path in (HERE / "data").iterdir())
    if size > MEGABYTES * 1_000_000:
        complain("data", f"{size} bytes are more than {MEGABYTES} MB")


def open_dataset(gdal, dataset):
    path = str(HERE / dataset["file"])
    options = []
    if path.endswith(".csv"):
        place = dataset["columns"]
        options = [f"X_POSSIBLE_NAMES={place['x']}", f"Y_POSSIBLE_NAMES={place['y']}"]
    return gdal.OpenEx(f"/vsizip/{path}" if path.endswith(".zip") else path, open_options=options)


def check_data(manifest):
    from osgeo import gdal
    gdal.UseExceptions()
    gdal.SetConfigOption("GDAL_PAM_ENABLED", "NO")
    for dataset in manifest["datasets"]:
        opened = open_dataset(gdal, dataset)
        if opened.RasterCount:
            check_grid(dataset, opened)
        else:
            layer = opened.GetLayerByName(dataset["layer"]) if "layer" in dataset else opened.GetLayer(0)
            check_layer(dataset, layer)


def check_grid(dataset, opened):
    band = opened.GetRasterBand(1)
    x, dx, _, y, _, dy = opened.GetGeoTransform()
    least, most = band.ComputeRasterMinMax(False)
    extent = [x, y + dy * opened.RasterYSize, x + dx * opened.RasterXSize, y]
    print(f"{opened.RasterXSize} × {opened.RasterYSize}  {dataset['id']}  {[round(edge, 3) for edge in extent]}  {least:g}…{most:g}")


def check_layer(dataset, layer):
    names = [field.name for field in layer.schema]
    told = set(dataset.get("column_about", {}))
    for name in sorted(told - set(names)):
        complain(dataset["id"], f"no column {name}")
    for name in [name for name in names if name not in told and dataset["id"] != "sea"]:
        complain(dataset["id"], f"column {name} is not described")
    if len({name.lower() for name in names}) < len(names):
        complain(dataset["id"], "two columns differ only in case")
    for role in ("key", "time"):
        if role in dataset and dataset[role] not in names:
            complain(dataset["id"], f"{role} column {dataset[role]} is not there")
    keys = set()
    for row in layer:
        check_row(dataset, row)
        keys.add(row[dataset["key"]] if "key" in dataset else row.GetFID())
    if len(keys) != layer.GetFeatureCount():
        complain(dataset["id"], "the key is not unique")
    west, east, south, north = layer.GetExtent()
    print(f"{layer.GetFeatureCount():>6}  {dataset['id']}  {[round(edge, 3) for edge in (west, south, east, north)]}")


def check_row(dataset, row):
    geometry = row.GetGeometryRef()
    if geometry is None or geometry.IsEmpty():
        complain(dataset["id"], f"row {row.GetFID()} has no geometry")
    elif not all(map(math.isfinite, geometry.GetEnvelope())):
        complain(dataset["id"], f"row {row.GetFID()} has positions that are not numbers")
    elif "POLYGON" in geometry.GetGeometryName() and not geometry.IsValid():
        complain(dataset["id"], f"row {row.GetFID()} crosses itself")
    for text in row.items().values():
        if isinstance(text, str) and ("\ufffd" in text or "Ã" in text):
            complain(dataset["id"], f"row {row.GetFID()} has broken text {text!r}")


def write_licences(manifest):
    """One row for each dataset; the first is its file."""
    names = {one["id"]: one["name"]["en"] for one in manifest["organisations"]}
    lines = [
        "# Licences of the demonstration data", "",
        "Every dataset in `data/`, on what terms it may be used, how to name its source, and what was changed. All of it may be",
        "used, changed and passed on, also for money, if the attribution is given. The texts also stand in `demo.json`, from",
        "which this table is made (`python3 prepare/check.py --licences`), and every service of Terrane gives them.", "",
        "| File | Dataset | Licence | Attribution | Source | Changes |", "|---|---|---|---|---|---|",
    ]
    for one in manifest["datasets"]:
        file = one["file"].removeprefix("data/") + (f", layer `{one['layer']}`" if "layer" in one else "")
        licence, source = one["licence"], one["source"]
        lines.append(
            f"| {file} | `{one['id']}`: {one['title']['en']} | [{licence['id']}]({licence['url']}): {licence['title']} "
            f"| {one['attribution']} | [{source['title']}]({source['url']}), {names[one['owner']]} | {one['lineage']} |")
    lines += [
        "", "## Boundaries", "",
        "Natural Earth draws boundaries as they are in fact administered. Their display here does not express an opinion on the",
        "legal status of any territory or its frontiers. Lines that are disputed, provisional or lines of control are marked",
        "(`agreed` is false) and drawn dashed.", "",
    ]
    (HERE / "LICENCES.md").write_text("\n".join(lines), encoding="utf-8")


def main():
    manifest = json.loads((HERE / "demo.json").read_text(encoding="utf-8"))
    if "--licences" in sys.argv:
        write_licences(manifest)
        return
    check_manifest(manifest)
    if "--plain" not in sys.argv:
        check_data(manifest)
    for problem in problems:
        print(problem, file=sys.stderr)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
