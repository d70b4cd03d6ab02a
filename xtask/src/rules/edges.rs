//! Which crate may use which: the chain written in `ARCHITECTURE.md`, so the drawing and the rule cannot part.
//!
//! Dev-dependencies are free: a test may bring a store to the engine.

use crate::manifest::Manifest;
use crate::{Finding, Repo};

const DRAWING: &str = "ARCHITECTURE.md";

/// Closed although the chain would allow them: (layer, layer it never names).
const NEVER: [(&str, &str); 3] = [("engine", "stores"), ("protocols", "stores"), ("protocols", "drawing")];

/// Libraries a layer may not use: (layer, packages).
const FOREIGN: [(&str, &[&str]); 8] = [
    ("model", &["axum", "hyper", "rusqlite", "serde", "serde_json", "tokio"]),
    ("projection", &["axum", "hyper", "tokio"]),
    ("science", &["axum", "hyper", "rusqlite", "tokio"]),
    ("formats", &["axum", "hyper", "tokio"]),
    ("drawing", &["axum", "hyper", "rusqlite", "tokio"]),
    ("stores", &["axum", "hyper"]),
    ("engine", &["axum", "hyper", "rusqlite"]),
    ("protocols", &["rusqlite"]),
];

/// The one package that is the way out of the program may use what its layer may not (ADR 20): (package, library).
const WAY_OUT: (&str, &str) = ("terrane-store-remote", "hyper");

/// Dependencies that go against the chain.
pub fn check(repo: &Repo) -> Vec<Finding> {
    let Some(chain) = chain(repo.text(DRAWING).unwrap_or_default()) else {
        return vec![Finding::file(DRAWING, "write the chain of crates on one line: `model ← projection ← …`")];
    };
    let mut found = Vec::new();
    for manifest in &repo.manifests {
        let used = manifest.dependencies.iter().filter(|dependency| !dependency.dev);
        for name in used.map(|dependency| dependency.package.as_str()) {
            let ours = repo.manifests.iter().find(|other| other.package == name);
            let why = match ours {
                Some(other) => wrong_edge(&chain, manifest, other),
                None => foreign(manifest, name),
            };
            found.extend(why.map(|why| Finding::file(&manifest.path, why)));
        }
        found.extend(unknown(&chain, manifest));
    }
    found
}

/// The layers, lowest first.
fn chain(text: &str) -> Option<Vec<Vec<String>>> {
    let line = text.lines().find(|line| line.matches('←').count() > 2)?;
    let clean = line.trim().trim_matches('`');
    let names = |layer: &str| layer.split(',').map(|name| name.trim_matches([' ', '{', '}']).to_owned()).collect();
    Some(clean.split('←').map(names).collect())
}

fn height(chain: &[Vec<String>], layer: &str) -> Option<usize> {
    chain.iter().position(|names| names.iter().any(|name| name == layer))
}

fn wrong_edge(chain: &[Vec<String>], from: &Manifest, to: &Manifest) -> Option<String> {
    let from_layer = from.layer()?;
    let Some(to_layer) = to.layer() else {
        return Some(format!("{from_layer} may not use {}, which is a tool", to.package));
    };
    if NEVER.contains(&(from_layer, to_layer)) {
        return Some(format!("{from_layer} never names {to_layer}: drop {}", to.package));
    }
    let (above, below) = (height(chain, from_layer)?, height(chain, to_layer)?);
    (below >= above).then(|| format!("{from_layer} may not use {}: edges go one way ({DRAWING}, Code map)", to.package))
}

fn foreign(from: &Manifest, name: &str) -> Option<String> {
    let layer = from.layer()?;
    let (_, banned) = FOREIGN.iter().find(|(of, _)| *of == layer)?;
    let is_way_out = (from.package.as_str(), name) == WAY_OUT;
    (banned.contains(&name) && !is_way_out)
        .then(|| format!("{layer} may not use {name} ({DRAWING}, The ten invariants)"))
}

fn unknown(chain: &[Vec<String>], manifest: &Manifest) -> Option<Finding> {
    let layer = manifest.layer()?;
    let missing = height(chain, layer).is_none();
    missing.then(|| {
        Finding::file(&manifest.path, format!("{layer} is not in the chain of {DRAWING}: say where it stands"))
    })
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::rules::shown;

    const CHAIN: &str = "Edges:\n\n`model ← formats ← {drawing, stores} ← engine ← protocols ← server`\n";

    fn package(name: &str, section: &str, uses: &str) -> String {
        format!("[package]\nname = \"terrane-{name}\"\n[{section}]\n{uses}.workspace = true\n")
    }

    #[track_caller]
    fn verdict(folder: &str, section: &str, uses: &str) -> Vec<String> {
        let from = package("probe", section, uses);
        let path = format!("{folder}/Cargo.toml");
        let others = ["model", "formats", "drawing", "engine"]
            .map(|name| (format!("crates/{name}/Cargo.toml"), package(name, "dependencies", "bytes")));
        let store = package("store-files", "dependencies", "bytes");
        let tool = package("bench", "dependencies", "bytes");
        let mut files =
            vec![(super::DRAWING, CHAIN), ("crates/stores/files/Cargo.toml", &store), ("bench/Cargo.toml", &tool)];
        files.extend(
            others.iter().filter(|(other, _)| *other != path).map(|(path, text)| (path.as_str(), text.as_str())),
        );
        files.push((&path, &from));
        shown(check, &files)
    }

    #[test]
    fn edges_go_one_way() {
        assert!(verdict("crates/engine", "dependencies", "terrane-drawing").is_empty());
        assert!(verdict("crates/drawing", "dependencies", "terrane-engine")[0].contains("edges go one way"));
        assert!(verdict("crates/drawing", "dependencies", "terrane-store-files")[0].contains("edges go one way"));
        assert!(verdict("crates/drawing", "build-dependencies", "terrane-engine")[0].contains("edges go one way"));
    }

    #[test]
    fn the_engine_and_the_protocols_never_name_a_store() {
        assert!(verdict("crates/engine", "dependencies", "terrane-store-files")[0].contains("never names stores"));
        assert!(verdict("crates/protocols", "dependencies", "terrane-store-files")[0].contains("never names stores"));
        assert!(verdict("crates/protocols", "dependencies", "terrane-drawing")[0].contains("never names drawing"));
        assert!(verdict("crates/server", "dependencies", "terrane-store-files").is_empty());
    }

    #[test]
    fn tests_may_use_what_they_need() {
        assert!(verdict("crates/engine", "dev-dependencies", "terrane-store-files").is_empty());
        assert!(verdict("bench", "dependencies", "terrane-engine").is_empty());
        assert!(verdict("crates/server", "dependencies", "terrane-bench")[0].contains("is a tool"));
    }

    #[test]
    fn the_model_stays_free_of_libraries_that_do_io() {
        for library in ["tokio", "axum", "rusqlite", "serde"] {
            let said = verdict("crates/model", "dependencies", library);
            assert!(said[0].contains(&format!("model may not use {library}")), "{said:?}");
        }
        assert!(verdict("crates/model", "dependencies", "geo").is_empty());
    }

    #[test]
    fn a_new_crate_is_given_its_place_first() {
        assert!(verdict("crates/science", "dependencies", "geo")[0].contains("not in the chain"));
        assert!(shown(check, &[("ARCHITECTURE.md", "# none")])[0].contains("write the chain"));
    }
}
