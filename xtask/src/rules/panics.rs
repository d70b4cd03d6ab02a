//! Nothing gives up at run time: no `unwrap()`, `panic!`, `todo!` or `unimplemented!` outside tests.
//!
//! `expect("why it cannot fail")` is allowed; the words are the proof.

use crate::source::Source;
use crate::{Finding, Repo};

const MACROS: [&str; 3] = ["panic!", "todo!", "unimplemented!"];

/// Places that may panic.
pub fn check(repo: &Repo) -> Vec<Finding> {
    repo.sources.iter().flat_map(giving_up).collect()
}

fn giving_up(source: &Source) -> Vec<Finding> {
    let follows = |at: usize, text: &str| source.code[at..].starts_with(text);
    let after_dot = |at: usize| at > 0 && source.code.as_bytes()[at - 1] == b'.';
    let unwraps =
        source.words("unwrap").filter(|&at| follows(at, "unwrap()") && after_dot(at)).map(|at| (at, "unwrap()"));
    let macros = MACROS.iter().flat_map(|name| source.words(name).map(move |at| (at, *name)));
    let outside = unwraps.chain(macros).filter(|(at, _)| !source.in_test(*at));
    outside
        .map(|(at, what)| {
            let say = format!("{what} outside tests: return an error, or expect(\"why it cannot fail\")");
            Finding::line(&source.path, source.line_of(at), say)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::rules::shown;

    #[test]
    fn giving_up_is_found() {
        for text in [
            "fn f() { a.unwrap(); }",
            "fn f() { a\n    .unwrap() }",
            "fn f() { panic!(\"x\") }",
            "fn f() { todo!() }",
            "fn f() { unimplemented!() }",
        ] {
            assert_eq!(shown(check, &[("a/src/b.rs", text)]).len(), 1, "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_it_is_not() {
        let text = "// a.unwrap()\nfn f() { a.unwrap_or(1); b.expect(\"set above\"); let _ = \"panic!\"; std::panic::catch_unwind(g); }\n";
        assert!(shown(check, &[("a/src/b.rs", text)]).is_empty());
    }

    #[test]
    fn tests_may_unwrap() {
        assert!(
            shown(
                check,
                &[("a/src/b.rs", "#[test]\nfn f() { a.unwrap(); }\n"), ("a/tests/c.rs", "fn f() { a.unwrap(); }")]
            )
            .is_empty()
        );
    }
}
