//! Words of labels: texts, columns, and texts put together.

use super::mappings::is_name;
use super::{Reader, children, text_of};
use crate::style::Template;
use crate::style::TemplatePart as Part;
use roxmltree::Node;
use terrane_model::Result;

impl Reader<'_> {
    /// What a label says; `None` when it cannot be held and was told so.
    pub(super) fn words(&mut self, node: Node<'_, '_>) -> Result<Option<Template>> {
        let mut parts = Vec::new();
        let whole = self.collect(node, &mut parts)?;
        Ok(whole.then(|| Template::of_parts(&trimmed(parts))))
    }

    fn collect(&mut self, node: Node<'_, '_>, parts: &mut Vec<Part>) -> Result<bool> {
        for part in node.children() {
            if let Some(text) = part.text().filter(|_| part.is_text()) {
                // What only sets elements apart in the file is no word.
                if !(text.trim().is_empty() && text.contains('\n')) {
                    parts.push(Part::Text(collapsed(text)));
                }
                continue;
            }
            if !part.is_element() {
                continue;
            }
            let function = part.attribute("name").unwrap_or("").to_ascii_lowercase();
            let joins = matches!(function.as_str(), "concatenate" | "strconcat" | "concat");
            match part.tag_name().name() {
                "Literal" => parts.push(Part::Text(text_of_exactly(part))),
                _ if is_name(part) => parts.push(Part::Column { name: self.column(part)?, decimals: None }),
                "Function" if function == "numberformat" || function == "numberformat2" => {
                    if !self.number_format(part, parts)? {
                        return Ok(false);
                    }
                }
                "Function" if joins => {
                    if !self.collect(part, parts)? {
                        return Ok(false);
                    }
                }
                "Concatenate" | "StringValue" => {
                    if !self.collect(part, parts)? {
                        return Ok(false);
                    }
                }
                _ => {
                    self.fidelity.left_out(part, "a label whose words a function computes");
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    /// `numberFormat('0.00', column)`: decimals.
    fn number_format(&mut self, node: Node<'_, '_>, parts: &mut Vec<Part>) -> Result<bool> {
        let arguments: Vec<Node<'_, '_>> = children(node).collect();
        match arguments.as_slice() {
            [format, name] if format.tag_name().name() == "Literal" && is_name(*name) => {
                let format = text_of(*format);
                let decimals =
                    format.split_once('.').map_or(0, |(_, digits)| digits.chars().filter(|it| *it == '0').count());
                parts.push(Part::Column { name: self.column(*name)?, decimals: Some(decimals) });
                Ok(true)
            }
            _ => {
                self.fidelity.left_out(node, "a label whose words a function computes");
                Ok(false)
            }
        }
    }
}

fn text_of_exactly(node: Node<'_, '_>) -> String {
    node.descendants().filter(Node::is_text).filter_map(|text| text.text()).collect()
}

/// Blanks in a row are one.
fn collapsed(text: &str) -> String {
    let mut words = String::new();
    for character in text.chars() {
        let blank = character.is_whitespace();
        if !blank || !words.ends_with(' ') {
            words.push(if blank { ' ' } else { character });
        }
    }
    words
}

/// Without blanks at both ends.
fn trimmed(mut parts: Vec<Part>) -> Vec<Part> {
    if let Some(Part::Text(first)) = parts.first_mut() {
        *first = first.trim_start().to_owned();
    }
    if let Some(Part::Text(last)) = parts.last_mut() {
        *last = last.trim_end().to_owned();
    }
    parts
}
