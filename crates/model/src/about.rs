//! What a dataset is about: titles by language, licence, owner, extent, lineage. Everything a catalogue says.

use crate::bbox::Bbox;
use crate::error::{Error, Result};
use crate::time::{Instant, Interval};
use std::fmt;

/// The name of a dataset, style, map or organisation in addresses: lower-case letters, digits, `-`, `_` and `.`, at most 64,
/// beginning with a letter or digit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DatasetId(String);

impl DatasetId {
    /// Checks the spelling.
    pub fn new(text: impl Into<String>) -> Result<Self> {
        let text = text.into();
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_.".contains(&byte);
        let starts_well = text.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
        if starts_well && text.len() <= 64 && text.bytes().all(plain) && !text.contains("..") {
            return Ok(Self(text));
        }
        Err(Error::invalid(format!(
            "“{}” cannot be an identifier; use 1 to 64 lower-case letters, digits, “-”, “_” or “.”, beginning with a letter or digit.",
            text.chars().take(80).collect::<String>()
        )))
    }

    /// The nearest valid identifier to a file or layer name; `dataset` when nothing is left of it.
    pub fn from_name(name: &str) -> Self {
        let mut text = String::new();
        for character in name.chars().flat_map(char::to_lowercase) {
            if character.is_ascii_alphanumeric() || character == '_' {
                text.push(character);
            } else if !text.is_empty() && !text.ends_with('-') {
                text.push('-');
            }
        }
        text.truncate(64);
        let text = text.trim_matches(['-', '_']).to_owned();
        Self(if text.is_empty() { "dataset".to_owned() } else { text })
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DatasetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text in several languages, the first being the original.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LocalText(Vec<(String, String)>);

impl LocalText {
    /// A text in one language (a BCP 47 tag; `und` when it is not known).
    pub fn one(language: impl Into<String>, text: impl Into<String>) -> Self {
        Self(vec![(language.into(), text.into())])
    }
    /// Adds or replaces a language.
    pub fn set(&mut self, language: impl Into<String>, text: impl Into<String>) {
        let (language, text) = (language.into(), text.into());
        match self.0.iter_mut().find(|(known, _)| *known == language) {
            Some(entry) => entry.1 = text,
            None => self.0.push((language, text)),
        }
    }
    /// The text in the first of the languages wanted that is there (`ja` finds `ja-JP` and the reverse), else in English, else the
    /// original; empty when there is none.
    pub fn get(&self, wanted: &[&str]) -> &str {
        let primary = |tag: &str| tag.split('-').next().unwrap_or("").to_ascii_lowercase();
        let find = |want: &str| {
            let exact = self.0.iter().find(|(tag, _)| tag.eq_ignore_ascii_case(want));
            exact.or_else(|| self.0.iter().find(|(tag, _)| primary(tag) == primary(want)))
        };
        let chosen = wanted.iter().find_map(|want| find(want)).or_else(|| find("en")).or(self.0.first());
        chosen.map_or("", |(_, text)| text)
    }
    /// All languages and texts.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(language, text)| (language.as_str(), text.as_str()))
    }
    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|(_, text)| text.is_empty())
    }
}

impl FromIterator<(String, String)> for LocalText {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(entries: I) -> Self {
        Self(entries.into_iter().collect())
    }
}

/// What a dataset is about.
#[derive(Debug, Clone, PartialEq)]
pub struct About {
    /// Its name in addresses.
    pub id: DatasetId,
    /// Its title.
    pub title: LocalText,
    /// What it shows.
    pub description: LocalText,
    /// Words to find it by.
    pub keywords: Vec<String>,
    /// Its ISO 19115 topic category, `geoscientificInformation` by default.
    pub topic: String,
    /// On what terms it may be used.
    pub licence: Licence,
    /// How to name the source when using it.
    pub attribution: String,
    /// Who owns it.
    pub owner: Option<Party>,
    /// Whom to ask.
    pub contacts: Vec<Party>,
    /// Where it came from.
    pub source: Option<Link>,
    /// How it was made.
    pub lineage: String,
    /// Its extent in degrees; computed when published.
    pub extent: Option<Bbox>,
    /// Its period; computed when published.
    pub period: Option<Interval>,
    /// Rows, of features; computed when published.
    pub rows: Option<u64>,
    /// When this record or its data last changed.
    pub updated: Option<Instant>,
    /// The name of its default style.
    pub default_style: Option<String>,
    /// Datasets whose rows it tells again: a question to everything is put to it and not to them. So a catalogue that was merged of
    /// several stands for them.
    pub stands_for: Vec<DatasetId>,
    /// What catalogues of surveys' maps ask of it beyond that, as far as it is said.
    pub survey_map: SurveyMap,
}

