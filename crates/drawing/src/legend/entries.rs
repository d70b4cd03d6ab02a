//! The entries of a legend: from titles, from classes and cases, from the rows themselves.

use super::fixed::{self, Lookup};
use super::numbers::{class, show, ticks};
use super::{Legend, LegendItem, Ramp, swatch};
use crate::style::{
    ByColumn, Colour, Curve, LegendWords, Length, Mapping, Property, RasterSource, Rule, Style, Styled, Symbolizer,
};
use std::collections::HashSet;
use terrane_model::batch::{Feature, Value};
use terrane_model::filter::{CompareOp, Expr, Filter, Literal, Predicate};
use terrane_model::grid::GridSchema;
use terrane_model::limits::LEGEND_ENTRIES_MAX;
use terrane_model::schema::{ColumnKind, GeometryKind};
use terrane_model::{Batch, LocalText, Schema};

/// Entries that show how the size of marks grows.
const SIZES: usize = 4;
/// Colours that a curved ramp is shown with.
const RAMP_COLOURS: usize = 17;

/// The legend of a style for rows.
pub fn of_rows(style: &Style, schema: Option<&Schema>, sample: &[Batch], scale_px: f64) -> Legend {
    let mut maker = Maker { style, schema, scale_px, items: Vec::new(), ramp: None, sizes: Vec::new() };
    for rule in style.rules.iter().filter(|rule| !rule.symbolizers.iter().all(is_label)) {
        match (&rule.legend, sample.is_empty()) {
            (Some(words), false) => maker.add_rows(rule, words, sample),
            _ => maker.add_rule(rule),
        }
    }
    for (rule, by) in std::mem::take(&mut maker.sizes) {
        maker.add_sizes(rule, by);
    }
    maker.items.truncate(LEGEND_ENTRIES_MAX);
    Legend { items: maker.items, ramp: maker.ramp, scale_px }
}

/// The legend of a style for a grid.
pub fn of_grid(style: &Style, schema: &GridSchema, scale_px: f64) -> Legend {
    let mut legend = Legend { items: Vec::new(), ramp: None, scale_px };
    for rule in &style.rules {
        for symbolizer in &rule.symbolizers {
            let Symbolizer::Raster(raster) = symbolizer else { continue };
            match &raster.source {
                RasterSource::Coloured { band, colour } => {
                    let place = crate::style::band_place(band, schema);
                    let unit = place.and_then(|place| schema.bands[place].unit.clone());
                    grid_entries(colour, (title(rule, style), unit), &mut legend);
                }
                RasterSource::Composite { .. } => legend.items.push(LegendItem {
                    group: LocalText::default(),
                    label: title(rule, style),
                    swatch: swatch::box_of(Colour::rgb(0x8a_9a7b), scale_px),
                    filter: None,
                }),
            }
        }
    }
    legend.items.truncate(LEGEND_ENTRIES_MAX);
    legend
}

fn grid_entries(colour: &Mapping<Colour>, about: (LocalText, Option<String>), legend: &mut Legend) {
    let scale_px = legend.scale_px;
    let (title, unit) = about;
    let mut push = |label: String, colour: Colour| {
        legend.items.push(LegendItem {
            group: title.clone(),
            label: LocalText::one("und", label),
            swatch: swatch::box_of(colour, scale_px),
            filter: None,
        });
    };
    match colour {
        Mapping::Interpolate { .. } => legend.ramp = ramp(colour, title, unit),
        Mapping::Steps(stops) => {
            for (low, high, colour) in classes(stops) {
                push(class(low, high, unit.as_deref()), colour);
            }
        }
        Mapping::Match(cases) => cases.iter().for_each(|(key, colour)| push(key.clone(), *colour)),
        Mapping::Direct(_) => {}
    }
}

/// The classes of steps: from, to, and the property. The first is open below.
fn classes<T: Copy>(stops: &[(f64, T)]) -> Vec<(Option<f64>, Option<f64>, T)> {
    let low = |at: usize| (at > 0).then(|| stops[at].0);
    let high = |at: usize| stops.get(at + 1).map(|(stop, _)| *stop);
    match stops {
        [(only, property)] => vec![(Some(*only), None, *property)],
        _ => stops.iter().enumerate().map(|(at, (_, property))| (low(at), high(at), *property)).collect(),
    }
}

