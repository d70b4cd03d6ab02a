//! What is written must be the same to GDAL and to us, and must be a Cloud Optimised GeoTIFF to GDAL.

use super::super::write_cog;
use super::*;
use std::sync::Arc;
use terrane_model::grid::{Band, GridSchema, GridTransform, Samples};
use terrane_model::store::{Progress, Silent};
use terrane_model::{BoxFuture, Crs, GridSource, Result};

/// A grid in memory: the simplest source there can be.
pub(super) struct Memory {
    schema: Arc<GridSchema>,
    bands: Vec<Samples>,
}

impl Memory {
    pub(super) fn new<T: Sample>(width: u32, height: u32, bands: Vec<Vec<T>>, no_data: Option<f64>) -> Self {
        let band = |at: usize| Band {
            name: format!("b{at}"),
            description: None,
            unit: (at == 0).then(|| "nT".to_owned()),
            kind: T::KIND,
            no_data,
            range: None,
        };
        let schema = GridSchema {
            crs: Crs::epsg(32654),
            transform: GridTransform::north_up([300_000.0, 4_100_000.0], [30.0, -30.0]),
            width,
            height,
            bands: (0..bands.len()).map(band).collect(),
            axes: Vec::new(),
            overviews: Vec::new(),
        };
        Self { schema: Arc::new(schema), bands: bands.into_iter().map(|band| T::wrap(band.into())).collect() }
    }

    fn with(mut self, change: impl FnOnce(&mut GridSchema)) -> Self {
        change(Arc::make_mut(&mut self.schema));
        self
    }
}

impl GridSource for Memory {
    fn schema(&self) -> &Arc<GridSchema> {
        &self.schema
    }
    fn window(&self, query: &GridQuery) -> BoxFuture<'_, Result<Window>> {
        let query = query.clone();
        Box::pin(async move {
            let schema = &self.schema;
            let found = super::super::window::part(&query.bbox, &schema.transform, [schema.width, schema.height]);
            let cut = |&band: &usize| match &self.bands[band] {
                Samples::F32(all) => Samples::F32(crop(all, &found, schema.width).into()),
                Samples::U8(all) => Samples::U8(crop(all, &found, schema.width).into()),
                Samples::U16(all) => Samples::U16(crop(all, &found, schema.width).into()),
                Samples::I16(all) => Samples::I16(crop(all, &found, schema.width).into()),
                Samples::F64(all) => Samples::F64(crop(all, &found, schema.width).into()),
                Samples::I32(all) => Samples::I32(crop(all, &found, schema.width).into()),
                Samples::U32(all) => Samples::U32(crop(all, &found, schema.width).into()),
            };
            Ok(Window {
                crs: schema.crs.clone(),
                transform: schema.transform.part(found.columns.start as f64, found.rows.start as f64, [1.0, 1.0]),
                width: (found.columns.end - found.columns.start) as u32,
                height: (found.rows.end - found.rows.start) as u32,
                bands: query.bands.iter().map(cut).collect(),
                no_data: query.bands.iter().map(|&band| schema.bands[band].no_data).collect(),
            })
        })
    }
}

fn crop<T: Sample>(all: &[T], part: &super::super::window::Part, width: u32) -> Vec<T> {
    let row = |row: i64| {
        &all[(row * i64::from(width) + part.columns.start) as usize..]
            [..(part.columns.end - part.columns.start) as usize]
    };
    part.rows.clone().flat_map(row).copied().collect()
}

const WIDTH: u32 = 1115;
const HEIGHT: u32 = 701;

fn written<T: Sample>(folder: &Path, bands: usize, no_data: Option<f64>) -> (PathBuf, Vec<Vec<T>>) {
    let samples: Vec<Vec<T>> = (0..bands).map(|band| pattern(WIDTH as usize, HEIGHT as usize, band)).collect();
    let grid = Memory::new(WIDTH, HEIGHT, samples.clone(), no_data);
    let path = folder.join("grid.tif");
    write_cog(&path, &grid, &Silent).unwrap();
    (path, samples)
}

fn check_kind<T: Sample>(bands: usize) {
    let folder = tempfile::tempdir().unwrap();
    let (path, samples) = written::<T>(folder.path(), bands, None);
    let source = open(&path);
    let window = source.read(&everything(&source)).unwrap();
    for (band, expected) in samples.iter().enumerate() {
        assert!(
            T::unwrap(&window.bands[band]).unwrap() == expected.as_slice(),
            "{:?} band {band} as we read it",
            T::KIND
        );
    }
    assert_eq!(source.schema.overviews, [[558, 351], [279, 176]]);
    if gdal_is_here() {
        let read: Vec<T> = by_gdal(folder.path(), &path);
        assert!(read == samples.concat(), "{:?} with {bands} bands as GDAL reads it", T::KIND);
        let said = run("gdalinfo", &[text(&path)]);
        assert!(said.contains("LAYOUT=COG"), "{said}");
    }
}

