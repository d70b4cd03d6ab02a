//! Live feeds, from an agency's server to the stream of changes: what comes twice, late, broken, too much or not at all.

use crate::kit::{Answer, Desk, Run, Server, until};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// An agency's server: it answers what it was told to, and remembers what it was asked.
struct Agency {
    address: SocketAddr,
    says: Arc<Mutex<Says>>,
}

#[derive(Default)]
struct Says {
    status: u16,
    body: Vec<u8>,
    /// The connection is closed after so many bytes.
    cut: Option<usize>,
    asked: Vec<String>,
}

impl Agency {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let says = Arc::new(Mutex::new(Says { status: 200, ..Says::default() }));
        let told = Arc::clone(&says);
        std::thread::spawn(move || listener.incoming().flatten().for_each(|stream| answer(stream, &told)));
        Self { address, says }
    }

    fn say(&self, body: impl Into<Vec<u8>>) {
        let mut says = self.says.lock().expect("nobody panicked");
        (says.status, says.body, says.cut) = (200, body.into(), None);
    }

    fn asked(&self) -> Vec<String> {
        self.says.lock().expect("nobody panicked").asked.clone()
    }
}

fn answer(mut stream: TcpStream, says: &Mutex<Says>) {
    let mut head = String::new();
    let mut reader = BufReader::new(stream.try_clone().expect("cloned"));
    while reader.read_line(&mut head).is_ok_and(|bytes| bytes > 2) {}
    let mut says = says.lock().expect("nobody panicked");
    says.asked.push(head.lines().next().unwrap_or_default().to_owned());
    let reply = format!("HTTP/1.1 {} X\r\nContent-Length: {}\r\n\r\n", says.status, says.body.len());
    let _ = stream.write_all(reply.as_bytes());
    let most = says.cut.unwrap_or(says.body.len());
    let _ = stream.write_all(&says.body[..most]);
}

/// An event as the USGS tells it: its name, its minute, longitude, magnitude, when it was changed, and its status.
fn event(id: &str, minute: i64, lon: f64, magnitude: f64, (updated, status): (i64, &str)) -> Value {
    let time = 1_700_000_000_000_i64 + minute * 60_000;
    json!({"type": "Feature", "id": id, "properties": {
        "mag": magnitude, "place": "somewhere", "time": time, "updated": 1_700_000_000_000_i64 + updated, "status": status,
        "net": "xx", "code": id, "ids": format!(",{id},"), "magType": "mww", "type": "earthquake"},
        "geometry": {"type": "Point", "coordinates": [lon, 35.0, 10.0]}})
}

fn collection(events: &[Value]) -> String {
    json!({"type": "FeatureCollection", "features": events}).to_string()
}

/// Adds the feed `one` of an agency, which fills the dataset `live`.
fn add_feed(desk: &Desk, agency: &Agency) {
    let url = format!("http://{}/feed", agency.address);
    desk.run(&[
        "feed",
        "add",
        "survey",
        "one",
        "--kind",
        "usgs-geojson",
        "--agency",
        "ONE",
        "--dataset",
        "live",
        "--every",
        "3600",
        "--url",
        &url,
    ])
    .ok();
}

/// A desk whose node may ask an agency, with a feed of it.
fn desk_with(agency: &Agency) -> Desk {
    let desk = Desk::new();
    allow(&desk, agency.address);
    add_feed(&desk, agency);
    desk
}

/// A server that has asked the agency by itself, and does not do so again while a test runs.
fn served(desk: &Desk, agency: &Agency) -> Server {
    let before = agency.asked().len();
    let server = desk.serve(&[]);
    until("it has asked", || agency.asked().len() > before);
    server
}

fn allow(desk: &Desk, address: SocketAddr) {
    let path = desk.path("survey").join("terrane.toml");
    let settings = std::fs::read_to_string(&path).expect("there");
    std::fs::write(&path, format!("{settings}\n[outgoing]\nallow = \"{address}\"\n")).expect("written");
}

fn poll(desk: &Desk) -> Run {
    desk.run(&["feed", "poll", "survey", "one", "--json"])
}

