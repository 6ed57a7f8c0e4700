//! `STARTTLS` (RFC 3207), up to the server's consent. The library would keep what a server, or someone on the way to it, sends in clear
//! after the consent, and read it as answers inside TLS.

use super::{Failure, SendError};
use std::io;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// Maximum length of an answer in bytes.
const MAX_ANSWER_BYTES: usize = 16 * 1024;

/// Asks for TLS.
pub(super) async fn negotiate(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    own_domain: &str,
) -> Result<(), SendError> {
    expect(stream, "the greeting", "220").await?;
    let hello = command(stream, "EHLO", &format!("EHLO {own_domain}\r\n"), "250").await?;
    let offered = hello.lines().any(|line| {
        line.get(4..)
            .is_some_and(|rest| rest.trim().eq_ignore_ascii_case("STARTTLS"))
    });
    if !offered {
        let reason = "the mail server does not offer STARTTLS";
        return Err(SendError::new(Failure::Unavailable, reason));
    }
    command(stream, "STARTTLS", "STARTTLS\r\n", "220").await?;
    Ok(())
}

async fn command(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    step: &str,
    line: &str,
    code: &str,
) -> Result<String, SendError> {
    let written = stream.write_all(line.as_bytes()).await;
    written.map_err(|error| failed(step, &error))?;
    expect(stream, step, code).await
}

/// Reads an answer with this code.
async fn expect(
    stream: &mut (impl AsyncRead + Unpin),
    step: &str,
    code: &str,
) -> Result<String, SendError> {
    let answer = read_answer(stream).await;
    let answer = answer.map_err(|error| failed(step, &error))?;
    match answer.get(..3) {
        Some(found) if found == code => Ok(answer),
        Some(found) if found.bytes().all(|byte| byte.is_ascii_digit()) => {
            let reason = format!("the mail server answered {found} to {step}");
            Err(SendError::new(Failure::Unavailable, reason))
        }
        _ => Err(SendError::invalid(step)),
    }
}

fn failed(step: &str, error: &io::Error) -> SendError {
    SendError::new(Failure::Unavailable, format!("{step} failed: {error}"))
}

/// Reads one answer, after which the server waits.
async fn read_answer(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<String> {
    let mut bytes = Vec::new();
    loop {
        match end_of_answer(&bytes) {
            Some(end) if end == bytes.len() => {
                return String::from_utf8(bytes).map_err(|_| io::Error::other("an invalid answer"));
            }
            Some(_) => {
                return Err(io::Error::other(
                    "the mail server sent more than its answer",
                ));
            }
            None if bytes.len() > MAX_ANSWER_BYTES => {
                return Err(io::Error::other("the mail server's answer is too long"));
            }
            None => {}
        }
        if stream.read_buf(&mut bytes).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}

/// Returns the position after the first line that no other one continues.
fn end_of_answer(bytes: &[u8]) -> Option<usize> {
    let mut end = 0;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        end += line.len();
        if !line.ends_with(b"\n") {
            return None;
        }
        if line.get(3) != Some(&b'-') {
            return Some(end);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::negotiate;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    /// Negotiates with a server that sends the answers in turn, the first as its greeting.
    async fn negotiated(answers: [&'static str; 3]) -> Result<(), String> {
        let (mut client, mut server) = duplex(256 * 1024);
        let serving = tokio::spawn(async move {
            for answer in answers {
                server.write_all(answer.as_bytes()).await.expect("written");
                let mut command = [0; 256];
                if server.read(&mut command).await.expect("read") == 0 {
                    break;
                }
            }
        });
        let result = negotiate(&mut client, "example.com").await;
        drop(client);
        serving.await.expect("ends");
        result.map_err(|error| error.to_string())
    }

    #[tokio::test]
    async fn nothing_may_follow_the_consent_in_clear() {
        let hello = "250-sink\r\n250 starttls\r\n";
        assert_eq!(
            negotiated(["220 sink\r\n", hello, "220 go\r\n"]).await,
            Ok(())
        );
        for (answers, reason) in [
            (
                ["220 sink\r\n", hello, "220 go\r\n250 injected\r\n"],
                "sent more than its answer",
            ),
            (
                ["220 sink\r\n250 injected\r\n", hello, "220 go\r\n"],
                "sent more than its answer",
            ),
            (
                ["220 sink\r\n", "250 sink\r\n", "220 go\r\n"],
                "does not offer STARTTLS",
            ),
            (
                ["220 sink\r\n", hello, "454 later\r\n"],
                "answered 454 to STARTTLS",
            ),
            (["hello\r\n", hello, "220 go\r\n"], "an invalid answer"),
        ] {
            let refused = negotiated(answers).await.expect_err(reason);
            assert!(refused.contains(reason), "{refused}");
        }
    }

    #[tokio::test]
    async fn an_endless_line_is_not_read_to_its_end() {
        let (mut client, mut server) = duplex(1024);
        let serving =
            tokio::spawn(async move { while server.write_all(&[b'2'; 1024]).await.is_ok() {} });
        let result = negotiate(&mut client, "example.com").await;
        drop(client);
        serving.await.expect("ends");
        let refused = result.expect_err("too long").to_string();
        assert!(refused.contains("too long"), "{refused}");
    }
}
