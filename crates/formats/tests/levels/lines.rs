//! Lines and points: ends stay, shared stretches stay shared, points are left alone.

use crate::support::{borders, farthest, level};
use crate::tessellation::{Position, Ring};
use terrane_model::batch::GeometryBuilder;
use terrane_model::geometry::{GeometryArrays, PartRef};
use terrane_model::schema::GeometryKind;

fn lines(all: &[Ring]) -> GeometryArrays {
    let mut builder = GeometryBuilder::new(false);
    for (at, line) in all.iter().enumerate() {
        builder.begin(GeometryKind::LineString);
        builder.part(GeometryKind::LineString);
        builder.ring();
        builder.positions(line);
        builder.end_row(at + 1);
    }
    builder.finish()
}

fn wave(length: u32) -> Ring {
    (0..=length).map(|at| [f64::from(at), (f64::from(at) * 0.3).sin() * 4.0]).collect()
}

fn simple(all: &[Ring], tolerance: f64) -> Vec<Ring> {
    let exact = [lines(all)];
    let level = level(&borders(&exact), &exact, tolerance);
    (0..all.len()).map(|row| level[0].view().positions_of(row).to_vec()).collect()
}

#[test]
fn a_line_keeps_its_ends_and_its_bends() {
    let wave = wave(200);
    let now = &simple(std::slice::from_ref(&wave), 0.5)[0];
    assert!(now.len() < wave.len() / 2 && now.first() == wave.first() && now.last() == wave.last());
    assert!(farthest(&wave, now).max(farthest(now, &wave)) <= 0.5);
}

#[test]
fn a_line_below_a_pixel_keeps_two_positions_and_a_closed_one_three() {
    let closed = vec![[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.4, 0.5], [0.0, 0.0]];
    assert_eq!(
        simple(&[wave(10), closed], 50.0),
        [vec![wave(10)[0], wave(10)[10]], vec![[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0]]]
    );
}

#[test]
fn a_river_joined_by_another_keeps_the_place() {
    let joined: Position = wave(200)[77];
    let all = [wave(200), vec![joined, [77.0, 50.0], [80.0, 90.0]]];
    let now = simple(&all, 20.0);
    assert!(now[0].contains(&joined) && now[1][0] == joined);
    assert_eq!(now[0].len(), 3);
}

#[test]
fn a_fault_along_a_border_goes_with_it() {
    let border = wave(100);
    let back: Ring = border.iter().rev().copied().collect();
    let around: Ring = [border.clone(), vec![[100.0, 90.0], [0.0, 90.0], border[0]]].concat();
    let mut builder = GeometryBuilder::new(true);
    builder.begin(GeometryKind::Collection);
    for (kind, run) in [(GeometryKind::Polygon, &around), (GeometryKind::LineString, &back)] {
        builder.part(kind);
        builder.ring();
        run.iter().for_each(|&position| builder.position(position, Some(7.0)));
    }
    builder.part(GeometryKind::Point);
    builder.ring();
    builder.position([3.0, 4.0], Some(1.0));
    builder.end_row(1);
    let exact = [builder.finish()];
    let level = level(&borders(&exact), &exact, 1.0);
    let geometry = level[0].view().get(0).unwrap();
    let parts: Vec<_> = geometry.parts().collect();
    assert_eq!(
        parts.iter().map(PartRef::kind).collect::<Vec<_>>(),
        [GeometryKind::Polygon, GeometryKind::LineString, GeometryKind::Point]
    );
    let ring = parts[0].rings().next().unwrap();
    let fault: Ring = parts[1].rings().next().unwrap().iter().rev().copied().collect();
    assert!(fault.len() > 5 && fault.len() < 50);
    assert!(ring.windows(fault.len()).any(|run| run == fault), "{ring:?} {fault:?}");
    assert_eq!(parts[2].rings().next().unwrap(), [[3.0, 4.0]]);
    assert!(level[0].z.is_none());
}
