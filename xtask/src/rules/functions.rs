//! No function is longer than seventy lines; most are far shorter. Tests are left out.

use crate::{Finding, Repo};

/// Lines from `fn` to the closing brace.
pub const LINES_AT_MOST: usize = 70;

/// Functions that are too long.
pub fn check(repo: &Repo) -> Vec<Finding> {
    let mut found = Vec::new();
    for source in &repo.sources {
        let long = source.functions().into_iter().filter(|function| !function.test && function.lines > LINES_AT_MOST);
        found.extend(long.map(|function| {
            let say =
                format!("{} has {} lines, {LINES_AT_MOST} are allowed: name its parts", function.name, function.lines);
            Finding::line(&format!("{}::{}", source.path, function.name), function.line, say).sized(function.lines)
        }));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{LINES_AT_MOST, check};
    use crate::rules::shown;

    fn function_of(lines: usize) -> String {
        format!("//! a\nfn f() {{\n{}}}\n", "    x();\n".repeat(lines - 2))
    }

    #[test]
    fn the_limit_itself_is_allowed() {
        assert!(shown(check, &[("crates/a/src/b.rs", &function_of(LINES_AT_MOST))]).is_empty());
        let said = shown(check, &[("crates/a/src/b.rs", &function_of(LINES_AT_MOST + 1))]);
        assert_eq!(said, ["crates/a/src/b.rs:2: f has 71 lines, 70 are allowed: name its parts"]);
    }

    #[test]
    fn tests_may_be_long() {
        assert!(shown(check, &[("crates/a/tests/b.rs", &function_of(200))]).is_empty());
    }
}
