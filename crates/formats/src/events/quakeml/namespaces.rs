//! Namespaces of QuakeML and of those who add to it.

/// The namespace of the root.
pub const QUAKEML: &str = "http://quakeml.org/xmlns/quakeml/1.2";
/// The namespace of all other elements.
pub const BED: &str = "http://quakeml.org/xmlns/bed/1.2";
/// What the namespaces of all versions begin with.
const ANY_VERSION: &str = "http://quakeml.org/xmlns/";
/// The namespace of what QuakeML has no elements for.
pub const OURS: &str = "urn:terrane:event:1";
/// The prefix of [`OURS`].
pub const OUR_PREFIX: &str = "terrane";

/// Namespaces that add to QuakeML, with the prefix that they have here whatever a document calls them.
const KNOWN: [(&str, &str); 5] = [
    ("catalog", "http://anss.org/xmlns/catalog/0.1"),
    ("anss", "http://anss.org/xmlns/event/0.1"),
    ("tensor", "http://anss.org/xmlns/tensor/0.1"),
    ("iris", "http://www.iris.edu/ws/event"),
    ("iris-fdsnws", "http://service.iris.edu/fdsnws/event/1/"),
];

/// Whether a namespace is QuakeML's, of any version.
pub fn is_quakeml(namespace: &str) -> bool {
    namespace.starts_with(ANY_VERSION)
}

/// The prefix that a namespace has here.
pub fn prefix_of(namespace: &str) -> Option<&'static str> {
    KNOWN.iter().find(|(_, known)| *known == namespace).map(|(prefix, _)| *prefix)
}

/// The namespace that a prefix has here.
pub fn namespace_of(prefix: &str) -> Option<&'static str> {
    KNOWN.iter().find(|(known, _)| *known == prefix).map(|(_, namespace)| *namespace)
}
