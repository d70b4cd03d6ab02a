//! Summaries: rows in groups and numbers of each, over the survey's five earthquakes and two squares.

use crate::kit::{Got, MARKUP, get, get_with};
use serde_json::{Value, json};
use terrane_protocols::common::kvp::encode;

fn summary(query: &str) -> Value {
    let got = get(&format!("/collections/quakes/summary?{query}"));
    assert_eq!(got.status, 200, "{query}: {}", got.text());
    got.json()
}

fn groups(query: &str) -> Value {
    summary(query)["groups"].clone()
}

#[test]
fn without_groups_it_is_all_rows_even_none() {
    assert_eq!(groups(""), json!([{"count": 5}]));
    let query = "aggregates=count,count(depth),min(depth),max(depth),sum(depth),min(time),max(place),distinct(place)";
    let all = json!([{
        "count": 5, "count(depth)": 4, "min(depth)": 10.0, "max(depth)": 600.0, "sum(depth)": 655.5,
        "min(time)": "2019-07-01", "max(place)": "小笠原", "distinct(place)": 5,
    }]);
    assert_eq!(groups(query), all);
    let none = groups(&format!("{query}&filter=magnitude%3E9"));
    assert_eq!(none[0]["count"], 0);
    assert_eq!(none[0]["sum(depth)"], Value::Null);
}

#[test]
fn means_medians_and_deviations_are_those_of_the_rows_that_have_a_value() {
    let told = groups("aggregates=mean(depth),median(depth),stddev(depth),median(magnitude)");
    assert_eq!(told[0]["mean(depth)"], 163.875);
    assert_eq!(told[0]["median(depth)"], 22.75);
    assert_eq!(told[0]["median(magnitude)"], 5.5);
    // statistics.stdev([10, 33.5, 12, 600]) of Python.
    assert!((told[0]["stddev(depth)"].as_f64().expect("a number") - 290.944_546_549_109).abs() < 1e-9, "{told}");
}

#[test]
fn steps_of_numbers_begin_at_multiples_of_their_width_and_missing_values_come_last() {
    let expected = json!([
        {"depth": 0.0, "count": 2}, {"depth": 20.0, "count": 1}, {"depth": 600.0, "count": 1}, {"depth": null, "count": 1},
    ]);
    assert_eq!(groups("by=depth:20"), expected);
    assert_eq!(groups("by=magnitude:0.1")[1]["magnitude"], 5.1);
}

#[test]
fn steps_of_the_calendar_are_told_as_finely_as_they_are() {
    assert_eq!(groups("by=time:decade"), json!([{"time": "2010", "count": 5}]));
    assert_eq!(groups("by=time:month")[0]["time"], "2019-07");
    let values = groups("by=time");
    assert_eq!(
        [&values[0]["time"], &values[1]["time"]],
        ["2019-07-01", "2019-07-02T03:04:05Z"],
        "as finely as they are known"
    );
    let days = groups("by=time:day&datetime=2019-07-02/2019-07-04");
    assert_eq!(days.as_array().map(Vec::len), Some(3));
    assert_eq!(days[0], json!({"time": "2019-07-02", "count": 1}));
}

#[test]
fn cells_are_areas_in_degrees_and_rows_without_a_place_are_one_more_group() {
    let told = summary("by=geometry:10");
    assert_eq!(told["groups"][0], json!({"west": -180.0, "south": -20.0, "east": -170.0, "north": -10.0, "count": 1}));
    assert_eq!(told["numberOfGroups"], 5);
    assert_eq!(told["columns"][0], json!({"name": "west", "title": "west", "by": "cell", "step": 10.0, "unit": "deg"}));
    let map = get("/collections/quakes/summary?by=geometry:10&f=geojson").json();
    assert_eq!(map["features"][0]["geometry"]["type"], "Polygon");
    assert_eq!(map["features"][0]["geometry"]["coordinates"][0][2], json!([-170, -10]));
    assert_eq!(map["features"][4]["geometry"], Value::Null);
    assert_eq!(map["attribution"], told["attribution"]);
    // The squares are in UTM; their middles are near 141° E, 36° N.
    let squares = get("/collections/units/summary?by=geometry:1").json();
    assert_eq!(squares["groups"][0]["west"], 141.0);
    assert_eq!(squares["groups"][0]["count"], 2);
}

#[test]
fn groups_come_in_the_order_asked_and_no_more_than_asked() {
    let told = summary("by=place&aggregates=max(magnitude)&sortby=-max(magnitude)&limit=2");
    let places: Vec<&str> =
        told["groups"].as_array().into_iter().flatten().filter_map(|group| group["place"].as_str()).collect();
    assert_eq!(places, ["小笠原", "Tonga"]);
    assert_eq!(
        (&told["numberReturned"], &told["numberOfGroups"], &told["numberOfRows"]),
        (&json!(2), &json!(5), &json!(5))
    );
}

#[test]
fn conditions_are_those_of_items() {
    assert_eq!(groups("bbox=170,-30,-170,10"), json!([{"count": 4}]), "one has no place and matches every box");
    assert_eq!(groups("magnitude=7"), json!([{"count": 1}]));
    assert_eq!(groups("filter=place%20LIKE%20%27T%25%27"), json!([{"count": 1}]));
}

