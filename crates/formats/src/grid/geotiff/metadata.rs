//! What GDAL writes about bands into a GeoTIFF: names, units, statistics (the GDAL_METADATA tag, XML) and the no-data value.

use terrane_model::grid::Band;
use terrane_model::report::{Finding, Severity};

/// Applies the texts of GDAL_METADATA to the bands. Metadata that cannot be read is left out, with a remark.
pub(super) fn apply(xml: &str, bands: &mut [Band], remarks: &mut Vec<Finding>) {
    if xml.trim().is_empty() {
        return;
    }
    let document = match roxmltree::Document::parse(xml) {
        Ok(document) => document,
        Err(_) => {
            let what = "The names and units of the bands (GDAL_METADATA) are not readable XML and were left out.";
            remarks.push(Finding::new(Severity::Warning, what, "Name the bands with --title or in the file."));
            return;
        }
    };
    for item in document.root_element().children().filter(|node| node.has_tag_name("Item")) {
        let sample = item.attribute("sample").and_then(|sample| sample.parse::<usize>().ok());
        let (Some(at), Some(name)) = (sample, item.attribute("name")) else { continue };
        let Some(band) = bands.get_mut(at) else { continue };
        let text = unescaped(item.text().unwrap_or("").trim());
        apply_item(band, item.attribute("role").unwrap_or(""), name, &text);
        remark_scale(item.attribute("role"), band, &text, remarks);
    }
}

/// GDAL escapes items twice; the XML parser has taken away the outer escapes.
fn unescaped(text: &str) -> String {
    let plain = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")];
    plain.iter().fold(text.to_owned(), |text, (escape, character)| text.replace(escape, character))
}

fn apply_item(band: &mut Band, role: &str, name: &str, text: &str) {
    if text.is_empty() {
        return;
    }
    match (role, name) {
        ("description", _) => band.name = text.to_owned(),
        ("unittype", _) => band.unit = Some(ucum(text)),
        (_, "long_name") => band.description = Some(text.to_owned()),
        (_, "STATISTICS_MINIMUM") => set_range(band, 0, text),
        (_, "STATISTICS_MAXIMUM") => set_range(band, 1, text),
        _ => {}
    }
}

/// Half a range is kept with NaN in the other place until [`settle_ranges`].
fn set_range(band: &mut Band, side: usize, text: &str) {
    if let Ok(number) = text.parse::<f64>() {
        band.range.get_or_insert([f64::NAN; 2])[side] = number;
    }
}

/// Drops ranges of which one side is missing or that are the wrong way round.
pub(super) fn settle_ranges(bands: &mut [Band]) {
    for band in bands {
        band.range = band.range.filter(|[least, greatest]| least <= greatest && (greatest - least).is_finite());
    }
}

fn remark_scale(role: Option<&str>, band: &Band, text: &str, remarks: &mut Vec<Finding>) {
    let neutral = match role {
        Some("scale") => 1.0,
        Some("offset") => 0.0,
        _ => return,
    };
    if text.parse::<f64>().is_ok_and(|number| number != neutral) {
        let what = "The file says that samples are to be multiplied or shifted to get physical values; they are served as stored.";
        let remedy = "To serve physical values, convert it with “gdal_translate -unscale -ot Float32”.";
        remarks.push(Finding::new(Severity::Warning, what, remedy).in_field(&band.name));
    }
}

/// Makes names distinct, so that each can be asked for.
pub(super) fn settle_names(bands: &mut [Band]) {
    for at in 1..bands.len() {
        if bands[..at].iter().any(|band| band.name == bands[at].name) {
            bands[at].name = format!("{} ({})", bands[at].name, at + 1);
        }
    }
}

/// The UCUM code of the usual spellings of a unit; others are kept as they are.
fn ucum(unit: &str) -> String {
    let code = match unit.to_ascii_lowercase().as_str() {
        "metre" | "meter" | "metres" | "meters" => "m",
        "foot" | "feet" | "ft" => "[ft_i]",
        "us survey foot" => "[ft_us]",
        "degree" | "degrees" => "deg",
        "percent" => "%",
        "kelvin" => "K",
        "celsius" | "degrees celsius" | "°c" => "Cel",
        _ => unit,
    };
    code.to_owned()
}

/// The no-data value of GDAL_NODATA, if it is one that a sample of the bands can have.
pub(super) fn no_data(text: &str, kind: terrane_model::grid::SampleKind, remarks: &mut Vec<Finding>) -> Option<f64> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let number = match text.to_ascii_lowercase().as_str() {
        "nan" | "-nan" => Some(f64::NAN),
        other => other.parse::<f64>().ok(),
    };
    let stored = number.and_then(|number| as_stored(number, kind));
    if stored.is_none() {
        let what = format!("The value for “no data”, {text}, cannot occur among the samples and was left out.");
        remarks.push(Finding::new(Severity::Note, what, ""));
    }
    stored
}

/// The number as a sample of this kind would have it, if one can: floats are rounded, whole numbers are not.
pub(super) fn as_stored(number: f64, kind: terrane_model::grid::SampleKind) -> Option<f64> {
    use crate::grid::sample::{Sample, for_kind};
    fn stored<T: Sample>(number: f64) -> Option<f64> {
        let stored = T::from_number(number).number();
        let float = size_of::<T>() >= 4 && T::from_number(0.5).number() == 0.5;
        (float || stored == number).then_some(stored)
    }
    for_kind!(kind, stored(number))
}
