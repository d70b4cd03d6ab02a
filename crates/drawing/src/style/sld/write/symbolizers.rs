//! How symbolizers of a style are written as those of SLD; what stands around them is written elsewhere.

use super::properties::{RASTER_DATA, in_unit};
use super::{Writer, number};
use crate::style::sld::read::{ANCHORS, RELIEF_FACTOR};
use crate::style::{
    BandName, Cap, Colour, Fill, Join, Label, Length, Line, Mapping, Mark, Property, Raster, RasterSource, Shape,
    Stroke, Symbolizer, TemplatePart, Unit,
};

impl Writer<'_> {
    pub(super) fn symbolizer(&mut self, symbolizer: &Symbolizer) {
        match symbolizer {
            Symbolizer::Fill(fill) => self.polygon(fill),
            Symbolizer::Line(line) => {
                let unit = self.begin("LineSymbolizer", &lengths_of_line(line));
                self.stroke(line, unit);
                self.perpendicular(line.offset, unit);
                self.xml.close();
            }
            Symbolizer::Mark(mark) => self.point(mark),
            Symbolizer::Label(label) => self.label(label),
            Symbolizer::Raster(raster) => self.raster(raster),
        }
    }

    /// Opens a symbolizer; gives the unit of its lengths: metres where all are on the ground, else pixels.
    fn begin(&mut self, name: &str, units: &[Unit]) -> Unit {
        let name = self.se(name);
        let ground = units.contains(&Unit::Metres);
        let all = ground && units.iter().all(|unit| *unit == Unit::Metres);
        if ground && !(all && self.is_new()) {
            self.remark("lengths on the ground are written as one pixel where they cannot be said.");
        }
        match self.is_new() {
            false => {
                self.xml.open(&name, &[]);
                Unit::Pixels
            }
            true => {
                let (unit, uom) = if all { (Unit::Metres, "metre") } else { (Unit::Pixels, "pixel") };
                self.xml.open(&name, &[("uom", &format!("http://www.opengeospatial.org/se/units/{uom}"))]);
                unit
            }
        }
    }

    /// The opacity that a colour and its symbol have together; of computed colours only that of the symbol.
    fn opacity_of(&mut self, colour: &Property<Colour>, opacity: f64) -> f64 {
        match colour {
            Property::Fixed(Colour([.., alpha])) => opacity * f64::from(*alpha) / 255.0,
            Property::ByColumn(by) => {
                if by.mapping.properties().any(|colour| !colour.is_opaque()) {
                    self.remark("the opacity of computed colours cannot be said.");
                }
                opacity
            }
        }
    }

    fn fill(&mut self, colour: &Property<Colour>, opacity: f64) {
        self.open("Fill");
        self.parameter("fill", colour, Unit::Pixels);
        let opacity = self.opacity_of(colour, opacity);
        if opacity < 1.0 {
            self.parameter("fill-opacity", &Property::Fixed(opacity), Unit::Pixels);
        }
        self.xml.close();
    }

    fn polygon(&mut self, fill: &Fill) {
        let units = fill.outline.as_ref().map(lengths_of_line).unwrap_or_default();
        let unit = self.begin("PolygonSymbolizer", &units);
        self.fill(&fill.colour, fill.opacity);
        if let Some(outline) = &fill.outline {
            self.stroke(outline, unit);
            if outline.offset.amount != 0.0 {
                self.remark("outlines are drawn where the borders are.");
            }
        }
        self.xml.close();
    }

    fn stroke(&mut self, line: &Line, unit: Unit) {
        self.open("Stroke");
        self.parameter("stroke", &line.colour, unit);
        self.parameter("stroke-width", &line.width, unit);
        let opacity = self.opacity_of(&line.colour, line.opacity);
        if opacity < 1.0 {
            self.parameter("stroke-opacity", &Property::Fixed(opacity), unit);
        }
        let join = match line.join {
            Join::Round => "round",
            Join::Bevel => "bevel",
            Join::Miter => "mitre",
        };
        let cap = match line.cap {
            Cap::Butt => "butt",
            Cap::Round => "round",
            Cap::Square => "square",
        };
        self.plain("stroke-linejoin", join);
        self.plain("stroke-linecap", cap);
        if !line.dash.is_empty() {
            let dashes: Vec<String> = line.dash.iter().map(|dash| number(in_unit(*dash, unit))).collect();
            self.plain("stroke-dasharray", &dashes.join(" "));
        }
        self.xml.close();
    }

    fn plain(&mut self, name: &str, text: &str) {
        let element = self.se(if self.is_new() { "SvgParameter" } else { "CssParameter" });
        self.xml.leaf(&element, &[("name", name)], text);
    }

    /// An offset to the left, as the standard counts.
    fn perpendicular(&mut self, offset: Length, unit: Unit) {
        if offset.amount == 0.0 {
            return;
        }
        match self.is_new() {
            true => self.xml.leaf("se:PerpendicularOffset", &[], &number(-in_unit(offset, unit))),
            false => self.remark("lines are drawn where they are, not beside."),
        }
    }

    fn point(&mut self, mark: &Mark) {
        let mut units = lengths(&mark.size);
        units.extend(mark.stroke.iter().map(|stroke| stroke.width.unit));
        units.extend(moved(mark.offset));
        let unit = self.begin("PointSymbolizer", &units);
        self.open("Graphic");
        self.open("Mark");
        let shape = match &mark.shape {
            Property::Fixed(shape) => *shape,
            Property::ByColumn(_) => {
                self.remark("shapes that a column gives are written as circles.");
                Shape::Circle
            }
        };
        if !matches!(shape, Shape::Circle | Shape::Square | Shape::Triangle | Shape::Star | Shape::Cross | Shape::X) {
            self.remark(
                "marks other than circle, square, triangle, star, cross and x have names that not every program knows.",
            );
        }
        self.leaf("WellKnownName", shape.name());
        if let Some(fill) = &mark.fill {
            self.fill(fill, 1.0);
        }
        if let Some(Stroke { colour, width }) = &mark.stroke {
            self.open("Stroke");
            self.parameter("stroke", colour, unit);
            self.parameter("stroke-width", &Property::Fixed(*width), unit);
            let opacity = self.opacity_of(colour, 1.0);
            if opacity < 1.0 {
                self.parameter("stroke-opacity", &Property::Fixed(opacity), unit);
            }
            self.xml.close();
        }
        self.xml.close();
        self.graphic_rest(mark, unit);
        self.xml.close();
        self.xml.close();
    }

    fn graphic_rest(&mut self, mark: &Mark, unit: Unit) {
        if mark.opacity < 1.0 {
            self.leaf("Opacity", &number(mark.opacity));
        }
        let (size, rotation) = (self.se("Size"), self.se("Rotation"));
        self.element(&size, &[], &mark.size, unit);
        if mark.rotation != Property::Fixed(0.0) {
            self.element(&rotation, &[], &mark.rotation, unit);
        }
        if mark.offset.iter().any(|length| length.amount != 0.0) {
            match self.is_new() {
                true => self.displacement(mark.offset, unit),
                false => self.remark("marks are drawn where their rows are, not beside."),
            }
        }
    }

    /// Right and down, as the standard counts: up.
    fn displacement(&mut self, [right, down]: [Length; 2], unit: Unit) {
        self.open("Displacement");
        self.leaf("DisplacementX", &number(in_unit(right, unit)));
        self.leaf("DisplacementY", &number(-in_unit(down, unit)));
        self.xml.close();
    }

    fn label(&mut self, label: &Label) {
        if label.text.parts().is_empty() {
            return;
        }
        let mut units = lengths(&label.size);
        units.extend(label.halo.iter().map(|halo| halo.width.unit));
        units.extend(moved(label.offset));
        let unit = self.begin("TextSymbolizer", &units);
        self.open("Label");
        label.text.parts().iter().for_each(|part| self.words(part));
        self.xml.close();
        self.open("Font");
        self.parameter("font-size", &label.size, unit);
        self.xml.close();
        self.open("LabelPlacement");
        self.open("PointPlacement");
        self.open("AnchorPoint");
        let [x, y] = ANCHORS.iter().find(|(known, _)| *known == label.anchor).map_or([0.5, 0.5], |(_, at)| *at);
        self.leaf("AnchorPointX", &number(x));
        self.leaf("AnchorPointY", &number(y));
        self.xml.close();
        if label.offset.iter().any(|length| length.amount != 0.0) {
            self.displacement(label.offset, unit);
        }
        self.xml.close();
        self.xml.close();
        if let Some(halo) = &label.halo {
            self.open("Halo");
            self.leaf("Radius", &number(in_unit(halo.width, unit)));
            self.fill(&halo.colour, 1.0);
            self.xml.close();
        }
        self.fill(&label.colour, label.opacity);
        self.xml.close();
        if label.overlap {
            self.remark("whether words may cover each other cannot be said.");
        }
    }

    fn words(&mut self, part: &TemplatePart) {
        match part {
            TemplatePart::Text(words) => self.xml.leaf("ogc:Literal", &[], words),
            TemplatePart::Column { name, decimals: None } => self.xml.leaf("ogc:PropertyName", &[], name),
            TemplatePart::Column { name, decimals: Some(decimals) } => {
                let point = if *decimals > 0 { "." } else { "" };
                self.xml.open("ogc:Function", &[("name", "numberFormat")]);
                self.xml.leaf("ogc:Literal", &[], &format!("0{point}{}", "0".repeat(*decimals)));
                self.xml.leaf("ogc:PropertyName", &[], name);
                self.xml.close();
            }
        }
    }

    fn raster(&mut self, raster: &Raster) {
        self.open("RasterSymbolizer");
        if raster.opacity < 1.0 {
            self.leaf("Opacity", &number(raster.opacity));
        }
        match &raster.source {
            RasterSource::Coloured { band, colour } => {
                self.open("ChannelSelection");
                self.channel("GrayChannel", band);
                self.xml.close();
                self.open("ColorMap");
                self.colour_map(colour);
                self.xml.close();
            }
            RasterSource::Composite { bands, ranges } => {
                self.open("ChannelSelection");
                for (name, band) in ["RedChannel", "GreenChannel", "BlueChannel"].into_iter().zip(bands) {
                    self.channel(name, band);
                }
                self.xml.close();
                if bands.len() > 3 || !ranges.iter().all(|range| *range == [0.0, 255.0]) {
                    self.remark("ranges and the transparent band of a picture cannot be said.");
                }
            }
        }
        if let Some(relief) = &raster.hillshade {
            self.open("ShadedRelief");
            self.leaf("ReliefFactor", &number(relief.exaggeration * RELIEF_FACTOR));
            self.xml.close();
            self.remark("where the light of relief comes from and how strong it is cannot be said.");
        }
        self.xml.close();
    }

    fn channel(&mut self, name: &str, band: &BandName) {
        self.open(name);
        match band {
            BandName::Place(place) => self.leaf("SourceChannelName", &(place + 1).to_string()),
            BandName::Name(name) => self.leaf("SourceChannelName", name),
        }
        self.xml.close();
    }

    fn colour_map(&mut self, colour: &Mapping<Colour>) {
        match colour {
            Mapping::Interpolate { stops, .. } if self.is_new() => self.colour_function("Interpolate", stops),
            Mapping::Interpolate { stops, .. } => self.entries(stops),
            Mapping::Steps(stops) if self.is_new() => self.colour_function("Categorize", stops),
            Mapping::Steps(stops) => self.entries(&edges(stops)),
            Mapping::Match(cases) => {
                self.remark("single values of a grid are written as the classes around them.");
                let classes = around(cases);
                match self.is_new() {
                    true => self.colour_function("Categorize", &classes),
                    false => self.entries(&edges(&classes)),
                }
            }
            Mapping::Direct(_) => {}
        }
    }

    fn colour_function(&mut self, name: &str, stops: &[(f64, Colour)]) {
        if stops.iter().any(|(_, colour)| !colour.is_opaque()) {
            self.remark("opacity is written as the last two digits of a colour, which not every program reads.");
        }
        let pairs: Vec<(String, String)> = stops.iter().map(|(at, of)| (at.to_string(), of.to_string())).collect();
        self.new_function(name, RASTER_DATA, "#00000000", &pairs);
    }

    fn entries(&mut self, stops: &[(f64, Colour)]) {
        for (quantity, colour) in stops {
            let Colour([red, green, blue, alpha]) = *colour;
            let hex = format!("#{red:02x}{green:02x}{blue:02x}");
            let (quantity, opacity) = (quantity.to_string(), number(f64::from(alpha) / 255.0));
            let mut attributes = vec![("color", hex.as_str()), ("quantity", quantity.as_str())];
            if alpha < 255 {
                attributes.push(("opacity", &opacity));
            }
            self.xml.empty("sld:ColorMapEntry", &attributes);
        }
    }
}

