//! Names of resources as QuakeML has them, `smi:authority/name`, and names that break that pattern, told in it so that they can be told
//! back.

/// Before what is encoded of a name.
const MARK: &str = "~~";
/// The authority under which a name without one of its own is encoded.
const LOCAL: &str = "local";

/// Whether a name is what the schema of QuakeML 1.2 asks for (letters and digits of ASCII only, which is what every reader takes).
pub fn is_valid(id: &str) -> bool {
    parts(id).is_some_and(|(_, _, name)| {
        let mut bytes = name.bytes();
        bytes.next().is_some_and(is_name_start) && bytes.all(is_name_byte)
    })
}

/// A name that the schema takes: the name itself, or one from which [`decoded`] makes it again.
pub fn encoded(id: &str) -> std::borrow::Cow<'_, str> {
    let split = parts(id);
    let is_marked = split.is_some_and(|(_, _, name)| name.starts_with(MARK));
    if is_valid(id) && !is_marked {
        return id.into();
    }
    match split {
        Some((scheme, authority, name)) if authority != LOCAL => {
            format!("{scheme}:{authority}/{MARK}{}", escaped(name)).into()
        }
        _ => format!("smi:{LOCAL}/{MARK}{}", escaped(id)).into(),
    }
}

/// The name that was encoded.
pub fn decoded(id: &str) -> std::borrow::Cow<'_, str> {
    let Some((scheme, authority, name)) = parts(id) else { return id.into() };
    let Some(name) = name.strip_prefix(MARK).and_then(unescaped) else { return id.into() };
    if authority == LOCAL { name.into() } else { format!("{scheme}:{authority}/{name}").into() }
}

/// Scheme, authority and the rest of a name whose beginning is as it should be.
fn parts(id: &str) -> Option<(&str, &str, &str)> {
    let (scheme, rest) = id.split_once(':').filter(|(scheme, _)| matches!(*scheme, "smi" | "quakeml"))?;
    let (authority, name) = rest.split_once('/')?;
    let bytes = authority.as_bytes();
    let rest_is_valid =
        |bytes: &[u8]| bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-.*()_~'".contains(byte));
    (bytes.len() >= 3 && bytes[0].is_ascii_alphanumeric() && rest_is_valid(&bytes[1..]))
        .then_some((scheme, authority, name))
}

fn is_name_start(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-.*()_~'".contains(&byte)
}

fn is_name_byte(byte: u8) -> bool {
    is_name_start(byte) || b"+?=,;#/&".contains(&byte)
}

/// Bytes that a name may not have, and the tilde, as a tilde and two hexadecimal digits.
fn escaped(name: &str) -> String {
    let mut all = String::with_capacity(name.len() + 8);
    for byte in name.bytes() {
        if is_name_byte(byte) && byte != b'~' {
            all.push(char::from(byte));
        } else {
            all.push_str(&format!("~{byte:02X}"));
        }
    }
    all
}

fn unescaped(name: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'~' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || char::from(rest.next()?).to_digit(16);
        bytes.push((digit()? * 16 + digit()?) as u8);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_break_the_pattern_come_back() {
        let broken = [
            "quakeml:earthquake.usgs.gov/fdsnws/event/1/query?starttime=2013-07-11T18%3A00%3A00&x=1",
            "smi:orig1",
            "smi:local/a%b",
            "smi:local/~~a",
            "quakeml:eu.emsc/~~x~",
            "quakeml:eu/x",
            "2013p123456",
            "",
            "地震",
            "http://a.b/c?d=e f",
            "smi:local/",
        ];
        for id in broken {
            let told = encoded(id);
            assert!(is_valid(&told), "{id} → {told}");
            assert_eq!(decoded(&told), id, "{told}");
        }
    }

    #[test]
    fn good_names_stay() {
        for id in ["quakeml:eu.emsc/event/20120404_0000041", "smi:www.iris.edu/ws/event/query?eventId=3279407&x=1#a"] {
            assert!(is_valid(id));
            assert_eq!(encoded(id), id);
            assert_eq!(decoded(id), id);
        }
        assert!(!is_valid("quakeml:earthquake.usgs.gov/query?starttime=18%3A00"));
    }
}
