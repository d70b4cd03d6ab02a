"""What earthquakes and tsunamis did and where they came from: run-ups, deaths by cause, the area of a rupture."""

import csv
import math
from collections import defaultdict

from common import feature, number, open_text, write_features, write_table
from hazards import clean, noaa_rows, when

MEASUREMENTS = {
    "1": "Eyewitness", "2": "Tide gauge", "3": "Gauge in the deep ocean", "4": "Water height, surveyed afterwards",
    "5": "Run-up height, surveyed afterwards", "6": "Wave of air pressure", "7": "Seiche",
    "8": "Water height in a harbour, surveyed afterwards", "9": "Splash mark, surveyed afterwards",
    "10": "Flow depth, surveyed afterwards",
}
DOUBT = {"n": "no", "y": "yes", "m": "perhaps"}
# NOAA's codes of what caused a tsunami; deaths by those of eruptions are in the table of eruptions.
BY_A_VOLCANO = {"4", "5", "6", "7"}
PROBABLE = 3

SHAKING = "Shaking: collapsed buildings, with fires and landslides"
TSUNAMI = "Tsunami"
OTHER = "Other, or not told apart"

KAIKOURA = {
    "rupture_id": "kaikoura-2016", "event": "Kaikōura, New Zealand", "event_ja": "ニュージーランド・カイコウラ",
    "event_date": "2016-11-13T11:02Z", "event_magnitude": 7.8,
}
HOLDEN = ("Holden, C. et al. (2017): The 2016 Kaikōura Earthquake Revealed by Kinematic Source Inversion and Seismic Wavefield "
          "Simulations, Geophysical Research Letters 44, doi:10.1002/2017GL075301")
# Shear modulus of the crust, pascals, that moments are computed with.
RIGIDITY_PA = 3.0e10
METRES_A_DEGREE = 111_195.0


def prepare(shared, out, scratch):
    tsunami = shared / "tsunami"
    shores = located(tsunami / "noaa_tsunami_runups.csv.gz")
    return {
        "noaa_runups.csv": run_ups(shores, out),
        "noaa_deaths.csv": deaths(shared, out),
        "kaikoura_rupture.geojson": rupture(tsunami / "geonet_kaikoura2016_rupture_ModelA.csv", out),
    }


def located(path):
    return noaa_rows(path, ",")


def run_ups(rows, out):
    columns = ["date", "year", "month", "day", "hour", "minute", "tsunami_id", "country", "area", "location", "latitude",
               "longitude", "max_water_height_m", "max_inundation_distance_m", "measurement_type", "measurement_text",
               "travel_hours", "distance_from_source_km", "doubtful", "validity", "cause", "earthquake_magnitude", "deaths"]
    return write_table(out / "noaa_runups.csv", columns, [
        when(row) + [
            row["Tsu Src"], clean(row["Country"]), clean(row["Area"]), clean(row["Location Name"]), row["Latitude"],
            row["Longitude"], row["Maximum Water Height (m)"], row["Max Inundation Distance (m)"], row["Measurement Type"],
            MEASUREMENTS.get(row["Measurement Type"], ""), travel_hours(row), row["Distance From Source (km)"],
            DOUBT[row["Doubtful Runup"]], row["Tsunami Event Validity"], row["Tsunami Cause Code"], row["Earthquake Magnitude"],
            row["Deaths"],
        ] for row in rows
    ])


def travel_hours(row):
    hours, minutes = number(row["Travel Hours"]), number(row["Travel Minutes"])
    if hours is None and minutes is None:
        return ""
    return round((hours or 0) + (minutes or 0) / 60, 3)


def deaths(shared, out):
    """One row for each event and cause."""
    columns = ["id", "date", "year", "location", "latitude", "longitude", "event_magnitude", "cause", "cause_text", "deaths",
               "missing", "causes", "how"]
    tsunamis = [row for row in located(shared / "tsunami" / "noaa_tsunami_events.csv")
                if row["Tsunami Cause Code"] not in BY_A_VOLCANO and number(row["Tsunami Event Validity"]) >= PROBABLE
                and number(row["Deaths"])]
    quakes = noaa_rows(shared / "earthquakes" / "noaa_significant_earthquakes_2024-04-12.tsv", "\t")
    belonging, alone = pairs(quakes, tsunamis)
    events = [(row, row["Location Name"], row["Mag"], of_earthquake(row, waves)) for row, waves in zip(quakes, belonging)]
    events += [(row, f"{row['Country']}: {row['Location Name']}", row["Earthquake Magnitude"], [of_tsunami([row])]) for row in alone]
    rows, used = [], defaultdict(int)
    for row, place, magnitude, causes in events:
        date = when(row)[0]
        for cause, text, dead, missing, how in causes:
            used[date, cause] += 1
            identifier = f"{date}-{cause}" + (f"-{used[date, cause]}" if used[date, cause] > 1 else "")
            rows.append([identifier, date, row["Year"], clean(place), row["Latitude"], row["Longitude"], magnitude, cause, text,
                         dead, missing or "", len(causes), how])
    rows.sort(key=lambda row: (int(row[2]), row[1], row[0]))
    return write_table(out / "noaa_deaths.csv", columns, rows)


