//! Answers for programs: SKOS, and the colours of the chart.

use super::ask::{self, Part, Subject};
use crate::common::negotiate::Form;
use crate::common::reply::Reply;
use crate::common::request::Request;
use std::fmt::Write;
use terrane_formats::vocabulary::{Scheme, colours, json_ld, turtle};
use terrane_geology::time::Chart;
use terrane_model::{Error, Result};

/// A whole vocabulary in one of its forms.
pub fn document(request: &Request, subject: Subject, form: Form) -> Result<Reply> {
    match subject {
        Subject::Chart(chart) if ask::COLOURS.contains(&form) => colours_of(request, chart, form),
        Subject::Chart(chart) => Ok(skos(&Scheme::of_chart(chart), form)),
        Subject::Terms(vocabulary) => Ok(skos(&Scheme::of_vocabulary(vocabulary), form)),
    }
}

/// One term with its vocabulary.
pub fn term(part: Part, form: Form) -> Reply {
    let scheme = match part {
        Part::Unit(unit) => Scheme::of_chart(terrane_geology::time::chart()).only(&unit.uri()),
        Part::Concept(vocabulary, concept) => Scheme::of_vocabulary(vocabulary).only(&concept.uri),
    };
    skos(&scheme, form)
}

fn skos(scheme: &Scheme, form: Form) -> Reply {
    if form == ask::TURTLE_FORM {
        return Reply::ok("text/turtle; charset=utf-8", turtle(scheme));
    }
    Reply::ok(form.media_type, json_ld(scheme).to_string())
}

fn colours_of(request: &Request, chart: &Chart, form: Form) -> Result<Reply> {
    let column = ask::column(request)?;
    let text = |text: String| Reply::ok(format!("{}; charset=utf-8", form.media_type), text);
    let reply = match form.name {
        "csv" => text(colours::csv(chart)),
        "cpt" => text(colours::cpt(chart, ask::rank(request)?)),
        "qml" => text(colours::qml(chart, column)),
        "sld" | "xml" => text(colours::sld(chart, column)),
        "mapbox" => Reply::ok(form.media_type, colours::maplibre(chart, column).to_string()),
        "ase" => Reply::ok(form.media_type, colours::ase(chart)),
        "css" => return Ok(text(style_sheet(chart))),
        other => return Err(Error::internal(std::io::Error::other(format!("no writer of {other}")))),
    };
    let extension = if form.name == "mapbox" { "json" } else { form.name };
    Ok(reply
        .with_header("content-disposition", format!("attachment; filename=\"ics-{}.{extension}\"", chart.version())))
}

/// The colours as classes for pages, with black or white letters, whichever can be read.
fn style_sheet(chart: &Chart) -> String {
    let mut text = String::new();
    for unit in chart.units() {
        let ink = if luminance(unit.colour) > 0.2 { "#1b1e23" } else { "#fff" };
        let _ = writeln!(text, ".u-{} {{ background: {}; color: {ink}; }}", unit.id, unit.colour_hex());
    }
    text
}

/// Relative luminance as WCAG 2.2 defines it.
fn luminance(colour: [u8; 3]) -> f64 {
    let linear = |part: u8| {
        let part = f64::from(part) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    let [red, green, blue] = colour.map(linear);
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

#[cfg(test)]
mod tests {
    use super::{luminance, style_sheet};
    use terrane_geology::time::chart;

    #[test]
    fn letters_on_every_colour_can_be_read() {
        assert_eq!(style_sheet(chart()).lines().count(), 178);
        for unit in chart().units() {
            let back = luminance(unit.colour);
            let ink = if back > 0.2 { luminance([0x1b, 0x1e, 0x23]) } else { 1.0 };
            let contrast = (back.max(ink) + 0.05) / (back.min(ink) + 0.05);
            assert!(contrast >= 3.9, "{} {contrast}", unit.id);
        }
    }
}
