//! The tables of the vocabularies: lines of a letter, a tab and cells. `prepare/tables.py` writes them; surveys' own vocabularies
//! are kept in the same form.

use super::{Concept, LICENCE, Terms, Vocabulary};
use std::collections::HashMap;
use std::fmt::Write;
use std::sync::OnceLock;

/// The built-in tables, what they are together, whom to name for them, and where they are from.
const TABLES: [(&str, &str, &str, &str); 3] = [
    (
        include_str!("../../data/geosciml.txt"),
        "GeoSciML",
        "IUGS Commission for the Management and Application of Geoscience Information (CGI), Geoscience Terminology Working Group",
        "https://github.com/CGI-IUGS/cgi-vocabs",
    ),
    (
        include_str!("../../data/earthresourceml.txt"),
        "EarthResourceML",
        "IUGS Commission for the Management and Application of Geoscience Information (CGI), EarthResourceML Working Group",
        "https://github.com/CGI-IUGS/cgi-vocabs",
    ),
    (
        include_str!("../../data/ihfc.txt"),
        "Heat flow",
        "International Heat Flow Commission (IHFC), World Heat Flow Database Project",
        "https://github.com/ihfc-iugg/ihfc-vocabularies",
    ),
];
const SYNONYMS: &str = include_str!("../../data/synonyms.txt");

/// The vocabularies in the built-in tables.
pub fn built_in() -> Vec<Vocabulary> {
    let tables = TABLES.iter().flat_map(|(table, collection, attribution, source)| {
        pieces(table).into_iter().filter_map(|piece| {
            let mut vocabulary = read(piece)?;
            vocabulary.attribution = (*attribution).to_owned();
            vocabulary.collection = (*collection).to_owned();
            vocabulary.source = (*source).to_owned();
            vocabulary.licence = LICENCE.to_owned();
            Some(vocabulary)
        })
    });
    tables.collect()
}

/// A table cut before every line that begins a vocabulary.
fn pieces(table: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = table;
    while let Some(end) = rest.find("\nV\t") {
        let (piece, next) = rest.split_at(end + 1);
        pieces.push(piece);
        rest = next;
    }
    pieces.push(rest);
    pieces
}

/// A vocabulary from its table; `None` where the table does not begin with one. Source, licence and attribution are the caller's.
pub fn read(table: &str) -> Option<Vocabulary> {
    let (head, _) = table.split_once("\nC\t").unwrap_or((table, ""));
    let mut lines = head.lines();
    let mut cells = lines.next()?.strip_prefix("V\t")?.split('\t').map(str::to_owned);
    let mut vocabulary = Vocabulary {
        id: cells.next()?,
        alias: cells.next()?,
        uri: cells.next()?,
        prefix: cells.next()?,
        version: cells.next()?,
        inspire_prefix: cells.next(),
        collection: String::new(),
        source: String::new(),
        licence: String::new(),
        attribution: String::new(),
        definition: String::new(),
        titles: Vec::new(),
        text: table.to_owned(),
        terms: OnceLock::new(),
    };
    for line in lines {
        match line.split_once('\t') {
            Some(("t", title)) => vocabulary.titles.extend(labelled(title)),
            Some(("d", text)) => text.clone_into(&mut vocabulary.definition),
            _ => {}
        }
    }
    Some(vocabulary)
}

/// A vocabulary of terms from elsewhere as a table.
pub fn write(vocabulary: &Vocabulary, concepts: &[Concept]) -> String {
    let mut table = format!(
        "V\t{}",
        [&vocabulary.id, &vocabulary.alias, &vocabulary.uri, &vocabulary.prefix, &vocabulary.version]
            .map(|cell| plain(cell))
            .join("\t")
    );
    table.push('\n');
    let mut line = |tag: char, text: &str| {
        let _ = writeln!(table, "{tag}\t{text}");
    };
    vocabulary.titles.iter().for_each(|(language, text)| line('t', &format!("{}\t{}", plain(language), plain(text))));
    if !vocabulary.definition.is_empty() {
        line('d', &plain(&vocabulary.definition));
    }
    for concept in concepts {
        line('C', &plain(&concept.id));
        line('u', &plain(&concept.uri));
        if !concept.definition.is_empty() {
            line('d', &plain(&concept.definition));
        }
        concept.broader.iter().for_each(|id| line('b', &plain(id)));
        concept.related.iter().for_each(|id| line('r', &plain(id)));
        concept.notation.iter().for_each(|text| line('n', &plain(text)));
        for (tag, list) in [('l', &concept.labels), ('a', &concept.alternatives)] {
            list.iter().for_each(|(language, text)| line(tag, &format!("{}\t{}", plain(language), plain(text))));
        }
    }
    table
}

