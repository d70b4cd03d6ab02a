//! The manual is true: every command in it is run, in order, with small files that stand in for a survey's.

#![allow(clippy::panic)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// What is not run, and why.
const PASSED_OVER: [(&str, &str); 10] = [
    ("make ", "builds the program and installs packages; CI runs it"),
    ("git clone ", "needs the network"),
    ("terrane serve ", "does not end; its options are checked, and servers are started in other tests"),
    ("terrane demo", "does not end; its options are checked, and the demo is made in other tests"),
    ("terrane check ", "asks a server; its options are checked, and services are checked in other tests"),
    ("sqlite3 ", "another program; its question is asked below"),
    ("dataset=", "reading a backup without this program; the tests of the store do it"),
    ("revision=", "as above"),
    ("tar ", "as above"),
    ("(cd ", "as above"),
];

/// Pages in the order in which a person reads them; those of one list share a folder.
const READ_TOGETHER: [&[&str]; 2] = [
    &["README.md"],
    &[
        "docs/quickstart.md",
        "docs/howto/publish.md",
        "docs/howto/style.md",
        "docs/howto/geology.md",
        "docs/howto/events.md",
        "docs/howto/summarise.md",
        "docs/howto/tiles.md",
        "docs/howto/run.md",
        "docs/howto/backup.md",
        "docs/howto/connect.md",
        "docs/howto/external.md",
        "docs/howto/check.md",
        "docs/howto/onegeology.md",
        "docs/explanation/data-folder.md",
        "docs/reference/addresses.md",
    ],
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Runs a line as a person's shell would, with the program on the path.
fn shell(folder: &Path, line: &str) -> Output {
    let program = Path::new(env!("CARGO_BIN_EXE_terrane")).parent().expect("it is in a folder");
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap_or_default());
    let mut command = Command::new("sh");
    command.args(["-ec", line]).current_dir(folder).env("PATH", path).env("HOME", folder.join("home"));
    command.output().expect("sh starts")
}

fn terrane(folder: &Path, arguments: &[&str]) {
    let output =
        Command::new(env!("CARGO_BIN_EXE_terrane")).args(arguments).current_dir(folder).output().expect("starts");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// The commands of a page's `sh` blocks, lines that go on joined, remarks cut off.
fn commands(page: &str) -> Vec<String> {
    let mut commands: Vec<String> = Vec::new();
    let (mut inside, mut goes_on) = (false, false);
    for line in page.lines().map(str::trim) {
        if line.starts_with("```") {
            (inside, goes_on) = (line == "```sh", false);
            continue;
        }
        if !inside || line.is_empty() {
            continue;
        }
        let line = line.split("  # ").next().unwrap_or(line).trim_end();
        let (text, more) = line.strip_suffix('\\').map_or((line, false), |text| (text, true));
        match commands.last_mut() {
            Some(last) if goes_on => last.push_str(text),
            _ => commands.push(text.to_owned()),
        }
        goes_on = more;
    }
    commands
}

/// The files that the manual speaks of.
fn stand_ins(folder: &Path) {
    std::os::unix::fs::symlink(root().join("demo"), folder.join("demo")).expect("linked");
    let wells = "well_id,lon,lat,depth_m\nA1,100.5,13.75,120\nA2,100.6,13.80,95\n";
    std::fs::write(folder.join("wells.csv"), wells).expect("written");
    std::fs::write(folder.join("wells-2027.csv"), format!("{wells}A3,100.7,13.85,60\n")).expect("written");
    let comcat =
        "time,latitude,longitude,depth,mag,magType,id\n2011-03-11T05:46:24.120Z,38.297,142.373,29,9.1,mww,us1\n";
    std::fs::write(folder.join("comcat.csv"), comcat).expect("written");
    let isc = "eventID,year,month,day,hour,minute,second,longitude,latitude,depth,magnitude,magnitudeType\n101,2011,3,11,5,46,23,142.498,38.297,19.7,9.09,MW\n";
    std::fs::write(folder.join("isc.csv"), isc).expect("written");
    std::fs::copy(root().join("demo/styles/mino_units.json"), folder.join("units.json")).expect("copied");
    // A GeoPackage, as the program itself writes it.
    terrane(folder, &["init", "maker"]);
    terrane(folder, &["add", "maker", "demo/data/gsj_mino_units.geojson", "--id", "geology"]);
    let revision = std::fs::read_dir(folder.join("maker/datasets/geology")).expect("there").next().expect("one");
    let made = revision.expect("read").path().join("features.gpkg");
    std::fs::copy(made, folder.join("geology.gpkg")).expect("copied");
}

/// Runs what can be run; of the rest, that the program takes the options.
fn follow(folder: &Path, page: &str, command: &str) {
    let passed_over = PASSED_OVER.iter().any(|(begin, _)| format!("{command} ").starts_with(begin));
    let line = match (passed_over, command.starts_with("terrane ")) {
        (false, _) => command.to_owned(),
        (true, true) => format!("{command} --help"),
        (true, false) => return,
    };
    let output = shell(folder, &line);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{page}: “{line}” ended with {}: {said}", output.status);
}

#[test]
fn every_command_in_the_manual_works_in_the_order_of_the_manual() {
    let mut run = 0;
    for pages in READ_TOGETHER {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("home")).expect("made");
        stand_ins(folder.path());
        for page in pages {
            let text = std::fs::read_to_string(root().join(page)).expect("the page is there");
            for command in commands(&text) {
                follow(folder.path(), page, &command);
                run += 1;
            }
        }
    }
    assert!(run > 15, "only {run} commands were found");
}

