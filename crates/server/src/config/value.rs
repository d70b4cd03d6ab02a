//! One value of the settings: from TOML to what the key allows, or what is wrong with it and how to put it right.

use super::keys::Allowed;
use super::networks::Networks;
use super::{sets, size};
use crate::commands::is_language_tag;
use std::net::SocketAddr;
use terrane_model::LocalText;
use terrane_model::tiling::TileMatrixSet;
use terrane_store_remote::Rules;
use toml::de::{DeInteger, DeValue};

/// A value that is allowed where it stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Texts by language.
    Texts(LocalText),
    /// One text.
    Text(String),
    /// A number.
    Number(u64),
    /// Where to listen.
    Address(SocketAddr),
    /// Networks, and how they were written.
    Networks(Networks, String),
    /// Tile matrix sets.
    Sets(Vec<TileMatrixSet>),
}

/// What is wrong, and what to write instead.
pub type Wrong = (String, String);

impl Allowed {
    /// What may stand here, in words.
    pub fn in_words(self) -> String {
        match self {
            Self::Texts => "a text, or texts by language such as { en = \"Geology\", ja = \"地質\" }".to_owned(),
            Self::Email => "a mail address in quotes, such as \"maps@survey.example.org\"".to_owned(),
            Self::Web => "an address in quotes, such as \"https://survey.example.org\"".to_owned(),
            Self::PublicUrl => "an address in quotes, such as \"https://maps.example.org/geo\"".to_owned(),
            Self::Listen => "an IP address and a port in quotes, such as \"127.0.0.1:8080\"".to_owned(),
            Self::Networks => "addresses or networks in one text, such as \"127.0.0.1, 10.0.0.0/8\"".to_owned(),
            Self::Servers => "addresses or networks in one text, such as \"127.0.0.1:8081, 10.1.0.0/16\"".to_owned(),
            Self::Whole(min, max) => format!("a whole number from {min} to {max}"),
            Self::Sets => sets::IN_WORDS.to_owned(),
            Self::Bytes(min, _) => {
                format!("a number of bytes or a size such as \"2 GB\", at least {}", crate::output::bytes(min))
            }
        }
    }

    /// The value, when it is allowed here.
    pub fn read(self, value: &DeValue<'_>) -> Result<Value, Wrong> {
        let instead = || format!("Write {}.", self.in_words());
        let wrong = |what: String| (what, instead());
        let text = || value.as_str().ok_or_else(|| wrong(format!("{} stands here", kind_of(value))));
        match self {
            Self::Texts => texts(value).map(Value::Texts).map_err(wrong),
            Self::Whole(min, max) => within(whole(value), value, (min, max)).map(Value::Number).map_err(wrong),
            Self::Bytes(min, max) => within(bytes(value), value, (min, max)).map(Value::Number).map_err(wrong),
            Self::Sets => sets::read(value).map(Value::Sets).map_err(wrong),
            Self::Listen => {
                let text = text()?;
                listen(text).map(Value::Address).ok_or_else(|| wrong(format!("“{}” is none", shown(text))))
            }
            Self::Networks => {
                let text = text()?;
                let networks = Networks::parse(text).map(|networks| Value::Networks(networks, text.to_owned()));
                networks.ok_or_else(|| wrong(format!("“{}” has something else in it", shown(text))))
            }
            Self::Email | Self::Web | Self::PublicUrl | Self::Servers => {
                let text = text()?;
                match self.fits(text) {
                    true => Ok(Value::Text(text.to_owned())),
                    false => Err(wrong(format!("“{}” is none", shown(text)))),
                }
            }
        }
    }

    fn fits(self, text: &str) -> bool {
        match self {
            Self::Email => is_email(text),
            Self::Web => is_web(text),
            Self::PublicUrl => is_public_url(text),
            Self::Servers => Rules::parse(text).is_some(),
            _ => is_clean(text),
        }
    }
}

