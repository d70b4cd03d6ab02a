"""Writes invalid.json: random areas, what GEOS says of each, and the area that MakeValid's structure method gives it.

Made with shapely 2.2.0 (GEOS 3.14.1): python3 make_invalid.py > invalid.json. Own work, CC0.
"""
import json
import math
import random

import shapely
from shapely import make_valid, is_valid, is_valid_reason
from shapely.geometry import MultiPolygon, Polygon

random.seed(20190701)


def ring(count, cx, cy, size, kind):
    if kind == "blob":
        steps = sorted(random.random() * 2 * math.pi for _ in range(count))
        points = [(cx + size * random.uniform(0.4, 1) * math.cos(a), cy + size * random.uniform(0.4, 1) * math.sin(a)) for a in steps]
    elif kind == "wild":
        points = [(cx + random.uniform(-size, size), cy + random.uniform(-size, size)) for _ in range(count)]
    else:  # on a small grid: touches, overlaps and repeated places are likely
        points = [(cx + size * random.randint(-2, 2) / 2, cy + size * random.randint(-2, 2) / 2) for _ in range(count)]
    points = [(round(x, 6), round(y, 6)) for x, y in points]
    if random.random() < 0.5:
        points.reverse()
    return points + [points[0]]


def area(cx, cy, size):
    kind = random.choice(["blob", "blob", "wild", "grid", "grid"])
    outer = ring(random.randint(3, 12), cx, cy, size, kind)
    holes = [
        ring(random.randint(3, 6), cx + random.uniform(-size, size) * 0.6, cy + random.uniform(-size, size) * 0.6,
             size * random.uniform(0.1, 0.5), random.choice(["blob", "blob", "grid"]))
        for _ in range(random.choice([0, 0, 1, 1, 2]))
    ]
    return [outer] + holes


def grid_area():
    return [ring(random.randint(3, 8), 0, 0, 4, "grid")] + [
        ring(random.randint(3, 5), 0, 0, 2, "grid") for _ in range(random.choice([0, 0, 1, 1, 2]))
    ]


cases = []
kept = {}
for _ in range(60000):
    if random.random() < 0.3:
        parts = [grid_area() for _ in range(random.choice([1, 1, 2]))]
    else:
        parts = [area(random.uniform(-5, 5), random.uniform(-5, 5), random.uniform(1, 6)) for _ in range(random.choice([1, 1, 1, 2, 3]))]
    shape = MultiPolygon([Polygon(part[0], part[1:]) for part in parts])
    try:
        fixed = make_valid(shape, method="structure", keep_collapsed=False)
    except shapely.errors.GEOSException:
        continue  # GEOS gives up on a few
    reason = is_valid_reason(shape).split("[")[0]
    kept[reason] = kept.get(reason, 0) + 1
    if kept[reason] > (150 if reason == "Valid Geometry" else 60):
        continue
    cases.append({
        "parts": parts,
        "valid": bool(is_valid(shape)),
        "reason": reason,
        "fixed_area": shapely.area(fixed),
    })
print(json.dumps(cases, separators=(",", ":")).replace('},{', '},\n{'))