#[test]
fn every_kind_is_written_so_that_gdal_and_we_read_it_bit_for_bit() {
    check_kind::<u8>(1);
    check_kind::<u8>(3);
    check_kind::<i16>(1);
    check_kind::<u16>(4);
    check_kind::<i32>(2);
    check_kind::<u32>(1);
    check_kind::<f32>(1);
    check_kind::<f32>(6);
    check_kind::<f64>(2);
}

#[test]
fn gdal_finds_the_same_names_units_statistics_place_and_no_data() {
    if !gdal_is_here() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut band: Vec<f32> = (0..WIDTH * HEIGHT).map(|at| (at % 1000) as f32 / 8.0 - 20.0).collect();
    band[..5000].fill(-9999.0);
    let valid: Vec<f64> = band[5000..].iter().map(|&value| f64::from(value)).collect();
    let grid = Memory::new(WIDTH, HEIGHT, vec![band], Some(-9999.0)).with(|schema| {
        schema.bands[0].name = "磁気 & <anomaly>".to_owned();
        schema.bands[0].description = Some("Total field".to_owned());
    });
    let path = folder.path().join("grid.tif");
    write_cog(&path, &grid, &Silent).unwrap();
    let facts: serde_json::Value = serde_json::from_str(&run("gdalinfo", &["-json", "-stats", text(&path)])).unwrap();
    let band = &facts["bands"][0];
    assert_eq!(band["description"], "磁気 & <anomaly>");
    assert_eq!((&band["unit"], &band["noDataValue"]), (&"nT".into(), &(-9999.0).into()));
    assert_eq!(band["block"], serde_json::json!([256, 256]));
    assert_eq!(facts["geoTransform"], serde_json::json!([300000.0, 30.0, 0.0, 4100000.0, 0.0, -30.0]));
    let mean = valid.iter().sum::<f64>() / valid.len() as f64;
    let deviation = (valid.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / valid.len() as f64).sqrt();
    let about = |name: &str, expected: f64| {
        let said = band["metadata"][""][name].as_str().expect("a statistic").parse::<f64>().unwrap();
        assert!((said - expected).abs() < 1e-6 * expected.abs().max(1.0), "{name}: {said} {expected}");
    };
    about("STATISTICS_MINIMUM", -20.0);
    about("STATISTICS_MAXIMUM", 104.875);
    about("STATISTICS_MEAN", mean);
    about("STATISTICS_STDDEV", deviation);
    let ours = open(&path);
    assert_eq!(ours.schema.bands[0].range, Some([-20.0, 104.875]));
    assert_eq!(ours.schema.bands[0].name, "磁気 & <anomaly>");
    assert_eq!(ours.schema.bands[0].description.as_deref(), Some("Total field"));
    assert_eq!(ours.schema.crs, Crs::epsg(32654));
}

#[test]
fn the_validator_that_comes_with_gdal_has_nothing_to_say() {
    if !gdal_is_here() {
        return;
    }
    let validator = "from osgeo_utils.samples.validate_cloud_optimized_geotiff import validate; import sys; \
                     warnings, errors, _ = validate(sys.argv[1], full_check=True); print(warnings, errors)";
    let python = Command::new("/usr/bin/python3")
        .args(["-c", "import osgeo_utils.samples.validate_cloud_optimized_geotiff"])
        .output();
    if !python.is_ok_and(|output| output.status.success()) {
        assert!(std::env::var_os("CI").is_none(), "CI needs the Debian package python3-gdal");
        eprintln!("SKIPPED: GDAL's validator is not installed (Debian package python3-gdal)");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for (path, _) in [written::<f32>(folder.path(), 1, Some(-1.0)), written::<f32>(folder.path(), 5, None)] {
        assert_eq!(run("/usr/bin/python3", &["-c", validator, text(&path)]).trim(), "[] []");
    }
}

#[test]
fn overviews_hold_means_of_quantities_and_samples_of_classes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("grid.tif");
    let ramp: Vec<f32> = (0..1024 * 600).map(|at| (at % 1024) as f32).collect();
    write_cog(&path, &Memory::new(1024, 600, vec![ramp], None), &Silent).unwrap();
    let source = open(&path);
    let window = source.read(&question(source.schema.bbox(), Some(60.0))).unwrap();
    assert_eq!((window.width, window.height, window.transform.step), (512, 300, [60.0, -60.0]));
    assert!((0..512).all(|column| window.sample(0, column, 150) == Some(f64::from(column) * 2.0 + 0.5)));
    let classes: Vec<u8> = (0..1024 * 600).map(|at| if at % 3 == 0 { 10 } else { 200 }).collect();
    write_cog(&path, &Memory::new(1024, 600, vec![classes], None), &Silent).unwrap();
    let source = open(&path);
    let window = source.read(&question(source.schema.bbox(), Some(60.0))).unwrap();
    assert!(numbers(&window, 0).iter().all(|&value| value == 10.0 || value == 200.0));
}

