//! Watches the bytes of an HTTP/1 connection for heads that hyper takes and others read differently: a line that ends
//! with a bare LF (RFC 9112, 2.2), and a body whose length is given in two ways (6.1). Where a proxy and a server see two
//! different requests in the same bytes, one can be smuggled past the proxy.

/// What is wrong with a request's head.
pub type Fault = &'static str;

const BARE_LF: Fault = "a line of the request's head ends without CR";
const TWO_LENGTHS: Fault = "the request has a Content-Length and a Transfer-Encoding";
const NO_LENGTH: Fault = "the request's Content-Length is no number";

/// Bytes that are kept of a line: enough for the headers that say where the body ends.
const KEPT: usize = 80;

/// Follows the requests of one connection, byte by byte.
pub struct Heads {
    at: At,
    line: Line,
    head: Head,
}

enum At {
    /// In a head, or before it.
    Head,
    /// In a body, with so many bytes to come.
    Body(u64),
    /// In the line that gives a chunk's length.
    Size,
    /// In a chunk, with so many bytes to come.
    Chunk(u64),
    /// Behind the last chunk.
    Trailer,
    /// In bytes that are no requests of HTTP/1.
    Elsewhere,
}

/// The beginning of a line, and how it ends.
#[derive(Default)]
struct Line {
    kept: Vec<u8>,
    length: usize,
    last: u8,
}

/// What is known of a head that has begun.
#[derive(Default)]
struct Head {
    begun: bool,
    length: Option<u64>,
    chunked: bool,
    fault: Option<Fault>,
}

impl Default for Heads {
    fn default() -> Self {
        Self {
            at: At::Head,
            line: Line::default(),
            head: Head::default(),
        }
    }
}

impl Heads {
    /// Takes the next bytes, and tells of each head that ends in them whether something is wrong with it.
    pub fn take(&mut self, mut bytes: &[u8], mut tell: impl FnMut(Option<Fault>)) {
        while !bytes.is_empty() {
            match &mut self.at {
                At::Elsewhere => return,
                At::Body(left) | At::Chunk(left) => {
                    let here = usize::try_from(*left)
                        .unwrap_or(usize::MAX)
                        .min(bytes.len());
                    *left -= here as u64;
                    bytes = &bytes[here..];
                    match self.at {
                        At::Body(0) => self.at = At::Head,
                        At::Chunk(0) => self.at = At::Size,
                        _ => {}
                    }
                }
                At::Head | At::Size | At::Trailer => {
                    let end = bytes.iter().position(|byte| *byte == b'\n');
                    self.line.push(&bytes[..end.unwrap_or(bytes.len())]);
                    let Some(end) = end else {
                        return;
                    };
                    bytes = &bytes[end + 1..];
                    let mut line = std::mem::take(&mut self.line);
                    self.end_of_line(&line, &mut tell);
                    line.clear();
                    self.line = line;
                }
            }
        }
    }

    fn end_of_line(&mut self, line: &Line, tell: &mut impl FnMut(Option<Fault>)) {
        match self.at {
            At::Head => {
                if !line.ends_with_cr() {
                    self.head.fault = Some(BARE_LF);
                }
                match (line.text(), self.head.begun) {
                    // Empty lines before a request are passed over.
                    (b"", false) => {}
                    (b"", true) => self.end_of_head(tell),
                    (text, true) => self.head.line(text),
                    (text, false) if text.starts_with(b"PRI * HTTP/2") => self.at = At::Elsewhere,
                    (_, false) => self.head.begun = true,
                }
            }
            At::Size => {
                let digits = line.text().split(|byte| *byte == b';').next();
                let size = digits
                    .and_then(|digits| str::from_utf8(digits.trim_ascii()).ok())
                    .and_then(|digits| u64::from_str_radix(digits, 16).ok());
                self.at = match size {
                    Some(0) => At::Trailer,
                    // The chunk, and CRLF behind it.
                    Some(size) => At::Chunk(size.saturating_add(2)),
                    // hyper ends such a connection.
                    None => At::Elsewhere,
                };
            }
            At::Trailer if line.text().is_empty() => self.at = At::Head,
            At::Trailer | At::Body(_) | At::Chunk(_) | At::Elsewhere => {}
        }
    }

    fn end_of_head(&mut self, tell: &mut impl FnMut(Option<Fault>)) {
        let head = std::mem::take(&mut self.head);
        tell(head.fault);
        self.at = match head.length {
            _ if head.chunked => At::Size,
            Some(length) if length > 0 => At::Body(length),
            _ => At::Head,
        };
    }
}

