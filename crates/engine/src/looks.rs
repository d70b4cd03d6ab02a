//! How rows look one by one, for formats that carry colours with each row: what a style says, as far as such a format can say it.

use terrane_drawing::style::{Colour, Fill, Length, Line, Mark, Property, Style, Styled, Symbolizer, Unit};
use terrane_drawing::view::PIXEL_MM;
use terrane_formats::features::kml::Look;
use terrane_model::batch::Value;
use terrane_model::filter::Predicate;
use terrane_model::{Batch, Feature, Result, Schema};

/// Rules are those of this scale denominator: a sheet as surveys print it, near enough for colours to be told apart.
pub const LOOK_SCALE_DENOMINATOR: f64 = 250_000.0;

/// A style made ready for a schema.
#[derive(Debug)]
pub struct Looks {
    rules: Vec<Ready>,
}

#[derive(Debug)]
struct Ready {
    predicate: Option<Predicate>,
    otherwise: bool,
    symbolizers: Vec<Symbolizer>,
}

impl Looks {
    /// Of the rules that draw at a middle scale.
    pub fn new(style: &Style, schema: &Schema) -> Result<Self> {
        let rules = style.rules.iter().filter(|rule| rule.draws_at(LOOK_SCALE_DENOMINATOR));
        let ready = rules.map(|rule| {
            let predicate = rule.filter.as_ref().map(|filter| Predicate::new(filter, schema)).transpose()?;
            Ok(Ready { predicate, otherwise: rule.otherwise, symbolizers: rule.symbolizers.clone() })
        });
        ready.collect::<Result<_>>().map(|rules| Self { rules })
    }

    /// The look of each row that counts, in their order. What several rules draw is laid together, the last on top.
    pub fn of(&self, batch: &Batch) -> Vec<Look> {
        let mut looks: Vec<Option<Look>> = vec![None; batch.height()];
        for otherwise in [false, true] {
            let before: Vec<bool> = looks.iter().map(Option::is_some).collect();
            for rule in self.rules.iter().filter(|rule| rule.otherwise == otherwise) {
                let rows: Vec<usize> = match &rule.predicate {
                    None => batch.rows().collect(),
                    Some(predicate) => predicate.select(batch).rows().collect(),
                };
                for row in rows.into_iter().filter(|&row| !(otherwise && before[row])) {
                    let look = looks[row].get_or_insert_default();
                    let feature = batch.feature(row);
                    rule.symbolizers.iter().for_each(|symbolizer| add(symbolizer, &feature, look));
                }
            }
        }
        batch.rows().map(|row| looks[row].unwrap_or_default()).collect()
    }
}

fn add(symbolizer: &Symbolizer, feature: &Feature<'_>, look: &mut Look) {
    match symbolizer {
        Symbolizer::Fill(Fill { colour, opacity, outline }) => {
            look.fill = value(colour, feature).map(|colour| faded(colour, *opacity)).or(look.fill);
            if let Some(outline) = outline {
                line(outline, feature, look);
            }
        }
        Symbolizer::Line(own) => line(own, feature, look),
        Symbolizer::Mark(Mark { fill, stroke, opacity, .. }) => {
            let colour = fill.as_ref().or(stroke.as_ref().map(|stroke| &stroke.colour));
            look.mark =
                colour.and_then(|colour| value(colour, feature)).map(|colour| faded(colour, *opacity)).or(look.mark);
        }
        Symbolizer::Label(_) | Symbolizer::Raster(_) => {}
    }
}

fn line(line: &Line, feature: &Feature<'_>, look: &mut Look) {
    if let Some(colour) = value(&line.colour, feature) {
        look.line = Some(faded(colour, line.opacity));
        look.line_px = value(&line.width, feature).map_or(1.0, pixels);
    }
}

/// A width in standard pixels at the scale of these rules.
fn pixels(width: Length) -> f64 {
    match width.unit {
        Unit::Pixels => width.amount,
        Unit::Millimetres => width.amount / PIXEL_MM,
        Unit::Metres => width.amount * 1_000.0 / LOOK_SCALE_DENOMINATOR / PIXEL_MM,
    }
}

fn faded(Colour([red, green, blue, alpha]): Colour, opacity: f64) -> [u8; 4] {
    [red, green, blue, (f64::from(alpha) * opacity.clamp(0.0, 1.0)).round() as u8]
}

/// A property of a row; nothing where it has none.
fn value<T: Styled>(property: &Property<T>, feature: &Feature<'_>) -> Option<T> {
    property.of(&property.column().map_or(Value::Null, |column| feature.get(column)))
}
