//! Files of a stranger who means harm: each is refused with a sentence or read with a remark, in little memory.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod corpus;

use cap::Cap;
use corpus::{Case, Fate};
use std::alloc::System;
use terrane_formats::check::{CheckOptions, Inspector};
use terrane_model::grid::GridQuery;
use terrane_model::report::{Report, Severity};
use terrane_model::store::{OpenOptions, Opened, Opener as _};
use terrane_model::testing::ready;
use terrane_model::{Error, FeatureQuery, GridSource, Result, Rows};
use terrane_store_files::FileOpener;

#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, usize::MAX);

/// Bytes that reading any of the files may hold at once.
const PEAK_BYTES_MAX: usize = 64_000_000;

/// Reads everything there is, as an import does, and returns all remarks.
fn read(case: &Case, repair: bool) -> Result<Vec<Report>> {
    FileOpener.open(&case.path, &OpenOptions::default())?.into_iter().map(|layer| read_layer(layer, repair)).collect()
}

fn read_layer(layer: Opened, repair: bool) -> Result<Report> {
    let mut report = layer.report;
    if let Some(features) = &layer.views.features {
        let mut inspector = Inspector::new(features.schema(), &CheckOptions { repair, ..CheckOptions::default() });
        let scan = ready(features.scan(&FeatureQuery::default()))?;
        let Rows::Local(rows) = scan.into_rows() else { panic!("files have local rows") };
        for batch in rows {
            inspector.see(batch?)?;
        }
        layer.findings.lock().unwrap().drain(..).for_each(|finding| report.add(finding));
        inspector.finish(&mut report);
    }
    if let Some(grid) = &layer.views.grid {
        window(&**grid)?;
    }
    Ok(report)
}

fn window(grid: &dyn GridSource) -> Result<()> {
    let bbox = grid.schema().bbox();
    let query = GridQuery {
        bbox,
        step_max: None,
        bands: Vec::new(),
        slice: vec![0; grid.schema().axes.len()],
        samples_max: 1_000_000,
    };
    ready(grid.window(&query)).map(drop)
}

/// What is wrong with the outcome; nothing when it is as it should be.
fn complaint(case: &Case, outcome: &Result<Vec<Report>>) -> Option<String> {
    let refusals = |reports: &[Report]| {
        let findings = reports.iter().flat_map(|report| report.findings.clone());
        findings.filter(|finding| finding.severity == Severity::Refusal).map(|finding| finding.what).collect::<Vec<_>>()
    };
    let has = |reports: &[Report], words: &str| {
        reports.iter().flat_map(|report| &report.findings).any(|finding| finding.what.contains(words))
    };
    match (case.fate, outcome) {
        (Fate::Refused(words), Err(error)) => {
            (!error.say().contains(words)).then(|| format!("refused, but not for “{words}”: {error}"))
        }
        (Fate::Refused(words), Ok(reports)) => {
            let refusals = refusals(reports);
            let said = refusals.iter().any(|what| what.contains(words));
            (!said).then(|| format!("not refused for “{words}”: {reports:?}"))
        }
        (Fate::Told(words), Ok(reports)) => {
            (!has(reports, words)).then(|| format!("nothing of “{words}”: {reports:?}"))
        }
        (Fate::Read, Ok(reports)) => (!refusals(reports).is_empty()).then(|| format!("refused: {reports:?}")),
        (Fate::Told(_) | Fate::Read, Err(error)) => Some(format!("refused: {error}")),
        (Fate::Either, _) => None,
    }
    .or_else(|| outcome.as_ref().err().and_then(leak))
}

/// Sentences for people hold no paths and none of what databases say.
fn leak(error: &Error) -> Option<String> {
    let say = error.say();
    let leaks =
        say.is_empty() || ["/tmp", "sqlite_", "SQLITE", "panicked", "os error"].iter().any(|word| say.contains(word));
    (leaks || error.kind() == terrane_model::Kind::Internal).then(|| format!("says what it should not: {error:?}"))
}

#[test]
fn every_file_ends_as_it_should_in_little_memory() {
    let folder = tempfile::tempdir().unwrap();
    let cases = corpus::write(folder.path());
    assert!(cases.len() > 250, "{} files", cases.len());
    let mut complaints = Vec::new();
    for case in &cases {
        for repair in [false, true] {
            let before = ALLOCATOR.allocated();
            let highest = ALLOCATOR.max_allocated();
            let outcome = read(case, repair);
            // The highest ever: what making the files took hides less than it.
            let peak = ALLOCATOR.max_allocated();
            let name = case.path.file_name().unwrap().to_string_lossy().into_owned();
            if peak > highest && peak - before > PEAK_BYTES_MAX {
                complaints.push(format!("{name}: held {} bytes", peak - before));
            }
            complaints.extend(complaint(case, &outcome).map(|complaint| format!("{name}: {complaint:.600}")));
        }
    }
    let outside = std::fs::read_dir(folder.path().parent().unwrap()).unwrap().flatten();
    assert!(!outside.map(|entry| entry.file_name()).any(|name| name == "evil.csv"), "something was written outside");
    assert!(complaints.is_empty(), "{} complaints:\n{}", complaints.len(), complaints.join("\n"));
}