def pairs(quakes, tsunamis):
    """The tsunamis of each earthquake (of its day, the nearest within 400 km), and those of none."""
    by_day = defaultdict(list)
    for at, quake in enumerate(quakes):
        by_day[day(quake)].append(at)
    belonging, alone = [[] for _ in quakes], []
    for wave in tsunamis:
        near = [(apart_km(wave, quakes[at]), at) for at in by_day[day(wave)]]
        near = [pair for pair in near if pair[0] <= 400]
        (belonging[min(near)[1]] if near and day(wave)[2] else alone).append(wave)
    return belonging, alone


def day(row):
    return row["Year"], row["Mo"], row["Dy"]


def apart_km(one, other):
    south, north = math.radians(float(one["Latitude"])), math.radians(float(other["Latitude"]))
    east = math.radians(float(one["Longitude"]) - float(other["Longitude"]))
    cosine = math.sin(south) * math.sin(north) + math.cos(south) * math.cos(north) * math.cos(east)
    return 6371.0 * math.acos(max(-1.0, min(1.0, cosine)))


def of_tsunami(waves):
    dead, missing = (sum(number(wave[name]) or 0 for wave in waves) for name in ("Deaths", "Missing"))
    return "tsunami", TSUNAMI, dead, missing, "Deaths in the table of tsunamis"


def of_earthquake(quake, waves):
    """NOAA counts deaths by an earthquake, by its tsunami (in another table) and all together, often not all three. Where the number
    of the earthquake is that of all together, it holds the tsunami's, which are taken off. What all together has more is of a cause
    that is not told."""
    own, all_told, missing = (number(quake[name]) or 0 for name in ("Deaths", "Total Deaths", "Missing"))
    causes = [of_tsunami(waves)] if waves else []
    drowned = causes[0][2] if causes else 0
    shaken, how = own, "Deaths in the table of earthquakes"
    if drowned and own >= all_told and own + drowned > all_told > 0:
        shaken, how = own - drowned, "Deaths in the table of earthquakes, less those by the tsunami"
    if shaken > 0:
        causes.insert(0, ("collapse", SHAKING, shaken, missing, how))
    rest = all_told - max(shaken, 0) - drowned
    if rest > 0:
        how = "Total deaths in the table of earthquakes" + (", less those told by cause" if causes else "; no cause is told")
        causes.append(("other", OTHER, rest, 0, how))
    return causes


def rupture(path, out):
    """One area for each segment of a finite-fault model: the hull of its subfaults, seen from above."""
    segments = defaultdict(list)
    with open_text(path) as file:
        for row in csv.DictReader(file):
            segments[int(row["segment"])].append({name.split(" (")[0]: float(value) for name, value in row.items() if value.strip()})
    features = []
    for segment in sorted(segments):
        rows = segments[segment]
        ring = hull([corner for row in rows for corner in corners(row)])
        features.append(feature(of_segment(segment, rows), {"type": "Polygon", "coordinates": [ring]}, 5))
    return write_features(out / "kaikoura_rupture.geojson", features)


def of_segment(segment, rows):
    """What a segment did; its moment is rigidity times area times slip, its magnitude is Hanks and Kanamori's (1979)."""
    areas = [row["length"] * row["width"] for row in rows]
    slipped = sum(area * row["slip"] for area, row in zip(areas, rows))
    high = [row["width"] / 2 * math.sin(math.radians(row["dip"])) for row in rows]
    moment = RIGIDITY_PA * slipped
    return dict(
        KAIKOURA, segment=segment, strike=round(rows[0]["strike"], 1), dip=rows[0]["dip"],
        rake=round(sum(area * row["slip"] * row["rake"] for area, row in zip(areas, rows)) / slipped, 1),
        slip_mean_m=round(slipped / sum(areas), 2), slip_max_m=round(max(row["slip"] for row in rows), 2),
        top_depth_km=round(max(0.0, min(row["depth"] - half for row, half in zip(rows, high))) / 1000, 2),
        bottom_depth_km=round(max(row["depth"] + half for row, half in zip(rows, high)) / 1000, 2),
        area_km2=round(sum(areas) / 1e6, 1), moment_nm=float(f"{moment:.3g}"),
        moment_magnitude=round((math.log10(moment) - 9.05) / 1.5, 2), subfaults=len(rows), reference=HOLDEN,
    )


def corners(row):
    """The corners of a subfault, seen from above; it dips to the right of its strike, and its place is its middle."""
    strike, across = math.radians(row["strike"]), row["width"] / 2 * math.cos(math.radians(row["dip"]))
    for along_m, right_m in ((-1, -1), (-1, 1), (1, 1), (1, -1)):
        along_m, right_m = along_m * row["length"] / 2, right_m * across
        north = along_m * math.cos(strike) - right_m * math.sin(strike)
        east = along_m * math.sin(strike) + right_m * math.cos(strike)
        yield (row["lon"] + east / METRES_A_DEGREE / math.cos(math.radians(row["lat"])), row["lat"] + north / METRES_A_DEGREE)


def hull(points):
    """The convex hull, counter-clockwise and closed (Andrew's monotone chain, 1979)."""
    def turns_right(one, two, three):
        return (two[0] - one[0]) * (three[1] - one[1]) - (two[1] - one[1]) * (three[0] - one[0]) <= 0
    halves = []
    for ordered in (sorted(set(points)), sorted(set(points), reverse=True)):
        chain = []
        for point in ordered:
            while len(chain) > 1 and turns_right(chain[-2], chain[-1], point):
                chain.pop()
            chain.append(point)
        halves.append(chain[:-1])
    ring = halves[0] + halves[1]
    return [list(point) for point in ring + ring[:1]]