fn ramp(mapping: &Mapping<Colour>, title: LocalText, unit: Option<String>) -> Option<Ramp> {
    let Mapping::Interpolate { stops, curve } = mapping else { return None };
    let (low, high) = (stops.first()?.0, stops.last()?.0);
    let stops: Vec<(f64, [u8; 4])> = match curve {
        Curve::Linear => stops.iter().map(|(value, colour)| (*value, colour.0)).collect(),
        _ => {
            let value = |at: usize| low + (high - low) * at as f64 / (RAMP_COLOURS - 1) as f64;
            let colour = |value: f64| mapping.of_number(value).map(|colour| (value, colour.0));
            (0..RAMP_COLOURS).filter_map(|at| colour(value(at))).collect()
        }
    };
    Some(Ramp { title, unit, stops })
}

fn title(rule: &Rule, style: &Style) -> LocalText {
    if rule.title.is_empty() { style.title.clone() } else { rule.title.clone() }
}

/// A column that drives the look of a rule, and how.
enum Driver<'a> {
    Colour(&'a ByColumn<Colour>),
    Size(&'a ByColumn<Length>),
}

struct Maker<'a> {
    style: &'a Style,
    schema: Option<&'a Schema>,
    scale_px: f64,
    items: Vec<LegendItem>,
    ramp: Option<Ramp>,
    /// How marks grow, each way once with the first rule that has it: shown after all rules.
    sizes: Vec<(&'a Rule, &'a ByColumn<Length>)>,
}

/// Words are read where they stand and need no entry.
fn is_label(symbolizer: &Symbolizer) -> bool {
    matches!(symbolizer, Symbolizer::Label(_))
}

impl<'a> Maker<'a> {
    /// One entry per distinct label and look of the rows that the rule draws.
    fn add_rows(&mut self, rule: &Rule, words: &LegendWords, sample: &[Batch]) {
        let mut seen: HashSet<String> = HashSet::new();
        let looks = look_columns(rule);
        for batch in sample {
            for feature in self.rows_of(rule, batch).features() {
                let label = text_of(&words.label, &words.languages, &feature);
                let look = looks.iter().map(|name| feature.get(name).to_string());
                let key: Vec<String> = label.iter().map(|(_, text)| text.to_owned()).chain(look).collect();
                if label.is_empty() || self.items.len() >= LEGEND_ENTRIES_MAX || !seen.insert(key.join("\u{1f}")) {
                    continue;
                }
                let value = |name: &str| looks.iter().any(|look| look == name).then(|| feature.get(name));
                if let Some(swatch) = self.swatch(rule, &value) {
                    let group = text_of(&words.group, &words.languages, &feature);
                    let is = words.label.first().map(|column| equals(self.schema, column, &feature.get(column)));
                    self.push(group, label, swatch, all(rule, is.flatten()));
                }
            }
        }
        self.keep_groups_together();
    }

    fn rows_of(&self, rule: &Rule, batch: &Batch) -> Batch {
        let predicate = rule.filter.as_ref().and_then(|filter| Predicate::new(filter, &batch.schema).ok());
        predicate.map_or_else(|| batch.clone(), |predicate| predicate.select(batch))
    }

    /// Entries of one heading follow each other, headings in the order in which they first appear.
    fn keep_groups_together(&mut self) {
        let mut order: Vec<LocalText> = Vec::new();
        for item in &self.items {
            if !order.contains(&item.group) {
                order.push(item.group.clone());
            }
        }
        self.items.sort_by_key(|item| order.iter().position(|group| *group == item.group));
    }

    /// Entries of classes, cases and sizes, or one with the title.
    fn add_rule(&mut self, rule: &'a Rule) {
        let before = (self.items.len(), self.ramp.is_some());
        let (colour, size) = drivers(rule);
        let mut middle = None;
        for driver in [colour, size].into_iter().flatten() {
            match driver {
                Driver::Colour(by) => self.add_colours(rule, by),
                Driver::Size(by) => {
                    middle = middle_of(by);
                    if !self.sizes.iter().any(|(_, known)| known.column == by.column && known.mapping == by.mapping) {
                        self.sizes.push((rule, by));
                    }
                }
            }
        }
        let nothing = (self.items.len(), self.ramp.is_some()) == before && (middle.is_none() || !rule.title.is_empty());
        let lookup = |name: &str| middle.as_ref().filter(|(column, _)| *column == name).map(|(_, value)| value.clone());
        if let Some(swatch) = self.swatch(rule, &lookup).filter(|_| nothing) {
            self.push(LocalText::default(), title(rule, self.style), swatch, rule.filter.clone());
        }
    }

