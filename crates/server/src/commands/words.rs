//! What a person says of a dataset on the command line: titles, licence, owner.

use serde::{Deserialize, Serialize};
use terrane_model::about::{Licence, Party, Said, SurveyMap};
use terrane_model::{DatasetId, LocalText};
use terrane_protocols::common::places;

/// What the catalogue says of a dataset, as far as it is given.
#[derive(Debug, Clone, Default, Serialize, Deserialize, clap::Args)]
pub struct Words {
    /// Title; `ja=…` for one in another language, and may be repeated
    #[arg(long, value_name = "TEXT")]
    pub title: Vec<String>,
    /// What it shows; `ja=…` as for the title
    #[arg(long, value_name = "TEXT")]
    pub description: Vec<String>,
    /// Who owns it
    #[arg(long, value_name = "NAME")]
    pub owner: Option<String>,
    /// Licence: CC-BY-4.0, CC0-1.0, ODC-By-1.0, … or its name
    #[arg(long, value_name = "ID")]
    pub licence: Option<String>,
    /// How to name the source when using it
    #[arg(long, value_name = "TEXT")]
    pub attribution: Option<String>,
    /// A word to find it by; may be repeated
    #[arg(long, value_name = "WORD")]
    pub keyword: Vec<String>,
    /// A dataset whose rows this one tells again, as a merged catalogue does: a question to all tables of events is not put to it; may
    /// be repeated; “none” for none any more
    #[arg(long, value_name = "ID", value_parser = dataset)]
    #[serde(default)]
    pub stands_for: Vec<String>,
    /// Country of the map, for catalogues such as OneGeology's: JPN, VNM, … (ISO 3166-1 alpha-3)
    #[arg(long, value_name = "CODE", value_parser = country)]
    #[serde(default)]
    pub country: Option<String>,
    /// Letters by which its owner is known, such as GSJ
    #[arg(long, value_name = "LETTERS", value_parser = part_of_name)]
    #[serde(default)]
    pub owner_code: Option<String>,
    /// Scale of the map that it was made from: 1:200000, 200k, 1M
    #[arg(long, value_name = "SCALE", value_parser = scale)]
    #[serde(default)]
    pub scale: Option<u64>,
    /// What the map shows: BA, BLT, BLS, SLT, SLS, MSF, or a word of your own
    #[arg(long, value_name = "THEME", value_parser = part_of_name)]
    #[serde(default)]
    pub theme: Option<String>,
    /// Language of its texts, when its owner has maps in several: en, ja, …
    #[arg(long, value_name = "CODE", value_parser = language)]
    #[serde(default)]
    pub language: Option<String>,
}

/// Licences that an id is enough for: id, name, address.
const LICENCES: [(&str, &str, &str); 7] = [
    ("CC-BY-4.0", "Creative Commons Attribution 4.0", "https://creativecommons.org/licenses/by/4.0/"),
    ("CC-BY-SA-4.0", "Creative Commons Attribution-ShareAlike 4.0", "https://creativecommons.org/licenses/by-sa/4.0/"),
    (
        "CC-BY-NC-4.0",
        "Creative Commons Attribution-NonCommercial 4.0",
        "https://creativecommons.org/licenses/by-nc/4.0/",
    ),
    ("CC0-1.0", "Creative Commons Zero 1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
    ("ODC-By-1.0", "Open Data Commons Attribution 1.0", "https://opendatacommons.org/licenses/by/1-0/"),
    ("ODbL-1.0", "Open Database Licence 1.0", "https://opendatacommons.org/licenses/odbl/1-0/"),
    (
        "OGL-UK-3.0",
        "Open Government Licence 3.0",
        "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
    ),
];

impl Words {
    /// What is given, as the catalogue takes it.
    pub fn said(&self) -> Said {
        Said {
            title: texts(&self.title),
            description: texts(&self.description),
            keywords: self.keyword.clone(),
            licence: self.licence.as_deref().map(licence_of),
            attribution: self.attribution.clone(),
            owner: self.owner.as_ref().map(|owner| Party { name: LocalText::one("und", owner), ..Party::default() }),
            stands_for: (!self.stands_for.is_empty()).then(|| {
                self.stands_for.iter().filter(|id| *id != NONE).filter_map(|id| DatasetId::new(id).ok()).collect()
            }),
            survey_map: SurveyMap {
                country: self.country.clone(),
                owner_code: self.owner_code.clone(),
                scale_denominator: self.scale,
                theme: self.theme.clone(),
                language: self.language.clone(),
            },
        }
    }
}

/// Takes back which datasets one stands for.
const NONE: &str = "none";

fn dataset(text: &str) -> Result<String, String> {
    DatasetId::new(text).map(|id| id.to_string()).map_err(|error| error.say().to_owned())
}

/// A country that the United Nations list.
fn country(text: &str) -> Result<String, String> {
    let found = places::country(text).map(|place| place.iso.to_owned());
    found.ok_or_else(|| "write the country as ISO 3166-1 alpha-3, such as JPN, VNM or GBR".to_owned())
}

/// What can stand between the underscores of a name.
fn part_of_name(text: &str) -> Result<String, String> {
    let plain = (1..=40).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if plain { Ok(text.to_owned()) } else { Err("write letters, digits and “-”, at most 40".to_owned()) }
}

fn language(text: &str) -> Result<String, String> {
    let plain = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_lowercase());
    if plain { Ok(text.to_owned()) } else { Err("write the language as ISO 639-1, such as en or ja".to_owned()) }
}

