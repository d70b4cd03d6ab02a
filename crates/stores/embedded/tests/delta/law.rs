//! The law of deltas: whatever is put, removed and compacted, a plain map that the same was done to gives the same answers, for the
//! latest state and for older ones. The map judges, orders and pages by itself.

use super::support::{Event, Place, batches, event_schema, memory, stored};
use proptest::prelude::*;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;
use terrane_model::filter::{CompareOp, Expr, Literal, Predicate};
use terrane_model::query::{Columns, Position, SortKey, compare_positions};
use terrane_model::testing::{Effort, batches_of, ready};
use terrane_model::time::Interval;
use terrane_model::{Amendment, Batch, Bbox, FeatureId, FeatureQuery, FeatureSource, Filter, Instant};

const SECOND_US: i64 = 1_700_000_000_000_000;

/// One thing done to a dataset. Numbers choose rows among those there are.
#[derive(Debug, Clone)]
enum Deed {
    Put(Vec<(u8, Content)>),
    Remove(Vec<u8>),
    /// Compacts the state so many amendments ago.
    Compact(u8),
}

type Content = (Option<(u8, u8)>, Option<u8>, Option<u8>, Option<u8>);

fn content() -> impl Strategy<Value = Content> {
    let small = || proptest::option::weighted(0.8, 0..6_u8);
    (proptest::option::weighted(0.8, (0..20_u8, 0..10_u8)), small(), small(), small())
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        4 => proptest::collection::vec((0..40_u8, content()), 1..12).prop_map(Deed::Put),
        2 => proptest::collection::vec(any::<u8>(), 1..6).prop_map(Deed::Remove),
        1 => (0..3_u8).prop_map(Deed::Compact),
    ]
}

#[derive(Debug, Clone)]
struct Question {
    bbox: Option<[u8; 4]>,
    time: Option<(Option<u8>, Option<u8>)>,
    at_least: Option<u8>,
    ids: Option<Vec<u8>>,
    sort: Vec<(u8, bool)>,
    limit: usize,
    narrow: bool,
}

fn question() -> impl Strategy<Value = Question> {
    let bound = || proptest::option::of(0..6_u8);
    (
        proptest::option::weighted(0.4, any::<[u8; 4]>()),
        proptest::option::weighted(0.3, (bound(), bound())),
        proptest::option::weighted(0.3, 0..6_u8),
        proptest::option::weighted(0.1, proptest::collection::vec(0..40_u8, 0..8)),
        proptest::collection::vec((0..3_u8, any::<bool>()), 0..3),
        1..30_usize,
        any::<bool>(),
    )
        .prop_map(|(bbox, time, at_least, ids, mut sort, limit, narrow)| {
            sort.dedup_by_key(|key| key.0);
            Question { bbox, time, at_least, ids, sort, limit, narrow }
        })
}

/// Moments that fall on each other, some finer than a millisecond.
fn moment(step: u8) -> i64 {
    SECOND_US + i64::from(step) * 1_500 + i64::from(step / 4)
}

fn name_of(choice: u8, texts: bool) -> FeatureId {
    match texts && choice.is_multiple_of(2) {
        true => FeatureId::Text(format!("a{choice}")),
        false if texts => FeatureId::Text(choice.to_string()),
        false => FeatureId::Number(i64::from(choice)),
    }
}

fn event(id: FeatureId, (at, time, magnitude, name): &Content) -> Event {
    Event {
        id,
        at: at.map(|(x, y)| [f64::from(x) - 10.0, f64::from(y) - 5.0]),
        time: time.map(moment),
        magnitude: magnitude.map(f64::from),
        name: name.map(|name| ["Zürich", "a", "Z", "", "花", "a b"][usize::from(name)].to_owned()),
    }
}

/// What a plain map makes of a question, with an order of its own.
impl Question {
    fn bbox(&self) -> Option<Bbox> {
        let side = |at: u8, span: f64| f64::from(at) / 255.0 * span - span / 2.0;
        let [a, b, c, d] = self.bbox?;
        let (x, y) = ([side(a, 24.0), side(b, 24.0)], [side(c, 12.0), side(d, 12.0)]);
        Some(Bbox { min: [x[0].min(x[1]), y[0].min(y[1])], max: [x[0].max(x[1]), y[0].max(y[1])] })
    }

    fn period(&self) -> Option<Interval> {
        let (start, end) = self.time?;
        let (start, end) = (start.map(moment), end.map(moment));
        let turned = matches!((start, end), (Some(start), Some(end)) if start > end);
        let (start, end) = if turned { (end, start) } else { (start, end) };
        Some(Interval { start: start.map(Instant), end: end.map(Instant) })
    }

