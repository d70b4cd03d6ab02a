//! Styles for data about which nobody has said anything yet.

use super::palettes::{self, DEPTH_KM, DIVERGING, EVEN, OUTLINE, QUIET_FILL, QUIET_MARK, RELIEF, SEQUENTIAL, STRONG};
use super::symbolizer::{BandName, Fill, Line, Mark, Raster, RasterSource, Resampling, Shape, Stroke};
use super::{ByColumn, Colour, Curve, LegendWords, Length, Mapping, Property, Rule, SortBy, Style, Symbolizer};
use std::collections::BTreeSet;
use terrane_model::batch::Value;
use terrane_model::grid::{GridSchema, SampleKind, Window};
use terrane_model::schema::{ColumnKind, GeometryKind};
use terrane_model::{Batch, Schema};

/// More categories than this cannot be told apart by colour.
const CATEGORIES_MAX: usize = 30;
/// Samples of a grid that are looked at.
const SAMPLES_MAX: usize = 20_000;
/// The share of samples below and above which values are outliers.
const OUTLIERS: f64 = 0.02;

/// A style for rows.
pub fn features(schema: &Schema, sample: &[Batch]) -> Style {
    let kind = kind_of(schema, sample);
    let strong = !matches!(kind, GeometryKind::Polygon | GeometryKind::Any);
    let look = look(schema, sample, strong);
    let mut rule = Rule::of(symbolizers(kind, &look.colour, rows(sample)));
    rule.title = terrane_model::LocalText::default();
    rule.legend = look.words;
    let mut style = Style::of(vec![rule]);
    if kind == GeometryKind::Point {
        by_magnitude(&mut style, schema, sample);
    }
    style
}

fn rows(sample: &[Batch]) -> usize {
    sample.iter().map(Batch::len).sum()
}

/// The kind that all rows share, parts of multi-geometries alone; `Any` when they differ.
fn kind_of(schema: &Schema, sample: &[Batch]) -> GeometryKind {
    let declared = schema.geometry.as_ref().map_or(GeometryKind::Any, |geometry| geometry.kind.part());
    if !matches!(declared, GeometryKind::Any | GeometryKind::Collection) {
        return declared;
    }
    let geometries = sample.iter().flat_map(|batch| batch.features().filter_map(|feature| feature.geometry()));
    let mut kinds = geometries.map(|geometry| geometry.kind().part());
    match kinds.next() {
        Some(first) if kinds.all(|kind| kind == first) && first != GeometryKind::Collection => first,
        _ => GeometryKind::Any,
    }
}

fn symbolizers(kind: GeometryKind, colour: &Property<Colour>, rows: usize) -> Vec<Symbolizer> {
    let line = |colour: Property<Colour>, width_mm| Line { colour, ..Line::solid(OUTLINE, Length::mm(width_mm)) };
    let fill = Symbolizer::Fill(Fill {
        colour: colour.clone(),
        opacity: 1.0,
        outline: Some(Line::solid(OUTLINE, Length::mm(0.13))),
    });
    let mark = Symbolizer::Mark(mark(colour.clone(), rows));
    match kind {
        GeometryKind::Point | GeometryKind::MultiPoint => vec![mark],
        GeometryKind::LineString | GeometryKind::MultiLineString => {
            vec![Symbolizer::Line(line(colour.clone(), 0.35))]
        }
        GeometryKind::Polygon | GeometryKind::MultiPolygon => vec![fill],
        GeometryKind::Any | GeometryKind::Collection => {
            vec![fill, Symbolizer::Line(Line::solid(OUTLINE, Length::mm(0.2))), mark]
        }
    }
}

/// Few points are drawn large, many small.
fn mark(colour: Property<Colour>, rows: usize) -> Mark {
    let size_mm = match rows {
        0..=100 => 2.6,
        101..=2_000 => 2.0,
        2_001..=20_000 => 1.3,
        _ => 0.8,
    };
    Mark { fill: Some(colour), ..Mark::plain(Shape::Circle, Length::mm(size_mm), QUIET_MARK, Colour::WHITE) }
}

/// Earthquakes: the size by magnitude, the big ones below, the colour by depth.
fn by_magnitude(style: &mut Style, schema: &Schema, sample: &[Batch]) {
    let Some(magnitude) = number_named(schema, &["mag", "magnitude", "mw"]) else { return };
    let numbers = numbers_of(magnitude, sample);
    let low = numbers.iter().copied().fold(f64::INFINITY, f64::min).floor();
    let high = numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max).ceil();
    if !(low < high && low > -5.0 && high < 12.0) {
        return;
    }
    let size = Property::ByColumn(ByColumn {
        column: magnitude.to_owned(),
        mapping: Mapping::Interpolate {
            stops: vec![(low, Length::mm(1.2)), (high, Length::mm(8.0))],
            curve: Curve::Exponential(1.6),
        },
        otherwise: Some(Length::mm(1.2)),
    });
    let depth = number_named(schema, &["depth", "depth_km"]).map(|depth| {
        let ramp = Mapping::Interpolate { stops: DEPTH_KM.to_vec(), curve: Curve::Linear };
        by_column(depth.to_owned(), ramp, Some(QUIET_MARK))
    });
    for symbolizer in style.rules.iter_mut().flat_map(|rule| &mut rule.symbolizers) {
        if let Symbolizer::Mark(mark) = symbolizer {
            mark.size = size.clone();
            mark.stroke = Some(Stroke { colour: Property::Fixed(Colour::WHITE), width: Length::mm(0.1) });
            mark.fill = depth.clone().or(mark.fill.take());
        }
    }
    style.sort_by = Some(SortBy { column: magnitude.to_owned(), descending: true });
}

