//! Which columns a layer of a tile has.

use super::{Ask, SCALE_SHARES};
use crate::picture::OpenLayer;
use std::collections::BTreeSet;
use terrane_drawing::style::Style;
use terrane_model::Schema;
use terrane_model::limits::TILE_COLUMNS_TOLD_MAX;
use terrane_model::schema::{Column, ColumnKind};

/// Names of columns.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chosen {
    /// Those that decide how a row looks: rows that are gathered keep them.
    pub look: Vec<String>,
    /// The others.
    pub more: Vec<String>,
    /// By which rows are sorted, when they are: read, and only written when it is among the others.
    pub sort: Option<String>,
}

impl Chosen {
    /// Those asked for; else those that the style reads at the scales at which the tile is drawn, the one that identifies rows, and
    /// what people want to know of a row they click on, which clients of tiles do not ask for again.
    pub fn of(open: &OpenLayer, schema: &Schema, ask: &Ask) -> Self {
        let scales = SCALE_SHARES.map(|share| ask.view.scale_denominator * share);
        // Of a style that looks the same at every scale, one is enough.
        let is_limited = open.style.rules.iter().any(|rule| rule.min_scale.is_some() || rule.max_scale.is_some());
        let scales = if is_limited { &scales[..] } else { &scales[..1] };
        let read: BTreeSet<String> = scales.iter().flat_map(|&scale| open.style.columns_at(scale)).collect();
        let look: BTreeSet<String> = scales.iter().flat_map(|&scale| open.style.look_columns_at(scale)).collect();
        let wanted: Vec<String> = match &ask.columns {
            Some(names) => names.clone(),
            None => read.into_iter().chain(told(schema)).collect(),
        };
        let mut chosen = Self { sort: open.style.sort_by.as_ref().map(|sort| sort.column.clone()), ..Self::default() };
        for name in wanted.into_iter().filter(|name| schema.column(name).is_some()) {
            let list = if look.contains(&name) { &mut chosen.look } else { &mut chosen.more };
            if !list.contains(&name) {
                list.push(name);
            }
        }
        chosen
    }

    /// All that must be read.
    pub fn all(&self) -> Vec<String> {
        let mut names = [self.look.clone(), self.more.clone()].concat();
        names.extend(self.sort.clone().filter(|sort| !names.contains(sort)));
        names
    }
}

/// The columns that rows in tiles of some scales have when none are asked for: those that the style reads, the one that identifies
/// rows, and the first whose values a tile can hold as they are.
pub fn tile_columns(style: &Style, schema: &Schema, scale_denominators: impl Iterator<Item = f64>) -> Vec<String> {
    let all = scale_denominators.flat_map(|scale| SCALE_SHARES.map(|share| scale * share));
    let read: BTreeSet<String> = all.flat_map(|scale| style.columns_at(scale)).chain(told(schema)).collect();
    read.into_iter().filter(|name| schema.column(name).is_some()).collect()
}

fn told(schema: &Schema) -> impl Iterator<Item = String> + '_ {
    let is_plain = |column: &&Column| !matches!(column.kind, ColumnKind::Bytes | ColumnKind::Nested);
    let first = schema.kept().filter(is_plain).take(TILE_COLUMNS_TOLD_MAX);
    first.map(|column| column.name.clone()).chain(schema.key.clone())
}