    fn query(&self, texts: bool) -> FeatureQuery {
        let at_least = self.at_least.map(|least| Filter::Compare {
            op: CompareOp::GreaterOrEqual,
            left: Expr::Column("magnitude".to_owned()),
            right: Expr::Literal(Literal::Float(f64::from(least))),
        });
        let ids = self.ids.as_ref().map(|ids| Filter::Ids(ids.iter().map(|&id| name_of(id, texts)).collect()));
        let filter = Filter::all([at_least, ids].into_iter().flatten());
        FeatureQuery {
            bbox: self.bbox(),
            time: self.period(),
            filter: Some(filter).filter(|filter| *filter != Filter::Literal(true)),
            sort: self
                .sort
                .iter()
                .map(|&(column, descending)| SortKey { column: column_of(column), descending })
                .collect(),
            limit: Some(self.limit),
            // The keys too, as the engine asks when it may have to order rows itself.
            columns: match self.narrow {
                true => {
                    let keys = self.sort.iter().map(|key| column_of(key.0)).filter(|key| key != "name");
                    Columns::These { names: keys.chain(["name".to_owned()]).collect(), geometry: false }
                }
                false => Columns::All,
            },
            ..FeatureQuery::default()
        }
    }

    fn wants(&self, event: &Event, texts: bool) -> bool {
        let inside =
            |bbox: Bbox, [x, y]: [f64; 2]| bbox.min[0] <= x && x <= bbox.max[0] && bbox.min[1] <= y && y <= bbox.max[1];
        let during = |period: Interval, time: i64| {
            period.start.is_none_or(|start| start.0 <= time) && period.end.is_none_or(|end| time <= end.0)
        };
        self.bbox().is_none_or(|bbox| event.at.is_none_or(|at| inside(bbox, at)))
            && self.period().is_none_or(|period| event.time.is_none_or(|time| during(period, time)))
            && self.at_least.is_none_or(|least| event.magnitude.is_some_and(|it| it >= f64::from(least)))
            && self.ids.as_ref().is_none_or(|ids| ids.iter().any(|&id| name_of(id, texts) == event.id))
    }

    fn order(&self, a: &Event, b: &Event) -> Ordering {
        let by_key = |&(column, descending): &(u8, bool)| match column {
            0 => nulls_last(a.time.as_ref(), b.time.as_ref(), descending, Ord::cmp),
            1 => nulls_last(a.magnitude.as_ref(), b.magnitude.as_ref(), descending, f64::total_cmp),
            _ => nulls_last(a.name.as_ref(), b.name.as_ref(), descending, |a, b| a.as_bytes().cmp(b.as_bytes())),
        };
        self.sort.iter().map(by_key).fold(Ordering::Equal, Ordering::then).then_with(|| a.id.cmp(&b.id))
    }
}

fn column_of(column: u8) -> String {
    ["time", "magnitude", "name"][usize::from(column)].to_owned()
}

fn nulls_last<T>(a: Option<&T>, b: Option<&T>, descending: bool, order: impl Fn(&T, &T) -> Ordering) -> Ordering {
    match (a, b) {
        (None, None) => Ordering::Equal,
        (None, _) => Ordering::Greater,
        (_, None) => Ordering::Less,
        (Some(a), Some(b)) if descending => order(b, a),
        (Some(a), Some(b)) => order(a, b),
    }
}

type Rows = BTreeMap<FeatureId, Event>;

/// A dataset and the plain map, state by state since the last compaction.
struct World {
    place: Place,
    states: Vec<Rows>,
    texts: bool,
    bases: usize,
}

impl World {
    fn new(rows: &[(u8, Content)], texts: bool, effort: Effort) -> Self {
        // A row whose name is no number stays, so that the base always has texts.
        let first = texts.then(|| event(FeatureId::Text("a0".to_owned()), &(None, None, None, None)));
        let all = rows.iter().map(|(id, content)| event(name_of(*id, texts), content)).chain(first);
        let rows: Rows = all.map(|event| (event.id.clone(), event)).collect();
        let events: Vec<Event> = rows.values().cloned().collect();
        Self { place: Place::new(memory(&events, effort)), states: vec![rows], texts, bases: 0 }
    }

    fn last(&self) -> Rows {
        self.states.last().cloned().unwrap_or_default()
    }

    fn put(&mut self, rows: &[(u8, Content)]) {
        let events: Rows = rows
            .iter()
            .map(|(id, content)| event(name_of(*id, self.texts), content))
            .map(|event| (event.id.clone(), event))
            .collect();
        let upserts = batches(&event_schema(), &events.values().cloned().collect::<Vec<_>>());
        self.amend(&Amendment { upserts, ..Amendment::default() });
        let mut next = self.last();
        next.extend(events);
        self.states.push(next);
    }

    fn remove(&mut self, choices: &[u8]) {
        let mut next = self.last();
        let mut deletes = Vec::new();
        for &choice in choices {
            let removable: Vec<FeatureId> = next.keys().filter(|id| id.to_string() != "a0").cloned().collect();
            if !removable.is_empty() {
                let id = removable[usize::from(choice) % removable.len()].clone();
                next.remove(&id);
                deletes.push(id);
            }
        }
        if !deletes.is_empty() {
            self.amend(&Amendment { deletes, ..Amendment::default() });
            self.states.push(next);
        }
    }

    fn amend(&self, amendment: &Amendment) {
        let sequence = self.place.delta.amend(amendment).expect("amended");
        assert_eq!(sequence, self.states.len() as u64);
    }

