//! Solutions as the tree of one event, and back.

use super::held::{Held, Key, Message};
use super::{DELETED, FUTURE, seconds};
use crate::association::{AssociationRules, associate_all};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use terrane_model::{Instant, Result};

/// The key under which the tree of an event keeps which agency said what of it.
pub const KEY: &str = "solution";
/// Lists that an event gathers from all its solutions, the preferred one's first.
const LISTS: [&str; 3] = ["origin", "magnitude", "focalMechanism"];

/// An event of the live catalogue.
#[derive(Debug, Clone, PartialEq)]
pub struct Packed {
    /// What it is called: as the first of its agencies calls it.
    pub id: String,
    /// [`DELETED`], [`FUTURE`], or nothing special.
    pub state: Option<&'static str>,
    /// The event with all its solutions.
    pub tree: Value,
}

/// The solutions of a tree.
pub(super) fn unpack(tree: &Value) -> Vec<Held> {
    let mut taken = [0; LISTS.len()];
    let all = tree[KEY].as_array().into_iter().flatten();
    all.map(|entry| {
        let mut event = entry["event"].as_object().cloned().unwrap_or_default();
        for (name, taken) in LISTS.iter().zip(&mut taken) {
            let many = entry["holds"][*name].as_u64().unwrap_or(0) as usize;
            let list = tree[*name].as_array().map_or(&[][..], Vec::as_slice);
            let own: Vec<Value> = list.iter().skip(*taken).take(many).cloned().collect();
            *taken += many;
            if !own.is_empty() {
                event.insert((*name).to_owned(), own.into());
            }
        }
        held(entry, Value::Object(event))
    })
    .collect()
}

fn held(entry: &Value, event: Value) -> Held {
    let text = |name: &str| entry[name].as_str().unwrap_or_default().to_owned();
    let list = |name: &str| entry[name].as_array().cloned().unwrap_or_default();
    let message = Message {
        agency: text("agency"),
        id: text("id"),
        ids: list("ids").iter().filter_map(|id| id.as_str().map(str::to_owned)).collect(),
        updated: Instant::parse(&text("updated")).unwrap_or(Instant(i64::MIN)),
        is_dated: entry["dated"] != false,
        is_withdrawn: entry["withdrawn"] == true,
        is_future: entry["future"] == true,
        event,
    };
    Held { message, versions: list("version") }
}

/// The events that a heap of solutions is of.
pub(super) fn pack(all: BTreeMap<Key, Held>, rules: &AssociationRules) -> Result<Vec<Packed>> {
    let all: Vec<Held> = all.into_values().collect();
    let owner = owners(&all);
    let current: Vec<usize> = (0..all.len()).filter(|at| owner[*at] == *at).collect();
    let (live, other): (Vec<usize>, Vec<usize>) =
        current.into_iter().partition(|at| !all[*at].message.is_future && all[*at].message.solution().is_some());
    let solutions: Vec<_> = live.iter().filter_map(|at| all[*at].message.solution()).collect();
    let mut groups: Vec<Vec<usize>> =
        associate_all(&solutions, rules)?.iter().map(|group| group.iter().map(|at| live[*at]).collect()).collect();
    groups.extend(other.into_iter().map(|at| vec![at]));
    let names = names(&groups, &all, rules);
    let mut older: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    (0..all.len()).filter(|at| owner[*at] != *at).for_each(|at| older.entry(owner[at]).or_default().push(at));
    let packed = groups.into_iter().zip(names).map(|(group, id)| {
        let mut before: Vec<usize> = group.iter().filter_map(|at| older.get(at)).flatten().copied().collect();
        before.sort_unstable();
        let before: Vec<&Held> = before.into_iter().map(|at| &all[at]).collect();
        let group: Vec<&Held> = group.iter().map(|at| &all[*at]).collect();
        one(id, &group, &before)
    });
    Ok(packed.collect())
}

