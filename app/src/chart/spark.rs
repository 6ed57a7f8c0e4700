//! A line as small as a word.

/// The picture's width.
pub const WIDTH: usize = 92;
/// The picture's height.
pub const HEIGHT: i64 = 24;

/// The `d` of a path through the numbers, from the left edge to the right; empty where all are zero.
pub fn line(numbers: &[i64]) -> String {
    let highest = numbers.iter().copied().max().unwrap_or_default();
    if highest <= 0 {
        return String::new();
    }
    let step = WIDTH / numbers.len().saturating_sub(1).max(1);
    let mut path = String::with_capacity(numbers.len() * 6);
    for (place, number) in numbers.iter().enumerate() {
        let up = number.saturating_mul(HEIGHT - 4) / highest;
        path.push(if place == 0 { 'M' } else { 'L' });
        path.push_str(&(place * step).to_string());
        path.push(' ');
        path.push_str(&(HEIGHT - 2 - up).to_string());
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_stays_in_its_picture() {
        assert_eq!(line(&[0, 0]), "");
        assert_eq!(line(&[0, 5, 10]), "M0 22L46 12L92 2");
        let day: Vec<i64> = (0..24).collect();
        assert!(line(&day).ends_with("L92 2"));
    }
}
