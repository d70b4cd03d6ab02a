//! Tables of earthquakes: merged into one by rules, and found again by every name that an event has.

use crate::kit::Desk;
use serde_json::Value;

const COMCAT: &str = "time,latitude,longitude,depth,mag,magType,net,id,place,type,status\n\
    2011-03-11T05:46:24.120Z,38.297,142.373,29,9.1,mww,us,us1,\"Honshu, Japan\",earthquake,reviewed\n\
    2011-03-11T06:15:40.280Z,36.281,141.111,42.6,7.9,mww,us,us2,\"Honshu, Japan\",earthquake,reviewed\n\
    2011-03-11T06:16:10.000Z,36.300,141.100,40.0,6.0,mb,us,us3,\"Honshu, Japan\",earthquake,automatic\n\
    2012-01-01T00:00:00.000Z,-17.900,179.990,500,6.5,mww,us,us4,Fiji,earthquake,reviewed\n";
const ISC: &str = "eventID,year,month,day,hour,minute,second,longitude,latitude,depth,magnitude,magnitudeType,Agency,flag\n\
    101,2011,3,11,5,46,23,142.498,38.297,19.7,9.09,MW,GCMT,0\n\
    102,2011,3,11,6,15,34,141.114,36.268,25.0,7.93,MW,GCMT,0\n\
    103,2012,1,1,0,0,2,-179.950,-17.950,510.0,6.4,MW,GCMT,0\n\
    104,1960,5,22,19,11,20,-73.407,-38.143,25.0,9.5,MW,PAS,0\n";

fn merged() -> (Desk, Value) {
    let desk = Desk::new();
    for (name, text) in [("comcat", COMCAT), ("isc", ISC)] {
        let file = desk.path(&format!("{name}.csv"));
        std::fs::write(&file, text).expect("the folder can be written");
        desk.run(&["add", "survey", &file.display().to_string(), "--id", name]).ok();
    }
    let report = desk.run(&["merge", "survey", "isc", "comcat", "--id", "both", "--pairs", "10", "--json"]).ok().json();
    (desk, report)
}

#[test]
fn what_two_catalogues_tell_of_one_event_is_one_event() {
    let (desk, report) = merged();
    assert_eq!(report["events"], 5, "{report}");
    assert_eq!(report["pairs"], 3, "an aftershock of half a minute later is another event: {report}");
    let told: Vec<(u64, usize)> = report["told_by"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|row| (row["events"].as_u64().expect("a number"), row["tables"].as_array().map_or(0, Vec::len)))
        .collect();
    assert_eq!(told.iter().filter(|(_, tables)| *tables == 2).map(|(events, _)| events).sum::<u64>(), 3);
    let fiji = report["shown"].as_array().expect("pairs").iter().find(|pair| pair["one"]["id"] == "103").expect("Fiji");
    assert!(fiji["kilometres"].as_f64().expect("a number") < 10.0, "the way across 180° is short: {fiji}");
    assert!(desk.listed().iter().any(|id| id == "both"));
}

#[test]
fn a_dry_run_publishes_nothing() {
    let (desk, _) = merged();
    let report = desk.run(&["merge", "survey", "isc", "comcat", "--id", "dry", "--dry-run", "--json"]).ok().json();
    assert_eq!(report["events"], 5);
    assert!(!desk.listed().iter().any(|id| id == "dry"));
}

#[test]
fn what_cannot_be_merged_is_told() {
    let (desk, _) = merged();
    let run = desk.run(&["merge", "survey", "isc", "nowhere", "--id", "x"]);
    assert!(run.code != 0 && run.err.contains("nowhere"), "{}", run.err);
}
