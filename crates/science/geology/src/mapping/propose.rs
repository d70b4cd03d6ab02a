//! Proposes a mapping from what a table's columns are called and what they say. A person confirms it.

use super::headings;
use super::report::Tuple;
use super::{Entry, Event, Layer, Part, Shape, Source, Table};
use crate::time;
use crate::view::{AGE, LITHOLOGY, TermKind, View};
use crate::vocabulary::{self, Match};
use terrane_model::schema::{Column, ColumnKind, GeometryKind, Schema};

/// What is proposed for a table.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Proposal {
    /// The layers, one per view that the table seems to be of.
    pub layers: Vec<Layer>,
    /// What a person should know before confirming.
    pub remarks: Vec<String>,
}

/// Of the values of a column, so many must have a meaning for the column to be read for it.
const SHARE_MIN: f64 = 0.5;
/// Of lines and points, kinds are told by few of the values: a boundary and a fault stand in one table.
const SHARE_OF_KINDS_MIN: f64 = 0.05;
/// Shares that differ by less are the same: the column that says it in fewer letters is taken.
const SHARE_STEP: f64 = 0.1;
/// A meaning less sure than this is not proposed.
const SCORE_MIN: f32 = 0.5;
/// The same for kinds, whose names are short.
const SCORE_OF_KINDS_MIN: f32 = 0.75;

/// Gives the combinations of values that some columns of a table have.
pub type Values<'a> = &'a mut dyn FnMut(&[String]) -> terrane_model::Result<Vec<Tuple>>;

/// Proposes how a table is told: by its geometry, the names of its columns and their values.
pub fn propose(schema: &Schema, values: Values<'_>) -> terrane_model::Result<Proposal> {
    let kind = schema.geometry.as_ref().map_or(GeometryKind::Any, |geometry| geometry.kind.part());
    let mut columns = Vec::new();
    for column in schema.kept().filter(|column| column.kind == ColumnKind::Text) {
        let tuples = values(std::slice::from_ref(&column.name))?;
        columns.push(Looked::at(column, &tuples));
    }
    let views: &[&str] = match kind {
        GeometryKind::LineString => &["ShearDisplacementStructureView", "ContactView"],
        GeometryKind::Point => &["MineralOccurrenceView", "MineView", "BoreholeView"],
        _ => &["GeologicUnitView"],
    };
    let mut proposal = Proposal::default();
    for view in views.iter().filter_map(|name| View::named(name)) {
        if let Some(layer) = layer(view, schema, &columns, values)? {
            proposal.layers.push(layer);
        }
    }
    if proposal.layers.is_empty() {
        proposal.remarks.push(
            "No column says an age, a rock, a kind of fault or contact, or a commodity in words that are known; name the columns with \
             --column FIELD=COLUMN."
                .to_owned(),
        );
    }
    Ok(proposal)
}

/// What a column seems to say.
struct Looked<'a> {
    column: &'a Column,
    /// Whether its letters are those of East or South-East Asia.
    is_asian: bool,
    /// The share of its values that have a meaning, by kind of term.
    shares: Vec<(&'static str, f64)>,
    /// How many letters its values have on average, to prefer what says more.
    letters: f64,
}

impl<'a> Looked<'a> {
    fn at(column: &'a Column, tuples: &[Tuple]) -> Self {
        let texts: Vec<&str> = tuples.iter().filter_map(|tuple| tuple.values.first()?.as_deref()).collect();
        let share = |kind: &'static TermKind| {
            let told = texts.iter().filter(|text| meaning(kind, &[Some((**text).to_owned())]).has_meaning()).count();
            (kind.name, told as f64 / texts.len().max(1) as f64)
        };
        let letters: usize = texts.iter().map(|text| text.chars().count()).sum();
        let asian = texts.iter().filter(|text| text.chars().any(|letter| letter > '\u{0e00}')).count();
        Self {
            column,
            is_asian: asian * 2 > texts.len(),
            shares: READ.iter().filter_map(|name| TermKind::named(name)).map(share).collect(),
            letters: letters as f64 / texts.len().max(1) as f64,
        }
    }

    fn share(&self, kind: &str) -> f64 {
        self.shares.iter().find(|(name, _)| *name == kind).map_or(0.0, |(_, share)| *share)
    }
}

/// The kinds of terms that values are looked through for.
const READ: [&str; 7] =
    [AGE, LITHOLOGY, "faultType", "contactType", "commodity", "mineralOccurrenceType", "mineStatus"];