    fn compact(&mut self, ago: u8) {
        let sequence = self.place.delta.sequence().saturating_sub(u64::from(ago));
        let source = self.place.delta.source(sequence).expect("a state");
        let rows: Vec<Batch> = ready(source.compacted()).expect("rows").map(|batch| batch.expect("a batch")).collect();
        self.bases += 1;
        let base = stored(&self.place.folder, &format!("base-{}.gpkg", self.bases), source.schema(), rows);
        let path = self.place.path(&format!("base-{}.delta.gpkg", self.bases));
        let carried = self.place.delta.carry_over(sequence, &path, Arc::clone(&base)).expect("carried over");
        let new = carried.finish();
        self.place.delta =
            new.unwrap_or_else(|| terrane_store_embedded::delta::Delta::create(&path, base).expect("made"));
        self.states.drain(..sequence as usize);
        assert_eq!(self.place.delta.sequence() + 1, self.states.len() as u64);
    }

    fn check(&self, sequence: usize, question: &Question) {
        let source = self.place.delta.source(sequence as u64).expect("a state");
        let mut expected: Vec<&Event> =
            self.states[sequence].values().filter(|event| question.wants(event, self.texts)).collect();
        let mut found = all_pages(&source, &question.query(self.texts));
        if question.sort.is_empty() {
            // The order is the source's own: the same rows, and the same order as without pages.
            let whole = all_pages(&source, &FeatureQuery { limit: None, ..question.query(self.texts) });
            assert_eq!(found, whole, "pages follow each other in the source's own order");
            found.sort_by(|a, b| a.0.cmp(&b.0));
        } else {
            expected.sort_by(|a, b| question.order(a, b));
        }
        let expected: Vec<(FeatureId, Option<String>)> =
            expected.into_iter().map(|event| (event.id.clone(), event.name.clone())).collect();
        assert_eq!(found, expected, "state {sequence} of {}: {question:?}", self.states.len() - 1);
    }
}

/// Follows the pages to the end; what the source left undone is done here. Identity and name of each row.
fn all_pages(source: &dyn FeatureSource, query: &FeatureQuery) -> Vec<(FeatureId, Option<String>)> {
    let mut query = query.clone();
    let mut all = Vec::new();
    loop {
        let page = one_page(source, &query);
        let Some((last, _)) = page.last() else { return all };
        query.after = Some(last.clone());
        let done = query.limit.is_none_or(|limit| page.len() < limit);
        all.extend(page.into_iter().map(|(position, name)| (position.id, name)));
        if done {
            return all;
        }
        assert!(all.len() < 1_000, "the pages end");
    }
}

fn one_page(source: &dyn FeatureSource, query: &FeatureQuery) -> Vec<(Position, Option<String>)> {
    let scan = ready(source.scan(query)).expect("answered");
    let (sorted, paged) = (scan.is_sorted() || query.sort.is_empty(), scan.is_paged());
    // Only the base itself, before the first amendment, may leave something.
    let residual = scan.residual().map(|left| Predicate::new(left, source.schema()).expect("it fits the schema"));
    let batches = batches_of(scan.into_rows());
    let batches = batches.into_iter().map(|batch| residual.as_ref().map_or(batch.clone(), |left| left.select(&batch)));
    let batches: Vec<Batch> = batches.collect();
    let mut rows: Vec<(Position, Option<String>)> = Vec::new();
    for row in batches.iter().flat_map(Batch::features) {
        let name = row.get("name");
        rows.push((Position::of(&row, &query.sort), (!name.is_null()).then(|| name.to_string())));
    }
    if !sorted {
        rows.sort_by(|a, b| compare_positions(&query.sort, &a.0, &b.0));
    }
    if !paged {
        let after = query.after.as_ref();
        let skipped = after.map_or(0, |after| rows.iter().position(|row| row.0.id == after.id).map_or(0, |at| at + 1));
        rows = rows.into_iter().skip(skipped).take(query.limit.unwrap_or(usize::MAX)).collect();
    }
    rows
}

fn cases() -> u32 {
    std::env::var("TERRANE_LAW_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(48)
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: cases(), max_shrink_iters: 400, failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn a_base_with_a_delta_answers_as_a_plain_map_does(
        base in proptest::collection::vec((0..40_u8, content()), 0..40),
        deeds in proptest::collection::vec(deed(), 1..14),
        questions in proptest::collection::vec((question(), any::<u8>()), 8..16),
        texts in any::<bool>(),
        effort in prop_oneof![Just(Effort::Nothing), Just(Effort::Filter), Just(Effort::Everything)],
    ) {
        let mut world = World::new(&base, texts, effort);
        for deed in &deeds {
            match deed {
                Deed::Put(rows) => world.put(rows),
                Deed::Remove(choices) => world.remove(choices),
                Deed::Compact(ago) => world.compact(*ago),
            }
            let last = world.states.len() - 1;
            world.check(last, &questions[0].0);
        }
        for (question, choice) in &questions {
            world.check(world.states.len() - 1, question);
            world.check(usize::from(*choice) % world.states.len(), question);
        }
    }
}
