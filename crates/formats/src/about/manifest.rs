//! A manifest: files to publish as datasets with everything said about them, their owners, and maps of them.
//!
//! `demo/demo.json` is one; its dialect is described in `demo/README.md`. Unlike a catalogue's record, what a manifest names must be in
//! it: owners, styles of layers, base maps.

use super::dataset::read_described;
use super::json::{self, Members, Node};
use super::map::read_map;
use super::parts::{self, ColumnAbout};
use std::collections::HashSet;
use terrane_model::about::Party;
use terrane_model::map::Map;
use terrane_model::store::OpenOptions;
use terrane_model::{About, Crs, DatasetId, Error, Result};

/// The only edition there is.
const FORMAT: u64 = 1;

/// What is to be published.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    /// The datasets.
    pub datasets: Vec<ManifestDataset>,
    /// The owners by name in addresses.
    pub organisations: Vec<(DatasetId, Party)>,
    /// The maps; the first is the one to open.
    pub maps: Vec<Map>,
}

/// A dataset to be published.
#[derive(Debug, Clone, PartialEq)]
pub struct ManifestDataset {
    /// What it is about, owner included.
    pub about: About,
    /// The file, relative to the manifest, with `/` between folders; never outside the manifest's folder.
    pub file: String,
    /// What the file does not say itself.
    pub options: OpenOptions,
    /// What is said of its columns.
    pub columns: Vec<ColumnAbout>,
    /// Its styles, the default one first.
    pub styles: Vec<StyleFile>,
    /// The file with the mapping of its values, relative to the manifest.
    pub mapping: Option<String>,
}

/// A style of a dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StyleFile {
    /// Its name in addresses.
    pub id: String,
    /// The file, relative to the manifest.
    pub file: String,
}

/// The manifest of a JSON text. An error names the place: `datasets[3].styles[0].file`.
pub fn manifest(text: &str) -> Result<Manifest> {
    let document = json::parse(text)?;
    let mut members = Node::root(&document).members()?;
    let format = members.required("format")?;
    if format.count()? != FORMAT {
        return Err(format.error("This edition of the manifest is not known here; format 1 is."));
    }
    let organisations: Result<Vec<_>> = members.list("organisations")?.iter().map(read_organisation).collect();
    let organisations = organisations?;
    let dataset_nodes: Vec<Node<'_>> = members.list("datasets")?;
    let datasets: Result<Vec<_>> = dataset_nodes.iter().map(|node| read_dataset(node, &organisations)).collect();
    let map_nodes: Vec<Node<'_>> = members.list("maps")?;
    let maps: Result<Vec<_>> = map_nodes.iter().map(read_map).collect();
    members.finish()?;
    let manifest = Manifest { datasets: datasets?, organisations, maps: maps? };
    check_names(&manifest)?;
    map_nodes.iter().zip(&manifest.maps).try_for_each(|(node, map)| check_map(node, map, &manifest))?;
    Ok(manifest)
}

fn read_organisation(node: &Node<'_>) -> Result<(DatasetId, Party)> {
    let mut members = node.members()?;
    let id = parts::read_id(&members.required("id")?)?;
    let party = Party {
        name: parts::read_text(&members.required("name")?)?,
        url: members.read("url", parts::read_url)?,
        email: members.text("email")?,
        role: Some("owner".to_owned()),
    };
    members.finish().map(|()| (id, party))
}

fn read_dataset(node: &Node<'_>, organisations: &[(DatasetId, Party)]) -> Result<ManifestDataset> {
    let mut members = node.members()?;
    let mut about = read_described(&mut members)?;
    about.owner = members.read("owner", |node| read_owner(node, organisations))?;
    let styles: Vec<StyleFile> = members.list("styles")?.iter().map(read_style).collect::<Result<_>>()?;
    about.default_style = styles.first().map(|style| style.id.clone());
    let dataset = ManifestDataset {
        about,
        file: read_file(&members.required("file")?)?,
        options: read_options(&mut members)?,
        columns: members.read("column_about", read_columns)?.unwrap_or_default(),
        styles,
        mapping: members.read("mapping", read_file)?,
    };
    members.finish().map(|()| dataset)
}

