//! The activity on a connection, and when the connection has to close.

use super::http1_framing::FramingError;
use crate::connections::{CloseReason, ConnectionLimits};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// The next action on a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectionAction {
    /// Nothing before this instant.
    Wait(Instant),
    /// Take no more requests, and close after the responses in progress.
    ShutDown(CloseReason),
    /// Close at once.
    Close(CloseReason),
}

/// How long a client may take to close its side after a shutdown: a round trip, and some more.
const CLIENT_CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// The activity on one connection, shared by its stream, its requests and its timer.
pub struct Activity {
    limits: ConnectionLimits,
    state: Mutex<ActivityState>,
}

struct ActivityState {
    opened_at: Instant,
    /// Whether a request has arrived.
    used: bool,
    /// Whether it is HTTP/2, where bytes may belong to no request.
    multiplexed: bool,
    active_requests: usize,
    /// The start of the last request, or the end of the last response.
    last_activity: Instant,
    /// When the first byte arrived of the head that is being received.
    head_started_at: Option<Instant>,
    /// Since when the socket accepts no bytes.
    blocked_since: Option<Instant>,
    /// For each response, by its number, since when its last chunk waits to be sent.
    unsent_chunks: Vec<(u64, Instant)>,
    next_number: u64,
    /// Since when the connection is shutting down.
    shutdown_since: Option<Instant>,
    /// The framing errors of the heads that have arrived, in their order.
    framing_errors: VecDeque<Option<FramingError>>,
}

/// A request, from its head to the end of its response.
pub struct ActiveRequest {
    activity: Arc<Activity>,
    number: u64,
}

impl Activity {
    /// The activity of a connection that opens now.
    pub fn new(limits: ConnectionLimits) -> Arc<Self> {
        let now = Instant::now();
        Arc::new(Self {
            limits,
            state: Mutex::new(ActivityState {
                opened_at: now,
                used: false,
                multiplexed: false,
                active_requests: 0,
                last_activity: now,
                head_started_at: None,
                blocked_since: None,
                unsent_chunks: Vec::new(),
                next_number: 0,
                shutdown_since: None,
                framing_errors: VecDeque::new(),
            }),
        })
    }

    fn lock(&self) -> MutexGuard<'_, ActivityState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records that bytes have arrived. `parse` adds the framing error of each head that is complete with them.
    pub fn received(&self, parse: impl FnOnce(&mut VecDeque<Option<FramingError>>)) {
        let mut state = self.lock();
        parse(&mut state.framing_errors);
        if state.active_requests == 0 && !state.multiplexed && state.head_started_at.is_none() {
            state.head_started_at = Some(Instant::now());
        }
    }

    /// Records whether the socket accepted bytes.
    pub fn sent(&self, accepted: bool) {
        let mut state = self.lock();
        if accepted {
            state.blocked_since = None;
        } else if state.blocked_since.is_none() {
            state.blocked_since = Some(Instant::now());
        }
    }

    /// Whether a request has arrived.
    pub fn has_begun(&self) -> bool {
        self.lock().used
    }

    /// Records that a request has arrived. Returns it with the framing error of its head.
    pub fn begin(self: &Arc<Self>, multiplexed: bool) -> (ActiveRequest, Option<FramingError>) {
        let mut state = self.lock();
        state.used = true;
        state.multiplexed = multiplexed;
        state.active_requests += 1;
        state.last_activity = Instant::now();
        state.head_started_at = None;
        state.next_number += 1;
        let request = ActiveRequest {
            activity: Arc::clone(self),
            number: state.next_number,
        };
        (request, state.framing_errors.pop_front().flatten())
    }

    /// Returns an instant before which no action is due, unless something happens.
    pub fn next_check(&self) -> Instant {
        let state = self.lock();
        let deadlines = self.deadlines(&state);
        let deadline = deadlines.iter().flatten().map(|(at, _)| *at).min();
        // Responses are sent by other tasks, which do not wake the connection's task.
        let check =
            (state.active_requests > 0).then(|| state.last_activity + self.check_interval());
        let check = check.into_iter().chain(deadline).min();
        check.unwrap_or(state.last_activity + self.check_interval())
    }

    /// Returns the action that is due at `now`.
    pub fn due(&self, now: Instant) -> ConnectionAction {
        let state = self.lock();
        let deadlines = self.deadlines(&state);
        let deadlines = || deadlines.into_iter().flatten();
        if let Some((_, action)) = deadlines().find(|(at, _)| *at <= now) {
            return action;
        }
        let deadline = deadlines().map(|(at, _)| at).min();
        let check = (state.active_requests > 0).then(|| now + self.check_interval());
        let check = check.into_iter().chain(deadline).min();
        ConnectionAction::Wait(check.unwrap_or(now + self.check_interval()))
    }

    /// Returns the interval between two checks while requests are active.
    fn check_interval(&self) -> Duration {
        let ConnectionLimits {
            head, idle, write, ..
        } = self.limits;
        head.min(idle).min(write)
    }

