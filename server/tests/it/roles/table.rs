//! The table of server functions and roles.

/// The form (`{app}`, `{key}` and `{once}` are filled in), and the status for no session, the owner of another account, a viewer,
/// a developer, the owner, and a viewer of the account who owns the application.
pub const TABLE: &[(&str, &str, [u16; 6])] = &[
    (
        "sign_in",
        "email={email}&password={password}",
        [200, 200, 200, 200, 200, 200],
    ),
    // Without a mail server.
    (
        "request_reset",
        "email={email}",
        [404, 404, 404, 404, 404, 404],
    ),
    ("sign_out", "", [401, 200, 200, 200, 200, 200]),
    (
        "set_up",
        "token=x&account=a&application=b&email=a@b.example&password={password}",
        [409, 409, 409, 409, 409, 409],
    ),
    ("set_theme", "theme=dark", [401, 200, 200, 200, 200, 200]),
    (
        "deactivate_keys",
        "app={app}&keys[]={key}",
        [401, 404, 403, 200, 200, 200],
    ),
    (
        "revoke_keys",
        "app={app}&keys[]={key}&confirm=&reason=",
        [401, 404, 403, 422, 422, 422],
    ),
    (
        "revoke_keys",
        "app={app}&keys[]={key}&confirm=revoke&reason=",
        [401, 404, 403, 200, 200, 200],
    ),
    (
        "revoke_all_keys",
        "app={app}&confirm=Storefront&reason=",
        [401, 404, 403, 403, 200, 200],
    ),
    (
        "edit_key",
        "app={app}&key={key}&seen={seen}&name=New&scopes[]=invoice:read&expiration=keep&reviewed=live",
        [401, 404, 403, 200, 200, 200],
    ),
    (
        "first_use",
        "app={app}&key={key}",
        [401, 404, 200, 200, 200, 200],
    ),
    ("nodes_behind", "app={app}", [401, 404, 403, 200, 200, 200]),
    (
        "discard_key",
        "app={app}&key={key}",
        [401, 404, 403, 200, 200, 200],
    ),
    (
        "create_key",
        "app={app}&name=New&environment=test&scopes[]=invoice:read&expiration=90&once={once}",
        [401, 404, 403, 200, 200, 200],
    ),
    (
        "regenerate_key",
        "app={app}&key={key}&ends=8d&once={once}",
        [401, 404, 403, 422, 422, 422],
    ),
    (
        "regenerate_key",
        "app={app}&key={key}&ends=24h&once={once}",
        [401, 404, 403, 200, 200, 200],
    ),
    (
        "retire_key",
        "app={app}&key={key}&ends=now",
        [401, 404, 403, 409, 409, 409],
    ),
    (
        "acknowledge_events",
        "app={app}&events[]=404",
        [401, 404, 403, 404, 404, 404],
    ),
    (
        "acknowledge_events",
        "app={app}",
        [401, 404, 403, 422, 422, 422],
    ),
    (
        "acknowledge_event",
        "app={app}&event=404&note=Seen",
        [401, 404, 403, 404, 404, 404],
    ),
    (
        "confirm_key",
        "app={app}&key={key}",
        [401, 404, 403, 200, 200, 200],
    ),
    (
        "deactivate_key",
        "app={app}&key={key}",
        [401, 404, 403, 200, 200, 200],
    ),
    (
        "activate_key",
        "app={app}&key={key}",
        [401, 404, 403, 409, 409, 409],
    ),
    (
        "revoke_key",
        "app={app}&key={key}&confirm=wrong&reason=",
        [401, 404, 403, 422, 422, 422],
    ),
    (
        "revoke_key",
        "app={app}&key={key}&confirm=Checkout&reason=",
        [401, 404, 403, 200, 200, 200],
    ),
    (
        "change_application",
        "app={app}&name=Storefront&time_zone=Europe/Berlin",
        [401, 404, 403, 403, 200, 200],
    ),
    (
        "create_application",
        "app={app}&name=Zone-{once}&time_zone=UTC",
        [401, 404, 403, 403, 200, 403],
    ),
    (
        "rename_account",
        "app={app}&name=Northwind",
        [401, 404, 403, 403, 200, 403],
    ),
    (
        "archive_application",
        "app={spare}&confirm={spare_name}",
        [401, 404, 403, 403, 200, 403],
    ),
    (
        "restore_application",
        "app={archived}",
        [401, 404, 403, 403, 200, 403],
    ),
    (
        "delete_application",
        "app={spare}&confirm={spare_name}",
        [401, 404, 403, 403, 200, 403],
    ),
    (
        "invite_member",
        "app={app}&email=new@northwind.example&role=viewer",
        [401, 404, 403, 403, 200, 403],
    ),
    (
        "withdraw_invitation",
        "app={app}&invitation={once}",
        [401, 404, 403, 403, 404, 403],
    ),
    (
        "change_role",
        "app={app}&person={once}&role=owner",
        [401, 404, 403, 403, 404, 403],
    ),
    (
        "change_application_role",
        "app={app}&person={once}&role=owner",
        [401, 404, 403, 403, 404, 403],
    ),
    (
        "transfer_ownership",
        "app={app}&person={once}&confirm=x",
        [401, 404, 403, 403, 404, 403],
    ),
    (
        "remove_member",
        "app={app}&person={once}",
        [401, 404, 403, 403, 404, 403],
    ),
    (
        "leave_account",
        "app={app}&person={once}",
        [401, 404, 404, 404, 404, 404],
    ),
    (
        "accept_invitation",
        "token=x&password={password}",
        [404, 404, 404, 404, 404, 404],
    ),
    (
        "reset_password",
        "token=x&password={password}",
        [404, 404, 404, 404, 404, 404],
    ),
    (
        "confirm_password",
        "password={password}",
        [401, 200, 200, 200, 200, 200],
    ),
    (
        "save_profile",
        "name=Ada&time_zone=Europe/Berlin&shortcuts=on",
        [401, 200, 200, 200, 200, 200],
    ),
    (
        "save_notifications",
        "new_sign_ins=on",
        [401, 200, 200, 200, 200, 200],
    ),
    (
        "change_email",
        "email={email}&password=",
        [401, 403, 403, 403, 403, 403],
    ),
    (
        "change_password",
        "password=&new_password=violet+compass+under+snow",
        [401, 403, 403, 403, 403, 403],
    ),
    (
        "end_session",
        "session={once}",
        [401, 404, 404, 404, 404, 404],
    ),
    ("end_other_sessions", "", [401, 200, 200, 200, 200, 200]),
    ("sign_out_everywhere", "", [401, 200, 200, 200, 200, 200]),
    (
        "renew_invitation",
        "app={app}&invitation={once}",
        [401, 404, 403, 403, 404, 403],
    ),
    (
        "make_reset_link",
        "app={app}&person={once}",
        [401, 404, 403, 403, 404, 403],
    ),
    (
        "enter_sign_in_code",
        "code=000000",
        [401, 401, 401, 401, 401, 401],
    ),
    ("start_two_factor", "", [401, 200, 200, 200, 200, 200]),
    (
        "confirm_two_factor",
        "setup=x&code=000000",
        [401, 422, 422, 422, 422, 422],
    ),
    ("start_passkey", "", [401, 200, 200, 200, 200, 200]),
    (
        "add_passkey",
        "challenge=x&credential=x&name=Phone",
        [401, 422, 422, 422, 422, 422],
    ),
    (
        "rename_passkey",
        "passkey={once}&name=Laptop",
        [401, 404, 404, 404, 404, 404],
    ),
    (
        "remove_passkey",
        "passkey={once}",
        [401, 404, 404, 404, 404, 404],
    ),
    ("remove_authenticator", "", [401, 422, 422, 422, 422, 422]),
    (
        "ask_passkey",
        "purpose=sign_in",
        [200, 200, 200, 200, 200, 200],
    ),
    (
        "ask_passkey",
        "purpose=second_step",
        [404, 404, 404, 404, 404, 404],
    ),
    (
        "ask_passkey",
        "purpose=confirm",
        [401, 422, 422, 422, 422, 422],
    ),
    (
        "sign_in_with_passkey",
        "challenge=x&credential=x",
        [422, 422, 422, 422, 422, 422],
    ),
    (
        "answer_sign_in",
        "challenge=x&credential=x",
        [401, 401, 401, 401, 401, 401],
    ),
    (
        "confirm_with_passkey",
        "challenge=x&credential=x",
        [401, 422, 422, 422, 422, 422],
    ),
    (
        "renew_recovery_codes",
        "code=000000",
        [401, 409, 409, 409, 409, 409],
    ),
    (
        "turn_off_two_factor",
        "code=000000",
        [401, 409, 409, 409, 409, 409],
    ),
    (
        "reset_two_factor",
        "app={app}&person={once}",
        [401, 404, 403, 403, 404, 403],
    ),
    (
        "set_factor_policy",
        "app={app}&policy=sometimes",
        [401, 404, 403, 403, 422, 403],
    ),
    (
        "set_factor_policy",
        "app={app}&policy=optional",
        [401, 404, 403, 403, 200, 403],
    ),
    ("unlink_identity", "", [401, 404, 404, 404, 404, 404]),
    (
        "test_connection",
        "app={app}",
        [401, 404, 403, 403, 404, 403],
    ),
    (
        "support_look",
        "what=Storefront&reason=Request+4711",
        [401, 404, 404, 404, 404, 404],
    ),
];