    fn add_colours(&mut self, rule: &Rule, by: &ByColumn<Colour>) {
        let unit = self.unit(&by.column);
        match &by.mapping {
            Mapping::Interpolate { .. } if self.ramp.is_none() => {
                self.ramp = ramp(&by.mapping, title(rule, self.style), unit);
            }
            Mapping::Interpolate { .. } | Mapping::Direct(_) => {}
            Mapping::Steps(stops) => {
                for (low, high, _) in classes(stops) {
                    let inside = low.or(high.map(|high| high - 1.0)).unwrap_or(0.0);
                    let filter = between(&by.column, low, high);
                    let label = class(low, high, unit.as_deref());
                    self.entry(rule, (&by.column, Value::Float(inside)), (rule.title.clone(), label, filter));
                }
            }
            Mapping::Match(cases) => {
                for (key, _) in cases {
                    let filter = equals(self.schema, &by.column, &Value::Text(key));
                    self.entry(rule, (&by.column, Value::Text(key)), (rule.title.clone(), key.clone(), filter));
                }
            }
        }
    }

    fn add_sizes(&mut self, rule: &Rule, by: &ByColumn<Length>) {
        let unit = self.unit(&by.column).map(|unit| format!(" {unit}")).unwrap_or_default();
        let (group, before) = (self.column_title(&by.column), self.items.len());
        match &by.mapping {
            Mapping::Interpolate { stops, .. } => {
                let (Some(first), Some(last)) = (stops.first(), stops.last()) else { return };
                for number in ticks(first.0, last.0, SIZES) {
                    let label = format!("{}{unit}", show(number));
                    self.entry(rule, (&by.column, Value::Float(number)), (group.clone(), label, None));
                }
            }
            Mapping::Steps(stops) => {
                for (low, high, _) in classes(stops) {
                    let inside = low.or(high.map(|high| high - 1.0)).unwrap_or(0.0);
                    let label = class(low, high, self.unit(&by.column).as_deref());
                    let filter = between(&by.column, low, high);
                    self.entry(rule, (&by.column, Value::Float(inside)), (group.clone(), label, filter));
                }
            }
            Mapping::Direct(_) | Mapping::Match(_) => {}
        }
        // With several rules a size says nothing of which of them a row belongs to.
        if self.style.rules.len() > 1 {
            self.items[before..].iter_mut().for_each(|item| item.filter = None);
        }
    }

    /// An entry for one value of one column.
    fn entry(&mut self, rule: &Rule, what: (&str, Value<'_>), words: (LocalText, String, Option<Filter>)) {
        let (column, value) = what;
        let lookup = |name: &str| (name == column).then(|| value.clone());
        let (group, label, filter) = words;
        if let Some(swatch) = self.swatch(rule, &lookup) {
            self.push(group, LocalText::one("und", label), swatch, all(rule, filter));
        }
    }

    /// What a column is called.
    fn column_title(&self, column: &str) -> LocalText {
        let known = self.schema.and_then(|schema| schema.column(column)).map(|(_, column)| column.title.clone());
        known.filter(|title| !title.is_empty()).unwrap_or_else(|| LocalText::one("und", column))
    }

    fn swatch(&self, rule: &Rule, lookup: &Lookup<'_>) -> Option<terrane_model::picture::Picture> {
        let symbolizers: Vec<Symbolizer> =
            rule.symbolizers.iter().filter_map(|symbolizer| fixed::symbolizer(symbolizer, lookup)).collect();
        if symbolizers.is_empty() {
            return None;
        }
        let kind = kind_of(&symbolizers, self.schema);
        Some(swatch::of(&symbolizers, kind, Some(rule), self.scale_px))
    }

    fn push(
        &mut self,
        group: LocalText,
        label: LocalText,
        swatch: terrane_model::picture::Picture,
        filter: Option<Filter>,
    ) {
        self.items.push(LegendItem { group, label, swatch, filter });
    }

    fn unit(&self, column: &str) -> Option<String> {
        self.schema.and_then(|schema| schema.column(column)).and_then(|(_, column)| column.unit.clone())
    }
}

/// The column that marks grow with, and a number at which they are of middling size.
fn middle_of(by: &ByColumn<Length>) -> Option<(&str, Value<'static>)> {
    let (Mapping::Interpolate { stops, .. } | Mapping::Steps(stops)) = &by.mapping else { return None };
    stops.get(stops.len() / 2).map(|(number, _)| (by.column.as_str(), Value::Float(*number)))
}

/// What a swatch shows: the kind of the data, else of the first symbolizer.
fn kind_of(symbolizers: &[Symbolizer], schema: Option<&Schema>) -> GeometryKind {
    let declared = schema.and_then(|schema| schema.geometry.as_ref()).map(|geometry| geometry.kind.part());
    match (declared, symbolizers.first()) {
        (Some(kind @ (GeometryKind::Point | GeometryKind::LineString | GeometryKind::Polygon)), _) => kind,
        (_, Some(Symbolizer::Line(_))) => GeometryKind::LineString,
        (_, Some(Symbolizer::Mark(_))) => GeometryKind::Point,
        _ => GeometryKind::Polygon,
    }
}

/// The text of some columns of a row, each in its language.
fn text_of(columns: &[String], languages: &[String], feature: &Feature<'_>) -> LocalText {
    let language = |at: usize| languages.get(at).cloned().unwrap_or_else(|| "und".to_owned());
    let texts = columns.iter().enumerate().map(|(at, column)| (language(at), feature.get(column).to_string()));
    texts.filter(|(_, text)| !text.is_empty()).collect()
}

/// The columns that colours and shapes of a rule follow from.
fn look_columns(rule: &Rule) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut add = |name: Option<&str>| names.extend(name.map(str::to_owned));
    for symbolizer in &rule.symbolizers {
        match symbolizer {
            Symbolizer::Fill(fill) => {
                add(fill.colour.column());
                add(fill.outline.as_ref().and_then(|outline| outline.colour.column()));
            }
            Symbolizer::Line(line) => add(line.colour.column()),
            Symbolizer::Mark(mark) => {
                add(mark.shape.column());
                add(mark.fill.as_ref().and_then(Property::column));
                add(mark.stroke.as_ref().and_then(|stroke| stroke.colour.column()));
            }
            Symbolizer::Label(_) | Symbolizer::Raster(_) => {}
        }
    }
    names
}

