//! The code map of `ARCHITECTURE.md` names every folder there is, and no other.

use crate::{Finding, Repo};
use std::collections::BTreeSet;

const PATH: &str = "ARCHITECTURE.md";
/// Folders that are no part of the program.
const SMALL: [&str; 2] = [".ci", "tools"];

/// Folders that are not on the map, and names on the map without a folder.
pub fn check(repo: &Repo) -> Vec<Finding> {
    let on_map = on_map(repo.text(PATH).unwrap_or_default());
    let there = folders(repo);
    let unmapped =
        there.difference(&on_map).map(|folder| Finding::file(PATH, format!("the code map does not name {folder}/")));
    let gone = on_map
        .difference(&there)
        .map(|folder| Finding::file(PATH, format!("the code map names {folder}/, which is not there")));
    unmapped.chain(gone).collect()
}

/// The first block of code under `## Code map`; two spaces deeper is a folder inside.
fn on_map(text: &str) -> BTreeSet<String> {
    let lines =
        text.lines().skip_while(|line| *line != "## Code map").skip_while(|line| !line.starts_with("```")).skip(1);
    let mut parent = "";
    let mut found = BTreeSet::new();
    for line in lines.take_while(|line| !line.starts_with("```")) {
        let Some((name, _)) = line.trim_start().split_once('/') else {
            continue;
        };
        match line.len() - line.trim_start().len() {
            0 => {
                parent = name;
                found.insert(name.to_owned());
            }
            2 => {
                found.insert(format!("{parent}/{name}"));
            }
            _ => {}
        }
    }
    found
}

fn folders(repo: &Repo) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for path in repo.files.keys() {
        let mut parts = path.split('/');
        let (Some(first), Some(second)) = (parts.next(), parts.next()) else {
            continue;
        };
        if SMALL.contains(&first) {
            continue;
        }
        found.insert(first.to_owned());
        if first == "crates" && parts.next().is_some() {
            found.insert(format!("crates/{second}"));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::rules::shown;

    const MAP: &str = "# A\n\n## Code map\n\n```\ncrates/\n  model/     what things are\n             testing/ suites\n  engine/    what happens\ndocs/        words\n```\n";

    #[test]
    fn the_map_and_the_folders_agree() {
        let good = [
            ("ARCHITECTURE.md", MAP),
            ("crates/model/a.rs", ""),
            ("crates/engine/a.rs", ""),
            ("docs/a.md", ""),
            ("tools/a.sh", ""),
        ];
        assert!(shown(check, &good).is_empty(), "{:?}", shown(check, &good));
    }

    #[test]
    fn a_folder_without_a_name_and_a_name_without_a_folder_are_found() {
        let said = shown(
            check,
            &[("ARCHITECTURE.md", MAP), ("crates/model/a.rs", ""), ("crates/new/a.rs", ""), ("docs/a.md", "")],
        );
        assert_eq!(said.len(), 2, "{said:?}");
        assert!(said[0].contains("crates/new/") && said[1].contains("crates/engine/"));
    }
}
