//! Fields of lines of fixed columns, counted from 1 as their descriptions count them.

/// The text of columns, both ends included, without space around it; characters, since names may hold others than ASCII.
pub fn field(line: &str, from: usize, to: usize) -> &str {
    let start = line.char_indices().nth(from - 1).map_or(line.len(), |(at, _)| at);
    let end = line.char_indices().nth(to).map_or(line.len(), |(at, _)| at);
    line[start..end.max(start)].trim()
}

/// The number in columns, when there is one.
pub fn number(line: &str, from: usize, to: usize) -> Option<f64> {
    field(line, from, to).parse().ok().filter(|number: &f64| number.is_finite())
}

/// All numbers of a text; `None` when something else stands between them.
pub fn numbers(text: &str) -> Option<Vec<f64>> {
    text.split_whitespace().map(|word| word.parse().ok().filter(|number: &f64| number.is_finite())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_counted_in_characters() {
        assert_eq!(field("ab é 12 ", 4, 4), "é");
        assert_eq!(number("é  12.5", 4, 7), Some(12.5));
        assert_eq!(field("short", 7, 9), "");
    }
}
