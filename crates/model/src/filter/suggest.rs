//! What a person may have meant by a name that is not there.

/// "Did you mean …?" when a name is close to one that is there, else the names that are there.
pub(super) fn suggestion(asked: &str, known: &[&str], what: &str) -> String {
    const NAMES_SHOWN: usize = 12;
    if let Some(near) = nearest(asked, known) {
        return format!("Did you mean “{near}”?");
    }
    if known.is_empty() {
        return format!("There are no {what} here.");
    }
    let shown: Vec<String> = known.iter().take(NAMES_SHOWN).map(|name| format!("“{name}”")).collect();
    let more =
        if known.len() > NAMES_SHOWN { format!(" and {} more", known.len() - NAMES_SHOWN) } else { String::new() };
    format!("The {what} are {}{more}.", shown.join(", "))
}

fn nearest<'a>(asked: &str, known: &[&'a str]) -> Option<&'a str> {
    const CHARACTERS_COMPARED: usize = 64;
    let lower = |text: &str| text.to_lowercase().chars().take(CHARACTERS_COMPARED).collect::<Vec<char>>();
    let wanted = lower(asked);
    let bound = (wanted.len() / 3).min(2);
    let (distance, name) = known.iter().map(|name| (distance(&wanted, &lower(name)), *name)).min()?;
    (distance <= bound).then_some(name)
}

/// Insertions, deletions and replacements between two texts (Levenshtein 1966; Wagner and Fischer 1974).
fn distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, right) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(left != right);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_name_is_suggested_and_else_all_are_listed() {
        let known = ["Age", "lithology", "depth_m"];
        assert_eq!(suggestion("litology", &known, "columns"), "Did you mean “lithology”?");
        assert_eq!(suggestion("age", &known, "columns"), "Did you mean “Age”?");
        assert_eq!(suggestion("colour", &known, "columns"), "The columns are “Age”, “lithology”, “depth_m”.");
    }
}
