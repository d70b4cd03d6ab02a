//! The naming profile of OneGeology: titles `[extent] [owner] [language] [scale] [theme]`, names `EXTENT_OWNER_SCALE_THEME`. Pure.

use crate::common::places;

/// What is wrong with a layer's title; nothing when it fits.
pub fn wrong_title(title: &str) -> Option<String> {
    let words: Vec<&str> = title.split_whitespace().collect();
    let Some(at) = words.iter().position(|word| word.strip_prefix("1:").is_some_and(is_scale)) else {
        return Some("has no scale such as 1:1M or 1:625k".to_owned());
    };
    let (before, theme) = (&words[..at], &words[at + 1..]);
    if theme.is_empty() {
        return Some("has no theme after its scale".to_owned());
    }
    let extent = extent_words(before);
    match (extent, before.len()) {
        (None, _) => Some("does not begin with a country or region (ISO 3166-1 alpha-3, or a name of M49)".to_owned()),
        (Some(all), count) if all == count => Some("does not name the owner between extent and scale".to_owned()),
        _ => None,
    }
}

/// What is wrong with a layer's name; nothing when it fits.
pub fn wrong_name(name: &str) -> Option<String> {
    let local = name.rsplit(':').next().unwrap_or(name);
    let parts: Vec<&str> = local.split('_').collect();
    let Some(at) = parts.iter().position(|part| is_scale(part)) else {
        return Some("has no scale such as 1M or 625k".to_owned());
    };
    if at + 1 >= parts.len() {
        return Some("has no theme after its scale".to_owned());
    }
    match is_extent(parts[0]) {
        true if at >= 1 => None,
        _ => Some("does not begin with a country or region".to_owned()),
    }
}

/// `1M`, `625k`, `1.5M`, `1500k`.
fn is_scale(text: &str) -> bool {
    let number = text.strip_suffix(['M', 'k']).unwrap_or("");
    number.starts_with(|it: char| it.is_ascii_digit()) && number.parse::<f64>().is_ok_and(|it| it > 0.0)
}

/// How many words at the beginning are the extent.
fn extent_words(words: &[&str]) -> Option<usize> {
    let first = words.first()?;
    if is_extent(first) {
        return Some(1);
    }
    (1..=words.len()).rev().find(|&count| {
        let name = words[..count].join(" ");
        places::named(&name).or_else(|| places::begun(&name)).is_some()
    })
}

/// A code of a country, of a province (`US-KY`), or a name without a space.
fn is_extent(word: &str) -> bool {
    let is_province = word.split_once('-').is_some_and(|(country, part)| {
        country.len() == 2 && country.bytes().all(|it| it.is_ascii_uppercase()) && !part.is_empty()
    });
    // The profile has codes in capitals: “geo” is no Georgia.
    let is_code = word.len() == 3 && word.bytes().all(|letter| letter.is_ascii_uppercase());
    let code = is_code && places::country(word).is_some();
    let name = word.replace('-', " ");
    code || is_province
        || word.eq_ignore_ascii_case("world")
        || places::named(word).is_some()
        || places::named(&name).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_profile_fit() {
        for title in [
            "GBR BGS 1:625k Bedrock Age",
            "FRA BRGM 1:1M Formations géologiques - France Continentale",
            "AFG AGS 1:1M Bedrock Age",
            "JPN GSJ JA 1:200k 地質",
            "Viet Nam DGMV 1:1M Bedrock Age",
            "United Kingdom BGS 1:625k Bedrock Age",
            "South-eastern Asia CCOP 1:2M Geology",
        ] {
            assert_eq!(wrong_title(title), None, "{title}");
        }
        for name in [
            "FRA_BRGM_1M_GeoUnits",
            "GBR_BGS_625k_BA",
            "World_25M_GeolUnits",
            "Europe_BGR_5M_BLS",
            "US-KY_KGS_24k_Faults",
            "ns:GBR_BGS_1.5M_BA",
        ] {
            assert_eq!(wrong_name(name), None, "{name}");
        }
    }

    #[test]
    fn what_does_not_fit_is_told_apart() {
        let title = |text: &str| wrong_title(text).unwrap_or_default();
        assert!(title("Geology of Japan").contains("scale") && title("JPN GSJ 1:200000 Geology").contains("scale"));
        assert!(title("JPN GSJ 1:200k").contains("theme") && title("JPN 1:200k Geology").contains("owner"));
        assert!(title("XXX GSJ 1:200k Geology").contains("country") && title("1:200k Geology").contains("country"));
        let name = |text: &str| wrong_name(text).unwrap_or_default();
        assert!(
            name("geology").contains("scale") && name("GBR_BGS_625k").contains("theme") && name("0").contains("scale")
        );
        assert!(name("geo_BGS_625k_BA").contains("country") && name("625k_BA").contains("country"));
    }
}
