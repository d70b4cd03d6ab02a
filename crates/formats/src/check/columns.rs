//! What each column holds as read: how many values, from where to where, and what a person should look at.

use super::faults::{Tally, say_once};
use super::texts::{self, Look, Order};
use terrane_model::Instant;
use terrane_model::batch::{Value, Values};
use terrane_model::report::{Finding, Report, Severity};
use terrane_model::schema::{Column, ColumnKind};
use terrane_model::time::Precision;

/// A column as it was found.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnProfile {
    /// Its name.
    pub name: String,
    /// What it was read as.
    pub kind: ColumnKind,
    /// Rows with a value.
    pub values: u64,
    /// Rows without.
    pub nulls: u64,
    /// The least and the greatest number.
    pub numbers: Option<[f64; 2]>,
    /// The earliest and the latest moment.
    pub times: Option<[Instant; 2]>,
    /// Bytes of the longest text.
    pub longest_bytes: u64,
}

/// What the texts of a column are like.
#[derive(Debug, Default)]
struct TextTallies {
    replaced: Tally,
    misread: Tally,
    lost: Tally,
    spaced: Tally,
    numbers: Tally,
    no_numbers: Tally,
    dates: Tally,
    no_dates: Tally,
    orders: [Tally; 3],
    /// A text that is no number, and one that was misread.
    odd: Option<String>,
    wrong: Option<String>,
}

/// Of the texts of a column so many at least must be numbers (or dates) for the others to be called odd.
const MOSTLY: f64 = 0.9;
/// Texts of which nothing can be said yet.
const TEXTS_LEAST: u64 = 4;
/// Bytes of a text that are quoted in a remark.
const QUOTED_CHARACTERS: usize = 40;
/// 1000-01-01, microseconds: dates before are either history or slips of the pen.
const YEAR_1000: Instant = Instant(-30_610_224_000_000_000);

/// Watches the values of one column.
pub struct ColumnWatch {
    profile: ColumnProfile,
    texts: TextTallies,
    future: Tally,
    ancient: Tally,
    missing: Tally,
    now: Option<Instant>,
}

impl ColumnWatch {
    /// A column of which nothing was seen yet.
    pub fn new(column: &Column, now: Option<Instant>) -> Self {
        let profile = ColumnProfile {
            name: column.name.clone(),
            kind: column.kind,
            values: 0,
            nulls: 0,
            numbers: None,
            times: None,
            longest_bytes: 0,
        };
        Self {
            profile,
            texts: TextTallies::default(),
            future: Tally::default(),
            ancient: Tally::default(),
            missing: Tally::default(),
            now,
        }
    }

    /// Looks at the values of some rows, the first of which is `first_row`, counted from 1.
    pub fn see(&mut self, values: &Values, rows: impl Iterator<Item = usize>, first_row: u64) {
        for (place, row) in rows.enumerate() {
            self.add(&values.get(row), first_row + place as u64);
        }
    }

    fn add(&mut self, value: &Value<'_>, row: u64) {
        match value {
            Value::Null => {
                self.missing.add(row);
                self.profile.nulls += 1;
                return;
            }
            Value::Int(_) | Value::Float(_) => self.number(value.as_f64().unwrap_or(f64::NAN)),
            Value::Time(when) => self.time(when.earliest, when.latest, when.precision, row),
            Value::Text(text) => self.text(text, row),
            Value::Bool(_) | Value::Bytes(_) | Value::Nested(_) => {}
        }
        self.profile.values += 1;
    }

    fn number(&mut self, number: f64) {
        let [least, greatest] = self.profile.numbers.unwrap_or([number; 2]);
        self.profile.numbers = Some([least.min(number), greatest.max(number)]);
    }

    fn time(&mut self, earliest: Instant, latest: Instant, precision: Precision, row: u64) {
        let [first, last] = self.profile.times.unwrap_or([earliest, latest]);
        self.profile.times = Some([first.min(earliest), last.max(latest)]);
        if self.now.is_some_and(|now| earliest > now) {
            self.future.add(row);
        }
        // Bounds are what science says of times long ago; nobody mistypes those.
        if latest < YEAR_1000 && precision != Precision::Bounds {
            self.ancient.add(row);
        }
    }

    fn text(&mut self, text: &str, row: u64) {
        self.profile.longest_bytes = self.profile.longest_bytes.max(text.len() as u64);
        let tallies = &mut self.texts;
        let Look { replaced, misread, lost, spaced } = texts::look(text);
        for (is_so, tally) in [
            (replaced, &mut tallies.replaced),
            (misread && !replaced, &mut tallies.misread),
            (lost, &mut tallies.lost),
            (spaced, &mut tallies.spaced),
        ] {
            if is_so {
                tally.add(row);
            }
        }
        if misread {
            tallies.wrong.get_or_insert_with(|| quoted(text));
        }
        if text.trim().is_empty() {
            return;
        }
        match texts::is_number(text) {
            true => tallies.numbers.add(row),
            false => {
                tallies.no_numbers.add(row);
                tallies.odd.get_or_insert_with(|| quoted(text));
            }
        }
        let order = texts::order(text);
        match order {
            Some(order) => tallies.orders[order as usize].add(row),
            None if crate::features::is_date(text) => tallies.dates.add(row),
            None => tallies.no_dates.add(row),
        }
    }

    /// The column as it was found.
    pub fn profile(&self) -> ColumnProfile {
        self.profile.clone()
    }