fn state(desk: &Desk, feed: &str) -> Value {
    desk.run(&["feed", "show", "survey", feed, "--json"]).ok().json()["state"].clone()
}

fn events(server: &Server) -> Vec<Value> {
    let answer = server.get("/hazards/events?f=json&catalog=live&limit=20000").json();
    answer["features"].as_array().expect("a list").clone()
}

fn ids(events: &[Value]) -> Vec<&str> {
    let mut ids: Vec<&str> = events.iter().filter_map(|it| it["properties"]["eventId"].as_str()).collect();
    ids.sort_unstable();
    ids
}

#[test]
fn a_recorded_hour_of_two_agencies_ends_in_what_is_known() {
    let desk = Desk::new();
    let url = "https://agency.example/feed";
    let add = |id: &str, kind: &str, agency: &str| {
        desk.run(&["feed", "add", "survey", id, "--kind", kind, "--agency", agency, "--dataset", "live", "--url", url])
            .ok();
    };
    add("usgs", "usgs-geojson", "A-USGS");
    add("second", "fdsn", "SECOND");
    let hour = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/feeds/hour.jsonl");
    let hour = hour.to_str().expect("a path");
    let played = desk.run(&["feed", "replay", "survey", hour, "--json"]).ok().json();
    assert_eq!(played["refused"], 2, "the half answer and the page: {played}");
    assert_eq!(state(&desk, "second")["failures"], 0, "it came back");
    let again = desk.run(&["feed", "replay", "survey", hour, "--json"]).ok().json();
    let news: u64 = again["answers"].as_array().expect("a list").iter().filter_map(|it| it["news"].as_u64()).sum();
    assert_eq!(news, 0, "what is played again says nothing new: {again}");

    let server = desk.serve(&[]);
    let told = events(&server);
    assert_eq!(told.len(), 12, "each earthquake of the hour once: {:?}", ids(&told));
    assert!(
        told.iter().all(|it| it["properties"]["status"] == "reviewed" || it["properties"]["status"] == "manual"),
        "{told:?}"
    );
    let largest =
        told.iter().find(|it| it["properties"]["magnitude"] == 8.1).expect("as reviewed, not 7.9 as at first");
    let id = largest["properties"]["eventId"].as_str().expect("a name");
    // Under the second agency's name it is the same event, everywhere.
    let text = server.get("/fdsnws/event/1/query?format=text&eventid=smi:second.example/event/000").text();
    assert!(text.contains(id), "{text}");
    let page = server.get("/hazards/events/live/smi%3Asecond.example%2Fevent%2F000?f=json").json();
    assert!(page.to_string().contains(id), "{page}");
    // What was taken back is found by its name, and only by it.
    let gone = server.get("/hazards/events/live/us2000xxxx?f=json");
    assert!(gone.status == 200 && gone.text().contains("\"deleted\""), "{}", gone.text());
    assert!(!server.get("/fdsnws/event/1/query?format=text&minmagnitude=1").text().contains("us2000xxxx"));
    let cap = |id: &str| server.get(&format!("/hazards/feed.cap/live/{id}")).text();
    assert!(cap("us2000xxxx").contains("<msgType>Cancel</msgType>"), "{}", cap("us2000xxxx"));
    assert!(cap(id).contains("<msgType>Update</msgType>") && cap(id).contains("<references>"), "{}", cap(id));
    let atom = server.get("/hazards/feed.atom?catalog=live&minmag=5").text();
    assert_eq!(
        atom.matches("<entry>").count(),
        told.iter().filter(|it| it["properties"]["magnitude"].as_f64() >= Some(5.0)).count()
    );
    assert!(atom.contains("georss:point") && atom.contains(&format!("/hazards/feed.cap/live/{id}")), "{atom}");
    let quakeml = server.get(&format!("/fdsnws/event/1/query?eventid={id}&includeallorigins=true")).text();
    assert!(
        quakeml.contains("smi:second.example/event/000/o") && quakeml.contains("A-USGS"),
        "both solutions: {quakeml}"
    );
}

