//! Settings that are secrets: each can be given in a variable, or in a file that another variable names.

use super::Wrong;
use crate::secret_file;

/// A secret's two variables.
pub(super) struct Names {
    value: &'static str,
    file: &'static str,
}

/// The database's URL may hold a password.
pub(super) const DATABASE_URL: Names = Names {
    value: "LATCHKEY_DATABASE_URL",
    file: "LATCHKEY_DATABASE_URL_FILE",
};
/// Reads the metrics.
pub(super) const METRICS_TOKEN: Names = Names {
    value: "LATCHKEY_METRICS_TOKEN",
    file: "LATCHKEY_METRICS_TOKEN_FILE",
};

/// A secret as it was set.
pub(super) struct Secret {
    /// The variable that it came from, for messages.
    pub(super) variable: &'static str,
    /// The secret.
    pub(super) text: String,
}

/// Reads a secret through `get`, from its variable or from its file, without the white space around it.
///
/// # Errors
/// Where both variables are set, or the file cannot be used.
pub(super) fn read(
    get: impl Fn(&'static str) -> Result<Option<String>, Wrong>,
    names: &Names,
) -> Result<Option<Secret>, Wrong> {
    let secret = |variable, text| Some(Secret { variable, text });
    match (get(names.value)?, get(names.file)?) {
        (Some(_), Some(_)) => Err(Wrong {
            variable: names.value,
            why: format!("{} is set too", names.file),
            allowed: "one of the two",
        }),
        (Some(text), None) => Ok(secret(names.value, text)),
        (None, None) => Ok(None),
        (None, Some(path)) => {
            let text = secret_file::read(path.as_ref()).map_err(|cause| Wrong {
                variable: names.file,
                why: format!("{path} cannot be used: {cause}"),
                allowed: secret_file::ALLOWED,
            })?;
            Ok(secret(names.file, text.trim().to_owned()))
        }
    }
}
