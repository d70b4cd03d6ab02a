//! `unsafe` is written in no crate but the named ones.

use crate::{Finding, Repo};

/// Crates that may: (folder, why). A crate that no longer needs it must leave the list.
pub const CRATES: [(&str, &str); 0] = [];

/// The word `unsafe` in code, tests included.
pub fn check(repo: &Repo) -> Vec<Finding> {
    found_in(repo, &CRATES)
}

fn found_in(repo: &Repo, crates: &[(&str, &str)]) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut used = vec![false; crates.len()];
    for source in &repo.sources {
        let named = crates.iter().position(|(folder, _)| source.path.starts_with(&format!("{folder}/")));
        for at in source.words("unsafe") {
            match named {
                Some(index) => used[index] = true,
                None => found.push(Finding::line(
                    &source.path,
                    source.line_of(at),
                    "`unsafe` is for the crates named in xtask/src/rules/unsafety.rs",
                )),
            }
        }
    }
    let idle = crates.iter().zip(used).filter(|(_, used)| !used);
    found.extend(idle.map(|((folder, _), _)| {
        Finding::file(folder, "writes no `unsafe` any more: take it out of CRATES in xtask/src/rules/unsafety.rs")
    }));
    found
}

#[cfg(test)]
mod tests {
    use super::{check, found_in};
    use crate::Repo;
    use crate::rules::shown;

    #[test]
    fn the_word_is_found_in_code_only() {
        assert_eq!(shown(check, &[("a/src/b.rs", "//! x\nfn f() { unsafe { g() } }\n")]).len(), 1);
        assert!(
            shown(check, &[("a/src/b.rs", "// unsafe\n#![forbid(unsafe_code)]\nfn f() { g(\"unsafe\") }\n")])
                .is_empty()
        );
    }

    #[test]
    fn a_named_crate_may_and_must_still_need_it() {
        let list = [("crates/maps", "memory maps")];
        let needs = Repo::of(&[("crates/maps/src/lib.rs", "fn f() { unsafe { g() } }\n")]);
        let idle = Repo::of(&[("crates/maps/src/lib.rs", "fn f() {}\n")]);
        assert!(found_in(&needs, &list).is_empty());
        assert_eq!(found_in(&idle, &list).len(), 1);
    }
}
