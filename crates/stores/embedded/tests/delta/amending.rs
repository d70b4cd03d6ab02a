//! What an amendment may do, what it must not, and what many at once come to.

use super::support::{Event, Place, batches, delete, event, event_schema, memory, strengths, ten, upsert};
use std::sync::Arc;
use terrane_model::batch::{BatchBuilder, Value};
use terrane_model::query::{Position, SortKey};
use terrane_model::schema::{Column, ColumnKind, GeometryKind, Schema};
use terrane_model::testing::{Effort, Table, batches_of, ready};
use terrane_model::{Amendment, Batch, Bbox, Expected, FeatureId, FeatureQuery, FeatureSource as _, Kind};

fn place() -> Place {
    Place::new(memory(&ten(), Effort::Everything))
}

fn refused(place: &Place, amendment: &Amendment) -> (Kind, String) {
    let before = place.delta.sequence();
    let error = place.delta.amend(amendment).expect_err("it is refused");
    assert_eq!(place.delta.sequence(), before, "nothing was changed");
    (error.kind(), error.to_string())
}

fn of_number(id: i64) -> FeatureId {
    FeatureId::Number(id)
}

#[test]
fn rows_are_put_replaced_and_removed_and_every_state_stays() {
    let place = place();
    assert_eq!(place.delta.amend(&upsert(&[event(3, 30.0), event(11, 11.0)])).expect("amended"), 1);
    assert_eq!(place.delta.amend(&delete(&[2, 11])).expect("amended"), 2);
    assert_eq!(place.delta.amend(&upsert(&[event(2, 22.0)])).expect("amended"), 3);
    let count = |sequence| strengths(&place.delta.source(sequence).expect("a state")).len();
    assert_eq!([0, 1, 2, 3].map(count), [10, 11, 9, 10]);
    let strength = |sequence, id: &str| {
        let rows = strengths(&place.delta.source(sequence).expect("a state"));
        rows.into_iter().find(|row| row.0 == id).map(|row| row.1)
    };
    assert_eq!([0, 1, 2, 3].map(|at| strength(at, "2")), [Some(2.0), Some(2.0), None, Some(22.0)]);
    assert_eq!([0, 1, 2, 3].map(|at| strength(at, "3")), [Some(3.0), Some(30.0), Some(30.0), Some(30.0)]);
    assert_eq!(place.delta.state(4).err().map(|error| error.kind()), Some(Kind::NotFound));
}

#[test]
fn totals_follow_the_changes() {
    let place = place();
    let mut far = event(11, 1.0);
    far.at = Some([-170.0, 60.0]);
    place.delta.amend(&upsert(&[far, event(3, 30.0)])).expect("amended");
    place.delta.amend(&delete(&[1, 2])).expect("amended");
    let totals = place.delta.latest().expect("a state").totals(10);
    assert_eq!(totals.rows, 9);
    assert_eq!(totals.bbox, Some(Bbox { min: [-170.0, 5.0], max: [100.03, 60.0] }));
    let period = totals.period.expect("rows have times");
    assert_eq!(period.start.map(|at| at.0), event(3, 0.0).time);
    assert_eq!(period.end.map(|at| at.0), event(11, 0.0).time);
    place.delta.amend(&delete(&[11, 3])).expect("amended");
    let totals = place.delta.latest().expect("a state").totals(10);
    assert_eq!((totals.rows, totals.bbox, totals.period), (7, None, None));
}