/// The first column of numbers with one of some names.
fn number_named<'a>(schema: &'a Schema, names: &[&str]) -> Option<&'a str> {
    let named = |name: &str| names.iter().any(|known| name.eq_ignore_ascii_case(known));
    let column = schema.columns.iter().find(|column| named(&column.name) && is_number(column.kind))?;
    Some(&column.name)
}

/// The colour of rows and where the legend finds its words.
struct Look {
    colour: Property<Colour>,
    words: Option<LegendWords>,
}

fn look(schema: &Schema, sample: &[Batch], strong: bool) -> Look {
    let quiet = if strong { QUIET_MARK } else { QUIET_FILL };
    let categories = categories(schema, sample);
    if let Some(column) = hex_column(schema, sample) {
        let words = categories.map(|(label, _)| LegendWords {
            label: vec![label],
            languages: vec!["und".to_owned()],
            group: Vec::new(),
        });
        return Look { colour: by_column(column, Mapping::Direct(None), Some(quiet)), words };
    }
    let colour = match categories {
        Some((column, values)) => {
            let cases = values.into_iter().enumerate().map(|(at, value)| (value, palettes::category(at, strong)));
            by_column(column, Mapping::Match(cases.collect()), Some(quiet))
        }
        None => numeric(schema, sample).map_or(Property::Fixed(quiet), |(column, [low, high])| {
            let stops = spread(if strong { &STRONG } else { &SEQUENTIAL }, low, high);
            by_column(column, Mapping::Interpolate { stops, curve: Curve::Linear }, Some(quiet))
        }),
    };
    Look { colour, words: None }
}

fn by_column(column: String, mapping: Mapping<Colour>, otherwise: Option<Colour>) -> Property<Colour> {
    Property::ByColumn(ByColumn { column, mapping, otherwise })
}

/// A column in which every text is a colour written with `#`.
fn hex_column(schema: &Schema, sample: &[Batch]) -> Option<String> {
    let is_hex = |text: &str| text.starts_with('#') && Colour::parse(text).is_some();
    schema.columns.iter().filter(|column| column.kind == ColumnKind::Text).find_map(|column| {
        let values = distinct(&column.name, sample, usize::MAX)?;
        (!values.is_empty() && values.iter().all(|text| is_hex(text))).then(|| column.name.clone())
    })
}

/// The text column that sorts rows into the most convincing categories, and its values.
fn categories(schema: &Schema, sample: &[Batch]) -> Option<(String, Vec<String>)> {
    let rows = rows(sample);
    let texts = schema.columns.iter().filter(|column| column.kind == ColumnKind::Text);
    let candidates = texts.filter(|column| Some(&column.name) != schema.key.as_ref()).filter_map(|column| {
        let values = distinct(&column.name, sample, CATEGORIES_MAX)?;
        let sorts = values.len() >= 2 && (values.len() * 3 <= rows * 2 || rows <= CATEGORIES_MAX);
        let colours = values.iter().all(|text| Colour::parse(text).is_some());
        (sorts && !colours).then(|| (column.name.clone(), values.into_iter().collect::<Vec<_>>()))
    });
    // About a dozen colours tell most and can still be told apart.
    candidates.min_by_key(|(_, values)| values.len().abs_diff(12))
}

/// The distinct texts of a column, sorted; `None` when there are more than `most`.
fn distinct(column: &str, sample: &[Batch], most: usize) -> Option<BTreeSet<String>> {
    let mut values = BTreeSet::new();
    for feature in sample.iter().flat_map(Batch::features) {
        if let Value::Text(text) = feature.get(column)
            && !text.is_empty()
            && !values.contains(text)
        {
            values.insert(text.to_owned());
        }
        if values.len() > most {
            return None;
        }
    }
    Some(values)
}

fn is_number(kind: ColumnKind) -> bool {
    matches!(kind, ColumnKind::Int | ColumnKind::Float)
}

/// The first column of numbers that are not mere identifiers, and its range.
fn numeric(schema: &Schema, sample: &[Batch]) -> Option<(String, [f64; 2])> {
    const IDENTIFIERS: [&str; 8] = ["id", "fid", "gid", "objectid", "code", "serial", "no", "index"];
    let identifies = |name: &str| {
        let lower = name.to_ascii_lowercase();
        IDENTIFIERS.iter().any(|word| lower == *word || lower.ends_with(&format!("_{word}")))
            || lower.starts_with("serial")
    };
    schema.columns.iter().filter(|column| is_number(column.kind) && !identifies(&column.name)).find_map(|column| {
        let range = robust_range(numbers_of(&column.name, sample)).filter(|[low, high]| low < high)?;
        Some((column.name.clone(), range))
    })
}

