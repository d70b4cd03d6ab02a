//! What is asked: jobs made from what a server publishes, or read from a file.

use crate::Result;
use crate::measure::Connection;
use crate::processes::Server;
use serde_json::Value;
use std::path::Path;

/// Questions of one sort, asked in turn.
pub(crate) struct Job {
    pub(crate) name: String,
    pub(crate) accept: &'static str,
    pub(crate) paths: Vec<String>,
}

const PNG: &str = "image/png";
const GEOJSON: &str = "application/geo+json";
const JSON: &str = "application/json";
/// Cells of a summary from west to east.
const CELLS: f64 = 50.0;
/// Different boxes of one size.
const BOXES: usize = 500;
/// Boxes that show everything.
const WHOLE_BOXES: usize = 20;

/// Jobs of a file of lines `name <tab> path`.
pub(crate) fn from_file(file: &Path) -> Result<Vec<Job>> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let mut jobs: Vec<Job> = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
        let (name, path) =
            line.split_once('\t').ok_or_else(|| format!("“{line}” has no tab between name and path."))?;
        match jobs.iter_mut().find(|job| job.name == name) {
            Some(job) => job.paths.push(path.to_owned()),
            None => jobs.push(Job { name: name.to_owned(), accept: "*/*", paths: vec![path.to_owned()] }),
        }
    }
    Ok(jobs)
}

/// Maps and items of every collection, over its whole extent, a tenth and a hundredth of it.
pub(crate) fn from_catalogue(server: &Server) -> Result<Vec<Job>> {
    let answer =
        Connection::open(&server.address)?.get(&format!("{}/collections?f=json", server.prefix), "application/json")?;
    let document: Value =
        serde_json::from_slice(&answer.body).map_err(|error| format!("/collections is not JSON: {error}"))?;
    let collections = document["collections"].as_array().cloned().unwrap_or_default();
    Ok(collections.iter().flat_map(jobs_of).collect())
}

fn jobs_of(collection: &Value) -> Vec<Job> {
    let id = collection["id"].as_str().unwrap_or_default();
    let numbers: Vec<f64> =
        collection["extent"]["spatial"]["bbox"][0].as_array().into_iter().flatten().filter_map(Value::as_f64).collect();
    let [west, south, east, north] = numbers[..] else { return Vec::new() };
    let east = if east < west { east + 360.0 } else { east };
    let extent = [west, south, east, north];
    let mut jobs = Vec::new();
    for (name, share, count) in [("whole", 1.0, WHOLE_BOXES), ("tenth", 0.1, BOXES), ("hundredth", 0.01, BOXES)] {
        let boxes = boxes(extent, share, count);
        jobs.push(Job {
            name: format!("{id} map {name}"),
            accept: PNG,
            paths: boxes.iter().map(|bbox| map(id, bbox)).collect(),
        });
    }
    if collection["itemType"].as_str() == Some("feature") {
        for limit in [100, 1000] {
            let items = |bbox: &[f64; 4]| format!("/collections/{id}/items?bbox={}&limit={limit}", joined(bbox));
            let paths = boxes(extent, 0.1, BOXES).iter().map(items).collect();
            jobs.push(Job { name: format!("{id} items {limit}"), accept: GEOJSON, paths });
        }
        let degrees = (extent[2] - extent[0]).max(0.01) / CELLS;
        let cells = |bbox: &[f64; 4]| format!("/collections/{id}/summary?bbox={}&by=geometry:{degrees}", joined(bbox));
        let paths = boxes(extent, 0.5, BOXES).iter().map(cells).collect();
        jobs.push(Job { name: format!("{id} summary in cells"), accept: JSON, paths });
    }
    jobs
}

fn map(id: &str, bbox: &[f64; 4]) -> String {
    let bbox = joined(bbox);
    format!(
        "/wms?SERVICE=WMS&VERSION=1.1.1&REQUEST=GetMap&LAYERS={id}&STYLES=&SRS=EPSG:4326&BBOX={bbox}&WIDTH=800&HEIGHT=600\
         &FORMAT=image/png&TRANSPARENT=TRUE"
    )
}

fn joined(bbox: &[f64; 4]) -> String {
    bbox.map(|number| format!("{number:.5}")).join(",")
}

/// Boxes as wide as a share of the extent, spread evenly but in no order (multiples of irrational numbers).
fn boxes([west, south, east, north]: [f64; 4], share: f64, count: usize) -> Vec<[f64; 4]> {
    let (width, height) = (((east - west) * share).max(1e-3), ((north - south) * share).max(1e-3));
    let place = |at: usize| {
        let (x, y) = ((at as f64 * 0.754_877_666_2).fract(), (at as f64 * 0.569_840_291_0).fract());
        // A box of everything is moved a little, so that no two questions are alike.
        let room = |size: f64, part: f64| (size - part).max(part * 0.02);
        let (x, y) = (west + x * room(east - west, width), south + y * room(north - south, height));
        [x, y.max(-90.0), x + width, (y + height).min(90.0)]
    };
    (0..count).map(place).collect()
}
