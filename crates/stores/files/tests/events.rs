//! Files of events as they are published: counted, dated and recognised. Real ones where TERRANE_DATA names their folder.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, missing_docs)]

use std::io::Read as _;
use std::path::{Path, PathBuf};
use terrane_hazard::kind::Kind;
use terrane_hazard::table::{EventTable, Role};
use terrane_model::batch::Value;
use terrane_model::report::{Report, Severity};
use terrane_model::store::{OpenOptions, Opener as _};
use terrane_model::testing::ready;
use terrane_model::{Batch, FeatureQuery, Rows, Schema};
use terrane_store_files::FileOpener;

/// A file of the folder that TERRANE_DATA names, unpacked when it is packed.
fn data(folder: &Path, name: &str) -> Option<PathBuf> {
    let path = Path::new(&std::env::var_os("TERRANE_DATA")?).join(name);
    if !path.exists() {
        return None;
    }
    let Some(plain) = name.strip_suffix(".gz") else { return Some(path) };
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap()).read_to_end(&mut bytes).unwrap();
    let to = folder.join(Path::new(plain).file_name().unwrap());
    std::fs::write(&to, bytes).unwrap();
    Some(to)
}

struct Table {
    schema: Schema,
    batches: Vec<Batch>,
    report: Report,
}

fn open(path: &Path) -> Table {
    // One name in this catalogue has one letter beyond ASCII: nothing tells its encoding, and a person is asked.
    let is_asked = path.ends_with("ga_NSHA18CAT.MW.V0.2.csv");
    let options = OpenOptions { encoding: is_asked.then(|| "windows-1252".to_owned()), ..OpenOptions::default() };
    let mut opened = FileOpener.open(path, &options).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert_eq!(opened.len(), 1);
    let layer = opened.remove(0);
    let source = layer.views.features.unwrap();
    let scan = ready(source.scan(&FeatureQuery::default())).unwrap();
    let Rows::Local(rows) = scan.into_rows() else { panic!("a file has local rows") };
    let batches = rows.map(|batch| batch.unwrap()).collect();
    let mut report = layer.report;
    layer.findings.lock().unwrap().iter().cloned().for_each(|finding| report.add(finding));
    Table { schema: source.schema().as_ref().clone(), batches, report }
}

impl Table {
    fn rows(&self) -> usize {
        self.batches.iter().map(Batch::len).sum()
    }

    fn located(&self) -> usize {
        self.batches.iter().flat_map(Batch::features).filter(|feature| feature.geometry().is_some()).count()
    }

    fn events(&self) -> EventTable {
        EventTable::of(&self.schema)
            .unwrap_or_else(|| panic!("{} is no table of events: {:?}", self.report.file, self.schema))
    }

    /// How many rows have a value for a role.
    fn known(&self, role: Role) -> usize {
        let events = self.events();
        let column =
            events.column(role).unwrap_or_else(|| panic!("{}: no column for {role:?}", self.report.file)).to_owned();
        self.batches.iter().flat_map(Batch::features).filter(|feature| !feature.get(&column).is_null()).count()
    }

    fn time(&self, row: usize) -> String {
        let feature = self.batches[0].feature(row);
        match feature.get(&self.schema.time.as_ref().unwrap().start) {
            Value::Time(when) => format!("{when}"),
            other => panic!("{other:?}"),
        }
    }
}

/// A file, its rows, those with a place, its kind, and the first time.
type Expected = (&'static str, usize, usize, Kind, &'static str);

