//! Damaged display copies: a flipped bit or a missing end gives an error or the right rows, never wrong ones and never a panic.

use crate::display::copy_of;
use crate::support::{OwnRow, rows_of_scan};
use proptest::prelude::*;
use std::path::Path;
use std::sync::OnceLock;
use terrane_formats::display::{DisplayCache, DisplaySource};
use terrane_model::query::SortKey;
use terrane_model::testing::{Effort, ready, sample_features};
use terrane_model::{Bbox, FeatureQuery, FeatureSource, Filter, Result, Rows};

/// The bytes of a small copy with every kind of column and geometry.
fn bytes() -> &'static [u8] {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    BYTES.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        copy_of(&sample_features(Effort::Nothing), folder.path());
        std::fs::read(folder.path().join("features.display")).unwrap()
    })
}

fn queries() -> Vec<FeatureQuery> {
    let sort = |descending| vec![SortKey { column: "seen".to_owned(), descending }];
    vec![
        FeatureQuery::default(),
        FeatureQuery { sort: sort(true), ..FeatureQuery::default() },
        FeatureQuery { bbox: Some(Bbox { min: [-60.0, -60.0], max: [60.0, 60.0] }), ..FeatureQuery::default() },
        FeatureQuery { filter: Some(Filter::Text("basalt".to_owned())), sort: sort(false), ..FeatureQuery::default() },
        FeatureQuery {
            filter: Some(Filter::Ids(vec![terrane_model::FeatureId::Number(1_000)])),
            ..FeatureQuery::default()
        },
    ]
}

/// The answers to all questions, or the first error.
fn answers(path: &Path) -> Result<Vec<Vec<OwnRow>>> {
    let copy = DisplaySource::open(path, DisplayCache::new(1 << 20))?;
    let answer = |query: &FeatureQuery| {
        let Rows::Local(rows) = ready(copy.scan(query))?.into_rows() else { panic!("a local source has local rows") };
        let batches = rows.collect::<Result<Vec<_>>>()?;
        Ok(rows_of_scan(terrane_model::FeatureScan::filtered(Rows::ready(batches))))
    };
    queries().iter().map(answer).collect()
}

fn with_bytes<T>(bytes: &[u8], look: impl FnOnce(&Path) -> T) -> T {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("damaged.display");
    std::fs::write(&path, bytes).unwrap();
    look(&path)
}

fn flipped(place: usize, bit: u8) -> Vec<u8> {
    let mut damaged = bytes().to_vec();
    damaged[place] ^= 1 << bit;
    damaged
}

#[test]
fn a_flipped_bit_anywhere_is_found_by_looking_at_all() {
    for place in (0..bytes().len()).step_by(23) {
        let damaged = flipped(place, (place / 23 % 8) as u8);
        let outcome = with_bytes(&damaged, DisplaySource::verify);
        let error = outcome.expect_err(&format!("a bit of byte {place} was flipped"));
        assert!(error.place().is_some(), "the error says where: {error:?}");
    }
}

#[test]
fn a_copy_that_ends_early_is_refused_whatever_its_length() {
    for length in (0..bytes().len()).step_by(61).chain([bytes().len() - 1]) {
        let opened = with_bytes(&bytes()[..length], |path| DisplaySource::open(path, DisplayCache::new(0)).map(drop));
        assert!(opened.is_err(), "{length} of {} bytes", bytes().len());
    }
    let longer = [bytes(), &[0]].concat();
    assert!(with_bytes(&longer, |path| DisplaySource::open(path, DisplayCache::new(0)).map(drop)).is_err());
}

#[test]
fn a_copy_that_is_cut_under_a_running_server_gives_errors() {
    with_bytes(bytes(), |path| {
        let copy = DisplaySource::open(path, DisplayCache::new(0)).unwrap();
        std::fs::OpenOptions::new().write(true).open(path).unwrap().set_len(100).unwrap();
        let Rows::Local(mut rows) = ready(copy.scan(&FeatureQuery::default())).unwrap().into_rows() else { panic!() };
        assert!(rows.next().unwrap().is_err());
        assert!(rows.next().is_none(), "after an error there is nothing more");
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn damage_gives_an_error_or_the_same_answers(
        spots in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        run in prop::option::weighted(0.3, (any::<prop::sample::Index>(), 1..200_usize)),
    ) {
        let right = with_bytes(bytes(), answers).unwrap();
        let mut damaged = bytes().to_vec();
        for (place, byte) in &spots {
            let place = place.index(damaged.len());
            damaged[place] = *byte;
        }
        if let Some((place, length)) = run {
            let place = place.index(damaged.len());
            let end = (place + length).min(damaged.len());
            damaged[place..end].fill(0);
        }
        if let Ok(answers) = with_bytes(&damaged, answers) {
            prop_assert_eq!(answers, right);
        }
    }
}
