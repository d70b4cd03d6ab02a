//! Reads symbolizers.

use super::node::{Fields, Node};
use super::optional;
use super::values::{Read, mapping, property};
use crate::style::symbolizer::{
    Anchor, BandName, Cap, Fill, Hillshade, Join, Label, Line, Mark, Raster, RasterSource, Resampling, Shape, Stroke,
};
use crate::style::{Colour, Length, Mapping, Property, Symbolizer, Template};
use terrane_model::Result;

/// A symbolizer of any type.
pub fn symbolizer(node: &Node<'_>) -> Result<Symbolizer> {
    let mut fields = node.object()?;
    let kinds = [("fill", 0), ("line", 1), ("mark", 2), ("label", 3), ("raster", 4)];
    let read = match fields.need("type")?.one_of(&kinds)? {
        0 => Symbolizer::Fill(fill(&mut fields)?),
        1 => Symbolizer::Line(line(&mut fields)?),
        2 => Symbolizer::Mark(mark(&mut fields)?),
        3 => Symbolizer::Label(label(&mut fields)?),
        _ => Symbolizer::Raster(raster(&mut fields)?),
    };
    fields.finish()?;
    Ok(read)
}

fn or_fixed<T: Read>(node: Option<Node<'_>>, default: T) -> Result<Property<T>> {
    Ok(optional(node, property)?.unwrap_or(Property::Fixed(default)))
}

fn opacity(fields: &mut Fields<'_>) -> Result<f64> {
    Ok(optional(fields.get("opacity"), Node::share)?.unwrap_or(1.0))
}

fn fill(fields: &mut Fields<'_>) -> Result<Fill> {
    let outline = optional(fields.get("outline"), |node| {
        let mut fields = node.object()?;
        let outline = line(&mut fields)?;
        fields.finish()?;
        Ok(outline)
    })?;
    Ok(Fill { colour: property(&fields.need("colour")?)?, opacity: opacity(fields)?, outline })
}

fn line(fields: &mut Fields<'_>) -> Result<Line> {
    Ok(Line {
        colour: or_fixed(fields.get("colour"), Colour::BLACK)?,
        width: or_fixed(fields.get("width"), Length::mm(0.25))?,
        opacity: opacity(fields)?,
        dash: optional(fields.get("dash"), dash)?.unwrap_or_default(),
        cap: optional(fields.get("cap"), |node| {
            node.one_of(&[("butt", Cap::Butt), ("round", Cap::Round), ("square", Cap::Square)])
        })?
        .unwrap_or(Cap::Butt),
        join: optional(fields.get("join"), |node| {
            node.one_of(&[("round", Join::Round), ("bevel", Join::Bevel), ("miter", Join::Miter)])
        })?
        .unwrap_or(Join::Round),
        offset: optional(fields.get("offset"), Length::read)?.unwrap_or(Length::ZERO),
    })
}

fn dash(node: &Node<'_>) -> Result<Vec<Length>> {
    let dash: Vec<Length> = node.list()?.iter().map(Length::read).collect::<Result<_>>()?;
    let sound = dash.iter().all(|length| length.amount >= 0.0) && dash.iter().any(|length| length.amount > 0.0);
    if sound || dash.is_empty() { Ok(dash) } else { Err(node.fail("dashes and gaps are not negative, and not all 0")) }
}

fn stroke(node: &Node<'_>) -> Result<Stroke> {
    let mut fields = node.object()?;
    let stroke = Stroke {
        colour: or_fixed(fields.get("colour"), Colour::BLACK)?,
        width: optional(fields.get("width"), Length::read)?.unwrap_or(Length::mm(0.13)),
    };
    fields.finish()?;
    Ok(stroke)
}

fn offset(fields: &mut Fields<'_>) -> Result<[Length; 2]> {
    let offset = optional(fields.get("offset"), |node| {
        let [right, down] = node.pair()?;
        Ok([Length::read(&right)?, Length::read(&down)?])
    })?;
    Ok(offset.unwrap_or([Length::ZERO; 2]))
}

fn mark(fields: &mut Fields<'_>) -> Result<Mark> {
    let fill = optional(fields.get("fill"), property)?;
    let stroke = optional(fields.get("stroke"), stroke)?;
    let fill = if fill.is_none() && stroke.is_none() { Some(Property::Fixed(Colour::BLACK)) } else { fill };
    Ok(Mark {
        shape: or_fixed(fields.get("shape"), Shape::Circle)?,
        size: or_fixed(fields.get("size"), Length::mm(2.0))?,
        fill,
        stroke,
        rotation: or_fixed(fields.get("rotation"), 0.0)?,
        offset: offset(fields)?,
        opacity: opacity(fields)?,
    })
}

