//! Moments in files of events: to the microsecond, without the cost of formatting.

use terrane_model::time::Instant;

/// Appends a moment as ISO 8601 in UTC, with milliseconds (microseconds when there are any) and no mark of a zone.
pub fn write(instant: Instant, out: &mut Vec<u8>) {
    let civil = instant.civil();
    if !(0..=9_999).contains(&civil.year) {
        let text = instant.to_string();
        return out.extend_from_slice(text.trim_end_matches('Z').as_bytes());
    }
    digits(civil.year as u32, 4, out);
    for (mark, number) in
        [(b'-', civil.month), (b'-', civil.day), (b'T', civil.hour), (b':', civil.minute), (b':', civil.second)]
    {
        out.push(mark);
        digits(u32::from(number), 2, out);
    }
    out.push(b'.');
    match civil.microsecond {
        micros if micros % 1_000 == 0 => digits(micros / 1_000, 3, out),
        micros => digits(micros, 6, out),
    }
}

fn digits(mut number: u32, count: usize, out: &mut Vec<u8>) {
    let from = out.len();
    out.resize(from + count, b'0');
    for place in out[from..].iter_mut().rev() {
        *place = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_read_back() {
        for text in [
            "2011-03-11T05:46:24.120",
            "1604-01-01T00:00:00.000",
            "2024-02-29T23:59:59.999999",
            "0001-01-01T00:00:00.000",
        ] {
            let mut out = Vec::new();
            write(Instant::parse(text).expect("a moment"), &mut out);
            assert_eq!(String::from_utf8_lossy(&out), text);
        }
        let mut out = Vec::new();
        write(Instant::parse("-002150-01-01T00:00:00Z").expect("a moment"), &mut out);
        assert_eq!(out, b"-002150-01-01T00:00:00");
    }
}
