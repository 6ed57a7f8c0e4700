//! Files with secrets. Their owner and mode are checked by PostgreSQL's rule for key files.

use std::{
    fs::{self, File, Metadata},
    io::{self, Read},
    os::unix::fs::MetadataExt,
    path::Path,
};
use zeroize::Zeroizing;

/// The rule, for messages.
pub const ALLOWED: &str = "a file of the server's user with mode 0600 or stricter, or of root with mode 0640 or \
                           stricter (0444 beneath /run/secrets)";

/// Maximum number of bytes that are read.
const MAX_BYTES: u64 = 64 * 1024;

/// Where container engines put the secrets of one container. These paths do not exist outside of it.
const CONTAINER_SECRETS: [&str; 2] = ["/run/secrets", "/var/run/secrets"];

/// Reads a file.
///
/// # Errors
/// If it cannot be read, is not a regular file, or other users may read or replace it.
pub fn read(path: &Path) -> io::Result<Zeroizing<String>> {
    let mut file = File::open(path)?;
    // Of the open file, which cannot be replaced between the check and the read.
    FileAccess::of(&file.metadata()?, path).check(rustix::process::geteuid().as_raw())?;
    let mut text = Zeroizing::new(String::new());
    (&mut file).take(MAX_BYTES).read_to_string(&mut text)?;
    Ok(text)
}

/// The attributes of a file that decide whether it is accepted.
#[derive(Clone, Copy, Debug)]
struct FileAccess {
    regular: bool,
    owner: u32,
    mode: u32,
    /// Whether the file, and not a link to it, is below one of [`CONTAINER_SECRETS`].
    in_container: bool,
}

impl FileAccess {
    fn of(metadata: &Metadata, path: &Path) -> Self {
        let real_path = fs::canonicalize(path).unwrap_or_default();
        Self {
            regular: metadata.is_file(),
            owner: metadata.uid(),
            mode: metadata.mode() & 0o7777,
            in_container: CONTAINER_SECRETS
                .iter()
                .any(|folder| real_path.starts_with(folder)),
        }
    }

    /// Checks whether a process of `user` may read its secret from the file.
    ///
    /// # Errors
    /// The reason why not, and what to do.
    fn check(self, user: u32) -> io::Result<()> {
        let Self {
            regular,
            owner,
            mode,
            in_container,
        } = self;
        if !regular {
            return Err(io::Error::other("it is not a regular file"));
        }
        let (forbidden, remedy) = match owner {
            0 if in_container => (0o022, "chmod 444"),
            0 => (0o037, "chmod 640"),
            owner if owner == user => (0o077, "chmod 600"),
            other => {
                return Err(io::Error::other(format!(
                    "it belongs to user {other}, who is neither root nor the server's user {user}; run `chown`"
                )));
            }
        };
        if mode & forbidden == 0 {
            return Ok(());
        }
        Err(io::Error::other(format!(
            "its mode {mode:04o} lets other users access it; run `{remedy}`"
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs::Permissions, os::unix::fs::PermissionsExt};

    const SERVER: u32 = 10_001;

    fn is_accepted(owner: u32, mode: u32, in_container: bool) -> bool {
        let file = FileAccess {
            regular: true,
            owner,
            mode,
            in_container,
        };
        file.check(SERVER).is_ok()
    }

    #[test]
    fn a_file_of_the_server_must_be_closed_to_other_users() {
        for mode in [0o600, 0o400, 0o700] {
            assert!(is_accepted(SERVER, mode, false), "{mode:o}");
        }
        for mode in [0o640, 0o440, 0o620, 0o604, 0o644, 0o444, 0o660, 0o601] {
            assert!(!is_accepted(SERVER, mode, false), "{mode:o}");
            assert!(!is_accepted(SERVER, mode, true), "{mode:o} in a container");
        }
    }

    #[test]
    fn a_file_of_root_may_be_read_by_its_group() {
        // Kubernetes mounts a Secret with `defaultMode: 0400` and an `fsGroup` as 0440.
        for mode in [0o600, 0o400, 0o440, 0o640] {
            assert!(is_accepted(0, mode, false), "{mode:o}");
        }
        for mode in [0o660, 0o650, 0o644, 0o444, 0o604, 0o641] {
            assert!(!is_accepted(0, mode, false), "{mode:o}");
        }
    }

    #[test]
    fn a_container_secret_of_root_may_be_readable_for_everyone() {
        // Docker mounts a secret with mode 0444.
        for mode in [0o444, 0o644, 0o440, 0o400] {
            assert!(is_accepted(0, mode, true), "{mode:o}");
        }
        for mode in [0o664, 0o646, 0o666] {
            assert!(!is_accepted(0, mode, true), "{mode:o}");
        }
    }

    #[test]
    fn a_file_of_another_user_is_refused_whatever_its_mode() {
        for mode in [0o400, 0o600, 0o640, 0o444] {
            assert!(!is_accepted(1_000, mode, false), "{mode:o}");
            assert!(!is_accepted(1_000, mode, true), "{mode:o} in a container");
        }
    }

    #[test]
    fn the_error_is_one_line_that_says_what_to_do() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("secret");
        fs::write(&path, "hunter2\n").expect("written");
        for mode in [0o644, 0o444, 0o666] {
            fs::set_permissions(&path, Permissions::from_mode(mode)).expect("own file");
            let refusal = read(&path).expect_err("refused").to_string();
            assert!(
                refusal.contains(&format!("{mode:04o}")) && refusal.contains("chmod"),
                "{refusal}"
            );
            assert!(
                !refusal.contains('\n') && !refusal.contains("hunter2"),
                "{refusal}"
            );
        }
        fs::set_permissions(&path, Permissions::from_mode(0o600)).expect("own file");
        assert_eq!(read(&path).expect("read").as_str(), "hunter2\n");
        let refusal = read(folder.path()).expect_err("refused").to_string();
        assert!(refusal.contains("not a regular file"), "{refusal}");
    }

    #[test]
    fn a_link_is_checked_like_its_target() {
        // Kubernetes mounts a Secret's file as a link into a directory that it replaces.
        let folder = tempfile::tempdir().expect("a folder");
        let (path, link) = (folder.path().join("..data"), folder.path().join("pepper"));
        fs::write(&path, "text").expect("written");
        std::os::unix::fs::symlink(&path, &link).expect("linked");
        fs::set_permissions(&path, Permissions::from_mode(0o604)).expect("own file");
        assert!(read(&link).is_err());
        fs::set_permissions(&path, Permissions::from_mode(0o400)).expect("own file");
        assert!(read(&link).is_ok());
    }
}
