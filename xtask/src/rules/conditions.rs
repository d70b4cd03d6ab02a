//! Conditional compilation is decided in `lib.rs`, `mod.rs` and the crate roots' like; everywhere else code is just code.

use crate::source::Source;
use crate::{Finding, Repo};

const ALLOWED_IN: [&str; 4] = ["/lib.rs", "/mod.rs", "/main.rs", "/build.rs"];

/// `cfg` outside module roots; `cfg(test)` is free everywhere.
pub fn check(repo: &Repo) -> Vec<Finding> {
    let leaves = repo.sources.iter().filter(|source| !ALLOWED_IN.iter().any(|end| source.path.ends_with(end)));
    leaves.flat_map(conditions).collect()
}

fn conditions(source: &Source) -> Vec<Finding> {
    let attributes = source.attributes().into_iter().filter(|(_, inside)| is_condition(inside)).map(|(at, _)| at);
    let macros = source.words("cfg").filter(|&at| source.code[at..].starts_with("cfg!(") && !source.in_test(at));
    let lines = attributes.chain(macros).map(|at| source.line_of(at));
    lines
        .map(|line| {
            Finding::line(&source.path, line, "`cfg` belongs in lib.rs or mod.rs: choose between whole modules there")
        })
        .collect()
}

fn is_condition(inside: &str) -> bool {
    let name = inside.split('(').next().unwrap_or_default().trim();
    (name == "cfg" && inside.replace(' ', "") != "cfg(not(test))") || name == "cfg_attr"
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::rules::shown;

    #[test]
    fn conditions_are_kept_in_module_roots() {
        let text = "#[cfg(unix)]\nmod unix;\n";
        assert!(shown(check, &[("a/src/lib.rs", text), ("a/src/b/mod.rs", text)]).is_empty());
        assert_eq!(shown(check, &[("a/src/b.rs", text)]).len(), 1);
        assert_eq!(shown(check, &[("a/src/b.rs", "fn f() { if cfg!(windows) {} }\n")]).len(), 1);
        assert_eq!(shown(check, &[("a/src/b.rs", "#[cfg_attr(docsrs, x)]\nfn f() {}\n")]).len(), 1);
    }

    #[test]
    fn tests_are_free() {
        let text = "#[cfg(test)]\nmod tests {\n    #[cfg(unix)]\n    fn f() {}\n}\n// #[cfg(unix)]\n";
        assert!(shown(check, &[("a/src/b.rs", text), ("a/tests/b.rs", "#[cfg(unix)]\nfn f() {}\n")]).is_empty());
    }
}
