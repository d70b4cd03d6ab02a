//! Which columns and bands a style reads.

use super::symbolizer::{BandName, Line, RasterSource, Stroke, Symbolizer};
use super::{Property, Style, Styled};
use std::collections::BTreeSet;
use terrane_model::grid::GridSchema;

/// A sink for names.
type Names = BTreeSet<String>;

/// The columns that drawing reads at a scale.
pub fn at_scale(style: &Style, scale_denominator: f64) -> Vec<String> {
    let mut names = Names::new();
    for rule in style.rules.iter().filter(|rule| rule.draws_at(scale_denominator)) {
        if let Some(filter) = &rule.filter {
            names.extend(filter.columns());
        }
        rule.symbolizers.iter().for_each(|symbolizer| of_symbolizer(symbolizer, &mut names));
    }
    names.extend(style.sort_by.iter().map(|sort| sort.column.clone()));
    names.into_iter().collect()
}

/// The columns that decide how a row looks at a scale: all that drawing reads but the words of labels.
pub fn look_at_scale(style: &Style, scale_denominator: f64) -> Vec<String> {
    let mut names = Names::new();
    for rule in style.rules.iter().filter(|rule| rule.draws_at(scale_denominator)) {
        if let Some(filter) = &rule.filter {
            names.extend(filter.columns());
        }
        let symbolizers = rule.symbolizers.iter().filter(|symbolizer| !matches!(symbolizer, Symbolizer::Label(_)));
        symbolizers.for_each(|symbolizer| of_symbolizer(symbolizer, &mut names));
    }
    names.into_iter().collect()
}

/// The columns that the legend reads its words from.
pub fn of_legend(style: &Style) -> Vec<String> {
    let words = style.rules.iter().filter_map(|rule| rule.legend.as_ref());
    let names: Names = words.flat_map(|words| words.label.iter().chain(&words.group)).cloned().collect();
    names.into_iter().collect()
}

/// The bands that drawing reads at a scale.
pub fn bands(style: &Style, scale_denominator: f64, schema: &GridSchema) -> Vec<usize> {
    let rules = style.rules.iter().filter(|rule| rule.draws_at(scale_denominator));
    let rasters = rules.flat_map(|rule| &rule.symbolizers).filter_map(|symbolizer| match symbolizer {
        Symbolizer::Raster(raster) => Some(&raster.source),
        _ => None,
    });
    let places: BTreeSet<usize> = rasters.flat_map(band_names).filter_map(|band| band_place(band, schema)).collect();
    places.into_iter().collect()
}

/// The bands of a raster, in the order red, green, blue, alpha.
pub fn band_names(source: &RasterSource) -> &[BandName] {
    match source {
        RasterSource::Coloured { band, .. } => std::slice::from_ref(band),
        RasterSource::Composite { bands, .. } => bands,
    }
}

/// The place of a band in the schema.
pub fn band_place(band: &BandName, schema: &GridSchema) -> Option<usize> {
    match band {
        BandName::Place(place) => (*place < schema.bands.len()).then_some(*place),
        BandName::Name(name) => schema.bands.iter().position(|band| band.name == *name),
    }
}

fn of_symbolizer(symbolizer: &Symbolizer, names: &mut Names) {
    match symbolizer {
        Symbolizer::Fill(fill) => {
            add(&fill.colour, names);
            fill.outline.iter().for_each(|outline| of_line(outline, names));
        }
        Symbolizer::Line(line) => of_line(line, names),
        Symbolizer::Mark(mark) => {
            add(&mark.shape, names);
            add(&mark.size, names);
            add(&mark.rotation, names);
            mark.fill.iter().for_each(|fill| add(fill, names));
            of_stroke(mark.stroke.as_ref(), names);
        }
        Symbolizer::Label(label) => {
            names.extend(label.text.columns().map(str::to_owned));
            add(&label.size, names);
            add(&label.colour, names);
            of_stroke(label.halo.as_ref(), names);
        }
        Symbolizer::Raster(_) => {}
    }
}

fn of_line(line: &Line, names: &mut Names) {
    add(&line.colour, names);
    add(&line.width, names);
}

fn of_stroke(stroke: Option<&Stroke>, names: &mut Names) {
    stroke.into_iter().for_each(|stroke| add(&stroke.colour, names));
}

fn add<T: Styled>(property: &Property<T>, names: &mut Names) {
    names.extend(property.column().map(str::to_owned));
}