/// Classes as a ramp with two entries at each edge.
fn edges(stops: &[(f64, Colour)]) -> Vec<(f64, Colour)> {
    let Some(first) = stops.first() else { return Vec::new() };
    let jumps = stops.windows(2).flat_map(|pair| [(pair[1].0, pair[0].1), (pair[1].0, pair[1].1)]);
    std::iter::once(*first).chain(jumps).collect()
}

/// Single whole values as classes from half below to half above.
fn around(cases: &[(String, Colour)]) -> Vec<(f64, Colour)> {
    const NOTHING: Colour = Colour([0; 4]);
    let mut values: Vec<(f64, Colour)> = cases
        .iter()
        .filter_map(|(key, colour)| Some((key.parse::<f64>().ok().filter(|it| it.is_finite())?, *colour)))
        .collect();
    values.sort_by(|one, other| one.0.total_cmp(&other.0));
    let Some(least) = values.first().map(|(value, _)| *value) else { return vec![(0.0, NOTHING)] };
    let mut stops = vec![(least - 1.0, NOTHING)];
    for (value, colour) in values {
        if stops.last().is_some_and(|(at, _)| *at == value - 0.5) {
            stops.pop();
        }
        stops.extend([(value - 0.5, colour), (value + 0.5, NOTHING)]);
    }
    stops
}

/// The units that a length can have.
fn lengths(property: &Property<Length>) -> Vec<Unit> {
    match property {
        Property::Fixed(length) => vec![length.unit],
        Property::ByColumn(by) => match by.mapping {
            Mapping::Direct(unit) => unit.into_iter().collect(),
            _ => by.mapping.properties().map(|length| length.unit).collect(),
        },
    }
}

fn lengths_of_line(line: &Line) -> Vec<Unit> {
    let mut units = lengths(&line.width);
    units.extend(line.dash.iter().map(|dash| dash.unit));
    units.extend((line.offset.amount != 0.0).then_some(line.offset.unit));
    units
}

fn moved(offset: [Length; 2]) -> impl Iterator<Item = Unit> {
    offset.into_iter().filter(|length| length.amount != 0.0).map(|length| length.unit)
}