/// How a dataset is named among the maps of the surveys of the world (the profile of OneGeology).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SurveyMap {
    /// The country, as ISO 3166-1 alpha-3: `JPN`.
    pub country: Option<String>,
    /// The letters by which the owner is known: `GSJ`.
    pub owner_code: Option<String>,
    /// The denominator of the scale of the map that it was made from: 200000.
    pub scale_denominator: Option<u64>,
    /// The theme: `BA`, `BLT`, `BLS`, `SLT`, `SLS`, `MSF`, or a word of one's own.
    pub theme: Option<String>,
    /// The language of its texts, as ISO 639-1, when the owner has maps in several.
    pub language: Option<String>,
}

impl SurveyMap {
    /// Whether all is said that a name is made of.
    pub fn is_whole(&self) -> bool {
        self.country.is_some() && self.owner_code.is_some() && self.scale_denominator.is_some() && self.theme.is_some()
    }

    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Takes over what was said.
    fn amend(&mut self, said: &Self) {
        let take = |own: &mut Option<String>, said: &Option<String>| {
            if said.is_some() {
                own.clone_from(said);
            }
        };
        take(&mut self.country, &said.country);
        take(&mut self.owner_code, &said.owner_code);
        take(&mut self.theme, &said.theme);
        take(&mut self.language, &said.language);
        self.scale_denominator = said.scale_denominator.or(self.scale_denominator);
    }
}

impl About {
    /// A record that says nothing yet but its name.
    pub fn new(id: DatasetId) -> Self {
        Self {
            title: LocalText::one("und", id.as_str()),
            id,
            description: LocalText::default(),
            keywords: Vec::new(),
            topic: "geoscientificInformation".to_owned(),
            licence: Licence::default(),
            attribution: String::new(),
            owner: None,
            contacts: Vec::new(),
            source: None,
            lineage: String::new(),
            extent: None,
            period: None,
            rows: None,
            updated: None,
            default_style: None,
            stands_for: Vec::new(),
            survey_map: SurveyMap::default(),
        }
    }
}

/// What somebody says of a dataset, as far as they say it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Said {
    /// Its title, see [`About::amend`].
    pub title: LocalText,
    /// What it shows.
    pub description: LocalText,
    /// Words to find it by.
    pub keywords: Vec<String>,
    /// On what terms it may be used.
    pub licence: Option<Licence>,
    /// How to name the source when using it.
    pub attribution: Option<String>,
    /// Who owns it.
    pub owner: Option<Party>,
    /// Datasets whose rows it tells again.
    pub stands_for: Option<Vec<DatasetId>>,
    /// How it is named among the maps of surveys.
    pub survey_map: SurveyMap,
}

impl About {
    /// Takes over what was said. A text in a language sets that language; one without takes the place of all.
    pub fn amend(&mut self, said: &Said) {
        amend_texts(&mut self.title, &said.title);
        amend_texts(&mut self.description, &said.description);
        if !said.keywords.is_empty() {
            self.keywords.clone_from(&said.keywords);
        }
        if let Some(licence) = &said.licence {
            self.licence.clone_from(licence);
        }
        if let Some(attribution) = &said.attribution {
            self.attribution.clone_from(attribution);
        }
        if said.owner.is_some() {
            self.owner.clone_from(&said.owner);
        }
        if let Some(others) = &said.stands_for {
            self.stands_for.clone_from(others);
        }
        self.survey_map.amend(&said.survey_map);
    }
}

fn amend_texts(text: &mut LocalText, said: &LocalText) {
    if said.iter().any(|(language, _)| language == "und") {
        *text = LocalText::default();
    }
    said.iter().for_each(|(language, words)| text.set(language, words));
}

/// Terms of use.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Licence {
    /// An SPDX identifier where there is one (`CC-BY-4.0`); empty when no licence is stated.
    pub id: String,
    /// Its name for people.
    pub title: String,
    /// Where it can be read.
    pub url: Option<String>,
}

/// A person or an organisation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Party {
    /// The name.
    pub name: LocalText,
    /// The web page.
    pub url: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
    /// What they do for the dataset (ISO 19115 role code).
    pub role: Option<String>,
}

/// A titled address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// What is there.
    pub title: String,
    /// Where.
    pub url: String,
}