#[test]
fn a_crs_without_a_code_and_a_grid_that_is_not_north_up_survive() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("grid.tif");
    let wkt = "PROJCS[\"mine\",GEOGCS[\"g\",DATUM[\"D\",SPHEROID[\"krass\",6378245,298.3]],PRIMEM[\"Greenwich\",0],\
               UNIT[\"degree\",0.0174532925199433]],PROJECTION[\"Albers_Conic_Equal_Area\"],PARAMETER[\"standard_parallel_1\",25],\
               PARAMETER[\"standard_parallel_2\",47],PARAMETER[\"latitude_of_center\",0],PARAMETER[\"longitude_of_center\",105],\
               PARAMETER[\"false_easting\",0],PARAMETER[\"false_northing\",0],UNIT[\"metre\",1]]";
    let turned = GridTransform { origin: [1000.0, 2000.0], step: [8.0, 8.0], shear: [-6.0, 6.0] };
    let samples: Vec<i16> = pattern(300, 520, 0);
    let grid = Memory::new(300, 520, vec![samples.clone()], None).with(|schema| {
        schema.crs = terrane_projection::identify(wkt).unwrap();
        schema.transform = turned;
    });
    write_cog(&path, &grid, &Silent).unwrap();
    let source = open(&path);
    assert_eq!(source.schema.transform, turned);
    assert_eq!(i16::unwrap(&source.read(&everything(&source)).unwrap().bands[0]).unwrap(), samples);
    let mut ours = [[250_000.0, 4_200_000.0]];
    let mut before = ours;
    terrane_projection::Transform::new(&source.schema.crs, &Crs::crs84()).unwrap().apply(&mut ours);
    terrane_projection::Transform::new(&grid.schema.crs, &Crs::crs84()).unwrap().apply(&mut before);
    assert!((ours[0][0] - before[0][0]).abs() < 1e-9 && (ours[0][1] - before[0][1]).abs() < 1e-9);
    if gdal_is_here() {
        let said = run("gdalinfo", &[text(&path)]);
        assert!(said.contains("Albers") && said.contains("105") && said.contains("298.3"), "{said}");
    }
}

#[test]
fn a_big_tiff_is_written_as_gdal_and_we_read_it() {
    use crate::grid::tiff::write::Size;
    let samples: Vec<u8> = (0..12).collect();
    let place = 16 + Size::Big.directory_bytes(&damaged::fields(4, 3, (0, 12)));
    let fields = damaged::fields(4, 3, (place, 12));
    let bytes = [Size::Big.header(16), Size::Big.directory(&fields, 16, 0), samples.clone()].concat();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("big.tif");
    std::fs::write(&path, bytes).unwrap();
    let source = open(&path);
    assert_eq!(u8::unwrap(&source.read(&everything(&source)).unwrap().bands[0]).unwrap(), samples);
    if gdal_is_here() {
        assert_eq!(by_gdal::<u8>(folder.path(), &path), samples);
    }
}

#[test]
fn what_geotiff_cannot_hold_is_refused_and_stopping_stops() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("grid.tif");
    let grid = || Memory::new(2, 2, vec![vec![1_u8; 4]], None);
    let axis = terrane_model::grid::Axis {
        name: "depth".to_owned(),
        unit: None,
        positions: terrane_model::grid::AxisPositions::Numbers(vec![0.0]),
    };
    let deep = grid().with(|schema| schema.axes.push(axis));
    assert_eq!(write_cog(&path, &deep, &Silent).unwrap_err().kind(), terrane_model::Kind::Unsupported);
    let none = grid().with(|schema| schema.bands.clear());
    assert_eq!(write_cog(&path, &none, &Silent).unwrap_err().kind(), terrane_model::Kind::Invalid);
    struct Stop;
    impl Progress for Stop {
        fn step(&self, _what: &str, _done: u64, _of: u64) -> bool {
            false
        }
    }
    assert!(write_cog(&path, &grid(), &Stop).unwrap_err().say().contains("stopped"));
    assert!(!path.exists(), "nothing is left behind");
}

#[test]
fn the_suite_of_grid_sources_is_passed() {
    let folder = tempfile::tempdir().unwrap();
    let (path, _) = written::<u16>(folder.path(), 4, Some(0.0));
    terrane_model::testing::check_grid(&open(&path));
    let (path, _) = written::<f32>(folder.path(), 1, Some(f64::NAN));
    terrane_model::testing::check_grid(&open(&path));
}
