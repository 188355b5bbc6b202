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

/// Whether something listens at a port in the network of a process.
pub(crate) fn listens(process: i64, port: u16) -> bool {
    let tables = ["tcp", "tcp6"].map(|it| format!("/proc/{process}/net/{it}"));
    let tables = tables
        .iter()
        .filter_map(|it| std::fs::read_to_string(it).ok());
    { tables }.any(|it| it.lines().skip(1).any(|it| is_listening(it, port)))
}

/// A line of such a table: number, local address, remote address, state. The state `0A` is to listen.
fn is_listening(line: &str, port: u16) -> bool {
    let mut words = line.split_whitespace();
    let (local, state) = (words.nth(1), words.nth(1));
    let own = local.and_then(|it| it.rsplit_once(':'));
    let own = own.and_then(|(_, it)| u16::from_str_radix(it, 16).ok());
    own == Some(port) && state == Some("0A")
}

#[cfg(test)]
mod tests {
    use super::is_listening;

    #[test]
    fn who_listens_is_told_from_who_is_connected() {
        let line = |state: &str| {
            format!("   0: 00000000:1F90 00000000:0000 {state} 00000000:00000000 00:00000000")
        };
        assert!(is_listening(&line("0A"), 8080));
        assert!(!is_listening(&line("0A"), 80));
        assert!(!is_listening(&line("01"), 8080));
    }
}
