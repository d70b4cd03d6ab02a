//! `terrane-bench DATA`: see the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    terrane_bench::main(std::env::args_os())
}