fn read_owner(node: &Node<'_>, organisations: &[(DatasetId, Party)]) -> Result<Party> {
    let name = node.text()?;
    let known = organisations.iter().find(|(id, _)| id.as_str() == name);
    known.map(|(_, party)| party.clone()).ok_or_else(|| node.wrong("the id of one of the organisations"))
}

fn read_options(members: &mut Members<'_>) -> Result<OpenOptions> {
    Ok(OpenOptions {
        crs: members.read("crs", read_crs)?,
        encoding: members.text("encoding")?,
        layer: members.text("layer")?,
        xy_columns: members.read("columns", read_xy)?,
        key: members.text("key")?,
        time: members.text("time")?,
    })
}

fn read_crs(node: &Node<'_>) -> Result<Crs> {
    terrane_projection::parse(node.text()?).map_err(|error| node.error(error.say()))
}

fn read_xy(node: &Node<'_>) -> Result<(String, String)> {
    let mut members = node.members()?;
    let columns = (members.required("x")?.text()?.to_owned(), members.required("y")?.text()?.to_owned());
    members.finish().map(|()| columns)
}

fn read_columns(node: &Node<'_>) -> Result<Vec<ColumnAbout>> {
    let read = |(name, node): (&str, Node<'_>)| {
        let mut members = node.members()?;
        let column = ColumnAbout {
            name: name.to_owned(),
            title: members.read("title", parts::read_text)?.unwrap_or_default(),
            description: members.read("description", parts::read_text)?.unwrap_or_default(),
            unit: members.text("unit")?,
        };
        members.finish().map(|()| column)
    };
    node.entries()?.into_iter().map(read).collect()
}

fn read_style(node: &Node<'_>) -> Result<StyleFile> {
    let mut members = node.members()?;
    let id = parts::read_id(&members.required("id")?)?;
    let style = StyleFile { id: id.as_str().to_owned(), file: read_file(&members.required("file")?)? };
    members.finish().map(|()| style)
}

/// A file below the manifest's folder, never above or elsewhere.
fn read_file(node: &Node<'_>) -> Result<String> {
    let file = node.text()?;
    let plain = |part: &str| !part.is_empty() && part != "." && part != ".." && !part.contains(['\\', ':', '\0']);
    match file.split('/').all(plain) {
        true => Ok(file.to_owned()),
        false => Err(node.wrong("a file below the manifest's folder, such as data/faults.gpkg")),
    }
}

/// Datasets and maps share one set of names.
fn check_names(manifest: &Manifest) -> Result<()> {
    let datasets = manifest.datasets.iter().map(|dataset| &dataset.about.id);
    let mut seen = HashSet::new();
    for id in datasets.chain(manifest.maps.iter().map(|map| &map.id)) {
        if !seen.insert(id) {
            return Err(Error::conflict(format!("Two datasets or maps are called “{id}”; give one another id.")));
        }
    }
    Ok(())
}

/// Whether everything that a map names is in the manifest.
fn check_map(node: &Node<'_>, map: &Map, manifest: &Manifest) -> Result<()> {
    if let Some(base) = map.base.as_ref().filter(|base| !manifest.maps.iter().any(|other| other.id == **base)) {
        return Err(node.error(format!("The base map “{base}” is not in the manifest.")));
    }
    for layer in map.flat() {
        let dataset = manifest.datasets.iter().find(|dataset| dataset.about.id == layer.dataset);
        let dataset =
            dataset.ok_or_else(|| node.error(format!("The dataset “{}” is not in the manifest.", layer.dataset)))?;
        if let Some(style) = layer.style.as_ref().filter(|id| !dataset.styles.iter().any(|style| style.id == **id)) {
            return Err(node.error(format!("The dataset “{}” has no style “{style}”.", layer.dataset)));
        }
    }
    Ok(())
}
