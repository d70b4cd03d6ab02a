//! Sizes as people write them: `"200 GB"`, `"1.5 GiB"`, `"4096"`.

/// Units and how many bytes each is.
const UNITS: [(&str, u64); 10] = [
    ("", 1),
    ("B", 1),
    ("KB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("TB", 1_000_000_000_000),
    ("KIB", 1 << 10),
    ("MIB", 1 << 20),
    ("GIB", 1 << 30),
    ("TIB", 1 << 40),
];

/// Digits after the point: more would not be exact.
const DECIMALS_MAX: usize = 6;

/// Bytes; nothing when it is no size or more than fits.
pub fn parse(text: &str) -> Option<u64> {
    let text = text.trim();
    let end = text.find(|it: char| !it.is_ascii_digit() && it != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let unit = unit.trim_start().to_ascii_uppercase();
    let (_, factor) = UNITS.iter().find(|(name, _)| *name == unit)?;
    let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
    if part.is_empty() || part.len() > DECIMALS_MAX {
        return None;
    }
    let whole = whole.parse::<u64>().ok()?.checked_mul(*factor)?;
    // Counted in whole numbers, so that no size is rounded on its way.
    let scale = 10_u64.pow(u32::try_from(part.len()).ok()?);
    let part = u128::from(part.parse::<u64>().ok()?) * u128::from(*factor) / u128::from(scale);
    whole.checked_add(u64::try_from(part).ok()?)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn sizes_are_read_as_people_write_them() {
        for (text, bytes) in [
            ("0", 0),
            ("4096", 4_096),
            ("12 B", 12),
            ("200 GB", 200_000_000_000),
            ("200GB", 200_000_000_000),
            (" 2  gb ", 2_000_000_000),
            ("1.5 GiB", 1_610_612_736),
            ("0.5 kB", 500),
            ("1.000001 MB", 1_000_001),
            ("1 TiB", 1_099_511_627_776),
            ("18446744073709551615", u64::MAX),
        ] {
            assert_eq!(parse(text), Some(bytes), "{text}");
        }
    }

    #[test]
    fn what_is_no_size_or_does_not_fit_is_refused() {
        for text in [
            "",
            " ",
            "GB",
            "-1",
            "+1",
            "1e9",
            "1,5 GB",
            "1..5 GB",
            "1. GB",
            ".5 GB",
            "1 G",
            "1 PB",
            "2 GB or so",
            "18446744073709551616",
            "18446744073710 MB",
            "1.0000001 GB",
            "٣ GB",
            "inf",
            "NaN",
            "0x10",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