#[test]
fn what_comes_twice_or_late_changes_nothing_and_what_is_taken_back_goes() {
    let agency = Agency::new();
    let desk = desk_with(&agency);
    let server = served(&desk, &agency);
    let newer = event("a", 0, 140.0, 5.2, (20, "reviewed"));
    agency.say(collection(&[newer.clone(), event("b", 60, 140.0, 4.0, (10, "automatic")), newer.clone()]));
    let first = poll(&desk).ok().json();
    assert_eq!((&first["told"], &first["new"]), (&json!(3), &json!(2)), "{first}");
    agency.say(collection(&[event("a", 0, 140.0, 5.0, (10, "automatic"))]));
    poll(&desk).ok();
    let told = events(&server);
    assert_eq!(ids(&told), ["a", "b"]);
    assert!(told.iter().any(|it| it["properties"]["magnitude"] == 5.2), "the newer version stays: {told:?}");
    assert_eq!(poll(&desk).ok().json()["news"], 0);
    agency.say(collection(&[event("b", 60, 140.0, 4.0, (30, "deleted"))]));
    assert_eq!(poll(&desk).ok().json()["withdrawn"], 1);
    assert_eq!(ids(&events(&server)), ["a"]);
    let report = server.get("/hazards/events/live/a?f=json").json();
    assert!(
        report.to_string().contains("said") || report.to_string().contains("mww 5.0"),
        "its history is told: {report}"
    );
}

#[test]
fn broken_answers_change_nothing_and_are_told_and_a_dead_feed_comes_back() {
    let agency = Agency::new();
    let desk = desk_with(&agency);
    let server = served(&desk, &agency);
    let good = collection(&[event("a", 0, 140.0, 5.0, (10, "automatic"))]);
    agency.say(good.clone());
    poll(&desk).ok();
    let wrong: [(&str, Vec<u8>); 6] = [
        ("half", good.as_bytes()[..good.len() / 2].to_vec()),
        ("page", b"<!doctype html><p>Maintenance".to_vec()),
        ("binary", vec![0xff; 4_096]),
        (
            "entity",
            b"<?xml version='1.0'?><!DOCTYPE q [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><quakeml>&x;</quakeml>"
                .to_vec(),
        ),
        ("half of QuakeML", b"<q:quakeml xmlns:q='http://quakeml.org/xmlns/quakeml/1.2'><eventParameters>".to_vec()),
        ("numbers", b"{\"features\": 7}".to_vec()),
    ];
    for (what, body) in wrong {
        agency.say(body);
        let refused = poll(&desk);
        assert_ne!(refused.code, 0, "{what}: {refused:?}");
        assert_ne!(state(&desk, "one")["error"], "", "{what}");
        assert_eq!(ids(&events(&server)), ["a"], "{what}");
    }
    agency.says.lock().expect("nobody panicked").cut = Some(3);
    poll(&desk);
    agency.says.lock().expect("nobody panicked").status = 500;
    poll(&desk);
    let dead = state(&desk, "one");
    assert_eq!((&dead["mark"], &dead["failures"]), (&json!("dead"), &json!(8)), "{dead}");
    agency.say(collection(&[event("c", 9, 150.0, 5.0, (10, "automatic"))]));
    poll(&desk).ok();
    assert_eq!(state(&desk, "one")["mark"], Value::Null);
    assert_eq!(ids(&events(&server)), ["a", "c"]);
}

#[test]
fn an_event_of_tomorrow_is_kept_and_not_believed_until_its_time() {
    let agency = Agency::new();
    let desk = desk_with(&agency);
    let server = served(&desk, &agency);
    let now =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_millis() as i64;
    let minute = (now - 1_700_000_000_000) / 60_000;
    let soon = event("soon", minute + 2, 140.0, 5.0, (10, "automatic"));
    agency.say(collection(&[soon.clone(), event("tomorrow", minute + 1_440, 150.0, 6.0, (now, "automatic"))]));
    assert_eq!(poll(&desk).ok().json()["future"], 1);
    assert_eq!(ids(&events(&server)), ["soon"], "clocks differ by minutes, not by days");
    let kept = server.get("/hazards/events/live/tomorrow?f=json");
    assert!(kept.status == 200 && kept.text().contains("\"future\""), "{}", kept.text());
    assert_eq!(state(&desk, "one")["future"], 1);
}

