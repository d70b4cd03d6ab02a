//! The program `terrane`: a node, and the commands that look after its data folder.

mod cli;
mod commands;
mod config;
mod feeds;
mod http;
mod limited;
mod local;
mod output;
mod stores;
mod subscribers;
mod upkeep;

use clap::Parser as _;
use std::io::IsTerminal as _;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = match cli::Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let code = if error.use_stderr() { output::WRONG_USAGE } else { 0 };
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    start_log(arguments.serves());
    let for_machines = arguments.json;
    match http::outlive_file_limits().and_then(|()| cli::run(arguments)) {
        Ok(code) => ExitCode::from(code),
        Err(error) => output::failure(&error, for_machines),
    }
}

/// The log goes to standard error; `TERRANE_LOG` chooses what, `TERRANE_LOG_JSON=1` writes it for machines.
///
/// A command says itself what it did and what went wrong, so it logs only when asked.
fn start_log(serves: bool) {
    let usual = if serves { "warn,terrane=info" } else { "off" };
    let filter = tracing_subscriber::EnvFilter::try_from_env("TERRANE_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(usual));
    let colours = std::io::stderr().is_terminal();
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours).with_writer(std::io::stderr);
    // A log that cannot be written is no reason to stop serving, and complaining about it on the same log would be a panic.
    let log = log.log_internal_errors(false);
    if std::env::var_os("TERRANE_LOG_JSON").is_some() {
        log.json().init();
    } else {
        log.with_target(false).init();
    }
}
