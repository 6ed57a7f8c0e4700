//! What happens on a connection, and when it has to end for want of it.

use super::{Limits, heads::Fault};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// Why the server ends a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A request's head took too long.
    Head,
    /// There was no request for too long.
    Idle,
    /// The client did not receive an answer.
    Write,
    /// It is old.
    Age,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Head, Self::Idle, Self::Write, Self::Age];

    /// The label in the metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Head => "head",
            Self::Idle => "idle",
            Self::Write => "write",
            Self::Age => "age",
        }
    }
}

/// What is to be done at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// Nothing before this instant.
    Later(Instant),
    /// No more requests are taken; the connection ends when those that are under way are answered.
    End(Reason),
    /// The connection is closed as it is.
    Close(Reason),
}

/// How long a client may take to go after it was told to: the time of a way there and back, and some more.
const FAREWELL: Duration = Duration::from_secs(5);

/// What happens on one connection: shared by its stream, its requests and its timer.
pub struct Activity {
    limits: Limits,
    state: Mutex<State>,
}

struct State {
    began: Instant,
    /// Whether a request has arrived.
    used: bool,
    /// A multiplexed connection has bytes that belong to no request.
    multiplexed: bool,
    requests: usize,
    /// The beginning of the last request, or the end of the last answer.
    last: Instant,
    /// The first byte of the head that is arriving.
    head: Option<Instant>,
    /// Since when the socket takes nothing.
    blocked: Option<Instant>,
    /// Parts of answers that were handed over, and after which no more was asked for.
    handed: Vec<(u64, Instant)>,
    next: u64,
    /// Since when the connection is ending.
    ending: Option<Instant>,
    /// What is wrong with the heads that have arrived.
    faults: VecDeque<Option<Fault>>,
}

/// A request, from its head to the end of its answer.
pub struct Request {
    activity: Arc<Activity>,
    number: u64,
}

