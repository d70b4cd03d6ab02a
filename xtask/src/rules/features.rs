//! At most five cargo features in the whole workspace: each doubles what there is to test.

use crate::{Finding, Repo};

/// Features of all packages together, `default` left out.
pub const AT_MOST: usize = 5;

/// Features beyond the fifth.
pub fn check(repo: &Repo) -> Vec<Finding> {
    let all =
        repo.manifests.iter().flat_map(|manifest| manifest.features.iter().map(move |feature| (manifest, feature)));
    all.skip(AT_MOST)
        .map(|(manifest, feature)| {
            Finding::file(&manifest.path, format!("feature {feature} is one too many: {AT_MOST} are allowed in all"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::rules::shown;

    fn package(name: &str, features: &str) -> String {
        format!("[package]\nname = \"{name}\"\n[features]\ndefault = []\n{features}")
    }

    #[test]
    fn features_are_counted_over_all_packages() {
        let (a, b) = (package("a", "one = []\ntwo = []\nthree = []\n"), package("b", "four = []\nfive = []\n"));
        assert!(shown(check, &[("a/Cargo.toml", &a), ("b/Cargo.toml", &b)]).is_empty());
        let c = package("c", "six = []\n");
        let said = shown(check, &[("a/Cargo.toml", &a), ("b/Cargo.toml", &b), ("c/Cargo.toml", &c)]);
        assert_eq!(said.len(), 1);
    }
}
