//! What commands print: sentences and tables for people, JSON for machines, progress on the terminal, exit codes.

use indicatif::{ProgressBar, ProgressStyle};
use std::io::Write as _;
use std::process::ExitCode;
use terrane_model::store::Progress;
use terrane_model::{Error, Kind};

/// Something failed.
pub const FAILED: u8 = 1;
/// The command was not used right.
pub const WRONG_USAGE: u8 = 2;
/// Data was refused; the report says why.
pub const REFUSED: u8 = 3;

/// Prints a line; a closed pipe is no failure.
pub fn line(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// Prints a value for machines.
pub fn json(value: &serde_json::Value) {
    line(&format!("{value:#}"));
}

/// Prints an error and returns its exit code.
pub fn failure(error: &Error) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "{error}");
    if let Some(cause) = error.cause() {
        let _ = writeln!(std::io::stderr(), "  because: {cause}");
    }
    ExitCode::from(exit_code(error.kind()))
}

/// The exit code of a kind of error.
pub fn exit_code(kind: Kind) -> u8 {
    match kind {
        Kind::Invalid => WRONG_USAGE,
        _ => FAILED,
    }
}

/// Columns with the widest value of each; the last column runs on.
pub fn table(header: &[&str], rows: &[Vec<String>]) {
    let width =
        |text: &str| text.chars().map(|character| if character as u32 >= WIDE_FROM { 2 } else { 1 }).sum::<usize>();
    let widest = |at: usize| rows.iter().map(|row| width(&row[at])).chain([width(header[at])]).max().unwrap_or(0);
    let widths: Vec<usize> = (0..header.len()).map(widest).collect();
    let print = |cells: &[String]| {
        let padded = cells.iter().enumerate().map(|(at, cell)| {
            let last = at + 1 == cells.len();
            format!("{cell}{}", if last { String::new() } else { " ".repeat(widths[at] - width(cell) + 2) })
        });
        line(padded.collect::<String>().trim_end());
    };
    print(&header.iter().map(|&cell| cell.to_owned()).collect::<Vec<_>>());
    rows.iter().for_each(|row| print(row));
}

/// Characters from here on are drawn two columns wide on terminals (Hangul, kana, ideographs).
const WIDE_FROM: u32 = 0x1100;

/// Progress on the terminal; nothing when standard error is no terminal.
pub struct Terminal {
    bar: ProgressBar,
}

impl Terminal {
    /// Shows what is worked on.
    pub fn new(what: &str) -> Self {
        let bar = ProgressBar::new_spinner();
        bar.enable_steady_tick(std::time::Duration::from_millis(100));
        bar.set_message(what.to_owned());
        Self { bar }
    }

    /// Shows another thing that is worked on.
    pub fn show(&self, what: &str) {
        self.bar.set_message(what.to_owned());
    }

    /// Takes the progress off the terminal.
    pub fn clear(&self) {
        self.bar.finish_and_clear();
    }
}

impl Progress for Terminal {
    fn step(&self, what: &str, done: u64, of: u64) -> bool {
        if of > 0 {
            let style = ProgressStyle::with_template("{msg} {bar:30} {pos}/{len} {per_sec} {eta} left");
            self.bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            self.bar.set_length(of);
        } else {
            let style = ProgressStyle::with_template("{spinner} {msg} {human_pos} {prefix} {per_sec}");
            self.bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
            self.bar.set_prefix(what.to_owned());
        }
        self.bar.set_position(done);
        true
    }
}
