//! Numbers as a legend writes them.

/// A number with no more digits than it needs to be told from its neighbours, with a true minus sign.
pub fn show(number: f64) -> String {
    let size = number.abs();
    let text = if size != 0.0 && !(1e-4..1e9).contains(&size) {
        format!("{number:.3e}")
    } else {
        let decimals = (4 - size.max(1e-4).log10().floor() as i32).clamp(0, 6) as usize;
        let fixed = format!("{number:.decimals$}");
        if fixed.contains('.') { fixed.trim_end_matches('0').trim_end_matches('.').to_owned() } else { fixed }
    };
    match text.strip_prefix('-') {
        Some("0") => "0".to_owned(),
        Some(rest) => format!("−{rest}"),
        None => text,
    }
}

/// The label of a class that begins at `low` and ends before `high`, each open when absent. The last says “>” as printed legends do,
/// though its limit belongs to it: not every font has “≥”.
pub fn class(low: Option<f64>, high: Option<f64>, unit: Option<&str>) -> String {
    let unit = unit.map(|unit| format!(" {unit}")).unwrap_or_default();
    match (low, high) {
        (Some(low), Some(high)) => format!("{} – {}{unit}", show(low), show(high)),
        (Some(low), None) => format!("> {}{unit}", show(low)),
        (None, Some(high)) => format!("< {}{unit}", show(high)),
        (None, None) => String::new(),
    }
}

/// About `count` round numbers from one to another.
pub fn ticks(low: f64, high: f64, count: usize) -> Vec<f64> {
    let range = high - low;
    if !(range > 0.0 && range.is_finite()) {
        return vec![low];
    }
    let rough = range / count.max(1) as f64;
    let power = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|factor| factor * power).find(|step| *step >= rough);
    let step = step.unwrap_or(power * 10.0);
    let (first, last) = ((low / step - 1e-9).ceil() as i64, (high / step + 1e-9).floor() as i64);
    (first..=last).take(count + 2).map(|at| at as f64 * step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        for (number, text) in [
            (0.0, "0"),
            (-0.00001, "−1.000e-5"),
            (12.5, "12.5"),
            (-300.0, "−300"),
            (0.1 + 0.2, "0.3"),
            (123_456.7, "123457"),
            (5e12, "5.000e12"),
        ] {
            assert_eq!(show(number), text);
        }
        assert_eq!(class(Some(0.0), Some(35.0), Some("km")), "0 – 35 km");
        assert_eq!(class(Some(70.0), None, None), "> 70");
    }

    #[test]
    fn ticks_are_round_and_inside() {
        assert_eq!(ticks(-300.0, 300.0, 6), [-300.0, -200.0, -100.0, 0.0, 100.0, 200.0, 300.0]);
        assert_eq!(ticks(0.13, 0.87, 4), [0.2, 0.4, 0.6000000000000001, 0.8]);
        assert_eq!(ticks(5.0, 5.0, 4), [5.0]);
    }
}
