//! Every package takes the workspace's lints, so that one list holds for all.

use super::unsafety;
use crate::{Finding, Repo};

/// Packages that go their own way. A crate that may write `unsafe` has to, since `forbid` cannot be lifted.
pub fn check(repo: &Repo) -> Vec<Finding> {
    let named = |folder: &str| unsafety::CRATES.iter().any(|(named, _)| *named == folder);
    let alone = repo.manifests.iter().filter(|manifest| !manifest.inherits_lints && !named(&manifest.folder));
    alone.map(|manifest| Finding::file(&manifest.path, "add `[lints]` with `workspace = true`")).collect()
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::rules::shown;

    #[test]
    fn lints_are_inherited() {
        let bare = "[package]\nname = \"a\"\n";
        let good = format!("{bare}[lints]\nworkspace = true\n");
        assert_eq!(shown(check, &[("a/Cargo.toml", bare)]).len(), 1);
        assert!(shown(check, &[("a/Cargo.toml", &good)]).is_empty());
    }
}
