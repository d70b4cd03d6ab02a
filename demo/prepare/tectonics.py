"""Plates, their boundaries and active faults."""

import zipfile

from common import feature, read_features, run, write_features

CLASSES = {
    "SUB": ("Subduction zone", "沈み込み帯"),
    "OSR": ("Oceanic spreading ridge", "海嶺（海洋拡大軸）"),
    "OTF": ("Oceanic transform fault", "海洋トランスフォーム断層"),
    "OCB": ("Oceanic convergent boundary", "海洋収束境界"),
    "CRB": ("Continental rift boundary", "大陸リフト境界"),
    "CTF": ("Continental transform fault", "大陸トランスフォーム断層"),
    "CCB": ("Continental convergent boundary", "大陸収束境界"),
}
PLATES_JA = {
    "AF": "アフリカプレート", "AM": "アムールプレート", "AN": "南極プレート", "AP": "アルティプラノプレート", "AR": "アラビアプレート",
    "AS": "エーゲ海プレート", "AT": "アナトリアプレート", "AU": "オーストラリアプレート", "BH": "バーズヘッドプレート",
    "BR": "バルモラル・リーフプレート", "BS": "バンダ海プレート", "BU": "ビルマプレート", "CA": "カリブプレート", "CL": "カロリンプレート",
    "CO": "ココスプレート", "CR": "コンウェイ・リーフプレート", "EA": "イースタープレート", "EU": "ユーラシアプレート", "FT": "フツナプレート",
    "GP": "ガラパゴスプレート", "IN": "インドプレート", "JF": "ファン・デ・フカプレート", "JZ": "ファン・フェルナンデスプレート",
    "KE": "ケルマデックプレート", "MA": "マリアナプレート", "MN": "マヌスプレート", "MO": "マオケプレート", "MS": "モルッカ海プレート",
    "NA": "北アメリカプレート", "NB": "北ビスマルクプレート", "ND": "北アンデスプレート", "NH": "ニューヘブリデスプレート",
    "NI": "ニウアフォオウプレート", "NZ": "ナスカプレート", "OK": "オホーツクプレート", "ON": "沖縄プレート", "PA": "太平洋プレート",
    "PM": "パナマプレート", "PS": "フィリピン海プレート", "RI": "リベラプレート", "SA": "南アメリカプレート", "SB": "南ビスマルクプレート",
    "SC": "スコシアプレート", "SL": "シェトランドプレート", "SO": "ソマリアプレート", "SS": "ソロモン海プレート", "SU": "スンダプレート",
    "SW": "サンドウィッチプレート", "TI": "ティモールプレート", "TO": "トンガプレート", "WL": "ウッドラークプレート", "YA": "揚子江プレート",
}
SLABS = {
    "cot": ("Cotabato", "コタバト"), "hal": ("Halmahera", "ハルマヘラ"), "him": ("Himalaya", "ヒマラヤ"),
    "hin": ("Hindu Kush", "ヒンドゥークシュ"), "izu": ("Izu–Bonin", "伊豆・小笠原"), "ker": ("Kermadec", "ケルマデック"),
    "kur": ("Kamchatka–Kuril–Japan", "カムチャツカ・千島・日本"), "mak": ("Makran", "マクラン"), "man": ("Manila", "マニラ"),
    "pam": ("Pamir", "パミール"), "phi": ("Philippines", "フィリピン"), "png": ("New Guinea", "ニューギニア"),
    "puy": ("Puysegur", "プイセギュール"), "ryu": ("Ryukyu", "琉球"), "sol": ("Solomon Islands", "ソロモン諸島"),
    "sul": ("Sulawesi", "スラウェシ"), "sum": ("Sumatra–Java", "スマトラ・ジャワ"), "van": ("Vanuatu", "バヌアツ"),
}
# Positions of the shortest contour kept.
SHORTEST = 6
# How HimaTibetMap's types are spelt, and what is meant.
FAULT_KINDS = {
    "anticline": "anticline", "syncline": "syncline", "snycline": "syncline", "sycline": "syncline", "fold": "fold",
    "thrust": "thrust", "thrsut": "thrust", "normal": "normal", "reverse-dextral": "reverse-dextral",
    "strike-slip": "strike-slip", "striek-slip": "strike-slip", "srtrike-slip": "strike-slip", "strikes-lip": "strike-slip",
    "left slip": "sinistral", "left-slip": "sinistral", "leftslip": "sinistral", "left sli[p": "sinistral",
    "lrft slip": "sinistral", "left sllp": "sinistral",
    "right slip": "dextral", "right-slip": "dextral", "right slp": "dextral", "rightslip": "dextral",
}


