//! Lists and names in key-value pairs.

use terrane_model::{Error, Result};

/// `(a,b)(c)` as its groups, or what has no parentheses as one. Parentheses within texts of XML are not counted.
pub fn groups(text: &str) -> Vec<String> {
    let text = text.trim();
    let Some(inner) = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) else {
        return vec![text.to_owned()];
    };
    inner.split(")(").map(str::to_owned).collect()
}

/// A list with commas.
pub fn list(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// Prefixes that `NAMESPACES=xmlns(p,uri),xmlns(q,uri)` binds; WFS 1.1.0 writes `xmlns(p=uri)`. They are names, nothing is fetched.
pub fn bindings(text: &str) -> Result<Vec<(String, String)>> {
    let mut all = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let wrong = || Error::invalid("NAMESPACES is a list of xmlns(prefix,namespace).").at("namespaces");
        let inner = rest.strip_prefix("xmlns(").ok_or_else(wrong)?;
        let (one, after) = inner.split_once(')').ok_or_else(wrong)?;
        let (prefix, uri) = one.split_once([',', '=']).unwrap_or(("", one));
        all.push((prefix.trim().to_owned(), uri.trim().to_owned()));
        rest = after.trim_start_matches([',', ' ']);
    }
    Ok(all)
}

/// A name with the namespace that its prefix is bound to, `{namespace}local`; as it stands when it is not bound.
pub fn expanded(name: &str, bound: &dyn Fn(&str) -> Option<String>) -> String {
    let name = name.trim();
    let (prefix, local) = name.split_once(':').unwrap_or(("", name));
    bound(prefix).map_or_else(|| name.to_owned(), |uri| format!("{{{uri}}}{local}"))
}

/// `name ASC,other DESC`, as WFS 1.1.0 has it `name A`, and without an order from small to large.
pub fn order(text: &str) -> Vec<(String, bool)> {
    let one = |part: String| {
        let (name, order) = part.rsplit_once([' ', '+']).unwrap_or((&part, ""));
        match order.to_ascii_uppercase().as_str() {
            "D" | "DESC" => (name.trim().to_owned(), true),
            "A" | "ASC" => (name.trim().to_owned(), false),
            _ => (part.clone(), false),
        }
    };
    list(text).into_iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_groups_orders_and_bindings_are_taken_apart() {
        assert_eq!(groups("(a,b)(c)"), ["a,b", "c"]);
        assert_eq!(groups("a,b"), ["a,b"]);
        let order = order("name DESC, magnitude,time A");
        assert_eq!(order, [("name".to_owned(), true), ("magnitude".to_owned(), false), ("time".to_owned(), false)]);
        let bound = bindings("xmlns(a,http://x/y),xmlns(b=urn:z),xmlns(urn:w)").expect("bindings");
        assert_eq!(bound[1], ("b".to_owned(), "urn:z".to_owned()));
        assert_eq!(bound[2], (String::new(), "urn:w".to_owned()));
        assert!(bindings("http://192.0.2.1/").is_err());
        assert_eq!(expanded("a:b", &|prefix| (prefix == "a").then(|| "urn:x".to_owned())), "{urn:x}b");
    }
}