#[test]
fn what_is_expected_must_be_so_and_the_error_names_the_feature() {
    let place = place();
    place.delta.amend(&upsert(&[event(3, 30.0), event(11, 11.0)])).expect("amended");
    place.delta.amend(&delete(&[4])).expect("amended");
    let expecting =
        |id: i64, expected| Amendment { expect: vec![(of_number(id), expected)], ..upsert(&[event(id, 0.5)]) };
    for (id, wrong) in [
        (3, Expected::Absent),
        (3, Expected::Sequence(0)),
        (3, Expected::Sequence(2)),
        (4, Expected::Sequence(0)),
        (4, Expected::Sequence(2)),
        (5, Expected::Absent),
        (5, Expected::Sequence(1)),
        (12, Expected::Sequence(0)),
    ] {
        let (kind, say) = refused(&place, &expecting(id, wrong));
        assert_eq!(kind, Kind::Conflict, "{id} {wrong:?}");
        assert!(say.contains(&format!("“{id}”")), "{say}");
    }
    let mut sequence = 2;
    for (id, right) in [
        (3, Expected::Sequence(1)),
        (11, Expected::Sequence(1)),
        (4, Expected::Absent),
        (5, Expected::Sequence(0)),
        (12, Expected::Absent),
    ] {
        sequence += 1;
        assert_eq!(
            place.delta.changed(&of_number(id)).expect("looked up"),
            match right {
                Expected::Absent => None,
                Expected::Sequence(at) => Some(at),
            }
        );
        assert_eq!(place.delta.amend(&expecting(id, right)).expect("amended"), sequence, "{id} {right:?}");
    }
    let elsewhere = Amendment { expect: vec![(of_number(3), Expected::Sequence(1))], ..upsert(&[event(7, 0.5)]) };
    assert_eq!(refused(&place, &elsewhere).0, Kind::Conflict, "also of rows that are not changed");
}

#[test]
fn removing_what_is_not_there_names_it_and_changes_nothing() {
    let place = place();
    let (kind, say) = refused(&place, &Amendment { deletes: delete(&[99]).deletes, ..upsert(&[event(1, 5.0)]) });
    assert_eq!(kind, Kind::NotFound);
    assert!(say.contains("“99”"), "{say}");
    place.delta.amend(&delete(&[1])).expect("amended");
    assert_eq!(refused(&place, &delete(&[1])).0, Kind::NotFound, "twice");
}

#[test]
fn one_row_is_named_once() {
    let place = place();
    for twice in [
        upsert(&[event(1, 1.0), event(1, 2.0)]),
        delete(&[1, 1]),
        Amendment { deletes: delete(&[1]).deletes, ..upsert(&[event(1, 2.0)]) },
        Amendment { deletes: vec![of_number(1), FeatureId::Text("1".to_owned())], ..Amendment::default() },
    ] {
        let (kind, say) = refused(&place, &twice);
        assert!(kind == Kind::Invalid && say.contains("“1”"), "{say}");
    }
}

#[test]
fn an_amendment_without_rows_changes_nothing() {
    let place = place();
    assert_eq!(place.delta.amend(&Amendment::default()).expect("nothing to do"), 0);
    place.delta.amend(&delete(&[1])).expect("amended");
    assert_eq!(place.delta.amend(&Amendment::default()).expect("nothing to do"), 1);
}

/// A batch of one row in a schema that is not quite that of the events.
fn strange(change: impl FnOnce(&mut Schema), fill: impl FnOnce(&mut BatchBuilder)) -> Amendment {
    let mut schema = (*event_schema()).clone();
    change(&mut schema);
    let mut builder = BatchBuilder::new(Arc::new(schema));
    fill(&mut builder);
    builder.end_row(of_number(1));
    let good = batches(&event_schema(), &[event(70, 1.0), event(71, 1.0)]);
    Amendment { upserts: good.into_iter().chain([builder.finish()]).collect(), ..Amendment::default() }
}