fn many(count: usize, (lon, updated): (f64, i64)) -> String {
    let one = |at: usize| {
        let lon = -170.0 + (lon + 3.0 * at as f64) % 340.0;
        event(&format!("m{at}"), 3 * at as i64, lon, 4.5, (updated, "automatic"))
    };
    collection(&(0..count).map(one).collect::<Vec<_>>())
}

#[test]
fn a_feed_that_lies_is_held_back_until_a_person_has_looked() {
    let agency = Agency::new();
    let desk = desk_with(&agency);
    let server = served(&desk, &agency);
    agency.say(many(20, (0.0, 10)));
    poll(&desk).ok();
    let before = events(&server);
    let lies = [
        ("all move", many(20, (40.0, 20)), "moves 20 of 20"),
        ("all are taken back", many(20, (0.0, 20)).replace("automatic", "deleted"), "takes back 20 of 20"),
        ("a flood", many(10_020, (0.0, 10)), "10000 new events"),
    ];
    for (what, body, why) in lies {
        agency.say(body);
        let refused = poll(&desk);
        assert!(refused.code != 0 && refused.err.contains(why) || refused.out.contains(why), "{what}: {refused:?}");
        assert_eq!(state(&desk, "one")["mark"], "lying", "{what}");
        assert_eq!(events(&server), before, "{what}");
    }
    // It is true after all: the last answer, of ten thousand.
    let taken = desk.run(&["feed", "poll", "survey", "one", "--accept", "--json"]).ok().json();
    assert_eq!((&taken["new"], &taken["put"]), (&json!(10_000), &json!(10_000)), "{taken}");
    let told = events(&server);
    let mut names = ids(&told);
    names.dedup();
    assert_eq!((told.len(), names.len()), (10_020, 10_020), "nothing lost, nothing doubled");
    assert_eq!(state(&desk, "one")["mark"], Value::Null);
}

#[test]
fn killed_in_the_middle_of_a_burst_it_goes_on_to_the_right_state() {
    let agency = Agency::new();
    let desk = desk_with(&agency);
    let server = served(&desk, &agency);
    agency.say(many(9_000, (0.0, 10)));
    let folder = desk.0.path().to_owned();
    let asking = std::thread::spawn(move || {
        let mut command = crate::kit::terrane();
        command.current_dir(folder).args(["feed", "poll", "survey", "one"]).output().expect("it runs")
    });
    // The first part is there, the others are not.
    until("some events are there", || {
        let count =
            server.get("/hazards/events?f=json&catalog=live&limit=1").json()["numberMatched"].as_u64().unwrap_or(0);
        count > 0
    });
    server.end(rustix::process::Signal::KILL);
    asking.join().expect("it ended");
    let server = desk.serve(&[]);
    poll(&desk).ok();
    let told = events(&server);
    let mut names = ids(&told);
    names.dedup();
    assert_eq!((told.len(), names.len()), (9_000, 9_000));
}

/// Somebody who follows the stream.
struct Follower(BufReader<TcpStream>);

impl Follower {
    fn new(server: &Server, query: &str, after: Option<&str>) -> Self {
        let last = after.map_or_else(String::new, |id| format!("Last-Event-ID: {id}\r\n"));
        let stream = server.begin(&format!("GET /hazards/stream{query} HTTP/1.1\r\nHost: localhost\r\n{last}\r\n"));
        stream.set_read_timeout(Some(Duration::from_secs(60))).expect("set");
        let mut follower = Self(BufReader::new(stream));
        let mut head = String::new();
        while follower.0.read_line(&mut head).is_ok_and(|bytes| bytes > 2) {}
        assert!(head.contains("200 OK") && head.contains("text/event-stream"), "{head}");
        follower.line("retry: ");
        follower
    }

    /// The rest of the next line that begins so.
    fn line(&mut self, start: &str) -> String {
        let mut line = String::new();
        while self.0.read_line(&mut line).is_ok_and(|bytes| bytes > 0) {
            if let Some(rest) = line.strip_prefix(start) {
                return rest.trim_end().to_owned();
            }
            line.clear();
        }
        panic!("the stream ended before “{start}”");
    }

