//! The words of the pages, by language. Titles of data come with the data, in as many languages as it has.

use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Languages that the pages speak, with their names in themselves; the first one is spoken when none fits.
pub const LANGUAGES: [(&str, &str); 2] = [("en", "English"), ("ja", "日本語")];
const TEXTS: [&str; 2] = [include_str!("words/en.json"), include_str!("words/ja.json")];

/// The words of one language.
#[derive(Debug, Clone, Copy)]
pub struct Words {
    /// Its tag.
    pub language: &'static str,
    texts: &'static BTreeMap<String, String>,
}

impl Words {
    /// In the first language wanted that the pages speak.
    pub fn of(wanted: &[String]) -> Self {
        let primary = |tag: &str| tag.split('-').next().unwrap_or("").to_ascii_lowercase();
        let place = wanted.iter().find_map(|tag| LANGUAGES.iter().position(|(known, _)| primary(tag) == *known));
        let place = place.unwrap_or(0);
        Self { language: LANGUAGES[place].0, texts: &all()[place] }
    }

    /// A word; its key when it is missing, which a test forbids.
    pub fn say<'k>(&self, key: &'k str) -> &'k str
    where
        Self: 'k,
    {
        self.texts.get(key).map_or(key, String::as_str)
    }

    /// A sentence with names in braces filled in.
    pub fn fill(&self, key: &str, values: &[(&str, &str)]) -> String {
        values.iter().fold(self.say(key).to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
    }

    /// All words.
    pub fn texts(&self) -> &'static BTreeMap<String, String> {
        self.texts
    }
}

fn all() -> &'static [BTreeMap<String, String>; 2] {
    static ALL: OnceLock<[BTreeMap<String, String>; 2]> = OnceLock::new();
    // The files are part of the program and a test reads them; without words the keys are shown.
    ALL.get_or_init(|| TEXTS.map(|text| serde_json::from_str(text).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_the_same_words_with_the_same_blanks() {
        let blanks = |text: &str| {
            let mut names: Vec<String> =
                text.split('{').skip(1).map(|rest| rest.split('}').next().unwrap_or("").to_owned()).collect();
            names.sort_unstable();
            names
        };
        let [first, second] = all();
        assert!(first.len() > 50);
        assert_eq!(first.keys().collect::<Vec<_>>(), second.keys().collect::<Vec<_>>());
        for (key, text) in first {
            assert_eq!(blanks(text), blanks(&second[key]), "{key}");
        }
    }

    #[test]
    fn the_first_language_wanted_that_is_spoken_is_spoken() {
        let of = |tags: &[&str]| Words::of(&tags.iter().map(|tag| (*tag).to_owned()).collect::<Vec<_>>()).language;
        assert_eq!(of(&["th", "ja-JP", "en"]), "ja");
        assert_eq!(of(&["th"]), "en");
        assert_eq!(of(&[]), "en");
    }
}