fn layer(
    view: &'static View,
    schema: &Schema,
    columns: &[Looked<'_>],
    values: Values<'_>,
) -> terrane_model::Result<Option<Layer>> {
    let mut layer = Layer { view: view.name.to_owned(), geometry: Shape::of(schema), ..Layer::default() };
    for kind in view.terms().filter(|kind| READ.contains(&kind.name)) {
        let names = columns_of(kind, columns);
        if names.is_empty() {
            continue;
        }
        let names = without_echoes(names, values)?;
        let entries = values(&names)?.into_iter().map(|tuple| proposed(kind, tuple.values)).collect();
        layer.terms.insert(kind.name.to_owned(), Table { columns: names, values: entries });
    }
    let telling = view.told_by;
    let has_telling = layer.terms.get(telling).is_some_and(|table| table.values.iter().any(Entry::has_meaning));
    by_heading(view, schema, &mut layer);
    named(view, columns, &mut layer);
    described(view, &mut layer);
    match (telling.is_empty(), has_telling) {
        (false, false) => Ok(None),
        (true, _) if layer.terms.is_empty() && !has_own_fields(view, &layer) => Ok(None),
        (told_by_nothing, _) => {
            layer.only = (!told_by_nothing).then(|| telling.to_owned());
            Ok(Some(layer))
        }
    }
}

/// Whether columns are headed as only this view's are.
fn has_own_fields(view: &View, layer: &Layer) -> bool {
    let common = ["identifier", "name", "description", "source", "genericSymbolizer", "positionalAccuracy"];
    view.field("boreholeLength_m").is_some_and(|field| layer.fields.contains_key(field.name))
        || layer.fields.keys().any(|field| field.ends_with("_uri") && !common.contains(&field.as_str()))
}

/// The columns that say a kind of term: of ages all that do, from coarse to fine, of others the one that says most. Where two
/// languages say the same, one of them.
fn columns_of(kind: &TermKind, columns: &[Looked<'_>]) -> Vec<String> {
    let is_kind = kind.name != AGE && kind.name != LITHOLOGY;
    let least = if is_kind { SHARE_OF_KINDS_MIN } else { SHARE_MIN };
    let says = |looked: &&Looked<'_>| {
        let headed = headings::field(&looked.column.name).is_some_and(|field| field == kind.field);
        let share = looked.share(kind.name);
        // A line of rocks also says ages to those who look for them; what says more of the other is the other.
        let other = if kind.name == AGE { looked.share(LITHOLOGY) } else { looked.share(AGE) };
        (share >= least && share > other) || (headed && share > 0.0)
    };
    let mut all: Vec<&Looked<'_>> = columns.iter().filter(says).collect();
    let latin = all.iter().any(|looked| !looked.is_asian);
    all.retain(|looked| !latin || !looked.is_asian);
    if kind.name != AGE {
        let most = |a: &&Looked<'_>, b: &&Looked<'_>| {
            let step = |looked: &Looked<'_>| (looked.share(kind.name) / SHARE_STEP) as i64;
            step(a).cmp(&step(b)).then(b.letters.total_cmp(&a.letters))
        };
        all = all.into_iter().max_by(most).into_iter().collect();
    }
    all.into_iter().map(|looked| looked.column.name.clone()).collect()
}

/// The columns without those that only say again what another of them says.
fn without_echoes(mut names: Vec<String>, values: Values<'_>) -> terrane_model::Result<Vec<String>> {
    let tuples = values(&names)?;
    for at in (1..names.len()).rev() {
        let others = |tuple: &Tuple| tuple.values[..at].contains(&tuple.values[at]);
        if tuples.iter().all(|tuple| tuple.values[at].is_none() || others(tuple)) {
            names.remove(at);
            return without_echoes(names, values);
        }
    }
    Ok(names)
}

/// Fields whose columns are headed like them.
fn by_heading(view: &View, schema: &Schema, layer: &mut Layer) {
    for column in schema.kept() {
        let Some(field) = headings::field(&column.name).filter(|field| view.field(field).is_some()) else { continue };
        let told = layer.terms.keys().filter_map(|kind| TermKind::named(kind)).any(|kind| kind.field == field);
        if !told {
            layer.fields.entry(field.to_owned()).or_insert_with(|| Source::Column(column.name.clone()));
        }
    }
}

/// The column whose values look like names of units, and the line of the legend as the description.
fn named(view: &View, columns: &[Looked<'_>], layer: &mut Layer) {
    if view.name != "GeologicUnitView" {
        return;
    }
    let lithology = layer.terms.get(LITHOLOGY).and_then(|table| table.columns.first()).cloned();
    if let Some(column) = lithology {
        layer.fields.entry("description".to_owned()).or_insert(Source::Column(column));
    }
    let taken: Vec<String> = layer.columns().into_iter().map(str::to_owned).collect();
    let latin = columns.iter().any(|looked| !looked.is_asian);
    let is_name = |looked: &&Looked<'_>| {
        !taken.contains(&looked.column.name) && looked.share(AGE) < SHARE_MIN && !(latin && looked.is_asian)
    };
    let words = |looked: &&Looked<'_>| looked.letters;
    let best = columns.iter().filter(is_name).max_by(|a, b| words(a).total_cmp(&words(b)));
    if let Some(best) = best.filter(|looked| looked.letters > NAME_LETTERS_MIN) {
        layer.fields.entry("name".to_owned()).or_insert_with(|| Source::Column(best.column.name.clone()));
    }
}

/// Of what is told by its kind, the survey's own word for the kind as the description.
fn described(view: &View, layer: &mut Layer) {
    let telling = layer.terms.get(view.told_by).and_then(|table| table.columns.first()).cloned();
    if let Some(column) = telling.filter(|_| view.field("description").is_some()) {
        layer.fields.entry("description".to_owned()).or_insert(Source::Column(column));
    }
}

/// Names of units are longer than symbols.
const NAME_LETTERS_MIN: f64 = 4.0;

fn proposed(kind: &'static TermKind, when: Vec<Option<String>>) -> Entry {
    let meaning = meaning(kind, &when);
    Entry { when, ..meaning }
}

/// What values seem to mean; an entry without meaning when they say nothing that is known.
pub(super) fn meaning(kind: &'static TermKind, values: &[Option<String>]) -> Entry {
    match kind.name {
        AGE => age(values),
        LITHOLOGY => rocks(values),
        _ => term(kind, values),
    }
}

/// Of several columns the one that says the shortest time.
fn age(values: &[Option<String>]) -> Entry {
    let read = values.iter().flatten().filter_map(|text| time::read_age(text)).filter(|read| read.score >= SCORE_MIN);
    let duration = |read: &time::ReadAge| read.age.older_ma - read.age.younger_ma;
    let Some(read) = read.min_by(|a, b| duration(a).total_cmp(&duration(b))) else { return Entry::default() };
    let of_unit = |unit: Option<&'static time::Unit>, ma: f64, end: fn(&time::Unit) -> f64| {
        unit.filter(|unit| end(unit) == ma).map(|unit| unit.id.to_string())
    };
    let older = of_unit(read.age.older, read.age.older_ma, |unit| unit.older_ma);
    let younger = of_unit(read.age.younger, read.age.younger_ma, |unit| unit.younger_ma);
    let event = Event {
        process: read.process.map(|process| process.id().to_owned()),
        older_ma: older.is_none().then_some(read.age.older_ma),
        younger_ma: younger.is_none().then_some(read.age.younger_ma),
        younger: younger.filter(|younger| Some(younger) != older.as_ref()),
        older,
    };
    Entry { events: vec![event], score: Some(rounded(read.score)), ..Entry::default() }
}

