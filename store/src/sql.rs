//! Every statement, by its file; [`ALL`] and [`EACH`] let the tests prepare each on both databases. A list that is read in several
//! orders is made of several files: what is read, which rows, in which order.

use crate::Store;

/// A statement that needs words which only one database knows.
#[derive(Clone, Copy, Debug)]
pub struct Both {
    sqlite: &'static str,
    postgres: &'static str,
}

impl Both {
    /// The text for this database.
    pub const fn of(self, store: &Store) -> &'static str {
        match store {
            Store::Sqlite { .. } => self.sqlite,
            Store::Postgres { .. } => self.postgres,
        }
    }
}

macro_rules! both {
    ($($name:ident = $file:literal;)*) => {
        $(pub(crate) const $name: Both = Both {
            sqlite: include_str!(concat!("../sql/", $file, "_sqlite.sql")),
            postgres: include_str!(concat!("../sql/", $file, "_postgres.sql")),
        };)*
        /// Each of these with its name.
        pub const EACH: &[(&str, Both)] = &[$((stringify!($name), $name)),*];
    };
}

both! {
    CHANGE_HEAD_SETTLED = "change_head_settled";
    KEYS_EXTENT = "keys_extent";
    KEYS_SPAN = "keys_span";
    SECRETS_EXTENT = "secrets_extent";
    SECRETS_SPAN = "secrets_span";
    SNAPSHOT = "snapshot";
}

macro_rules! statements {
    ($($name:ident = $($file:literal)+;)*) => {
        $(pub(crate) const $name: &str = concat!($(include_str!(concat!("../sql/", $file, ".sql"))),+);)*
        /// Every statement with its name.
        pub const ALL: &[(&str, &str)] = &[$((stringify!($name), $name)),*];
    };
}

