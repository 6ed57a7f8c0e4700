//! The part of `--help` about the variables.

use super::variables;
use std::fmt::Write;

const INTRODUCTION: &str = "Environment variables (for every command):\n";
const NOTES: &str = "
A file with a secret must belong to the server's user with mode 0600 or stricter, or to root with mode 0640 or stricter.
Below /run/secrets, where container engines put the secrets of one container, a file owned by root may have mode 0444.
An unknown variable whose name begins with LATCHKEY_ is reported at startup.";
/// Maximum length of a line, in characters.
const WIDTH: usize = 100;
const INDENT: &str = "          ";

/// Returns the names, texts and defaults of all variables.
pub fn help() -> String {
    let mut text = INTRODUCTION.to_owned();
    for variable in variables::ALL {
        let default = match (variable.default, variable.default_note) {
            ("", "") => String::new(),
            ("", note) => format!(" [default: {note}]"),
            (default, _) => format!(" [default: {default}]"),
        };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {}", variable.name);
        wrap(&mut text, &format!("{}{default}", variable.help));
    }
    text + NOTES
}

/// Appends a paragraph in indented lines of at most [`WIDTH`] characters.
fn wrap(text: &mut String, paragraph: &str) {
    let mut length = usize::MAX;
    for word in paragraph.split_whitespace() {
        let word_length = word.chars().count();
        if length.saturating_add(1 + word_length) > WIDTH {
            if length < usize::MAX {
                text.push('\n');
            }
            text.push_str(INDENT);
            length = INDENT.len();
        } else {
            text.push(' ');
            length += 1;
        }
        text.push_str(word);
        length += word_length;
    }
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_fits_and_no_word_is_lost() {
        let text = help();
        for line in text.strip_suffix(NOTES).expect("the notes").lines() {
            assert!(line.chars().count() <= WIDTH, "{line}");
        }
        let words: Vec<_> = text.split_whitespace().collect();
        for variable in variables::ALL {
            let expected: Vec<_> = [variable.name]
                .into_iter()
                .chain(variable.help.split_whitespace())
                .collect();
            assert!(
                words.windows(expected.len()).any(|some| some == expected),
                "{}",
                variable.name
            );
        }
    }
}
