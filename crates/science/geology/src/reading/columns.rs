//! Which columns a layer gives, and what each entry of its tables says in them.

use super::cells::Cells;
use super::terms::{Meaning, Rock, Terms};
use super::{Derived, Naming, Origin, Side, field_column, origin_of_source};
use crate::mapping::{Event, Layer};
use crate::meaning::Span;
use crate::time::Unit;
use crate::view::{AGE, FieldKind, LITHOLOGY, View};
use crate::vocabulary::{self, Concept};
use serde_json::{Value as Json, json};
use terrane_model::schema::{Column, ColumnKind};

/// What OGC documents say where a term is not known.
pub const UNKNOWN: &str = "http://www.opengis.net/def/nil/OGC/0/unknown";

/// A role that an age has: of which kind of event it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Role {
    /// Its name in questions.
    pub name: &'static str,
    /// The terms of `eventprocess` that it takes in, with those below them.
    pub processes: &'static [&'static str],
    /// The derived columns that hold when such an event began and ended.
    pub columns: [&'static str; 2],
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 4] = [
        Self {
            name: "deposition",
            processes: &["sedimentary_process", "deposition", "eruption", "material_transport_and_deposition"],
            columns: ["depositionOlderAge", "depositionYoungerAge"],
        },
        Self {
            name: "accretion",
            processes: &["accretion", "obduction", "subduction"],
            columns: ["accretionOlderAge", "accretionYoungerAge"],
        },
        Self {
            name: "intrusion",
            processes: &["intrusion", "magmatic_crystallisation"],
            columns: ["intrusionOlderAge", "intrusionYoungerAge"],
        },
        Self {
            name: "metamorphism",
            processes: &["metamorphic_process"],
            columns: ["metamorphismOlderAge", "metamorphismYoungerAge"],
        },
    ];

    /// The role with a name.
    pub fn named(name: &str) -> Option<&'static Self> {
        static ALL: [Role; 4] = Role::ALL;
        ALL.iter().find(|role| role.name.eq_ignore_ascii_case(name))
    }

    fn takes_in(&self, event: &Event) -> bool {
        let Some(process) = event.process.as_deref() else { return false };
        let within = |above: &str| {
            process == above
                || vocabulary::named("eventprocess").is_some_and(|processes| processes.is_within(process, above))
        };
        self.processes.iter().copied().any(within)
    }
}

/// The column that names all rocks of a unit and all that they are kinds of, each between blanks.
pub(super) const LITHOLOGY_TERMS: &str = "lithologyTerms";

/// The column that tells the rocks of a unit as JSON: `[{"lithology": address, "label": text, "role": address?}]`.
pub const COMPOSITION: &str = "composition";
/// The column that tells what happened to a unit as JSON: `[{"process": address?, "processLabel": text?, "older": address?,
/// "olderLabel": text?, "younger": address?, "youngerLabel": text?, "older_ma": number, "younger_ma": number}]`.
pub const EVENTS: &str = "events";

/// Columns that only filters and structured answers ask for: they are in no schema of a view.
pub const HIDDEN: [&str; 11] = [
    LITHOLOGY_TERMS,
    COMPOSITION,
    EVENTS,
    "depositionOlderAge",
    "depositionYoungerAge",
    "accretionOlderAge",
    "accretionYoungerAge",
    "intrusionOlderAge",
    "intrusionYoungerAge",
    "metamorphismOlderAge",
    "metamorphismYoungerAge",
];

/// The columns that a layer gives: the fields of its view, then what only filters ask for.
pub(super) fn derive(view: &'static View, layer: &Layer, terms: &[Terms], side: Side) -> Vec<Derived> {
    let otherwise = |field| otherwise(view, field).filter(|_| side == Side::View);
    let of_field = |field: crate::view::Field| {
        let column = field_column(field.name, field.kind);
        let origin = match layer.fields.get(field.name) {
            Some(source) => origin_of_source(source),
            None if field.name == "identifier" => Origin::Identifier,
            None => meaning(field.name, terms, otherwise(field)).unwrap_or_else(|| fallback(otherwise(field))),
        };
        Derived { column, origin }
    };
    let mut derived: Vec<Derived> = view.fields().map(of_field).collect();
    for name in HIDDEN {
        let kind =
            if [LITHOLOGY_TERMS, COMPOSITION, EVENTS].contains(&name) { ColumnKind::Text } else { ColumnKind::Float };
        if let Some(origin) = meaning(name, terms, None) {
            derived.push(Derived { column: Column { derived: true, ..Column::new(name, kind) }, origin });
        }
    }
    derived
}

