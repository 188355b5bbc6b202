//! Whether something listens at a port, and whether it answers.

use std::io::{Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::Duration;

/// Whether a connection is taken.
pub(crate) fn connects(host: &str, port: u16, patience: Duration) -> bool {
    connect(host, port, patience).is_some()
}

fn connect(host: &str, port: u16, patience: Duration) -> Option<TcpStream> {
    let addresses = (host, port).to_socket_addrs().ok()?;
    { addresses }.find_map(|it| TcpStream::connect_timeout(&it, patience).ok())
}

/// Whether a GET of HTTP is answered with success.
pub(crate) fn answers(host: &str, port: u16, path: &str, patience: Duration) -> bool {
    ask(host, port, path, patience).is_some_and(|it| (200..400).contains(&it))
}

fn ask(host: &str, port: u16, path: &str, patience: Duration) -> Option<u16> {
    let mut stream = connect(host, port, patience)?;
    stream.set_read_timeout(Some(patience)).ok()?;
    stream.set_write_timeout(Some(patience)).ok()?;
    let asked = format!("GET {path} HTTP/1.0\r\nHost: {host}:{port}\r\n\r\n");
    stream.write_all(asked.as_bytes()).ok()?;
    let mut head = Vec::new();
    let _ = stream.take(64).read_to_end(&mut head);
    let head = String::from_utf8_lossy(&head).into_owned();
    head.split(' ').nth(1)?.parse().ok()
}
