//! Questions and answers in any CRS, counts, cursors of old revisions.

use crate::kit::{Layer, Node, areas, id, ids, in_hours, names, node, node_of, points, rectangle};
use terrane_engine::import::ImportOptions;
use terrane_engine::pool::wait;
use terrane_engine::{Caller, FeaturePage, FeatureQuestion, Policy};
use terrane_model::filter::{GeometryExpr, Literal, SpatialOp};
use terrane_model::query::Columns;
use terrane_model::testing::{Effort, MemoryFeatures, sample_features};
use terrane_model::{Batch, Bbox, Crs, FeatureId, Filter, Kind, Result};

/// Wellington region and the Chatham Islands in New Zealand Transverse Mercator.
fn new_zealand() -> Node {
    // As GDAL's gdaltransform has 174 −41, 178 −37 and −176.5 −44 in EPSG:2193.
    let places = [
        ("south", [1_684_102.134, 5_460_761.411]),
        ("east", [2_045_037.087, 5_893_424.294]),
        ("Chatham", [2_441_977.480, 5_074_225.226]),
    ];
    node_of(Effort::Filter, points(Crs::epsg(2193), &places))
}

fn ask(node: &Node, change: impl FnOnce(&mut FeatureQuestion)) -> Result<FeaturePage> {
    let mut question = FeatureQuestion::new(id("rows"));
    change(&mut question);
    wait(node.engine.features(Caller::Public, question))
}

fn position(batches: &[Batch], row: usize) -> [f64; 2] {
    batches.iter().flat_map(Batch::features).nth(row).expect("the row").geometry().expect("a place").positions()[0]
}

#[test]
fn a_box_in_degrees_finds_rows_in_metres_also_across_180_degrees() {
    let node = new_zealand();
    let found = |bbox: [f64; 4]| {
        let page = ask(&node, |question| question.query.bbox = Some(Bbox::from_array(bbox))).expect("answered");
        names(&page.batches)
    };
    assert_eq!(found([173.0, -42.0, 175.0, -40.0]), ["south"]);
    assert_eq!(found([177.0, -45.0, -176.0, -36.0]), ["east", "Chatham"]);
    assert_eq!(found([-177.0, -45.0, -176.0, -43.0]), ["Chatham"]);
    assert_eq!(found([0.0, 40.0, 10.0, 50.0]), [""; 0]);
}

#[test]
fn a_box_in_the_crs_of_the_data_is_taken_as_it_is() {
    let page = ask(&new_zealand(), |question| {
        question.query.bbox = Some(Bbox { min: [1_684_102.0, 5_460_761.0], max: [1_684_103.0, 5_460_762.0] });
        question.bbox_crs = Crs::epsg(2193);
    });
    assert_eq!(names(&page.expect("answered").batches), ["south"]);
}

#[test]
fn geometry_of_a_filter_is_moved_from_its_own_crs() {
    let node = new_zealand();
    let square = |ring: [[f64; 2]; 4]| {
        let ring = ring.iter().map(|&[x, y]| geo_types::Coord { x, y }).collect();
        geo_types::Geometry::Polygon(geo_types::Polygon::new(geo_types::LineString(ring), Vec::new()))
    };
    let within = |ring: [[f64; 2]; 4]| Filter::Spatial {
        op: SpatialOp::Within,
        left: GeometryExpr::Column("geometry".to_owned()),
        right: GeometryExpr::Literal(square(ring).into()),
    };
    let degrees = ask(&node, |question| question.query.filter = Some(within(rectangle(173.9, -41.1, 174.1, -40.9))));
    assert_eq!(names(&degrees.expect("answered").batches), ["south"]);
    // Web Mercator of the same square: 174° is 19 369 591 m, −41° is −5 012 341 m (GDAL).
    let mercator = ask(&node, |question| {
        question.query.filter = Some(within(rectangle(19_360_000.0, -5_030_000.0, 19_380_000.0, -5_000_000.0)));
        question.filter_crs = Crs::web_mercator();
    });
    assert_eq!(names(&mercator.expect("answered").batches), ["south"]);
}

#[test]
fn rows_come_in_the_crs_that_was_asked_and_say_so() {
    let node = new_zealand();
    let page = ask(&node, |_| {}).expect("answered");
    let [x, y] = position(&page.batches, 2);
    assert!((x - -176.5).abs() < 1e-7 && (y - -44.0).abs() < 1e-7, "{x} {y}");
    assert_eq!(page.batches[0].schema.crs(), Some(&Crs::crs84()));
    let page = ask(&node, |question| question.crs = Crs::epsg(2193)).expect("answered");
    assert_eq!(position(&page.batches, 0), [1_684_102.134, 5_460_761.411], "not moved at all");
    assert_eq!((&page.crs, page.batches[0].schema.crs()), (&Crs::epsg(2193), Some(&Crs::epsg(2193))));
}

#[test]
fn a_crs_that_nobody_knows_is_refused() {
    let error = ask(&new_zealand(), |question| question.crs = Crs::epsg(999_999)).expect_err("there is no such CRS");
    assert!(matches!(error.kind(), Kind::Invalid | Kind::Unsupported | Kind::NotFound), "{error:?}");
}

