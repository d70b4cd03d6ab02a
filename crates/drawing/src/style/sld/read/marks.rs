//! Graphics: marks with well-known names, and plain marks in the place of pictures.

use super::values::{Uom, parameter};
use super::{Reader, child, children, short, text_of};
use crate::style::{Colour, Length, Mark, Property, Shape, Stroke};
use roxmltree::Node;
use terrane_model::Result;

/// Size of a graphic that says none (SE 1.1.0, 11.3.2), pixels.
const SIZE_PX: f64 = 6.0;
/// What an area or a mark is filled with that says no colour (SE 1.1.0, 11.2.2).
pub const GREY: Colour = Colour::rgb(0x80_8080);

/// Names of other programs, and the shape that is nearest.
const NEAR: [(&str, Shape); 24] = [
    ("rectangle", Shape::Square),
    ("rectangle_with_corners", Shape::Square),
    ("rounded_square", Shape::Square),
    ("square_with_corners", Shape::Square),
    ("equilateral_triangle", Shape::Triangle),
    ("regular_star", Shape::Star),
    ("diamond_star", Shape::Star),
    ("asterisk_fill", Shape::Star),
    ("pentagon", Shape::Hexagon),
    ("octagon", Shape::Hexagon),
    ("decagon", Shape::Hexagon),
    ("cross2", Shape::X),
    ("cross_fill", Shape::Cross),
    ("plus", Shape::Cross),
    ("times", Shape::X),
    ("filled_arrowhead", Shape::Arrow),
    ("arrowhead", Shape::Arrow),
    ("arrowhead_filled", Shape::Arrow),
    ("oarrow", Shape::Arrow),
    ("carrow", Shape::Arrow),
    ("coarrow", Shape::Arrow),
    ("semi_circle", Shape::Circle),
    ("half_square", Shape::Square),
    ("dot", Shape::Circle),
];

