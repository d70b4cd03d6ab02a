//! Legends of datasets, kept ready until the data or the style changes.

use crate::Engine;
use crate::caller::Caller;
use crate::finish::Filtered;
use crate::message;
use crate::picture::OwnStyle;
use crate::pool::{Cancel, wait};
use std::sync::Arc;
use terrane_drawing::legend::{self, Legend};
use terrane_drawing::style::Style;
use terrane_model::picture::Picture;
use terrane_model::query::Columns;
use terrane_model::{Batch, Dataset, DatasetId, FeatureQuery, Result, Schema};

/// Rows that are looked through for the entries of a legend.
const SAMPLE_ROWS: usize = 20_000;

impl Engine {
    /// The legend of a dataset drawn with a style. `scale_px` is 1 for a normal screen, 2 for a sharper one.
    pub async fn legend(
        &self,
        caller: Caller,
        id: &DatasetId,
        style: Option<&str>,
        scale_px: f64,
    ) -> Result<Arc<Legend>> {
        let catalogue = self.catalogue();
        let entry = catalogue.entry(caller, id)?;
        let style = entry.style(style)?.clone();
        let dataset = catalogue.open(caller, id)?;
        let key = format!("{id}/{}/{}/{}/{scale_px}", dataset.revision, style.name, style.version);
        if let Some(ready) = self.legends.get(&key) {
            return Ok(ready);
        }
        let made = self.pool().run(move |cancel| make(&dataset, &style.style, scale_px, cancel).map(Arc::new)).await?;
        self.legends.insert(key, Arc::clone(&made));
        Ok(made)
    }

    /// The legend of a dataset drawn with a style of the question's own; it is not kept.
    pub async fn legend_of(&self, caller: Caller, id: &DatasetId, own: OwnStyle, scale_px: f64) -> Result<Arc<Legend>> {
        let dataset = self.catalogue().open(caller, id)?;
        own.check(&dataset)?;
        self.pool().run(move |cancel| make(&dataset, own.style(), scale_px, cancel).map(Arc::new)).await
    }

    /// Width and height of the legend picture in a language or in the original ones, pixels.
    pub async fn legend_size(
        &self,
        caller: Caller,
        id: &DatasetId,
        style: &str,
        language: Option<&str>,
    ) -> Result<[u32; 2]> {
        let catalogue = self.catalogue();
        let entry = catalogue.entry(caller, id)?;
        let version = entry.style(Some(style))?.version;
        let key = format!("{id}/{}/{style}/{version}/{}", entry.state(), language.unwrap_or(""));
        if let Some(ready) = self.legend_sizes.get(&key) {
            return Ok(ready);
        }
        let legend = self.legend(caller, id, Some(style), 1.0).await?;
        let picture = self.legend_picture(legend, language.into_iter().map(str::to_owned).collect()).await?;
        let size = [picture.width_px, picture.height_px];
        self.legend_sizes.insert(key, size);
        Ok(size)
    }

    /// The legend as one picture, labels in the first of the languages that each has.
    pub async fn legend_picture(&self, legend: Arc<Legend>, languages: Vec<String>) -> Result<Picture> {
        let fonts = Arc::clone(self.fonts());
        let draw = move |_: &Cancel| {
            let languages: Vec<&str> = languages.iter().map(String::as_str).collect();
            Ok(legend::picture_with(&legend, &languages, &fonts))
        };
        self.pool().run(draw).await
    }

    /// A sentence as a picture, for clients that show nothing else: black on white upon the background, cut where it ends.
    pub async fn message_picture(&self, text: String, size_px: [u32; 2], background: [u8; 4]) -> Result<Picture> {
        let fonts = Arc::clone(self.fonts());
        self.pool().run(move |_| Ok(message::picture(&text, size_px, background, &fonts))).await
    }
}

fn make(dataset: &Dataset, style: &Style, scale_px: f64, cancel: &Cancel) -> Result<Legend> {
    // As pictures do: a dataset that has both is drawn as a grid.
    if let Some(grid) = &dataset.grid {
        return Ok(legend::grid_legend(style, grid.schema(), scale_px));
    }
    let Some(source) = &dataset.features else { return Ok(legend::legend(style, None, &[], scale_px)) };
    // Most legends follow from the style alone; only entries that are taken from rows need rows.
    if style.rules.iter().all(|rule| rule.legend.is_none()) {
        return Ok(legend::legend(style, Some(source.schema()), &[], scale_px));
    }
    let names = legend_columns(style, source.schema());
    let columns = Columns::These { names, geometry: false };
    let query = FeatureQuery { columns, limit: Some(SAMPLE_ROWS), ..FeatureQuery::default() };
    let rows = Filtered::new(wait(source.scan(&query))?, source.schema(), cancel)?;
    let (mut sample, mut seen) = (Vec::<Batch>::new(), 0);
    for batch in rows {
        let batch = batch?;
        seen += batch.len();
        sample.push(batch);
        if seen >= SAMPLE_ROWS {
            break;
        }
    }
    Ok(legend::legend(style, Some(source.schema()), &sample, scale_px))
}

/// All columns that are kept, and the derived ones that the style reads.
fn legend_columns(style: &Style, schema: &Schema) -> Vec<String> {
    let mut names: Vec<String> = schema.kept().map(|column| column.name.clone()).collect();
    let read = style.legend_columns().into_iter().chain(style.columns_at(0.0));
    let derived = read.filter(|name| schema.column(name).is_some_and(|(_, column)| column.derived));
    names.extend(derived);
    names.dedup();
    names
}