/// `1:200000`, `200000`, `200k`, `1M`, `1:1.5M`.
fn scale(text: &str) -> Result<u64, String> {
    let number = text.trim().trim_start_matches("1:").replace([' ', '\u{a0}', '_'], "");
    let (digits, times) = match number.as_bytes().last() {
        Some(b'k') => (&number[..number.len() - 1], 1e3),
        Some(b'M') => (&number[..number.len() - 1], 1e6),
        _ => (number.as_str(), 1.0),
    };
    let denominator = digits.parse::<f64>().ok().map(|it| (it * times).round()).filter(|it| (100.0..1e9).contains(it));
    denominator.map(|it| it as u64).ok_or_else(|| "write a scale such as 1:200000, 200k or 1M".to_owned())
}

/// `ja=…` is the text of one language, anything else a text without one.
fn texts(given: &[String]) -> LocalText {
    given
        .iter()
        .map(|entry| tagged(entry).unwrap_or(("und", entry)))
        .map(|(tag, words)| (tag.to_owned(), words.to_owned()))
        .collect()
}

/// A language tag and what follows it.
fn tagged(entry: &str) -> Option<(&str, &str)> {
    entry.split_once('=').filter(|(tag, _)| is_language_tag(tag))
}

/// Whether a text is a language as it is written here: two or three small letters, perhaps subtags (BCP 47).
pub fn is_language_tag(tag: &str) -> bool {
    let language = tag.split('-').next().unwrap_or("");
    (2..=3).contains(&language.len())
        && language.bytes().all(|byte| byte.is_ascii_lowercase())
        && tag
            .split('-')
            .skip(1)
            .all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

fn licence_of(id: &str) -> Licence {
    match LICENCES.iter().find(|(known, ..)| known.eq_ignore_ascii_case(id)) {
        Some((id, title, url)) => {
            Licence { id: (*id).to_owned(), title: (*title).to_owned(), url: Some((*url).to_owned()) }
        }
        None => Licence { id: id.to_owned(), title: id.to_owned(), url: None },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use terrane_model::{About, DatasetId};

    fn title(before: &[(&str, &str)], given: &[&str]) -> Vec<(String, String)> {
        let own = |(tag, words): (&str, &str)| (tag.to_owned(), words.to_owned());
        let mut about = About::new(DatasetId::new("any").expect("a name"));
        about.title = before.iter().copied().map(own).collect();
        about.amend(&Words { title: given.iter().map(|&entry| entry.to_owned()).collect(), ..Words::default() }.said());
        about.title.iter().map(own).collect()
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected.iter().map(|&(tag, words)| (tag.to_owned(), words.to_owned())).collect()
    }

    #[test]
    fn a_title_with_a_language_is_added_and_one_without_takes_the_place_of_all() {
        let before = [("und", "Geology"), ("ja", "地質")];
        assert_eq!(title(&before, &[]), pairs(&before));
        assert_eq!(title(&before, &["ja=地質図"]), pairs(&[("und", "Geology"), ("ja", "地質図")]));
        assert_eq!(title(&before, &["Rocks", "zh-Hant=地質"]), pairs(&[("und", "Rocks"), ("zh-Hant", "地質")]));
    }

    #[test]
    fn scales_and_countries_are_read_as_people_write_them() {
        let all = ["1:200000", "200000", "200k", "1:200 000", "1.5M", "1:1M"].map(scale);
        assert_eq!(all, [200_000, 200_000, 200_000, 200_000, 1_500_000, 1_000_000].map(Ok));
        assert!(["", "k", "1:0", "-5", "nan", "9e99"].iter().all(|text| scale(text).is_err()));
        assert_eq!((country("jpn"), country("XXX").is_err()), (Ok("JPN".to_owned()), true));
        assert!(part_of_name("a_b").is_err() && language("jpn").is_err() && language("ja").is_ok());
    }

    #[test]
    fn an_equals_sign_in_a_title_is_not_a_language() {
        for plain in ["E=mc²", "Rock=stone", "1=2", "=x", "Map=Karte 1:25 000"] {
            assert_eq!(title(&[], &[plain]), pairs(&[("und", plain)]), "{plain}");
        }
    }

    #[test]
    fn a_licence_that_is_known_gets_its_name_and_address_and_another_keeps_what_was_typed() {
        assert_eq!(licence_of("cc-by-4.0").title, "Creative Commons Attribution 4.0");
        let own = licence_of("Open licence of the survey");
        assert_eq!((own.title.as_str(), own.url), ("Open licence of the survey", None));
    }
}
