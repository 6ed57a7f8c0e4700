//! The wall clock of a node, which libfaketime sets while the node runs.
//!
//! The library is loaded into the process, and replaces `clock_gettime` for `CLOCK_REALTIME`. The clock that measures leases
//! stays: the server reads `CLOCK_BOOTTIME` without the C library, and the library would leave it alone too.

use std::{
    env::consts::ARCH,
    fs,
    ops::Range,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context as _, Result};

use crate::{history::random::Random, step::info};

/// After how long a process uses another time: the library reads the file when another second has begun.
pub const DELAY: Duration = Duration::from_secs(1);

/// By how many seconds a clock is set, forward or back: by a time service that corrects it, by hand, and by a wrong time zone.
///
/// Seconds are within the tolerance of the server. Minutes forward make sessions too old for a change of keys, and hours forward
/// end them, so that their owners sign in again. Longer steps would do nothing else, because the keys of a run do not expire.
/// About an hour is not among them: an attempt at signing in that is charged an hour ahead uses up the attempts at the other
/// nodes, and an owner who waits revokes no keys.
const STEPS: [Range<usize>; 3] = [1..30, 2 * 60..15 * 60, 2 * 3_600..6 * 3_600];

/// The name of the file in the node's folder.
const FILE: &str = "clock";

/// The clock of a node.
pub struct NodeClock {
    /// The difference from the true time.
    file: PathBuf,
    /// The processes that were started with the library.
    processes: Vec<u32>,
}

/// Returns the library, or prints that no clock is set without it.
pub fn find_library() -> Option<PathBuf> {
    let library = library();
    let found = library.is_file();
    if !found {
        info(&format!(
            "no clock is set: {} does not exist (Debian: the package libfaketime)",
            library.display()
        ));
    }
    found.then_some(library)
}

/// Where Debian and Ubuntu install the library for programs with several threads.
fn library() -> PathBuf {
    format!("/usr/lib/{ARCH}-linux-gnu/faketime/libfaketimeMT.so.1").into()
}

/// Chooses by how many seconds a clock is set.
pub fn choose_step(random: &mut Random) -> i64 {
    let Range { start, end } = STEPS[random.below(STEPS.len())].clone();
    let seconds = start + random.below(end - start);
    let seconds = i64::try_from(seconds).unwrap_or_default();
    if random.below(2) == 0 {
        seconds
    } else {
        -seconds
    }
}

impl NodeClock {
    /// A clock that is right, in the node's folder.
    pub fn create(folder: &Path) -> Result<Self> {
        let clock = Self {
            file: folder.join(FILE),
            processes: Vec::new(),
        };
        clock.set(0)?;
        Ok(clock)
    }

    /// Returns the variables of a process whose clock is in this folder.
    pub fn variables(library: &Path, folder: &Path) -> [(&'static str, String); 5] {
        [
            ("LD_PRELOAD", library.display().to_string()),
            (
                "FAKETIME_TIMESTAMP_FILE",
                folder.join(FILE).display().to_string(),
            ),
            // Once in each second, and not with every call.
            ("FAKETIME_CACHE_DURATION", "0".to_owned()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
            // The times of files stay as they are.
            ("NO_FAKE_STAT", "1".to_owned()),
        ]
    }

    /// Sets the clock to the true time and some seconds, within [`DELAY`].
    pub fn set(&self, seconds: i64) -> Result<()> {
        // The library ends a process that reads an incomplete file.
        let new = self.file.with_extension("new");
        fs::write(&new, format!("{seconds:+}\n"))
            .and_then(|()| fs::rename(&new, &self.file))
            .with_context(|| format!("cannot write {}", self.file.display()))
    }

    /// Records that a process was started with the library.
    pub fn add_process(&mut self, id: u32) {
        self.processes.push(id);
    }
}

/// Removes what the library leaves behind if its process is killed.
impl Drop for NodeClock {
    fn drop(&mut self) {
        for id in &self.processes {
            for name in ["sem.faketime_sem_", "faketime_shm_"] {
                // A process that ended by itself has removed it.
                let _ = fs::remove_file(format!("/dev/shm/{name}{id}"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{env, process::Command};

    use super::*;
    use crate::process::output;

    /// A folder with a clock.
    struct Folder(PathBuf);

    impl Folder {
        fn create(name: &str) -> Result<Self> {
            let name = format!("latchkey-clock-{name}-{}", std::process::id());
            let folder = env::temp_dir().join(name);
            fs::create_dir(&folder)?;
            Ok(Self(folder))
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            // The system removes what is left.
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn the_file_has_the_difference_with_its_sign() -> Result<()> {
        let folder = Folder::create("file")?;
        let clock = NodeClock::create(&folder.0)?;
        for (seconds, text) in [(7_200, "+7200\n"), (-90, "-90\n"), (0, "+0\n")] {
            clock.set(seconds)?;
            assert_eq!(fs::read_to_string(folder.0.join(FILE))?, text);
        }
        assert_eq!(fs::read_dir(&folder.0)?.count(), 1);
        Ok(())
    }

    #[test]
    fn the_library_sets_the_time_of_a_program() -> Result<()> {
        let library = library();
        if !library.is_file() {
            println!("SKIPPED: libfaketime is not installed");
            return Ok(());
        }
        let folder = Folder::create("library")?;
        let clock = NodeClock::create(&folder.0)?;
        let time = |is_set: bool| -> Result<i64> {
            let mut date = Command::new("date");
            if is_set {
                date.envs(NodeClock::variables(&library, &folder.0));
            }
            Ok(output(date.arg("+%s"))?.trim().parse()?)
        };
        for seconds in [0, 7_200, -7_200] {
            clock.set(seconds)?;
            let (before, set, after) = (time(false)?, time(true)?, time(false)?);
            assert!(
                (before + seconds - 1..=after + seconds + 1).contains(&set),
                "{seconds}: {set} between {before} and {after}"
            );
        }
        Ok(())
    }

    #[test]
    fn clocks_are_set_by_seconds_minutes_and_hours_in_both_directions() {
        let mut random = Random::new(7, 0);
        let steps: Vec<i64> = (0..200).map(|_| choose_step(&mut random)).collect();
        for range in STEPS {
            for sign in [1_i64, -1] {
                let is_in = |step: &i64| {
                    usize::try_from(step * sign).is_ok_and(|seconds| range.contains(&seconds))
                };
                assert!(steps.iter().any(is_in), "{range:?} {sign}");
            }
        }
        let all = |step: &i64| {
            STEPS
                .iter()
                .any(|range| usize::try_from(step.abs()).is_ok_and(|step| range.contains(&step)))
        };
        assert!(steps.iter().all(all), "{steps:?}");
    }
}
