//! Which form and which language an answer has: `f=` and `lang=` first, then the Accept headers.

/// A form that an answer can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Form {
    /// The short name for `f=`.
    pub name: &'static str,
    /// The media type.
    pub media_type: &'static str,
}

/// JSON.
pub const JSON: Form = Form { name: "json", media_type: "application/json" };
/// GeoJSON.
pub const GEOJSON: Form = Form { name: "json", media_type: "application/geo+json" };
/// KML.
pub const KML: Form = Form { name: "kml", media_type: "application/vnd.google-earth.kml+xml" };
/// KML, zipped.
pub const KMZ: Form = Form { name: "kmz", media_type: "application/vnd.google-earth.kmz" };
/// HTML.
pub const HTML: Form = Form { name: "html", media_type: "text/html" };

/// The form that an Accept header likes best of those offered; the first one offered when it likes nothing or all alike.
/// `None` when it accepts none of them.
pub fn by_accept(accept: Option<&str>, offered: &[Form]) -> Option<Form> {
    let Some(accept) = accept.filter(|text| !text.trim().is_empty()) else { return offered.first().copied() };
    let ranges: Vec<(&str, f32)> = accept.split(',').take(RANGES_MAX).filter_map(parse_range).collect();
    let mut best: Option<(f32, Form)> = None;
    for &form in offered {
        let quality = quality_of(form.media_type, &ranges);
        if quality > best.map_or(0.0, |(known, _)| known) {
            best = Some((quality, form));
        }
    }
    best.map(|(_, form)| form)
}

/// Ranges of an Accept header that are looked at.
const RANGES_MAX: usize = 64;

fn parse_range(range: &str) -> Option<(&str, f32)> {
    let mut parts = range.split(';').map(str::trim);
    let media = parts.next().filter(|media| !media.is_empty())?;
    let quality = parts.find_map(|part| part.strip_prefix("q=")).map_or(Some(1.0), |text| text.parse().ok());
    quality.filter(|quality: &f32| (0.0..=1.0).contains(quality)).map(|quality| (media, quality))
}

/// The quality of the most specific range that covers a media type.
fn quality_of(media_type: &str, ranges: &[(&str, f32)]) -> f32 {
    let family = media_type.split('/').next().unwrap_or("");
    let rank = |range: &str| match range {
        exact if exact.eq_ignore_ascii_case(media_type) => 3,
        // A client that accepts JSON reads GeoJSON.
        "application/json" if media_type == "application/geo+json" => 2,
        wide if wide.strip_suffix("/*").is_some_and(|start| start == family) => 1,
        "*/*" => 0,
        _ => -1,
    };
    let best = ranges.iter().map(|&(range, quality)| (rank(range), quality)).filter(|&(rank, _)| rank >= 0);
    best.max_by_key(|&(rank, _)| rank).map_or(0.0, |(_, quality)| quality)
}

/// Tags that are still sent for languages that have another one, in small letters.
const OTHER_TAGS: [(&str, &str); 2] = [("in", "id"), ("cmn", "zh")];

/// Languages wanted, best first: `lang=`, then Accept-Language by quality. Old tags become those in use: `in` is `id`.
pub fn languages(lang: Option<&str>, accept_language: Option<&str>) -> Vec<String> {
    let mut ranked: Vec<(&str, f32)> =
        accept_language.unwrap_or("").split(',').take(RANGES_MAX).filter_map(parse_range).collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
    let tag_like =
        |tag: &str| (1..=35).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let all = lang.into_iter().chain(ranked.into_iter().filter(|&(_, quality)| quality > 0.0).map(|(tag, _)| tag));
    all.map(|tag| in_use(&tag.replace('_', "-"))).filter(|tag| tag_like(tag)).collect()
}

/// The tag in use for a language: `in-ID` is `id-ID`.
fn in_use(tag: &str) -> String {
    let (primary, rest) = tag.split_at(tag.find('-').unwrap_or(tag.len()));
    let other = OTHER_TAGS.iter().find(|(old, _)| old.eq_ignore_ascii_case(primary));
    other.map_or_else(|| tag.to_owned(), |(_, new)| format!("{new}{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_get_html_and_programs_get_json() {
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        assert_eq!(by_accept(Some(browser), &[JSON, HTML]), Some(HTML));
        assert_eq!(by_accept(Some("*/*"), &[JSON, HTML]), Some(JSON));
        assert_eq!(by_accept(None, &[JSON, HTML]), Some(JSON));
        assert_eq!(by_accept(Some("application/json"), &[GEOJSON, HTML]), Some(GEOJSON));
        assert_eq!(by_accept(Some("image/png"), &[JSON, HTML]), None);
        assert_eq!(by_accept(Some("text/html;q=0.2, application/json;q=0.9"), &[JSON, HTML]), Some(JSON));
    }

    #[test]
    fn the_language_asked_for_comes_before_those_of_the_browser() {
        assert_eq!(languages(Some("ja"), Some("km;q=0.5, th")), ["ja", "th", "km"]);
        assert!(languages(Some("../etc"), None).is_empty());
    }

    #[test]
    fn old_tags_of_languages_become_those_in_use() {
        assert_eq!(languages(Some("in"), Some("IN-id, zh_CN;q=0.5")), ["id", "id-id", "zh-CN"]);
        assert_eq!(languages(Some("cmn-Hans"), None), ["zh-Hans"]);
        assert_eq!(languages(Some("ina"), None), ["ina"], "only whole tags are others");
    }
}
