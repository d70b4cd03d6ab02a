//! A folder of further grids: PROJ goes on working with its own registry, and the folder cannot be changed midway.

use terrane_model::{Crs, Kind};
use terrane_projection::{Transform, init};

#[test]
fn a_folder_of_grids_leaves_the_registry_in_place() {
    let folder = std::env::temp_dir();
    assert_eq!(init(Some(&folder)).unwrap(), "9.6.2");
    assert_eq!(init(Some(&folder)).unwrap(), "9.6.2");
    let tokyo = Transform::new(&Crs::epsg(4301), &Crs::epsg(4326)).unwrap();
    assert_eq!(tokyo.operation().accuracy_m, Some(9.0));
    assert_eq!(init(Some(&folder.join("other"))).unwrap_err().kind(), Kind::Conflict);
}
