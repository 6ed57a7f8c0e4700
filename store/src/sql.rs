//! The SQL statements, one file each under `store/sql`, in folders by subject. [`SHARED`] and [`PER_DATABASE`] let tests
//! prepare every statement on both databases. A statement with variants (filters, sort orders) is concatenated of the files
//! in a folder `fragments`.

use crate::Store;

/// A statement whose text differs between the databases.
#[derive(Clone, Copy, Debug)]
pub struct PerDatabase {
    sqlite: &'static str,
    postgres: &'static str,
}

impl PerDatabase {
    /// Returns the text for PostgreSQL.
    pub(crate) const fn postgres(self) -> &'static str {
        self.postgres
    }

    /// Returns the text for the database of `store`.
    pub const fn of(self, store: &Store) -> &'static str {
        match store {
            Store::Sqlite { .. } => self.sqlite,
            Store::Postgres { .. } => self.postgres,
        }
    }
}

macro_rules! per_database_statements {
    ($($name:ident = $($before:literal)* [$file:literal] $($after:literal)*;)*) => {
        $(pub(crate) const $name: PerDatabase = PerDatabase {
            sqlite: concat!(
                $(include_str!(concat!("../sql/", $before, ".sql")),)*
                include_str!(concat!("../sql/", $file, "_sqlite.sql")),
                $(include_str!(concat!("../sql/", $after, ".sql"))),*
            ),
            postgres: concat!(
                $(include_str!(concat!("../sql/", $before, ".sql")),)*
                include_str!(concat!("../sql/", $file, "_postgres.sql")),
                $(include_str!(concat!("../sql/", $after, ".sql"))),*
            ),
        };)*
        /// Name and text of every statement that differs between the databases.
        pub const PER_DATABASE: &[(&str, PerDatabase)] = &[$((stringify!($name), $name)),*];
    };
}

per_database_statements! {
    INDEX_KEYS_EXTENT = ["key/index/keys_extent"];
    INDEX_KEYS_SPAN = ["key/index/keys_span"];
    INDEX_SECRETS_EXTENT = ["key/index/secrets_extent"];
    INDEX_SECRETS_SPAN = ["key/index/secrets_span"];
    INDEX_ROWS_BY_IDS = ["key/index/rows_by_ids"];
    INDEX_SNAPSHOT = ["key/index/snapshot"];
    CHANGE_HEAD_LOCK = ["node/change_head_lock"];
    CHANGE_INSERT = ["change/insert"];
    NODE_CHECK = ["node/check"];
    KEY_LIST_CANDIDATES_COUNT = "key/list/fragments/candidates" ["key/list/fragments/candidates_by_text"] "key/list/fragments/candidates_count";
    KEY_LIST_COUNT_OF_CANDIDATES = "key/list/fragments/candidates" ["key/list/fragments/candidates_by_text"] "key/list/fragments/count_of_candidates" "key/list/fragments/filter" "key/list/fragments/count_end";
    KEY_LIST_OF_CANDIDATES_BY_CREATED_ASC = "key/list/fragments/candidates" ["key/list/fragments/candidates_by_text"] "key/list/fragments/columns" "key/list/fragments/from_candidates" "key/list/fragments/filter" "key/list/fragments/by_created_asc";
    KEY_LIST_OF_CANDIDATES_BY_CREATED_DESC = "key/list/fragments/candidates" ["key/list/fragments/candidates_by_text"] "key/list/fragments/columns" "key/list/fragments/from_candidates" "key/list/fragments/filter" "key/list/fragments/by_created_desc";
    KEY_LIST_OF_CANDIDATES_BY_EXPIRY_ASC = "key/list/fragments/candidates" ["key/list/fragments/candidates_by_text"] "key/list/fragments/columns" "key/list/fragments/from_candidates" "key/list/fragments/filter" "key/list/fragments/by_expiry_asc";
    KEY_LIST_OF_CANDIDATES_BY_EXPIRY_DESC = "key/list/fragments/candidates" ["key/list/fragments/candidates_by_text"] "key/list/fragments/columns" "key/list/fragments/from_candidates" "key/list/fragments/filter" "key/list/fragments/by_expiry_desc";
    KEY_LIST_OF_CANDIDATES_BY_LAST_USE_ASC = "key/list/fragments/candidates" ["key/list/fragments/candidates_by_text"] "key/list/fragments/columns" "key/list/fragments/from_candidates" "key/list/fragments/filter" "key/list/fragments/by_last_use_asc";
    KEY_LIST_OF_CANDIDATES_BY_LAST_USE_DESC = "key/list/fragments/candidates" ["key/list/fragments/candidates_by_text"] "key/list/fragments/columns" "key/list/fragments/from_candidates" "key/list/fragments/filter" "key/list/fragments/by_last_use_desc";
    KEY_LIST_OF_CANDIDATES_BY_NAME_ASC = "key/list/fragments/candidates" ["key/list/fragments/candidates_by_text"] "key/list/fragments/columns" "key/list/fragments/from_candidates" "key/list/fragments/filter" "key/list/fragments/by_name_asc";
    KEY_LIST_OF_CANDIDATES_BY_NAME_DESC = "key/list/fragments/candidates" ["key/list/fragments/candidates_by_text"] "key/list/fragments/columns" "key/list/fragments/from_candidates" "key/list/fragments/filter" "key/list/fragments/by_name_desc";
    KEY_LIST_OF_SCOPE_BY_CREATED_DESC = "key/list/fragments/columns" ["key/list/fragments/of_scope_from"] "key/list/fragments/of_scope" "key/list/fragments/by_created_desc";
}