#[test]
fn every_page_with_commands_is_read() {
    let known: Vec<&str> = READ_TOGETHER.concat();
    let mut folders = vec![root().join("docs")];
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).expect("there").map(|entry| entry.expect("read").path()) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            let page = path.strip_prefix(root()).expect("below").display().to_string();
            let runs = commands(&text).iter().any(|command| command.starts_with("terrane "));
            assert!(!runs || known.contains(&page.as_str()), "{page} has commands and is not in the list above");
        }
    }
}

#[test]
fn the_question_to_sqlite_in_the_manual_is_answered() {
    let folder = tempfile::tempdir().expect("a folder");
    stand_ins(folder.path());
    let text = std::fs::read_to_string(root().join("docs/explanation/data-folder.md")).expect("the page is there");
    let command = commands(&text).into_iter().find(|command| command.starts_with("sqlite3 ")).expect("it is there");
    let question = command.split('"').nth(1).expect("it is quoted").to_owned();
    let catalogue = rusqlite::Connection::open(folder.path().join("maker/catalogue.sqlite")).expect("opens");
    let row = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?));
    let (id, revision) = catalogue.query_row(&question, [], row).expect("one dataset");
    assert_eq!(id, "geology");
    assert!(folder.path().join("maker/datasets/geology").join(revision).is_dir());
}

#[test]
fn every_example_in_the_help_has_options_that_are_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let help = |words: &str| {
        String::from_utf8(shell(folder.path(), &format!("terrane {words} --help")).stdout).expect("UTF-8")
    };
    let subcommands = [
        "",
        "demo",
        "init",
        "serve",
        "add",
        "list",
        "show",
        "edit",
        "remove",
        "doctor",
        "completions",
        "amend",
        "compact",
        "backup",
        "restore",
        "export",
        "editions",
        "config",
        "geology",
        "merge",
        "summarise",
        "tiles",
        "warm",
    ];
    let mut seen = 0;
    for words in subcommands {
        for example in help(words).lines().filter_map(|line| line.strip_prefix("  terrane ")) {
            let example = example.split("   ").next().unwrap_or(example).split(" > ").next().unwrap_or(example);
            let output = shell(folder.path(), &format!("terrane {example} --help"));
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success(), "terrane {example}: {said}");
            seen += 1;
        }
    }
    assert!(seen > 15, "only {seen} examples were found");
}

#[test]
fn every_link_between_pages_of_the_manual_leads_to_a_file() {
    for page in READ_TOGETHER.concat().into_iter().chain(["docs/index.md", "ARCHITECTURE.md", "CONTRIBUTING.md"]) {
        let text = std::fs::read_to_string(root().join(page)).expect("the page is there");
        let folder = root().join(page).parent().expect("it is in a folder").to_owned();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if link.contains("://") || link.starts_with('#') {
                continue;
            }
            let file = link.split('#').next().unwrap_or(link);
            assert!(folder.join(file).exists(), "{page} links to {link}, which is not there");
        }
    }
}
