//! Figures of pages as SVG: drawn here, so that a page is whole without scripts and prints as it looks.

use std::fmt::Write as _;
use terrane_engine::hazard::{EarthquakeCharts, Section};
use terrane_hazard::recurrence::SECONDS_PER_YEAR;

/// The size of a figure, its own units.
const SIZE: [f64; 2] = [370.0, 246.0];
/// Room for numbers: left, top, right, bottom.
const ROOM: [f64; 4] = [56.0, 12.0, 12.0, 42.0];
/// Lines of numbers along an axis at most.
const TICKS: f64 = 5.0;

/// A figure with two axes.
struct Figure {
    svg: String,
    x: [f64; 2],
    y: [f64; 2],
}

impl Figure {
    /// Begins a figure; `y` from bottom to top. `says` is read to those who do not see it.
    fn new(x: [f64; 2], y: [f64; 2], says: &str) -> Self {
        let says = crate::common::xml::escape(says);
        let svg = format!(
            "<svg class=\"figure\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{says}\" xmlns=\"http://www.w3.org/2000/svg\">",
            SIZE[0], SIZE[1]
        );
        Self { svg, x: widened(x), y: widened(y) }
    }

    fn x(&self, value: f64) -> f64 {
        ROOM[0] + (value - self.x[0]) / (self.x[1] - self.x[0]) * (SIZE[0] - ROOM[0] - ROOM[2])
    }

    fn y(&self, value: f64) -> f64 {
        SIZE[1] - ROOM[3] - (value - self.y[0]) / (self.y[1] - self.y[0]) * (SIZE[1] - ROOM[1] - ROOM[3])
    }

    /// Hairlines and numbers on the left, and what they are.
    fn left(&mut self, values: &[(f64, String)], title: &str) {
        for (value, text) in values {
            let y = self.y(*value);
            let _ = write!(
                self.svg,
                "<line class=\"grid\" x1=\"{}\" x2=\"{}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/><text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{text}</text>",
                ROOM[0],
                SIZE[0] - ROOM[2],
                ROOM[0] - 6.0,
                y + 4.0
            );
        }
        let middle = (ROOM[1] + SIZE[1] - ROOM[3]) / 2.0;
        let title = crate::common::xml::escape(title);
        let _ = write!(
            self.svg,
            "<text class=\"axis\" transform=\"translate(12 {middle}) rotate(-90)\" text-anchor=\"middle\">{title}</text>"
        );
    }

    /// Numbers below, and what they are.
    fn below(&mut self, values: &[(f64, String)], title: &str) {
        let base = SIZE[1] - ROOM[3];
        for (value, text) in values {
            let x = self.x(*value);
            let _ = write!(
                self.svg,
                "<line class=\"grid\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{}\" y2=\"{}\"/><text x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\">{text}</text>",
                base,
                base + 4.0,
                base + 16.0
            );
        }
        let title = crate::common::xml::escape(title);
        let middle = (ROOM[0] + SIZE[0] - ROOM[2]) / 2.0;
        let _ = write!(
            self.svg,
            "<text class=\"axis\" x=\"{middle}\" y=\"{}\" text-anchor=\"middle\">{title}</text>",
            SIZE[1] - 4.0
        );
    }

    fn circle(&mut self, at: [f64; 2], radius: f64, class: &str) {
        let _ = write!(
            self.svg,
            "<circle class=\"{class}\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"{radius:.1}\"/>",
            self.x(at[0]),
            self.y(at[1])
        );
    }

    fn line(&mut self, points: &[[f64; 2]], class: &str) {
        let path: Vec<String> = points.iter().map(|at| format!("{:.1},{:.1}", self.x(at[0]), self.y(at[1]))).collect();
        let _ = write!(self.svg, "<polyline class=\"{class}\" points=\"{}\"/>", path.join(" "));
    }

    fn end(mut self) -> String {
        self.svg.push_str("</svg>");
        self.svg
    }
}

/// A span that has some width.
fn widened([from, to]: [f64; 2]) -> [f64; 2] {
    if (to - from).abs() < 1e-9 { [from - 0.5, to + 0.5] } else { [from, to] }
}

/// Round numbers between two.
fn ticks(from: f64, to: f64) -> Vec<(f64, String)> {
    let rough = ((to - from).abs() / TICKS).max(1e-9);
    let power = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|times| times * power).find(|step| *step >= rough);
    let step = step.unwrap_or(power);
    let (low, high) = (from.min(to), from.max(to));
    let mut all = Vec::new();
    let mut value = (low / step).ceil() * step;
    while value <= high + step * 1e-6 {
        let decimals = if step < 1.0 { (-step.log10()).ceil() as usize } else { 0 };
        all.push((value, format!("{:.decimals$}", if value.abs() < step * 1e-6 { 0.0 } else { value })));
        value += step;
    }
    all
}

