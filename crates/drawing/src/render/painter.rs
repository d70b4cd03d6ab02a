//! Gathers the rows of a layer and draws them, level by level or row by row.

use super::bound::{Row, Slots};
use super::brush::Brush;
use super::rules::{self, Ready};
use super::symbols::Symbol;
use super::tessellation::{Tessellation, is_of_areas};
use crate::canvas::Canvas;
use crate::canvas::pixels::Pixels;
use crate::style::{Order, SortBy, Style};
use crate::text::Fonts;
use crate::view::View;
use std::sync::Arc;
use terrane_model::batch::Value;
use terrane_model::limits::DRAWING_BAND_ROWS;
use terrane_model::{Batch, Result, Schema};

/// Draws one layer of rows: add all batches (already in the view's CRS), then paint.
pub struct Painter {
    view: View,
    rules: Vec<Ready>,
    slots: Slots,
    order: Order,
    coverage: bool,
    sort_by: Option<SortBy>,
    batches: Vec<Gathered>,
    items: Vec<Item>,
    /// Whether all rows so far are areas.
    only_areas: bool,
    fonts: Option<Arc<Fonts>>,
    whole_places: bool,
    all_processors: bool,
    band_rows: usize,
}

/// A batch, with where it has the columns that are read.
pub(super) struct Gathered {
    /// Its rows.
    pub(super) batch: Batch,
    /// The place of each slot's column.
    pub(super) places: Vec<Option<usize>>,
}

/// A row to be drawn by a rule.
#[derive(Clone, Copy)]
pub(super) struct Item {
    /// Among the batches.
    pub(super) batch: u32,
    /// Among the rows of the batch.
    pub(super) row: u32,
    /// Among the rules.
    pub(super) rule: u32,
}

impl Painter {
    /// A painter for rows of a schema (as the batches will have it: filters and values are looked up by name).
    pub fn new(style: &Style, schema: &Schema, view: &View) -> Result<Self> {
        let mut slots = Slots::default();
        let rules = rules::ready(style, schema, view, &mut slots)?;
        if let Some(sort) = &style.sort_by {
            slots.slot(&sort.column);
        }
        Ok(Self {
            view: view.clone(),
            rules,
            slots,
            order: style.order,
            coverage: style.coverage,
            sort_by: style.sort_by.clone(),
            batches: Vec::new(),
            items: Vec::new(),
            only_areas: true,
            fonts: None,
            whole_places: false,
            all_processors: false,
            band_rows: DRAWING_BAND_ROWS,
        })
    }

    /// The fonts of labels; without, those that are built in.
    #[must_use]
    pub fn with_fonts(mut self, fonts: Arc<Fonts>) -> Self {
        self.fonts = Some(fonts);
        self
    }

    /// Draws a tile of many: words in areas stand where all tiles agree that they do.
    #[must_use]
    pub fn for_tiles(mut self, tiled: bool) -> Self {
        self.whole_places = tiled;
        self
    }

    /// Says that areas do not lie over each other, as a check has measured; a style may say so too. They are then drawn without
    /// seams. Where some do overlap, the later one is on top all the same.
    #[must_use]
    pub fn of_areas_apart(mut self, apart: bool) -> Self {
        self.coverage |= apart;
        self
    }

    /// Shares the work out among the threads of the pool that it runs in. The picture is the same.
    #[must_use]
    pub fn on_all_processors(mut self, all: bool) -> Self {
        self.all_processors = all;
        self
    }

    /// Draws so many rows of the picture at once, at least one. The picture is the same.
    #[must_use]
    pub fn in_bands_of(mut self, rows: usize) -> Self {
        self.band_rows = rows.max(1);
        self
    }

    /// Gathers rows; geometry may reach beyond the view and is clipped.
    pub fn add(&mut self, batch: &Batch) -> Result<()> {
        let number = self.batches.len() as u32;
        self.only_areas &= batch.geometry.as_ref().is_none_or(|geometry| is_of_areas(&geometry.view()));
        let chosen = rules::choose(&self.rules, batch);
        self.items.extend(chosen.into_iter().map(|(row, rule)| Item { batch: number, row, rule }));
        self.batches.push(Gathered { places: self.slots.places(batch), batch: batch.clone() });
        Ok(())
    }

    /// Positions of all batches gathered.
    pub fn positions(&self) -> usize {
        self.batches.iter().filter_map(|gathered| gathered.batch.geometry.as_ref()).map(|it| it.xy.len()).sum()
    }

    /// Draws everything gathered, symbol level by symbol level, the whole layer at an opacity of 0 to 1.
    pub fn paint(mut self, canvas: &mut Canvas, opacity: f64) {
        self.sort();
        let fonts = self.fonts.take().unwrap_or_else(|| Arc::new(Fonts::built_in()));
        let taken = std::mem::take(&mut canvas.taken);
        let mut brush = Brush::new(&self.view, &fonts, taken, self.whole_places);
        faded(opacity, &mut canvas.pixels, |pixels| self.draw(&mut brush, pixels));
        canvas.taken = brush.into_taken();
    }

