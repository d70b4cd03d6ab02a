//! Countries and regions of the United Nations (M49), by code and by name. Data: `m49.csv`.

use std::sync::OnceLock;

/// A country, an area or a region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The code of M49, three digits.
    pub code: &'static str,
    /// The code of the region that it lies in; empty for the world.
    pub parent: &'static str,
    /// ISO 3166-1 alpha-3; empty for regions.
    pub iso: &'static str,
    /// The name that the United Nations write.
    pub name: &'static str,
}

fn all() -> &'static [Place] {
    static ALL: OnceLock<Vec<Place>> = OnceLock::new();
    ALL.get_or_init(|| include_str!("m49.csv").lines().filter_map(place).collect())
}

fn place(line: &'static str) -> Option<Place> {
    let mut parts = line.splitn(4, ';');
    let mut next = || parts.next();
    let (code, parent, iso, name) = (next()?, next()?, next()?, next()?);
    (!code.starts_with('#')).then_some(Place { code, parent, iso, name })
}

/// The country or area of an ISO 3166-1 alpha-3 code.
pub fn country(iso: &str) -> Option<&'static Place> {
    all().iter().find(|place| !place.iso.is_empty() && place.iso.eq_ignore_ascii_case(iso))
}

/// The place of a name, as the United Nations write it; capitals do not matter.
pub fn named(name: &str) -> Option<&'static Place> {
    let name = name.trim().to_lowercase();
    all().iter().find(|place| place.name.to_lowercase() == name)
}

/// The place whose name begins so and no other's does: “United Kingdom”.
pub fn begun(name: &str) -> Option<&'static Place> {
    let name = name.trim().to_lowercase();
    let mut found = all().iter().filter(|place| name.len() > 3 && place.name.to_lowercase().starts_with(&name));
    found.next().filter(|_| found.next().is_none())
}

impl Place {
    /// The regions that it lies in, the nearest first, the world left out.
    pub fn regions(&self) -> Vec<&'static Place> {
        let mut regions = Vec::new();
        let mut parent = self.parent;
        while let Some(region) = all().iter().find(|place| place.code == parent && !place.parent.is_empty()) {
            regions.push(region);
            parent = region.parent;
        }
        regions
    }

    /// Whether it is a region, not a country or area.
    pub fn is_region(&self) -> bool {
        self.iso.is_empty()
    }

    /// The continent: the greatest region that it lies in; Antarctica is its own.
    pub fn continent(&self) -> &'static str {
        self.regions().last().map_or(self.name, |region| region.name)
    }

    /// The part of the continent: the nearest region, when there is one below the continent.
    pub fn subcontinent(&self) -> Option<&'static str> {
        let regions = self.regions();
        (regions.len() > 1).then(|| regions[0].name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_lies_in_its_part_of_its_continent() {
        let of = |iso: &str| {
            let place = country(iso).unwrap_or_else(|| panic!("{iso} is a country"));
            (place.name, place.continent(), place.subcontinent())
        };
        assert_eq!(of("jpn"), ("Japan", "Asia", Some("Eastern Asia")));
        assert_eq!(of("VNM"), ("Viet Nam", "Asia", Some("South-eastern Asia")));
        assert_eq!(of("NAM"), ("Namibia", "Africa", Some("Southern Africa")));
        assert_eq!(of("AUS"), ("Australia", "Oceania", Some("Australia and New Zealand")));
        assert_eq!(of("ATA"), ("Antarctica", "Antarctica", None));
        assert_eq!(all().len(), 278);
    }

    #[test]
    fn names_are_found_whole_or_by_a_beginning_that_fits_one() {
        assert_eq!(named("south-eastern asia").map(|place| place.code), Some("035"));
        assert_eq!(begun("United Kingdom").map(|place| place.iso), Some("GBR"));
        assert_eq!((begun("United"), named("Vietnam"), country("EUR")), (None, None, None));
    }
}