/// For each solution the one that says it is itself under a newer name, in the end; itself when there is none.
fn owners(all: &[Held]) -> Vec<usize> {
    let key = |at: usize| (all[at].message.updated, &all[at].message.id);
    let next = |at: usize| (0..all.len()).filter(|by| all[*by].supersedes(&all[at])).max_by_key(|by| key(*by));
    // Most have no other name, and then nobody need be asked.
    let has_names = all.iter().any(|it| it.message.ids.iter().any(|id| *id != it.message.id));
    let follow = |mut at: usize| {
        // Each step goes to a newer one, so this ends.
        while let Some(newer) = next(at) {
            at = newer;
        }
        at
    };
    if !has_names {
        return (0..all.len()).collect();
    }
    let known: BTreeSet<(&str, &str)> = all
        .iter()
        .flat_map(|it| {
            it.message.ids.iter().filter(|id| **id != it.message.id).map(|id| (it.message.agency.as_str(), id.as_str()))
        })
        .collect();
    let is_named = |it: &Held| known.contains(&(it.message.agency.as_str(), it.message.id.as_str()));
    (0..all.len()).map(|at| if is_named(&all[at]) { follow(at) } else { at }).collect()
}

/// What events are called: as the first of their agencies calls them, with the agency in front when two would be called alike.
fn names(groups: &[Vec<usize>], all: &[Held], rules: &AssociationRules) -> Vec<String> {
    let rank = |agency: &str| rules.agencies.iter().position(|known| known == agency).unwrap_or(usize::MAX);
    let leader = |group: &Vec<usize>| {
        let all = group.iter().map(|at| &all[*at].message);
        all.min_by_key(|it| (rank(&it.agency), it.agency.clone(), it.id.clone()))
    };
    let leaders: Vec<Option<&Message>> = groups.iter().map(leader).collect();
    let mut uses: BTreeMap<&str, usize> = BTreeMap::new();
    // A name stays another's own even while that one is part of another event.
    let agencies: BTreeSet<(&str, &str)> =
        all.iter().map(|it| (it.message.id.as_str(), it.message.agency.as_str())).collect();
    agencies.iter().for_each(|(id, _)| *uses.entry(id).or_default() += 1);
    let name = |leader: &Option<&Message>| match leader {
        Some(it) if uses.get(it.id.as_str()).is_some_and(|uses| *uses > 1) => format!("{}:{}", it.agency, it.id),
        Some(it) => it.id.clone(),
        None => String::new(),
    };
    leaders.iter().map(name).collect()
}

/// One event; `group` is in the order of preference, `before` are solutions under names that they no longer have.
fn one(id: String, group: &[&Held], before: &[&Held]) -> Packed {
    let Some(first) = group.first() else { return Packed { id, state: Some(DELETED), tree: Value::Null } };
    let state = match &first.message {
        it if it.is_withdrawn => Some(DELETED),
        it if it.is_future => Some(FUTURE),
        _ => None,
    };
    let mut tree = first.message.event.as_object().cloned().unwrap_or_default();
    LISTS.iter().for_each(|name| _ = tree.remove(*name));
    let mut entries = Vec::new();
    for it in group {
        let mut event = it.message.event.as_object().cloned().unwrap_or_default();
        let mut holds = Map::new();
        for name in LISTS {
            let Some(Value::Array(own)) = event.remove(name) else { continue };
            holds.insert(name.to_owned(), own.len().into());
            if let Value::Array(list) = tree.entry(name).or_insert_with(|| Value::Array(Vec::new())) {
                list.extend(own);
            }
        }
        entries.push(entry(it, &Value::Object(event), &holds));
    }
    entries.extend(before.iter().map(|it| entry(it, &it.message.event, &Map::new())));
    let others = others(group, before);
    if !others.is_empty() {
        tree.insert("identifier".to_owned(), others.into());
    }
    let everybody: Vec<&&Held> = group.iter().chain(before).collect();
    tree.insert("revision".to_owned(), revisions(&everybody).into());
    tree.insert(KEY.to_owned(), entries.into());
    prefer(&mut tree, group);
    Packed { id, state, tree: Value::Object(tree) }
}

