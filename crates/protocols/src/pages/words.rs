//! The words of the pages, by language. Titles of data come with the data, in as many languages as it has.

use std::collections::BTreeMap;
use std::sync::OnceLock;

/// A language that the pages speak.
#[derive(Debug)]
pub struct Language {
    /// Its tag, without a region.
    pub tag: &'static str,
    /// Its name in itself.
    pub name: &'static str,
    text: &'static str,
}

const fn language(tag: &'static str, name: &'static str, text: &'static str) -> Language {
    Language { tag, name, text }
}

/// Languages that the pages speak; the first one is spoken when none fits.
pub const LANGUAGES: &[Language] = &[
    language("en", "English", include_str!("words/en.json")),
    language("id", "Bahasa Indonesia", include_str!("words/id.json")),
    language("vi", "Tiếng Việt", include_str!("words/vi.json")),
    language("ja", "日本語", include_str!("words/ja.json")),
    language("ko", "한국어", include_str!("words/ko.json")),
    language("zh", "中文", include_str!("words/zh.json")),
    language("km", "ខ្មែរ", include_str!("words/km.json")),
    language("lo", "ລາວ", include_str!("words/lo.json")),
    language("my", "မြန်မာ", include_str!("words/my.json")),
    language("th", "ไทย", include_str!("words/th.json")),
];

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
        let place = wanted.iter().find_map(|tag| LANGUAGES.iter().position(|known| primary(tag) == known.tag));
        let place = place.unwrap_or(0);
        Self { language: LANGUAGES[place].tag, texts: &all()[place] }
    }

    /// The name of the language in itself.
    pub fn name(&self) -> &'static str {
        LANGUAGES.iter().find(|known| known.tag == self.language).map_or(self.language, |known| known.name)
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

fn all() -> &'static [BTreeMap<String, String>] {
    static ALL: OnceLock<Vec<BTreeMap<String, String>>> = OnceLock::new();
    // The files are part of the program and a test reads them; without words the keys are shown.
    ALL.get_or_init(|| LANGUAGES.iter().map(|one| serde_json::from_str(one.text).unwrap_or_default()).collect())
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
        let (english, others) = all().split_first().expect("there is one language at least");
        assert!(english.len() > 50);
        for (language, texts) in LANGUAGES[1..].iter().zip(others) {
            let tag = language.tag;
            assert_eq!(english.keys().collect::<Vec<_>>(), texts.keys().collect::<Vec<_>>(), "{tag}");
            for (key, text) in english {
                assert_eq!(blanks(text), blanks(&texts[key]), "{tag}: {key}");
                assert!(!texts[key].trim().is_empty() && texts[key].trim() == texts[key], "{tag}: {key}");
            }
        }
    }

    #[test]
    fn sentences_are_written_in_the_script_of_their_language() {
        let scripts = [
            ("ko", '\u{ac00}'..='\u{d7a3}'),
            ("zh", '\u{4e00}'..='\u{9fff}'),
            ("km", '\u{1780}'..='\u{17ff}'),
            ("lo", '\u{0e80}'..='\u{0eff}'),
            ("my", '\u{1000}'..='\u{109f}'),
            ("th", '\u{0e00}'..='\u{0e7f}'),
        ];
        for (tag, script) in &scripts {
            let place = LANGUAGES.iter().position(|known| known.tag == *tag).expect("it is spoken");
            // Names of services stay as they are.
            let sentences =
                all()[0].iter().filter(|(key, english)| english.split(' ').count() > 3 && !key.starts_with("service_"));
            for (key, english) in sentences {
                let text = &all()[place][key];
                assert!(text.chars().any(|letter| script.contains(&letter)), "{tag}: {key}: {english} is {text}");
                // No letter of a neighbour's script: those of Thai and Lao are easily taken for one another.
                let strayed = scripts.iter().filter(|(other, _)| other != tag);
                let stray = strayed.flat_map(|(_, other)| text.chars().find(|letter| other.contains(letter))).next();
                assert_eq!(stray, None, "{tag}: {key}: {text}");
            }
        }
    }

    #[test]
    fn the_first_language_wanted_that_is_spoken_is_spoken() {
        let of = |tags: &[&str]| Words::of(&tags.iter().map(|tag| (*tag).to_owned()).collect::<Vec<_>>()).language;
        assert_eq!(of(&["mn", "ja-JP", "en"]), "ja");
        assert_eq!(of(&["zh-Hant-TW", "en"]), "zh");
        assert_eq!([of(&["zh-CN"]), of(&["ko-KR"]), of(&["TH"]), of(&["my-MM"])], ["zh", "ko", "th", "my"]);
        assert_eq!(of(&["mn"]), "en");
        assert_eq!(of(&[]), "en");
    }
}
