//! Facts and coordinates of more than fifty CRSs against values that another PROJ gave (see the head of tests/data/reference.csv).

use terrane_model::Crs;
use terrane_projection::{Operation, Transform, info, parse};

struct Row {
    crs: Crs,
    fields: csv::StringRecord,
}

impl Row {
    fn number(&self, at: usize) -> f64 {
        self.fields[at].parse().expect("a number")
    }
}

fn rows() -> Vec<Row> {
    let mut reader =
        csv::ReaderBuilder::new().comment(Some(b'#')).from_path("tests/data/reference.csv").expect("the file is there");
    reader
        .records()
        .map(|fields| fields.expect("CSV"))
        .map(|fields| Row { crs: parse(&fields[0]).expect("known"), fields })
        .collect()
}

#[test]
fn names_units_axis_order_and_areas_agree_with_the_registry() {
    for row in rows() {
        let info = info(&row.crs).unwrap();
        assert_eq!(info.title, &row.fields[1], "{}", row.crs);
        assert_eq!(info.geographic, &row.fields[2] == "True", "{}", row.crs);
        assert_eq!(info.y_first, &row.fields[3] == "True", "{}", row.crs);
        assert_eq!(info.unit, row.fields[4].to_lowercase(), "{}", row.crs);
        assert!(
            (info.metres_per_unit - row.number(5)).abs() < 1e-6 * row.number(5),
            "{}: {}",
            row.crs,
            info.metres_per_unit
        );
        let area = info.area.unwrap().to_array();
        for (edge, at) in area.iter().zip(6..) {
            // The registry's next edition moved some edges by hundredths of a degree.
            assert!((edge - row.number(at)).abs() < 0.3, "{}: {area:?}", row.crs);
        }
    }
}

#[test]
fn coordinates_agree_to_a_millimetre_and_lead_back() {
    for row in rows() {
        let there = Transform::new(&Crs::epsg(4326), &row.crs).unwrap();
        let mut position = [[row.number(10), row.number(11)]];
        let expected = [row.number(12), row.number(13)];
        let metres = info(&row.crs).unwrap().metres_per_unit;
        there.apply(&mut position);
        let off_m = (position[0][0] - expected[0]).hypot(position[0][1] - expected[1]) * metres;
        assert!(off_m < 0.001, "{} {:?}: {position:?} is {off_m} m from {expected:?}", row.crs, there.operation());
        there.inverse().unwrap().apply(&mut position);
        let back_m = (position[0][0] - row.number(10)).hypot(position[0][1] - row.number(11)) * 111_320.0;
        // A datum shift through space and back loses the height in between: millimetres on datums hundreds of metres apart.
        assert!(back_m < 0.02, "{}: {position:?} is {back_m} m from where it began", row.crs);
    }
}

#[test]
fn the_operation_and_its_accuracy_are_told() {
    for row in rows().iter().filter(|row| !row.fields[14].is_empty()) {
        let transform = Transform::new(&row.crs, &Crs::epsg(4326)).unwrap();
        let Operation { title, accuracy_m, ballpark } = transform.operation();
        assert_eq!(*accuracy_m, row.fields[15].parse().ok(), "{}: {title}", row.crs);
        assert_eq!(*ballpark, row.fields[14].contains("Ballpark"), "{}: {title}", row.crs);
        for shift in row.fields[14].split(" + ").filter(|step| step.contains(" to WGS 84 (")) {
            let name = shift.trim_start_matches("Inverse of ");
            assert!(title.contains(name), "{}: “{title}” should contain “{name}”", row.crs);
        }
    }
}
