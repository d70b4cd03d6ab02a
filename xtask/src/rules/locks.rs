//! Everything comes from the public registries: lock files and settings name no mirror, branch or folder elsewhere.

use crate::{Finding, Repo};

/// Sources that a lock file may name: (file's ending, mark of a source, its one allowed beginning).
const LOCKS: [(&str, &str, &str); 2] = [
    ("Cargo.lock", "source = \"", "registry+https://github.com/rust-lang/crates.io-index"),
    ("package-lock.json", "\"resolved\": \"", concat!("https://registry.", "npmjs.org/")),
];

/// Settings that would send a client to another registry: (file's ending, mark).
const SETTINGS: [(&str, &str); 5] = [
    (".npmrc", "registry="),
    ("requirements.txt", "index-url"),
    ("requirements.txt", "find-links"),
    (".cargo/config.toml", "[source"),
    ("pip.conf", "index"),
];

/// Lines that name a private source.
pub fn check(repo: &Repo) -> Vec<Finding> {
    let mut found = Vec::new();
    for (path, text) in repo.texts() {
        for (index, line) in text.lines().enumerate() {
            if let Some(say) = private_source(path, line) {
                found.push(Finding::line(path, index + 1, say));
            }
        }
    }
    found
}

fn private_source(path: &str, line: &str) -> Option<&'static str> {
    let lock = LOCKS.iter().find(|(ending, _, _)| path.ends_with(ending));
    if let Some((_, mark, public)) = lock {
        let (_, source) = line.split_once(mark)?;
        return (!source.starts_with(public))
            .then_some("this source is not the public registry: lock again without a mirror");
    }
    let set = SETTINGS.iter().any(|(ending, mark)| path.ends_with(ending) && line.contains(mark));
    set.then_some("settings of registries belong to the machine, not to the project")
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::rules::shown;

    #[test]
    fn public_sources_are_good() {
        let npm = concat!("\"resolved\": \"https://registry.", "npmjs.org/a/-/a-1.tgz\"");
        let cargo = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";
        assert!(
            shown(check, &[("portal/package-lock.json", npm), ("Cargo.lock", cargo), ("portal/.npmrc", "fund=false")])
                .is_empty()
        );
    }

    #[test]
    fn mirrors_are_found() {
        assert_eq!(
            shown(check, &[("portal/package-lock.json", "\"resolved\": \"https://mirror.example/a.tgz\"")]).len(),
            1
        );
        assert_eq!(shown(check, &[("Cargo.lock", "source = \"git+https://example.org/a\"")]).len(), 1);
        assert_eq!(shown(check, &[("portal/.npmrc", "registry=https://mirror.example")]).len(), 1);
        assert_eq!(
            shown(check, &[("conformance/requirements.txt", "--extra-index-url https://mirror.example")]).len(),
            1
        );
    }
}
