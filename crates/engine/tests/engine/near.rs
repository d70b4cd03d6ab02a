//! The nearest rows, against distances by another library.

use crate::kit::{areas, id, names, node_of, points, rectangle};
use geographiclib_rs::{Geodesic, InverseGeodesic as _};
use terrane_engine::pool::wait;
use terrane_engine::{Caller, FeaturePage, FeatureQuestion};
use terrane_model::filter::Literal;
use terrane_model::query::{Columns, Near, SortKey};
use terrane_model::testing::Effort;
use terrane_model::{Crs, Filter, Kind, Result};

const TOWNS: [(&str, [f64; 2]); 8] = [
    ("Suva", [178.44, -18.14]),
    ("Apia", [-171.77, -13.83]),
    ("Nukuʻalofa", [-175.2, -21.13]),
    ("Mata-Utu", [-176.17, -13.28]),
    ("Tokyo", [139.69, 35.69]),
    ("Wellington", [174.78, -41.29]),
    ("Port Vila", [168.32, -17.73]),
    ("Twin of Suva", [178.44, -18.14]),
];

fn ask(node: &crate::kit::Node, near: Near, change: impl FnOnce(&mut FeatureQuestion)) -> Result<FeaturePage> {
    let mut question = FeatureQuestion::new(id("rows"));
    question.query.near = Some(near);
    change(&mut question);
    wait(node.engine.features(Caller::Public, question))
}

fn near(centre: [f64; 2], count: usize) -> Near {
    Near { centre, count, within_m: None }
}

fn expected(centre: [f64; 2]) -> Vec<&'static str> {
    let geodesic = Geodesic::wgs84();
    let distance = |place: [f64; 2]| -> f64 { geodesic.inverse(centre[1], centre[0], place[1], place[0]) };
    let mut towns: Vec<(f64, usize)> = TOWNS.iter().enumerate().map(|(at, town)| (distance(town.1), at)).collect();
    towns.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    towns.into_iter().map(|(_, at)| TOWNS[at].0).collect()
}

#[test]
fn the_nearest_rows_come_nearest_first_also_across_180_degrees() {
    for effort in [Effort::Nothing, Effort::Filter, Effort::Everything] {
        let node = node_of(effort, points(Crs::crs84(), &TOWNS));
        for centre in [[179.9, -17.0], [-179.9, -17.0], [140.0, 36.0]] {
            let page = ask(&node, near(centre, 5), |_| {}).expect("answered");
            assert_eq!(names(&page.batches), expected(centre)[..5], "{centre:?}, {effort:?}");
            assert_eq!((page.matched, page.next), (Some(5), None), "five rows are asked for, and all are on the page");
        }
    }
}

#[test]
fn pages_of_the_nearest_rows_follow_each_other_and_end_with_the_last() {
    let node = node_of(Effort::Everything, points(Crs::crs84(), &TOWNS));
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = ask(&node, near([179.9, -17.0], 5), |question| {
            question.query.limit = Some(2);
            question.query.after = after.take();
        });
        let page = page.expect("answered");
        found.extend(names(&page.batches));
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    assert_eq!(found, expected([179.9, -17.0])[..5]);
}

#[test]
fn a_filter_and_a_greatest_distance_narrow_before_rows_are_counted() {
    let node = node_of(Effort::Everything, points(Crs::crs84(), &TOWNS));
    let not_suva = Filter::Not(Box::new(Filter::equals("name", Literal::Text("Suva".to_owned()))));
    let page =
        ask(&node, near([178.44, -18.14], 2), |question| question.query.filter = Some(not_suva)).expect("answered");
    assert_eq!(names(&page.batches), ["Twin of Suva", "Nukuʻalofa"]);
    let within = Near { within_m: Some(760_000.0), ..near([178.44, -18.14], 5) };
    let page = ask(&node, within, |_| {}).expect("answered");
    assert_eq!(
        (names(&page.batches), page.matched),
        (vec!["Suva".into(), "Twin of Suva".into(), "Nukuʻalofa".into()], Some(3))
    );
}

#[test]
fn an_order_sorts_the_nearest_rows_and_columns_are_cut_after_distances_are_measured() {
    let node = node_of(Effort::Everything, points(Crs::crs84(), &TOWNS));
    let page = ask(&node, near([179.9, -17.0], 3), |question| {
        question.query.sort = vec![SortKey { column: "name".to_owned(), descending: true }];
        question.query.columns = Columns::These { names: vec!["name".to_owned()], geometry: false };
    });
    let page = page.expect("answered");
    let mut wanted = expected([179.9, -17.0])[..3].to_vec();
    wanted.sort_unstable_by(|a, b| b.cmp(a));
    assert_eq!(names(&page.batches), wanted);
    assert!(page.batches.iter().all(|batch| batch.geometry.is_none()));
}

#[test]
fn the_position_may_be_in_another_crs_and_areas_around_it_are_at_no_distance() {
    let rings = [rectangle(0.0, 0.0, 2_000.0, 2_000.0), rectangle(5_000.0, 0.0, 6_000.0, 1_000.0)];
    let utm = Crs::epsg(32_654);
    let moved = rings.map(|ring| ring.map(|[x, y]| [500_000.0 + x, 4_000_000.0 + y]));
    let node = node_of(Effort::Nothing, areas(utm.clone(), &[("far", &moved[1]), ("around", &moved[0])]));
    // 500 100 E 4 000 100 N of UTM zone 54, as GDAL's gdaltransform says it.
    let page = ask(&node, near([141.001_111_585, 36.145_619_666], 1), |_| {}).expect("answered");
    assert_eq!(names(&page.batches), ["around"]);
    let page =
        ask(&node, near([505_500.0, 4_000_100.0], 2), |question| question.bbox_crs = utm.clone()).expect("answered");
    assert_eq!(names(&page.batches), ["far", "around"]);
}

#[test]
fn too_many_rows_and_rows_without_places_are_refused_in_words() {
    let node = node_of(Effort::Nothing, points(Crs::crs84(), &TOWNS));
    let error = ask(&node, near([0.0, 0.0], 1_000_000_000), |_| {}).expect_err("too many");
    assert_eq!((error.kind(), error.place()), (Kind::TooLarge, Some("near")));

    let table = terrane_model::Schema { columns: Vec::new(), geometry: None, time: None, key: None };
    let rows = terrane_model::testing::MemoryFeatures::new(table.into(), Vec::new(), Effort::Nothing);
    let plain = crate::kit::node(Effort::Nothing, vec![("rows", vec![crate::kit::Layer::rows("rows", rows)])]);
    plain.import("rows", &Default::default()).expect("published");
    let error = ask(&plain, near([0.0, 0.0], 1), |_| {}).expect_err("there is no place");
    assert_eq!(error.kind(), Kind::Unsupported);
}