#[test]
fn rows_that_do_not_fit_are_refused_by_row_and_field() {
    let place = place();
    let unknown = strange(|schema| schema.columns[1].name = "magnitud".to_owned(), |_| {});
    let kind = strange(
        |schema| schema.columns[1] = Column::new("magnitude", ColumnKind::Text),
        |row| ["", "x"].iter().for_each(|text| row.value(&Value::Text(text))),
    );
    let crs =
        strange(|schema| schema.geometry.iter_mut().for_each(|it| it.crs = terrane_model::Crs::epsg(3857)), |_| {});
    let polygon = strange(
        |schema| schema.geometry.iter_mut().for_each(|it| it.kind = GeometryKind::Any),
        |row| row.geometry().into_iter().for_each(|it| it.begin(GeometryKind::Polygon)),
    );
    let nowhere = strange(|_| {}, |row| row.geometry().into_iter().for_each(|it| it.point([f64::NAN, 1.0], None)));
    for (amendment, field) in [
        (unknown, "row 3, field magnitud:"),
        (kind, "row 3, field magnitude:"),
        (crs, "row 3, field geometry:"),
        (polygon, "row 3, field geometry:"),
        (nowhere, "row 3, field geometry:"),
    ] {
        let (kind, say) = refused(&place, &amendment);
        assert_eq!(kind, Kind::Invalid, "{say}");
        assert!(say.starts_with(field), "{say}");
    }
    let nameless = Event { id: FeatureId::Text(String::new()), ..event(1, 1.0) };
    assert_eq!(refused(&place, &upsert(&[nameless])).0, Kind::Invalid);
}

#[test]
fn a_row_with_fewer_columns_has_no_value_in_the_others() {
    let place = place();
    let few = strange(|schema| schema.columns.truncate(1), |_| {});
    place.delta.amend(&few).expect("amended");
    let table = Table::read(&place.delta.source(1).expect("a state"));
    let row = table.find(&of_number(1)).expect("it is there");
    assert!(row.get("magnitude").is_null() && row.geometry().is_none());
}

#[test]
fn a_key_column_must_say_what_the_identity_says() {
    let schema = Arc::new(Schema { key: Some("name".to_owned()), ..(*event_schema()).clone() });
    let named =
        |name: &str| Event { id: FeatureId::Text("a".to_owned()), name: Some(name.to_owned()), ..event(1, 1.0) };
    let base = terrane_model::testing::MemoryFeatures::new(Arc::clone(&schema), Vec::new(), Effort::Everything);
    let place = Place::new(Arc::new(base));
    let amend = |name: &str| Amendment { upserts: batches(&schema, &[named(name)]), ..Amendment::default() };
    let (kind, say) = refused(&place, &amend("b"));
    assert!(kind == Kind::Invalid && say.starts_with("row 1, field name:"), "{say}");
    place.delta.amend(&amend("a")).expect("amended");
}

#[test]
fn too_many_rows_at_once_are_refused_with_the_limit() {
    let place = place();
    let most = terrane_model::limits::AMENDMENT_ROWS_MAX;
    let ids = (0..=most as i64).map(of_number).collect();
    let (kind, say) = refused(&place, &Amendment { deletes: ids, ..Amendment::default() });
    assert!(kind == Kind::TooLarge && say.contains(&most.to_string()), "{say}");
}

#[test]
fn ids_that_print_alike_are_one_feature_whatever_the_base_has() {
    let text = |id: i64| FeatureId::Text(id.to_string());
    let texts: Vec<Event> =
        ten().into_iter().map(|event| Event { id: FeatureId::Text(event.id.to_string()), ..event }).collect();
    for (base, expected) in [(ten(), of_number(3)), (texts, text(3))] {
        let place = Place::new(memory(&base, Effort::Everything));
        place.delta.amend(&upsert(&[event(3, 30.0)])).expect("amended");
        place.delta.amend(&upsert(&[Event { id: text(3), ..event(3, 31.0) }])).expect("amended");
        let table = Table::read(&place.delta.source(2).expect("a state"));
        assert_eq!(table.len(), 10);
        assert!(table.find(&expected).is_some(), "it keeps the kind of identity of the base");
        let state = place.delta.latest().expect("a state");
        assert_eq!((state.rows_added(), state.rows_replaced()), (0, 1));
    }
}

