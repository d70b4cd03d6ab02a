//! Views over the whole node: all geologic units, all faults, all contacts, whatever dataset they are of.

use super::MappingEntry;
use super::styles::styles;
use crate::catalogue::Entry;
use crate::lens::{Member, Union};
use std::sync::Arc;
use terrane_formats::about::DatasetRecord;
use terrane_geology::view::{VIEWS, View};
use terrane_model::about::Licence;
use terrane_model::store::Views;
use terrane_model::{About, Bbox, Dataset, DatasetId, Instant, LocalText, Result};

/// One entry per view that any dataset is shown in.
pub(crate) fn entries<'a>(datasets: impl Iterator<Item = &'a Arc<Entry>>) -> Vec<Entry> {
    let mapped: Vec<(&Entry, &MappingEntry)> =
        datasets.filter_map(|entry| Some((&**entry, entry.mapping()?))).collect();
    VIEWS.iter().filter_map(|view| entry(view, &mapped).ok().flatten()).collect()
}

fn entry(view: &'static View, mapped: &[(&Entry, &MappingEntry)]) -> Result<Option<Entry>> {
    let shown = |(entry, mapping): &(&Entry, &MappingEntry)| {
        let of_view = mapping.views.iter().filter(|(of, _)| *of == view);
        let dataset = entry.about().id.clone();
        of_view.map(|(_, source)| Member { dataset: dataset.clone(), source: source.clone() }).collect::<Vec<_>>()
    };
    let members: Vec<Member> = mapped.iter().flat_map(shown).collect();
    if members.is_empty() {
        return Ok(None);
    }
    let is_shown = |entry: &&Entry| members.iter().any(|member| member.dataset == entry.about().id);
    let of: Vec<&Entry> = mapped.iter().map(|(entry, _)| *entry).filter(is_shown).collect();
    let about = about(view, &of)?;
    let state = state(&of);
    let mut dataset = Dataset::new(about.clone(), state.as_str());
    dataset.features = Some(Arc::new(Union::new(members)));
    let record = DatasetRecord {
        revision: state,
        columns: Vec::new(),
        crs_operation: None,
        key: None,
        time: None,
        coverage: None,
        created: of.iter().map(|entry| entry.record().created).min().unwrap_or(Instant(0)),
        about,
    };
    let mappings: Vec<&MappingEntry> = of.iter().filter_map(|entry| entry.mapping()).collect();
    let styles = styles(view, &mappings);
    Ok(Some(Entry::of_view(view, record, (Views::default(), dataset), styles)))
}

/// A word that changes whenever a row or a mapping does.
fn state(of: &[&Entry]) -> String {
    let mut hasher = blake3::Hasher::new();
    for entry in of {
        hasher.update(entry.about().id.as_str().as_bytes()).update(b"@").update(entry.state().as_bytes()).update(b";");
    }
    hasher.finalize().to_hex()[..16].to_owned()
}

fn about(view: &View, of: &[&Entry]) -> Result<About> {
    let mut about = About::new(DatasetId::new(view.id)?);
    about.title = LocalText::one("en", view.title);
    for (language, text) in titles(view) {
        about.title.set(*language, *text);
    }
    let names: Vec<String> = of.iter().map(|entry| entry.about().title.get(&["en"]).to_owned()).collect();
    about.description = LocalText::one("en", format!("{} as {}, of: {}.", view.title, view.name, names.join("; ")));
    about.keywords = vec![view.name.to_owned(), "OneGeology".to_owned(), "geology".to_owned()];
    about.licence = licence(of);
    let mut attributions: Vec<&str> = of.iter().map(|entry| entry.about().attribution.as_str()).collect();
    attributions.retain(|text| !text.is_empty());
    attributions.dedup();
    about.attribution = attributions.join(" · ");
    about.extent = of.iter().filter_map(|entry| entry.about().extent).reduce(|all: Bbox, one| all.union(&one));
    about.updated = of.iter().filter_map(|entry| entry.about().updated).max();
    about.lineage = "Made of the datasets and their mappings when it is asked.".to_owned();
    Ok(about)
}

/// What all have in common, or a word that says to look at each.
fn licence(of: &[&Entry]) -> Licence {
    let mut licences = of.iter().map(|entry| &entry.about().licence);
    let first = licences.next().cloned().unwrap_or_default();
    match licences.all(|licence| *licence == first) {
        true => first,
        false => Licence { title: "Several; see the dataset of each feature".to_owned(), ..Licence::default() },
    }
}

fn titles(view: &View) -> &'static [(&'static str, &'static str)] {
    match view.name {
        "GeologicUnitView" => &[
            ("ja", "地質ユニット"),
            ("zh", "地质单元"),
            ("ko", "지질 단위"),
            ("th", "หน่วยธรณีวิทยา"),
            ("vi", "Đơn vị địa chất"),
        ],
        "ShearDisplacementStructureView" => {
            &[("ja", "断層"), ("zh", "断层"), ("ko", "단층"), ("th", "รอยเลื่อน"), ("vi", "Đứt gãy")]
        }
        "ContactView" => &[
            ("ja", "地質境界"),
            ("zh", "地质界线"),
            ("ko", "지질 경계"),
            ("th", "แนวสัมผัสทางธรณีวิทยา"),
            ("vi", "Ranh giới địa chất"),
        ],
        "BoreholeView" => {
            &[("ja", "ボーリング"), ("zh", "钻孔"), ("ko", "시추공"), ("th", "หลุมเจาะ"), ("vi", "Lỗ khoan")]
        }
        "MineralOccurrenceView" => {
            &[("ja", "鉱物産地"), ("zh", "矿点"), ("ko", "광물 산지"), ("th", "แหล่งแร่"), ("vi", "Điểm khoáng sản")]
        }
        "MineView" => &[("ja", "鉱山"), ("zh", "矿山"), ("ko", "광산"), ("th", "เหมือง"), ("vi", "Mỏ")],
        _ => &[],
    }
}
