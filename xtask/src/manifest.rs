//! What the rules need from a package's `Cargo.toml`.

use toml::{Table, Value};

/// One package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// Path of the `Cargo.toml` from the root.
    pub path: String,
    /// Its folder.
    pub folder: String,
    /// The package's name.
    pub package: String,
    /// What it depends on, everywhere in the file.
    pub dependencies: Vec<Dependency>,
    /// Its cargo features, `default` left out.
    pub features: Vec<String>,
    /// Whether it takes the workspace's lints.
    pub inherits_lints: bool,
}

/// One line of a dependency table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependency {
    /// The package's name (not the name it is renamed to).
    pub package: String,
    /// Whether only tests see it.
    pub dev: bool,
}

impl Manifest {
    /// Reads a `Cargo.toml`; `None` when it is not a package's.
    pub fn parse(path: &str, text: &str) -> Option<Self> {
        let table: Table = text.parse().ok()?;
        let package = table.get("package")?.get("name")?.as_str()?.to_owned();
        let folder = path.strip_suffix("/Cargo.toml").unwrap_or_default().to_owned();
        let features = table.get("features").and_then(Value::as_table).into_iter().flat_map(Table::keys);
        let features = features.filter(|name| *name != "default").cloned().collect();
        let inherits_lints = table.get("lints").and_then(|lints| lints.get("workspace")) == Some(&Value::Boolean(true));
        let dependencies = dependencies(&table);
        Some(Self { path: path.to_owned(), folder, package, dependencies, features, inherits_lints })
    }

    /// The layer of the code map it belongs to: `model`, `stores`, …; `None` for tools outside `crates/`.
    pub fn layer(&self) -> Option<&str> {
        self.folder.strip_prefix("crates/")?.split('/').next()
    }
}

fn dependencies(table: &Table) -> Vec<Dependency> {
    let targets = table.get("target").and_then(Value::as_table).into_iter().flat_map(Table::values);
    let tables = std::iter::once(table).chain(targets.filter_map(Value::as_table));
    let mut found = Vec::new();
    for table in tables {
        for (section, dev) in [("dependencies", false), ("build-dependencies", false), ("dev-dependencies", true)] {
            let entries = table.get(section).and_then(Value::as_table).into_iter().flatten();
            found.extend(entries.map(|(name, value)| Dependency { package: real_name(name, value), dev }));
        }
    }
    found
}

fn real_name(name: &str, value: &Value) -> String {
    value.get("package").and_then(Value::as_str).unwrap_or(name).to_owned()
}

#[cfg(test)]
mod tests {
    use super::Manifest;

    const TEXT: &str = r#"
[package]
name = "terrane-x"

[lints]
workspace = true

[features]
default = ["one"]
one = []

[dependencies]
terrane-model.workspace = true
short = { package = "long-name", version = "1" }

[target.'cfg(unix)'.dependencies]
rustix = "1"

[dev-dependencies.terrane-store-files]
workspace = true
"#;

    #[test]
    fn dependencies_are_found_in_every_table_under_their_real_names() {
        let manifest = Manifest::parse("crates/stores/x/Cargo.toml", TEXT).unwrap();
        let names: Vec<(&str, bool)> =
            manifest.dependencies.iter().map(|found| (found.package.as_str(), found.dev)).collect();
        assert_eq!(
            names,
            [("long-name", false), ("terrane-model", false), ("terrane-store-files", true), ("rustix", false)]
        );
        assert_eq!(manifest.features, ["one"]);
        assert!(manifest.inherits_lints);
        assert_eq!(manifest.layer(), Some("stores"));
    }

    #[test]
    fn a_workspace_file_is_not_a_package() {
        assert_eq!(Manifest::parse("Cargo.toml", "[workspace]\nmembers = []\n"), None);
        assert_eq!(Manifest::parse("a/Cargo.toml", "[package]\nname = \"a\"\n").unwrap().layer(), None);
    }
}