macro_rules! shared_statements {
    ($($name:ident = $($file:literal)+;)*) => {
        $(pub(crate) const $name: &str = concat!($(include_str!(concat!("../sql/", $file, ".sql"))),+);)*
        /// Name and text of every statement that both databases share.
        pub const SHARED: &[(&str, &str)] = &[$((stringify!($name), $name)),*];
    };
}

shared_statements! {
    ACCOUNT_BY_ID_OR_NAME = "account/by_id_or_name";
    ACCOUNT_BY_NAME = "account/by_name";
    ACCOUNT_FACTOR_POLICY = "account/factor_policy";
    ACCOUNT_LOCAL_OWNER = "account/local_owner";
    ACCOUNT_IDS_BY_PERSON = "account/ids_by_person";
    ACCOUNT_INSERT = "account/insert";
    ACCOUNT_LOCK = "account/lock";
    ACCOUNT_NAME = "account/name";
    ACCOUNT_RENAME = "account/rename";
    ACCOUNT_SET_FACTOR_POLICY = "account/set_factor_policy";
    APPLICATIONS_ALL = "application/all";
    APPLICATIONS_BY_PERSON = "application/by_person";
    APPLICATIONS_COUNT = "application/count";
    APPLICATION_ARCHIVE = "application/archive";
    APPLICATION_ARCHIVED_AT = "application/archived_at";
    APPLICATION_BY_NAME = "application/by_name";
    APPLICATION_DELETE = "application/delete";
    APPLICATION_ENABLED_OWNER = "application/enabled_owner";
    APPLICATION_FOR_PERSON = "application/for_person";
    APPLICATION_INSERT = "application/insert";
    APPLICATION_LOCK = "application/lock";
    APPLICATION_LOCK_USABLE = "application/lock_usable";
    APPLICATION_RESTORE = "application/restore";
    APPLICATION_ROLES_DELETE_BY_MEMBER = "application_role/delete_by_member";
    APPLICATION_ROLE_DELETE = "application_role/delete";
    APPLICATION_ROLE_SET = "application_role/set";
    APPLICATION_UPDATE = "application/update";
    AUDIT_BY_TARGET = "audit/by_target";
    AUDIT_COUNT_MATCHING = "audit/count_matching";
    AUDIT_COUNT_SEALED = "audit/count_sealed";
    AUDIT_HEADS = "audit/heads";
    AUDIT_INSERT = "audit/insert";
    MAIL_ACCESS = "mail/access";
    MAIL_COUNT_UNANSWERED = "mail/count_unanswered";
    MAIL_DELETE = "mail/delete";
    MAIL_DUE = "mail/due";
    MAIL_EXPIRING_APPLICATIONS = "mail/expiring_applications";
    MAIL_EXPIRING_KEYS = "mail/expiring_keys";
    MAIL_EXPIRY_MAIL_SET = "mail/expiry_mail_set";
    MAIL_EXPIRY_NOTICES_PRUNE = "mail/expiry_notices_prune";
    MAIL_EXPIRY_NOTICE_INSERT = "mail/expiry_notice_insert";
    MAIL_INSERT = "mail/insert";
    MAIL_MEMBERS = "mail/members";
    MAIL_SCHEDULE = "mail/schedule";
    MAIL_SECURITY_EVENTS = "mail/security_events";
    MAIL_SECURITY_EVENT_MAILED = "mail/security_event_mailed";
    MAIL_WAITING = "mail/waiting";
    AUDIT_KEY_NAMES = "audit/key_names";
    AUDIT_LINES = "audit/lines";
    AUDIT_MOVE_HEAD = "audit/move_head";
    AUDIT_OF_ACTION_ASC = "audit/fragments/page" "audit/fragments/of_action" "audit/fragments/order_asc";
    AUDIT_OF_ACTION_DESC = "audit/fragments/page" "audit/fragments/of_action" "audit/fragments/order_desc";
    AUDIT_OF_ACTOR_ASC = "audit/fragments/page" "audit/fragments/of_actor" "audit/fragments/order_asc";
    AUDIT_OF_ACTOR_DESC = "audit/fragments/page" "audit/fragments/of_actor" "audit/fragments/order_desc";
    AUDIT_OF_TARGET_ASC = "audit/fragments/page" "audit/fragments/of_target" "audit/fragments/order_asc";
    AUDIT_OF_TARGET_DESC = "audit/fragments/page" "audit/fragments/of_target" "audit/fragments/order_desc";
    AUDIT_PAGE_ASC = "audit/fragments/page" "audit/fragments/order_asc";
    AUDIT_PAGE_DESC = "audit/fragments/page" "audit/fragments/order_desc";
    AUDIT_TAKE_NUMBER = "audit/take_number";
    AUDIT_TAKE_NUMBERS = "audit/take_numbers";
    AUTHENTICATORS_UNDER_OTHER_PEPPERS = "authenticator/under_other_peppers";
    AUTHENTICATOR_BY_PERSON = "authenticator/by_person";
    AUTHENTICATOR_DELETE = "authenticator/delete";
    AUTHENTICATOR_ENCRYPT_AGAIN = "authenticator/encrypt_again";
    AUTHENTICATOR_INSERT = "authenticator/insert";
    AUTHENTICATOR_USE_STEP = "authenticator/use_step";
    COMPLETED_SIGN_INS_PRUNE = "completed_sign_in/prune";
    COMPLETED_SIGN_IN_INSERT = "completed_sign_in/insert";
    KEY_DEACTIVATE_FOR_GOOD = "key/deactivate_for_good";
    KEY_EXPIRE = "key/expire";
    PING = "database/ping";
    SCHEMA_OLDEST = "database/schema_oldest";
    SCHEMA_SET_OLDEST = "database/schema_set_oldest";
    SCHEMA_VERSION = "database/schema_version";
    WRITE_PROBE = "database/write_probe";
    DECISIONS_COUNT = "decision/count";
    DECISIONS_INSERT = "decision/insert";
    DECISIONS_LAST_ID = "decision/last_id";
    DECISIONS_OF_ADDRESS = "decision/fragments/select" "decision/fragments/of_address" "decision/fragments/filter" "decision/fragments/order_desc";
    DECISIONS_OF_APPLICATION = "decision/fragments/select" "decision/fragments/of_application" "decision/fragments/filter" "decision/fragments/order_desc";
    DECISIONS_OF_CODE = "decision/fragments/select" "decision/fragments/of_code" "decision/fragments/filter" "decision/fragments/order_desc";
    DECISIONS_OF_ROUTE = "decision/fragments/select" "decision/fragments/of_route" "decision/fragments/filter" "decision/fragments/order_desc";
    DECISIONS_OF_KEY = "decision/fragments/select" "decision/fragments/of_key" "decision/fragments/filter" "decision/fragments/order_desc";
    DECISIONS_OUTSIDE_LANE = "decision/fragments/select" "decision/fragments/of_other_nodes";
    DECISIONS_OF_REQUEST = "decision/fragments/select" "decision/fragments/of_request";
    DECISIONS_OF_REQUEST_IN_APPLICATION = "decision/fragments/select" "decision/fragments/of_request_in_application";
    DECISIONS_PRUNE = "decision/prune";
    REFUSALS_OF_ADDRESS = "decision/fragments/select" "decision/fragments/of_address" "decision/fragments/refused" "decision/fragments/filter" "decision/fragments/order_desc";
    REFUSALS_OF_APPLICATION = "decision/fragments/select" "decision/fragments/of_application" "decision/fragments/refused" "decision/fragments/filter" "decision/fragments/order_desc";
    REFUSALS_OF_ROUTE = "decision/fragments/select" "decision/fragments/of_route" "decision/fragments/refused" "decision/fragments/filter" "decision/fragments/order_desc";
    REFUSALS_OF_CODE = "decision/fragments/select" "decision/fragments/of_code" "decision/fragments/refused" "decision/fragments/filter" "decision/fragments/order_desc";
    REFUSALS_OF_KEY = "decision/fragments/select" "decision/fragments/of_key" "decision/fragments/refused" "decision/fragments/filter" "decision/fragments/order_desc";
    IDENTITIES_DELETE_BESIDE_PASSWORD = "identity/delete_beside_password";
    IDENTITIES_DELETE_BY_PERSON = "identity/delete_by_person";
    IDENTITIES_OF_PERSON = "identity/of_person";
    IDENTITY_BY_PERSON = "identity/by_person";
    IDENTITY_DELETE = "identity/delete";
    IDENTITY_IS_OF = "identity/is_of";
    IDENTITY_LINKED_BY_EMAIL = "identity/linked_by_email";
    IDENTITY_INSERT = "identity/insert";
    IDENTITY_PERSON = "identity/person";
    INVITATIONS_BY_ACCOUNT = "invitation/by_account";
    INVITATIONS_DELETE_BY_INVITER = "invitation/delete_by_inviter";
    INVITATIONS_DELETE_BY_PERSON = "invitation/delete_by_person";
    INVITATION_BY_TOKEN = "invitation/by_token";
    INVITATION_DELETE = "invitation/delete";
    INVITATION_DELETE_BY_EMAIL = "invitation/delete_by_email";
    INVITATION_DELETE_BY_INVITEE = "invitation/delete_by_invitee";
    INVITATION_DELETE_BY_TOKEN = "invitation/delete_by_token";
    INVITATION_INSERT = "invitation/insert";
    INVITATION_RENEW = "invitation/renew";
    KEYS_ENDED = "key/ended";
    KEYS_ARCHIVE_ALL = "key/archive_all";
    KEYS_COUNT_ACTIVE = "key/count_active";
    KEYS_COUNT_UNREVOKED = "key/count_unrevoked";
    KEYS_COUNT_UP_TO = "key/count_up_to";
    KEYS_COUNT_UNREVOKED_UP_TO = "key/count_unrevoked_up_to";
    KEYS_COUNT_USABLE = "key/count_usable";
    KEYS_RESTORE_ALL = "key/restore_all";
    KEYS_REVOKE_ALL = "key/revoke_all";
    KEY_ACTIVATE = "key/activate";
    KEY_BY_ID = "key/by_id";
    KEY_BY_IDEMPOTENCY_KEY = "key/by_idempotency_key";
    KEY_CONFIRM = "key/confirm";
    KEY_DEACTIVATE = "key/deactivate";
    KEY_INSERT = "key/insert";
    KEY_LIST_ATTENTION = "key/list/attention";
    KEY_LIST_CREATORS = "key/list/creators";
    KEY_LIST_GROUP_COUNTS = "key/list/group_counts";
    KEY_LIST_RETIRING = "key/list/retiring";
    KEY_LIST_SCOPE_SETS = "key/list/scope_sets";
    KEY_LIST_BY_CREATED_ASC = "key/list/fragments/columns" "key/list/fragments/from_keys" "key/list/fragments/by_created_asc";
    KEY_LIST_BY_CREATED_DESC = "key/list/fragments/columns" "key/list/fragments/from_keys" "key/list/fragments/by_created_desc";
    KEY_LIST_BY_EXPIRY_ASC = "key/list/fragments/columns" "key/list/fragments/from_keys" "key/list/fragments/by_expiry_asc";
    KEY_LIST_BY_EXPIRY_DESC = "key/list/fragments/columns" "key/list/fragments/from_keys" "key/list/fragments/by_expiry_desc";
    KEY_LIST_BY_LAST_USE_ASC = "key/list/fragments/columns" "key/list/fragments/from_keys" "key/list/fragments/by_last_use_asc";
    KEY_LIST_BY_LAST_USE_DESC = "key/list/fragments/columns" "key/list/fragments/from_keys" "key/list/fragments/by_last_use_desc";
    KEY_LIST_BY_NAME_ASC = "key/list/fragments/columns" "key/list/fragments/from_keys" "key/list/fragments/by_name_asc";
    KEY_LIST_BY_NAME_DESC = "key/list/fragments/columns" "key/list/fragments/from_keys" "key/list/fragments/by_name_desc";
    KEY_LIST_COUNT = "key/list/fragments/count_begin" "key/list/fragments/filter" "key/list/fragments/every_key" "key/list/fragments/count_end";
    KEY_LIST_FILTERED_BY_CREATED_ASC = "key/list/fragments/columns" "key/list/fragments/from_keys" "key/list/fragments/filter" "key/list/fragments/every_key" "key/list/fragments/by_created_asc";
    KEY_LIST_FILTERED_BY_CREATED_DESC = "key/list/fragments/columns" "key/list/fragments/from_keys" "key/list/fragments/filter" "key/list/fragments/every_key" "key/list/fragments/by_created_desc";
    KEY_LIST_FILTERED_BY_EXPIRY_ASC = "key/list/fragments/columns" "key/list/fragments/from_keys" "key/list/fragments/filter" "key/list/fragments/every_key" "key/list/fragments/until_expiry" "key/list/fragments/by_expiry_asc";
    KEY_LIST_FILTERED_BY_EXPIRY_DESC = "key/list/fragments/columns" "key/list/fragments/from_keys" "key/list/fragments/filter" "key/list/fragments/every_key" "key/list/fragments/by_expiry_desc";
    KEY_LIST_FILTERED_BY_LAST_USE_ASC = "key/list/fragments/columns" "key/list/fragments/from_keys" "key/list/fragments/filter" "key/list/fragments/every_key" "key/list/fragments/until_last_use" "key/list/fragments/by_last_use_asc";
    KEY_LIST_FILTERED_BY_LAST_USE_DESC = "key/list/fragments/columns" "key/list/fragments/from_keys" "key/list/fragments/filter" "key/list/fragments/every_key" "key/list/fragments/by_last_use_desc";
    KEY_LIST_FILTERED_BY_NAME_ASC = "key/list/fragments/columns" "key/list/fragments/from_keys" "key/list/fragments/filter" "key/list/fragments/every_key" "key/list/fragments/by_name_asc";
    KEY_LIST_FILTERED_BY_NAME_DESC = "key/list/fragments/columns" "key/list/fragments/from_keys" "key/list/fragments/filter" "key/list/fragments/every_key" "key/list/fragments/by_name_desc";
    KEY_LIST_OF_CREATOR_BY_CREATED_ASC = "key/list/fragments/columns" "key/list/fragments/from_keys" "key/list/fragments/of_creator" "key/list/fragments/filter" "key/list/fragments/every_key" "key/list/fragments/by_created_asc";
    KEY_LIST_OF_CREATOR_BY_CREATED_DESC = "key/list/fragments/columns" "key/list/fragments/from_keys" "key/list/fragments/of_creator" "key/list/fragments/filter" "key/list/fragments/every_key" "key/list/fragments/by_created_desc";
    KEY_LIST_OF_ANY_ADDRESS_BY_CREATED_ASC = "key/list/fragments/columns" "key/list/fragments/from_keys" "key/list/fragments/of_any_address" "key/list/fragments/filter" "key/list/fragments/every_key" "key/list/fragments/by_created_asc";
    KEY_LIST_OF_ANY_ADDRESS_BY_CREATED_DESC = "key/list/fragments/columns" "key/list/fragments/from_keys" "key/list/fragments/of_any_address" "key/list/fragments/filter" "key/list/fragments/every_key" "key/list/fragments/by_created_desc";
    KEY_LIST_OF_ENVIRONMENT_BY_CREATED_ASC = "key/list/fragments/columns" "key/list/fragments/from_keys" "key/list/fragments/of_environment" "key/list/fragments/filter" "key/list/fragments/every_key" "key/list/fragments/by_created_asc";
    KEY_LIST_OF_ENVIRONMENT_BY_CREATED_DESC = "key/list/fragments/columns" "key/list/fragments/from_keys" "key/list/fragments/of_environment" "key/list/fragments/filter" "key/list/fragments/every_key" "key/list/fragments/by_created_desc";
    KEY_LIST_OF_NEVER_EXPIRING_BY_CREATED_ASC = "key/list/fragments/columns" "key/list/fragments/from_keys" "key/list/fragments/of_never_expiring" "key/list/fragments/filter" "key/list/fragments/every_key" "key/list/fragments/by_created_asc";
    KEY_LIST_OF_NEVER_EXPIRING_BY_CREATED_DESC = "key/list/fragments/columns" "key/list/fragments/from_keys" "key/list/fragments/of_never_expiring" "key/list/fragments/filter" "key/list/fragments/every_key" "key/list/fragments/by_created_desc";
    KEY_LIST_OF_OLD_BY_CREATED_ASC = "key/list/fragments/columns" "key/list/fragments/from_keys" "key/list/fragments/of_old" "key/list/fragments/filter" "key/list/fragments/every_key" "key/list/fragments/by_created_asc";
    KEY_LIST_OF_REVOKED_BY_CREATED_ASC = "key/list/fragments/columns" "key/list/fragments/from_keys" "key/list/fragments/of_revoked" "key/list/fragments/filter" "key/list/fragments/every_key" "key/list/fragments/by_created_asc";
    KEY_LIST_OF_REVOKED_BY_CREATED_DESC = "key/list/fragments/columns" "key/list/fragments/from_keys" "key/list/fragments/of_revoked" "key/list/fragments/filter" "key/list/fragments/every_key" "key/list/fragments/by_created_desc";
    KEY_MOVE_RETIREMENT = "key/move_retirement";
    KEY_NAMES = "key/names";
    KEY_NEWEST_NAMES = "key/newest_names";
    KEY_REPLACE = "key/replace";
    KEY_REVOKE = "key/revoke";
    KEY_SECRETS_COUNT_ANY = "key/count_any";
    KEY_SECRET_INSERT = "key/insert_secret";
    KEY_SECRET_UPDATE_DIGEST = "key/update_digest";
    KEY_UPDATE = "key/update";
    INDEX_ROW = "key/index/row";
    INDEX_ROWS_BY_APPLICATION = "key/index/rows_by_application";
    INDEX_UNUSUAL_TERMS = "key/index/unusual_terms";
    KEY_LIST_CALLS_BY_HOUR = "key/list/calls_by_hour";
    KEY_LIST_TOTAL = "key/list/total";
    MEMBERS_BY_ACCOUNT = "member/by_account";
    MEMBERSHIPS_COUNT = "member/count_by_person";
    MEMBERSHIPS_COUNT_ELSEWHERE = "member/count_elsewhere";
    MEMBER_BY_EMAIL = "member/by_email";
    MEMBER_DELETE = "member/delete";
    MEMBER_ENABLED_OWNER = "member/enabled_owner";
    MEMBER_INSERT = "member/insert";
    MEMBER_INSERT_MANAGED = "member/insert_managed";
    MEMBERSHIPS_ACCOUNTS_MANAGED = "member/accounts_managed";
    MEMBERSHIPS_END_MANAGEMENT = "member/end_management";
    MEMBER_GRANTED_WITHOUT_PASSWORD = "member/granted_without_password";
    MEMBER_MANAGED = "member/managed";
    MEMBER_ROLE = "member/role";
    MEMBER_UPDATE_ROLE = "member/update_role";
    CHANGES_PRUNE = "change/prune";
    CHANGES_SINCE = "change/since";
    CHANGE_HEAD = "node/change_head";
    CHANGE_HEAD_CONTINUE = "node/change_head_continue";
    CHANGE_HEAD_NUMBERS = "node/change_head_numbers";
    CHANGE_HEAD_ADVANCE = "node/change_head_advance";
    CHANGE_HEAD_FORK = "node/change_head_fork";
    CHANGE_HEAD_NAME = "node/change_head_name";
    CHANGE_HEAD_NEXT_EPOCH = "node/change_head_next_epoch";
    CHANGE_HEAD_OPEN = "node/change_head_open";
    CHANGE_HEAD_OPENED = "node/change_head_opened";
    CHANGE_HEAD_SKIP = "node/change_head_skip";
    NODE_COMPARED = "node/compared";
    NODE_DELETE = "node/delete";
    NODE_DELETE_PREDECESSOR = "node/delete_predecessor";
    NODE_DELETE_SILENT = "node/delete_silent";
    NODE_DELETE_WITHOUT_JOURNAL = "node/delete_without_journal";
    NODE_EPOCHS = "node/epochs";
    NODE_INSERT = "node/insert";
    NODE_RENEW = "node/renew";
    NODES_OLDER = "node/older";
    NODES_ALL = "node/all";
    NODES_LIST = "node/list";
    NODES_DELETE_ALL = "node/delete_all";
    NODES_DELETE_BEHIND = "node/delete_behind";
    THROTTLE_CHARGE = "throttle/charge";
    THROTTLE_FULL_AT = "throttle/full_at";
    THROTTLE_PRUNE = "throttle/prune";
    THROTTLE_REFUND = "throttle/refund";
    TIME_MARK = "node/time_mark";
    TIME_MARK_DELETE = "node/time_mark_delete";
    TIME_MARK_SET = "node/time_mark_set";
    CHALLENGES_KEEP_NEWEST = "passkey/challenges_keep_newest";
    CHALLENGES_KEEP_NEWEST_OF_OWNER = "passkey/challenges_keep_newest_of_owner";
    CHALLENGES_PRUNE = "passkey/challenges_prune";
    CHALLENGE_INSERT = "passkey/challenge_insert";
    CHALLENGE_STATE = "passkey/challenge_state";
    CHALLENGE_USE = "passkey/challenge_use";
    PASSKEYS_BY_PERSON = "passkey/by_person";
    PASSKEYS_COUNT = "passkey/count";
    PASSKEYS_REFUSE_ALONE = "passkey/refuse_alone";
    PASSKEY_REFUSE_ALONE = "passkey/refuse_one_alone";
    PASSKEY_ALLOW_ALONE = "passkey/allow_alone";
    PASSKEY_BY_CREDENTIAL = "passkey/by_credential";
    PASSKEY_DELETE = "passkey/delete";
    PASSKEY_INSERT = "passkey/insert";
    PASSKEY_OTHERS = "passkey/others";
    PASSKEY_RENAME = "passkey/rename";
    PASSKEY_SIGNS_IN_ALONE = "passkey/signs_in_alone";
    PASSKEY_USE = "passkey/use";
    PASSWORD_RESET_BY_TOKEN = "password_reset/by_token";
    PASSWORD_RESETS_DELETE_BY_MAKER = "password_reset/delete_by_maker";
    PASSWORD_RESETS_DELETE_OLDER_REQUESTED = "password_reset/delete_older_requested";
    PASSWORD_RESETS_DELETE_BY_MAKER_EVERYWHERE = "password_reset/delete_by_maker_everywhere";
    PASSWORD_RESET_DELETE_BY_PERSON = "password_reset/delete_by_person";
    PASSWORD_RESET_DELETE_BY_TOKEN = "password_reset/delete_by_token";
    PASSWORD_RESET_INSERT = "password_reset/insert";
    PENDING_SIGN_INS_DELETE_BY_PERSON = "pending_sign_in/delete_by_person";
    PENDING_SIGN_INS_PRUNE = "pending_sign_in/prune";
    PENDING_SIGN_IN_BY_TOKEN = "pending_sign_in/by_token";
    PENDING_SIGN_IN_COUNT_ATTEMPT = "pending_sign_in/count_attempt";
    PENDING_SIGN_IN_DELETE = "pending_sign_in/delete";
    PENDING_SIGN_IN_INSERT = "pending_sign_in/insert";
    PEPPER_LIVE_KEYS = "pepper/live_keys";
    PEPPER_ROWS = "pepper/rows";
    PEPPER_SECRETS = "pepper/secrets";
    PERSON_BY_EMAIL = "person/by_email";
    PERSON_CHANGE_EMAIL = "person/change_email";
    PERSON_CHANGE_NOTIFICATIONS = "person/change_notifications";
    PERSON_CHANGE_PASSWORD = "person/change_password";
    PERSON_CHANGE_PROFILE = "person/change_profile";
    PERSON_COUNT = "person/count";
    PERSON_DEVICES_SINCE = "person/devices_since";
    PERSON_DISABLE = "person/disable";
    PERSON_ENABLE = "person/enable";
    PERSON_FORGET_DEVICES = "person/forget_devices";
    PERSON_INSERT = "person/insert";
    PERSON_INSERT_WITHOUT_PASSWORD = "person/insert_without_password";
    PERSON_LIST = "person/list";
    PERSON_LOCK = "person/lock";
    PERSON_LOCK_ENABLED = "person/lock_enabled";
    PERSON_NOTIFICATIONS = "person/notifications";
    PERSON_MAY_LINK_BY_EMAIL = "person/may_link_by_email";
    PERSON_NEEDS_FACTOR_ELSEWHERE = "person/needs_factor_elsewhere";
    PERSON_REFUSE_LINK_BY_EMAIL = "person/refuse_link_by_email";
    PERSON_REHASH = "person/rehash";
    PERSON_SET_LAST_APPLICATION = "person/set_last_application";
    PERSON_SET_PASSWORD = "person/set_password";
    PERSON_SIGN_IN = "person/sign_in";
    PERSON_STATE_BY_EMAIL = "person/state_by_email";
    PERSON_TOUCH_BY_SESSION = "person/touch_by_session";
    RECOVERY_CODES_COUNT_UNUSED = "recovery_code/count_unused";
    RECOVERY_CODES_DELETE_BY_PERSON = "recovery_code/delete_by_person";
    RECOVERY_CODE_INSERT = "recovery_code/insert";
    RECOVERY_CODE_USE = "recovery_code/use";
    SECOND_FACTORS_UNDER_OTHER_PEPPERS = "second_factor/under_other_peppers";
    SECOND_FACTOR_BY_PERSON = "second_factor/by_person";
    SECOND_FACTOR_DELETE = "second_factor/delete";
    SECOND_FACTOR_ENCRYPT_AGAIN = "second_factor/encrypt_again";
    SECOND_FACTOR_INSERT = "second_factor/insert";
    SECOND_FACTOR_LOCK = "second_factor/lock";
    SECOND_FACTOR_LOCK_SECRET = "second_factor/lock_secret";
    SECURITY_EVENTS_COUNT_OPEN = "security_event/count_open";
    SECURITY_EVENTS_PAGE = "security_event/fragments/select" "security_event/fragments/page";
    SECURITY_EVENTS_PRUNE = "security_event/prune";
    SECURITY_EVENT_ACKNOWLEDGE = "security_event/acknowledge";
    SECURITY_EVENT_ADD = "security_event/add";
    SECURITY_EVENT_BY_ID = "security_event/fragments/select" "security_event/fragments/by_id";
    SECURITY_EVENT_INSERT = "security_event/insert";
    SIGHTINGS_BY_KEY = "security_event/sightings_by_key";
    SIGHTINGS_PRUNE = "security_event/sighting_prune";
    SIGHTING_SET = "security_event/sighting_set";
    SESSIONS_BY_PERSON = "session/by_person";
    SESSIONS_DELETE_THROUGH_PROVIDER = "session/delete_through_provider";
    SESSIONS_DELETE_BY_PERSON = "session/delete_by_person";
    SESSIONS_DELETE_OTHERS = "session/delete_others";
    SESSIONS_PRUNE = "session/prune";
    SESSION_BY_TOKEN = "session/by_token";
    SESSION_DELETE = "session/delete";
    SESSION_DELETE_BY_ID = "session/delete_by_id";
    SESSION_INSERT = "session/insert";
    SESSION_LOCK = "session/lock";
    SESSION_IS_OF = "session/is_of";
    SESSION_REPLACE_TOKEN = "session/replace_token";
    SESSION_TOUCH = "session/touch";
    SUPPORT_ACCOUNTS = "support/accounts";
    SUPPORT_APPLICATIONS = "support/applications";
    SUPPORT_APPLICATION_OF_KEY = "support/application_of_key";
    SUPPORT_KEYS_BY_MASK = "support/keys_by_mask";
    KEY_DAYS_BUSIEST_ONE_DAY = "usage/key_day/fragments/one_day" "usage/key_day/fragments/busiest_one_day";
    KEY_DAYS_BUSIEST_TWO_DAYS = "usage/key_day/fragments/two_days" "usage/key_day/fragments/busiest_two_days";
    KEY_DAYS_MOST_REJECTED_ONE_DAY = "usage/key_day/fragments/one_day" "usage/key_day/fragments/most_rejected_one_day";
    KEY_DAYS_MOST_REJECTED_TWO_DAYS = "usage/key_day/fragments/two_days" "usage/key_day/fragments/most_rejected_two_days";
    USAGE_BREAKDOWN_BETWEEN = "usage/breakdown/between";
    USAGE_BREAKDOWN_OF_SUBJECTS = "usage/breakdown/of_subjects";
    USAGE_BREAKDOWN_PRUNE = "usage/breakdown/prune";
    USAGE_BREAKDOWN_SET = "usage/breakdown/set";
    USAGE_JOURNAL_ALL = "usage/journal/all";
    USAGE_JOURNAL_DELETE = "usage/journal/delete";
    USAGE_JOURNAL_INSERT = "usage/journal/insert";
    KEY_DAY_ADD = "usage/key_day/add";
    USAGE_REFUSAL_ADD = "usage/refusal/add";
    USAGE_REFUSAL_BETWEEN = "usage/refusal/between";
    USAGE_REFUSAL_PRUNE = "usage/refusal/prune";
    USAGE_REPORT_ADD = "usage/report/add";
    USAGE_REPORT_BATCHES_PRUNE = "usage/report/batches_prune";
    USAGE_REPORT_BATCH_INSERT = "usage/report/batch_insert";
    USAGE_REPORT_BETWEEN = "usage/report/between";
    USAGE_REPORT_PRUNE = "usage/report/prune";
    LAST_USE_SET = "usage/rollup/last_use_set";
    USAGE_BATCHES_PRUNE = "usage/rollup/batches_prune";
    USAGE_BATCH_INSERT = "usage/rollup/batch_insert";
    USAGE_ROLLUP_ADD = "usage/rollup/add";
    USAGE_ROLLUP_BETWEEN = "usage/rollup/between";
    USAGE_ROLLUP_PRUNE = "usage/rollup/prune";
}
