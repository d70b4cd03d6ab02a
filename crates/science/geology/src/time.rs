//! Geologic time: the International Chronostratigraphic Chart, and ages as people write them.
