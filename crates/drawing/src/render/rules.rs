//! Rules made ready for a schema and a view, and which rows they draw.

use super::bound::Slots;
use super::symbols::{Symbol, symbols};
use crate::style::{Rule, Style};
use crate::view::View;
use terrane_model::filter::Predicate;
use terrane_model::{Batch, Result, Schema};

/// A rule that draws at the view's scale.
pub struct Ready {
    predicate: Option<Predicate>,
    otherwise: bool,
    /// What it draws; a symbol's place is its level.
    pub symbols: Vec<Symbol>,
}

/// The rules of a style that draw at the view's scale.
pub fn ready(style: &Style, schema: &Schema, view: &View, slots: &mut Slots) -> Result<Vec<Ready>> {
    let drawing = style.rules.iter().filter(|rule| rule.draws_at(view.scale_denominator));
    drawing.map(|rule| ready_rule(rule, schema, view, slots)).collect()
}

fn ready_rule(rule: &Rule, schema: &Schema, view: &View, slots: &mut Slots) -> Result<Ready> {
    Ok(Ready {
        predicate: rule.filter.as_ref().map(|filter| Predicate::new(filter, schema)).transpose()?,
        otherwise: rule.otherwise,
        symbols: rule.symbolizers.iter().flat_map(|symbolizer| symbols(symbolizer, slots, view)).collect(),
    })
}

/// Which rows each rule draws, as pairs of row and rule in the order of the rows.
pub fn choose(rules: &[Ready], batch: &Batch) -> Vec<(u32, u32)> {
    if let [Ready { predicate: None, .. }] = rules {
        return batch.rows().map(|row| (row as u32, 0)).collect();
    }
    let mut taken = vec![false; batch.height()];
    let mut chosen: Vec<(u32, u32)> = Vec::new();
    let numbered = || rules.iter().enumerate();
    for (number, rule) in numbered().filter(|(_, rule)| !rule.otherwise) {
        let mut take = |row: usize| {
            taken[row] = true;
            chosen.push((row as u32, number as u32));
        };
        match &rule.predicate {
            None => batch.rows().for_each(&mut take),
            Some(predicate) => predicate.select(batch).rows().for_each(&mut take),
        }
    }
    for (number, _) in numbered().filter(|(_, rule)| rule.otherwise) {
        chosen.extend(batch.rows().filter(|&row| !taken[row]).map(|row| (row as u32, number as u32)));
    }
    in_order_of_rows(batch, chosen)
}

fn in_order_of_rows(batch: &Batch, mut chosen: Vec<(u32, u32)>) -> Vec<(u32, u32)> {
    let mut rank = vec![0_u32; batch.height()];
    batch.rows().enumerate().for_each(|(order, row)| rank[row] = order as u32);
    chosen.sort_by_key(|&(row, rule)| (rank[row as usize], rule));
    chosen
}
