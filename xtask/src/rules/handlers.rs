//! A handler in a `routes.rs` has fifteen lines at most: it asks, calls the engine and answers. Thinking is done elsewhere.

use crate::source::Source;
use crate::{Finding, Repo};

/// Lines from `fn` to the closing brace.
pub const LINES_AT_MOST: usize = 15;

/// Handlers that are too long. The function that builds the `Router` is a table and may be longer.
pub fn check(repo: &Repo) -> Vec<Finding> {
    repo.sources.iter().filter(|source| is_routes(&source.path)).flat_map(long_handlers).collect()
}

/// Whether a file holds the HTTP side of a protocol: `routes.rs`, or a file of a folder `routes/`.
pub fn is_routes(path: &str) -> bool {
    path.ends_with("/routes.rs") || path.contains("/routes/")
}

fn long_handlers(source: &Source) -> Vec<Finding> {
    let handlers =
        source.functions().into_iter().filter(|function| !function.test && !function.signature.contains("Router"));
    let long = handlers.filter(|function| function.lines > LINES_AT_MOST);
    long.map(|function| {
        let say = format!(
            "{} has {} lines, a handler has {LINES_AT_MOST}: move reading to ask, writing to answer",
            function.name, function.lines
        );
        Finding::line(&format!("{}::{}", source.path, function.name), function.line, say).sized(function.lines)
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::rules::shown;

    fn handler(signature: &str, lines: usize) -> String {
        format!("{signature} {{\n{}}}\n", "    x();\n".repeat(lines - 2))
    }

    #[test]
    fn a_handler_has_fifteen_lines() {
        let path = "crates/protocols/src/ows/routes.rs";
        assert!(shown(check, &[(path, &handler("async fn get_map()", 15))]).is_empty());
        assert_eq!(shown(check, &[(path, &handler("async fn get_map()", 16))]).len(), 1);
        assert_eq!(
            shown(check, &[("crates/protocols/src/ows/routes/map.rs", &handler("async fn get_map()", 16))]).len(),
            1
        );
    }

    #[test]
    fn the_table_of_routes_may_be_longer_and_other_files_too() {
        assert!(
            shown(check, &[("crates/protocols/src/ows/routes.rs", &handler("pub fn routes() -> Router<State>", 40))])
                .is_empty()
        );
        assert!(shown(check, &[("crates/protocols/src/ows/ask.rs", &handler("fn ask()", 40))]).is_empty());
    }
}