fn label(fields: &mut Fields<'_>) -> Result<Label> {
    let text = fields.need("text")?;
    let anchors = [
        ("centre", Anchor::Centre),
        ("above", Anchor::Above),
        ("below", Anchor::Below),
        ("left", Anchor::Left),
        ("right", Anchor::Right),
    ];
    Ok(Label {
        text: Template::parse(text.text()?).map_err(|what| text.fail(&what))?,
        size: or_fixed(fields.get("size"), Length::mm(2.5))?,
        colour: or_fixed(fields.get("colour"), Colour::BLACK)?,
        halo: optional(fields.get("halo"), stroke)?,
        anchor: optional(fields.get("anchor"), |node| node.one_of(&anchors))?.unwrap_or(Anchor::Centre),
        offset: offset(fields)?,
        overlap: optional(fields.get("overlap"), Node::truth)?.unwrap_or(false),
        opacity: opacity(fields)?,
    })
}

fn raster(fields: &mut Fields<'_>) -> Result<Raster> {
    Ok(Raster {
        source: raster_source(fields)?,
        opacity: opacity(fields)?,
        resampling: optional(fields.get("resampling"), |node| {
            node.one_of(&[
                ("nearest", Resampling::Nearest),
                ("bilinear", Resampling::Bilinear),
                ("cubic", Resampling::Cubic),
                ("average", Resampling::Average),
            ])
        })?
        .unwrap_or(Resampling::Bilinear),
        hillshade: optional(fields.get("hillshade"), hillshade)?,
    })
}

fn raster_source(fields: &mut Fields<'_>) -> Result<RasterSource> {
    let (band, bands, colour, range) =
        (fields.get("band"), fields.get("bands"), fields.get("colour"), fields.get("range"));
    match (bands, colour) {
        (None, Some(colour)) => {
            if let Some(range) = range {
                return Err(range.fail("“range” is only for “bands”"));
            }
            let band = optional(band, band_name)?.unwrap_or(BandName::Place(0));
            Ok(RasterSource::Coloured { band, colour: raster_colour(&colour)? })
        }
        (Some(bands), None) => {
            if let Some(band) = band {
                return Err(band.fail("“band” and “bands” exclude each other"));
            }
            let names = bands.list()?.iter().map(band_name).collect::<Result<Vec<_>>>()?;
            if !(3..=4).contains(&names.len()) {
                return Err(bands.fail("“bands” are three or four: red, green, blue, alpha"));
            }
            Ok(RasterSource::Composite { bands: names, ranges: optional(range, ranges)?.unwrap_or_default() })
        }
        _ => Err(fields.node().fail("a raster has either a “colour” or “bands”")),
    }
}

fn band_name(node: &Node<'_>) -> Result<BandName> {
    match node.place_number() {
        Some(place) => Ok(BandName::Place(place)),
        None => node.text().map(|name| BandName::Name(name.to_owned())),
    }
}

fn raster_colour(node: &Node<'_>) -> Result<Mapping<Colour>> {
    let mut fields = node.object()?;
    let colour = mapping(&mut fields)?;
    let colour = colour.ok_or_else(|| node.fail("“colour” has “interpolate”, “steps” or “match”"))?;
    fields.finish()?;
    Ok(colour)
}

fn ranges(node: &Node<'_>) -> Result<Vec<[f64; 2]>> {
    let nodes = if node.is_numbers() { vec![node.clone()] } else { node.list()? };
    let ranges: Vec<[f64; 2]> = nodes.iter().map(range).collect::<Result<_>>()?;
    if ranges.len() == 1 || ranges.len() == 3 { Ok(ranges) } else { Err(node.fail("“range” is one pair or three")) }
}

fn range(node: &Node<'_>) -> Result<[f64; 2]> {
    let [least, greatest] = node.pair()?;
    let range = [least.number()?, greatest.number()?];
    if range[0] < range[1] { Ok(range) } else { Err(node.fail("a range begins with its lesser number")) }
}

fn hillshade(node: &Node<'_>) -> Result<Hillshade> {
    let mut fields = node.object()?;
    let read = Hillshade {
        azimuth: optional(fields.get("azimuth"), Node::number)?.unwrap_or(315.0),
        altitude: optional(fields.get("altitude"), Node::number)?.unwrap_or(45.0),
        exaggeration: optional(fields.get("exaggeration"), Node::positive)?.unwrap_or(1.0),
        strength: optional(fields.get("strength"), Node::share)?.unwrap_or(0.5),
    };
    fields.finish()?;
    Ok(read)
}
