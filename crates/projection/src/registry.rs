//! The table of coordinate reference systems that an authority names, made at build time from PROJ's own registry.

use std::collections::HashMap;
use std::sync::OnceLock;
use terrane_model::Crs;

/// Lines of authority, code, kind and name, tab-separated; see `build.rs`.
const TABLE: &str = include_str!(concat!(env!("OUT_DIR"), "/registry.tsv"));

/// One coordinate reference system of the registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// `EPSG`, `ESRI`, `IAU_2015` or `OGC`.
    pub authority: &'static str,
    /// The code.
    pub code: &'static str,
    /// The name for people.
    pub title: &'static str,
    /// Whether coordinates are projected; else geographic, or compound.
    pub projected: bool,
    /// Whether it has only x and y.
    pub flat: bool,
    /// Whether the authority advises another one.
    pub deprecated: bool,
}

impl Entry {
    /// Its canonical name.
    pub fn crs(&self) -> Crs {
        Crs::new(format!("{}:{}", self.authority, self.code))
    }
}

/// All entries, by authority and code as text.
pub fn entries() -> impl Iterator<Item = Entry> {
    TABLE.lines().filter_map(|line| {
        let mut fields = line.split('\t');
        let (authority, code, kind, title) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
        let projected = kind.eq_ignore_ascii_case("p");
        let flat = projected || kind.eq_ignore_ascii_case("g");
        Some(Entry {
            authority,
            code,
            title,
            projected,
            flat,
            deprecated: kind.bytes().all(|byte| byte.is_ascii_uppercase()),
        })
    })
}

/// The entry of an authority's code, both as the registry spells them.
pub(crate) fn entry(authority: &str, code: &str) -> Option<Entry> {
    static BY_CODE: OnceLock<HashMap<(&'static str, &'static str), Entry>> = OnceLock::new();
    let all = BY_CODE.get_or_init(|| entries().map(|entry| ((entry.authority, entry.code), entry)).collect());
    all.get(&(authority, code)).copied()
}

/// Entries of one name, whatever its case and punctuation: those of two dimensions first, current ones before
/// deprecated ones, EPSG before the others.
pub(crate) fn named(name: &str) -> Vec<Entry> {
    static BY_NAME: OnceLock<HashMap<String, Vec<Entry>>> = OnceLock::new();
    let all = BY_NAME.get_or_init(|| {
        let mut names: HashMap<String, Vec<Entry>> = HashMap::new();
        entries().for_each(|entry| names.entry(folded(entry.title)).or_default().push(entry));
        names
            .values_mut()
            .for_each(|same| same.sort_by_key(|entry| (!entry.flat, entry.deprecated, entry.authority != "EPSG")));
        names
    });
    all.get(&folded(name)).cloned().unwrap_or_default()
}

/// Letters and digits only, lower case: `D_JGD_2011` and `D JGD 2011` are one name.
pub(crate) fn folded(name: &str) -> String {
    name.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
