//! The live catalogue: whatever the order of the messages, the same events; nothing lost, nothing doubled, every name found.

#![allow(clippy::panic)]

use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use terrane_hazard::association::AssociationRules;
use terrane_hazard::event::Event;
use terrane_hazard::live::{DELETED, Decision, Desk, KEY, Message, aliases};
use terrane_model::Instant;

/// Rows by their names: what the engine keeps in a dataset.
#[derive(Default, Clone, Debug, PartialEq)]
struct Catalogue(BTreeMap<String, Value>);

fn rules() -> AssociationRules {
    AssociationRules { agencies: vec!["A".into(), "B".into()], ..AssociationRules::default() }
}

impl Catalogue {
    fn take(&mut self, messages: &[Message]) -> Decision {
        let mut desk = Desk::new(rules(), messages.to_vec());
        loop {
            let names = desk.names();
            let spans = desk.spans();
            if names.is_empty() && spans.is_empty() {
                break;
            }
            for (id, tree) in &self.0 {
                let time = Event(tree).time().map(|when| when.earliest);
                let is_near = time.is_some_and(|time| spans.iter().any(|(from, to)| (*from..=*to).contains(&time)));
                if is_near || aliases(tree).iter().any(|name| names.contains(name)) {
                    // As it comes back from a disk.
                    desk.add(id, serde_json::from_str(&tree.to_string()).expect("JSON"));
                }
            }
        }
        let decision = desk.decide().expect("few are near each other");
        decision.gone.iter().for_each(|id| assert!(self.0.remove(id).is_some(), "{id} was there"));
        decision.put.iter().for_each(|it| _ = self.0.insert(it.id.clone(), it.tree.clone()));
        decision
    }

    fn of(messages: &[Message], size: usize) -> Self {
        let mut catalogue = Self::default();
        messages.chunks(size.max(1)).for_each(|part| _ = catalogue.take(part));
        catalogue
    }

    fn named(&self, name: &str) -> Vec<&str> {
        self.0.iter().filter(|(_, tree)| aliases(tree).iter().any(|it| it == name)).map(|(id, _)| id.as_str()).collect()
    }
}

/// A message of an agency on an event; with its time, longitude and magnitude.
fn message((agency, id): (&str, &str), updated_s: i64, time_s: f64, (longitude, magnitude): (f64, f64)) -> Message {
    let time = Instant(((1_700_000_000.0 + time_s) * 1e6) as i64);
    let public_id = format!("smi:{agency}/{id}/{updated_s}");
    Message {
        agency: agency.to_owned(),
        id: id.to_owned(),
        ids: Vec::new(),
        updated: Instant((1_700_000_000 + updated_s) * 1_000_000),
        is_dated: true,
        is_withdrawn: false,
        is_future: false,
        event: json!({
            "publicID": format!("smi:{agency}/{id}"), "preferredOriginID": public_id,
            "origin": [{"publicID": public_id, "time": {"value": time.to_string()}, "longitude": {"value": longitude},
                        "latitude": {"value": 35.0}, "depth": {"value": 10_000.0}, "evaluationMode": "automatic"}],
            "magnitude": [{"publicID": format!("{public_id}/m"), "mag": {"value": magnitude}, "type": "Mw"}],
        }),
    }
}

fn withdrawn(mut message: Message) -> Message {
    message.is_withdrawn = true;
    message.event = json!({"publicID": message.event["publicID"]});
    message
}

fn renamed(mut message: Message, before: &str) -> Message {
    message.ids = vec![before.to_owned()];
    message
}

#[test]
fn two_agencies_and_a_review_are_one_event_with_its_history() {
    let first = message(("B", "b1"), 10, 0.0, (140.0, 5.0));
    let other = message(("A", "a1"), 20, 3.0, (140.1, 5.2));
    let mut review = message(("B", "b1"), 60, 1.0, (140.05, 5.1));
    review.event["origin"][0]["evaluationMode"] = "manual".into();
    let mut catalogue = Catalogue::default();
    assert_eq!(catalogue.take(&[first]).new, 1);
    let merged = catalogue.take(&[other]);
    assert_eq!((merged.put.len(), merged.gone), (1, vec!["b1".to_owned()]), "A comes first in the order of agencies");
    catalogue.take(&[review]);
    assert_eq!(catalogue.0.len(), 1);
    let tree = &catalogue.0["a1"];
    let event = Event(tree);
    assert_eq!((event.origins().count(), event.magnitudes().count()), (2, 2));
    assert_eq!(event.origin().map(|it| it.public_id()), Some("smi:A/a1/20"));
    assert_eq!(aliases(tree), ["a1", "b1"]);
    let what: Vec<&str> =
        tree["revision"].as_array().expect("a list").iter().filter_map(|it| it["what"].as_str()).collect();
    assert_eq!(what.len(), 3);
    assert!(what[2].starts_with("automatic → manual, Mw 5.0 → Mw 5.1"), "{what:?}");
}

#[test]
fn what_moves_away_is_split_off_and_comes_back_again() {
    let near = [message(("A", "a1"), 1, 0.0, (140.0, 5.0)), message(("B", "b1"), 1, 0.0, (140.0, 5.0))];
    let mut catalogue = Catalogue::of(&near, 2);
    assert_eq!(catalogue.0.len(), 1);
    let moved = catalogue.take(&[message(("B", "b1"), 2, 0.0, (150.0, 5.0))]);
    assert_eq!((catalogue.0.len(), moved.moved), (2, 1));
    assert_eq!((catalogue.named("a1"), catalogue.named("b1")), (vec!["a1"], vec!["b1"]));
    catalogue.take(&[message(("B", "b1"), 3, 0.0, (140.0, 5.0))]);
    assert_eq!((catalogue.0.len(), catalogue.named("b1")), (1, vec!["a1"]));
}