/// The column of views that says which dataset a row is of.
pub const DATASET: &str = "dataset";

/// What is the same for all rows of a dataset, beyond the fields of the schema.
pub(super) fn of_dataset(naming: &Naming) -> Option<Derived> {
    let origin = Origin::Text(naming.dataset.to_string());
    Some(Derived { column: Column::new(DATASET, ColumnKind::Text), origin })
}

/// What a view says where a term is not known: the schemas ask for an address.
fn otherwise(view: &View, field: crate::view::Field) -> Option<&'static str> {
    match field.kind {
        FieldKind::Uri => Some(UNKNOWN),
        FieldKind::Text if field.required => Some("unknown"),
        _ => None,
    }
    .filter(|_| is_of_terms(view, field.name))
}

fn is_of_terms(view: &View, name: &str) -> bool {
    name.starts_with("representative")
        || view.terms().any(|kind| kind.field == name || kind.uri_field == name)
        || name == "commodity_uri"
}

fn fallback(otherwise: Option<&str>) -> Origin {
    match otherwise {
        Some(text) => Origin::Text(text.to_owned()),
        None => Origin::Unknown,
    }
}

/// The column of a field that tables of terms tell.
fn meaning(name: &str, terms: &[Terms], otherwise: Option<&str>) -> Option<Origin> {
    let (at, what) = terms.iter().enumerate().find_map(|(at, terms)| Some((at, what(name, terms)?)))?;
    let terms = &terms[at];
    let cells = match what {
        What::Text(text) => {
            let known = terms.meanings.iter().map(|meaning| text(meaning, &terms.language));
            let with_otherwise = known.map(|text| text.or_else(|| otherwise.map(str::to_owned)));
            Cells::of_texts(with_otherwise.chain([otherwise.map(str::to_owned)]).collect())
        }
        What::Number(number) => Cells::Number(terms.meanings.iter().map(number).chain([None]).collect()),
    };
    Some(Origin::Meaning { terms: at, cells })
}

type TextOf = Box<dyn Fn(&Meaning, &str) -> Option<String>>;
type NumberOf = Box<dyn Fn(&Meaning) -> Option<f64>>;

/// How a field is made of a meaning.
enum What {
    Text(TextOf),
    Number(NumberOf),
}

fn what(name: &str, terms: &Terms) -> Option<What> {
    match terms.kind.name {
        AGE => what_of_age(name),
        LITHOLOGY => what_of_rocks(name),
        _ if name == terms.kind.field => Some(What::Text(Box::new(|meaning, language| match meaning {
            Meaning::Term(concept) => Some(concept.label(language).to_owned()),
            _ => None,
        }))),
        _ if name == terms.kind.uri_field || (terms.kind.name == "commodity" && name == "commodity_uri") => {
            Some(What::Text(Box::new(|meaning, _| match meaning {
                Meaning::Term(concept) => Some(concept.uri.clone()),
                _ => None,
            })))
        }
        _ => None,
    }
}

fn ages(meaning: &Meaning) -> &[(Event, Span)] {
    match meaning {
        Meaning::Ages(ages) => ages,
        _ => &[],
    }
}

fn what_of_age(name: &str) -> Option<What> {
    let uri = |pick: fn(&Span) -> Option<&'static Unit>| {
        Some(What::Text(Box::new(move |meaning, _| {
            let (_, span) = ages(meaning).first()?;
            Some(pick(span)?.uri())
        })))
    };
    let number = |pick: fn(&Span) -> f64| {
        Some(What::Number(Box::new(move |meaning: &Meaning| ages(meaning).first().map(|(_, span)| pick(span)))))
    };
    match name {
        "geologicHistory" => Some(What::Text(Box::new(history))),
        EVENTS => Some(What::Text(Box::new(events))),
        "representativeAge_uri" => uri(|span| Some(span.representative())),
        "representativeOlderAge_uri" => uri(|span| Some(span.older.unwrap_or_else(|| span.representative()))),
        "representativeYoungerAge_uri" => uri(|span| Some(span.younger.unwrap_or_else(|| span.representative()))),
        "numericOlderAge" => number(|span| span.older_ma),
        "numericYoungerAge" => number(|span| span.younger_ma),
        "representativeNumericAge" => number(|span| (span.older_ma + span.younger_ma) / 2.0),
        _ => Role::ALL.iter().find_map(|role| {
            let end = role.columns.iter().position(|column| *column == name)?;
            let role = *role;
            Some(What::Number(Box::new(move |meaning: &Meaning| of_role(meaning, role)[end])))
        }),
    }
}

