//! Files made by GDAL in every layout, compression and predictor must give the samples that went into them.

use super::*;
use terrane_model::Crs;
use terrane_model::grid::GridTransform;

const WIDTH: usize = 137;
const HEIGHT: usize = 91;

/// One test for each kind, so that they run side by side.
macro_rules! all_layouts_of {
    ($($name:ident: $kind:ty, $predictors:expr, $count:expr;)*) => {$(
        #[test]
        fn $name() {
            if gdal_is_here() {
                assert_eq!(all_layouts::<$kind>($predictors), $count);
            }
        }
    )*};
}

all_layouts_of! {
    u8_is_read_in_every_layout_compression_and_predictor_of_gdal: u8, &["1", "2"], 16;
    i16_is_read_in_every_layout_compression_and_predictor_of_gdal: i16, &["1", "2"], 16;
    u16_is_read_in_every_layout_compression_and_predictor_of_gdal: u16, &["1", "2"], 16;
    i32_is_read_in_every_layout_compression_and_predictor_of_gdal: i32, &["1", "2"], 16;
    u32_is_read_in_every_layout_compression_and_predictor_of_gdal: u32, &["1", "2"], 16;
    f32_is_read_in_every_layout_compression_and_predictor_of_gdal: f32, &["1", "2", "3"], 22;
    f64_is_read_in_every_layout_compression_and_predictor_of_gdal: f64, &["1", "2", "3"], 22;
}

fn all_layouts<T: Sample>(predictors: &[&str]) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let bands: Vec<Vec<T>> = (0..3).map(|band| pattern(WIDTH, HEIGHT, band)).collect();
    let raw = raw_file(folder.path(), WIDTH, HEIGHT, &bands);
    let mut count = 0;
    for compression in ["NONE", "PACKBITS", "LZW", "DEFLATE", "ZSTD"] {
        let predictors = if matches!(compression, "NONE" | "PACKBITS") { &predictors[..1] } else { predictors };
        for predictor in predictors {
            // Two of the four layouts in turn: every pair of choices occurs, and GDAL is started half as often.
            let layouts = [("strips", "PIXEL"), ("tiles", "BAND"), ("strips", "BAND"), ("tiles", "PIXEL")];
            for (layout, interleave) in layouts.into_iter().skip(count % 4).take(2) {
                // GDAL 3.6 cannot itself read back what it writes big-endian with predictor 3.
                let endian = if count % 3 == 1 && *predictor != "3" { "BIG" } else { "LITTLE" };
                check_layout(folder.path(), &raw, &bands, &[compression, predictor, layout, interleave, endian]);
                count += 1;
            }
        }
    }
    count
}

fn check_layout<T: Sample>(folder: &Path, raw: &Path, bands: &[Vec<T>], options: &[&str; 5]) {
    let [compression, predictor, layout, interleave, endian] = options;
    let path = folder.join("made.tif");
    let mut arguments = vec!["-q".to_owned(), text(raw).to_owned(), text(&path).to_owned()];
    let mut set = |option: String| arguments.extend(["-co".to_owned(), option]);
    set(format!("COMPRESS={compression}"));
    set(format!("INTERLEAVE={interleave}"));
    set(format!("ENDIANNESS={endian}"));
    if *predictor != "1" {
        set(format!("PREDICTOR={predictor}"));
    }
    match *layout {
        "tiles" => ["TILED=YES", "BLOCKXSIZE=32", "BLOCKYSIZE=48"].iter().for_each(|option| set((*option).to_owned())),
        _ => set("BLOCKYSIZE=7".to_owned()),
    }
    run("gdal_translate", &arguments.iter().map(String::as_str).collect::<Vec<_>>());
    let source = open(&path);
    assert_eq!(source.schema.bands[0].kind, T::KIND);
    let window = source.read(&everything(&source)).unwrap();
    for (band, expected) in bands.iter().enumerate() {
        let read = T::unwrap(&window.bands[band]).expect("the window has the kind of the schema");
        assert!(read == expected.as_slice(), "{:?} {options:?}: band {band} differs", T::KIND);
    }
}