fn entry(it: &Held, event: &Value, holds: &Map<String, Value>) -> Value {
    let message = &it.message;
    let mut all = json!({
        "agency": message.agency, "id": message.id, "ids": message.ids, "updated": message.updated.to_string(),
        "holds": holds, "event": event, "version": it.versions,
    });
    for (name, is_so) in [("withdrawn", message.is_withdrawn), ("future", message.is_future)] {
        if is_so {
            all[name] = true.into();
        }
    }
    if !message.is_dated {
        all["dated"] = false.into();
    }
    all
}

/// What the agencies call it, each name once.
fn others(group: &[&Held], before: &[&Held]) -> Vec<Value> {
    let names = group.iter().chain(before).flat_map(|it| {
        let ids = std::iter::once(&it.message.id).chain(&it.message.ids);
        ids.map(|id| (it.message.agency.as_str(), id.as_str()))
    });
    let names: BTreeSet<(&str, &str)> = names.collect();
    names.into_iter().map(|(agency, id)| json!({"catalogue": agency, "id": id})).collect()
}

/// The preferences of the first solution that has something to prefer.
fn prefer(tree: &mut Map<String, Value>, group: &[&Held]) {
    let names = ["preferredOriginID", "preferredMagnitudeID", "preferredFocalMechanismID"];
    for (list, name) in LISTS.iter().zip(names) {
        let first = group.iter().find(|it| it.message.event[*list].as_array().is_some_and(|all| !all.is_empty()));
        match first.and_then(|it| it.message.event.get(name).cloned()) {
            Some(told) => drop(tree.insert(name.to_owned(), told)),
            None => drop(tree.remove(name)),
        }
    }
}

/// What was said when and by whom, the oldest first.
fn revisions(all: &[&&Held]) -> Vec<Value> {
    let mut told: Vec<(f64, String, String, Value)> = Vec::new();
    for it in all {
        for (at, version) in it.versions.iter().enumerate() {
            let time = version["updated"].as_str().unwrap_or_default();
            let what = what_changed(at.checked_sub(1).and_then(|before| it.versions.get(before)), version);
            let order = Instant::parse(time).map_or(f64::NEG_INFINITY, seconds);
            let entry = json!({"time": time, "source": it.message.agency, "id": it.message.id, "what": what});
            told.push((order, it.message.agency.clone(), it.message.id.clone(), entry));
        }
    }
    told.sort_by(|one, other| one.0.total_cmp(&other.0).then_with(|| (&one.1, &one.2).cmp(&(&other.1, &other.2))));
    told.into_iter().map(|(.., entry)| entry).collect()
}

/// What a version says, or what it says differently from the one before.
fn what_changed(before: Option<&Value>, now: &Value) -> String {
    if now["status"] == DELETED {
        return "withdrawn".to_owned();
    }
    let size = |it: &Value| match (it["magnitude"].as_f64(), it["magnitudeType"].as_str()) {
        (Some(size), kind) => format!("{} {size:.1}", kind.unwrap_or("M")),
        _ => "no magnitude".to_owned(),
    };
    let depth = |it: &Value| {
        it["depth"].as_f64().map_or("no depth".to_owned(), |depth| format!("{:.0} km deep", depth / 1_000.0))
    };
    let text = |it: &Value, name: &str| it[name].as_str().unwrap_or_default().to_owned();
    let Some(before) = before else {
        let parts = [text(now, "status"), size(now), depth(now)];
        return parts.iter().filter(|it| !it.is_empty()).cloned().collect::<Vec<_>>().join(", ");
    };
    let mut parts = Vec::new();
    let mut differs = |one: String, other: String| {
        if one != other {
            parts.push(format!("{one} → {other}"));
        }
    };
    differs(text(before, "status"), text(now, "status"));
    differs(size(before), size(now));
    differs(depth(before), depth(now));
    differs(text(before, "time"), text(now, "time"));
    if before["longitude"] != now["longitude"] || before["latitude"] != now["latitude"] {
        parts.push("moved".to_owned());
    }
    if parts.is_empty() { "said again".to_owned() } else { parts.join(", ") }
}