/// When the events of a role began and ended, from the oldest to the youngest.
fn of_role(meaning: &Meaning, role: Role) -> [Option<f64>; 2] {
    let spans = || ages(meaning).iter().filter(|(event, _)| role.takes_in(event)).map(|(_, span)| span);
    [spans().map(|span| span.older_ma).reduce(f64::max), spans().map(|span| span.younger_ma).reduce(f64::min)]
}

/// What happened and when, in words: `Middle Jurassic to Berriasian (accretion)`.
fn history(meaning: &Meaning, language: &str) -> Option<String> {
    let of_event = |(event, span): &(Event, Span)| {
        let name = |unit: Option<&'static Unit>, ma: f64| {
            unit.map_or_else(|| format!("{ma} Ma"), |unit| unit.label(language).to_owned())
        };
        let (older, younger) = (name(span.older, span.older_ma), name(span.younger, span.younger_ma));
        let when = if older == younger { older } else { format!("{older} – {younger}") };
        match event.process.as_deref().map(|process| process_label(process, language)) {
            Some(process) => format!("{when} ({process})"),
            None => when,
        }
    };
    let all: Vec<String> = ages(meaning).iter().map(of_event).collect();
    (!all.is_empty()).then(|| all.join("; "))
}

fn process_label(process: &str, language: &str) -> String {
    let concept = vocabulary::named("eventprocess").and_then(|vocabulary| vocabulary.concept(process));
    concept.map_or_else(|| process.replace('_', " "), |concept| concept.label(language).to_owned())
}

fn what_of_rocks(name: &str) -> Option<What> {
    let rocks = |meaning: &Meaning| match meaning {
        Meaning::Rocks(rocks) => rocks.iter().map(|rock| rock.concept).collect::<Vec<&'static Concept>>(),
        _ => Vec::new(),
    };
    match name {
        "lithology" => Some(What::Text(Box::new(move |meaning, language| {
            let labels: Vec<&str> = rocks(meaning).into_iter().map(|rock| rock.label(language)).collect();
            (!labels.is_empty()).then(|| labels.join("; "))
        }))),
        "representativeLithology_uri" => {
            Some(What::Text(Box::new(move |meaning, _| rocks(meaning).first().map(|rock| rock.uri.clone()))))
        }
        COMPOSITION => Some(What::Text(Box::new(composition))),
        LITHOLOGY_TERMS => Some(What::Text(Box::new(move |meaning, _| all_terms(&rocks(meaning))))),
        _ => None,
    }
}

/// The rocks as JSON.
fn composition(meaning: &Meaning, language: &str) -> Option<String> {
    let Meaning::Rocks(rocks) = meaning else { return None };
    let part = |rock: &Rock| {
        let role = rock.role.map(|role| role.uri.clone());
        json!({"lithology": rock.concept.uri, "label": rock.concept.label(language), "role": role})
    };
    Some(Json::from_iter(rocks.iter().map(part)).to_string())
}

/// What happened as JSON.
fn events(meaning: &Meaning, language: &str) -> Option<String> {
    let of_event = |(event, span): &(Event, Span)| {
        let process = event.process.as_deref();
        let concept = process.and_then(|id| vocabulary::named("eventprocess")?.concept(id));
        json!({
            "process": concept.map(|concept| &concept.uri),
            "processLabel": process.map(|process| process_label(process, language)),
            "older": span.older.map(Unit::uri), "olderLabel": span.older.map(|unit| unit.label(language)),
            "younger": span.younger.map(Unit::uri), "youngerLabel": span.younger.map(|unit| unit.label(language)),
            "older_ma": span.older_ma, "younger_ma": span.younger_ma,
        })
    };
    let all = ages(meaning);
    (!all.is_empty()).then(|| Json::from_iter(all.iter().map(of_event)).to_string())
}

/// All rocks and all that they are kinds of, each between blanks.
fn all_terms(rocks: &[&'static Concept]) -> Option<String> {
    let lithologies = vocabulary::named("simplelithology")?;
    let mut names: Vec<&str> = Vec::new();
    let mut waiting: Vec<&str> = rocks.iter().map(|rock| rock.id.as_str()).collect();
    while let Some(name) = waiting.pop() {
        if !names.contains(&name) {
            names.push(name);
            waiting.extend(
                lithologies.concept(name).into_iter().flat_map(|concept| concept.broader.iter().map(String::as_str)),
            );
        }
    }
    names.sort_unstable();
    (!names.is_empty()).then(|| format!(" {} ", names.join(" ")))
}