#[test]
fn what_is_taken_back_stays_to_be_found_and_the_other_agency_is_believed() {
    let near = [message(("A", "a1"), 1, 0.0, (140.0, 5.0)), message(("B", "b1"), 1, 0.0, (140.0, 5.0))];
    let mut catalogue = Catalogue::of(&near, 1);
    let decision = catalogue.take(&[withdrawn(message(("A", "a1"), 2, 0.0, (0.0, 0.0)))]);
    assert_eq!(decision.withdrawn, 1);
    let states: Vec<(&str, Option<&str>)> = decision.put.iter().map(|it| (it.id.as_str(), it.state)).collect();
    assert_eq!(states, [("b1", None), ("a1", Some(DELETED))]);
    assert_eq!(catalogue.named("a1"), ["a1"]);
    // Late news of what was withdrawn meanwhile changes its history only.
    let late = catalogue.take(&[message(("A", "a1"), 1, 0.0, (140.2, 5.0))]);
    assert_eq!(late.put.iter().map(|it| it.state).collect::<Vec<_>>(), [Some(DELETED)]);
}

#[test]
fn a_new_name_of_an_agency_takes_the_old_one_along_and_a_split_gives_it_back() {
    let mut catalogue = Catalogue::of(&[message(("A", "nc1"), 1, 0.0, (140.0, 5.0))], 1);
    catalogue.take(&[renamed(message(("A", "us1"), 2, 0.0, (140.0, 5.0)), "nc1")]);
    assert_eq!((catalogue.0.len(), catalogue.named("nc1")), (1, vec!["us1"]));
    assert_eq!(Event(&catalogue.0["us1"]).origins().count(), 1, "the same agency does not count twice");
    catalogue.take(&[message(("A", "nc1"), 3, 0.0, (140.0, 5.0))]);
    assert_eq!(catalogue.0.len(), 2, "the agency tells them apart again");
}

#[test]
fn names_that_two_agencies_use_are_told_with_the_agency() {
    let far = [message(("A", "7"), 1, 0.0, (140.0, 5.0)), message(("B", "7"), 1, 5_000.0, (150.0, 5.0))];
    for size in [1, 2] {
        let catalogue = Catalogue::of(&far, size);
        assert_eq!(catalogue.0.keys().collect::<Vec<_>>(), ["A:7", "B:7"]);
    }
    let mut catalogue = Catalogue::of(&far, 1);
    catalogue.take(&[message(("A", "9"), 2, 5_000.0, (150.0, 5.0))]);
    assert_eq!(catalogue.0.keys().collect::<Vec<_>>(), ["9", "A:7"]);
}

fn messages() -> impl Strategy<Value = Vec<Message>> {
    let one = (0..4_u8, 0..3_u8, 0..4_i64, 0..6_i32, 0..4_i32, 0..8_u8, 0..3_u8);
    prop::collection::vec(one, 1..14).prop_map(|all| {
        let one = |(agency, name, updated, time, place, fate, other): (u8, u8, i64, i32, i32, u8, u8)| {
            let agency = ["A", "B", "C", "D"][usize::from(agency)];
            let id = format!("{}{name}", agency.to_lowercase());
            let place = 140.0 + 0.55 * f64::from(place);
            let message = message((agency, &id), updated, f64::from(time) * 7.0, (place, 5.0 + 0.4 * f64::from(other)));
            match fate {
                0 => withdrawn(message),
                1 => renamed(message, &format!("{}{other}", agency.to_lowercase())),
                _ => message,
            }
        };
        all.into_iter().map(one).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_order_gives_the_same_catalogue(
        (all, shuffled) in messages().prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
        size in 1_usize..5,
    ) {
        let one = Catalogue::of(&all, 1);
        prop_assert_eq!(&one, &Catalogue::of(&shuffled, size));
        prop_assert_eq!(&one, &Catalogue::of(&all, all.len()), "all at once");
        // Said again, nothing happens.
        let mut again = one.clone();
        let decision = again.take(&shuffled);
        prop_assert_eq!((decision.put.len(), decision.gone.len(), decision.news), (0, 0, 0));
        // Nothing lost, nothing doubled: each solution is in just one event, under every name it was told by.
        let mut owners: BTreeMap<(String, String), usize> = BTreeMap::new();
        for tree in one.0.values() {
            let solutions = tree[KEY].as_array().expect("a list");
            for it in solutions {
                *owners.entry((it["agency"].to_string(), it["id"].to_string())).or_default() += 1;
            }
        }
        let told: BTreeSet<(String, String)> =
            all.iter().map(|it| (json!(it.agency).to_string(), json!(it.id).to_string())).collect();
        prop_assert_eq!(owners.keys().cloned().collect::<BTreeSet<_>>(), told);
        prop_assert!(owners.values().all(|many| *many == 1), "{:?}", owners);
        for id in all.iter().flat_map(|it| std::iter::once(&it.id).chain(&it.ids)) {
            prop_assert!(!one.named(id).is_empty(), "{} is found", id);
        }
    }
}
