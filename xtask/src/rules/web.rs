//! Only the HTTP side knows axum: each protocol's `routes.rs`, `protocols/src/lib.rs`, `protocols/src/common/` and the server.

use super::handlers::is_routes;
use crate::{Finding, Repo};

/// Files that name axum and should not, tests included: ask, answer and describe are tested without HTTP.
pub fn check(repo: &Repo) -> Vec<Finding> {
    let closed = repo.sources.iter().filter(|source| source.path.starts_with("crates/") && !may_know(&source.path));
    let hits = closed.flat_map(|source| source.words("axum").map(move |at| (source, at)));
    hits.map(|(source, at)| {
        Finding::line(&source.path, source.line_of(at), "only routes.rs knows axum: pass plain values")
    })
    .collect()
}

fn may_know(path: &str) -> bool {
    let Some(inside) = path.strip_prefix("crates/protocols/") else {
        return path.starts_with("crates/server/");
    };
    inside == "src/lib.rs" || inside.starts_with("src/common/") || inside.starts_with("tests/") || is_routes(inside)
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::rules::shown;

    #[test]
    fn axum_stays_where_requests_arrive() {
        let text = "use axum::Router;\n";
        for path in [
            "protocols/src/ows/routes.rs",
            "protocols/src/lib.rs",
            "protocols/src/common/reply.rs",
            "server/src/http.rs",
        ] {
            assert!(shown(check, &[(&format!("crates/{path}"), text)]).is_empty(), "{path}");
        }
        for path in ["protocols/src/ows/ask.rs", "protocols/src/pages/answer.rs", "engine/src/lib.rs"] {
            assert_eq!(shown(check, &[(&format!("crates/{path}"), text)]).len(), 1, "{path}");
        }
    }

    #[test]
    fn a_comment_may_speak_of_it() {
        assert!(shown(check, &[("crates/engine/src/lib.rs", "//! Knows no axum at all.\n")]).is_empty());
    }
}
