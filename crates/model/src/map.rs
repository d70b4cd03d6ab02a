//! A map: datasets with styles, in a tree of groups. Drawn from the last entry (bottom) to the first (top).

use crate::about::{DatasetId, LocalText};
use crate::bbox::Bbox;
use crate::filter::Filter;

/// Datasets with styles.
#[derive(Debug, Clone, PartialEq)]
pub struct Map {
    /// Its name in addresses; shared with datasets, so the two never clash.
    pub id: DatasetId,
    /// Its title.
    pub title: LocalText,
    /// What it shows.
    pub description: LocalText,
    /// The map drawn underneath.
    pub base: Option<DatasetId>,
    /// What to look at first, degrees.
    pub view: Option<Bbox>,
    /// The tree, top layer first.
    pub layers: Vec<Node>,
}

/// A group, a layer, or what a layer is missing.
#[derive(Debug, Clone, PartialEq)]
#[allow(clippy::large_enum_variant)] // maps have tens of nodes
pub enum Node {
    /// Layers under a title.
    Group {
        /// The title.
        title: LocalText,
        /// Whether it is shown unfolded.
        open: bool,
        /// What is in it, top first.
        layers: Vec<Node>,
    },
    /// A dataset drawn with a style.
    Layer(Layer),
    /// A layer that the map should have and for which there are no data: it is listed, and never drawn.
    Wanted {
        /// What is missing.
        title: LocalText,
        /// What would fill it: which rows, columns and places, and how they are added.
        text: LocalText,
    },
}

/// A dataset drawn with a style.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// The dataset.
    pub dataset: DatasetId,
    /// The style; the dataset's default when not named.
    pub style: Option<String>,
    /// A title other than the dataset's.
    pub title: Option<LocalText>,
    /// Only these rows.
    pub filter: Option<Filter>,
    /// 0 (invisible) to 1.
    pub opacity: f64,
    /// Whether it is drawn when the map is opened.
    pub visible: bool,
    /// Drawn only at scale denominators from this…
    pub scale_min: Option<f64>,
    /// …to this.
    pub scale_max: Option<f64>,
}

impl Map {
    /// All layers with a name each, top first: the dataset's, numbered from the second on where a dataset is shown several times.
    pub fn named(&self) -> Vec<(String, &Layer)> {
        let mut all: Vec<(String, &Layer)> = Vec::new();
        for layer in self.flat() {
            let before = all.iter().filter(|(_, known)| known.dataset == layer.dataset).count();
            let name =
                if before == 0 { layer.dataset.to_string() } else { format!("{}-{}", layer.dataset, before + 1) };
            all.push((name, layer));
        }
        all
    }

    /// All layers, top first, whatever the groups.
    pub fn flat(&self) -> Vec<&Layer> {
        fn walk<'a>(nodes: &'a [Node], all: &mut Vec<&'a Layer>) {
            for node in nodes {
                match node {
                    Node::Group { layers, .. } => walk(layers, all),
                    Node::Layer(layer) => all.push(layer),
                    Node::Wanted { .. } => {}
                }
            }
        }
        let mut all = Vec::new();
        walk(&self.layers, &mut all);
        all
    }
}
