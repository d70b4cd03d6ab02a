//! JSON for people: what fits on a line stands on one.

use serde_json::Value;

/// Letters of a line.
const LINE_LETTERS: usize = 150;

/// A value as text, two blanks deeper for each level.
pub(super) fn written(value: &Value) -> String {
    let mut text = String::new();
    write(value, 0, &mut text);
    text
}

fn write(value: &Value, depth: usize, text: &mut String) {
    let short = value.to_string();
    if short.chars().count() + 2 * depth <= LINE_LETTERS && depth > 0 {
        return text.push_str(&spaced(value));
    }
    match value {
        Value::Array(all) => {
            let parts = all.iter().map(|one| (None, one));
            block(('[', ']'), parts, depth, text);
        }
        Value::Object(all) => {
            let parts = all.iter().map(|(name, one)| (Some(name.as_str()), one));
            block(('{', '}'), parts, depth, text);
        }
        _ => text.push_str(&short),
    }
}

fn block<'a>(
    (open, close): (char, char),
    parts: impl Iterator<Item = (Option<&'a str>, &'a Value)>,
    depth: usize,
    text: &mut String,
) {
    text.push(open);
    for (number, (name, value)) in parts.enumerate() {
        text.push_str(if number == 0 { "\n" } else { ",\n" });
        text.push_str(&"  ".repeat(depth + 1));
        if let Some(name) = name {
            text.push_str(&format!("{}: ", Value::from(name)));
        }
        write(value, depth + 1, text);
    }
    text.push('\n');
    text.push_str(&"  ".repeat(depth));
    text.push(close);
}

/// On one line, with a blank after commas and colons.
fn spaced(value: &Value) -> String {
    match value {
        Value::Array(all) => format!("[{}]", all.iter().map(spaced).collect::<Vec<_>>().join(", ")),
        Value::Object(all) => {
            let part = |(name, value): (&String, &Value)| format!("{}: {}", Value::from(name.as_str()), spaced(value));
            format!("{{{}}}", all.iter().map(part).collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}
