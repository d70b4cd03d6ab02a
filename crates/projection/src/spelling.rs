//! Spellings of CRS names in requests. Strict on purpose: a name is looked up, never interpreted, so that no PROJ string,
//! pipeline, file name or WKT of a stranger ever reaches PROJ.

use crate::registry;
use terrane_model::{Crs, Error, Result};

/// Longer than any name of a CRS.
const SPELLING_BYTES_MAX: usize = 128;

/// The canonical CRS of a spelling: `EPSG:4326`, `urn:ogc:def:crs:EPSG::4326`, `http://www.opengis.net/def/crs/EPSG/0/4326`,
/// `http://www.opengis.net/gml/srs/epsg.xml#4326`, `CRS:84`, `OGC:CRS84`, `[EPSG:4326]`. Anything else (PROJ strings, pipelines,
/// files, WKT) is refused: those come only from files. Codes that PROJ does not know are refused as "not known".
pub fn parse(spelling: &str) -> Result<Crs> {
    let trimmed = spelling.trim();
    let (authority, code) = (trimmed.len() <= SPELLING_BYTES_MAX).then(|| split(trimmed)).flatten().ok_or_else(|| {
        Error::invalid(format!(
            "“{}” is not the name of a coordinate reference system; write it like EPSG:4326, CRS:84 or http://www.opengis.net/def/crs/EPSG/0/4326.",
            trimmed.chars().take(80).collect::<String>()
        ))
    })?;
    let (authority, code) = canonical(authority, code).ok_or_else(|| unknown(authority, code))?;
    registry::entry(authority, code).map(|entry| entry.crs()).ok_or_else(|| unknown(authority, code))
}

/// The error for a name that is spelled well but not in the registry.
pub(crate) fn unknown(authority: &str, code: &str) -> Error {
    let say = format!("The coordinate reference system {authority}:{code} is not known here.");
    match authority.eq_ignore_ascii_case("EPSG") {
        true => {
            Error::invalid(format!("{say} Its code may be wrong, or newer than this program; see epsg.org for codes."))
        }
        false => Error::invalid(format!("{say} Known authorities are EPSG, OGC, ESRI and IAU_2015.")),
    }
}

fn split(text: &str) -> Option<(&str, &str)> {
    let text = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let pair = split_urn(text).or_else(|| split_url(text)).or_else(|| text.split_once(':'))?;
    let plain = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') && part.len() <= 16
    };
    (plain(pair.0) && plain(pair.1)).then_some(pair)
}

/// `urn:ogc:def:crs:AUTHORITY:VERSION:CODE` (OGC 07-092r3) and the older `urn:x-ogc:…`; the version may be missing or empty.
fn split_urn(text: &str) -> Option<(&str, &str)> {
    let rest = strip_prefix_fold(text, "urn:ogc:def:crs:").or_else(|| strip_prefix_fold(text, "urn:x-ogc:def:crs:"))?;
    authority_version_code(&rest.split(':').collect::<Vec<_>>())
}

/// `http://www.opengis.net/def/crs/AUTHORITY/VERSION/CODE`, and GML 2's `…/gml/srs/epsg.xml#CODE`.
fn split_url(text: &str) -> Option<(&str, &str)> {
    let rest = strip_prefix_fold(text, "http://").or_else(|| strip_prefix_fold(text, "https://"))?;
    let path = strip_prefix_fold(rest, "www.opengis.net/").or_else(|| strip_prefix_fold(rest, "opengis.net/"))?;
    if let Some(code) = path.strip_prefix("gml/srs/epsg.xml#") {
        return Some(("EPSG", code));
    }
    let parts: Vec<&str> = path.strip_prefix("def/crs/")?.split('/').collect();
    (parts.len() == 3).then(|| authority_version_code(&parts)).flatten()
}

fn authority_version_code<'a>(parts: &[&'a str]) -> Option<(&'a str, &'a str)> {
    match *parts {
        ["IAU" | "iau", "2015", code] => Some(("IAU_2015", code)),
        [authority, code] => Some((authority, code)),
        [authority, version, code] if is_version(version) => Some((authority, code)),
        _ => None,
    }
}

/// Nothing, or numbers between dots: `0`, `6.9`, `9.9.1`.
fn is_version(text: &str) -> bool {
    let number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    text.is_empty() || text.split('.').all(number)
}

/// The registry's own spelling: upper-case authority, `CRS:84` as `OGC:CRS84`.
fn canonical<'a>(authority: &str, code: &'a str) -> Option<(&'static str, &'a str)> {
    let authority =
        ["EPSG", "ESRI", "IAU_2015", "OGC", "CRS"].into_iter().find(|known| known.eq_ignore_ascii_case(authority))?;
    match authority {
        "OGC" => ["CRS84", "CRS84h", "CRS83", "CRS27"]
            .into_iter()
            .find(|known| known.eq_ignore_ascii_case(code))
            .map(|known| ("OGC", known)),
        "CRS" => [("84", "CRS84"), ("83", "CRS83"), ("27", "CRS27")]
            .into_iter()
            .find(|(number, _)| *number == code)
            .map(|(_, known)| ("OGC", known)),
        _ => (code.bytes().all(|byte| byte.is_ascii_digit()) && !code.starts_with('0')).then_some((authority, code)),
    }
}

fn strip_prefix_fold<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then(|| &text[prefix.len()..])
}