/// Counts as a reader of comma-separated values makes them, the row of search parameters left out.
const FILES: [Expected; 13] = [
    (
        "earthquakes/usgs_comcat_global_m5_2009-2019.csv.gz",
        20_000,
        20_000,
        Kind::Earthquake,
        "2019-11-06T07:40:43.270Z",
    ),
    (
        "earthquakes/usgs_comcat_philippines_m3_1979-2019.csv.gz",
        14_555,
        14_555,
        Kind::Earthquake,
        "2019-11-06T20:52:55.193Z",
    ),
    ("earthquakes/usgs_comcat_global_2017_1197.csv", 1_197, 1_197, Kind::Earthquake, "2017-09-08T04:49:21.410Z"),
    ("earthquakes/geonet_nz_MLNZ20_rapid_2025.csv.gz", 20_764, 20_764, Kind::Earthquake, "2025-01-01T00:05:38.900Z"),
    ("earthquakes/geonet_nz_moment_tensors.csv", 3_691, 3_691, Kind::Earthquake, "2003-08-21T12:12:00Z"),
    ("earthquakes/ga_NSHA18CAT.MW.V0.2.csv.gz", 12_553, 12_553, Kind::Earthquake, "1840-03-31T06:30:00Z"),
    ("earthquakes/isc_gem_v5_hmtk_full.csv.gz", 28_099, 28_099, Kind::Earthquake, "1904-06-25T14:45:39Z"),
    ("earthquakes/noaa_significant_earthquakes_2024-04-12.tsv", 4_648, 4_646, Kind::Earthquake, "-002149"),
    ("volcano/noaa_significant_volcanic_eruptions_2024-08-09.tsv", 881, 881, Kind::Eruption, "-004359"),
    ("tsunami/noaa_tsunami_events.csv", 2_704, 2_332, Kind::Tsunami, "-001999"),
    ("tsunami/noaa_tsunami_runups.csv.gz", 28_447, 13_725, Kind::Tsunami, "-001999"),
    ("quakeml/usgs_comcat_2013-07_m5.5.quakeml.xml", 16, 16, Kind::Earthquake, "2013-07-15T13:59:04.590Z"),
    ("quakeml/gcmt_multiple_events.ndk", 6, 6, Kind::Earthquake, "2013-03-01T03:29:48.700Z"),
];