#[test]
fn the_number_that_match_is_told_when_it_is_known_or_asked_for() {
    let not_so = |number| Filter::Not(Box::new(Filter::Ids(vec![FeatureId::Number(number)])));
    let everything = sample_features(Effort::Nothing);
    let total = everything.batches().iter().map(|batch| batch.len() as u64).sum::<u64>();
    let nothing = node_of(Effort::Nothing, sample_features(Effort::Nothing));
    let matched = |node: &Node, filter: Option<Filter>, limit, count| {
        let page = ask(node, |question| {
            question.query.filter = filter;
            question.query.limit = Some(limit);
            question.count = count;
        });
        page.expect("answered").matched
    };
    assert_eq!(matched(&nothing, None, 3, false), Some(total), "the catalogue knows the number of all rows");
    assert_eq!(matched(&nothing, Some(not_so(1_000)), 3, false), None, "nobody counted");
    assert_eq!(matched(&nothing, Some(not_so(1_000)), 3, true), Some(total - 1), "counted because it was asked");
    assert_eq!(matched(&nothing, Some(not_so(1_000)), 10_000, false), Some(total - 1), "all are on the page");
    let filters = node_of(Effort::Filter, sample_features(Effort::Nothing));
    assert_eq!(matched(&filters, Some(not_so(1_000)), 3, false), Some(total - 1), "the source knows");
    assert_eq!(matched(&filters, Some(Filter::Literal(false)), 3, true), Some(0));
}

#[test]
fn the_number_that_match_does_not_shrink_on_later_pages() {
    for effort in [Effort::Nothing, Effort::Filter, Effort::Everything] {
        let node = node_of(effort, sample_features(Effort::Nothing));
        let filter = Filter::Not(Box::new(Filter::Ids(vec![FeatureId::Number(1_000)])));
        let page = |after| {
            let page = ask(&node, |question| {
                question.query.filter = Some(filter.clone());
                question.query.limit = Some(100);
                question.query.after = after;
                question.count = true;
            });
            page.expect("answered")
        };
        let first = page(None);
        let last = page(page(first.next.clone()).next);
        assert_eq!((first.matched, last.matched, last.next.is_none()), (Some(209), Some(209), true), "{effort:?}");
    }
}

#[test]
fn a_cursor_of_a_revision_that_is_gone_is_told_so() {
    let files =
        vec![("rows", vec![Layer::rows("rows", points(Crs::crs84(), &[("a", [0.0, 0.0]), ("b", [1.0, 1.0])]))])];
    let node = node(Effort::Everything, files);
    node.import("rows", &ImportOptions::default()).expect("published");
    let first = ask(&node, |question| question.query.limit = Some(1)).expect("answered");
    let next = |question: &mut FeatureQuestion| {
        question.query.after = first.next.clone();
        question.revision = Some(first.revision.to_string());
    };
    assert_eq!(names(&ask(&node, next).expect("the revision is the same").batches), ["b"]);
    node.import("rows", &ImportOptions { replace: true, ..ImportOptions::default() }).expect("published");
    let page = ask(&node, next).expect("who is in the middle of the pages may finish");
    assert_eq!((names(&page.batches), &page.revision), (vec!["b".to_owned()], &first.revision));
    node.engine.set_policy(Policy { editions_kept: 1, ..Policy::default() });
    node.engine.tidy_all(in_hours(2));
    let error = ask(&node, next).expect_err("an hour later it is over");
    assert_eq!((error.kind(), error.place()), (Kind::Gone, Some("cursor")));
    let forged = |question: &mut FeatureQuestion| question.revision = Some("../../etc".to_owned());
    assert_eq!(ask(&node, forged).expect_err("never there").kind(), Kind::Gone);
}

#[test]
fn one_row_is_found_by_its_identity_as_number_or_text() {
    let node = node_of(Effort::Everything, points(Crs::crs84(), &[("a", [0.0, 0.0]), ("b", [1.0, 1.0])]));
    let find = |text: &str| wait(node.engine.feature(Caller::Public, id("rows"), text, Crs::crs84()));
    assert_eq!(names(&find("2").expect("found").batches), ["b"]);
    for missing in ["3", "02", "", "2 OR 1=1", "\u{0}"] {
        assert_eq!(find(missing).err().map(|error| error.kind()), Some(Kind::NotFound), "“{missing}”");
    }
    let long = find(&"x".repeat(10_000)).expect_err("not there");
    assert!(long.say().len() < 300, "what was asked is not said back at length");
}

#[test]
fn rows_without_geometry_are_listed_and_have_no_crs_to_move_to() {
    let source = points(Crs::epsg(2193), &[("a", [1_684_102.134, 5_460_761.411])]);
    let node = node_of(Effort::Nothing, source);
    let page = ask(&node, |question| {
        question.query.columns = Columns::These { names: vec!["name".to_owned()], geometry: false };
    });
    let page = page.expect("answered");
    assert!(page.batches[0].geometry.is_none() && page.batches[0].schema.geometry.is_none());
    assert_eq!(names(&page.batches), ["a"]);
}

#[test]
fn a_grid_has_no_rows_and_says_so() {
    let node = crate::kit::node_of_grid(crate::kit::longitudes(60.0, 200.0));
    let question = FeatureQuestion::new(id("grid"));
    let error = wait(node.engine.features(Caller::Public, question)).expect_err("a grid has no rows");
    assert_eq!(error.kind(), Kind::Unsupported);
}

#[test]
fn a_filter_on_identities_finds_rows_of_every_source() {
    for effort in [Effort::Nothing, Effort::Filter, Effort::Everything] {
        let source: MemoryFeatures =
            areas(Crs::crs84(), &[("a", &rectangle(0.0, 0.0, 1.0, 1.0)), ("b", &rectangle(2.0, 0.0, 3.0, 1.0))]);
        let node = node_of(effort, source);
        let page =
            ask(&node, |question| question.query.filter = Some(Filter::equals("name", Literal::Text("b".to_owned()))));
        assert_eq!(ids(&page.expect("answered").batches), [FeatureId::Number(2)]);
    }
}