/// Text on one line, without tabs.
fn plain(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn labelled(cells: &str) -> Option<(String, String)> {
    cells.split_once('\t').map(|(language, text)| (language.to_owned(), text.to_owned()))
}

/// The terms of a vocabulary, from its text.
pub fn terms(vocabulary: &Vocabulary) -> Terms {
    let mut concepts: Vec<Concept> = Vec::new();
    for line in vocabulary.text.lines() {
        let Some((tag, rest)) = line.split_once('\t') else {
            continue;
        };
        if tag == "C" {
            let uri = format!("{}{rest}", vocabulary.prefix);
            concepts.push(Concept { id: rest.to_owned(), uri, ..Concept::default() });
        } else if let Some(concept) = concepts.last_mut() {
            line_of(concept, tag, rest, vocabulary.inspire_prefix.as_deref());
        }
    }
    let places: HashMap<String, usize> =
        concepts.iter().enumerate().map(|(place, concept)| (concept.id.clone(), place)).collect();
    link(&mut concepts, &places);
    add_synonyms(&vocabulary.id, &mut concepts, &places);
    Terms { concepts, places, index: OnceLock::new() }
}

fn line_of(concept: &mut Concept, tag: &str, rest: &str, inspire: Option<&str>) {
    match tag {
        "u" => rest.clone_into(&mut concept.uri),
        "d" => rest.clone_into(&mut concept.definition),
        "s" => concept.reference = Some(rest.to_owned()),
        "b" => concept.broader.push(rest.to_owned()),
        "r" => concept.related.push(rest.to_owned()),
        "i" => concept.inspire = inspire.map(|prefix| format!("{prefix}{rest}")),
        "n" => concept.notation = Some(rest.to_owned()),
        "l" => concept.labels.extend(labelled(rest)),
        "a" => concept.alternatives.extend(labelled(rest)),
        _ => {}
    }
}

/// Tells every term what is below it.
fn link(concepts: &mut [Concept], places: &HashMap<String, usize>) {
    for place in 0..concepts.len() {
        let id = concepts[place].id.clone();
        for above in concepts[place].broader.clone() {
            if let Some(above) = places.get(&above) {
                concepts[*above].narrower.push(id.clone());
            }
        }
    }
}

/// Adds the reviewed words: vocabulary, term, kind, language, words.
fn add_synonyms(id: &str, concepts: &mut [Concept], places: &HashMap<String, usize>) {
    for line in SYNONYMS.lines() {
        let mut cells = line.split('\t');
        if cells.next() != Some(id) {
            continue;
        }
        let (Some(term), Some(kind), Some(language), Some(words)) =
            (cells.next(), cells.next(), cells.next(), cells.next())
        else {
            continue;
        };
        let Some(concept) = places.get(term).map(|place| &mut concepts[*place]) else {
            continue;
        };
        let list = match kind {
            "label" => &mut concept.preferred,
            "not" => &mut concept.mistaken,
            _ => &mut concept.synonyms,
        };
        list.extend(words.split('|').map(|word| (language.to_owned(), word.to_owned())));
    }
}

#[cfg(test)]
mod tests {
    use super::SYNONYMS;

    #[test]
    fn every_line_of_the_synonyms_names_a_term_that_is_there() {
        for line in SYNONYMS.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            let cells: Vec<_> = line.split('\t').collect();
            assert_eq!(cells.len(), 5, "{line}");
            let concept = crate::vocabulary::named(cells[0]).and_then(|vocabulary| vocabulary.concept(cells[1]));
            assert!(concept.is_some(), "{line}");
            assert!(["label", "word", "not"].contains(&cells[2]), "{line}");
            if cells[2] == "not" {
                let concept = concept.unwrap();
                for word in cells[4].split('|') {
                    let word = (cells[3].to_owned(), word.to_owned());
                    assert!(concept.labels.contains(&word) || concept.alternatives.contains(&word), "{line}");
                }
            }
        }
    }
}
