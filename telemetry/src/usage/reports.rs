//! Reports of services, in memory until they are written.

use domain::{
    id::ApplicationId, key::token::KeyId, time::Timestamp, usage::reported::ReportedCalls,
};
use std::collections::{BTreeMap, HashMap};
use store::{ReportPart, UsageReport};
use uuid::Uuid;

/// Sums in memory between two flushes, which are a second apart; it bounds memory while the database is unavailable.
const MAX_SUMS: usize = 100_000;

/// The sums of one report by key and minute.
pub(crate) type ReportSums = BTreeMap<(KeyId, Timestamp), (ApplicationId, ReportedCalls)>;

/// Reports that are not written yet. Reports with an id stay separate, since only the database knows whether they are repeated; the
/// others are summed.
#[derive(Default)]
pub(crate) struct Reports {
    identified: HashMap<Uuid, ReportSums>,
    anonymous: ReportSums,
    sums: usize,
}

impl Reports {
    /// Adds a report; returns `false` if there is no room for it. A report that is already here is ignored.
    pub(crate) fn add(&mut self, id: Option<Uuid>, sums: ReportSums) -> bool {
        if id.is_some_and(|id| self.identified.contains_key(&id)) {
            return true;
        }
        // The id of a report without known calls takes room too.
        let room = sums.len().max(1);
        if self.sums + room > MAX_SUMS {
            return false;
        }
        self.sums += room;
        if let Some(id) = id {
            self.identified.insert(id, sums);
            return true;
        }
        for (place, (application, calls)) in sums {
            let (_, sum) = self
                .anonymous
                .entry(place)
                .or_insert((application, ReportedCalls::default()));
            *sum = sum.plus(calls);
        }
        true
    }

    /// Returns the reports to be written, always in the same order.
    pub(crate) fn into_rows(self) -> Vec<UsageReport> {
        let mut identified: Vec<_> = self.identified.into_iter().collect();
        identified.sort_by_key(|(id, _)| *id);
        let anonymous = (!self.anonymous.is_empty()).then_some((None, self.anonymous));
        identified
            .into_iter()
            .map(|(id, sums)| (Some(id), sums))
            .chain(anonymous)
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

    fn sums(minutes: i64) -> ReportSums {
        let key = KeyId::from_number(Environment::Live, 1);
        let application = ApplicationId(Uuid::nil());
        (0..minutes)
            .map(|n| {
                (
                    (key, Timestamp(n)),
                    (application, ReportedCalls::one(200, 1)),
                )
            })
            .collect()
    }

    #[test]
    fn reports_are_bounded_and_those_without_an_id_are_summed() {
        let mut reports = Reports::default();
        let id = Some(Uuid::from_u128(1));
        assert!(reports.add(id, sums(1)) && reports.add(id, sums(9)));
        assert!(reports.add(None, sums(2)) && reports.add(None, sums(2)));
        let most = i64::try_from(MAX_SUMS).expect("few");
        assert!(!reports.add(None, sums(most)));
        assert!(!reports.add(Some(Uuid::from_u128(2)), sums(most - 4)));
        let rows = reports.into_rows();
        let [identified, anonymous] = &rows[..] else {
            panic!("{rows:?}");
        };
        assert_eq!((identified.id, identified.parts.len()), (id, 1));
        assert_eq!((anonymous.id, anonymous.parts.len()), (None, 2));
        assert!(anonymous.parts.iter().all(|part| part.calls.calls == 2));
    }
}
