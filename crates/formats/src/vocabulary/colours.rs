//! The colours of the chart for other programs, so that nobody types them: GMT, QGIS, SLD, MapLibre, Adobe swatches, a table.
//!
//! A layer is coloured by a column that holds a unit's id, its English name, or its address.

use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt::Write;
use terrane_geology::time::{Chart, Rank, Unit};

/// Units as a table: comma-separated, one line each.
pub fn csv(chart: &Chart) -> String {
    let mut text = String::from(
        "id,uri,label_en,rank,older_ma,older_error_ma,younger_ma,younger_error_ma,colour,red,green,blue,symbol\n",
    );
    let number = |number: Option<f64>| number.map(|number| number.to_string()).unwrap_or_default();
    for unit in chart.units() {
        let [red, green, blue] = unit.colour;
        let _ = writeln!(
            text,
            "{},{},{},{},{},{},{},{},{},{red},{green},{blue},{}",
            unit.id,
            unit.uri(),
            unit.label("en"),
            unit.rank.name(),
            unit.older_ma,
            number(unit.older_error_ma),
            unit.younger_ma,
            number(unit.younger_error_ma),
            unit.colour_hex(),
            unit.symbol
        );
    }
    text
}

/// A colour table for GMT by age in millions of years: the shortest unit of a rank or longer at each time.
pub fn cpt(chart: &Chart, rank: Rank) -> String {
    let mut text = format!(
        "# International Chronostratigraphic Chart {}, colours of the CGMW, ages in Ma, by {}\n# {}\n# {}\n# COLOR_MODEL = RGB\n",
        chart.version(),
        rank.name(),
        chart.attribution(),
        chart.licence()
    );
    for (start_ma, end_ma, unit) in slices(chart, rank) {
        let [red, green, blue] = unit.colour;
        let colour = format!("{red}/{green}/{blue}");
        let _ = writeln!(text, "{start_ma}\t{colour}\t{end_ma}\t{colour}\t; {}", unit.label("en"));
    }
    text.push_str("B\t255/255/255\nF\t255/255/255\nN\t128/128/128\n");
    text
}

/// The time line cut at every boundary, with the shortest unit of a rank or longer in each piece; equal neighbours are one piece.
fn slices(chart: &Chart, rank: Rank) -> Vec<(f64, f64, &Unit)> {
    let fits = |unit: &&Unit| unit.rank <= rank || unit.longer_rank.is_some_and(|longer| longer <= rank);
    let bounds: BTreeSet<u64> = chart
        .units()
        .iter()
        .filter(fits)
        .flat_map(|unit| [unit.younger_ma.to_bits(), unit.older_ma.to_bits()])
        .collect();
    let bounds: Vec<f64> = bounds.into_iter().map(f64::from_bits).collect();
    let mut slices: Vec<(f64, f64, &Unit)> = Vec::new();
    for pair in bounds.windows(2) {
        let middle = f64::midpoint(pair[0], pair[1]);
        let inside = chart.units().iter().filter(fits).filter(|unit| unit.contains(middle));
        let Some(unit) = inside.min_by(|a, b| a.duration_ma().total_cmp(&b.duration_ma())) else {
            continue;
        };
        match slices.last_mut() {
            Some((_, end_ma, before)) if before.id == unit.id => *end_ma = pair[1],
            _ => slices.push((pair[0], pair[1], unit)),
        }
    }
    slices
}

/// A MapLibre layer that fills areas by a column.
pub fn maplibre(chart: &Chart, column: &str) -> Value {
    let mut colour = vec![json!("match"), json!(["to-string", ["get", column]])];
    for unit in chart.units() {
        colour.push(json!(names(unit)));
        colour.push(json!(unit.colour_hex()));
    }
    colour.push(json!("#ffffff"));
    json!({
        "version": 8,
        "name": format!("International Chronostratigraphic Chart {}", chart.version()),
        "metadata": {"attribution": chart.attribution(), "licence": chart.licence()},
        "sources": {},
        "layers": [{"id": "age", "type": "fill", "source": "units", "paint": {"fill-color": colour, "fill-outline-color": "#555555"}}],
    })
}

/// What a column may hold for a unit: its id, its English name, its address.
fn names(unit: &Unit) -> Vec<String> {
    let mut names = vec![unit.id.clone(), unit.label("en").to_owned(), unit.uri()];
    names.dedup();
    names
}

/// A style for QGIS: areas by a column.
pub fn qml(chart: &Chart, column: &str) -> String {
    let mut categories = String::new();
    let mut symbols = String::new();
    let mut place = 0;
    for unit in chart.units() {
        let [red, green, blue] = unit.colour;
        for name in names(unit) {
            let _ = writeln!(
                categories,
                "   <category render=\"true\" symbol=\"{place}\" value=\"{}\" label=\"{}\"/>",
                escape(&name),
                escape(unit.label("en"))
            );
            let _ = writeln!(
                symbols,
                "   <symbol alpha=\"1\" clip_to_extent=\"1\" type=\"fill\" name=\"{place}\"><layer class=\"SimpleFill\" enabled=\"1\" \
                 pass=\"0\" locked=\"0\"><prop k=\"color\" v=\"{red},{green},{blue},255\"/><prop k=\"outline_color\" v=\"85,85,85,255\"/>\
                 <prop k=\"outline_width\" v=\"0.1\"/><prop k=\"outline_width_unit\" v=\"MM\"/><prop k=\"style\" v=\"solid\"/></layer></symbol>"
            );
            place += 1;
        }
    }
    format!(
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n<!-- International Chronostratigraphic Chart {}. {} {} -->\n\
         <qgis version=\"3.22\" styleCategories=\"Symbology\">\n <renderer-v2 type=\"categorizedSymbol\" attr=\"{}\" symbollevels=\"0\" \
         enableorderby=\"0\" forceraster=\"0\">\n  <categories>\n{categories}  </categories>\n  <symbols>\n{symbols}  </symbols>\n \
         </renderer-v2>\n</qgis>\n",
        chart.version(),
        comment(chart.attribution()),
        chart.licence(),
        escape(column)
    )
}

