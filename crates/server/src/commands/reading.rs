//! What a person says on the command line of how a file is to be read.

use serde::{Deserialize, Serialize};
use terrane_model::Result;
use terrane_model::store::OpenOptions;

/// See [`OpenOptions`]; what is not given is found out from the file.
#[derive(Debug, Clone, Default, Serialize, Deserialize, clap::Args)]
pub struct ReadingOptions {
    /// The CRS when the file does not say or says wrongly, such as EPSG:4240
    #[arg(long)]
    crs: Option<String>,
    /// The text encoding when it is not found right, such as shift_jis
    #[arg(long)]
    encoding: Option<String>,
    /// Only this layer
    #[arg(long)]
    layer: Option<String>,
    /// The column of x or longitude
    #[arg(long, requires = "y", value_name = "COLUMN")]
    x: Option<String>,
    /// The column of y or latitude
    #[arg(long, requires = "x", value_name = "COLUMN")]
    y: Option<String>,
    /// The column that identifies a row
    #[arg(long, value_name = "COLUMN")]
    key: Option<String>,
    /// The column that holds the time of a row
    #[arg(long, value_name = "COLUMN")]
    time: Option<String>,
}

impl ReadingOptions {
    /// How the file is opened.
    pub fn open(&self) -> Result<OpenOptions> {
        let crs = self.crs.as_deref().map(terrane_projection::parse).transpose().map_err(|error| error.at("--crs"))?;
        Ok(OpenOptions {
            crs,
            encoding: self.encoding.clone(),
            layer: self.layer.clone(),
            xy_columns: self.x.clone().zip(self.y.clone()),
            key: self.key.clone(),
            time: self.time.clone(),
        })
    }
}
