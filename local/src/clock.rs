//! The one clock of the local stack. It can be moved, so that a walk-through sees tomorrow's
//! breach today and a test never waits.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::{fs, io};

use jiff::{SignedDuration, Timestamp};

/// How far one move may go. Ten years of schedules are already beyond what a person can read.
pub const MAX_ADVANCE: SignedDuration = SignedDuration::from_hours(24 * 366 * 10);

/// Real time plus an offset, or one frozen instant. Clones share the hands.
#[derive(Clone, Debug)]
pub struct MovableClock {
    hands: Arc<Mutex<Hands>>,
    /// Where the offset outlives the process; none for tests and `--memory`.
    kept_in: Option<Arc<PathBuf>>,
}

#[derive(Clone, Copy, Debug)]
enum Hands {
    Running { offset: SignedDuration },
    Frozen { at: Timestamp },
}

/// Why the clock was not moved.
#[derive(Debug)]
pub enum ClockError {
    /// Time in a store goes one way; a clock that went back would reissue ids and undo breaches.
    Backwards,
    /// Further than [`MAX_ADVANCE`].
    TooFar,
    /// The offset could not be written beside the data.
    NotKept(io::Error),
}

impl std::fmt::Display for ClockError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Backwards => write!(f, "the clock only moves forward; give a positive duration"),
            Self::TooFar => write!(f, "the clock moves at most {MAX_ADVANCE} at a time"),
            Self::NotKept(error) => write!(f, "the clock's offset could not be saved: {error}"),
        }
    }
}

impl std::error::Error for ClockError {}

impl MovableClock {
    /// Real time, forgotten at the end of the process.
    #[must_use]
    pub fn real() -> Self {
        Self::starting(Hands::Running { offset: SignedDuration::ZERO }, None)
    }

    /// Always `at`, until advanced.
    #[must_use]
    pub fn frozen(at: Timestamp) -> Self {
        Self::starting(Hands::Frozen { at }, None)
    }

    /// Real time plus the offset kept in `folder`, so that a restart does not travel back in time.
    ///
    /// # Errors
    /// When the file is there but cannot be read or is not a duration: guessing zero would move
    /// time backwards.
    pub fn kept_in(folder: &Path) -> io::Result<Self> {
        let file = folder.join("clock-offset");
        let offset = match fs::read_to_string(&file) {
            Ok(text) => text.trim().parse().map_err(|error| {
                let file = file.display();
                io::Error::new(io::ErrorKind::InvalidData, format!("{file}: {error}"))
            })?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => SignedDuration::ZERO,
            Err(error) => return Err(error),
        };
        Ok(Self::starting(Hands::Running { offset }, Some(file)))
    }

    fn starting(hands: Hands, kept_in: Option<PathBuf>) -> Self {
        Self { hands: Arc::new(Mutex::new(hands)), kept_in: kept_in.map(Arc::new) }
    }

    /// What time it is here.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.hands().now()
    }

    /// Moves time forward and says what time it is then.
    ///
    /// # Errors
    /// See [`ClockError`]; the clock then stands where it stood.
    pub fn advance(&self, by: SignedDuration) -> Result<Timestamp, ClockError> {
        if by.is_negative() {
            return Err(ClockError::Backwards);
        }
        if by > MAX_ADVANCE {
            return Err(ClockError::TooFar);
        }
        let mut hands = self.hands();
        let moved = hands.moved(by).ok_or(ClockError::TooFar)?;
        if let (Hands::Running { offset }, Some(file)) = (moved, &self.kept_in) {
            let beside = file.with_extension("new");
            fs::write(&beside, offset.to_string())
                .and_then(|()| fs::rename(&beside, file.as_path()))
                .map_err(ClockError::NotKept)?;
        }
        *hands = moved;
        Ok(moved.now())
    }

    /// Moves time forward to `to`; an instant already passed leaves the clock alone.
    ///
    /// # Errors
    /// As [`MovableClock::advance`].
    pub fn advance_to(&self, to: Timestamp) -> Result<Timestamp, ClockError> {
        self.advance(to.duration_since(self.now()).max(SignedDuration::ZERO))
    }

    fn hands(&self) -> MutexGuard<'_, Hands> {
        self.hands.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hands {
    #[allow(clippy::disallowed_methods, reason = "the local stack's only reading of real time")]
    fn now(self) -> Timestamp {
        match self {
            Self::Running { offset } => Timestamp::now() + offset,
            Self::Frozen { at } => at,
        }
    }

    fn moved(self, by: SignedDuration) -> Option<Self> {
        Some(match self {
            Self::Running { offset } => Self::Running { offset: offset.checked_add(by)? },
            Self::Frozen { at } => Self::Frozen { at: at.checked_add(by).ok()? },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A_DAY: SignedDuration = SignedDuration::from_hours(24);

    #[test]
    fn a_frozen_clock_stands_until_it_is_advanced() {
        let start: Timestamp = "2026-03-28T09:00:00Z".parse().expect("an instant");
        let clock = MovableClock::frozen(start);
        assert_eq!(clock.now(), start);
        clock.advance(A_DAY).expect("a day forward");
        assert_eq!(clock.now(), start + A_DAY);
    }

    #[test]
    fn clones_share_the_hands() {
        let clock = MovableClock::frozen(Timestamp::UNIX_EPOCH);
        clock.clone().advance(A_DAY).expect("a day forward");
        assert_eq!(clock.now(), Timestamp::UNIX_EPOCH + A_DAY);
    }

    #[test]
    fn a_restart_does_not_travel_back_in_time() {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = MovableClock::kept_in(folder.path()).expect("a clock");
        clock.advance(A_DAY).expect("a day forward");
        let before = clock.now();
        drop(clock);
        let again = MovableClock::kept_in(folder.path()).expect("a clock");
        assert!(again.now() >= before);
    }

    #[test]
    fn a_damaged_offset_is_refused_rather_than_read_as_none() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("clock-offset"), "tomorrow").expect("written");
        MovableClock::kept_in(folder.path()).expect_err("not a duration");
    }

    #[test]
    fn the_clock_never_goes_back_nor_out_of_sight() {
        let clock = MovableClock::frozen(Timestamp::UNIX_EPOCH);
        assert!(matches!(clock.advance(-A_DAY), Err(ClockError::Backwards)));
        assert!(matches!(clock.advance(MAX_ADVANCE + A_DAY), Err(ClockError::TooFar)));
        assert_eq!(clock.now(), Timestamp::UNIX_EPOCH);
    }
}