/// The first column that gives a colour, and the first that gives a size.
fn drivers(rule: &Rule) -> (Option<Driver<'_>>, Option<Driver<'_>>) {
    let colour = rule.symbolizers.iter().find_map(|symbolizer| match symbolizer {
        Symbolizer::Fill(fill) => by_column(Some(&fill.colour)),
        Symbolizer::Line(line) => by_column(Some(&line.colour)),
        Symbolizer::Mark(mark) => {
            by_column(mark.fill.as_ref()).or_else(|| by_column(mark.stroke.as_ref().map(|stroke| &stroke.colour)))
        }
        Symbolizer::Label(_) | Symbolizer::Raster(_) => None,
    });
    let size = rule.symbolizers.iter().find_map(|symbolizer| match symbolizer {
        Symbolizer::Line(line) => by_column(Some(&line.width)),
        Symbolizer::Mark(mark) => by_column(Some(&mark.size)),
        _ => None,
    });
    (colour.map(Driver::Colour), size.map(Driver::Size))
}

fn by_column<T: Styled>(property: Option<&Property<T>>) -> Option<&ByColumn<T>> {
    match property {
        Some(Property::ByColumn(by)) => Some(by),
        _ => None,
    }
}

/// The rule's own filter together with another.
fn all(rule: &Rule, more: Option<Filter>) -> Option<Filter> {
    match (&rule.filter, more) {
        (Some(filter), Some(more)) => Some(filter.clone().and(more)),
        (filter, more) => filter.clone().or(more),
    }
}

/// The filter that a column has a value, in the column's own kind.
fn equals(schema: Option<&Schema>, column: &str, value: &Value<'_>) -> Option<Filter> {
    let kind = schema.and_then(|schema| schema.column(column)).map(|(_, column)| column.kind);
    let text = value.to_string();
    let literal = match kind {
        Some(ColumnKind::Int) => Literal::Int(text.parse().ok()?),
        Some(ColumnKind::Float) => Literal::Float(text.parse().ok()?),
        Some(ColumnKind::Bool) => Literal::Bool(text.parse().ok()?),
        Some(ColumnKind::Text) | None => Literal::Text(text),
        Some(_) => return None,
    };
    Some(Filter::equals(column, literal))
}

/// The filter that a column is in a class.
fn between(column: &str, low: Option<f64>, high: Option<f64>) -> Option<Filter> {
    let side = |op: CompareOp, number: f64| Filter::Compare {
        op,
        left: Expr::Column(column.to_owned()),
        right: Expr::Literal(Literal::Float(number)),
    };
    let low = low.map(|low| side(CompareOp::GreaterOrEqual, low));
    let high = high.map(|high| side(CompareOp::Less, high));
    match (low, high) {
        (Some(low), Some(high)) => Some(low.and(high)),
        (low, high) => low.or(high),
    }
}
