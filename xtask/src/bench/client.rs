//! The smallest HTTP/1.1 client that can tell when the first byte came: one connection, one request at a time.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};

/// What a browser says that it wants.
const HTML: &str = "accept: text/html\r\n";

/// A connection that is kept, and the cookies that every request carries.
pub struct Client {
    stream: BufReader<TcpStream>,
    address: SocketAddr,
    cookies: Vec<String>,
}

/// What came back.
pub struct Answer {
    /// From the request's last byte sent to the answer's first byte received.
    pub first_byte: Duration,
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    /// A header's value; the name in small letters.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|header| header.0 == name)
            .map(|header| header.1.as_str())
    }

    /// The body, which is text.
    pub fn text(&self) -> Result<&str> {
        std::str::from_utf8(&self.body).context("the answer is not text")
    }
}

impl Client {
    /// Connects.
    pub fn connect(address: SocketAddr) -> Result<Self> {
        let stream =
            TcpStream::connect(address).with_context(|| format!("nothing listens at {address}"))?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream: BufReader::with_capacity(1 << 18, stream),
            address,
            cookies: Vec::new(),
        })
    }

    /// Asks for a page as a browser would.
    pub fn get(&mut self, path: &str) -> Result<Answer> {
        self.send("GET", path, HTML, "")
    }

    /// Sends a form, and keeps the cookies of the answer.
    pub fn post(&mut self, path: &str, form: &str) -> Result<Answer> {
        let answer = self.send("POST", path, HTML, form)?;
        for (name, value) in &answer.headers {
            if name == "set-cookie" {
                let pair = value.split(';').next().unwrap_or_default();
                self.cookies.push(pair.to_owned());
            }
        }
        Ok(answer)
    }

    /// What a browser would send as `cookie`.
    pub fn cookies(&self) -> String {
        self.cookies.join("; ")
    }

    /// Sends a request with header lines of one's own, each with its line end.
    pub fn send(&mut self, method: &str, path: &str, lines: &str, body: &str) -> Result<Answer> {
        let (address, cookies) = (self.address, self.cookies());
        let length = body.len();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {address}\r\n{lines}sec-fetch-site: same-origin\r\n\
             cookie: {cookies}\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n\r\n{body}"
        );
        self.stream.get_mut().write_all(request.as_bytes())?;
        let began = Instant::now();
        if self.stream.fill_buf()?.is_empty() {
            bail!("the server closed the connection");
        }
        let first_byte = began.elapsed();
        let mut answer = self.head(first_byte)?;
        answer.body = self.body(&answer)?;
        Ok(answer)
    }

    fn head(&mut self, first_byte: Duration) -> Result<Answer> {
        let line = self.line()?;
        let status = line
            .split(' ')
            .nth(1)
            .and_then(|code| code.parse().ok())
            .with_context(|| format!("no status in `{line}`"))?;
        let mut headers = Vec::new();
        loop {
            let line = self.line()?;
            let Some((name, value)) = line.split_once(':') else {
                break;
            };
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        Ok(Answer {
            first_byte,
            status,
            headers,
            body: Vec::new(),
        })
    }

    fn body(&mut self, answer: &Answer) -> Result<Vec<u8>> {
        let mut body = Vec::new();
        if answer.header("transfer-encoding") == Some("chunked") {
            loop {
                let size = usize::from_str_radix(self.line()?.trim(), 16)?;
                self.exactly(size, &mut body)?;
                self.line()?;
                if size == 0 {
                    return Ok(body);
                }
            }
        }
        let size = answer.header("content-length").unwrap_or("0").parse()?;
        self.exactly(size, &mut body)?;
        Ok(body)
    }

    fn exactly(&mut self, size: usize, body: &mut Vec<u8>) -> Result<()> {
        let begin = body.len();
        body.resize(begin + size, 0);
        self.stream
            .read_exact(&mut body[begin..])
            .context("the answer ends early")
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        line.truncate(line.trim_end().len());
        Ok(line)
    }
}
