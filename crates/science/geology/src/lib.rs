//! Geology that machines understand: geologic time, vocabularies, and how a survey's own legend is told in them.
//!
//! Pure: no clock, no files, no network. Tables of the International Chronostratigraphic Chart and of the CGI vocabularies are
//! part of the program; each answer can say which version it was made with.

pub mod ask;
pub mod legend;
pub mod mapping;
pub mod meaning;
pub mod reading;
pub mod text;
pub mod time;
pub mod view;
pub mod vocabulary;
