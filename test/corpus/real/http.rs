//@ ureq = { version = "3", default-features = false, features = ["rustls", "gzip", "json"] }
//@ serde_json = "1"
use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

/// A client that could speak TLS asks a server on this machine, in plain.
pub fn run(n: u64) -> u64 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = thread::spawn(move || {
        let (mut peer, _) = listener.accept().unwrap();
        let mut request = [0; 4096];
        let _ = peer.read(&mut request).unwrap();
        let body = format!("{{\"sum\": {}}}", (0..n).sum::<u64>());
        write!(peer, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len()).unwrap();
    });
    let agent: ureq::Agent = ureq::Agent::config_builder().proxy(None).build().into();
    let mut answer = agent.get(format!("http://{address}/sum")).call().unwrap();
    let body: serde_json::Value = answer.body_mut().read_json().unwrap();
    server.join().unwrap();
    body["sum"].as_u64().unwrap()
}
