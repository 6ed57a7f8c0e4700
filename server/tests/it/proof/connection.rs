//! A minimal HTTP client with a persistent connection.

use domain::key::issued::IssuedKey;
use std::net::{IpAddr, SocketAddr};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpSocket, TcpStream},
};

pub struct Connection(BufReader<TcpStream>);

pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        let mut all = self.headers.iter().filter(|header| header.0 == name);
        let value = all.next().map_or("", |header| header.1.as_str());
        assert!(all.next().is_none(), "{name} is there twice");
        value
    }
}

impl Connection {
    pub async fn to(address: SocketAddr) -> Self {
        Self(BufReader::new(
            TcpStream::connect(address).await.expect("a listener"),
        ))
    }

    /// Connects from another loopback address.
    pub async fn from(here: IpAddr, address: SocketAddr) -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.bind(SocketAddr::new(here, 0)).expect("ours");
        let stream = socket.connect(address).await.expect("a listener");
        Self(BufReader::new(stream))
    }

    pub async fn send(&mut self, method: &str, path: &str, lines: &[(&str, &str)]) -> Answer {
        let mut request = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\n");
        for (name, value) in lines {
            request.extend([*name, ": ", *value, "\r\n"]);
        }
        request.push_str("\r\n");
        self.0
            .get_mut()
            .write_all(request.as_bytes())
            .await
            .expect("sent");
        let head = self.line().await;
        let status = head
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok())
            .unwrap_or_else(|| panic!("no status: {head:?}"));
        let mut headers = Vec::new();
        loop {
            let line = self.line().await;
            let Some((name, value)) = line.split_once(':') else {
                break;
            };
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let mut answer = Answer {
            status,
            headers,
            body: String::new(),
        };
        let length = answer.header("content-length").parse().unwrap_or(0);
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).await.expect("a body");
        answer.body = String::from_utf8_lossy(&body).into_owned();
        answer
    }

    /// Sends a `GET` with a key.
    pub async fn get(&mut self, path: &str, key: &IssuedKey) -> Answer {
        let id = key.id.to_string();
        let pair = [
            ("x-client-key", id.as_str()),
            ("x-client-secret", &key.secret),
        ];
        self.send("GET", path, &pair).await
    }

    async fn line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).await.expect("a line");
        line.trim_end().to_owned()
    }
}
