//! Security events: a list of one line an event, which opens to the details, the remedies and the acknowledgement.

mod acknowledge;
mod event_details;
mod event_line;
mod event_list;
mod open_events;
mod remedies;

pub use acknowledge::AcknowledgeNotice;
pub use event_list::EventList;
pub use open_events::OpenEventsNotice;
pub use remedies::remedy_path;

use domain::time::Timestamp;

/// The reader of a list of events, and the time.
#[derive(Clone, Copy)]
struct Reader<'a> {
    /// The application's id, if the reader can open its pages.
    app: Option<&'a str>,
    /// Whether the reader can acknowledge events and change keys.
    editable: bool,
    /// The server's clock.
    now: Timestamp,
}

impl<'a> Reader<'a> {
    /// The application's id, if the reader can change it.
    fn editor(self) -> Option<&'a str> {
        self.app.filter(|_| self.editable)
    }
}
