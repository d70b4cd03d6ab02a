//! What is asked: a vocabulary by its name, one of its terms, in which form.

use crate::common::negotiate::{Form, HTML, JSON};
use crate::common::request::Request;
use terrane_formats::vocabulary::{JSON_LD, TURTLE};
use terrane_geology::time::{self, Chart, Rank, Unit};
use terrane_geology::vocabulary::{self, Concept, Vocabulary};
use terrane_model::{Error, Result};

/// The name of the chart among the vocabularies.
pub const CHART: &str = "ischart";
/// Characters of a word to search for.
const WORD_CHARACTERS_MAX: usize = 200;
/// Characters of the name of a column.
const COLUMN_CHARACTERS_MAX: usize = 64;

/// JSON-LD.
pub const LINKED: Form = Form { name: "jsonld", media_type: JSON_LD };
/// JSON-LD for those who ask for JSON.
pub const PLAIN: Form = JSON;
/// Turtle.
pub const TURTLE_FORM: Form = Form { name: "ttl", media_type: TURTLE };
/// Forms of a vocabulary and of a term.
pub const FORMS: [Form; 4] = [LINKED, PLAIN, TURTLE_FORM, HTML];
/// Forms that the chart has besides, its colours for other programs.
pub const COLOURS: [Form; 8] = [
    Form { name: "csv", media_type: "text/csv" },
    Form { name: "cpt", media_type: "text/plain" },
    Form { name: "qml", media_type: "application/x-qgis-layer-settings" },
    Form { name: "sld", media_type: "application/vnd.ogc.sld+xml" },
    Form { name: "mapbox", media_type: "application/vnd.mapbox.style+json" },
    Form { name: "ase", media_type: "application/octet-stream" },
    Form { name: "css", media_type: "text/css" },
    Form { name: "xml", media_type: "application/xml" },
];

/// A vocabulary of terms or the chart.
#[derive(Debug, Clone, Copy)]
pub enum Subject {
    /// The chart of geologic time.
    Chart(&'static Chart),
    /// A vocabulary of terms.
    Terms(&'static Vocabulary),
}

/// A term of either.
#[derive(Debug, Clone, Copy)]
pub enum Part {
    /// A unit of the chart.
    Unit(&'static Unit),
    /// A term.
    Concept(&'static Vocabulary, &'static Concept),
}

/// The vocabulary that the path names.
pub fn subject(request: &Request) -> Result<Subject> {
    let name = request.name(0);
    if name.eq_ignore_ascii_case(CHART) || name.eq_ignore_ascii_case("chart") {
        return Ok(Subject::Chart(time::chart()));
    }
    vocabulary::named(name).map(Subject::Terms).ok_or_else(|| {
        let shown: String = name.chars().take(64).collect();
        Error::not_found(format!("There is no vocabulary “{shown}” here; /vocabularies lists those there are."))
    })
}

/// The term that the path names.
pub fn part(request: &Request) -> Result<Part> {
    let name = request.name(1);
    let found = match subject(request)? {
        Subject::Chart(chart) => chart.unit(name).map(Part::Unit),
        Subject::Terms(vocabulary) => vocabulary.concept(name).map(|concept| Part::Concept(vocabulary, concept)),
    };
    found.ok_or_else(|| {
        let shown: String = name.chars().take(64).collect();
        let list = request.name(0);
        Error::not_found(format!("“{shown}” is no term of this vocabulary; /vocabularies/{list} lists its terms."))
    })
}

/// The word to search for.
pub fn word(request: &Request) -> Result<&str> {
    let word = request.query.once("q")?.unwrap_or("").trim();
    if word.chars().count() > WORD_CHARACTERS_MAX {
        return Err(Error::invalid(format!("Search with at most {WORD_CHARACTERS_MAX} characters.")).at("q"));
    }
    Ok(word)
}

/// The column that a style reads: `age` when none is named.
pub fn column(request: &Request) -> Result<&str> {
    let column = request.query.once("column")?.filter(|column| !column.is_empty()).unwrap_or("age");
    let fits = column.chars().count() <= COLUMN_CHARACTERS_MAX && !column.chars().any(char::is_control);
    let say = || {
        Error::invalid(format!(
            "A column's name has at most {COLUMN_CHARACTERS_MAX} characters, none of them control characters."
        ))
    };
    fits.then_some(column).ok_or_else(|| say().at("column"))
}

/// The shortest rank of a colour table: ages when none is named.
pub fn rank(request: &Request) -> Result<Rank> {
    let Some(name) = request.query.once("rank")?.filter(|name| !name.is_empty()) else {
        return Ok(Rank::Age);
    };
    Rank::named(name).ok_or_else(|| {
        let names: Vec<&str> = Rank::ALL.iter().map(|rank| rank.name()).collect();
        Error::invalid(format!("There is no such rank; there are: {}.", names.join(", "))).at("rank")
    })
}

/// The language of labels that is wanted most.
pub fn language(request: &Request) -> &str {
    request.languages.first().map_or("en", String::as_str)
}
