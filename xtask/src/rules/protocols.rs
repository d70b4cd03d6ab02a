//! A protocol is a folder with four parts, so that a reader always knows where to look: ask, answer, describe, routes.

use crate::{Finding, Repo};

const PROTOCOLS: [&str; 4] = ["check", "ogcapi", "ows", "vocabularies"];
const PARTS: [&str; 4] = ["ask", "answer", "describe", "routes"];

/// Parts that are missing. A part may be a file or a folder with `mod.rs`.
pub fn check(repo: &Repo) -> Vec<Finding> {
    let mut found = Vec::new();
    for protocol in PROTOCOLS {
        let folder = format!("crates/protocols/src/{protocol}");
        let missing = PARTS
            .iter()
            .filter(|part| !repo.has(&format!("{folder}/{part}.rs")) && !repo.has(&format!("{folder}/{part}/mod.rs")));
        found.extend(missing.map(|part| Finding::file(&folder, format!("has no {part}.rs"))));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::rules::shown;

    #[test]
    fn each_protocol_has_its_four_parts() {
        let whole = [
            "check/ask.rs",
            "check/answer.rs",
            "check/describe.rs",
            "check/routes.rs",
            "ogcapi/ask.rs",
            "ogcapi/answer.rs",
            "ogcapi/describe.rs",
            "ogcapi/routes.rs",
            "ows/ask/mod.rs",
            "ows/answer.rs",
            "ows/describe.rs",
            "vocabularies/ask.rs",
            "vocabularies/answer.rs",
            "vocabularies/describe.rs",
            "vocabularies/routes.rs",
        ];
        let paths = whole.map(|path| format!("crates/protocols/src/{path}"));
        let files: Vec<(&str, &str)> = paths.iter().map(|path| (path.as_str(), "")).collect();
        assert_eq!(shown(check, &files), ["crates/protocols/src/ows: has no routes.rs"]);
    }
}
