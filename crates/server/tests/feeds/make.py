#!/usr/bin/env python3
"""Makes hour.jsonl: an hour of two agencies, as if it had been recorded, from a ComCat CSV (USGS, public domain).

    make.py usgs_comcat_global_2017_1197.csv > hour.jsonl

The events are real: the hour after the Chiapas earthquake (Mw 8.1) of 2017-09-08. What came when is made up, and so is everything
that the second agency ("SECOND") says: its values are those of ComCat, shifted. In it there are preliminary and reviewed versions, an
event told twice in one answer, one that is taken back, one whose clock runs ahead, an answer cut off in the middle and a page of HTML.
"""
import csv
import datetime as dt
import json
import sys
from xml.sax.saxutils import escape

START = dt.datetime(2017, 9, 8, 4, 45, tzinfo=dt.timezone.utc)
FALSE_ALARM = "us2000xxxx"


def moment(text):
    return dt.datetime.fromisoformat(text.replace("Z", "+00:00"))


def iso(at):
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def ms(at):
    return int(at.timestamp() * 1000)


def load(path):
    rows = [row for row in csv.DictReader(open(path, encoding="utf-8")) if float(row["mag"]) >= 4.0]
    for row in rows:
        row["at"] = moment(row["time"])
    rows = [row for row in rows if START <= row["at"] < START + dt.timedelta(hours=1)]
    return sorted(rows, key=lambda row: row["at"])


def usgs_feature(row, now, place):
    age = (now - row["at"]).total_seconds()
    reviewed = age > 1200
    updated = row["at"] + dt.timedelta(seconds=1200 if reviewed else 240)
    mag = float(row["mag"]) if reviewed else round(float(row["mag"]) - 0.2, 1)
    lon, lat = float(row["longitude"]), float(row["latitude"])
    return {"type": "Feature", "id": row["id"], "properties": {
        "mag": mag, "place": row["place"], "time": ms(row["at"]), "updated": ms(updated),
        "status": "reviewed" if reviewed else "automatic", "net": row["net"], "code": row["id"][2:],
        "ids": f",{row['id']},", "magType": row["magType"], "type": "earthquake", "nst": None, "gap": None, "rms": 1.1},
        "geometry": {"type": "Point", "coordinates": [lon if reviewed else round(lon + 0.08, 4), lat, float(row["depth"])]}}


def usgs(rows, now):
    told = [usgs_feature(row, now, place) for place, row in enumerate(rows) if (now - row["at"]).total_seconds() > 240]
    at = START + dt.timedelta(minutes=16)
    if now > at:
        # Somewhere else, and taken back after a quarter of an hour.
        gone = now > at + dt.timedelta(minutes=15)
        told.append({"type": "Feature", "id": FALSE_ALARM, "properties": {
            "mag": 5.6, "place": "made up", "time": ms(at), "updated": ms(at + dt.timedelta(minutes=16 if gone else 4)),
            "status": "deleted" if gone else "automatic", "net": "us", "code": FALSE_ALARM[2:], "ids": f",{FALSE_ALARM},",
            "magType": "mb", "type": "earthquake"}, "geometry": {"type": "Point", "coordinates": [120.5, 5.5, 10.0]}})
    told.reverse()
    if told:
        told.append(told[0])
    return json.dumps({"type": "FeatureCollection", "metadata": {"generated": ms(now)}, "features": told}, separators=(",", ":"))


def second(rows, now, ahead):
    events = []
    for place, row in enumerate(rows):
        age = (now - row["at"]).total_seconds()
        if age < 420 or float(row["mag"]) < 4.6:
            continue
        name = f"smi:second.example/event/{place:03d}"
        made = row["at"] + dt.timedelta(seconds=420)
        events.append(quakeml(name, row["at"] + dt.timedelta(seconds=2.4), float(row["longitude"]) - 0.21,
                              float(row["latitude"]) + 0.12, float(row["depth"]) + 4, float(row["mag"]) + 0.1, made))
    if ahead:
        events.append(quakeml("smi:second.example/event/ahead", now + dt.timedelta(hours=5), 10.0, 45.0, 5, 4.9, now))
    return ('<?xml version="1.0" encoding="UTF-8"?>\n<q:quakeml xmlns:q="http://quakeml.org/xmlns/quakeml/1.2" '
            'xmlns="http://quakeml.org/xmlns/bed/1.2"><eventParameters publicID="smi:second.example/hour">'
            + "".join(events) + "</eventParameters></q:quakeml>\n")


def quakeml(name, at, lon, lat, depth_km, mag, made):
    info = f"<creationInfo><agencyID>SECOND</agencyID><creationTime>{iso(made)}</creationTime></creationInfo>"
    return (f'<event publicID="{escape(name)}"><preferredOriginID>{name}/o</preferredOriginID>'
            f"<preferredMagnitudeID>{name}/m</preferredMagnitudeID><type>earthquake</type>{info}"
            f'<origin publicID="{name}/o"><time><value>{iso(at)}</value></time><longitude><value>{lon:.3f}</value></longitude>'
            f"<latitude><value>{lat:.3f}</value></latitude><depth><value>{depth_km * 1000:.0f}</value></depth>"
            f"<evaluationMode>automatic</evaluationMode>{info}</origin>"
            f'<magnitude publicID="{name}/m"><mag><value>{mag:.1f}</value></mag><type>mb</type>{info}</magnitude></event>')


def main():
    rows = load(sys.argv[1])
    print(f"{len(rows)} events", file=sys.stderr)
    for step in range(1, 10):
        now = START + dt.timedelta(minutes=10 * step)
        print(json.dumps({"feed": "usgs", "at": iso(now), "body": usgs(rows, now)}))
        body = second(rows, now, step == 4)
        if step == 3:
            body = body[: len(body) // 2]
        if step == 5:
            body = "<!doctype html><title>Maintenance</title><p>Back soon."
        print(json.dumps({"feed": "second", "at": iso(now + dt.timedelta(seconds=20)), "body": body}))


main()
