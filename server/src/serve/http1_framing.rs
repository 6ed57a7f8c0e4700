//! A check against request smuggling in HTTP/1. It finds heads that hyper accepts and other implementations read differently:
//! a line that ends with a bare LF (RFC 9112, 2.2), and a body whose length is given in two ways (6.1). Where a proxy and a
//! server see different requests in the same bytes, a request can be smuggled past the proxy.

use memchr::memchr;

/// The error of a request's head.
pub type FramingError = &'static str;

const BARE_LF: FramingError = "a line of the request's head ends without CR";
const TWO_LENGTHS: FramingError = "the request has a Content-Length and a Transfer-Encoding";
const NO_LENGTH: FramingError = "the request's Content-Length is not a number";

/// Bytes of a line that are kept: enough for the headers that determine the end of the body.
const MAX_LINE_BYTES: usize = 80;

/// Parses the framing of the requests of one connection.
pub struct FramingChecker {
    position: Position,
    line: PartialLine,
    head: ParsedHead,
}

/// The position in the byte stream.
enum Position {
    /// In a head, or before it.
    Head,
    /// In a body, with this many bytes left.
    Body(u64),
    /// In the line with a chunk's length.
    ChunkSize,
    /// In a chunk, with this many bytes left.
    Chunk(u64),
    /// After the last chunk.
    Trailer,
    /// In bytes that are not HTTP/1 requests.
    Unchecked,
}

/// A line whose end has not arrived.
#[derive(Default)]
struct PartialLine {
    kept: Vec<u8>,
    length: usize,
    last: u8,
}

/// The beginning of a line, with its length and its last byte.
#[derive(Clone, Copy)]
struct Line<'a> {
    kept: &'a [u8],
    length: usize,
    last: Option<u8>,
}

/// The part of a head that has been parsed.
#[derive(Default)]
struct ParsedHead {
    begun: bool,
    length: Option<u64>,
    chunked: bool,
    error: Option<FramingError>,
}

impl Default for FramingChecker {
    fn default() -> Self {
        Self {
            position: Position::Head,
            line: PartialLine::default(),
            head: ParsedHead::default(),
        }
    }
}

impl FramingChecker {
    /// Parses the next bytes. Calls `report` for each head that is complete with them, with its error if it has one.
    pub fn feed(&mut self, mut bytes: &[u8], mut report: impl FnMut(Option<FramingError>)) {
        while !bytes.is_empty() {
            match &mut self.position {
                Position::Unchecked => return,
                Position::Body(left) | Position::Chunk(left) => {
                    let here = usize::try_from(*left)
                        .unwrap_or(usize::MAX)
                        .min(bytes.len());
                    *left -= here as u64;
                    bytes = &bytes[here..];
                    match self.position {
                        Position::Body(0) => self.position = Position::Head,
                        Position::Chunk(0) => self.position = Position::ChunkSize,
                        _ => {}
                    }
                }
                Position::Head | Position::ChunkSize | Position::Trailer => {
                    let Some(end) = memchr(b'\n', bytes) else {
                        self.line.push(bytes);
                        return;
                    };
                    let (rest, after) = (&bytes[..end], &bytes[end + 1..]);
                    bytes = after;
                    if self.line.length == 0 {
                        // The whole line is here, as most are.
                        self.end_of_line(Line::new(rest), &mut report);
                    } else {
                        self.line.push(rest);
                        let mut line = std::mem::take(&mut self.line);
                        self.end_of_line(line.borrow(), &mut report);
                        line.clear();
                        self.line = line;
                    }
                }
            }
        }
    }

