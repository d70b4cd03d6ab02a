//! `cargo run -p terrane-xtask -- stats`: what the code looks like in numbers. `check`: every rule at once.

use std::io::{Write, stderr, stdout};
use std::process::ExitCode;
use terrane_xtask::{Exceptions, Repo, rules, stats};

const USAGE: &str = "\
cargo run -p terrane-xtask -- stats    function and file lengths, crate by crate
cargo run -p terrane-xtask -- check    every house rule, as `cargo test -p terrane-xtask` runs them
";

fn main() -> ExitCode {
    let asked = std::env::args().nth(1).unwrap_or_default();
    match run(&asked) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(why) => {
            let _ = writeln!(stderr(), "terrane-xtask: {why}");
            ExitCode::from(2)
        }
    }
}

fn run(asked: &str) -> Result<bool, String> {
    let repo = || Repo::open(&Repo::root());
    let (text, good) = match asked {
        "stats" => (stats::report(&repo()?), true),
        "check" => check(&repo()?),
        "help" | "--help" | "-h" => (USAGE.to_owned(), true),
        _ => return Err(format!("say what to do.\n\n{USAGE}")),
    };
    stdout().write_all(text.as_bytes()).map_err(|error| error.to_string())?;
    Ok(good)
}

fn check(repo: &Repo) -> (String, bool) {
    let exceptions = Exceptions::of(repo);
    let mut complaints = exceptions.complaints().to_vec();
    for rule in rules::ALL {
        complaints.extend(exceptions.judge(rule.name, &(rule.check)(repo)));
    }
    let mut text = complaints.join("\n");
    text.push_str(&format!("\n{} rules, {} complaints\n", rules::ALL.len(), complaints.len()));
    (text, complaints.is_empty())
}
