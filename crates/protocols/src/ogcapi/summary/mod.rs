//! `/collections/{id}/summary`: rows put into groups and numbers told of each, the statistics of catalogues of earthquakes among them.
//! No standard has it; parameters that narrow rows are those of `items`.

pub mod answer;
pub mod ask;
