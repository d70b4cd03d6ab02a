//! `terrane serve`: serves a data folder until it is told to stop.

use crate::config::{self, Config};
use crate::{http, local, output, stores};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use terrane_model::{Error, Result};
use terrane_protocols::Site;
use terrane_protocols::common::site::SiteAbout;

/// Where to listen and how people reach it.
#[derive(clap::Args, Default)]
pub struct Serve {
    /// The data folder
    pub folder: PathBuf,
    /// Address and port to listen at [default: 127.0.0.1:8080, or as terrane.toml says]
    #[arg(long)]
    pub listen: Option<String>,
    /// The address that people use when a proxy stands before this program, with its path
    #[arg(long, value_name = "URL")]
    pub public_url: Option<String>,
}

/// Serves.
pub fn run(serve: &Serve, json: bool) -> Result<u8> {
    let config = config::read(&serve.folder)?;
    let engine = Arc::new(stores::engine(&serve.folder)?);
    let listen = serve.listen.as_ref().or(config.server.listen.as_ref()).map_or("127.0.0.1:8080", String::as_str);
    let address: SocketAddr = listen.replace("localhost", "127.0.0.1").parse().map_err(|_| {
        Error::invalid(format!("“{listen}” is no address to listen at; write it like 127.0.0.1:8080.")).at("--listen")
    })?;
    let runtime = tokio::runtime::Runtime::new().map_err(Error::internal)?;
    runtime.block_on(async {
        let stop = http::told_to_stop()?;
        let listener = tokio::net::TcpListener::bind(address).await.map_err(|error| {
            Error::conflict(format!("“{address}” cannot be listened at: {error}. Choose another port with --listen."))
        })?;
        let address = listener.local_addr().map_err(Error::internal)?;
        let public_url = match serve.public_url.as_ref().or(config.server.public_url.as_ref()) {
            Some(url) => config::public_url(url)?,
            None => local_url(address),
        };
        let site = site(&config, Arc::clone(&engine), public_url.clone());
        local::listen(&serve.folder, Arc::clone(&engine), &public_url)?;
        announce(&serve.folder, (&public_url, address), &engine, json);
        if address.ip().is_unspecified() && public_url == local_url(address) && !json {
            output::line(
                "Links say “localhost”, which is right on this machine only; --public-url says what others use.",
            );
        }
        http::serve(listener, site, stop).await?;
        local::close(&serve.folder);
        Ok(0)
    })
}

fn local_url(address: SocketAddr) -> String {
    match address.ip().is_unspecified() || address.ip().is_loopback() {
        true => format!("http://localhost:{}", address.port()),
        false => format!("http://{address}"),
    }
}

fn site(config: &Config, engine: Arc<terrane_engine::Engine>, public_url: String) -> Site {
    let about = SiteAbout {
        public_url,
        title: config.site.title(),
        description: config.site.description(),
        operator: config.site.operator(),
    };
    Site { engine, about: Arc::new(about) }
}

fn announce(folder: &Path, (public_url, listen): (&str, SocketAddr), engine: &terrane_engine::Engine, json: bool) {
    let catalogue = engine.catalogue();
    let datasets = catalogue.entries(terrane_engine::Caller::Operator).count();
    let maps = catalogue.maps(terrane_engine::Caller::Operator).count();
    let left_out = catalogue.problems().len();
    if json {
        let folder = folder.display().to_string();
        return output::json(&serde_json::json!({
            "folder": folder, "url": format!("{public_url}/"), "listen": listen.to_string(),
            "datasets": datasets, "maps": maps, "problems": left_out,
        }));
    }
    output::line(&format!("Serving {} ({datasets} datasets, {maps} maps) at", folder.display()));
    output::line(&format!("  {public_url}/"));
    if left_out > 0 {
        output::line(&format!(
            "{left_out} cannot be opened and are left out; “terrane doctor {}” says why.",
            folder.display()
        ));
    }
    output::line("Stop with Ctrl-C.");
}
