//! Vocabularies: terms with labels in many languages and a hierarchy.