    /// Remarks. `is_time` and `is_key` tell what the column is for.
    pub fn report(&self, is_time: bool, is_key: bool, report: &mut Report) {
        let mut say = |tally: Tally, severity, what: &str, remedy: &str| {
            if tally.count > 0 {
                let finding = tally.put(Finding::new(severity, what, remedy)).in_field(&self.profile.name);
                say_once(report, finding);
            }
        };
        if self.profile.values == 0 {
            let all = Tally { first: 0, count: self.profile.nulls };
            say(all, Severity::Note, "The column has no value in any row.", "");
        } else if is_key {
            let what = "The key column has no value here, so nothing identifies the row.";
            say(self.missing, Severity::Refusal, what, "Choose another --key, or none.");
        } else if is_time {
            let what = "A row has no time, so it is not found when a time is asked for.";
            say(self.missing, Severity::Note, what, "Fill in the time, or name another column with --time.");
        }
        say(self.future, Severity::Warning, "A time lies in the future.", "Correct the time if it is not a forecast.");
        let what = "A time lies before the year 1000.";
        say(self.ancient, Severity::Note, what, "Look whether the year is right.");
        self.texts.report(self.profile.kind, &mut say);
    }
}

fn quoted(text: &str) -> String {
    let short: String = text.chars().take(QUOTED_CHARACTERS).collect();
    if short.len() < text.len() { format!("{short}…") } else { short }
}

impl TextTallies {
    fn report(&self, kind: ColumnKind, say: &mut impl FnMut(Tally, Severity, &str, &str)) {
        if kind != ColumnKind::Text {
            return;
        }
        let encoding = "Say the right encoding with --encoding.";
        let what = "A text holds “\u{fffd}” in place of characters that could not be read.";
        say(self.replaced, Severity::Warning, what, encoding);
        if let Some(wrong) = &self.wrong {
            let (what, remedy) = match texts::undone(wrong) {
                Some(right) => (
                    format!("A text was garbled before it came here: “{wrong}” should probably be “{right}”."),
                    "Export it again as UTF-8 from where it is still right.",
                ),
                None => (format!("A text holds characters that no text has: “{}”.", wrong.escape_debug()), encoding),
            };
            say(self.misread, Severity::Warning, &what, remedy);
        }
        let what = "A text is nothing but question marks: its characters were lost in a conversion before.";
        say(self.lost, Severity::Warning, what, "Export it again as UTF-8 from where it is still right.");
        let what = "A text begins or ends with a space, so that equal words may not be found equal.";
        say(self.spaced, Severity::Note, what, "Remove the spaces in the source (in QGIS: trim()).");
        self.numbers(say);
        self.dates(say);
    }

    fn numbers(&self, say: &mut impl FnMut(Tally, Severity, &str, &str)) {
        let (numbers, others) = (self.numbers.count, self.no_numbers.count);
        if numbers < TEXTS_LEAST || (numbers as f64) < MOSTLY * (numbers + others) as f64 {
            return;
        }
        match &self.odd {
            None => {
                let what =
                    "All texts of the column are numbers; as texts they cannot be compared or coloured as numbers.";
                say(self.numbers, Severity::Note, what, "Make it a column of numbers in the source.");
            }
            Some(odd) => {
                let what = format!("Nearly all texts of the column are numbers, but some are not, such as “{odd}”.");
                say(self.no_numbers, Severity::Note, &what, "Leave such values empty to have a column of numbers.");
            }
        }
    }

    fn dates(&self, say: &mut impl FnMut(Tally, Severity, &str, &str)) {
        let [day, month, either] = &self.orders;
        let ordered = day.count + month.count + either.count;
        let all = ordered + self.dates.count + self.no_dates.count;
        let mostly = |count: u64| count >= TEXTS_LEAST && count as f64 >= MOSTLY * all as f64;
        let remedy = "Write dates like 2019-07-01; then the column can be named with --time.";
        if mostly(ordered) {
            match (day.count > 0, month.count > 0) {
                (true, true) => {
                    let later = if day.first > month.first { *day } else { *month };
                    let what = "Dates are written in two orders, some with the day first and some with the month.";
                    say(later, Severity::Warning, what, remedy);
                }
                (false, false) => {
                    let what = "Dates could have the day or the month first; they are kept as texts.";
                    say(*either, Severity::Note, what, remedy);
                }
                (is_day, _) => {
                    let first = if is_day { "day" } else { "month" };
                    let what = format!("Dates are written with the {first} first; they are kept as texts.");
                    let tally = Tally { first: if is_day { day.first } else { month.first }, count: ordered };
                    say(tally, Severity::Note, &what, remedy);
                }
            }
        } else if mostly(self.dates.count) && self.no_dates.count + ordered > 0 {
            let first = [self.no_dates, *day, *month, *either]
                .iter()
                .filter(|tally| tally.count > 0)
                .map(|tally| tally.first)
                .min();
            let tally = Tally { first: first.unwrap_or(0), count: self.no_dates.count + ordered };
            let what = "Nearly all texts of the column are dates, but some are not, so it is kept as text.";
            say(
                tally,
                Severity::Warning,
                what,
                "Correct them, or give --time with the column's name to leave them out.",
            );
        }
    }
}

const _: () = assert!(Order::DayFirst as usize == 0 && Order::MonthFirst as usize == 1 && Order::Either as usize == 2);
