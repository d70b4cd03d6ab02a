//! The table of rules. A rule is one file and one line here; its name is what `exceptions.txt` uses.

pub mod changelog;
pub mod code_map;
pub mod conditions;
pub mod decisions;
pub mod edges;
pub mod features;
pub mod files;
pub mod functions;
pub mod handlers;
pub mod headers;
pub mod links;
pub mod lints;
pub mod locks;
pub mod panics;
pub mod protocols;
pub mod unsafety;
pub mod web;
pub mod words;

use crate::{Finding, Repo};

/// One house rule.
#[derive(Clone, Copy)]
pub struct Rule {
    /// Its name in `exceptions.txt`.
    pub name: &'static str,
    /// What it finds in a tree.
    pub check: fn(&Repo) -> Vec<Finding>,
}

/// Every rule.
pub const ALL: [Rule; 18] = [
    Rule { name: "changelog", check: changelog::check },
    Rule { name: "code_map", check: code_map::check },
    Rule { name: "conditions", check: conditions::check },
    Rule { name: "decisions", check: decisions::check },
    Rule { name: "edges", check: edges::check },
    Rule { name: "features", check: features::check },
    Rule { name: "files", check: files::check },
    Rule { name: "functions", check: functions::check },
    Rule { name: "handlers", check: handlers::check },
    Rule { name: "headers", check: headers::check },
    Rule { name: "links", check: links::check },
    Rule { name: "lints", check: lints::check },
    Rule { name: "locks", check: locks::check },
    Rule { name: "panics", check: panics::check },
    Rule { name: "protocols", check: protocols::check },
    Rule { name: "unsafety", check: unsafety::check },
    Rule { name: "web", check: web::check },
    Rule { name: "words", check: words::check },
];

/// What a rule says of a tree made of the given files, for the rules' own tests.
#[cfg(test)]
pub(crate) fn shown(check: fn(&Repo) -> Vec<Finding>, files: &[(&str, &str)]) -> Vec<String> {
    check(&Repo::of(files)).iter().map(Finding::show).collect()
}