impl Activity {
    /// Of a connection that begins now.
    pub fn new(limits: Limits) -> Arc<Self> {
        let now = Instant::now();
        Arc::new(Self {
            limits,
            state: Mutex::new(State {
                began: now,
                used: false,
                multiplexed: false,
                requests: 0,
                last: now,
                head: None,
                blocked: None,
                handed: Vec::new(),
                next: 0,
                ending: None,
                faults: VecDeque::new(),
            }),
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Bytes have arrived, in which the heads with these faults ended.
    pub fn received(&self, faults: impl Iterator<Item = Option<Fault>>) {
        let mut state = self.lock();
        state.faults.extend(faults);
        if state.requests == 0 && !state.multiplexed && state.head.is_none() {
            state.head = Some(Instant::now());
        }
    }

    /// The socket took bytes, or has no room for them.
    pub fn sent(&self, taken: bool) {
        let mut state = self.lock();
        if taken {
            state.blocked = None;
        } else if state.blocked.is_none() {
            state.blocked = Some(Instant::now());
        }
    }

    /// A request has arrived; with what is wrong with its head.
    pub fn begin(self: &Arc<Self>, multiplexed: bool) -> (Request, Option<Fault>) {
        let mut state = self.lock();
        state.used = true;
        state.multiplexed = multiplexed;
        state.requests += 1;
        state.last = Instant::now();
        state.head = None;
        state.next += 1;
        let request = Request {
            activity: Arc::clone(self),
            number: state.next,
        };
        (request, state.faults.pop_front().flatten())
    }

    /// An instant before which nothing is due, unless something happens.
    pub fn next_look(&self) -> Instant {
        let state = self.lock();
        let limits = self.ends(&state);
        let end = limits.iter().flatten().map(|(at, _)| *at).min();
        // Answers are received by other tasks, of which the connection's own hears nothing.
        let look = (state.requests > 0).then(|| state.last + self.pause());
        let look = look.into_iter().chain(end).min();
        look.unwrap_or(state.last + self.pause())
    }

    /// What is due at `now`.
    pub fn due(&self, now: Instant) -> Due {
        let state = self.lock();
        let ends = self.ends(&state);
        let ends = || ends.into_iter().flatten();
        if let Some((_, due)) = ends().find(|(at, _)| *at <= now) {
            return due;
        }
        let end = ends().map(|(at, _)| at).min();
        let look = (state.requests > 0).then(|| now + self.pause());
        let look = look.into_iter().chain(end).min();
        Due::Later(look.unwrap_or(now + self.pause()))
    }

    /// How often a connection is looked at while there are requests.
    fn pause(&self) -> Duration {
        let Limits {
            head, idle, write, ..
        } = self.limits;
        head.min(idle).min(write)
    }

    /// When the connection ends, and how, unless something happens before; the first that is due counts.
    fn ends(&self, state: &State) -> [Option<(Instant, Due)>; 4] {
        let limits = &self.limits;
        let late = |since: Instant| (since + limits.write, Due::Close(Reason::Write));
        let handed = state.handed.iter().map(|part| part.1).min();
        let waiting = match (state.used, state.head) {
            _ if state.requests > 0 => None,
            (false, _) => Some((state.began + limits.head, Due::Close(Reason::Head))),
            (true, Some(since)) => Some((since + limits.head, Due::Close(Reason::Head))),
            (true, None) => {
                let idle = (state.last + limits.idle, Due::End(Reason::Idle));
                state.ending.is_none().then_some(idle)
            }
        };
        let last = match state.ending {
            None => (state.began + limits.age, Due::End(Reason::Age)),
            Some(since) if state.requests > 0 => {
                (since + limits.last_answers, Due::Close(Reason::Age))
            }
            Some(since) => {
                let since = since.max(state.last);
                (since + FAREWELL.min(limits.idle), Due::Close(Reason::Idle))
            }
        };
        [
            state.blocked.map(late),
            handed.map(late),
            waiting,
            Some(last),
        ]
    }

    /// From now on no more requests are taken.
    pub fn end(&self, now: Instant) {
        self.lock().ending.get_or_insert(now);
    }
}

impl Request {
    /// A part of the answer was handed over, and may still be waiting for the client.
    pub fn handed(&self) {
        let part = (self.number, Instant::now());
        self.activity.lock().handed.push(part);
    }

    /// The part that was handed over has left, and the next one is asked for.
    pub fn asked(&self) {
        let mut state = self.activity.lock();
        state.handed.retain(|part| part.0 != self.number);
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        let mut state = self.activity.lock();
        state.handed.retain(|part| part.0 != self.number);
        state.requests -= 1;
        state.last = Instant::now();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn limits() -> Limits {
        Limits {
            head: 10 * SECOND,
            idle: 75 * SECOND,
            write: 30 * SECOND,
            age: 3_600 * SECOND,
            last_answers: 600 * SECOND,
            ..Limits::default()
        }
    }

    fn at(seconds: u32) -> Instant {
        Instant::now() + SECOND * seconds
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_without_a_request_is_closed_after_the_heads_time() {
        let activity = Activity::new(limits());
        assert_eq!(activity.due(at(9)), Due::Later(at(10)));
        activity.received(std::iter::empty());
        assert_eq!(activity.due(at(10)), Due::Close(Reason::Head));
        assert_eq!(activity.next_look(), at(10));
    }

    #[tokio::test(start_paused = true)]
    async fn an_idle_connection_ends_later_than_one_whose_head_is_slow() {
        let activity = Activity::new(limits());
        let (request, _) = activity.begin(false);
        assert_eq!(activity.due(at(70)), Due::Later(at(80)));
        drop(request);
        assert_eq!(activity.due(at(74)), Due::Later(at(75)));
        assert_eq!(activity.due(at(75)), Due::End(Reason::Idle));
        activity.end(at(75));
        assert_eq!(activity.due(at(76)), Due::Later(at(80)));
        assert_eq!(activity.due(at(80)), Due::Close(Reason::Idle));
        let activity = Activity::new(limits());
        drop(activity.begin(false));
        activity.received(std::iter::empty());
        assert_eq!(activity.due(at(10)), Due::Close(Reason::Head));
    }

    #[tokio::test(start_paused = true)]
    async fn pings_keep_no_multiplexed_connection_open() {
        let activity = Activity::new(limits());
        drop(activity.begin(true));
        tokio::time::advance(60 * SECOND).await;
        activity.received(std::iter::empty());
        assert_eq!(activity.due(at(15)), Due::End(Reason::Idle));
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_nobody_receives_closes_the_connection() {
        let activity = Activity::new(limits());
        let (slow, _) = activity.begin(true);
        let (live, _) = activity.begin(true);
        slow.handed();
        live.handed();
        live.asked();
        assert_eq!(activity.due(at(30)), Due::Close(Reason::Write));
        // One that has nothing to say is not slow.
        drop(slow);
        assert!(matches!(activity.due(at(30)), Due::Later(_)));
        activity.sent(false);
        activity.sent(false);
        assert_eq!(activity.due(at(30)), Due::Close(Reason::Write));
        activity.sent(true);
        assert!(matches!(activity.due(at(30)), Due::Later(_)));
    }

    #[tokio::test(start_paused = true)]
    async fn an_old_connection_ends_when_its_answers_are_out_or_their_time_is() {
        let activity = Activity::new(limits());
        let (_request, _) = activity.begin(false);
        assert!(matches!(activity.due(at(3_599)), Due::Later(_)));
        assert_eq!(activity.due(at(3_600)), Due::End(Reason::Age));
        activity.end(at(3_600));
        assert!(matches!(activity.due(at(4_199)), Due::Later(_)));
        assert_eq!(activity.due(at(4_200)), Due::Close(Reason::Age));
    }
}
