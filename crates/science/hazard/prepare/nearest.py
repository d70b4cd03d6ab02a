"""Writes tests/reference/nearest.csv: the nearest place of a geodesic segment to a point, found by search with GeographicLib.

    pip install geographiclib && python3 prepare/nearest.py > tests/reference/nearest.csv

Nothing of the program's own method is used: the distance is sampled along the segment, and the best interval halved by golden
section until it is shorter than a millimetre.
"""

import math
import random

from geographiclib.geodesic import Geodesic

WGS84 = Geodesic.WGS84
GOLDEN = (math.sqrt(5) - 1) / 2


def distance(segment, along_m, point):
    at = segment.Position(along_m)
    return WGS84.Inverse(at["lat2"], at["lon2"], point[1], point[0], Geodesic.DISTANCE)["s12"]


def nearest(start, end, point):
    segment = WGS84.InverseLine(start[1], start[0], end[1], end[0])
    length = segment.s13
    samples = 40
    best = min(range(samples + 1), key=lambda at: distance(segment, length * at / samples, point))
    low, high = (length * max(0, best - 1) / samples, length * min(samples, best + 1) / samples)
    while high - low > 1e-4:
        one, other = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
        if distance(segment, one, point) < distance(segment, other, point):
            high = other
        else:
            low = one
    ends = [(distance(segment, at, point), at) for at in (0, (low + high) / 2, length)]
    return length, *min(ends)


def place(random_, centre, reach_km):
    at = WGS84.Direct(centre[1], centre[0], random_.uniform(0, 360), 1000 * reach_km * math.sqrt(random_.random()))
    return round(at["lon2"], 7), round(at["lat2"], 7)


def main():
    random_ = random.Random(20)
    centres = [(140, 36), (179.95, -18), (-179.9, 52), (120, 0), (0, 89.2), (30, -88.5), (-75, -40), (100, 65)]
    print("lon1,lat1,lon2,lat2,lon,lat,length_m,distance_m,along_m,azimuth_to_deg")
    for row in range(160):
        centre = centres[row % len(centres)]
        reach_km = (5, 50, 300, 490)[row // len(centres) % 4]
        start, end, point = (place(random_, centre, reach_km) for _ in range(3))
        length, distance_m, along_m = nearest(start, end, point)
        foot = WGS84.InverseLine(start[1], start[0], end[1], end[0]).Position(along_m)
        azimuth = WGS84.Inverse(point[1], point[0], foot["lat2"], foot["lon2"])["azi1"] % 360
        numbers = f"{length:.4f},{distance_m:.4f},{along_m:.3f},{azimuth:.4f}"
        print(f"{start[0]},{start[1]},{end[0]},{end[1]},{point[0]},{point[1]},{numbers}")


main()
