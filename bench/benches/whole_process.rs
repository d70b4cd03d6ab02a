//! `cargo bench -p terrane-bench`: the whole program on the demo data.

use std::process::ExitCode;

fn main() -> ExitCode {
    // Cargo adds an argument of its own.
    terrane_bench::main(std::env::args_os().filter(|argument| argument != "--bench"))
}