    fn end_of_line(&mut self, line: Line<'_>, report: &mut impl FnMut(Option<FramingError>)) {
        match self.position {
            Position::Head => {
                if !line.ends_with_cr() {
                    self.head.error = Some(BARE_LF);
                }
                match (line.text(), self.head.begun) {
                    // Empty lines before a request are skipped.
                    (b"", false) => {}
                    (b"", true) => self.end_of_head(report),
                    (text, true) => self.head.line(text),
                    (text, false) if text.starts_with(b"PRI * HTTP/2") => {
                        self.position = Position::Unchecked;
                    }
                    (_, false) => self.head.begun = true,
                }
            }
            Position::ChunkSize => {
                let digits = line.text().split(|byte| *byte == b';').next();
                let size = digits
                    .and_then(|digits| str::from_utf8(digits.trim_ascii()).ok())
                    .and_then(|digits| u64::from_str_radix(digits, 16).ok());
                self.position = match size {
                    Some(0) => Position::Trailer,
                    // The chunk and the CRLF after it.
                    Some(size) => Position::Chunk(size.saturating_add(2)),
                    // hyper closes such a connection.
                    None => Position::Unchecked,
                };
            }
            Position::Trailer if line.text().is_empty() => self.position = Position::Head,
            Position::Trailer | Position::Body(_) | Position::Chunk(_) | Position::Unchecked => {}
        }
    }

    fn end_of_head(&mut self, report: &mut impl FnMut(Option<FramingError>)) {
        let head = std::mem::take(&mut self.head);
        report(head.error);
        self.position = match head.length {
            _ if head.chunked => Position::ChunkSize,
            Some(length) if length > 0 => Position::Body(length),
            _ => Position::Head,
        };
    }
}

impl ParsedHead {
    /// Parses a header line.
    fn line(&mut self, text: &[u8]) {
        if !matches!(text.first(), Some(b't' | b'T' | b'c' | b'C')) {
            return;
        }
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
                self.error = Some(NO_LENGTH);
            }
        }
        if self.chunked && self.length.is_some() {
            self.error = Some(TWO_LENGTHS);
        }
    }
}

impl PartialLine {
    fn push(&mut self, bytes: &[u8]) {
        let room = MAX_LINE_BYTES
            .saturating_sub(self.kept.len())
            .min(bytes.len());
        self.kept.extend_from_slice(&bytes[..room]);
        self.length += bytes.len();
        self.last = bytes.last().copied().unwrap_or(self.last);
    }

    fn clear(&mut self) {
        self.kept.clear();
        self.length = 0;
    }

    fn borrow(&self) -> Line<'_> {
        Line {
            kept: &self.kept,
            length: self.length,
            last: Some(self.last),
        }
    }
}

impl<'a> Line<'a> {
    /// A line that has arrived at once.
    fn new(bytes: &'a [u8]) -> Self {
        Self {
            kept: &bytes[..bytes.len().min(MAX_LINE_BYTES)],
            length: bytes.len(),
            last: bytes.last().copied(),
        }
    }

    fn ends_with_cr(self) -> bool {
        self.last == Some(b'\r')
    }

    /// Returns the line without its end, as far as it is kept.
    fn text(self) -> &'a [u8] {
        let whole = self.length <= MAX_LINE_BYTES;
        match self.kept {
            [text @ .., b'\r'] if whole => text,
            text => text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Returns whether each head is valid, when the bytes arrive in pieces of a size.
    fn validity(bytes: &[u8], piece: usize) -> Vec<bool> {
        let mut checker = FramingChecker::default();
        let mut heads = Vec::new();
        for piece in bytes.chunks(piece.max(1)) {
            checker.feed(piece, |error| heads.push(error.is_none()));
        }
        heads
    }

    #[test]
    fn each_head_is_reported_once() {
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
                assert_eq!(validity(bytes.as_bytes(), piece), *expected, "{bytes:?}");
            }
        }
        let long = format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(9_000));
        assert_eq!(validity(long.as_bytes(), 100), [true]);
    }

    proptest! {
        #[test]
        fn bodies_of_any_content_are_skipped(
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
            prop_assert_eq!(validity(&bytes, piece), vec![true; bodies.len()]);
        }

        #[test]
        fn no_input_panics(bytes: Vec<u8>, text in "[A-Za-z0-9:; \r\n]{0,300}", piece in 1_usize..50) {
            validity(&bytes, piece);
            validity(text.as_bytes(), piece);
        }
    }
}