def prepare(shared, out, scratch):
    plates, faults = shared / "plates", shared / "faults"
    return {
        "pb2002_boundaries.geojson": boundaries(plates / "PB2002_steps.dat.txt", plate_names(plates), out),
        "pb2002_plates.geojson": plate_polygons(plates, out, scratch),
        "slab2_contours.geojson": slabs(shared / "slab2", out, scratch),
        "china_active_faults.geojson": china_faults(faults / "china_active_faults_out.geojson.gz", out),
        "himatibetmap_faults.zip": himatibet(faults / "HimaTibetMap_active_faults.geojson", out, scratch),
    }


def plate_names(plates):
    features, _ = read_features(plates / "PB2002_plates.geojson")
    return {one["properties"]["Code"]: one["properties"]["PlateName"] for one in features}


def plate_polygons(plates, out, scratch):
    """The Molucca Sea plate crosses itself in the source; GDAL repairs it and leaves the others alone."""
    features, _ = read_features(plates / "PB2002_plates.geojson")
    result = []
    for one in sorted(features, key=lambda one: one["properties"]["Code"]):
        code = one["properties"]["Code"]
        properties = {"code": code, "name_en": one["properties"]["PlateName"], "name_ja": PLATES_JA[code]}
        result.append(feature(properties, one["geometry"], 5))
    write_features(scratch / "plates.geojson", result)
    run("ogr2ogr", "-f", "GeoJSON", scratch / "repaired.geojson", scratch / "plates.geojson", "-makevalid",
        "-lco", "COORDINATE_PRECISION=5")
    repaired, _ = read_features(scratch / "repaired.geojson")
    return write_features(out / "pb2002_plates.geojson", [feature(one["properties"], one["geometry"], 5) for one in repaired])


def slabs(folder, out, scratch):
    """Contours of the depth of Slab2's surfaces, every 20 km; scraps at the ragged lower edges are left out."""
    result = []
    for grid in sorted(folder.glob("*_slab2_dep_*.grd")):
        code = grid.name[:3]
        contours = scratch / f"{code}.geojson"
        run("gdal_contour", "-q", "-i", "20", "-a", "z", "-f", "GeoJSON", grid, contours)
        features, _ = read_features(contours)
        for one in sorted(features, key=lambda one: (-one["properties"]["z"], one["geometry"]["coordinates"][0])):
            depth = round(-one["properties"]["z"])
            points = [((x + 180) % 360 - 180, y) for x, y in thinned(one["geometry"]["coordinates"])]
            lines = split_at_antimeridian(points)
            if lines and depth > 0 and len(points) >= SHORTEST:
                properties = {"slab": code, "slab_en": SLABS[code][0], "slab_ja": SLABS[code][1], "depth_km": depth,
                              "index_contour": depth % 100 == 0}
                geometry = {"type": "MultiLineString", "coordinates": [list(map(list, line)) for line in lines]}
                result.append(feature(properties, geometry, 3))
    return write_features(out / "slab2_contours.geojson", result)


def thinned(points):
    """Every second position, the ends kept: the grid has one every 0.05 degrees and the slabs are smooth."""
    return points[:1] + points[2:-1:2] + points[-1:]


def read_steps(path):
    """The digitisation steps: pair of plates, from, to, length, velocities and class."""
    steps = []
    for line in path.read_text(encoding="ascii").splitlines():
        words = line.replace(":", " ").split()
        pair, name = words[1], words[-1]
        x1, y1, x2, y2, length, _azimuth, velocity, _direction, divergence, dextral = map(float, words[2:12])
        steps.append({"pair": pair, "class": name.rstrip("*"), "orogen": name.endswith("*"), "from": (x1, y1), "to": (x2, y2),
                      "length": length, "velocity": velocity, "divergence": divergence, "dextral": dextral})
    return steps


def chains(steps):
    """Steps of one pair and class that continue each other."""
    chain = []
    for step in steps:
        if chain and (step["pair"], step["class"], step["orogen"], step["from"]) != (
                chain[-1]["pair"], chain[-1]["class"], chain[-1]["orogen"], chain[-1]["to"]):
            yield chain
            chain = []
        chain.append(step)
    if chain:
        yield chain