    fn draw(&self, brush: &mut Brush<'_>, pixels: &mut Pixels) {
        match self.order {
            Order::Level => self.draw_levels(brush, pixels),
            Order::Feature => self.draw_rows(brush, pixels),
        }
    }

    fn draw_levels(&self, brush: &mut Brush<'_>, pixels: &mut Pixels) {
        let mut level = 0;
        while level < self.levels() {
            match self.tessellation(level) {
                Some(areas) => {
                    faded(areas.opacity, pixels, |pixels| areas.draw(pixels, self.band_rows, self.all_processors));
                    level += areas.levels;
                }
                None => {
                    self.draw_level(level, brush, pixels);
                    level += 1;
                }
            }
        }
    }

    /// The areas of a level, with their borders on the next, when they can be drawn as a tessellation.
    fn tessellation(&self, level: usize) -> Option<Tessellation<'_>> {
        if !(self.coverage && self.only_areas) {
            return None;
        }
        let symbols = |level: usize| self.rules.iter().map(|rule| rule.symbols.get(level)).collect();
        Tessellation::at(level, &symbols, &self.items, &self.batches, &self.view)
    }

    fn levels(&self) -> usize {
        self.rules.iter().map(|rule| rule.symbols.len()).max().unwrap_or(0)
    }

    /// One level: all symbols of one opacity together, so that what is translucent does not darken where it meets itself.
    fn draw_level(&self, level: usize, brush: &mut Brush<'_>, pixels: &mut Pixels) {
        let mut opacities: Vec<f64> = Vec::new();
        for symbol in self.rules.iter().filter_map(|rule| rule.symbols.get(level)) {
            if !opacities.contains(&symbol.opacity()) {
                opacities.push(symbol.opacity());
            }
        }
        for opacity in opacities {
            let chosen = |symbol: &&Symbol| symbol.opacity() == opacity;
            faded(opacity, pixels, |pixels| self.draw_symbols(level, chosen, brush, pixels));
        }
    }

    fn draw_symbols(
        &self,
        level: usize,
        chosen: impl Fn(&&Symbol) -> bool,
        brush: &mut Brush<'_>,
        pixels: &mut Pixels,
    ) {
        brush.begin(self.coverage);
        for item in &self.items {
            let symbol = self.rules[item.rule as usize].symbols.get(level);
            if let Some(symbol) = symbol.filter(&chosen) {
                brush.draw(symbol, &self.row(item), 1.0, pixels);
            }
        }
        brush.end(pixels);
    }

    fn draw_rows(&self, brush: &mut Brush<'_>, pixels: &mut Pixels) {
        brush.begin(false);
        for item in &self.items {
            for symbol in &self.rules[item.rule as usize].symbols {
                brush.draw(symbol, &self.row(item), symbol.opacity(), pixels);
                brush.flush(pixels);
            }
        }
        brush.end(pixels);
    }

    fn row(&self, item: &Item) -> Row<'_> {
        let gathered = &self.batches[item.batch as usize];
        Row { batch: &gathered.batch, places: &gathered.places, row: item.row as usize }
    }

    fn sort(&mut self) {
        let Some(sort) = self.sort_by.clone() else { return };
        let Some(slot) = self.slots.find(&sort.column) else { return };
        let mut keyed: Vec<(SortKey, Item)> =
            self.items.iter().map(|item| (SortKey::of(&self.row(item).value(slot)), *item)).collect();
        keyed.sort_by(|(a, _), (b, _)| {
            let order = a.compare(b);
            if sort.descending && !a.is_none() && !b.is_none() { order.reverse() } else { order }
        });
        self.items = keyed.into_iter().map(|(_, item)| item).collect();
    }
}

/// Draws on pixels, or on clear ones that are then put on them as a whole.
fn faded(opacity: f64, pixels: &mut Pixels, draw: impl FnOnce(&mut Pixels)) {
    if opacity >= 1.0 {
        draw(pixels);
    } else if opacity > 0.0 {
        let mut layer = Pixels::clear(pixels.width(), pixels.height());
        draw(&mut layer);
        pixels.put_layer(&layer, opacity);
    }
}

/// What rows are sorted by.
enum SortKey {
    None,
    Number(f64),
    Text(String),
}

impl SortKey {
    fn of(value: &Value<'_>) -> Self {
        match value {
            Value::Null => Self::None,
            Value::Time(when) => Self::Number(when.earliest.0 as f64),
            other => match other.as_f64() {
                Some(number) if number.is_nan() => Self::None,
                Some(number) => Self::Number(number),
                None => Self::Text(other.to_string()),
            },
        }
    }

    fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }

    fn compare(&self, other: &Self) -> std::cmp::Ordering {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => a.total_cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            (a, b) => a.rank().cmp(&b.rank()),
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::None => 0,
            Self::Number(_) => 1,
            Self::Text(_) => 2,
        }
    }
}
