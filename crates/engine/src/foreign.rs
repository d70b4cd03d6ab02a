//! Styles that were made elsewhere, read for the data that they are to draw.

use crate::{Caller, Engine};
use terrane_drawing::style::Style;
use terrane_drawing::style::sld::{self, Fidelity, SldLayer, SldStyle, Subject};
use terrane_model::report::{Finding, Severity};
use terrane_model::store::Views;
use terrane_model::{DatasetId, Error, Result};

/// The style in a text, which is Terrane's JSON or SLD, for the data in some views; of SLD also what became of it.
pub fn style_of(text: &str, views: &Views) -> Result<(Style, Option<Fidelity>)> {
    if !sld::is_sld(text) {
        return Style::from_json(text).map(|style| (style, None));
    }
    let subject = || match (&views.grid, &views.features) {
        (Some(grid), _) => Subject::Grid(grid.schema().as_ref().clone()),
        (None, Some(source)) => Subject::Rows(source.schema().as_ref().clone()),
        (None, None) => Subject::Several,
    };
    let read = sld::read(text, &|_| Ok(Some(subject())))?;
    let own = |layer: &SldLayer| layer.styles.iter().filter(|style| matches!(style, SldStyle::Own { .. })).count();
    let many = read.layers.iter().map(own).sum::<usize>();
    if many > 1 {
        let say = format!("The document has {many} styles; a file for one dataset has one. Take the others out.");
        return Err(Error::invalid(say));
    }
    let style = read.layers.iter().find_map(|layer| layer.own(None)).cloned();
    let style = style.ok_or_else(|| Error::invalid("The document has no UserStyle."))?;
    Ok((style, Some(read.fidelity)))
}

/// What became of a foreign style, as remarks of an import.
pub fn findings(fidelity: &Fidelity) -> Vec<Finding> {
    let note = |what: String| Finding::new(Severity::Note, what, "").in_field("--style");
    let all = fidelity.remarks.iter().map(|remark| note(format!("{remark}.")));
    std::iter::once(note(fidelity.summary())).chain(all).collect()
}

impl Engine {
    /// The style in a text for a dataset that is here.
    pub fn read_style(&self, id: &DatasetId, text: &str) -> Result<(Style, Option<Fidelity>)> {
        let dataset = self.catalogue().open(Caller::Operator, id)?;
        let views = Views { features: dataset.features.clone(), grid: dataset.grid.clone(), ..Views::default() };
        style_of(text, &views)
    }
}
