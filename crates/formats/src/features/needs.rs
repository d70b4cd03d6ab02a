//! Which columns a scan must read: those asked, and those that an unfinished filter or order still looks at.

use terrane_model::filter::Filter;
use terrane_model::query::Columns;
use terrane_model::schema::ColumnKind;
use terrane_model::{FeatureQuery, Schema};

/// The columns to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needs {
    /// Places in the schema: those asked, in the order asked, then the others.
    pub columns: Vec<usize>,
    /// Whether geometry is read.
    pub geometry: bool,
}

impl Needs {
    /// Everything.
    pub fn all(schema: &Schema) -> Self {
        Self { columns: (0..schema.columns.len()).collect(), geometry: schema.geometry.is_some() }
    }

    /// What a query asks, and what is needed to finish it.
    pub fn of(query: &FeatureQuery, residual: Option<&Filter>, unsorted: bool, schema: &Schema) -> Self {
        let Columns::These { names, geometry } = &query.columns else { return Self::all(schema) };
        let mut needs = Self { columns: Vec::new(), geometry: *geometry && schema.geometry.is_some() };
        names.iter().for_each(|name| needs.add(name, schema));
        if let Some(filter) = residual {
            filter.columns().iter().for_each(|name| needs.add(name, schema));
            needs.add_unnamed(filter, schema);
        }
        if unsorted {
            query.sort.iter().for_each(|key| needs.add(&key.column, schema));
            needs.geometry |= query.near.is_some() && schema.geometry.is_some();
        }
        needs
    }

    fn add(&mut self, name: &str, schema: &Schema) {
        match schema.column(name) {
            Some((place, _)) if !self.columns.contains(&place) => self.columns.push(place),
            Some(_) => {}
            None => self.geometry |= schema.geometry.as_ref().is_some_and(|geometry| geometry.name == name),
        }
    }

    /// What filters read without naming it: the geometry, or every text.
    fn add_unnamed(&mut self, filter: &Filter, schema: &Schema) {
        match filter {
            Filter::And(all) | Filter::Or(all) => all.iter().for_each(|filter| self.add_unnamed(filter, schema)),
            Filter::Not(inner) => self.add_unnamed(inner, schema),
            Filter::Bbox(_) | Filter::Within { .. } | Filter::Near { .. } | Filter::Spatial { .. } => {
                self.geometry |= schema.geometry.is_some();
            }
            Filter::Text(_) => {
                let texts = schema.columns.iter().filter(|column| column.kind == ColumnKind::Text);
                texts.for_each(|column| self.add(&column.name, schema));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Needs;
    use terrane_model::filter::Filter;
    use terrane_model::query::{Columns, SortKey};
    use terrane_model::schema::{Column, ColumnKind, GeometryColumn, GeometryKind};
    use terrane_model::{Crs, FeatureQuery, Schema};

    #[test]
    fn a_filter_on_any_text_reads_every_text() {
        let column = |name: &str, kind| Column::new(name, kind);
        let geometry =
            GeometryColumn { name: "geom".into(), kind: GeometryKind::Point, crs: Crs::crs84(), has_z: false };
        let schema = Schema {
            columns: vec![column("a", ColumnKind::Text), column("b", ColumnKind::Int), column("c", ColumnKind::Text)],
            geometry: Some(geometry),
            time: None,
            key: None,
        };
        let query = FeatureQuery {
            columns: Columns::These { names: vec!["c".into()], geometry: false },
            sort: vec![SortKey::ascending("b")],
            ..FeatureQuery::default()
        };
        let text = Filter::Text("mud".into());
        assert_eq!(Needs::of(&query, Some(&text), false, &schema), Needs { columns: vec![2, 0], geometry: false });
        assert_eq!(Needs::of(&query, None, true, &schema), Needs { columns: vec![2, 1], geometry: false });
    }
}