#[test]
fn rates_are_of_the_period_asked_for() {
    // Five in the 4.5 days from the first to the last; five in the year that was asked for.
    let rate = |query: &str| groups(query)[0]["per_year"].as_f64().expect("a rate");
    assert!((rate("aggregates=per_year") - 5.0 / (4.5 / 365.2425)).abs() < 1e-6);
    let year = "datetime=2019-01-01T00:00:00Z/2020-01-01T00:00:00Z&aggregates=per_year,per_year_low,return_years";
    assert!((rate(year) - 5.0 * 365.2425 / 365.0).abs() < 1e-6);
    // None in a year is less than 3.6889 a year, 95 times in a hundred on both sides.
    let none =
        "datetime=2019-01-01T00:00:00Z/2020-01-01T00:00:00Z&filter=magnitude%3E9&aggregates=per_year,per_year_high";
    assert_eq!(rate(none), 0.0);
    let most = groups(none)[0]["per_year_high"].as_f64().expect("a bound");
    assert!((most - 3.688_879 * 365.2425 / 365.0).abs() < 1e-4, "{most}");
    // The step of the calendar within what the dataset tells of: three in 4.5 days, whatever rows a filter leaves first.
    let decade = groups("by=time:decade&aggregates=per_year&filter=magnitude%3E5.3");
    assert!((decade[0]["per_year"].as_f64().expect("a rate") - 3.0 / (4.5 / 365.2425)).abs() < 1e-6, "{decade}");
    // Garwood's interval of a count of 5: 1.6235 to 11.6683.
    let low = groups(year)[0]["per_year_low"].as_f64().expect("a rate");
    assert!((low - 1.623_486 * 365.2425 / 365.0).abs() < 1e-4, "{low}");
}

#[test]
fn what_is_wrong_is_told_with_its_parameter() {
    for (query, parameter, words) in [
        ("by=colour", "by", "the columns are number"),
        ("by=place:2", "by", "by=place"),
        ("by=time:week", "by", "decade"),
        ("by=depth:0", "by", "width"),
        ("by=depth:NaN", "by", "width"),
        ("by=geometry:500", "by", "width"),
        ("by=place,depth,magnitude,number,time", "by", "at most 4"),
        ("by=depth:10,depth:20", "by", "twice"),
        ("aggregates=count,min(depth),count", "aggregates", "twice"),
        ("aggregates=count(count)", "aggregates", "no column"),
        ("aggregates=mode(depth)", "aggregates", "median"),
        ("aggregates=mean", "aggregates", "mean(column)"),
        ("aggregates=mean(place)", "aggregates", "numbers"),
        ("aggregates=per_year(depth)", "aggregates", "the time of a row"),
        ("aggregates=weichert_b(magnitude)", "completeness", "1965:5.2"),
        ("aggregates=weichert_b(magnitude)&completeness=1985:5.2,1965:4.6", "completeness", ""),
        ("sortby=depth", "sortby", "count"),
        ("limit=0", "limit", "whole number"),
        ("decluster=all", "decluster", "gardner-knopoff"),
        ("mc=high", "mc", "4.5"),
        ("completeness=5", "completeness", "1965:5.2"),
        ("colour=red", "colour", ""),
    ] {
        let got: Got = get(&format!("/collections/quakes/summary?{query}"));
        let told = got.json();
        assert_eq!((got.status, told["parameter"].as_str()), (400, Some(parameter)), "{query}: {told}");
        assert!(told["detail"].as_str().is_some_and(|detail| detail.contains(words)), "{query}: {told}");
    }
    let squares = get("/collections/units/summary?decluster=uhrhammer");
    assert_eq!(
        (squares.status, squares.json()["parameter"].as_str().map(str::to_owned)),
        (400, Some("decluster".to_owned()))
    );
    assert_eq!(get("/collections/units/summary?aggregates=per_year").status, 400);
    assert_eq!(get("/collections/relief/summary").status, 404);
}

#[test]
fn it_is_a_table_and_a_page_as_well() {
    let table = get("/collections/quakes/summary?by=place&f=csv").text();
    assert!(table.starts_with("id,place,count\r\n"), "{table}");
    assert_eq!(table.lines().count(), 6);
    let page = get_with("/collections/quakes/summary?by=depth:20&lang=ja", &[("accept", "text/html")]);
    assert_eq!(page.status, 200);
    for part in ["集計", "深さ", "20 – 40", "値なし", "<rect width=\"100.0\""] {
        assert!(page.text().contains(part), "{part}");
    }
    let narrowed =
        get_with("/collections/quakes/summary?bbox=170,-30,-170,10&magnitude=7", &[("accept", "text/html")]).text();
    for part in [
        "name=\"bbox\" value=\"170,-30,-170,10\"",
        "name=\"magnitude\" value=\"7\"",
        "bbox=170,-30,-170,10&amp;magnitude=7",
    ] {
        assert!(narrowed.contains(part), "what narrows rows is kept by the form and by proposals: {part}");
    }
    let hostile =
        get(&format!("/collections/hostile/summary?f=html&by={}&filter={}", encode(MARKUP), encode("limit='<b>'")));
    assert_eq!(hostile.status, 200, "{}", hostile.text());
    assert!(!hostile.text().contains("<script>alert") && !hostile.text().contains("<b>"));
}

#[test]
fn the_collection_and_the_description_of_the_api_lead_to_it() {
    let links = get("/collections/quakes").json()["links"].clone();
    let leads = |link: &Value| link["href"].as_str().is_some_and(|href| href.ends_with("/collections/quakes/summary"));
    assert!(links.as_array().is_some_and(|links| links.iter().any(leads)), "{links}");
    let path = get("/api").json()["paths"]["/collections/quakes/summary"]["get"].clone();
    assert_eq!(path["operationId"], "summary_quakes");
}
