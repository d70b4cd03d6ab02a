//! Makes the table of known coordinate reference systems from the registry tables of the PROJ that is linked.
//!
//! One line each, tab-separated: authority, code, kind (`g`eographic, `h` with height, `p`rojected, `c`ompound; capital when deprecated), name.
//! A table of our own lets an unknown code be refused before PROJ sees it.

use std::collections::BTreeSet;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

const AUTHORITIES: [&str; 4] = ["EPSG", "ESRI", "IAU_2015", "OGC"];
const TABLES: [(&str, &str); 3] = [("geodetic_crs", "g"), ("projected_crs", "p"), ("compound_crs", "c")];
const FILES: [&str; 6] = ["geodetic_crs", "projected_crs", "compound_crs", "customizations", "esri", "iau"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=build.rs");
    let root =
        env::var("DEP_PROJ_ROOT").map_err(|_| "proj-sys did not say where it built PROJ (bundled_proj is needed)")?;
    let tables = sql_folder(Path::new(&root))?;
    let mut lines = BTreeSet::new();
    for file in FILES {
        let path = tables.join(format!("{file}.sql"));
        let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        lines.extend(text.split("INSERT INTO ").skip(1).filter_map(line_of_statement));
    }
    if lines.len() < 10_000 {
        return Err(format!(
            "only {} entries were found in PROJ's registry tables; has their form changed?",
            lines.len()
        )
        .into());
    }
    let all: Vec<String> = lines.into_iter().collect();
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("registry.tsv"), all.join("\n"))?;
    Ok(())
}

/// `PROJSRC/proj/proj-<version>/data/sql` below the folder in which proj-sys builds.
fn sql_folder(root: &Path) -> Result<PathBuf, Box<dyn Error>> {
    for entry in fs::read_dir(root.join("PROJSRC/proj"))? {
        let folder = entry?.path().join("data/sql");
        if folder.is_dir() {
            return Ok(folder);
        }
    }
    Err("PROJ's sources hold no data/sql folder".into())
}

fn line_of_statement(statement: &str) -> Option<String> {
    let (table, rest) = statement.split_once(" VALUES(")?;
    let values = values(rest);
    let value = |at: usize| values.get(at).cloned().flatten();
    let table = table.trim_matches('"');
    let (_, kind) = TABLES.iter().find(|(name, _)| *name == table)?;
    if *kind == "g" && !value(4)?.starts_with("geographic") && !value(0)?.starts_with("IAU") {
        return None;
    }
    let kind = if value(4).as_deref() == Some("geographic 3D") { "h" } else { kind };
    let deprecated = values.last()?.as_deref() == Some("1");
    let kind = if deprecated { kind.to_uppercase() } else { kind.to_owned() };
    Some(format!("{}\t{}\t{kind}\t{}", authority(value(0))?, value(1)?, value(2)?))
}

fn authority(name: Option<String>) -> Option<String> {
    name.filter(|name| AUTHORITIES.contains(&name.as_str()))
}

/// The values of one statement up to its closing parenthesis; NULL is `None`.
fn values(text: &str) -> Vec<Option<String>> {
    let mut values = Vec::new();
    let mut rest = text;
    loop {
        let (value, after) = match rest.strip_prefix('\'') {
            Some(quoted) => quoted_value(quoted),
            None => {
                let end = rest.find([',', ')']).unwrap_or(rest.len());
                (Some(rest[..end].to_owned()).filter(|word| word != "NULL"), &rest[end..])
            }
        };
        values.push(value);
        match after.strip_prefix(',') {
            Some(more) => rest = more.trim_start(),
            None => return values,
        }
    }
}

fn quoted_value(text: &str) -> (Option<String>, &str) {
    let mut value = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('\'') {
        value.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        match rest.strip_prefix('\'') {
            Some(more) => {
                value.push('\'');
                rest = more;
            }
            None => break,
        }
    }
    (Some(value.replace(['\t', '\n'], " ")), rest)
}
