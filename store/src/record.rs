//! Writing the audit event of a change to the audit log, and the security event that some changes are.

/// Appends an event to the audit log inside a transaction, and raises the security event that some changes are. Evaluates to a `Result`.
macro_rules! append_event {
    ($tx:ident, $event:expr) => {
        async {
            let event: &domain::audit::AuditEvent = $event;
            $crate::audit::append_event_only!($tx, event)?;
            if let Some(raised) = domain::security::EventOccurrence::from_change(event) {
                $crate::record::raise_event!($tx, &raised)?;
            }
            Ok::<(), $crate::StoreError>(())
        }
        .await
    };
}

/// Appends events inside a transaction, one after the other, as [`append_event`]. Evaluates to a `Result`.
macro_rules! append_events {
    ($tx:ident, $events:expr) => {
        async {
            for event in $events {
                $crate::record::append_event!($tx, event)?;
            }
            Ok::<(), $crate::StoreError>(())
        }
        .await
    };
}

/// Binds the values that both statements begin with.
macro_rules! bind_raised {
    ($statement:expr, $raised:ident) => {
        sqlx::query($statement)
            .bind($raised.account.0)
            .bind($raised.kind.as_str())
            .bind(&$raised.subject)
            .bind(&$raised.value)
            .bind($raised.calls)
            .bind($raised.first_at.0)
            .bind($raised.last_at.0)
            .bind(&$raised.address)
            .bind(&$raised.route)
            .bind(&$raised.user_agent)
            .bind(&$raised.request_id)
            .bind(&$raised.detail)
    };
}

/// Writes a raised event inside a transaction: adds it to the open event of its group, or inserts a new one. Evaluates to a
/// `Result`.
macro_rules! raise_event {
    ($tx:ident, $raised:expr) => {
        async {
            let raised: &domain::security::EventOccurrence = $raised;
            let added = $crate::record::bind_raised!($crate::sql::SECURITY_EVENT_ADD, raised)
                .bind(raised.first_at.plus(-domain::security::MERGE_PERIOD).0)
                .execute(&mut *$tx)
                .await?;
            if added.rows_affected() == 0 {
                $crate::record::bind_raised!($crate::sql::SECURITY_EVENT_INSERT, raised)
                    .bind(raised.application.map(|application| application.0))
                    .bind(raised.kind.severity().rank())
                    .execute(&mut *$tx)
                    .await?;
            }
            Ok::<(), $crate::StoreError>(())
        }
        .await
    };
}

pub(crate) use {append_event, append_events, bind_raised, raise_event};
