//! The httpbin of the lab: `GET /get` answers with what the server was asked.
//!
//! One source for every flavor. `http` holds the protocol and knows no socket; `native` drives it with threads and
//! std::net, `wasi` with the WasmEdge socket imports (`sockets`) and one poll loop.

mod answer;
mod http;

#[cfg(not(target_os = "wasi"))]
mod native;
#[cfg(unix)]
mod signals;
#[cfg(target_os = "wasi")]
mod sockets;
#[cfg(target_os = "wasi")]
mod wasi;

#[cfg(not(target_os = "wasi"))]
use native as server;
#[cfg(target_os = "wasi")]
use wasi as server;

use std::env;
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::process::exit;

const DEFAULT_PORT: u16 = 3000;

fn main() {
    let address = match address() {
        Ok(address) => address,
        Err(message) => fail(2, &message),
    };
    let flavor = text("FLAVOR").unwrap_or_else(|| "unknown".to_owned());
    if let Err(message) = server::run(address, flavor) {
        fail(1, &message);
    }
}

fn address() -> Result<SocketAddr, String> {
    let ip = match text("BIND_ADDRESS") {
        None => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        Some(value) => value
            .parse()
            .map_err(|_| format!("BIND_ADDRESS is {value:?}: give an IPv4 or IPv6 address, for example 127.0.0.1"))?,
    };
    let port = match text("PORT") {
        None => DEFAULT_PORT,
        Some(value) => value
            .parse()
            .map_err(|_| format!("PORT is {value:?}: give a number from 0 (any free port) to 65535"))?,
    };
    Ok(SocketAddr::new(ip, port))
}

/// An environment variable; empty counts as not set.
fn text(name: &str) -> Option<String> {
    env::var_os(name)
        .map(|value| value.to_string_lossy().into_owned())
        .filter(|value| !value.is_empty())
}

/// A closed stdout is no reason to stop, so the result is of no interest.
fn announce(address: SocketAddr) {
    let mut out = std::io::stdout();
    let _ = writeln!(out, "listening on {address}").and_then(|()| out.flush());
}

fn fail(code: i32, message: &str) -> ! {
    let _ = writeln!(std::io::stderr(), "httpbin: {message}");
    exit(code)
}
