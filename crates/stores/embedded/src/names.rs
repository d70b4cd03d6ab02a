//! Names of strangers' files made plain, so that they can be kept on any disk, shown on any page and typed on any keyboard.

/// Bytes of a name that every common file system takes, with room for a number.
const NAME_BYTES_MAX: usize = 200;
/// Names that mean devices on Windows, where somebody may copy the folder to.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// A file name without path, control and direction marks, neither hidden nor too long, and not one that is `taken`.
pub fn plain_name(name: &str, taken: impl Fn(&str) -> bool) -> String {
    let kept: String = name.chars().filter(|&character| is_plain(character)).collect();
    let kept = kept.trim_start_matches(['.', ' ']).trim_end_matches(['.', ' ']);
    let (stem, ending) = match kept.rsplit_once('.') {
        Some((stem, ending)) if ending.len() <= 16 => (stem, format!(".{ending}")),
        _ => (kept, String::new()),
    };
    let stem = match stem {
        "" => "file".to_owned(),
        device if is_device(device) => format!("_{device}"),
        stem => cut(stem, NAME_BYTES_MAX - ending.len()).to_owned(),
    };
    let numbered = (2_u32..).map(|number| format!("{stem}-{number}{ending}"));
    let mut candidates = std::iter::once(format!("{stem}{ending}")).chain(numbered);
    candidates.find(|candidate| !taken(candidate)).unwrap_or(stem)
}

fn is_plain(character: char) -> bool {
    let turns_text = matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    !character.is_control() && !turns_text && !"/\\:*?\"<>|".contains(character)
}

fn is_device(stem: &str) -> bool {
    let stem = stem.to_ascii_lowercase();
    let numbered = stem.strip_prefix("com").or_else(|| stem.strip_prefix("lpt"));
    DEVICES.contains(&stem.as_str())
        || numbered.is_some_and(|number| number.len() == 1 && number.chars().all(|digit| digit.is_ascii_digit()))
}

/// The beginning of a text, at most so many bytes, never half a character.
fn cut(text: &str, bytes_max: usize) -> &str {
    let end = (0..=bytes_max.min(text.len())).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::plain_name;

    #[test]
    fn a_name_keeps_its_letters_and_loses_what_could_lead_elsewhere() {
        for (given, kept) in [
            ("地質図.shp", "地質図.shp"),
            ("../../etc/passwd", "etcpasswd"),
            ("..\\..\\x.dbf", "x.dbf"),
            (".bashrc", "bashrc"),
            ("", "file"),
            ("...", "file"),
            (".shp", "shp"),
            ("a\u{0}b\nc.csv", "abc.csv"),
            ("x\u{202e}gpj.exe", "xgpj.exe"),
            ("nul.csv", "_nul.csv"),
            ("COM7.csv", "_COM7.csv"),
            ("comet.csv", "comet.csv"),
            ("<b>.csv", "b.csv"),
        ] {
            assert_eq!(plain_name(given, |_| false), kept, "{given:?}");
        }
    }

    #[test]
    fn a_long_name_is_cut_at_a_character_and_keeps_its_ending() {
        let name = plain_name(&format!("{}.geojson", "地".repeat(300)), |_| false);
        assert!(name.len() <= 255 && name.ends_with("地.geojson"), "{name}");
    }

    #[test]
    fn a_name_that_is_taken_gets_a_number() {
        let taken = ["units.shp", "units-2.shp"];
        assert_eq!(plain_name("units.shp", |name| taken.contains(&name)), "units-3.shp");
        assert_eq!(plain_name("units.dbf", |name| taken.contains(&name)), "units.dbf");
    }
}