/// The finite numbers of a column.
fn numbers_of(column: &str, sample: &[Batch]) -> Vec<f64> {
    let numbers = sample.iter().flat_map(Batch::features).filter_map(|feature| feature.get(column).as_f64());
    numbers.filter(|number| number.is_finite()).collect()
}

/// The least and greatest number once outliers are left out.
fn robust_range(mut numbers: Vec<f64>) -> Option<[f64; 2]> {
    numbers.sort_by(f64::total_cmp);
    let last = numbers.len().checked_sub(1)?;
    let at = |share: f64| numbers[((last as f64 * share).round() as usize).min(last)];
    let robust = [at(OUTLIERS), at(1.0 - OUTLIERS)];
    let [low, high] = if robust[0] < robust[1] { robust } else { [numbers[0], numbers[last]] };
    Some([short(low, high - low), short(high, high - low)])
}

/// A number with no more digits than a range needs: a style is read by people too.
fn short(number: f64, range: f64) -> f64 {
    let digits = 3 - range.abs().log10().floor().clamp(-15.0, 15.0) as i32;
    let rounded = match digits {
        ..=0 => (number / 10_f64.powi(-digits)).round() * 10_f64.powi(-digits),
        _ => (number * 10_f64.powi(digits)).round() / 10_f64.powi(digits),
    };
    if range > 0.0 && rounded.is_finite() { rounded } else { number }
}

/// Colours spread evenly from low to high.
fn spread(colours: &[Colour], low: f64, high: f64) -> Vec<(f64, Colour)> {
    let last = (colours.len() - 1) as f64;
    let stop = |at: usize| short(low + (high - low) * at as f64 / last, high - low);
    colours.iter().enumerate().map(|(at, &colour)| (stop(at), colour)).collect()
}

/// A style for a grid.
pub fn grid(schema: &GridSchema, sample: &Window) -> Style {
    let eight_bit = schema.bands.iter().all(|band| band.kind == SampleKind::U8);
    let source = if eight_bit && (3..=4).contains(&schema.bands.len()) {
        RasterSource::Composite { bands: (0..schema.bands.len()).map(BandName::Place).collect(), ranges: Vec::new() }
    } else {
        RasterSource::Coloured { band: BandName::Place(0), colour: grid_colour(schema, sample) }
    };
    let classes = matches!(&source, RasterSource::Coloured { colour: Mapping::Match(_), .. });
    let resampling = if classes { Resampling::Nearest } else { Resampling::Bilinear };
    Style::of(vec![Rule::of(vec![Symbolizer::Raster(Raster { source, opacity: 1.0, resampling, hillshade: None })])])
}

fn grid_colour(schema: &GridSchema, sample: &Window) -> Mapping<Colour> {
    let numbers = sampled(sample);
    let band = schema.bands.first();
    if band.is_some_and(|band| band.kind == SampleKind::U8) {
        let classes: BTreeSet<u8> = numbers.iter().map(|&number| number as u8).collect();
        if (2..=CATEGORIES_MAX / 2).contains(&classes.len()) {
            let cases = classes.iter().enumerate();
            return Mapping::Match(
                cases.map(|(at, class)| (class.to_string(), palettes::category(at, false))).collect(),
            );
        }
    }
    let declared = band.and_then(|band| band.range);
    let [low, high] = robust_range(numbers).or(declared).filter(|[low, high]| low < high).unwrap_or([0.0, 1.0]);
    let stops = if band.is_some_and(is_relief) && high - low > 100.0 {
        RELIEF.to_vec()
    } else if low < 0.0 && high > 0.0 && (-low).min(high) > 0.1 * (-low).max(high) {
        let reach = (-low).max(high);
        spread(&DIVERGING, -reach, reach)
    } else {
        spread(&EVEN, low, high)
    };
    Mapping::Interpolate { stops, curve: Curve::Linear }
}

fn is_relief(band: &terrane_model::grid::Band) -> bool {
    let metres = band.unit.as_deref().is_none_or(|unit| unit == "m");
    let words = format!("{} {}", band.name, band.description.as_deref().unwrap_or("")).to_lowercase();
    metres
        && ["elevation", "topograph", "bathymetr", "altitude", "relief", "etopo"]
            .iter()
            .any(|word| words.contains(word))
}

/// Some of the samples of the first band, evenly taken.
fn sampled(window: &Window) -> Vec<f64> {
    let count = u64::from(window.width) * u64::from(window.height);
    let stride = (count / SAMPLES_MAX as u64).max(1);
    let places = (0..count).step_by(stride as usize);
    let at = |place: u64| ((place % u64::from(window.width)) as u32, (place / u64::from(window.width)) as u32);
    places.filter_map(|place| window.sample(0, at(place).0, at(place).1)).filter(|number| number.is_finite()).collect()
}