    /// Returns the actions that are due unless something happens before, in order of precedence.
    fn deadlines(&self, state: &ActivityState) -> [Option<(Instant, ConnectionAction)>; 4] {
        let limits = &self.limits;
        let write_deadline = |since: Instant| {
            (
                since + limits.write,
                ConnectionAction::Close(CloseReason::Write),
            )
        };
        let unsent = state.unsent_chunks.iter().map(|chunk| chunk.1).min();
        let request = match (state.used, state.head_started_at) {
            _ if state.active_requests > 0 => None,
            (false, _) => Some((
                state.opened_at + limits.head,
                ConnectionAction::Close(CloseReason::Head),
            )),
            (true, Some(since)) => Some((
                since + limits.head,
                ConnectionAction::Close(CloseReason::Head),
            )),
            (true, None) => {
                let idle = (
                    state.last_activity + limits.idle,
                    ConnectionAction::ShutDown(CloseReason::Idle),
                );
                state.shutdown_since.is_none().then_some(idle)
            }
        };
        let end = match state.shutdown_since {
            None => (
                state.opened_at + limits.age,
                ConnectionAction::ShutDown(CloseReason::Age),
            ),
            Some(since) if state.active_requests > 0 => (
                since + limits.last_responses,
                ConnectionAction::Close(CloseReason::Age),
            ),
            Some(since) => {
                let since = since.max(state.last_activity);
                (
                    since + CLIENT_CLOSE_TIMEOUT.min(limits.idle),
                    ConnectionAction::Close(CloseReason::Idle),
                )
            }
        };
        [
            state.blocked_since.map(write_deadline),
            unsent.map(write_deadline),
            request,
            Some(end),
        ]
    }

    /// Records that the connection takes no more requests.
    pub fn shut_down(&self, now: Instant) {
        self.lock().shutdown_since.get_or_insert(now);
    }
}

impl ActiveRequest {
    /// Records that a chunk of the response was passed to the connection, and may wait to be sent.
    pub fn chunk_passed(&self) {
        let chunk = (self.number, Instant::now());
        self.activity.lock().unsent_chunks.push(chunk);
    }

    /// Records that the last chunk was sent: the connection asks for the next one.
    pub fn chunk_sent(&self) {
        let mut state = self.activity.lock();
        state.unsent_chunks.retain(|chunk| chunk.0 != self.number);
    }
}

impl Drop for ActiveRequest {
    fn drop(&mut self) {
        let mut state = self.activity.lock();
        state.unsent_chunks.retain(|chunk| chunk.0 != self.number);
        state.active_requests -= 1;
        state.last_activity = Instant::now();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn limits() -> ConnectionLimits {
        ConnectionLimits {
            head: 10 * SECOND,
            idle: 75 * SECOND,
            write: 30 * SECOND,
            age: 3_600 * SECOND,
            last_responses: 600 * SECOND,
            ..ConnectionLimits::default()
        }
    }

    fn at(seconds: u32) -> Instant {
        Instant::now() + SECOND * seconds
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_without_a_request_closes_when_the_time_for_a_head_is_over() {
        let activity = Activity::new(limits());
        assert_eq!(activity.due(at(9)), ConnectionAction::Wait(at(10)));
        activity.received(|_| {});
        assert_eq!(
            activity.due(at(10)),
            ConnectionAction::Close(CloseReason::Head)
        );
        assert_eq!(activity.next_check(), at(10));
    }

    #[tokio::test(start_paused = true)]
    async fn an_idle_connection_closes_later_than_one_with_a_slow_head() {
        let activity = Activity::new(limits());
        let (request, _) = activity.begin(false);
        assert_eq!(activity.due(at(70)), ConnectionAction::Wait(at(80)));
        drop(request);
        assert_eq!(activity.due(at(74)), ConnectionAction::Wait(at(75)));
        assert_eq!(
            activity.due(at(75)),
            ConnectionAction::ShutDown(CloseReason::Idle)
        );
        activity.shut_down(at(75));
        assert_eq!(activity.due(at(76)), ConnectionAction::Wait(at(80)));
        assert_eq!(
            activity.due(at(80)),
            ConnectionAction::Close(CloseReason::Idle)
        );
        let activity = Activity::new(limits());
        drop(activity.begin(false));
        activity.received(|_| {});
        assert_eq!(
            activity.due(at(10)),
            ConnectionAction::Close(CloseReason::Head)
        );
    }

    #[tokio::test(start_paused = true)]
    async fn pings_do_not_keep_an_http2_connection_open() {
        let activity = Activity::new(limits());
        drop(activity.begin(true));
        tokio::time::advance(60 * SECOND).await;
        activity.received(|_| {});
        assert_eq!(
            activity.due(at(15)),
            ConnectionAction::ShutDown(CloseReason::Idle)
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_response_that_the_client_does_not_receive_closes_the_connection() {
        let activity = Activity::new(limits());
        let (slow, _) = activity.begin(true);
        let (live, _) = activity.begin(true);
        slow.chunk_passed();
        live.chunk_passed();
        live.chunk_sent();
        assert_eq!(
            activity.due(at(30)),
            ConnectionAction::Close(CloseReason::Write)
        );
        // A response without unsent chunks is not slow.
        drop(slow);
        assert!(matches!(activity.due(at(30)), ConnectionAction::Wait(_)));
        activity.sent(false);
        activity.sent(false);
        assert_eq!(
            activity.due(at(30)),
            ConnectionAction::Close(CloseReason::Write)
        );
        activity.sent(true);
        assert!(matches!(activity.due(at(30)), ConnectionAction::Wait(_)));
    }

    #[tokio::test(start_paused = true)]
    async fn an_old_connection_closes_after_its_last_responses_or_when_their_time_is_over() {
        let activity = Activity::new(limits());
        let (_request, _) = activity.begin(false);
        assert!(matches!(activity.due(at(3_599)), ConnectionAction::Wait(_)));
        assert_eq!(
            activity.due(at(3_600)),
            ConnectionAction::ShutDown(CloseReason::Age)
        );
        activity.shut_down(at(3_600));
        assert!(matches!(activity.due(at(4_199)), ConnectionAction::Wait(_)));
        assert_eq!(
            activity.due(at(4_200)),
            ConnectionAction::Close(CloseReason::Age)
        );
    }
}
