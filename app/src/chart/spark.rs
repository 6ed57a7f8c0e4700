//! A line chart of the size of a word.

/// The view box of the picture.
pub const VIEW_BOX: &str = "0 0 72 20";
/// The picture's width.
const WIDTH: usize = 72;
/// The picture's height.
const HEIGHT: i64 = 20;
/// The room above and below the line.
const MARGIN: i64 = 2;
/// The least number at the top of the picture: one call an hour is not a peak.
const MIN_SCALE: i64 = 20;

/// The `d` of a path through the numbers, from the left edge to the right; empty if all are zero.
pub fn line(numbers: &[i64]) -> String {
    let highest = numbers.iter().copied().max().unwrap_or_default();
    if highest <= 0 {
        return String::new();
    }
    let scale = highest.max(MIN_SCALE);
    let steps = numbers.len().saturating_sub(1).max(1);
    let mut path = String::with_capacity(numbers.len() * 6);
    for (place, number) in numbers.iter().enumerate() {
        let up = number.saturating_mul(HEIGHT - 2 * MARGIN) / scale;
        path.push(if place == 0 { 'M' } else { 'L' });
        path.push_str(&(place * WIDTH / steps).to_string());
        path.push(' ');
        path.push_str(&(HEIGHT - MARGIN - up).to_string());
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_stays_in_its_picture() {
        assert_eq!(line(&[0, 0]), "");
        assert_eq!(line(&[0, 50, 100]), "M0 18L36 10L72 2");
        let day: Vec<i64> = (0..24).collect();
        assert!(line(&day).ends_with("L72 2"));
    }

    #[test]
    fn few_calls_are_not_a_peak() {
        assert_eq!(line(&[0, 1]), "M0 18L72 18");
        assert_eq!(line(&[0, 5]), "M0 18L72 14");
    }
}
