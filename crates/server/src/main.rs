//! The program `terrane`: a node, and the commands that look after its data folder.

mod cli;
mod commands;
mod config;
mod http;
mod local;
mod output;
mod stores;

use clap::Parser as _;
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
    start_log();
    match cli::run(arguments) {
        Ok(code) => ExitCode::from(code),
        Err(error) => output::failure(&error),
    }
}

/// The log goes to standard error; `TERRANE_LOG` chooses what, `TERRANE_LOG_JSON=1` writes it for machines.
fn start_log() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("TERRANE_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn,terrane=info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if std::env::var_os("TERRANE_LOG_JSON").is_some() {
        log.json().init();
    } else {
        log.with_target(false).init();
    }
}
