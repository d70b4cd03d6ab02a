//! Real files, where they are at hand: set TERRANE_DATA to the folder with `topography` and `landsat`.

use super::*;

fn data(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("TERRANE_DATA")?;
    let path = Path::new(&folder).join(name);
    path.exists().then_some(path)
}

#[test]
fn real_files_have_the_samples_that_gdal_reads() {
    let folder = tempfile::tempdir().unwrap();
    let scene = "landsat/LC08_L2SP_008059_20191201_20200825_02_T1/LC08_L2SP_008059_20191201_20200825_02_T1_SR_B1.TIF";
    let names = ["topography/etopo5_asia_pacific_5arcmin.tif", "topography/nz_elev_1km.tif", scene];
    for path in names.iter().filter_map(|name| data(name)) {
        if !gdal_is_here() {
            return;
        }
        let source = open(&path);
        let window = source.read(&everything(&source)).unwrap();
        let same = match &window.bands[0] {
            terrane_model::grid::Samples::I16(ours) => by_gdal::<i16>(folder.path(), &path) == ours.as_slice(),
            terrane_model::grid::Samples::U16(ours) => by_gdal::<u16>(folder.path(), &path) == ours.as_slice(),
            terrane_model::grid::Samples::F32(ours) => {
                let bits = |samples: &[f32]| samples.iter().map(|sample| sample.to_bits()).collect::<Vec<_>>();
                bits(&by_gdal::<f32>(folder.path(), &path)) == bits(ours)
            }
            other => panic!("{:?}", other.kind()),
        };
        assert!(same, "{}", path.display());
        terrane_model::testing::check_grid(&source);
    }
}