/// A file of three bands with tiles, and what went into it.
fn tiled(folder: &Path) -> (GeoTiffSource, Vec<Vec<u16>>) {
    let bands: Vec<Vec<u16>> = (0..3).map(|band| pattern(WIDTH, HEIGHT, band)).collect();
    let raw = raw_file(folder, WIDTH, HEIGHT, &bands);
    let path = folder.join("tiled.tif");
    let options = ["-q", "-co", "TILED=YES", "-co", "BLOCKXSIZE=32", "-co", "BLOCKYSIZE=32", "-co", "COMPRESS=DEFLATE"];
    run("gdal_translate", &[&options[..], &[text(&raw), text(&path)]].concat());
    (open(&path), bands)
}

#[test]
fn a_window_is_the_part_asked_with_its_exact_place() {
    if !gdal_is_here() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (source, bands) = tiled(folder.path());
    // Columns 30 to 69, rows 20 to 50: begins inside a tile and ends inside another.
    let bbox =
        Bbox::plain([300_000.0 + 900.0, 4_100_000.0 - 1_530.0], [300_000.0 + 2_100.0, 4_100_000.0 - 600.0]).unwrap();
    let query = GridQuery { bands: vec![2, 0], ..question(bbox, None) };
    let window = source.read(&query).unwrap();
    assert_eq!((window.width, window.height), (40, 31));
    assert_eq!(window.transform, GridTransform::north_up([300_900.0, 4_099_400.0], [30.0, -30.0]));
    for (answer, band) in [(0, 2), (1, 0)] {
        let expected: Vec<f64> = (20..51)
            .flat_map(|row| (30..70).map(move |column| row * WIDTH + column))
            .map(|at| f64::from(bands[band][at]))
            .collect();
        assert_eq!(numbers(&window, answer), expected);
    }
}

#[test]
fn a_region_past_the_edge_is_cut_and_one_outside_is_empty() {
    if !gdal_is_here() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (source, bands) = tiled(folder.path());
    let corner = Bbox::plain([299_000.0, 4_099_950.0], [300_031.0, 4_200_000.0]).unwrap();
    let window = source.read(&question(corner, None)).unwrap();
    assert_eq!((window.width, window.height), (2, 2));
    assert_eq!(window.transform.origin, [300_000.0, 4_100_000.0]);
    assert_eq!(numbers(&window, 0), [0, 1, WIDTH, WIDTH + 1].map(|at| f64::from(bands[0][at])));
    let outside = Bbox::plain([0.0, 0.0], [1000.0, 1000.0]).unwrap();
    let window = source.read(&question(outside, None)).unwrap();
    assert_eq!((window.width, window.height, window.bands.len()), (0, 0, 3));
    assert!(window.bands.iter().all(terrane_model::grid::Samples::is_empty));
}

#[test]
fn a_point_gets_the_one_sample_around_it() {
    if !gdal_is_here() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (source, bands) = tiled(folder.path());
    let point = [300_000.0 + 30.0 * 7.25, 4_100_000.0 - 30.0 * 9.75];
    let window = source.read(&question(Bbox { min: point, max: point }, None)).unwrap();
    assert_eq!((window.width, window.height), (1, 1));
    assert_eq!(window.sample(1, 0, 0), Some(f64::from(bands[1][9 * WIDTH + 7])));
}

