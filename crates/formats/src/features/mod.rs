//! Tables: rows with a place and a time.
