//! Symbolizers of grids: bands, colour maps, relief shading.

use super::mappings::steps;
use super::values::{Uom, number, value};
use super::{Reader, child, children, invalid, text_of};
use crate::style::{BandName, Colour, Curve, Hillshade, Mapping, Raster, RasterSource, Resampling, Symbolizer};
use roxmltree::Node;
use terrane_model::limits::SLD_CASES_MAX;
use terrane_model::{Error, Result};

/// Values that stand for "without end" in colour maps of other programs.
const ENDLESS: f64 = 1e30;

impl Reader<'_> {
    pub(super) fn raster(&mut self, node: Node<'_, '_>) -> Result<Symbolizer> {
        let known = ["Geometry", "Opacity", "ChannelSelection", "ColorMap", "ShadedRelief", "ContrastEnhancement"];
        self.only_elements(node, &known);
        if let Some(contrast) = child(node, "ContrastEnhancement") {
            self.contrast(contrast);
        }
        let channels = child(node, "ChannelSelection");
        let map = child(node, "ColorMap");
        let source = match (channels.map(|channels| self.colours(channels)).transpose()?.flatten(), map) {
            (Some(bands), _) => RasterSource::Composite { bands, ranges: Vec::new() },
            (None, map) => {
                let band = channels.and_then(|channels| child(channels, "GrayChannel")).map(|grey| self.band(grey));
                let band = band.unwrap_or(BandName::Place(0));
                let colour = match map {
                    Some(map) => self.colour_map(map)?,
                    None => self.grey(node),
                };
                RasterSource::Coloured { band, colour }
            }
        };
        let is_exact = matches!(source, RasterSource::Coloured { colour: Mapping::Match(_), .. });
        Ok(Symbolizer::Raster(Raster {
            source,
            opacity: self.share(child(node, "Opacity"))?,
            // The standard leaves it open.
            resampling: if is_exact { Resampling::Nearest } else { Resampling::Bilinear },
            hillshade: child(node, "ShadedRelief").map(|relief| self.relief(relief)).transpose()?,
        }))
    }

    fn contrast(&mut self, node: Node<'_, '_>) {
        let plain = |part: Node<'_, '_>| part.tag_name().name() == "GammaValue" && text_of(part).parse() == Ok(1.0);
        if children(node).any(|part| !plain(part)) {
            self.fidelity.left_out(node, "contrast is not enhanced");
        }
    }

    /// Three bands for red, green and blue.
    fn colours(&mut self, node: Node<'_, '_>) -> Result<Option<Vec<BandName>>> {
        let channel = |name| child(node, name);
        let [Some(red), Some(green), Some(blue)] =
            [channel("RedChannel"), channel("GreenChannel"), channel("BlueChannel")]
        else {
            return Ok(None);
        };
        Ok(Some([red, green, blue].into_iter().map(|of| self.band(of)).collect()))
    }

    /// A band by its number from 1, or by its name.
    fn band(&mut self, node: Node<'_, '_>) -> BandName {
        if let Some(contrast) = child(node, "ContrastEnhancement") {
            self.contrast(contrast);
        }
        let name = child(node, "SourceChannelName").map(text_of).unwrap_or_default();
        match name.parse::<usize>() {
            Ok(number) if number > 0 => BandName::Place(number - 1),
            _ if name.is_empty() => BandName::Place(0),
            _ => BandName::Name(name),
        }
    }

    /// What a grid is drawn with that has no colours of its own: black to white.
    fn grey(&mut self, node: Node<'_, '_>) -> Mapping<Colour> {
        self.fidelity.approximated(node, "a grid without a ColorMap is drawn from black at 0 to white at 255");
        Mapping::Interpolate { stops: vec![(0.0, Colour::BLACK), (255.0, Colour::WHITE)], curve: Curve::Linear }
    }

    fn relief(&mut self, node: Node<'_, '_>) -> Result<Hillshade> {
        let factor = child(node, "ReliefFactor").map(number).transpose()?.filter(|factor| *factor > 0.0);
        // The factor has no defined unit; 55 is "about right" for the Earth (SE 1.1.0, 11.6.7).
        if factor.is_some_and(|factor| factor != RELIEF_FACTOR) {
            self.fidelity.approximated(node, "relief is shaded with its true heights times the ReliefFactor / 55");
        }
        let exaggeration = factor.map_or(1.0, |factor| factor / RELIEF_FACTOR);
        Ok(Hillshade { azimuth: 315.0, altitude: 45.0, exaggeration, strength: 0.5 })
    }

    fn colour_map(&mut self, node: Node<'_, '_>) -> Result<Mapping<Colour>> {
        let entries: Vec<Node<'_, '_>> =
            children(node).filter(|part| part.tag_name().name() == "ColorMapEntry").collect();
        if entries.len() > SLD_CASES_MAX {
            return Err(
                Error::too_large(format!("A ColorMap has at most {SLD_CASES_MAX} entries.")).at(super::place(node))
            );
        }
        if !entries.is_empty() {
            return self.entries(node, &entries);
        }
        let function = children(node).next().ok_or_else(|| invalid(node, "The ColorMap has no entries."))?;
        self.function(function)
    }

    /// Entries of SLD 1.0; their kind is an attribute that the program of most servers and QGIS have added.
    fn entries(&mut self, node: Node<'_, '_>, entries: &[Node<'_, '_>]) -> Result<Mapping<Colour>> {
        let read = |entry: &Node<'_, '_>| {
            let colour: Colour = value(*entry, entry.attribute("color").unwrap_or(""), Uom::PIXELS)?;
            let opacity: f64 = value(*entry, entry.attribute("opacity").unwrap_or("1"), Uom::PIXELS)?;
            let text = entry.attribute("quantity").unwrap_or("").trim().to_ascii_lowercase();
            let quantity = match text.as_str() {
                "inf" | "infinity" | "+inf" => f64::MAX,
                "-inf" | "-infinity" => f64::MIN,
                text => value(*entry, text, Uom::PIXELS)?,
            };
            let Colour([red, green, blue, alpha]) = colour;
            let alpha = (f64::from(alpha) * opacity.clamp(0.0, 1.0)).round() as u8;
            Ok((quantity, Colour([red, green, blue, alpha])))
        };
        let stops: Vec<(f64, Colour)> = entries.iter().map(read).collect::<Result<_>>()?;
        if stops.windows(2).any(|pair| pair[0].0 > pair[1].0) {
            return Err(invalid(node, "The quantities of a ColorMap ascend."));
        }
        match node.attribute("type").unwrap_or("ramp") {
            "values" => Ok(Mapping::Match(stops.iter().map(|(at, colour)| (at.to_string(), *colour)).collect())),
            "intervals" => intervals(&stops).ok_or_else(|| invalid(node, "The ColorMap has no entries.")),
            _ => Ok(Mapping::Interpolate { stops, curve: Curve::Linear }),
        }
    }

    /// `Interpolate` and `Categorize` of the samples.
    fn function(&mut self, node: Node<'_, '_>) -> Result<Mapping<Colour>> {
        let parts: Vec<Node<'_, '_>> = children(node).filter(|part| part.tag_name().name() != "LookupValue").collect();
        if parts.len() > 2 * SLD_CASES_MAX {
            return Err(
                Error::too_large(format!("A ColorMap has at most {SLD_CASES_MAX} entries.")).at(super::place(node))
            );
        }
        match node.tag_name().name() {
            "Interpolate" => {
                let point = |part: &Node<'_, '_>| {
                    let of = |name| child(*part, name).ok_or_else(|| invalid(*part, "A point has Data and Value."));
                    Ok((number(of("Data")?)?, value(of("Value")?, &text_of(of("Value")?), Uom::PIXELS)?))
                };
                let stops: Vec<(f64, Colour)> = parts.iter().map(point).collect::<Result<_>>()?;
                let sound = !stops.is_empty() && stops.windows(2).all(|pair| pair[0].0 <= pair[1].0);
                sound
                    .then_some(Mapping::Interpolate { stops, curve: Curve::Linear })
                    .ok_or_else(|| invalid(node, "The data of Interpolate ascend."))
            }
            "Categorize" => {
                let colour = |node: Node<'_, '_>| value::<Colour>(node, &text_of(node), Uom::PIXELS);
                let Some((first, rest)) = parts.split_first() else {
                    return Err(invalid(node, "Categorize needs a value."));
                };
                let mut stops = Vec::new();
                for pair in rest.chunks(2) {
                    let [threshold, of] = pair else { return Err(invalid(node, "Categorize ends with a value.")) };
                    stops.push((number(*threshold)?, colour(*of)?));
                }
                steps(colour(*first)?, stops).ok_or_else(|| invalid(node, "Thresholds ascend."))
            }
            _ => Err(invalid(node, "A ColorMap has ColorMapEntry elements, Interpolate or Categorize.")),
        }
    }
}

/// The factor that SE calls reasonable for the Earth.
pub const RELIEF_FACTOR: f64 = 55.0;

/// Each colour holds up to its quantity, from the one before; nothing is drawn beyond the last.
fn intervals(entries: &[(f64, Colour)]) -> Option<Mapping<Colour>> {
    let (first, _) = entries.split_first()?;
    let ends = entries.iter().map(|(end, _)| *end);
    let next = entries.iter().skip(1).map(|(_, colour)| *colour).chain([Colour([0; 4])]);
    let stops = ends.zip(next).filter(|(end, _)| end.abs() < ENDLESS).collect();
    steps(first.1, stops)
}
