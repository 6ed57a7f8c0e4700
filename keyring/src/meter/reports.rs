//! What services report, in memory until it is written.

use domain::{id::ApplicationId, key::token::KeyId, time::Timestamp, usage::reported::Reported};
use std::collections::{BTreeMap, HashMap};
use store::{ReportPart, UsageReport};
use uuid::Uuid;

/// Sums that are held between two writings, which are a second apart: a flood while the database is away ends here.
const MOST: usize = 100_000;

/// The sums of one report by key and minute.
pub(crate) type Sums = BTreeMap<(KeyId, Timestamp), (ApplicationId, Reported)>;

/// Reports that are not written yet. Those with an id stay by themselves, since the database alone knows whether they have
/// come before; the others are added up.
#[derive(Default)]
pub(crate) struct Reports {
    named: HashMap<Uuid, Sums>,
    nameless: Sums,
    held: usize,
}

impl Reports {
    /// Takes a report; `false` where there is no room for it. One that is here already is left out.
    pub(crate) fn add(&mut self, id: Option<Uuid>, sums: Sums) -> bool {
        if id.is_some_and(|id| self.named.contains_key(&id)) {
            return true;
        }
        // A report without known calls takes room too: its id.
        let room = sums.len().max(1);
        if self.held + room > MOST {
            return false;
        }
        self.held += room;
        if let Some(id) = id {
            self.named.insert(id, sums);
            return true;
        }
        for (place, (application, calls)) in sums {
            let (_, sum) = self
                .nameless
                .entry(place)
                .or_insert((application, Reported::default()));
            *sum = sum.plus(calls);
        }
        true
    }

    /// What is to be written, in one order everywhere.
    pub(crate) fn into_rows(self) -> Vec<UsageReport> {
        let mut named: Vec<_> = self.named.into_iter().collect();
        named.sort_by_key(|(id, _)| *id);
        let nameless = (!self.nameless.is_empty()).then_some((None, self.nameless));
        named
            .into_iter()
            .map(|(id, sums)| (Some(id), sums))
            .chain(nameless)
            .map(|(id, sums)| UsageReport {
                id,
                parts: sums
                    .into_iter()
                    .map(|((key, minute), (application, calls))| ReportPart {
                        key,
                        application,
                        minute,
                        calls,
                    })
                    .collect(),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::key::Environment;

    fn sums(minutes: i64) -> Sums {
        let key = KeyId::from_number(Environment::Live, 1);
        let application = ApplicationId(Uuid::nil());
        (0..minutes)
            .map(|n| ((key, Timestamp(n)), (application, Reported::one(200, 1))))
            .collect()
    }

    #[test]
    fn what_is_held_is_bounded_and_what_has_no_id_is_added_up() {
        let mut reports = Reports::default();
        let id = Some(Uuid::from_u128(1));
        assert!(reports.add(id, sums(1)) && reports.add(id, sums(9)));
        assert!(reports.add(None, sums(2)) && reports.add(None, sums(2)));
        let most = i64::try_from(MOST).expect("few");
        assert!(!reports.add(None, sums(most)));
        assert!(!reports.add(Some(Uuid::from_u128(2)), sums(most - 4)));
        let rows = reports.into_rows();
        let [named, nameless] = &rows[..] else {
            panic!("{rows:?}");
        };
        assert_eq!((named.id, named.parts.len()), (id, 1));
        assert_eq!((nameless.id, nameless.parts.len()), (None, 2));
        assert!(nameless.parts.iter().all(|part| part.calls.calls == 2));
    }
}