#[test]
fn more_samples_than_allowed_and_bands_that_are_not_there_are_refused() {
    if !gdal_is_here() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (source, _) = tiled(folder.path());
    let few = GridQuery { samples_max: (WIDTH * HEIGHT - 1) as u64, ..everything(&source) };
    assert_eq!(source.read(&few).unwrap_err().kind(), terrane_model::Kind::TooLarge);
    let absent = GridQuery { bands: vec![3], ..everything(&source) };
    assert_eq!(source.read(&absent).unwrap_err().say(), "There is no band 4; this grid has 3.");
    let sliced = GridQuery { slice: vec![0], ..everything(&source) };
    assert_eq!(source.read(&sliced).unwrap_err().kind(), terrane_model::Kind::Invalid);
}

#[test]
fn few_bits_and_signed_bytes_are_widened() {
    if !gdal_is_here() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for (bits, most) in [(1_u32, 1_u8), (2, 3), (4, 15)] {
        let band: Vec<u8> = (0..WIDTH * HEIGHT).map(|at| (at * 7 / 3) as u8 & most).collect();
        let raw = raw_file(folder.path(), WIDTH, HEIGHT, std::slice::from_ref(&band));
        for compression in ["NONE", "LZW"] {
            let path = folder.path().join("bits.tif");
            let (bits, compression) = (format!("NBITS={bits}"), format!("COMPRESS={compression}"));
            run("gdal_translate", &["-q", "-co", &bits, "-co", &compression, text(&raw), text(&path)]);
            let source = open(&path);
            let window = source.read(&everything(&source)).unwrap();
            assert_eq!(u8::unwrap(&window.bands[0]).unwrap(), band, "{bits} {compression}");
        }
    }
    let band: Vec<u8> = pattern(WIDTH, HEIGHT, 0);
    let raw = raw_file(folder.path(), WIDTH, HEIGHT, std::slice::from_ref(&band));
    let path = folder.path().join("signed.tif");
    let signed = ["-q", "-co", "PIXELTYPE=SIGNEDBYTE", "-co", "COMPRESS=DEFLATE", "-co", "PREDICTOR=2"];
    run("gdal_translate", &[&signed[..], &[text(&raw), text(&path)]].concat());
    let source = open(&path);
    let window = source.read(&everything(&source)).unwrap();
    let expected: Vec<i16> = band.iter().map(|&byte| i16::from(byte as i8)).collect();
    assert_eq!(i16::unwrap(&window.bands[0]).unwrap(), expected);
}

#[test]
fn blocks_that_were_never_written_have_no_data() {
    if !gdal_is_here() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let band: Vec<i16> = (0..WIDTH * HEIGHT).map(|at| if at % WIDTH < 40 { 7 } else { -5 }).collect();
    let raw = raw_file(folder.path(), WIDTH, HEIGHT, std::slice::from_ref(&band));
    let path = folder.path().join("sparse.tif");
    let options = [
        "-q",
        "-a_nodata",
        "-5",
        "-co",
        "SPARSE_OK=TRUE",
        "-co",
        "TILED=YES",
        "-co",
        "BLOCKXSIZE=16",
        "-co",
        "BLOCKYSIZE=16",
    ];
    run("gdal_translate", &[&options[..], &[text(&raw), text(&path)]].concat());
    assert!(std::fs::metadata(&path).unwrap().len() < (WIDTH * HEIGHT * 2) as u64, "the file is sparse");
    let source = open(&path);
    let window = source.read(&everything(&source)).unwrap();
    assert_eq!(i16::unwrap(&window.bands[0]).unwrap(), band);
    assert_eq!(window.sample(0, 100, 50), None);
    assert_eq!(window.sample(0, 10, 50), Some(7.0));
}

#[test]
fn big_tiff_is_read() {
    if !gdal_is_here() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let band: Vec<f32> = pattern(WIDTH, HEIGHT, 0);
    let raw = raw_file(folder.path(), WIDTH, HEIGHT, std::slice::from_ref(&band));
    for endian in ["ENDIANNESS=LITTLE", "ENDIANNESS=BIG"] {
        let path = folder.path().join("big.tif");
        run("gdal_translate", &["-q", "-co", "BIGTIFF=YES", "-co", endian, text(&raw), text(&path)]);
        let source = open(&path);
        assert_eq!(f32::unwrap(&source.read(&everything(&source)).unwrap().bands[0]).unwrap(), band);
        assert_eq!(source.schema.transform.origin, [300_000.0, 4_100_000.0]);
    }
}

