//! Styles → documents that keep to the schemas, and what could not be said so.

mod classes;
mod filter;
mod properties;
mod symbolizers;
mod xml;

use self::xml::Xml;
use super::Version;
use crate::style::{Order, Rule, Style, Symbolizer};
use terrane_model::LocalText;

/// What a written document says beside the style.
#[derive(Debug, Clone, Copy)]
pub struct Described<'a> {
    /// The name of the layer.
    pub layer: &'a str,
    /// The name of the style.
    pub style: &'a str,
    /// Languages of titles, best first: the standard has room for one.
    pub languages: &'a [&'a str],
    /// Who must be named.
    pub attribution: &'a str,
}

/// A document.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Written {
    /// Its XML.
    pub text: String,
    /// What is drawn in another way or not at all, a sentence each.
    pub remarks: Vec<String>,
}

impl Style {
    /// The style as a styled layer descriptor for one layer.
    pub fn to_sld(&self, version: Version, described: &Described<'_>) -> Written {
        let mut writer = Writer { version, languages: described.languages, xml: Xml::new(), remarks: Vec::new() };
        writer.document(self, described);
        let text = writer.xml.with_comment(&writer.remarks);
        Written { text, remarks: writer.remarks }
    }
}

const NAMESPACES: [(&str, &str); 3] = [
    ("xmlns:sld", "http://www.opengis.net/sld"),
    ("xmlns:ogc", "http://www.opengis.net/ogc"),
    ("xmlns:xlink", "http://www.w3.org/1999/xlink"),
];

struct Writer<'a> {
    version: Version,
    languages: &'a [&'a str],
    xml: Xml,
    remarks: Vec<String>,
}

impl Writer<'_> {
    fn is_new(&self) -> bool {
        self.version == Version::V110
    }

    /// An element that the newer version has in a namespace of its own.
    fn se(&self, name: &str) -> String {
        format!("{}:{name}", if self.is_new() { "se" } else { "sld" })
    }

    /// Says once what is not as in the style.
    fn remark(&mut self, sentence: impl Into<String>) {
        let sentence = sentence.into();
        if !self.remarks.contains(&sentence) {
            self.remarks.push(sentence);
        }
    }

    fn open(&mut self, name: &str) {
        let name = self.se(name);
        self.xml.open(&name, &[]);
    }

    fn leaf(&mut self, name: &str, text: &str) {
        let name = self.se(name);
        self.xml.leaf(&name, &[], text);
    }

    fn document(&mut self, style: &Style, described: &Described<'_>) {
        let mut attributes = vec![("version", self.version.name())];
        attributes.extend(NAMESPACES);
        if self.is_new() {
            attributes.push(("xmlns:se", "http://www.opengis.net/se"));
        }
        self.xml.open("sld:StyledLayerDescriptor", &attributes);
        self.xml.open("sld:NamedLayer", &[]);
        self.leaf("Name", described.layer);
        self.xml.open("sld:UserStyle", &[]);
        self.leaf("Name", described.style);
        self.about(&style.title, described.attribution);
        self.xml.leaf("sld:IsDefault", &[], "1");
        self.told(style);
        self.type_styles(style);
        self.xml.close_all();
    }

    /// What the standard has no words for.
    fn told(&mut self, style: &Style) {
        if style.coverage {
            self.remark("that areas meet without a seam cannot be said.");
        }
        if style.sort_by.is_some() {
            self.remark("the order of rows cannot be said.");
        }
        if style.rules.iter().any(|rule| rule.legend.is_some()) {
            self.remark("legends whose words come from columns cannot be said.");
        }
    }

    /// Title and abstract, where each version has them.
    fn about(&mut self, title: &LocalText, details: &str) {
        let shown = title.get(self.languages);
        if title.iter().any(|(_, text)| text != shown) {
            self.remark("titles have one language.");
        }
        if shown.is_empty() && details.is_empty() {
            return;
        }
        if self.is_new() {
            self.open("Description");
        }
        for (name, text) in [("Title", shown), ("Abstract", details)] {
            if !text.is_empty() {
                self.leaf(name, text);
            }
        }
        if self.is_new() {
            self.xml.close();
        }
    }

    /// One feature type style, or one for each level of symbols that all rows have before the next.
    fn type_styles(&mut self, style: &Style) {
        let rules = self.expanded(&style.rules);
        let depth = rules.iter().map(|rule| rule.symbolizers.len()).max().unwrap_or(0);
        let leveled = style.order == Order::Level && depth > 1;
        let has_else = rules.iter().any(|rule| rule.otherwise);
        if !leveled || has_else {
            if leveled {
                self.remark("symbols of a row are drawn together, not all first ones before all second ones.");
            }
            return self.type_style(rules.iter().map(|rule| (rule, rule.symbolizers.as_slice())).collect());
        }
        for level in 0..depth {
            let on_level = |rule: &Rule| rule.symbolizers.get(level).map_or(0..0, |_| level..level + 1);
            let of = rules.iter().map(|rule| (rule, &rule.symbolizers[on_level(rule)]));
            self.type_style(of.collect());
        }
    }

    fn type_style(&mut self, rules: Vec<(&Rule, &[Symbolizer])>) {
        let mut written = Vec::new();
        for (rule, symbolizers) in rules {
            let before = self.aside();
            self.rule(rule, symbolizers);
            written.push(std::mem::replace(&mut self.xml, before));
        }
        if written.iter().all(Xml::is_empty) {
            return;
        }
        self.open("FeatureTypeStyle");
        written.into_iter().for_each(|rule| self.xml.append(&rule));
        self.xml.close();
    }

    /// Begins a piece for one level deeper; gives back what was written before.
    fn aside(&mut self) -> Xml {
        let piece = Xml::inside(self.xml.depth() + 1);
        std::mem::replace(&mut self.xml, piece)
    }

    /// A rule; nothing when its filter cannot be said or it draws nothing.
    fn rule(&mut self, rule: &Rule, symbolizers: &[Symbolizer]) {
        let filter = match &rule.filter {
            None => None,
            Some(filter) => match filter::written(filter, self.version, self.xml.depth() + 1) {
                Some(written) => Some(written),
                None => return self.remark("a rule is left out: a filter here has no words for its condition."),
            },
        };
        let before = self.aside();
        symbolizers.iter().for_each(|symbolizer| self.symbolizer(symbolizer));
        let drawn = std::mem::replace(&mut self.xml, before);
        if drawn.is_empty() {
            return;
        }
        self.open("Rule");
        self.about(&rule.title, "");
        if rule.otherwise {
            let name = self.se("ElseFilter");
            self.xml.empty(&name, &[]);
        }
        if let Some(filter) = filter {
            self.xml.append(&filter);
        }
        for (name, scale) in [("MinScaleDenominator", rule.min_scale), ("MaxScaleDenominator", rule.max_scale)] {
            if let Some(scale) = scale {
                self.leaf(name, &scale.to_string());
            }
        }
        self.xml.append(&drawn);
        self.xml.close();
    }
}

/// A number as short as it says the same to six places.
fn number(number: f64) -> String {
    let rounded = (number * 1e6).round() / 1e6;
    // No negative zero.
    (rounded + 0.0).to_string()
}
