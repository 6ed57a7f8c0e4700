//! A minimal HTTP/1.1 client that measures the time to the first byte. It has one connection, and no concurrent requests.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{Shutdown, SocketAddr, TcpStream},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};

const HTML: &str = "accept: text/html\r\n";

/// A persistent connection, and the cookies that are sent with each request.
pub struct Client {
    stream: BufReader<TcpStream>,
    address: SocketAddr,
    cookies: Vec<String>,
}

/// A response.
pub struct Response {
    /// The time between sending the request's last byte and receiving the response's first byte.
    pub first_byte: Duration,
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Response {
    /// Returns a header's value. The name is in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|header| header.0 == name)
            .map(|header| header.1.as_str())
    }

    /// Returns the body as text.
    pub fn text(&self) -> Result<&str> {
        std::str::from_utf8(&self.body).context("the body is not UTF-8")
    }
}

impl Client {
    pub fn connect(address: SocketAddr) -> Result<Self> {
        let stream =
            TcpStream::connect(address).with_context(|| format!("cannot connect to {address}"))?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream: BufReader::with_capacity(1 << 18, stream),
            address,
            cookies: Vec::new(),
        })
    }

    /// Connects, and waits for each answer for at most `timeout`.
    pub fn connect_within(address: SocketAddr, timeout: Duration) -> Result<Self> {
        let client = Self::connect(address)?;
        let stream = client.stream.get_ref();
        stream.set_read_timeout(Some(timeout))?;
        Ok(client)
    }

    /// Replaces the cookies by those of another client.
    pub fn with_cookies_of(mut self, other: &Self) -> Self {
        self.cookies.clone_from(&other.cookies);
        self
    }

    /// Requests a page as a browser does.
    pub fn get(&mut self, path: &str) -> Result<Response> {
        self.send("GET", path, HTML, "")
    }

    /// Posts a form, and stores the cookies of the response instead of earlier ones with the same names.
    pub fn post(&mut self, path: &str, form: &str) -> Result<Response> {
        let response = self.send("POST", path, HTML, form)?;
        for (header, value) in &response.headers {
            if header == "set-cookie" {
                let pair = value.split(';').next().unwrap_or_default();
                self.cookies
                    .retain(|cookie| cookie_name(cookie) != cookie_name(pair));
                self.cookies.push(pair.to_owned());
            }
        }
        Ok(response)
    }

    /// Returns the value of the `cookie` header.
    pub fn cookies(&self) -> String {
        self.cookies.join("; ")
    }

    /// Sends a request with additional header lines, each with its line end. A connection without an answer cannot be used again:
    /// it would take a late answer for that of the next request.
    pub fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &str,
        body: &str,
    ) -> Result<Response> {
        self.request(method, path, headers, body)?;
        self.response()
    }

    /// Waits for the response to a request.
    pub fn response(&mut self) -> Result<Response> {
        let response = self.read_response();
        if response.is_err() {
            // It may be closed already.
            let _ = self.stream.get_ref().shutdown(Shutdown::Both);
        }
        response
    }

    fn read_response(&mut self) -> Result<Response> {
        let began = Instant::now();
        if self.stream.fill_buf()?.is_empty() {
            bail!("the server closed the connection");
        }
        let first_byte = began.elapsed();
        let mut response = self.read_head(first_byte)?;
        response.body = self.read_body(&response)?;
        Ok(response)
    }

    /// Sends a request like [`Client::send`], and does not wait for the response.
    pub fn request(&mut self, method: &str, path: &str, headers: &str, body: &str) -> Result<()> {
        let (address, cookies) = (self.address, self.cookies());
        let length = body.len();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {address}\r\n{headers}sec-fetch-site: same-origin\r\n\
             cookie: {cookies}\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n\r\n{body}"
        );
        self.stream.get_mut().write_all(request.as_bytes())?;
        Ok(())
    }

    fn read_head(&mut self, first_byte: Duration) -> Result<Response> {
        let line = self.read_line()?;
        let status = line
            .split(' ')
            .nth(1)
            .and_then(|code| code.parse().ok())
            .with_context(|| format!("`{line}` has no status"))?;
        let mut headers = Vec::new();
        loop {
            let line = self.read_line()?;
            let Some((name, value)) = line.split_once(':') else {
                break;
            };
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        Ok(Response {
            first_byte,
            status,
            headers,
            body: Vec::new(),
        })
    }

    fn read_body(&mut self, response: &Response) -> Result<Vec<u8>> {
        let mut body = Vec::new();
        if response.header("transfer-encoding") == Some("chunked") {
            loop {
                let size = usize::from_str_radix(self.read_line()?.trim(), 16)?;
                self.read_exactly(size, &mut body)?;
                self.read_line()?;
                if size == 0 {
                    return Ok(body);
                }
            }
        }
        let size = response.header("content-length").unwrap_or("0").parse()?;
        self.read_exactly(size, &mut body)?;
        Ok(body)
    }

    fn read_exactly(&mut self, size: usize, body: &mut Vec<u8>) -> Result<()> {
        let begin = body.len();
        body.resize(begin + size, 0);
        self.stream
            .read_exact(&mut body[begin..])
            .context("the response ends early")
    }

    fn read_line(&mut self) -> Result<String> {
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        line.truncate(line.trim_end().len());
        Ok(line)
    }
}

/// Returns the name of a cookie.
fn cookie_name(cookie: &str) -> &str {
    cookie.split('=').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpListener};

    use super::*;

    #[test]
    fn a_late_answer_is_not_taken_for_that_of_the_next_request() -> Result<()> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let mut client = Client::connect_within(listener.local_addr()?, Duration::from_millis(1))?;
        assert!(client.send("GET", "/first", "", "").is_err());
        let (mut server, _) = listener.accept()?;
        // The client may have closed the connection.
        let _ = server.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        let second = client.send("GET", "/second", "", "");
        assert!(second.is_err(), "{:?}", second.map(|answer| answer.status));
        Ok(())
    }

    #[test]
    fn a_cookie_replaces_the_earlier_one_with_its_name() -> Result<()> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let mut client = Client::connect(listener.local_addr()?)?;
        let (mut server, _) = listener.accept()?;
        for cookies in [
            "set-cookie: session=1; Path=/\r\nset-cookie: device=x\r\n",
            "set-cookie: session=2=; Path=/\r\n",
        ] {
            server.write_all(
                format!("HTTP/1.1 200 OK\r\n{cookies}content-length: 0\r\n\r\n").as_bytes(),
            )?;
            client.post("/", "")?;
        }
        assert_eq!(client.cookies(), "device=x; session=2=");
        Ok(())
    }
}