    /// The next change: its number, what happened, the event.
    fn change(&mut self) -> (String, String, String) {
        let (id, kind) = (self.line("id: "), self.line("event: "));
        let data: Value = serde_json::from_str(&self.line("data: ")).expect("JSON");
        (id, kind, data["properties"]["eventId"].as_str().unwrap_or_default().to_owned())
    }
}

#[test]
fn who_follows_the_stream_hears_each_change_and_goes_on_after_a_restart() {
    let agency = Agency::new();
    let desk = desk_with(&agency);
    let server = served(&desk, &agency);
    let mut all = Follower::new(&server, "", None);
    let mut large = Follower::new(&server, "?minmag=6&bbox=100,0,180,60", None);
    agency.say(collection(&[event("a", 0, 140.0, 5.0, (10, "automatic"))]));
    poll(&desk).ok();
    let (first, kind, id) = all.change();
    assert_eq!((kind.as_str(), id.as_str()), ("new", "a"));
    agency.say(collection(&[
        event("a", 0, 140.0, 6.5, (20, "reviewed")),
        event("far", 50, -70.0, 7.0, (20, "automatic")),
    ]));
    poll(&desk).ok();
    assert_eq!(large.change().1, "updated");
    let heard = [all.change(), all.change()].map(|(_, kind, id)| (kind, id));
    assert_eq!(heard, [("updated".to_owned(), "a".to_owned()), ("new".to_owned(), "far".to_owned())]);
    // Stopped politely, it lets everybody go.
    assert_eq!(server.end(rustix::process::Signal::TERM), 0);
    agency.say(collection(&[event("a", 0, 140.0, 6.5, (30, "deleted"))]));
    poll(&desk).ok();
    let server = desk.serve(&[]);
    let mut again = Follower::new(&server, "", Some(&first));
    let heard = [again.change(), again.change()].map(|(_, kind, id)| (kind, id));
    assert_eq!(
        heard,
        [("new".to_owned(), "far".to_owned()), ("withdrawn".to_owned(), "a".to_owned())],
        "as it is now, once each"
    );
    let mut large = Follower::new(
        &server,
        "?minmag=6&polygon=POLYGON((130%2030,150%2030,150%2040,130%2040,130%2030))",
        Some(&first),
    );
    assert_eq!(large.change().1, "withdrawn", "judged by what was said before");
    for wrong in ["?minmag=x", "?polygon=POINT(1%202)", "?bbox=1,2", "?shoe=1", "?after=-1"] {
        assert_eq!(server.get(&format!("/hazards/stream{wrong}")).status, 400, "{wrong}");
    }
    let head = "GET /hazards/stream HTTP/1.1\r\nHost: x\r\nLast-Event-ID: ../../x\r\nConnection: close\r\n\r\n";
    assert_eq!(Answer::of(&server.bytes(head.as_bytes())).status, 400);
}

#[test]
fn a_server_asks_by_itself_and_only_where_it_may() {
    let agency = Agency::new();
    let desk = Desk::new();
    let url = format!("http://{}/fdsnws/event/1/query", agency.address);
    let add = [
        "feed",
        "add",
        "survey",
        "one",
        "--kind",
        "fdsn",
        "--agency",
        "ONE",
        "--dataset",
        "live",
        "--every",
        "10",
        "--url",
        &url,
    ];
    desk.run(&add).ok();
    let refused = poll(&desk);
    assert!(refused.code != 0 && agency.asked().is_empty(), "loopback is nobody's feed: {refused:?}");
    allow(&desk, agency.address);
    agency.says.lock().expect("nobody panicked").status = 204;
    let _server = desk.serve(&[]);
    until("it is asked", || !agency.asked().is_empty());
    assert!(agency.asked()[0].contains("format=xml&orderby=time&limit=19999&starttime="), "{:?}", agency.asked());
    until("nothing new is a success", || !state(&desk, "one")["succeeded"].is_null());
    assert_eq!(desk.run(&["feed", "remove", "survey", "one"]).ok().code, 0);
    assert_ne!(desk.run(&["feed", "show", "survey", "one"]).code, 0);
    assert!(desk.listed().contains(&"live".to_owned()), "its events stay");
}

