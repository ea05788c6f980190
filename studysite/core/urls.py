"""The pages of accounts."""

from __future__ import annotations

from django.urls import path

from studysite.core.views import account, language, people

# Names that begin with `account_`, `mfa_` and `usersessions_` are allauth's own.
ACCOUNTS = [
    path("", account.account, name="account"),
    path("login/", account.sign_in, name="account_login"),
    path("logout/", account.sign_out, name="account_logout"),
    path("inactive/", account.inactive, name="account_inactive"),
    path("invitation/<str:token>/", account.invitation, name="invitation"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/", account.change_password, name="account_change_password"),
    path("sessions/", account.sessions, name="usersessions_list"),
    path("factors/", account.factors_index, name="mfa_index"),
    path("factors/code/", account.second_step, name="mfa_authenticate"),
    path("factors/again/", account.reauthenticate_by_code, name="mfa_reauthenticate"),
    path("factors/app/", account.app_on, name="mfa_activate_totp"),
    path("factors/app/off/", account.app_off, name="mfa_deactivate_totp"),
    path("factors/codes/", account.codes_show, name="mfa_view_recovery_codes"),
    path("factors/codes/new/", account.codes_new, name="mfa_generate_recovery_codes"),
    path("factors/codes/file/", account.codes_file, name="mfa_download_recovery_codes"),
    path("factors/keys/", account.keys, name="mfa_list_webauthn"),
    path("factors/keys/add/", account.key_add, name="mfa_add_webauthn"),
    path("factors/keys/again/", account.reauthenticate_by_key, name="mfa_reauthenticate_webauthn"),
    path("factors/keys/code/", account.key_code_for, name="security_key_code"),
    path("factors/keys/<int:pk>/name/", account.key_rename, name="mfa_edit_webauthn"),
    path("factors/keys/<int:pk>/remove/", account.key_remove, name="mfa_remove_webauthn"),
]
PEOPLE = [
    path("", people.people, name="people"),
    path("invite/", people.invite, name="invite"),
    path("sites/new/", people.add_site, name="add_site"),
    path("<slug:username>/", people.person, name="person"),
    path("<slug:username>/roles/", people.give_role, name="give_role"),
    path("<slug:username>/roles/<slug:site>/<slug:role>/", people.end_role, name="end_role"),
    path("<slug:username>/close/", people.close, name="close_account"),
    path("<slug:username>/link/", people.invite_again, name="invite_again"),
]
LANGUAGE = [path("setlang/", language.set_language, name="set_language")]
