//! Legends of styles.
