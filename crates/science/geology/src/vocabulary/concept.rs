//! One term.

/// A term of a vocabulary.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Concept {
    /// The last part of its address: `granite`.
    pub id: String,
    /// Its address.
    pub uri: String,
    /// What it means, in English.
    pub definition: String,
    /// Where the definition is from.
    pub reference: Option<String>,
    /// The same term in INSPIRE's registry.
    pub inspire: Option<String>,
    /// Its place in its publisher's list.
    pub notation: Option<String>,
    /// Labels as the publisher gives them: language and text, ordered.
    pub labels: Vec<(String, String)>,
    /// Other words of the publisher for it: language and text, ordered.
    pub alternatives: Vec<(String, String)>,
    /// Words from the reviewed table of synonyms, what legends say: language and text, ordered.
    pub synonyms: Vec<(String, String)>,
    /// Ids of the terms above it.
    pub broader: Vec<String>,
    /// Ids of the terms below it.
    pub narrower: Vec<String>,
    /// Ids of terms that have to do with it.
    pub related: Vec<String>,
    /// Labels that stand for the publisher's where those are missing or mean something else.
    pub(crate) preferred: Vec<(String, String)>,
    /// Labels of the publisher that mean something else, and are not searched.
    pub(crate) mistaken: Vec<(String, String)>,
}

impl Concept {
    /// Its label in a language (`ja`, `zh-Hant`), in English where there is none, else its id.
    pub fn label(&self, language: &str) -> &str {
        self.label_in(language).or_else(|| in_language(&self.labels, "en")).unwrap_or(&self.id)
    }
    /// Its label in a language; `None` where there is none.
    pub fn label_in(&self, language: &str) -> Option<&str> {
        let own = |list| exactly(list, language);
        own(&self.preferred).or_else(|| own(&self.labels).filter(|text| !self.is_mistaken(language, text)))
    }
    /// Words of this program's own tables that it is found by, beside the labels of its publisher.
    pub fn found_by(&self) -> Vec<&(String, String)> {
        let known = |label: &&(String, String)| !self.labels.contains(label) && !self.alternatives.contains(label);
        self.preferred.iter().chain(&self.synonyms).filter(known).collect()
    }
    /// Languages of all its names; some several times.
    pub fn languages(&self) -> impl Iterator<Item = &str> {
        let lists = [&self.preferred, &self.labels, &self.alternatives, &self.synonyms];
        lists.into_iter().flatten().map(|(language, _)| language.as_str())
    }
    /// Whether a label of the publisher means something else.
    pub fn is_mistaken(&self, language: &str, text: &str) -> bool {
        self.mistaken.iter().any(|(tag, word)| tag == language && word == text)
    }
}

/// The text of a language in a list, in English where there is none.
pub fn in_language<'a>(list: &'a [(String, String)], language: &str) -> Option<&'a str> {
    exactly(list, language).or_else(|| exactly(list, "en"))
}

/// The text of a language: of the same tag, of the language alone, of the language in another script or country.
pub(crate) fn exactly<'a>(list: &'a [(String, String)], language: &str) -> Option<&'a str> {
    let primary = |tag: &str| tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    let wanted = primary(language);
    let same = list.iter().find(|(tag, _)| tag.eq_ignore_ascii_case(language));
    let plain = || list.iter().find(|(tag, _)| *tag == wanted);
    let any = || list.iter().find(|(tag, _)| primary(tag) == wanted);
    same.or_else(plain).or_else(any).map(|(_, text)| text.as_str())
}
