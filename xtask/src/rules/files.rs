//! No file is longer than eight hundred lines, tests at its end left out. Tables are excepted by name.

use crate::{Finding, Repo};

/// Lines outside tests.
pub const LINES_AT_MOST: usize = 800;

/// Files that are one long table: data written as Rust, read by looking up, not from top to bottom.
pub const TABLES: [&str; 0] = [];

/// Files that are too long, and tables that are no longer long.
pub fn check(repo: &Repo) -> Vec<Finding> {
    let mut found = Vec::new();
    for source in &repo.sources {
        let lines = source.lines_of_code();
        if lines > LINES_AT_MOST && !TABLES.contains(&source.path.as_str()) {
            let say = format!(
                "has {lines} lines outside tests, {LINES_AT_MOST} are allowed: split it by what a reader looks for"
            );
            found.push(Finding::file(&source.path, say).sized(lines));
        }
    }
    let gone = TABLES.iter().filter(|path| {
        !repo.sources.iter().any(|source| source.path == **path && source.lines_of_code() > LINES_AT_MOST)
    });
    found.extend(gone.map(|path| {
        Finding::file(path, "is no long table any more: take it out of TABLES in xtask/src/rules/files.rs")
    }));
    found
}

#[cfg(test)]
mod tests {
    use super::{LINES_AT_MOST, check};
    use crate::rules::shown;

    #[test]
    fn a_file_of_eight_hundred_lines_is_the_longest() {
        let line = "const A: u8 = 1;\n";
        assert!(shown(check, &[("crates/a/src/b.rs", &line.repeat(LINES_AT_MOST))]).is_empty());
        assert_eq!(shown(check, &[("crates/a/src/b.rs", &line.repeat(LINES_AT_MOST + 1))]).len(), 1);
    }

    #[test]
    fn tests_do_not_count() {
        let text = format!("fn a() {{}}\n#[cfg(test)]\nmod tests {{\n{}}}\n", "    // x\n".repeat(900));
        assert!(shown(check, &[("crates/a/src/b.rs", &text)]).is_empty());
    }
}
