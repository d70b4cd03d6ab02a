//! Where labels are put.

use super::values::{Uom, number, value};
use super::{Reader, child, text_of};
use crate::style::{Anchor, Length};
use roxmltree::Node;
use terrane_model::Result;

impl Reader<'_> {
    /// The anchor and the offset (right, down) of a label.
    pub(super) fn placement(&mut self, node: Option<Node<'_, '_>>, uom: Uom) -> Result<(Anchor, [Length; 2])> {
        let unmoved = [Length { amount: 0.0, unit: uom.unit }; 2];
        let Some(node) = node else { return Ok((Anchor::Right, unmoved)) };
        if let Some(line) = child(node, "LinePlacement") {
            self.fidelity.approximated(line, "words stand upright at the middle of lines");
            return Ok((Anchor::Centre, unmoved));
        }
        let Some(point) = child(node, "PointPlacement") else { return Ok((Anchor::Right, unmoved)) };
        if let Some(rotation) = child(point, "Rotation").filter(|rotation| text_of(*rotation) != "0") {
            self.fidelity.left_out(rotation, "words stand upright");
        }
        let anchor = match child(point, "AnchorPoint") {
            Some(anchor) => self.anchor(anchor)?,
            None => Anchor::Right,
        };
        Ok((anchor, self.displacement(point, uom)?))
    }

    /// The anchor whose place on the words is nearest: 0 is their left and lower edge.
    fn anchor(&mut self, node: Node<'_, '_>) -> Result<Anchor> {
        let x = child(node, "AnchorPointX").map_or(Ok(0.0), number)?;
        let y = child(node, "AnchorPointY").map_or(Ok(0.5), number)?;
        let distance = |&(_, [at_x, at_y]): &(Anchor, [f64; 2])| (x - at_x).hypot(y - at_y);
        let nearest = ANCHORS.iter().min_by(|one, other| distance(one).total_cmp(&distance(other)));
        let Some(nearest) = nearest else { return Ok(Anchor::Centre) };
        if distance(nearest) > 1e-6 {
            self.fidelity
                .approximated(node, "words are centred on their point or stand above, below, left or right of it");
        }
        Ok(nearest.0)
    }

    /// `Displacement`, whose y goes up, as right and down.
    pub(super) fn displacement(&mut self, node: Node<'_, '_>, uom: Uom) -> Result<[Length; 2]> {
        let zero = Length { amount: 0.0, unit: uom.unit };
        let Some(node) = child(node, "Displacement") else { return Ok([zero; 2]) };
        let mut side = |name: &str| -> Result<Length> {
            let part = child(node, name);
            Ok(self.fixed::<Length>(part, uom)?.unwrap_or(zero))
        };
        let (right, up) = (side("DisplacementX")?, side("DisplacementY")?);
        Ok([right, Length { amount: 0.0 - up.amount, ..up }])
    }

    /// An offset of a line to its left, in the standard, as one to its right.
    pub(super) fn offset(&mut self, node: Option<Node<'_, '_>>, uom: Uom) -> Result<Length> {
        let zero = Length { amount: 0.0, unit: uom.unit };
        let Some(node) = node else { return Ok(zero) };
        let left: Length = match self.fixed(Some(node), uom)? {
            Some(left) => left,
            None => value(node, "0", uom)?,
        };
        Ok(Length { amount: 0.0 - left.amount, ..left })
    }
}

/// Anchors with their place on the words.
pub const ANCHORS: [(Anchor, [f64; 2]); 5] = [
    (Anchor::Centre, [0.5, 0.5]),
    (Anchor::Above, [0.5, 0.0]),
    (Anchor::Below, [0.5, 1.0]),
    (Anchor::Left, [1.0, 0.5]),
    (Anchor::Right, [0.0, 0.5]),
];
