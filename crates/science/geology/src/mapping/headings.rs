//! Headings that surveys give their columns, and the fields that they mean.

/// Headings of fields: the 10 characters that shapefiles have room for, and what tables are usually headed in other languages.
const FIELDS: [(&str, &[&str]); 33] = [
    ("identifier", &["identifier", "gml_id", "uuid", "guid"]),
    (
        "name",
        &[
            "name",
            "unit_name",
            "unitname",
            "mapunit",
            "map_unit",
            "formation",
            "地層名",
            "名称",
            "ユニット名",
            "岩体名",
            "地层名称",
            "地层",
            "지층명",
            "지층",
            "ชื่อหมวดหิน",
            "หมวดหิน",
            "tên",
            "tenphanvi",
        ],
    ),
    (
        "description",
        &[
            "description",
            "descriptio",
            "desc",
            "legend",
            "説明",
            "凡例",
            "记述",
            "说明",
            "설명",
            "범례",
            "คำอธิบาย",
            "mota",
            "mô tả",
        ],
    ),
    ("geologicUnitType", &["geologicunittype", "unittype"]),
    ("rank", &["rank", "strat_rank", "階級", "等级"]),
    (
        "lithology",
        &[
            "lithology",
            "litho",
            "lith",
            "rock",
            "rocktype",
            "rock_type",
            "岩相",
            "岩石",
            "岩質",
            "岩性",
            "岩石名称",
            "암상",
            "암석",
            "หิน",
            "ลักษณะหิน",
            "thachhoc",
            "thạch học",
        ],
    ),
    (
        "geologicHistory",
        &[
            "geologichistory",
            "geolhistry",
            "age",
            "period",
            "epoch",
            "era",
            "時代",
            "年代",
            "地質時代",
            "地质年代",
            "地质时代",
            "시대",
            "지질시대",
            "ยุค",
            "อายุ",
            "tuoi",
            "tuổi",
        ],
    ),
    (
        "numericOlderAge",
        &["numericolderage", "numoldage", "age_max", "max_age", "age_old", "older_ma", "b_age", "max_ma"],
    ),
    (
        "numericYoungerAge",
        &["numericyoungerage", "numyngage", "age_min", "min_age", "age_young", "younger_ma", "t_age", "min_ma"],
    ),
    ("observationMethod", &["observationmethod", "obsvmethod", "method", "調査方法"]),
    ("positionalAccuracy", &["positionalaccuracy", "posaccur", "accuracy", "位置精度"]),
    ("source", &["source", "reference", "references", "出典", "文献", "来源", "출처"]),
    ("geologicUnitType_uri", &["geologicunittype_uri", "unityp_uri"]),
    ("representativeLithology_uri", &["representativelithology_uri", "replth_uri"]),
    ("representativeAge_uri", &["representativeage_uri", "repage_uri"]),
    ("representativeOlderAge_uri", &["representativeolderage_uri", "oldage_uri"]),
    ("representativeYoungerAge_uri", &["representativeyoungerage_uri", "yngage_uri"]),
    ("specification_uri", &["specification_uri", "spec_uri"]),
    ("metadata_uri", &["metadata_uri", "meta_uri"]),
    ("genericSymbolizer", &["genericsymbolizer", "genericsym", "symbol", "symbols", "記号", "符号", "기호"]),
    ("faultType_uri", &["faulttype_uri", "faultype_uri", "fltyp_uri"]),
    ("contactType_uri", &["contacttype_uri", "conttyp_uri"]),
    ("movementType_uri", &["movementtype_uri", "movtyp_uri"]),
    ("displacement", &["displacement", "offset", "変位", "变位"]),
    (
        "boreholeLength_m",
        &[
            "boreholelength_m",
            "depth",
            "depth_m",
            "total_depth",
            "length",
            "掘削深度",
            "深度",
            "孔深",
            "심도",
            "ความลึก",
        ],
    ),
    ("elevation_m", &["elevation_m", "elevation", "elev", "標高", "孔口標高", "高程", "표고"]),
    ("drillStartDate", &["drillstartdate", "start_date", "掘削開始"]),
    ("drillEndDate", &["drillenddate", "end_date", "completion_date", "掘削終了"]),
    ("operator", &["operator", "company", "事業者"]),
    ("driller", &["driller", "掘削者"]),
    ("purpose", &["purpose", "use", "目的", "用途"]),
    ("mineName", &["minename", "mine", "mine_name", "鉱山名", "矿山名称", "광산명"]),
    ("owner", &["owner", "所有者", "业主"]),
];

/// The field that a heading means; capitals, blanks and underscores do not matter.
pub(super) fn field(heading: &str) -> Option<&'static str> {
    let plain = plain(heading);
    FIELDS
        .iter()
        .find(|(_, headings)| headings.iter().any(|known| self::plain(known) == plain))
        .map(|(field, _)| *field)
}

fn plain(heading: &str) -> String {
    heading.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::VIEWS;

    #[test]
    fn short_and_foreign_headings_mean_fields() {
        assert_eq!(field("repLth_uri"), Some("representativeLithology_uri"));
        assert_eq!(field("GENERICSYM"), Some("genericSymbolizer"));
        assert_eq!(field("岩相"), Some("lithology"));
        assert_eq!(field("地质年代"), Some("geologicHistory"));
        assert_eq!(field("Rock Type"), Some("lithology"));
        assert_eq!(field("MAJOR_CODE"), None);
    }

    #[test]
    fn every_heading_means_a_field_of_some_view_and_only_one() {
        for (name, headings) in FIELDS {
            assert!(VIEWS.iter().any(|view| view.field(name).is_some()), "{name}");
            for heading in headings {
                assert_eq!(field(heading), Some(name), "{heading}");
            }
        }
    }
}