#[test]
fn names_units_ranges_and_no_data_of_bands_are_those_that_gdal_wrote() {
    if !gdal_is_here() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let bands: Vec<Vec<f32>> = (0..2).map(|_| vec![1.5, 2.5, -9999.0, 4.5]).collect();
    let raw = raw_file(folder.path(), 2, 2, &bands);
    let virtual_file = folder.path().join("named.vrt");
    run("gdal_translate", &["-q", "-of", "VRT", "-a_nodata", "-9999", text(&raw), text(&virtual_file)]);
    let xml = std::fs::read_to_string(&virtual_file).unwrap();
    let named = "<Description>磁気異常 &lt;全&gt;</Description><UnitType>nT</UnitType>";
    let at = xml.find("band=\"1\"").and_then(|at| Some(at + xml[at..].find('>')? + 1)).unwrap();
    let named = [&xml[..at], named, &xml[at..]].concat();
    std::fs::write(&virtual_file, named).unwrap();
    let path = folder.path().join("named.tif");
    run("gdal_translate", &["-q", "-stats", text(&virtual_file), text(&path)]);
    let source = open(&path);
    let [first, second] = &source.schema.bands[..] else { panic!("two bands") };
    assert_eq!((first.name.as_str(), first.unit.as_deref()), ("磁気異常 <全>", Some("nT")));
    assert_eq!((first.no_data, first.range), (Some(-9999.0), Some([1.5, 4.5])));
    assert_eq!(second.unit, None);
    assert_ne!(first.name, second.name);
}

#[test]
fn samples_that_are_points_lie_half_a_cell_further_up_and_left() {
    if !gdal_is_here() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let raw = raw_file::<u8>(folder.path(), 2, 2, &[vec![1, 2, 3, 4]]);
    let path = folder.path().join("point.tif");
    run("gdal_translate", &["-q", "-mo", "AREA_OR_POINT=Point", text(&raw), text(&path)]);
    let said = run("gdalinfo", &["-json", text(&path)]);
    let facts: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(facts["geoTransform"][0], 300_000.0);
    assert_eq!(open(&path).schema.transform, GridTransform::north_up([300_000.0, 4_100_000.0], [30.0, -30.0]));
}

#[test]
fn a_rotated_grid_is_placed_by_its_matrix() {
    if !gdal_is_here() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let raw = raw_file::<u8>(folder.path(), 4, 4, &[(0..16).collect()]);
    let virtual_file = folder.path().join("turned.vrt");
    run("gdal_translate", &["-q", "-of", "VRT", text(&raw), text(&virtual_file)]);
    let xml = std::fs::read_to_string(&virtual_file).unwrap();
    let (start, end) = (xml.find("<GeoTransform>").unwrap(), xml.find("</GeoTransform>").unwrap());
    let turned = format!("{}<GeoTransform>1000, 8, 6, 2000, 6, -8{}", &xml[..start], &xml[end..]);
    std::fs::write(&virtual_file, turned).unwrap();
    let path = folder.path().join("turned.tif");
    run("gdal_translate", &["-q", text(&virtual_file), text(&path)]);
    let source = open(&path);
    let expected = GridTransform { origin: [1000.0, 2000.0], step: [8.0, -8.0], shear: [6.0, 6.0] };
    assert_eq!(source.schema.transform, expected);
    let centre = expected.ground(2.5, 1.5);
    let window = source.read(&question(Bbox { min: centre, max: centre }, None)).unwrap();
    assert_eq!(window.sample(0, 0, 0), Some(6.0));
    assert_eq!(window.transform.ground(0.0, 0.0), expected.ground(2.0, 1.0));
}

