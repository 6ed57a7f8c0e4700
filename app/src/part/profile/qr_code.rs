//! A text as a QR code.

use leptos::prelude::*;
use std::fmt::Write;

/// The light margin that scanners need (ISO/IEC 18004, 5.3.8), in modules.
const QUIET_ZONE: usize = 4;

/// A QR code; nothing if the text is too long for one.
#[component]
pub fn QrCode(
    /// Its content.
    text: String,
    /// Its accessible name.
    label: &'static str,
) -> impl IntoView {
    modules(&text).map(|(size, path)| {
        view! {
            <svg
                class="qr-code"
                viewBox=format!("0 0 {size} {size}")
                role="img"
                aria-label=label
            >
                <path d=path></path>
            </svg>
        }
    })
}

/// The size of the drawing with its margin, and a path around the dark modules.
fn modules(text: &str) -> Option<(usize, String)> {
    let code = qrcode::QrCode::new(text).ok()?;
    let width = code.width();
    let mut path = String::new();
    for (at, color) in code.to_colors().into_iter().enumerate() {
        if color == qrcode::Color::Dark {
            let (x, y) = (at % width + QUIET_ZONE, at / width + QUIET_ZONE);
            // Writing to a string cannot fail.
            _ = write!(path, "M{x} {y}h1v1h-1z");
        }
    }
    Some((width + 2 * QUIET_ZONE, path))
}

#[cfg(test)]
mod tests {
    use super::modules;

    #[test]
    fn the_finder_pattern_begins_after_the_margin() {
        let (size, path) = modules("otpauth://totp/Latchkey:ada").expect("short");
        assert_eq!(size, 29 + 8);
        assert!(path.starts_with("M4 4h1v1h-1zM5 4h1v1h-1z"));
        assert!(!path.contains("M3 ") && !path.contains(&format!("M{} ", size - 4)));
        assert_eq!(modules(&"x".repeat(10_000)), None);
    }
}