def split_at_antimeridian(points):
    """Lines that stay between -180 and 180 degrees; a line over the antimeridian becomes two."""
    lines, line = [], [points[0]]
    for (x1, y1), (x2, y2) in zip(points, points[1:]):
        if abs(x2 - x1) > 180:
            edge = 180.0 if x1 > 0 else -180.0
            share = (edge - x1) / ((x2 + 2 * edge) - x1)
            y = y1 + share * (y2 - y1)
            lines.append(line + [(edge, y)])
            line = [(-edge, y)]
        line.append((x2, y2))
    return [line for line in lines + [line] if len(set(line)) > 1]


def boundaries(path, names, out):
    """One line for each stretch of one class. The overriding plate of a subduction zone is on the left of its line."""
    result = []
    for chain in chains(read_steps(path)):
        pair, name = chain[0]["pair"], chain[0]["class"]
        left, separator, right = pair[:2], pair[2], pair[3:5]
        points = [chain[0]["from"]] + [step["to"] for step in chain]
        if separator == "\\":
            points, left, right = points[::-1], right, left
        length = sum(step["length"] for step in chain)

        def mean(column):
            return round(sum(step[column] * step["length"] for step in chain) / length, 1)

        properties = {
            "boundary": pair, "class": name, "class_en": CLASSES[name][0], "class_ja": CLASSES[name][1],
            "plate_left": left, "plate_right": right, "plate_left_en": names[left], "plate_right_en": names[right],
            "plate_left_ja": PLATES_JA[left], "plate_right_ja": PLATES_JA[right],
            "subducting": right if name == "SUB" and separator != "-" else None,
            "orogen": chain[0]["orogen"], "length_km": round(length), "velocity_mm_a": mean("velocity"),
            "divergence_mm_a": mean("divergence"), "dextral_mm_a": mean("dextral"),
        }
        lines = split_at_antimeridian(points)
        result.append(feature(properties, {"type": "MultiLineString", "coordinates": [list(map(list, line)) for line in lines]}, 5))
    return write_features(out / "pb2002_boundaries.geojson", result)


def slip_sense(properties):
    """The larger component of modelled slip. Extension below zero is shortening, dextral below zero is sinistral."""
    dextral, extension = properties["dextral_rate"], properties["extension_rate"]
    if abs(dextral) >= abs(extension):
        return "dextral" if dextral > 0 else "sinistral"
    return "normal" if extension > 0 else "reverse"


def china_faults(path, out):
    features, _ = read_features(path)
    keep = ["dip", "dip_dir", "usd", "lsd", "dextral_rate", "dextral_err", "extension_rate", "extension_err",
            "net_slip_rate", "net_slip_rate_err"]
    result = []
    for one in sorted(features, key=lambda one: int(one["properties"]["fid"])):
        given = one["properties"]
        properties = {"fault_id": int(given["fid"]), "name": given["name"].strip() or None, "sense": slip_sense(given)}
        properties |= {name: given[name] for name in keep}
        result.append(feature(properties, one["geometry"], 5))
    return write_features(out / "china_active_faults.geojson", result)


def himatibet(path, out, scratch):
    """A zipped Shapefile, as geologists exchange them."""
    features, _ = read_features(path)
    result = []
    for one in features:
        given = one["properties"]
        properties = {"Id": given["Id"], "Name": given["Name"], "Type": given["Type"],
                      "kind": FAULT_KINDS.get((given["Type"] or "").lower(), "unspecified"), "ltype": given["ltype"]}
        properties |= {name: given[name] for name in ("Source", "notes", "net_slip_r", "strike_sli", "shortening")}
        result.append(feature(properties, one["geometry"], 5))
    count = write_features(scratch / "himatibet.geojson", result)
    run("ogr2ogr", "-overwrite", "-f", "ESRI Shapefile", scratch / "himatibetmap_faults.shp", scratch / "himatibet.geojson",
        "-lco", "ENCODING=UTF-8", "-lco", "RESIZE=YES", "-lco", "DBF_DATE_LAST_UPDATE=2026-11-01")
    with zipfile.ZipFile(out / "himatibetmap_faults.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for ending in ("shp", "shx", "dbf", "prj", "cpg"):
            member = zipfile.ZipInfo(f"himatibetmap_faults.{ending}", (2026, 11, 1, 0, 0, 0))
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o644 << 16
            archive.writestr(member, (scratch / f"himatibetmap_faults.{ending}").read_bytes())
    return count