impl Reader<'_> {
    /// A mark of a `Graphic`: its first mark, or a plain one in the place of a picture.
    pub(super) fn graphic(&mut self, node: Node<'_, '_>, uom: Uom) -> Result<Mark> {
        let size = self.optional(child(node, "Size"), uom)?;
        let size = size.unwrap_or(Property::Fixed(Length { amount: SIZE_PX, unit: Uom::PIXELS.unit }));
        let mut mark = Mark {
            size,
            rotation: self.optional(child(node, "Rotation"), uom)?.unwrap_or(Property::Fixed(0.0)),
            offset: self.displacement(node, uom)?,
            opacity: self.share(child(node, "Opacity"))?,
            ..Mark::plain(Shape::Square, Length::px(SIZE_PX), GREY, Colour::BLACK)
        };
        self.only_elements(
            node,
            &["Size", "Rotation", "Displacement", "Opacity", "Mark", "ExternalGraphic", "AnchorPoint"],
        );
        if let Some(anchor) = child(node, "AnchorPoint") {
            self.fidelity.left_out(anchor, "marks are centred on their point");
        }
        let mut seen = 0;
        for part in children(node) {
            match part.tag_name().name() {
                "ExternalGraphic" => self.fidelity.left_out(part, "pictures are never fetched; a plain mark is drawn"),
                "Mark" if seen == 0 => {
                    self.mark(part, uom, &mut mark)?;
                    seen += 1;
                }
                "Mark" => self.fidelity.left_out(part, "of several marks for one point the first is drawn"),
                _ => {}
            }
        }
        Ok(mark)
    }

    fn mark(&mut self, node: Node<'_, '_>, uom: Uom, mark: &mut Mark) -> Result<()> {
        self.only_elements(
            node,
            &["WellKnownName", "Fill", "Stroke", "OnlineResource", "InlineContent", "Format", "MarkIndex"],
        );
        let (fill, stroke) = (child(node, "Fill"), child(node, "Stroke"));
        if fill.is_some() || stroke.is_some() {
            mark.fill = fill.map(|fill| self.alpha_fill(fill, uom)).transpose()?;
            mark.stroke = stroke.map(|stroke| self.edge(stroke, uom)).transpose()?;
        } else {
            mark.stroke = Some(Stroke { colour: Property::Fixed(Colour::BLACK), width: Length::px(1.0) });
        }
        mark.shape = Property::Fixed(self.shape(node));
        let is_of_lines = matches!(
            mark.shape,
            Property::Fixed(Shape::Cross | Shape::X | Shape::Tick | Shape::Vertical | Shape::Arrow)
        );
        if is_of_lines && mark.stroke.is_none() {
            self.fidelity.approximated(node, "a cross is drawn with lines in the colour of its fill");
            mark.stroke = mark.fill.take().map(|colour| Stroke { colour, width: Length::px(2.0) });
        }
        Ok(())
    }

    fn shape(&mut self, mark: Node<'_, '_>) -> Shape {
        for part in children(mark).filter(|part| matches!(part.tag_name().name(), "OnlineResource" | "InlineContent")) {
            self.fidelity.left_out(part, "symbols from fonts and files are never fetched; a plain mark is drawn");
        }
        let Some(node) = child(mark, "WellKnownName") else { return Shape::Square };
        let text = text_of(node).to_ascii_lowercase();
        let name = text.strip_prefix("shape://").unwrap_or(&text);
        if let Some(shape) = Shape::named(name) {
            return shape;
        }
        let near = NEAR.iter().find(|(known, _)| *known == name).map(|(_, shape)| *shape);
        match near {
            Some(_) => {
                self.fidelity.approximated(node, format!("the mark “{}”, drawn with the nearest shape", short(name)));
            }
            None => self.fidelity.left_out(node, format!("the mark “{}”; a circle is drawn", short(name))),
        }
        near.unwrap_or(Shape::Circle)
    }

    /// A colour that carries its opacity.
    fn alpha_fill(&mut self, node: Node<'_, '_>, uom: Uom) -> Result<Property<Colour>> {
        self.only(node, &["fill", "fill-opacity"]);
        if let Some(graphic) = child(node, "GraphicFill") {
            self.fidelity.approximated(graphic, "a pattern is drawn as an even colour");
        }
        let colour = self.optional(parameter(Some(node), "fill"), uom)?.unwrap_or(Property::Fixed(GREY));
        let opacity = self.share(parameter(Some(node), "fill-opacity"))?;
        Ok(self.with_alpha(colour, opacity, node))
    }

    /// The edge of a mark.
    fn edge(&mut self, node: Node<'_, '_>, uom: Uom) -> Result<Stroke> {
        self.only(node, &["stroke", "stroke-width", "stroke-opacity", "stroke-linejoin", "stroke-linecap"]);
        let colour = self.optional(parameter(Some(node), "stroke"), uom)?.unwrap_or(Property::Fixed(Colour::BLACK));
        let opacity = self.share(parameter(Some(node), "stroke-opacity"))?;
        let width = self.fixed(parameter(Some(node), "stroke-width"), uom)?;
        let width = width.unwrap_or(Length { amount: 1.0, unit: Uom::PIXELS.unit });
        Ok(Stroke { colour: self.with_alpha(colour, opacity, node), width })
    }

    /// The colour with an opacity in it, where it can carry one.
    pub(super) fn with_alpha(
        &mut self,
        colour: Property<Colour>,
        opacity: f64,
        node: Node<'_, '_>,
    ) -> Property<Colour> {
        use crate::style::Mapping;
        if opacity >= 1.0 {
            return colour;
        }
        let faded = |Colour([red, green, blue, alpha]): Colour| {
            Colour([red, green, blue, (f64::from(alpha) * opacity).round().clamp(0.0, 255.0) as u8])
        };
        match colour {
            Property::Fixed(fixed) => Property::Fixed(faded(fixed)),
            Property::ByColumn(mut by) => {
                match &mut by.mapping {
                    Mapping::Direct(_) => self.fidelity.left_out(node, "the opacity of a colour that a column gives"),
                    Mapping::Interpolate { stops, .. } | Mapping::Steps(stops) => {
                        stops.iter_mut().for_each(|(_, of)| *of = faded(*of));
                    }
                    Mapping::Match(cases) => cases.iter_mut().for_each(|(_, of)| *of = faded(*of)),
                }
                by.otherwise = by.otherwise.map(faded);
                Property::ByColumn(by)
            }
        }
    }
}
