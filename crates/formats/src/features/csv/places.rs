//! Which columns of a table say where a row is.

use terrane_model::{Crs, Error, Result};

/// Where the place of a row comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Places {
    /// Two columns of numbers, x and y.
    Xy(usize, usize),
    /// A column of well-known text.
    Wkt(usize),
    /// There is none.
    Nowhere,
}

/// Names of x and y, and whether they mean degrees of longitude and latitude.
const PAIRS: [(&str, &str, bool); 15] = [
    ("longitude", "latitude", true),
    ("lon", "lat", true),
    ("long", "lat", true),
    ("lng", "lat", true),
    ("long_ew", "lat_ns", true),
    ("経度", "緯度", true),
    ("经度", "纬度", true),
    ("經度", "緯度", true),
    ("경도", "위도", true),
    ("ลองจิจูด", "ละติจูด", true),
    ("kinh độ", "vĩ độ", true),
    ("bujur", "lintang", true),
    ("easting", "northing", false),
    ("x", "y", false),
    ("x_coord", "y_coord", false),
];

const WKT: [&str; 5] = ["wkt", "geometry", "geom", "the_geom", "wkt_geom"];

impl Places {
    /// The columns asked for, else those whose names are known. The CRS is returned when the names say it.
    pub fn find(names: &[String], asked: Option<&(String, String)>) -> Result<(Self, Option<(Crs, String)>)> {
        if let Some((x, y)) = asked {
            let place = |wanted: &str| {
                names.iter().position(|name| name == wanted).ok_or_else(|| {
                    let known = names.iter().take(50).map(String::as_str).collect::<Vec<_>>().join(", ");
                    Error::invalid(format!("There is no column “{wanted}”; there are: {known}."))
                        .at("columns of x and y")
                })
            };
            return Ok((Self::Xy(place(x)?, place(y)?), degrees(x, y)));
        }
        let find = |wanted: &str| names.iter().position(|name| plain(name) == wanted);
        if let Some(place) = WKT.iter().find_map(|name| find(name)) {
            return Ok((Self::Wkt(place), None));
        }
        for (x, y, _) in PAIRS {
            if let (Some(x), Some(y)) = (find(x), find(y)) {
                return Ok((Self::Xy(x, y), degrees(&names[x], &names[y])));
            }
        }
        Ok((Self::Nowhere, None))
    }
}

/// A name without case, units and marks around it: `Longitude (°)` is `longitude`.
fn plain(name: &str) -> String {
    let bare = name.split(['(', '[', '（']).next().unwrap_or(name);
    bare.trim().trim_matches(['_', ' ', '"', '\u{feff}']).to_lowercase()
}

fn degrees(x: &str, y: &str) -> Option<(Crs, String)> {
    let (x, y) = (plain(x), plain(y));
    let known = PAIRS.iter().any(|(lon, lat, degrees)| *degrees && *lon == x && *lat == y);
    known.then(|| (Crs::crs84(), "columns named longitude and latitude".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::Places;

    fn found(names: &[&str]) -> (Places, bool) {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let (places, crs) = Places::find(&names, None).unwrap();
        (places, crs.is_some())
    }

    #[test]
    fn usual_names_are_known() {
        assert_eq!(found(&["id", "Latitude", "Longitude"]), (Places::Xy(2, 1), true));
        assert_eq!(found(&["緯度", "経度(度)"]), (Places::Xy(1, 0), true));
        assert_eq!(found(&["Easting", "Northing"]), (Places::Xy(0, 1), false));
        assert_eq!(found(&["name", "WKT"]), (Places::Wkt(1), false));
        assert_eq!(found(&["name", "latex"]), (Places::Nowhere, false));
    }

    #[test]
    fn a_column_that_is_not_there_is_named() {
        let asked = ("E".to_owned(), "N".to_owned());
        let error = Places::find(&["e".to_owned()], Some(&asked)).unwrap_err();
        assert!(error.say().contains("“E”"), "{error}");
    }
}