fn rocks(values: &[Option<String>]) -> Entry {
    let text = values.iter().flatten().map(String::as_str).collect::<Vec<_>>().join(", ");
    let found = vocabulary::lithologies_in(&text);
    let score = found.first().map(|found| found.score).filter(|score| *score >= SCORE_MIN);
    let Some(score) = score else { return Entry::default() };
    let part = |found: &Match<'_>| Part { lithology: found.concept.id.clone(), role: None, proportion: None };
    Entry { parts: found.iter().map(part).collect(), score: Some(rounded(score)), ..Entry::default() }
}

fn term(kind: &'static TermKind, values: &[Option<String>]) -> Entry {
    let found = values.iter().flatten().filter_map(|text| {
        let best = vocabulary::named(kind.vocabulary)?.find(text, 1).into_iter().next()?;
        (best.score >= SCORE_OF_KINDS_MIN).then_some(best)
    });
    match found.max_by(|a, b| a.score.total_cmp(&b.score)) {
        Some(best) => {
            Entry { term: Some(best.concept.id.clone()), score: Some(rounded(best.score)), ..Entry::default() }
        }
        None => Entry::default(),
    }
}

/// A score as people read it.
fn rounded(score: f32) -> f64 {
    (f64::from(score) * 100.0).round() / 100.0
}