/// What stands in a file, in words.
pub fn kind_of(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a section",
    }
}

/// Characters of a wrong text that are shown.
const SHOWN_CHARACTERS_MAX: usize = 60;

/// A text from the file as it can be told: short and without control characters.
pub fn shown(text: &str) -> String {
    let clean: String = text.chars().map(|it| if it.is_control() { ' ' } else { it }).collect();
    match clean.char_indices().nth(SHOWN_CHARACTERS_MAX) {
        Some((end, _)) => format!("{}…", &clean[..end]),
        None => clean,
    }
}

fn texts(value: &DeValue<'_>) -> Result<LocalText, String> {
    if let Some(text) = value.as_str() {
        return match is_clean(text) {
            true => Ok(LocalText::one("und", text)),
            false => Err("the text holds control characters".to_owned()),
        };
    }
    let table = value.as_table().ok_or_else(|| format!("{} stands here", kind_of(value)))?;
    let mut texts = LocalText::default();
    for (tag, text) in table {
        let tag = tag.get_ref();
        if !is_language_tag(tag) {
            return Err(format!("“{}” is no language", shown(tag)));
        }
        match text.get_ref().as_str().filter(|text| is_clean(text)) {
            Some(text) => texts.set(tag.as_ref(), text),
            None => return Err(format!("no text stands at the language “{tag}”")),
        }
    }
    if texts.is_empty() { Err("there is no language in it".to_owned()) } else { Ok(texts) }
}

fn whole(value: &DeValue<'_>) -> Result<i128, String> {
    value.as_integer().ok_or_else(|| format!("{} stands here", kind_of(value))).and_then(number)
}

fn number(given: &DeInteger<'_>) -> Result<i128, String> {
    i128::from_str_radix(given.as_str(), given.radix()).map_err(|_| "the number is too large".to_owned())
}

fn bytes(value: &DeValue<'_>) -> Result<i128, String> {
    match value {
        DeValue::String(text) => match size::parse(text) {
            Some(bytes) => Ok(i128::from(bytes)),
            None => Err(format!("“{}” is no size", shown(text))),
        },
        other => whole(other),
    }
}

fn within(found: Result<i128, String>, value: &DeValue<'_>, (min, max): (u64, u64)) -> Result<u64, String> {
    let found = found?;
    let given = value.as_str().map_or_else(|| found.to_string(), |text| format!("“{}”", shown(text)));
    match (i128::from(min)..=i128::from(max)).contains(&found) {
        true => u64::try_from(found).map_err(|error| error.to_string()),
        false if found > i128::from(max) => Err(format!("{given} is too much")),
        false => Err(format!("{given} is too little")),
    }
}

/// Where to listen: an IP address and a port; `localhost` is this machine.
pub fn listen(text: &str) -> Option<SocketAddr> {
    text.replace("localhost", "127.0.0.1").parse().ok()
}

/// Whether nothing in a text would break a page or a document.
fn is_clean(text: &str) -> bool {
    !text.chars().any(|it| it.is_control() && it != '\n' && it != '\t')
}

fn is_email(text: &str) -> bool {
    let plain = |part: &str| !part.is_empty() && !part.contains(['@', '<', '>', '"', ',']);
    let at = text.split_once('@').is_some_and(|(name, host)| plain(name) && plain(host));
    at && !text.contains(char::is_whitespace) && is_clean(text)
}

/// Whether a text is an address of the web: http or https, a host, nothing that would end an attribute.
fn is_web(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        let begins_well = !rest.is_empty() && !rest.starts_with(['/', '?', '#', ':', '@']);
        begins_well && !rest.contains(|it: char| it.is_whitespace() || it.is_control() || "\"<>\\^`{|}".contains(it))
    })
}

/// Whether a text can stand before every link.
pub fn is_public_url(text: &str) -> bool {
    is_web(text) && !text.contains(['?', '#', '@'])
}