impl Head {
    /// A header line.
    fn line(&mut self, text: &[u8]) {
        let mut parts = text.splitn(2, |byte| *byte == b':');
        let name = parts.next().unwrap_or_default();
        let value = parts.next().unwrap_or_default().trim_ascii();
        if name.eq_ignore_ascii_case(b"transfer-encoding") {
            self.chunked = true;
        } else if name.eq_ignore_ascii_case(b"content-length") {
            let digits = !value.is_empty() && value.iter().all(u8::is_ascii_digit);
            let length = str::from_utf8(value).ok().filter(|_| digits);
            self.length = length.and_then(|digits| digits.parse().ok());
            if self.length.is_none() {
                self.fault = Some(NO_LENGTH);
            }
        }
        if self.chunked && self.length.is_some() {
            self.fault = Some(TWO_LENGTHS);
        }
    }
}

impl Line {
    fn push(&mut self, bytes: &[u8]) {
        let room = KEPT.saturating_sub(self.kept.len()).min(bytes.len());
        self.kept.extend_from_slice(&bytes[..room]);
        self.length += bytes.len();
        self.last = bytes.last().copied().unwrap_or(self.last);
    }

    fn clear(&mut self) {
        self.kept.clear();
        self.length = 0;
    }

    fn ends_with_cr(&self) -> bool {
        self.length > 0 && self.last == b'\r'
    }

    /// The line without its end, as far as it is kept.
    fn text(&self) -> &[u8] {
        let whole = self.length <= KEPT;
        match self.kept.as_slice() {
            [text @ .., b'\r'] if whole => text,
            text => text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Whether each head of these bytes is right, however they are cut into pieces.
    fn told(bytes: &[u8], piece: usize) -> Vec<bool> {
        let mut heads = Heads::default();
        let mut told = Vec::new();
        for piece in bytes.chunks(piece.max(1)) {
            heads.take(piece, |fault| told.push(fault.is_none()));
        }
        told
    }

    #[test]
    fn every_head_is_told_of_once() {
        let table: &[(&str, &[bool])] = &[
            ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", &[true]),
            ("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", &[true]),
            ("GET / HTTP/1.1\nHost: a\r\n\r\n", &[false]),
            ("GET / HTTP/1.1\r\nHost: a\n\r\n", &[false]),
            ("GET / HTTP/1.1\r\nHost: a\r\n\n", &[false]),
            ("GET / HTTP/1.1\r\nHost: a\r\n", &[]),
            ("GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\n\n", &[true, false]),
            (
                "POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\n\n\n\n\nGET / HTTP/1.1\r\n\r\n",
                &[true, true],
            ),
            (
                "POST / HTTP/1.1\r\ncontent-length:0\r\n\r\nGET / HTTP/1.1\r\n\r\n",
                &[true, true],
            ),
            (
                "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n\n\n\r\n1;a=b\r\n\n\r\n0\r\nX: y\r\n\r\nGET / HTTP/1.1\r\n\r\n",
                &[true, true],
            ),
            (
                "POST / HTTP/1.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n",
                &[false],
            ),
            (
                "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n",
                &[false],
            ),
            ("POST / HTTP/1.1\r\nContent-Length: 4, 4\r\n\r\n", &[false]),
            ("POST / HTTP/1.1\r\nContent-Length: +4\r\n\r\n", &[false]),
            ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\n\n\n", &[]),
        ];
        for (bytes, expected) in table {
            for piece in [1, 2, 7, usize::MAX] {
                assert_eq!(told(bytes.as_bytes(), piece), *expected, "{bytes:?}");
            }
        }
        let long = format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(9_000));
        assert_eq!(told(long.as_bytes(), 100), [true]);
    }

    proptest! {
        #[test]
        fn requests_are_told_apart_whatever_their_bodies_are(
            bodies in prop::collection::vec((any::<bool>(), prop::collection::vec(any::<u8>(), 0..80)), 1..6),
            piece in 1_usize..200,
        ) {
            let mut bytes = Vec::new();
            for (chunked, body) in &bodies {
                if *chunked {
                    bytes.extend_from_slice(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n");
                    for chunk in body.chunks(7) {
                        bytes.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
                        bytes.extend_from_slice(chunk);
                        bytes.extend_from_slice(b"\r\n");
                    }
                    bytes.extend_from_slice(b"0\r\n\r\n");
                } else {
                    let head = format!("POST / HTTP/1.1\r\nContent-Length: {}\r\n\r\n", body.len());
                    bytes.extend_from_slice(head.as_bytes());
                    bytes.extend_from_slice(body);
                }
            }
            prop_assert_eq!(told(&bytes, piece), vec![true; bodies.len()]);
        }

        #[test]
        fn nothing_sent_panics(bytes: Vec<u8>, text in "[A-Za-z0-9:; \r\n]{0,300}", piece in 1_usize..50) {
            told(&bytes, piece);
            told(text.as_bytes(), piece);
        }
    }
}