/// The radius of a magnitude, units of the figure: areas grow by about three from one magnitude to the next.
fn radius(magnitude: Option<f64>) -> f64 {
    magnitude.map_or(1.5, |magnitude| (1.2 * 1.6_f64.powf(magnitude - 5.0)).clamp(1.2, 12.0))
}

/// Words of the figures, in the language of the page.
pub struct Words<'w> {
    /// Depth with its unit.
    pub depth: &'w str,
    /// Distance along a section with its unit.
    pub along: &'w str,
    /// Magnitude.
    pub magnitude: &'w str,
    /// Number of earthquakes.
    pub number: &'w str,
    /// Year.
    pub year: &'w str,
    /// The section, for those who do not see it.
    pub says_section: &'w str,
    /// The chart of magnitude against time.
    pub says_history: &'w str,
    /// The chart of magnitude against frequency.
    pub says_frequency: &'w str,
}

/// A section; the event itself is marked.
pub fn section(section: &Section, itself: &str, words: &Words<'_>) -> String {
    let slabs = section.slabs.iter().flat_map(|(_, points)| points).map(|[_, depth_km]| *depth_km);
    let deepest = section.events.iter().map(|event| event.depth_km).chain(slabs).fold(50.0, f64::max);
    let mut figure = Figure::new([0.0, section.length_km], [deepest * 1.05, 0.0], words.says_section);
    figure.left(&ticks(0.0, deepest), words.depth);
    figure.below(&ticks(0.0, section.length_km), words.along);
    for (_, points) in &section.slabs {
        figure.line(points, "slab");
    }
    for event in &section.events {
        let class = if event.id.1 == itself { "itself" } else { "quake" };
        figure.circle([event.along_km, event.depth_km], radius(event.magnitude), class);
    }
    figure.end()
}

/// Years as a number, for axes.
fn years(at: terrane_model::Instant) -> f64 {
    at.0 as f64 / 1e6 / SECONDS_PER_YEAR + 1970.0
}

/// How many earthquakes of which magnitude in which time.
pub fn history(charts: &EarthquakeCharts, words: &Words<'_>) -> String {
    let [first, last] = charts.period.map(years);
    let bins: Vec<f64> = charts.histogram.bins().map(|(centre, _)| centre).collect();
    let (low, high) = (bins.first().copied().unwrap_or(0.0), bins.last().copied().unwrap_or(1.0));
    let mut figure = Figure::new([first, last], [low - 0.2, high + 0.3], words.says_history);
    figure.left(&ticks(low, high), words.magnitude);
    figure.below(&ticks(first, last), words.year);
    for [column, bin, count] in &charts.cells {
        let at = years(charts.edge(*column as usize, charts.columns));
        let magnitude = low + f64::from(*bin) * charts.histogram.width();
        figure.circle([at, magnitude], (1.2 + f64::from(*count).ln() * 0.5).min(4.0), "quake");
    }
    figure.end()
}

/// The number of earthquakes from each magnitude on, and the law that fits them.
pub fn frequency(charts: &EarthquakeCharts, words: &Words<'_>) -> String {
    let cumulative = charts.histogram.cumulative();
    let (low, high) = match (cumulative.first(), cumulative.last()) {
        (Some(first), Some(last)) => (first.0, last.0),
        _ => (0.0, 1.0),
    };
    let most = (charts.count.max(1) as f64).log10().ceil().max(1.0);
    let mut figure = Figure::new([low - 0.1, high + 0.1], [0.0, most], words.says_frequency);
    let powers: Vec<(f64, String)> =
        (0..=most as i32).map(|power| (f64::from(power), 10_u64.pow(power as u32).to_string())).collect();
    figure.left(&powers, words.number);
    figure.below(&ticks(low, high), words.magnitude);
    for (magnitude, count) in cumulative.iter().filter(|(_, count)| *count > 0) {
        figure.circle([*magnitude, (*count as f64).log10()], 2.0, "quake");
    }
    if let Some(law) = &charts.law {
        let end = (law.a / law.b).min(high + 0.1);
        let at = |magnitude: f64| [magnitude, law.a - law.b * magnitude];
        figure.line(&[at(law.mc), at(end)], "law");
    }
    figure.end()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_along_an_axis_are_round_and_few() {
        let texts = |from, to| ticks(from, to).into_iter().map(|(_, text)| text).collect::<Vec<_>>();
        assert_eq!(texts(0.0, 500.0), ["0", "100", "200", "300", "400", "500"]);
        assert_eq!(texts(4.93, 6.1), ["5.0", "5.5", "6.0"]);
        assert_eq!(texts(-3.0, 3.0), ["-2", "0", "2"]);
        assert!(ticks(5.0, 5.0).len() <= 2);
    }
}
