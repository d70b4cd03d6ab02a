//! Files of the node's own: what is wrong with them is this node's fault, not the fault of whoever asks for them or adds a file.

use rusqlite::ErrorCode;
use std::sync::Arc;
use terrane_model::grid::{GridQuery, GridSchema, Window};
use terrane_model::{BoxFuture, Error, GridSource, Kind, Result};

/// A grid of the node's own.
pub struct OwnGrid<G>(pub G);

impl<G: GridSource> GridSource for OwnGrid<G> {
    fn schema(&self) -> &Arc<GridSchema> {
        self.0.schema()
    }

    fn window(&self, query: &GridQuery) -> BoxFuture<'_, Result<Window>> {
        let window = self.0.window(query);
        Box::pin(async move { window.await.map_err(damaged) })
    }
}

/// A reader of strangers' files calls a damaged file a wrong question.
fn damaged(error: Error) -> Error {
    match error.kind() {
        Kind::Invalid => {
            let say = "The data of this dataset is damaged on this server; its operator finds out more with “terrane doctor”.";
            Error::new(Kind::Internal, say).because(error.to_string())
        }
        _ => error,
    }
}

/// An error of writing a database, in words when there is no room for it.
pub fn not_written(error: Error) -> Error {
    let database = error.cause().and_then(|cause| cause.downcast_ref::<rusqlite::Error>());
    let code = database.and_then(rusqlite::Error::sqlite_error_code);
    let by_system = error.cause().and_then(|cause| cause.downcast_ref::<std::io::Error>());
    let say = match code {
        _ if by_system.is_some_and(|error| crate::is_full(error.kind())) => {
            "The disk is full; nothing was changed. Make room and try again."
        }
        Some(ErrorCode::DiskFull) => "The disk is full; nothing was changed. Make room and try again.",
        Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen) => {
            "The data folder cannot be written to; is the disk full or broken, and may this user do so? Nothing was changed."
        }
        _ => return error,
    };
    Error::new(Kind::Internal, say).because(error.cause().map_or_else(String::new, ToString::to_string))
}
