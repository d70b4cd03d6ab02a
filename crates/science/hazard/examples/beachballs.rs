//! A sheet of beachballs as SVG: the mechanisms of the reference tables, full tensors with the nodal lines of their double couples.
//!
//!     cargo run -p terrane-hazard --example beachballs -- sheet.svg

use std::fmt::Write as _;
use terrane_hazard::mechanism::{Beachball, Faulting, MomentTensor, NodalPlane, nodal_line};

const RADIUS: f64 = 52.0;
const COLUMNS: usize = 6;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference/");
    let mut mechanisms = global_cmt(&std::fs::read_to_string(format!("{folder}gcmt_multiple_events.ndk"))?);
    mechanisms.extend(geonet(&std::fs::read_to_string(format!("{folder}geonet_nz_moment_tensors.csv"))?));
    mechanisms.extend(textbook());
    mechanisms.truncate(24);
    let path = std::env::args().nth(1).unwrap_or_else(|| "beachballs.svg".into());
    std::fs::write(path, sheet(&mechanisms))?;
    Ok(())
}

/// What an explosion, an implosion, and faults that are exactly level or upright look like.
fn textbook() -> Vec<(String, MomentTensor)> {
    let volume = |size| MomentTensor { mrr: size, mtt: size, mpp: size, mrt: 0.0, mrp: 0.0, mtp: 0.0 };
    let dipole = |size: f64| MomentTensor { mrr: size, mtt: -size / 2.0, mpp: -size / 2.0, ..volume(0.0) };
    let plane = |strike, dip, rake| NodalPlane { strike, dip, rake }.tensor(1.0);
    vec![
        ("explosion".into(), volume(1.0)),
        ("dipole, out".into(), dipole(1.0)),
        ("dipole, in".into(), dipole(-1.0)),
        ("0 / 90 / 0".into(), plane(0.0, 90.0, 0.0)),
        ("0 / 45 / 90".into(), plane(0.0, 45.0, 90.0)),
        ("0 / 45 / -90".into(), plane(0.0, 45.0, -90.0)),
        ("30 / 90 / 90".into(), plane(30.0, 90.0, 90.0)),
        ("30 / 0 / 0".into(), plane(30.0, 0.0, 0.0)),
    ]
}

fn global_cmt(text: &str) -> Vec<(String, MomentTensor)> {
    let lines: Vec<&str> = text.lines().collect();
    let event = |lines: &[&str]| {
        let numbers: Vec<f64> = lines.get(3)?.split_whitespace().filter_map(|it| it.parse().ok()).collect();
        let at = |at: usize| Some(numbers.get(1 + 2 * at)? * 10_f64.powf(numbers[0] - 7.0));
        let tensor = MomentTensor { mrr: at(0)?, mtt: at(1)?, mpp: at(2)?, mrt: at(3)?, mrp: at(4)?, mtp: at(5)? };
        Some((lines[0].get(56..)?.trim().to_lowercase(), tensor))
    };
    lines.chunks(5).filter_map(event).collect()
}

/// The great ones and some of the least like a double couple.
fn geonet(text: &str) -> Vec<(String, MomentTensor)> {
    let mut rows: Vec<Vec<&str>> = text.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let number = |row: &[&str], at: usize| row.get(at).and_then(|it| it.parse::<f64>().ok());
    rows.sort_by(|one, other| number(other, 11).unwrap_or(0.0).total_cmp(&number(one, 11).unwrap_or(0.0)));
    let event = |row: &Vec<&str>| {
        let element = |at: usize| number(row, 16 + at).map(|it| it * 1e13);
        let elements = [element(0)?, element(1)?, element(2)?, element(3)?, element(4)?, element(5)?];
        Some((format!("{} M{}", row[1].get(..8)?, row[11]), MomentTensor::of_north_east_down(elements)))
    };
    let odd = |row: &&Vec<&str>| number(row, 15).is_some_and(|couple| couple < 30.0);
    rows.iter().take(5).chain(rows.iter().skip(20).filter(odd).take(5)).filter_map(event).collect()
}

fn sheet(mechanisms: &[(String, MomentTensor)]) -> String {
    let rows = mechanisms.len().div_ceil(COLUMNS);
    let (width, height) = (COLUMNS * 140, rows * 160);
    let mut svg = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">"#
    );
    svg.push_str(r#"<rect width="100%" height="100%" fill="white"/>"#);
    for (at, (name, tensor)) in mechanisms.iter().enumerate() {
        let (x, y) = ((at % COLUMNS) as f64 * 140.0 + 70.0, (at / COLUMNS) as f64 * 160.0 + 62.0);
        let _ = write!(svg, r#"<g transform="translate({x} {y})">"#);
        ball(&mut svg, tensor);
        let (axes, share) = (tensor.axes(), tensor.shares().map_or(0.0, |shares| shares.double_couple * 100.0));
        let style = format!("{:?}", Faulting::of(&axes)).to_lowercase();
        let _ =
            write!(svg, r#"<text y="70" text-anchor="middle" font-family="sans-serif" font-size="11">{name}</text>"#);
        let _ = write!(
            svg,
            r##"<text y="84" text-anchor="middle" font-family="sans-serif" font-size="10" fill="#555">{style}, DC {share:.0} %</text></g>"##
        );
    }
    svg + "</svg>"
}

fn ball(svg: &mut String, tensor: &MomentTensor) {
    let Some(ball) = Beachball::of_tensor(tensor) else { return };
    let _ = write!(svg, r#"<circle r="{RADIUS}" fill="white"/>"#);
    let areas: String = ball.compression().iter().map(|outline| path(outline) + "Z").collect();
    let _ = write!(svg, r##"<path d="{areas}" fill="#b23a2e" fill-rule="evenodd"/>"##);
    for plane in tensor.axes().nodal_planes() {
        let _ =
            write!(svg, r#"<path d="{}" fill="none" stroke="black" stroke-width="0.6"/>"#, path(&nodal_line(&plane)));
    }
    let _ = write!(svg, r#"<circle r="{RADIUS}" fill="none" stroke="black" stroke-width="1.2"/>"#);
}

fn path(points: &[[f64; 2]]) -> String {
    let point = |(at, [x, y]): (usize, &[f64; 2])| {
        format!("{}{:.2} {:.2}", if at == 0 { "M" } else { "L" }, x * RADIUS, -y * RADIUS)
    };
    points.iter().enumerate().map(point).collect()
}