#[test]
fn a_world_file_places_a_tiff_that_does_not_say_where_it_lies() {
    if !gdal_is_here() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let raw = raw_file::<u8>(folder.path(), 2, 2, &[vec![1, 2, 3, 4]]);
    let path = folder.path().join("plain.tif");
    run("gdal_translate", &["-q", "-co", "PROFILE=BASELINE", text(&raw), text(&path)]);
    for aside in ["plain.tif.aux.xml", "plain.tfw"] {
        let _ = std::fs::remove_file(folder.path().join(aside));
    }
    let nowhere = super::super::open_with(&path, Some(Crs::epsg(32654))).err().expect("it lies nowhere");
    assert!(nowhere.say().contains("gdal_translate -a_ullr"), "{nowhere}");
    std::fs::write(folder.path().join("plain.tfw"), "30\n0\n0\n-30\n300015\n4099985\n").unwrap();
    let source = super::super::open_with(&path, Some(Crs::epsg(32654))).unwrap();
    assert_eq!(source.schema.transform, GridTransform::north_up([300_000.0, 4_100_000.0], [30.0, -30.0]));
    let unnamed = super::super::open(&path).err().expect("it has no CRS");
    assert_eq!(unnamed.place(), Some("--crs"));
}

#[test]
fn crs_by_code_and_by_parameters_are_named() {
    if !gdal_is_here() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let raw = raw_file::<u8>(folder.path(), 2, 2, &[vec![1, 2, 3, 4]]);
    let path = folder.path().join("crs.tif");
    let named = [
        ("EPSG:32654", "EPSG:32654"),
        ("EPSG:4326", "EPSG:4326"),
        ("EPSG:6675", "EPSG:6675"),
        ("EPSG:3857", "EPSG:3857"),
        ("EPSG:4301", "EPSG:4301"),
        ("+proj=tmerc +lat_0=0 +lon_0=173 +k=0.9996 +x_0=1600000 +y_0=10000000 +ellps=GRS80 +units=m", "PROJCRS"),
        ("+proj=lcc +lat_1=30 +lat_2=60 +lat_0=40 +lon_0=105 +datum=WGS84 +units=m", "PROJCRS"),
        ("+proj=aea +lat_1=25 +lat_2=47 +lat_0=0 +lon_0=105 +ellps=krass +units=m", "PROJCRS"),
        ("+proj=longlat +ellps=bessel", "GEOGCRS"),
    ];
    for (asked, expected) in named {
        run("gdal_translate", &["-q", "-a_srs", asked, "-a_ullr", "100", "40", "140", "0", text(&raw), text(&path)]);
        let crs = open(&path).schema.crs.clone();
        let by_code = expected.contains(':');
        assert!(crs.name() == expected || !by_code && same_place(&crs, asked), "{asked}: {crs}");
    }
}

/// Whether a position has the same longitude and latitude in the CRS as in the one that PROJ reads from its own text.
fn same_place(crs: &Crs, proj: &str) -> bool {
    let mut here = [[250_000.0, 4_200_000.0]];
    if proj.contains("longlat") {
        here = [[135.0, 35.0]];
    }
    let asked = format!("{} {}", here[0][0], here[0][1]);
    let mut command = Command::new("gdaltransform");
    command.args(["-s_srs", proj, "-t_srs", "EPSG:4326", "-output_xy"]);
    command.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
    let mut child = command.spawn().unwrap();
    std::io::Write::write_all(child.stdin.as_mut().unwrap(), asked.as_bytes()).unwrap();
    let said = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    let expected: Vec<f64> = said.split_whitespace().map(|word| word.parse().unwrap()).collect();
    terrane_projection::Transform::new(crs, &Crs::crs84()).unwrap().apply(&mut here);
    (0..2).all(|axis| (here[0][axis] - expected[axis]).abs() < 1e-6)
}
