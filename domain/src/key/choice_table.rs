//! Tables of the values that a list can be filtered by.

/// A value, its text in links and its label.
pub type ChoiceRow<T> = (T, &'static str, &'static str);

/// Returns the row of a value; each value has one.
fn row<T: Copy + PartialEq>(table: &[ChoiceRow<T>], value: T) -> Option<&ChoiceRow<T>> {
    table.iter().find(|row| row.0 == value)
}

/// Returns the text of a value in links.
pub fn link_text<T: Copy + PartialEq>(table: &[ChoiceRow<T>], value: T) -> &'static str {
    row(table, value).map_or("", |row| row.1)
}

/// Returns the label of a value.
pub fn label<T: Copy + PartialEq>(table: &[ChoiceRow<T>], value: T) -> &'static str {
    row(table, value).map_or("", |row| row.2)
}

/// Returns the value with a text in links.
pub fn parse<T: Copy>(table: &[ChoiceRow<T>], text: &str) -> Option<T> {
    table.iter().find(|row| row.1 == text).map(|row| row.0)
}
