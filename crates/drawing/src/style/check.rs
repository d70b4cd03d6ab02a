//! Checks a style against the table or the grid that it is to draw.

use super::symbolizer::{Line, Stroke, Symbolizer};
use super::{Mapping, Property, Rule, Style, Styled, columns};
use terrane_model::filter::Predicate;
use terrane_model::grid::GridSchema;
use terrane_model::schema::{Column, ColumnKind};
use terrane_model::{Error, Result, Schema};

/// Columns are there and of a kind that fits; filters compile.
pub fn features(style: &Style, schema: &Schema) -> Result<()> {
    for (at, rule) in style.rules.iter().enumerate() {
        let checker = Checker { schema, rule: rule_name(at, rule) };
        checker.rule(rule)?;
    }
    if let Some(sort) = &style.sort_by {
        Checker { schema, rule: "sort_by".to_owned() }.column(&sort.column)?;
    }
    Ok(())
}

/// Bands are there, and something is drawn at all.
pub fn grid(style: &Style, schema: &GridSchema) -> Result<()> {
    for (at, rule) in style.rules.iter().enumerate() {
        for symbolizer in &rule.symbolizers {
            let Symbolizer::Raster(raster) = symbolizer else {
                return Err(Error::invalid("A grid is drawn with “raster” symbolizers only.").at(rule_name(at, rule)));
            };
            for band in columns::band_names(&raster.source) {
                if columns::band_place(band, schema).is_none() {
                    let known: Vec<&str> = schema.bands.iter().map(|band| band.name.as_str()).collect();
                    let say = format!("There is no band {band}; the grid has {}.", known.join(", "));
                    return Err(Error::invalid(say).at(rule_name(at, rule)));
                }
            }
        }
    }
    Ok(())
}

fn rule_name(at: usize, rule: &Rule) -> String {
    match rule.title.get(&[]) {
        "" => format!("rules[{at}]"),
        title => format!("rules[{at}] “{title}”"),
    }
}

/// What a column must be to give a property.
#[derive(Clone, Copy, PartialEq)]
enum Need {
    Number,
    Text,
    Any,
}

struct Checker<'a> {
    schema: &'a Schema,
    rule: String,
}

impl Checker<'_> {
    fn rule(&self, rule: &Rule) -> Result<()> {
        if let Some(filter) = &rule.filter {
            Predicate::new(filter, self.schema).map_err(|error| {
                Error::new(error.kind(), format!("The filter does not fit the data: {error}")).at(&*self.rule)
            })?;
        }
        rule.symbolizers.iter().try_for_each(|symbolizer| self.symbolizer(symbolizer))?;
        let words = rule.legend.iter().flat_map(|words| words.label.iter().chain(&words.group));
        words.into_iter().try_for_each(|name| self.column(name).map(|_| ()))
    }

    fn symbolizer(&self, symbolizer: &Symbolizer) -> Result<()> {
        match symbolizer {
            Symbolizer::Fill(fill) => {
                self.property(&fill.colour, Need::Text)?;
                fill.outline.as_ref().map_or(Ok(()), |outline| self.line(outline))
            }
            Symbolizer::Line(line) => self.line(line),
            Symbolizer::Mark(mark) => {
                self.property(&mark.shape, Need::Text)?;
                self.property(&mark.size, Need::Number)?;
                self.property(&mark.rotation, Need::Number)?;
                mark.fill.as_ref().map_or(Ok(()), |fill| self.property(fill, Need::Text))?;
                self.stroke(mark.stroke.as_ref())
            }
            Symbolizer::Label(label) => {
                label.text.columns().try_for_each(|name| self.column(name).map(|_| ()))?;
                self.property(&label.size, Need::Number)?;
                self.property(&label.colour, Need::Text)?;
                self.stroke(label.halo.as_ref())
            }
            Symbolizer::Raster(_) => Err(self.fail("A “raster” draws grids; this dataset is a table of rows.")),
        }
    }

    fn line(&self, line: &Line) -> Result<()> {
        self.property(&line.colour, Need::Text)?;
        self.property(&line.width, Need::Number)
    }

    fn stroke(&self, stroke: Option<&Stroke>) -> Result<()> {
        stroke.map_or(Ok(()), |stroke| self.property(&stroke.colour, Need::Text))
    }

    fn property<T: Styled>(&self, property: &Property<T>, direct: Need) -> Result<()> {
        let Property::ByColumn(by) = property else { return Ok(()) };
        let column = self.column(&by.column)?;
        let need = match by.mapping {
            Mapping::Direct(_) => direct,
            Mapping::Interpolate { .. } | Mapping::Steps(_) => Need::Number,
            Mapping::Match(_) => Need::Any,
        };
        let fits = match need {
            Need::Number => matches!(column.kind, ColumnKind::Int | ColumnKind::Float | ColumnKind::Bool),
            Need::Text => column.kind == ColumnKind::Text,
            Need::Any => column.kind != ColumnKind::Bytes,
        };
        if fits {
            return Ok(());
        }
        let wanted = if need == Need::Number { "numbers" } else { "text" };
        Err(self
            .fail(&format!("Column “{}” holds {:?} values where {wanted} would be needed.", by.column, column.kind)))
    }

    fn column(&self, name: &str) -> Result<&Column> {
        if let Some((_, column)) = self.schema.column(name) {
            return Ok(column);
        }
        if let Some(like) = self.schema.name_like(name) {
            return Err(self.fail(&format!("There is no column “{name}”; write “{like}”.")));
        }
        let known: Vec<&str> = self.schema.columns.iter().map(|column| column.name.as_str()).take(40).collect();
        Err(self.fail(&format!("There is no column “{name}”; there are {}.", known.join(", "))))
    }

    fn fail(&self, say: &str) -> Error {
        Error::invalid(say).at(&*self.rule)
    }
}