#[test]
fn files_of_a_folder_are_taken_once_and_a_half_one_is_tried_again() {
    let desk = Desk::new();
    std::fs::create_dir(desk.path("in")).expect("made");
    desk.run(&[
        "feed",
        "add",
        "survey",
        "one",
        "--kind",
        "folder",
        "--agency",
        "ONE",
        "--dataset",
        "live",
        "--folder",
        "in",
    ])
    .ok();
    let whole = collection(&[event("b", 60, 140.0, 4.0, (10, "automatic"))]);
    desk.file("in/1.json", collection(&[event("a", 0, 140.0, 5.2, (20, "reviewed"))]));
    desk.file("in/2.json", &whole[..whole.len() - 9]);
    desk.file("in/notes.txt", "not meant");
    let half = poll(&desk);
    assert!(half.code != 0 && (half.err.clone() + &half.out).contains("2.json"), "{half:?}");
    desk.file("in/2.json", &whole);
    assert_eq!(poll(&desk).ok().json()["new"], 1);
    assert_eq!(poll(&desk).ok().json()["news"], 0);
    let server = desk.serve(&[]);
    assert_eq!(ids(&events(&server)), ["a", "b"]);
}

/// A message as `openssl` signs it.
fn signed(secret: &str, timestamp: i64, body: &str) -> String {
    let mut openssl = std::process::Command::new("openssl")
        .args(["dgst", "-sha256", "-hmac", secret, "-r"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("openssl is there");
    let mut input = openssl.stdin.take().expect("piped");
    input.write_all(format!("{timestamp}.{body}").as_bytes()).expect("written");
    drop(input);
    let out = openssl.wait_with_output().expect("it ends").stdout;
    format!("sha256={}", String::from_utf8_lossy(&out[..64]))
}

fn now_s() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    i64::try_from(since.as_secs()).expect("it fits")
}

fn post(server: &Server, feed: &str, (timestamp, signature): (i64, &str), body: &str) -> Answer {
    let head = format!(
        "POST /hazards/feeds/{feed} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\nX-Terrane-Timestamp: {timestamp}\r\nX-Terrane-Signature: {signature}\r\n\r\n{body}",
        body.len()
    );
    Answer::of(&server.bytes(head.as_bytes()))
}

const SECRET: &str = "a secret of the survey";

#[test]
fn only_who_has_the_secret_may_send_and_nothing_twice() {
    let desk = Desk::new();
    desk.file("secret.txt", format!("{SECRET}\n"));
    let add = ["feed", "add", "survey", "push", "--kind", "webhook", "--agency", "ONE", "--dataset", "live", "--json"];
    assert_ne!(desk.run(&add).code, 0, "without a secret there is no webhook");
    let added = desk.run(&[&add[..], &["--secret-file", "secret.txt"]].concat()).ok();
    let shown = desk.run(&["feed", "show", "survey", "push", "--json"]).ok();
    assert!(!(added.out + &shown.out).contains(SECRET), "it is never shown");
    let server = desk.serve(&[]);
    let (now, body) = (now_s(), collection(&[event("a", 0, 140.0, 5.0, (10, "automatic"))]));
    let right = signed(SECRET, now, &body);
    let refused = [
        post(&server, "push", (now, "sha256=00"), &body),
        post(&server, "push", (now, &signed("another secret", now, &body)), &body),
        post(&server, "push", (now, &right), &body.replace("somewhere", "elsewhere")),
        post(&server, "push", (now + 1, &right), &body),
        post(&server, "push", (now - 400, &signed(SECRET, now - 400, &body)), &body),
        post(&server, "other", (now, &right), &body),
        post(&server, "push%2Fsecret", (now, &right), &body),
    ];
    assert!(refused.iter().all(|it| it.status == 401), "{:?}", refused.iter().map(|it| it.status).collect::<Vec<_>>());
    assert_eq!(events(&server).len(), 0);
    assert_eq!(post(&server, "push", (now, &right), &body).status, 200);
    assert_eq!(ids(&events(&server)), ["a"]);
    assert_eq!(post(&server, "push", (now, &right), &body).status, 401, "not twice");
    let page = "<p>not events</p>";
    assert_eq!(post(&server, "push", (now, &signed(SECRET, now, page)), page).status, 400);
    assert_ne!(state(&desk, "push")["error"], "");
    let log = server.log();
    assert!(!log.contains(SECRET) && !log.contains("panicked"), "{log}");
}

/// Somebody who is told: messages as they came, head and body. The first is answered with 503, all others are taken.
struct Told {
    address: SocketAddr,
    messages: Arc<Mutex<Vec<(String, String)>>>,
}

impl Told {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let messages = Arc::<Mutex<Vec<(String, String)>>>::default();
        let heard = Arc::clone(&messages);
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut reader = BufReader::new(stream.try_clone().expect("cloned"));
                let mut head = String::new();
                while reader.read_line(&mut head).is_ok_and(|bytes| bytes > 2) {}
                let length = head
                    .to_lowercase()
                    .lines()
                    .find_map(|line| line.strip_prefix("content-length: ")?.trim().parse().ok());
                let mut body = vec![0; length.unwrap_or(0)];
                std::io::Read::read_exact(&mut reader, &mut body).expect("the body");
                let mut heard = heard.lock().expect("whole");
                heard.push((head, String::from_utf8(body).expect("text")));
                let status = if heard.len() == 1 { 503 } else { 204 };
                drop(heard);
                let _ = write!(stream, "HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n");
            }
        });
        Self { address, messages }
    }

    fn heard(&self) -> usize {
        self.messages.lock().expect("whole").len()
    }
}

