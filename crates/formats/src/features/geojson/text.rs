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
    match decimals {
        // The usual ones are compiled for their power of ten.
        7 => fixed::<7>(number, out),
        3 => fixed::<3>(number, out),
        0 => fixed::<0>(number, out),
        1 => fixed::<1>(number, out),
        2 => fixed::<2>(number, out),
        4 => fixed::<4>(number, out),
        5 => fixed::<5>(number, out),
        6 => fixed::<6>(number, out),
        8 => fixed::<8>(number, out),
        _ => fixed::<9>(number, out),
    }
}

fn fixed<const DECIMALS: u32>(number: f64, out: &mut Vec<u8>) {
    let power = 10_u64.pow(DECIMALS);
    let scaled = number * power as f64;
    if scaled.is_nan() || scaled.abs() >= 9e15 {
        return write_float(number, out);
    }
    // A cast cuts, so half a unit away from zero rounds.
    let scaled = (scaled + 0.5_f64.copysign(scaled)) as i64;
    let (mut whole, mut fraction) = (scaled.unsigned_abs() / power, (scaled.unsigned_abs() % power) as u32);
    let mut buffer = [0; 32];
    let mut at = buffer.len();
    let mut put = |byte: u8| {
        at -= 1;
        buffer[at] = byte;
    };
    if fraction > 0 {
        let mut digits = DECIMALS;
        while fraction % 10 == 0 {
            fraction /= 10;
            digits -= 1;
        }
        for _ in 0..digits {
            put(b'0' + (fraction % 10) as u8);
            fraction /= 10;
        }
        put(b'.');
    }
    loop {
        put(b'0' + (whole % 10) as u8);
        whole /= 10;
        if whole == 0 {
            break;
        }
    }
    if scaled < 0 {
        put(b'-');
    }
    out.extend_from_slice(&buffer[at..]);
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
