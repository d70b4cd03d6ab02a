//! What commands print: sentences and tables for people, JSON for machines, progress on the terminal, exit codes.

use indicatif::{ProgressBar, ProgressState, ProgressStyle};
use serde_json::json;
use std::fmt::Write;
use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::Duration;
use terrane_model::store::Progress;
use terrane_model::{Error, Kind};
use unicode_width::UnicodeWidthStr as _;

/// Something failed.
pub const FAILED: u8 = 1;
/// The command was not used right.
pub const WRONG_USAGE: u8 = 2;
/// Data was refused; the report says why.
pub const REFUSED: u8 = 3;

/// Prints a line; a closed pipe is no failure.
pub fn line(text: &str) {
    let _ = writeln!(std::io::stdout(), "{}", harmless(text));
}

/// Prints a line about something that went wrong.
pub fn complaint(text: &str) {
    let _ = writeln!(std::io::stderr(), "{}", harmless(text));
}

/// The text without control characters: what strangers' files say must not steer a terminal.
fn harmless(text: &str) -> String {
    let shown = |character: char| if character.is_control() && character != '\n' { ' ' } else { character };
    text.chars().map(shown).collect()
}

/// Prints a value for machines.
pub fn json(value: &serde_json::Value) {
    let _ = writeln!(std::io::stdout(), "{value:#}");
}

/// Prints bytes as they are.
pub fn raw(bytes: &[u8]) {
    let _ = std::io::stdout().write_all(bytes);
}

/// Prints an error and returns its exit code.
pub fn failure(error: &Error, for_machines: bool) -> ExitCode {
    if for_machines {
        json(&json!({"error": {"kind": format!("{:?}", error.kind()), "place": error.place(), "say": error.say()}}));
    } else {
        complaint(&error.to_string());
        if let Some(cause) = error.cause() {
            complaint(&format!("  because: {cause}"));
        }
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
    let widest = |at: usize| rows.iter().map(|row| row[at].width()).chain([header[at].width()]).max().unwrap_or(0);
    let widths: Vec<usize> = (0..header.len()).map(widest).collect();
    let print = |cells: &[String]| {
        let padded: String =
            cells.iter().zip(&widths).map(|(cell, &width)| format!("{}  ", pad(cell, width))).collect();
        line(padded.trim_end());
    };
    print(&header.iter().map(|&cell| cell.to_owned()).collect::<Vec<_>>());
    rows.iter().for_each(|row| print(row));
}

/// A text with blanks up to a width in columns of a terminal; ideographs take two, combining marks none.
pub fn pad(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(text.width())))
}

/// Prints a paragraph in lines that a terminal holds, each after the first indented like the text of the first.
pub fn paragraph(begin: &str, text: &str) {
    let indent = begin.width();
    let room = columns().saturating_sub(indent).max(LINE_COLUMNS_MIN);
    for (number, part) in wrapped(text, room).iter().enumerate() {
        let before = if number == 0 { begin.to_owned() } else { " ".repeat(indent) };
        line(&format!("{before}{part}"));
    }
}

/// Columns that a text may take when the terminal is very narrow or what comes before it very long.
const LINE_COLUMNS_MIN: usize = 40;
/// Columns of a line when nobody says how wide the terminal is, and at most.
const LINE_COLUMNS: usize = 110;

fn columns() -> usize {
    let size = rustix::termios::tcgetwinsize(std::io::stdout());
    size.map_or(LINE_COLUMNS, |size| usize::from(size.ws_col).clamp(LINE_COLUMNS_MIN, LINE_COLUMNS))
}

/// Lines of words, none wider than `room` but for words that are.
fn wrapped(text: &str, room: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(last) if last.is_empty() => last.push_str(word),
            Some(last) if last.width() + 1 + word.width() <= room => {
                last.push(' ');
                last.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// A number with thin groups of three digits, as it is read.
pub fn number(number: u64) -> String {
    let digits = number.to_string();
    if digits.len() < 5 {
        return digits;
    }
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(' ');
        }
        grouped.push(digit);
    }
    grouped
}

/// A size as it is read.
pub fn bytes(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    let mut size = bytes as f64;
    let mut unit = "bytes";
    for next in UNITS {
        if size < 1_000.0 {
            break;
        }
        (size, unit) = (size / 1_000.0, next);
    }
    if size < 10.0 && unit != "bytes" { format!("{size:.1} {unit}") } else { format!("{size:.0} {unit}") }
}

/// Progress on the terminal; nothing when standard error is no terminal.
pub struct Terminal {
    bar: ProgressBar,
    /// What is counted now: another thing begins a new count.
    counted: Mutex<String>,
}

impl Terminal {
    /// Shows what is worked on.
    pub fn new(what: &str) -> Self {
        let bar = ProgressBar::new_spinner();
        bar.enable_steady_tick(Duration::from_millis(100));
        let terminal = Self { bar, counted: Mutex::default() };
        terminal.show(what);
        terminal
    }

    /// Shows another thing that is worked on.
    pub fn show(&self, what: &str) {
        self.bar.set_message(harmless(what));
    }

    /// Takes the progress off the terminal.
    pub fn clear(&self) {
        self.bar.finish_and_clear();
    }

    fn begin(&self, what: &str, of: u64) {
        let template = match of {
            0 => "{spinner} {msg} · {done} {prefix} · {rate} · {elapsed}",
            _ => "{msg} {bar:30} {percent} % · {rate} · {eta} left",
        };
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        let done = |state: &ProgressState, out: &mut dyn Write| {
            let _ = out.write_str(&number(state.pos()));
        };
        let rate = |state: &ProgressState, out: &mut dyn Write| {
            let _ = write!(out, "{} a second", number(state.per_sec() as u64));
        };
        let style = style.with_key("done", done).with_key("rate", rate);
        self.bar.set_style(style);
        self.bar.set_prefix(what.to_owned());
        self.bar.reset();
    }
}

impl Progress for Terminal {
    fn step(&self, what: &str, done: u64, of: u64) -> bool {
        if let Ok(mut counted) = self.counted.lock()
            && *counted != what
        {
            what.clone_into(&mut counted);
            self.begin(what, of);
        }
        if of > 0 {
            self.bar.set_length(of);
        }
        self.bar.set_position(done);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_counted_as_terminals_draw_them() {
        assert_eq!(pad("地質", 6), "地質  ");
        assert_eq!(pad("กี่", 3).chars().filter(|character| *character == ' ').count(), 2);
        assert_eq!(pad("abcdef", 3), "abcdef");
    }

    #[test]
    fn long_remarks_are_broken_between_words() {
        assert_eq!(wrapped("one two three", 8), ["one two", "three"]);
        assert_eq!(wrapped("a-word-that-is-longer than that", 8), ["a-word-that-is-longer", "than", "that"]);
        assert_eq!(wrapped("", 8), [""]);
    }

    #[test]
    fn what_a_file_says_cannot_steer_the_terminal() {
        assert_eq!(harmless("a\u{1b}[2Jb\rc\u{7}\u{9b}d"), "a [2Jb c  d");
        assert_eq!(harmless("two\nlines, 地質"), "two\nlines, 地質");
    }

    #[test]
    fn numbers_and_sizes_are_written_as_people_read_them() {
        assert_eq!([number(0), number(9_999), number(10_000), number(1_234_567)], ["0", "9999", "10 000", "1 234 567"]);
        assert_eq!(
            [bytes(7), bytes(1_500), bytes(25_000_000), bytes(3_200_000_000)],
            ["7 bytes", "1.5 kB", "25 MB", "3.2 GB"]
        );
    }
}
