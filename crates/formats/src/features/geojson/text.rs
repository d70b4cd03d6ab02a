//! JSON's smallest pieces, appended to bytes without allocating: texts, shortest numbers, numbers of fixed decimals.

/// Appends a text in quotes.
pub fn write_string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    let bytes = text.as_bytes();
    let mut plain_from = 0;
    for (at, &byte) in bytes.iter().enumerate() {
        if byte >= 0x20 && byte != b'"' && byte != b'\\' {
            continue;
        }
        out.extend_from_slice(&bytes[plain_from..at]);
        plain_from = at + 1;
        escape(byte, out);
    }
    out.extend_from_slice(&bytes[plain_from..]);
    out.push(b'"');
}

fn escape(byte: u8, out: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let short = match byte {
        b'"' | b'\\' => byte,
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        _ => {
            let digits = [HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]];
            out.extend_from_slice(b"\\u00");
            out.extend_from_slice(&digits);
            return;
        }
    };
    out.extend_from_slice(&[b'\\', short]);
}

/// Appends a whole number.
pub fn write_int(number: i64, out: &mut Vec<u8>) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

/// Appends the shortest number that reads back the same; `null` for what JSON cannot say.
pub fn write_float(number: f64, out: &mut Vec<u8>) {
    if !number.is_finite() {
        out.extend_from_slice(b"null");
        return;
    }
    if number.fract() == 0.0 && number.abs() < 1e15 {
        return write_int(number as i64, out);
    }
    out.extend_from_slice(zmij::Buffer::new().format_finite(number).as_bytes());
}

/// Appends a number rounded to some decimals (at most 9), without the zeros at its end.
pub fn write_fixed(number: f64, decimals: u8, out: &mut Vec<u8>) {
    const POWERS: [i64; 10] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000];
    let power = POWERS[usize::from(decimals.min(9))];
    let scaled = (number * power as f64).round();
    if scaled.is_nan() || scaled.abs() >= 9e15 {
        return write_float(number, out);
    }
    let scaled = scaled as i64;
    if scaled < 0 {
        out.push(b'-');
    }
    let scaled = scaled.unsigned_abs();
    let (whole, mut fraction) = (scaled / power as u64, scaled % power as u64);
    out.extend_from_slice(itoa::Buffer::new().format(whole).as_bytes());
    if fraction == 0 {
        return;
    }
    let mut digits = [b'0'; 9];
    let count = usize::from(decimals.min(9));
    for digit in digits[..count].iter_mut().rev() {
        *digit = b'0' + (fraction % 10) as u8;
        fraction /= 10;
    }
    let last = digits[..count].iter().rposition(|&digit| digit != b'0').unwrap_or(0);
    out.push(b'.');
    out.extend_from_slice(&digits[..=last]);
}

#[cfg(test)]
mod tests {
    use super::{write_fixed, write_float, write_string};

    fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn fixed_decimals_are_rounded_and_zeros_trimmed() {
        for (number, decimals, text) in [
            (0.0, 7, "0"),
            (-0.000_000_04, 7, "0"),
            (-0.000_000_06, 7, "-0.0000001"),
            (100.5, 7, "100.5"),
            (-179.999_999_96, 7, "-180"),
            (12.345_678_949, 7, "12.3456789"),
            (1e300, 7, "1e+300"),
            (0.05, 2, "0.05"),
            (650_123.456_7, 3, "650123.457"),
        ] {
            assert_eq!(written(|out| write_fixed(number, decimals, out)), text);
        }
    }

    #[test]
    fn floats_are_the_shortest_that_read_back() {
        for number in [0.1, -2.5e-10, 1e21, 123_456_789.125, 5.0, f64::MAX, f64::MIN_POSITIVE] {
            let text = written(|out| write_float(number, out));
            assert_eq!(text.parse::<f64>().unwrap(), number, "{text}");
            assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok(), "{text} is JSON");
        }
        assert_eq!(written(|out| write_float(f64::NAN, out)), "null");
        assert_eq!(written(|out| write_float(5.0, out)), "5");
    }

    #[test]
    fn every_character_reads_back() {
        let all: String = (0..0x3000_u32).filter_map(char::from_u32).collect();
        let text = written(|out| write_string(&all, out));
        assert_eq!(serde_json::from_str::<String>(&text).unwrap(), all);
    }
}