#[test]
fn published_catalogues_are_tables_of_events_with_all_their_rows() {
    let folder = tempfile::tempdir().unwrap();
    let mut wrong = Vec::new();
    for (name, rows, located, kind, first) in FILES {
        let Some(path) = data(folder.path(), name) else { continue };
        let table = open(&path);
        eprintln!("{name}: {:?} {:?}", table.report.encoding, table.events().columns().collect::<Vec<_>>());
        for finding in &table.report.findings {
            eprintln!(
                "    {:?} {:?} {} ×{} {}",
                finding.severity,
                finding.field,
                finding.what,
                finding.count,
                finding.row.unwrap_or(0)
            );
        }
        let found = (table.rows(), table.located(), table.events().kind, table.time(0));
        if found != (rows, located, kind, first.to_owned()) {
            wrong.push(format!("{name}: {found:?}"));
        }
        assert_eq!(table.report.rows_read, rows as u64, "{name}");
        assert!(!table.report.is_refused(), "{name}");
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn columns_keep_their_meaning() {
    let folder = tempfile::tempdir().unwrap();
    let known = |name: &str, role: Role| data(folder.path(), name).map(|path| open(&path).known(role));
    let expected = [
        ("earthquakes/noaa_significant_earthquakes_2024-04-12.tsv", Role::TsunamiId, 1_502),
        ("earthquakes/noaa_significant_earthquakes_2024-04-12.tsv", Role::EruptionId, 45),
        ("earthquakes/ga_NSHA18CAT.MW.V0.2.csv.gz", Role::Magnitude, 12_543),
        ("earthquakes/geonet_nz_MLNZ20_rapid_2025.csv.gz", Role::Id, 20_764),
        ("earthquakes/geonet_nz_moment_tensors.csv", Role::Strike2, 3_691),
        ("earthquakes/isc_gem_v5_hmtk_full.csv.gz", Role::MagnitudeType, 28_099),
    ];
    for (name, role, rows) in expected {
        assert!(known(name, role).is_none_or(|known| known == rows), "{name} {role:?}: {:?}", known(name, role));
    }
}

#[test]
fn volcanoes_in_windows_1252_are_read_as_they_are_spelt() {
    let folder = tempfile::tempdir().unwrap();
    let Some(path) = data(folder.path(), "volcano/noaa_ncei_volcano_locations.csv") else { return };
    let table = open(&path);
    assert_eq!((table.rows(), table.located()), (1_571, 1_571));
    let encoding = table.report.encoding.as_ref().map(|(name, _)| name.to_lowercase());
    assert_eq!(encoding.as_deref(), Some("windows-1252"));
    assert!(EventTable::of(&table.schema).is_none(), "volcanoes are no events");
}

#[test]
fn every_sample_of_quakeml_gives_its_events() {
    let folder = tempfile::tempdir().unwrap();
    let expected = [
        ("gcmt_C200604092050A", 1),
        ("iris_events", 2),
        ("neries_events", 3),
        ("preferred", 1),
        ("qml-example-1.2-RC3", 1),
        ("quakeml_1.2_event", 1),
        ("quakeml_1.2_focalmechanism", 1),
        ("quakeml_1.2_origin", 1),
        ("usgs_event", 2),
        ("westaus_events", 2),
    ];
    for (name, rows) in expected {
        let Some(path) = data(folder.path(), &format!("quakeml/{name}.quakeml.xml")) else { continue };
        let table = open(&path);
        assert_eq!((table.rows(), table.events().kind), (rows, Kind::Earthquake), "{name}");
        assert_eq!(table.schema.key.as_deref(), Some("event_id"), "{name}");
        assert_eq!(table.known(Role::Event), rows, "{name}");
    }
}

/// A table as NOAA publishes them, made up.
const NOAA: &str = "\
\"Search Parameters\"\t\"Year\"\t\"Mo\"\t\"Dy\"\t\"Hr\"\t\"Mn\"\t\"Sec\"\t\"Tsu\"\t\"Location Name\"\t\"Latitude\"\t\"Longitude\"\t\"Focal Depth (km)\"\t\"Mag\"\t\"Deaths\"
\"[\"\"0 <= Earthquake Magnitude >= 9.9\"\"]\"\t\t\t\t\t\t\t\t\t\t\t\t\t
\t-2150\t\t\t\t\t\t\t\"HERE\"\t31.1\t35.5\t\t7.3\t
\t2011\t3\t11\t5\t46\t24.1\t5413\t\"THERE\"\t38.3\t142.4\t30\t9.1\t15893
\t1556\t2\t30\t\t\t\t\t\"NOWHERE\"\t34.5\t109.7\t\t8\t830000
";

#[test]
fn a_table_of_noaa_has_one_time_and_no_row_of_search_parameters() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("noaa.tsv");
    std::fs::write(&path, NOAA).unwrap();
    let table = open(&path);
    assert_eq!((table.rows(), table.report.rows_read), (3, 3));
    assert_eq!((table.time(0).as_str(), table.time(1).as_str()), ("-002149", "2011-03-11T05:46:24.100Z"));
    let names: Vec<&str> = table.schema.columns.iter().map(|column| column.name.as_str()).collect();
    assert!(names.starts_with(&["time", "Tsu", "Location Name"]), "{names:?}");
    let wrong: Vec<_> = table.report.findings.iter().filter(|it| it.severity == Severity::Warning).collect();
    assert!(wrong.len() == 1 && wrong[0].row == Some(3) && wrong[0].what.contains("calendar"), "{wrong:?}");
    let events = table.events();
    assert_eq!((events.column(Role::Depth), events.column(Role::TsunamiId)), (Some("Focal Depth (km)"), Some("Tsu")));
}

#[test]
fn a_file_of_search_parameters_alone_ends() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("noaa.tsv");
    std::fs::write(&path, format!("Search Parameters\tYear\n{}", "x\t\n".repeat(300_000))).unwrap();
    assert_eq!(open(&path).rows(), 0);
}
