//! Symbolizers of areas, lines, points and words.

use super::marks::GREY;
use super::values::{Uom, parameter};
use super::{Reader, child, short, text_of};
use crate::style::{Anchor, Cap, Colour, Fill, Join, Label, Length, Line, Mark, Property, Stroke, Symbolizer};
use roxmltree::Node;
use terrane_model::Result;

/// Height of the type when none is said (SE 1.1.0, 11.4.3), pixels.
const FONT_PX: f64 = 10.0;

impl Reader<'_> {
    /// A symbolizer of any type; `None` when nothing of it can be drawn and that was told.
    pub(super) fn symbolizer(&mut self, node: Node<'_, '_>) -> Result<Option<Symbolizer>> {
        let uom = self.uom(node);
        if let Some(geometry) = child(node, "Geometry") {
            self.geometry(geometry);
        }
        match node.tag_name().name() {
            "PolygonSymbolizer" => self.polygon(node, uom),
            "LineSymbolizer" => {
                self.only_elements(node, &["Geometry", "Stroke", "PerpendicularOffset"]);
                Ok(Some(Symbolizer::Line(self.line(child(node, "Stroke"), child(node, "PerpendicularOffset"), uom)?)))
            }
            "PointSymbolizer" => {
                self.only_elements(node, &["Geometry", "Graphic"]);
                child(node, "Graphic").map(|graphic| self.graphic(graphic, uom).map(Symbolizer::Mark)).transpose()
            }
            "TextSymbolizer" => self.label(node, uom).map(|label| label.map(Symbolizer::Label)),
            "RasterSymbolizer" => self.raster(node).map(Some),
            other => {
                self.fidelity.left_out(node, format!("the element “{}”", short(other)));
                Ok(None)
            }
        }
    }

    /// A row has one geometry here; a name of it is as good as none.
    fn geometry(&mut self, node: Node<'_, '_>) {
        let own = self.schema().and_then(|schema| schema.geometry.as_ref()).map(|geometry| geometry.name.clone());
        let asked = text_of(node);
        let plain = super::children(node).all(super::mappings::is_name);
        if !plain {
            self.fidelity.left_out(node, "a computed geometry; rows are drawn where they are");
        } else if own.is_some_and(|own| own != asked) && !asked.is_empty() {
            self.fidelity.approximated(node, "rows are drawn with their own geometry, whatever its name");
        }
    }

    fn polygon(&mut self, node: Node<'_, '_>, uom: Uom) -> Result<Option<Symbolizer>> {
        self.only_elements(node, &["Geometry", "Fill", "Stroke", "Displacement", "PerpendicularOffset"]);
        for moved in ["Displacement", "PerpendicularOffset"] {
            if let Some(moved) = child(node, moved) {
                self.fidelity.left_out(moved, "areas are drawn where they are");
            }
        }
        let outline = child(node, "Stroke").map(|stroke| self.line(Some(stroke), None, uom)).transpose()?;
        let Some(fill) = child(node, "Fill") else { return Ok(outline.map(Symbolizer::Line)) };
        self.only(fill, &["fill", "fill-opacity"]);
        let opacity = self.share(parameter(Some(fill), "fill-opacity"))?;
        if let Some(pattern) = child(fill, "GraphicFill") {
            let (colour, opacity) = self.pattern(pattern, uom)?;
            return Ok(Some(Symbolizer::Fill(Fill { colour, opacity, outline })));
        }
        let colour = self.optional(parameter(Some(fill), "fill"), uom)?.unwrap_or(Property::Fixed(GREY));
        Ok(Some(Symbolizer::Fill(Fill { colour, opacity, outline })))
    }

    /// A pattern as an even colour: that of its mark, which covers about half of the ground.
    fn pattern(&mut self, node: Node<'_, '_>, uom: Uom) -> Result<(Property<Colour>, f64)> {
        self.fidelity.approximated(node, "a pattern is drawn as an even, lighter colour");
        // Only its colour is taken: which shape it has is not worth a remark.
        let told = self.fidelity.remarks.len();
        let mark = child(node, "Graphic").map(|graphic| self.graphic(graphic, uom)).transpose()?;
        self.fidelity.remarks.truncate(told);
        let colour = mark.and_then(|Mark { fill, stroke, .. }| fill.or(stroke.map(|stroke| stroke.colour)));
        Ok((colour.unwrap_or(Property::Fixed(GREY)), 0.5))
    }

    /// A line along a `Stroke`.
    pub(super) fn line(
        &mut self,
        stroke: Option<Node<'_, '_>>,
        offset: Option<Node<'_, '_>>,
        uom: Uom,
    ) -> Result<Line> {
        let known =
            ["stroke", "stroke-width", "stroke-opacity", "stroke-linejoin", "stroke-linecap", "stroke-dasharray"];
        if let Some(stroke) = stroke {
            self.only(stroke, &known);
            for pattern in ["GraphicStroke", "GraphicFill"] {
                if let Some(pattern) = child(stroke, pattern) {
                    self.fidelity.approximated(pattern, "marks along a line are drawn as a plain line");
                }
            }
        }
        let solid = Line::solid(Colour::BLACK, Length::px(1.0));
        let given = |name| parameter(stroke, name);
        Ok(Line {
            colour: self.optional(given("stroke"), uom)?.unwrap_or(solid.colour),
            width: self.optional(given("stroke-width"), uom)?.unwrap_or(solid.width),
            opacity: self.share(given("stroke-opacity"))?,
            dash: self.dash(given("stroke-dasharray"), uom)?,
            cap: self.word(given("stroke-linecap"), &CAPS)?.unwrap_or(Cap::Butt),
            join: self.word(given("stroke-linejoin"), &JOINS)?.unwrap_or(Join::Miter),
            offset: self.offset(offset, uom)?,
        })
    }

    fn dash(&mut self, node: Option<Node<'_, '_>>, uom: Uom) -> Result<Vec<Length>> {
        let Some(node) = node else { return Ok(Vec::new()) };
        let text = text_of(node);
        let parts = text.split([' ', ',', '\n', '\t']).filter(|part| !part.is_empty());
        let lengths: Vec<Length> =
            parts.take(DASHES_MAX).map(|part| super::values::value(node, part, uom)).collect::<Result<_>>()?;
        let sound = lengths.iter().all(|it| it.amount >= 0.0) && lengths.iter().any(|it| it.amount > 0.0);
        if !sound && !lengths.is_empty() {
            self.fidelity.left_out(node, "dashes that are negative or all nothing; the line is solid");
            return Ok(Vec::new());
        }
        Ok(lengths)
    }

    /// One of some words.
    fn word<T: Copy>(&mut self, node: Option<Node<'_, '_>>, words: &[(&str, T)]) -> Result<Option<T>> {
        let Some(node) = node else { return Ok(None) };
        let text = text_of(node);
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, of)| *of);
        if found.is_none() {
            self.fidelity.left_out(node, format!("“{}”; the usual way is taken", short(&text)));
        }
        Ok(found)
    }

    /// A share from 0 to 1; 1 where there is none.
    pub(super) fn share(&mut self, node: Option<Node<'_, '_>>) -> Result<f64> {
        Ok(self.fixed::<f64>(node, Uom::PIXELS)?.unwrap_or(1.0).clamp(0.0, 1.0))
    }

    fn label(&mut self, node: Node<'_, '_>, uom: Uom) -> Result<Option<Label>> {
        self.only_elements(
            node,
            &["Geometry", "Label", "Font", "LabelPlacement", "Halo", "Fill", "Graphic", "Priority"],
        );
        for part in ["Graphic", "Priority"] {
            if let Some(part) = child(node, part) {
                self.fidelity.left_out(part, "what is not said of the words themselves");
            }
        }
        let words = child(node, "Label").map(|words| self.words(words)).transpose()?.flatten();
        let Some(text) = words else {
            self.fidelity.left_out(node, "a label without words");
            return Ok(None);
        };
        let font = child(node, "Font");
        if let Some(font) = font {
            self.only(font, &["font-size"]);
        }
        let fill = child(node, "Fill");
        let (anchor, offset) = self.placement(child(node, "LabelPlacement"), uom)?;
        Ok(Some(Label {
            text,
            size: self.optional(parameter(font, "font-size"), uom)?.unwrap_or(Property::Fixed(Length::px(FONT_PX))),
            colour: self.optional(parameter(fill, "fill"), uom)?.unwrap_or(Property::Fixed(Colour::BLACK)),
            halo: child(node, "Halo").map(|halo| self.halo(halo, uom)).transpose()?,
            anchor: if self.is_of_areas() && child(node, "LabelPlacement").is_none() { Anchor::Centre } else { anchor },
            offset,
            overlap: false,
            opacity: self.share(parameter(fill, "fill-opacity"))?,
        }))
    }

    /// Words of areas are put in their middle by everybody.
    fn is_of_areas(&self) -> bool {
        use terrane_model::schema::GeometryKind::{MultiPolygon, Polygon};
        let geometry = self.schema().and_then(|schema| schema.geometry.as_ref());
        geometry.is_some_and(|geometry| matches!(geometry.kind, Polygon | MultiPolygon))
    }

    fn halo(&mut self, node: Node<'_, '_>, uom: Uom) -> Result<Stroke> {
        let width = self.fixed(child(node, "Radius"), uom)?.unwrap_or(Length::px(1.0));
        let fill = child(node, "Fill");
        let colour = self.optional(parameter(fill, "fill"), uom)?.unwrap_or(Property::Fixed(Colour::WHITE));
        let opacity = self.share(parameter(fill, "fill-opacity"))?;
        Ok(Stroke { colour: self.with_alpha(colour, opacity, node), width })
    }
}

/// Dashes and gaps of a line.
const DASHES_MAX: usize = 64;
const CAPS: [(&str, Cap); 3] = [("butt", Cap::Butt), ("round", Cap::Round), ("square", Cap::Square)];
const JOINS: [(&str, Join); 4] =
    [("mitre", Join::Miter), ("miter", Join::Miter), ("round", Join::Round), ("bevel", Join::Bevel)];