statements! {
    ACCOUNT_BY_NAME = "account_by_name";
    ACCOUNT_INSERT = "account_insert";
    ACCOUNTS_BY_PERSON = "accounts_by_person";
    APPLICATION_BY_NAME = "application_by_name";
    APPLICATION_CHANGE = "application_change";
    APPLICATION_FOR_PERSON = "application_for_person";
    APPLICATION_INSERT = "application_insert";
    APPLICATIONS_ALL = "applications_all";
    APPLICATIONS_BY_PERSON = "applications_by_person";
    AUDIT_BY_TARGET = "audit_by_target";
    AUDIT_DOWN = "audit_page" "audit_down";
    AUDIT_HAS = "audit_has";
    AUDIT_HEAD = "audit_head";
    AUDIT_HEAD_BY = "audit_head_by";
    AUDIT_HEADS = "audit_heads";
    AUDIT_INSERT = "audit_insert";
    AUDIT_LINES = "audit_lines";
    AUDIT_MOVE_HEAD = "audit_move_head";
    AUDIT_OF_ACTION_DOWN = "audit_page" "audit_of_action" "audit_down";
    AUDIT_OF_ACTION_UP = "audit_page" "audit_of_action" "audit_up";
    AUDIT_OF_ACTOR_DOWN = "audit_page" "audit_of_actor" "audit_down";
    AUDIT_OF_ACTOR_UP = "audit_page" "audit_of_actor" "audit_up";
    AUDIT_ON_DOWN = "audit_page" "audit_on" "audit_down";
    AUDIT_ON_UP = "audit_page" "audit_on" "audit_up";
    AUDIT_SEALED = "audit_sealed";
    AUDIT_UP = "audit_page" "audit_up";
    CHANGE_HEAD = "change_head";
    CHANGE_HEAD_ADVANCE = "change_head_advance";
    CHANGE_HEAD_CLAIM = "change_head_claim";
    DECISIONS_COUNT = "decisions_count";
    DECISIONS_INSERT = "decisions_insert";
    DECISIONS_LAST = "decisions_last";
    DECISIONS_OF_APPLICATION = "decisions_read" "decisions_of_application" "decisions_down";
    REFUSALS_OF_APPLICATION = "decisions_read" "decisions_of_application" "decisions_refused" "decisions_down";
    DECISIONS_OF_KEY = "decisions_read" "decisions_of_application" "decisions_of_key" "decisions_down";
    REFUSALS_OF_KEY = "decisions_read" "decisions_of_application" "decisions_of_key" "decisions_refused" "decisions_down";
    DECISIONS_OF_REQUEST = "decisions_read" "decisions_of_request";
    DECISIONS_OF_REQUEST_IN = "decisions_read" "decisions_of_request_in";
    DECISIONS_PRUNE = "decisions_prune";
    INVITATION_BY_TOKEN = "invitation_by_token";
    INVITATION_INSERT = "invitation_insert";
    INVITATION_REPLACE = "invitation_replace";
    INVITATION_TAKE = "invitation_take";
    INVITATION_WITHDRAW = "invitation_withdraw";
    INVITATIONS_BY_ACCOUNT = "invitations_by_account";
    INVITATIONS_OF_INVITER = "invitations_of_inviter";
    INVITATIONS_OF_PERSON = "invitations_of_person";
    KEY_ACTIVATE = "key_activate";
    KEY_BY_ID = "key_by_id";
    KEY_BY_ONCE = "key_by_once";
    KEY_CHANGE = "key_change";
    KEY_CONFIRM = "key_confirm";
    KEY_DAY_ADD = "key_day_add";
    KEY_DAYS_BUSIEST_BOTH = "key_days_both" "key_days_busiest_both";
    KEY_DAYS_BUSIEST_ONE = "key_days_one" "key_days_busiest_one";
    KEY_DAYS_MISSED_BOTH = "key_days_both" "key_days_missed_both";
    KEY_DAYS_MISSED_ONE = "key_days_one" "key_days_missed_one";
    KEY_DEACTIVATE = "key_deactivate";
    KEY_ENTRIES_BY_APPLICATION = "key_entries_by_application";
    KEY_ENTRY = "key_entry";
    KEY_INSERT = "key_insert";
    KEY_REPLACE = "key_replace";
    KEY_RETIRE = "key_retire";
    KEY_REVOKE = "key_revoke";
    KEYS_BY_CREATED_DOWN = "keys_page" "keys_by_created_down";
    SOME_BY_CREATED_DOWN = "keys_page" "keys_filter" "keys_by_created_down";
    KEYS_BY_CREATED_UP = "keys_page" "keys_by_created_up";
    SOME_BY_CREATED_UP = "keys_page" "keys_filter" "keys_by_created_up";
    KEYS_BY_ENDS_DOWN = "keys_page" "keys_by_ends_down";
    SOME_BY_ENDS_DOWN = "keys_page" "keys_filter" "keys_by_ends_down";
    KEYS_BY_ENDS_UP = "keys_page" "keys_by_ends_up";
    SOME_BY_ENDS_UP = "keys_page" "keys_filter" "keys_until_ends" "keys_by_ends_up";
    KEYS_BY_NAME_DOWN = "keys_page" "keys_by_name_down";
    SOME_BY_NAME_DOWN = "keys_page" "keys_filter" "keys_by_name_down";
    KEYS_BY_NAME_UP = "keys_page" "keys_by_name_up";
    SOME_BY_NAME_UP = "keys_page" "keys_filter" "keys_by_name_up";
    KEYS_BY_USED_DOWN = "keys_page" "keys_by_used_down";
    SOME_BY_USED_DOWN = "keys_page" "keys_filter" "keys_by_used_down";
    KEYS_BY_USED_UP = "keys_page" "keys_by_used_up";
    SOME_BY_USED_UP = "keys_page" "keys_filter" "keys_until_used" "keys_by_used_up";
    KEYS_COUNT = "keys_count" "keys_filter" "keys_count_end";
    KEYS_REVOKE_ALL = "keys_revoke_all";
    KEYS_TOTAL = "keys_total";
    KEYS_UNUSUAL = "keys_unusual";
    KEYS_UNREVOKED = "keys_unrevoked";
    LAST_USE_SET = "last_use_set";
    MEMBERS_BY_ACCOUNT = "members_by_account";
    MEMBERSHIP_BY_EMAIL = "membership_by_email";
    MEMBERSHIP_CHANGE = "membership_change";
    MEMBERSHIP_DELETE = "membership_delete";
    MEMBERSHIP_INSERT = "membership_insert";
    MEMBERSHIP_ROLE = "membership_role";
    NODE = "node";
    NODE_INSERT = "node_insert";
    NODE_LEAVE = "node_leave";
    NODE_RENEW = "node_renew";
    NODE_REPLACE = "node_replace";
    PASSWORD_RESET_BY_TOKEN = "password_reset_by_token";
    PASSWORD_RESET_INSERT = "password_reset_insert";
    PASSWORD_RESET_TAKE = "password_reset_take";
    PASSWORD_RESET_WITHDRAW = "password_reset_withdraw";
    PEPPER_LIVE_KEYS = "pepper_live_keys";
    PEPPER_ROWS = "pepper_rows";
    PEPPER_SECRETS = "pepper_secrets";
    PERSON_ANY_BY_EMAIL = "person_any_by_email";
    PERSON_BY_EMAIL = "person_by_email";
    PERSON_COUNT = "person_count";
    PERSON_DISABLE = "person_disable";
    PERSON_ENABLE = "person_enable";
    PERSON_INSERT = "person_insert";
    PERSON_LOCK = "person_lock";
    PERSON_NEW_PASSWORD = "person_new_password";
    PERSON_REHASH = "person_rehash";
    PERSON_SEEN_BY_SESSION = "person_seen_by_session";
    PERSON_SIGNS_IN = "person_signs_in";
    PING = "ping";
    SCHEMA_VERSION = "schema_version";
    SECRET_INSERT = "secret_insert";
    SECRET_UPGRADE = "secret_upgrade";
    SECRETS_ANY = "secrets_any";
    SECURITY_ACKNOWLEDGE = "security_acknowledge";
    SECURITY_ADD = "security_add";
    SECURITY_INSERT = "security_insert";
    SECURITY_ONE = "security_read" "security_one";
    SECURITY_OPEN = "security_open";
    SECURITY_PAGE = "security_read" "security_page";
    SECURITY_PRUNE = "security_prune";
    SESSION_BY_TOKEN = "session_by_token";
    SESSION_DELETE = "session_delete";
    SESSION_INSERT = "session_insert";
    SESSION_PROVE = "session_prove";
    SESSION_TOUCH = "session_touch";
    SESSIONS_OF_PERSON = "sessions_of_person";
    SESSIONS_PRUNE = "sessions_prune";
    SIGHTING_PRUNE = "sighting_prune";
    SIGHTING_SET = "sighting_set";
    SIGHTINGS_OF = "sightings_of";
    SUPPORT_ACCOUNTS = "support_accounts";
    SUPPORT_APPLICATIONS = "support_applications";
    SUPPORT_KEY = "support_key";
    SUPPORT_KEYS = "support_keys";
    TIME_MARK = "time_mark";
    TIME_MARK_DELETE = "time_mark_delete";
    TIME_MARK_SET = "time_mark_set";
    USAGE_ADD = "usage_add";
    USAGE_BATCH_INSERT = "usage_batch_insert";
    USAGE_BATCHES_PRUNE = "usage_batches_prune";
    USAGE_BETWEEN = "usage_between";
    USAGE_NOTE_INSERT = "usage_note_insert";
    USAGE_NOTES = "usage_notes";
    USAGE_NOTES_DELETE = "usage_notes_delete";
    USAGE_OF_PAGE = "usage_of_page";
    USAGE_BY_ADD = "usage_by_add";
    USAGE_BY_BETWEEN = "usage_by_between";
    USAGE_BY_FIRST = "usage_by_first";
    USAGE_BY_PRUNE = "usage_by_prune";
    USAGE_PRUNE = "usage_prune";
    USAGE_REPORT_ADD = "usage_report_add";
    USAGE_REPORT_BATCH_INSERT = "usage_report_batch_insert";
    USAGE_REPORT_BATCHES_PRUNE = "usage_report_batches_prune";
    USAGE_REPORT_BETWEEN = "usage_report_between";
    USAGE_REPORT_PRUNE = "usage_report_prune";
    WRITE_PROBE = "write_probe";
}