#[test]
fn of_32_writers_one_wins_each_version_and_no_change_is_lost() {
    let place = Place::new(memory(&[event(1, 0.0)], Effort::Everything));
    let rounds = 8;
    let wins: usize = std::thread::scope(|scope| {
        let writers: Vec<_> =
            (0..32).map(|_| scope.spawn(|| (0..rounds).filter(|_| count_up(&place)).count())).collect();
        writers.into_iter().map(|writer| writer.join().expect("it ends")).sum()
    });
    assert!(wins >= rounds, "in every round of all somebody wins");
    let last = place.delta.sequence();
    assert_eq!(last, wins as u64, "each win is an amendment of its own");
    for sequence in 0..=last {
        let rows = strengths(&place.delta.source(sequence).expect("a state"));
        assert_eq!(rows, [("1".to_owned(), sequence as f64)], "each state counts one more than the one before");
    }
}

/// Reads the row, adds one, and puts it back if nobody else did meanwhile; tells whether it won.
fn count_up(place: &Place) -> bool {
    let read = place.delta.source(place.delta.sequence()).expect("a state");
    let before = strengths(&read)[0].1;
    let seen = read.state().sequence();
    let expect = vec![(of_number(1), Expected::Sequence(seen))];
    match place.delta.amend(&Amendment { expect, ..upsert(&[event(1, before + 1.0)]) }) {
        Ok(sequence) => {
            assert_eq!(sequence, seen + 1, "who wins is the first after what they read");
            true
        }
        Err(error) => {
            assert_eq!(error.kind(), Kind::Conflict, "{error}");
            false
        }
    }
}

#[test]
fn who_pages_through_a_state_sees_just_that_state_while_others_amend() {
    let place = Place::new(memory(&(1..=300).map(|id| event(id, 0.0)).collect::<Vec<_>>(), Effort::Everything));
    let writing = std::sync::atomic::AtomicBool::new(true);
    std::thread::scope(|scope| {
        let (place, writing) = (&place, &writing);
        let readers: Vec<_> = (0..3).map(|at| scope.spawn(move || page_while(place, at, writing))).collect();
        // In state n the rows are as strong as n, so that a row of another state gives itself away.
        for sequence in 1..=40_u64 {
            let rows: Vec<Event> =
                (1..=300).chain([300 + sequence as i64]).map(|id| event(id, sequence as f64)).collect();
            place.delta.amend(&upsert(&rows)).expect("amended");
        }
        writing.store(false, std::sync::atomic::Ordering::Release);
        let pages: usize = readers.into_iter().map(|reader| reader.join().expect("it ends")).sum();
        assert!(pages > 0);
    });
}

fn page_while(place: &Place, at: usize, writing: &std::sync::atomic::AtomicBool) -> usize {
    let sort = if at == 0 { Vec::new() } else { vec![SortKey { column: "time".to_owned(), descending: at == 1 }] };
    let mut pages = 0;
    while writing.load(std::sync::atomic::Ordering::Acquire) {
        let sequence = place.delta.sequence();
        let mut query = FeatureQuery { sort: sort.clone(), limit: Some(70), ..FeatureQuery::default() };
        let mut rows = std::collections::BTreeSet::new();
        loop {
            // Asked for anew for each page, as a request with a cursor does.
            let source = place.delta.source(sequence).expect("the state is there");
            let batches: Vec<Batch> = batches_of(ready(source.scan(&query)).expect("answered").into_rows());
            let Some(last) = batches.last() else { break };
            let row = last.rows().last().map(|row| last.feature(row)).expect("a row");
            query.after = Some(Position::of(&row, &sort));
            for row in batches.iter().flat_map(Batch::features) {
                let strength = row.get("magnitude").as_f64().expect("a number");
                let added = matches!(row.id(), FeatureId::Number(id) if id > 300);
                assert!(
                    strength == sequence as f64 || added && strength <= sequence as f64,
                    "{strength} in {sequence}"
                );
                assert!(rows.insert(row.id()), "no row comes twice");
            }
            pages += 1;
        }
        assert_eq!(rows.len() as u64, 300 + sequence, "all rows of state {sequence}");
    }
    pages
}