#[test]
fn subscribers_are_told_signed_and_again_until_they_take_it() {
    let (agency, told) = (Agency::new(), Told::new());
    let desk = Desk::new();
    let path = desk.path("survey").join("terrane.toml");
    let settings = std::fs::read_to_string(&path).expect("there");
    std::fs::write(&path, format!("{settings}\n[outgoing]\nallow = \"{}, {}\"\n", agency.address, told.address))
        .expect("written");
    add_feed(&desk, &agency);
    desk.file("secret.txt", SECRET);
    let hook = format!("http://{}/hook", told.address);
    let area = "POLYGON((130 30, 150 30, 150 40, 130 40, 130 30))";
    let add = [
        "subscription",
        "add",
        "survey",
        "alarm",
        "--url",
        &hook,
        "--secret-file",
        "secret.txt",
        "--minmag",
        "5",
        "--polygon",
    ];
    assert_eq!(desk.run(&[&add[..], &["POINT(1 2)"]].concat()).code, 2, "no area");
    desk.run(&[&add[..], &[area]].concat()).ok();
    let _server = desk.serve(&[]);
    agency.say(collection(&[
        event("a", 0, 140.0, 6.0, (10, "automatic")),
        event("small", 60, 140.0, 4.0, (10, "automatic")),
        event("far", 120, 20.0, 6.0, (10, "automatic")),
    ]));
    poll(&desk).ok();
    until("it was tried, and again", || told.heard() == 2);
    let (head, body) = told.messages.lock().expect("whole")[1].clone();
    let told_once: Value = serde_json::from_str(&body).expect("JSON");
    let names: Vec<&Value> =
        told_once["features"].as_array().expect("a list").iter().map(|it| &it["properties"]["eventId"]).collect();
    assert_eq!(names, ["a"]);
    let header = |name: &str| {
        let found =
            head.lines().find_map(|line| line.to_lowercase().strip_prefix(&format!("{name}: ")).map(str::to_owned));
        found.unwrap_or_else(|| panic!("{name} in {head}"))
    };
    let timestamp = header("x-terrane-timestamp").parse().expect("a number");
    assert_eq!(header("x-terrane-signature"), signed(SECRET, timestamp, &body));
    until("it is noted", || {
        let list = desk.run(&["subscription", "list", "survey", "--json"]).ok().json();
        list["subscriptions"][0]["state"]["told"] == 1 && list["subscriptions"][0]["state"]["failures"] == 0
    });
    desk.run(&["subscription", "test", "survey", "alarm"]).ok();
    assert!(told.messages.lock().expect("whole")[2].1.contains("\"test\":true"));
    desk.run(&["subscription", "remove", "survey", "alarm"]).ok();
}