/// A style as SLD 1.0: areas by a column.
pub fn sld(chart: &Chart, column: &str) -> String {
    let mut rules = String::new();
    for unit in chart.units() {
        let equal = names(unit).iter().fold(String::new(), |mut text, name| {
            let _ = write!(
                text,
                "<ogc:PropertyIsEqualTo><ogc:PropertyName>{}</ogc:PropertyName><ogc:Literal>{}</ogc:Literal></ogc:PropertyIsEqualTo>",
                escape(column),
                escape(name)
            );
            text
        });
        let _ = writeln!(
            rules,
            "    <Rule><Name>{}</Name><Title>{}</Title><ogc:Filter><ogc:Or>{equal}</ogc:Or></ogc:Filter><PolygonSymbolizer><Fill>\
             <CssParameter name=\"fill\">{}</CssParameter></Fill><Stroke><CssParameter name=\"stroke\">#555555</CssParameter>\
             <CssParameter name=\"stroke-width\">0.3</CssParameter></Stroke></PolygonSymbolizer></Rule>",
            unit.id,
            escape(unit.label("en")),
            unit.colour_hex()
        );
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<StyledLayerDescriptor version=\"1.0.0\" xmlns=\"http://www.opengis.net/sld\" \
         xmlns:ogc=\"http://www.opengis.net/ogc\">\n <NamedLayer><Name>age</Name><UserStyle><Name>ics</Name>\n  <Title>International \
         Chronostratigraphic Chart {}</Title><Abstract>{} {}</Abstract>\n  <FeatureTypeStyle>\n{rules}  </FeatureTypeStyle>\n \
         </UserStyle></NamedLayer>\n</StyledLayerDescriptor>\n",
        chart.version(),
        escape(chart.attribution()),
        chart.licence()
    )
}

/// Swatches for drawing programs: Adobe Swatch Exchange 1.0, RGB, global colours.
pub fn ase(chart: &Chart) -> Vec<u8> {
    let mut bytes = b"ASEF\x00\x01\x00\x00".to_vec();
    let count = u32::try_from(chart.units().len()).unwrap_or(0);
    bytes.extend(count.to_be_bytes());
    for unit in chart.units() {
        let name: Vec<u16> = format!("{} {}", unit.label("en"), unit.symbol).encode_utf16().chain([0]).collect();
        let mut block = u16::try_from(name.len()).unwrap_or(0).to_be_bytes().to_vec();
        name.iter().for_each(|unit| block.extend(unit.to_be_bytes()));
        block.extend(b"RGB ");
        unit.colour.iter().for_each(|part| block.extend((f32::from(*part) / 255.0).to_be_bytes()));
        block.extend(0_u16.to_be_bytes());
        bytes.extend(1_u16.to_be_bytes());
        bytes.extend(u32::try_from(block.len()).unwrap_or(0).to_be_bytes());
        bytes.extend(block);
    }
    bytes
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Text in an XML comment, where two hyphens may not meet.
fn comment(text: &str) -> String {
    text.replace("--", "- -")
}

#[cfg(test)]
mod tests {
    use super::{ase, cpt, csv, maplibre, qml, sld};
    use terrane_geology::time::{Rank, chart};

    #[test]
    fn a_colour_table_covers_the_time_line() {
        let text = cpt(chart(), Rank::Age);
        let rows: Vec<Vec<&str>> = text
            .lines()
            .filter(|line| line.starts_with(|c: char| c.is_ascii_digit()))
            .map(|line| line.split('\t').collect())
            .collect();
        assert_eq!(rows.first().map(|row| row[0]), Some("0"));
        assert_eq!(rows.last().map(|row| row[2]), Some("4567"));
        assert!(rows.windows(2).all(|pair| pair[0][2] == pair[1][0]));
        assert!(text.contains("143.1\t217/241/247\t149.2\t217/241/247\t; Tithonian"), "{text}");
        let periods = cpt(chart(), Rank::Period);
        assert!(periods.contains("143.1\t52/178/201\t201.4\t52/178/201\t; Jurassic"));
    }

    #[test]
    fn styles_name_every_unit() {
        assert_eq!(csv(chart()).lines().count(), 179);
        assert_eq!(sld(chart(), "age").matches("<Rule>").count(), 178);
        assert!(roxmltree::Document::parse(&sld(chart(), "a<g>e")).is_ok());
        assert!(qml(chart(), "age").contains("value=\"Late Jurassic\""));
        assert_eq!(
            maplibre(chart(), "age")["layers"][0]["paint"]["fill-color"].as_array().map(Vec::len),
            Some(178 * 2 + 3)
        );
    }

    #[test]
    fn swatches_are_blocks_of_the_length_they_say() {
        let bytes = ase(chart());
        let mut rest = &bytes[12..];
        let mut blocks = 0;
        while rest.len() >= 6 {
            let length = usize::try_from(u32::from_be_bytes([rest[2], rest[3], rest[4], rest[5]])).expect("small");
            rest = &rest[6 + length..];
            blocks += 1;
        }
        assert_eq!((blocks, rest.len(), bytes[11]), (178, 0, 178));
    }
}
