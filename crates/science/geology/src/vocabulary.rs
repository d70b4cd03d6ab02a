//! Vocabularies: terms with labels in many languages and a hierarchy, and the terms that a text names.
//!
//! CGI's vocabularies of geology (GeoSciML) and of resources (EarthResourceML), and IHFC's of heat flow; see `data/README.md` for
//! where they are from and what was left out.

mod concept;
mod find;
mod index;
mod lithology;
mod table;

pub(crate) use concept::exactly;
pub use concept::{Concept, in_language};
pub use find::{Match, Role};
pub use lithology::lithologies_in;
pub use table::{read, write};

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

/// The licence of all built-in vocabularies.
const LICENCE: &str = "CC-BY-4.0";

/// A vocabulary: a SKOS concept scheme. Its terms are read when they are first asked for.
#[derive(Debug)]
pub struct Vocabulary {
    /// Its short name: `simplelithology`, `commodity-code`.
    pub id: String,
    /// Another short name, of the file its publisher keeps it in: `CommodityCode`.
    pub alias: String,
    /// The address of the concept scheme.
    pub uri: String,
    /// Where the addresses of its terms begin.
    pub prefix: String,
    /// Where the addresses of the same terms in INSPIRE's registry begin.
    pub inspire_prefix: Option<String>,
    /// What it belongs to: `GeoSciML`; empty for a vocabulary of a survey's own.
    pub collection: String,
    /// Where it is from.
    pub source: String,
    /// Its licence, an SPDX name.
    pub licence: String,
    /// Whom to name.
    pub attribution: String,
    /// Its edition: the day it was last changed; empty where its publisher does not say.
    pub version: String,
    /// What it is about, in English.
    pub definition: String,
    pub(crate) titles: Vec<(String, String)>,
    pub(crate) text: String,
    pub(crate) terms: OnceLock<Terms>,
}

/// The terms of a vocabulary.
#[derive(Debug, Default)]
pub(crate) struct Terms {
    pub concepts: Vec<Concept>,
    pub places: HashMap<String, usize>,
    pub index: OnceLock<index::Index>,
}

/// All vocabularies this program was built with, ordered by publisher and id.
pub fn all() -> &'static [Vocabulary] {
    static ALL: OnceLock<Vec<Vocabulary>> = OnceLock::new();
    ALL.get_or_init(table::built_in)
}

/// The vocabulary of a short name; capitals, hyphens and underscores do not matter.
pub fn named(name: &str) -> Option<&'static Vocabulary> {
    all().iter().find(|vocabulary| same_name(&vocabulary.id, name) || same_name(&vocabulary.alias, name))
}

/// The vocabulary and term of an address.
pub fn by_uri(uri: &str) -> Option<(&'static Vocabulary, &'static Concept)> {
    all().iter().find_map(|vocabulary| Some((vocabulary, vocabulary.by_uri(uri)?)))
}

fn same_name(one: &str, other: &str) -> bool {
    let plain = |name: &str| name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    plain(one) == plain(other)
}

/// An address without `http:` or `https:`.
pub(crate) fn without_scheme(uri: &str) -> &str {
    uri.strip_prefix("https:").or_else(|| uri.strip_prefix("http:")).unwrap_or(uri)
}

impl Vocabulary {
    /// Its title in a language, in English where there is none.
    pub fn title(&self, language: &str) -> &str {
        in_language(&self.titles, language).unwrap_or(&self.id)
    }
    /// Language and title, in all languages.
    pub fn titles(&self) -> &[(String, String)] {
        &self.titles
    }
    /// Its terms, ordered by id.
    pub fn concepts(&self) -> &[Concept] {
        &self.terms().concepts
    }
    /// The term of an id.
    pub fn concept(&self, id: &str) -> Option<&Concept> {
        let terms = self.terms();
        terms.places.get(id).map(|place| &terms.concepts[*place])
    }
    /// The term of an address, its own or that of INSPIRE's registry, with `http` or `https`.
    pub fn by_uri(&self, uri: &str) -> Option<&Concept> {
        let uri = without_scheme(uri).trim_end_matches('/');
        if let Some(id) = uri.strip_prefix(without_scheme(&self.prefix)) {
            return self.concept(id);
        }
        let id = uri.strip_prefix(without_scheme(self.inspire_prefix.as_deref()?))?;
        self.concepts()
            .iter()
            .find(|concept| concept.inspire.as_deref().is_some_and(|address| address.rsplit('/').next() == Some(id)))
    }
    /// The terms that have none above them, ordered by id.
    pub fn tops(&self) -> Vec<&Concept> {
        self.concepts().iter().filter(|concept| concept.broader.is_empty()).collect()
    }
    /// Whether a term is another or below it, by their ids.
    pub fn is_within(&self, child: &str, ancestor: &str) -> bool {
        self.concept(child).is_some() && (child == ancestor || self.above(child).contains(ancestor))
    }
    /// All terms above a term.
    fn above<'a>(&'a self, id: &'a str) -> HashSet<&'a str> {
        self.reach(id, |concept| &concept.broader)
    }
    /// All terms below a term, ordered by id.
    pub fn descendants(&self, id: &str) -> Vec<&Concept> {
        let below = self.reach(id, |concept| &concept.narrower);
        self.concepts().iter().filter(|concept| below.contains(concept.id.as_str())).collect()
    }
    /// What can be reached from a term; a term that is above itself ends there.
    fn reach<'a>(&'a self, id: &'a str, next: impl Fn(&'a Concept) -> &'a [String]) -> HashSet<&'a str> {
        let mut seen = HashSet::new();
        let mut open = vec![id];
        while let Some(id) = open.pop() {
            for found in self.concept(id).into_iter().flat_map(&next) {
                if seen.insert(found.as_str()) {
                    open.push(found);
                }
            }
        }
        seen
    }
    pub(crate) fn terms(&self) -> &Terms {
        self.terms.get_or_init(|| table::terms(self))
    }
}
