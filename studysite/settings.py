"""Every setting of the site, on one page. All of them come from the environment.

With nothing set, this is the embedded study: SQLite, a file broker and keys made once, all under
`var/`. Production sets PRODUCTION=1 and is checked by `studysite.core.checks` before it starts.
"""

from __future__ import annotations

import os
import shlex
import tomllib
from datetime import timedelta
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from kombu import Queue

from studysite.api_settings import REST_FRAMEWORK, SPECTACULAR_SETTINGS  # noqa: F401
from studysite.broker_settings import transport_options
from studysite.core.disk import folder_of, make_own
from studysite.core.keys import in_environment, key_from_file
from studysite.log_settings import logging_as

# Any setting X can also lie in a file that X_FILE names: a password is in no process list then.
env = environ.FileAwareEnv()
BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var"))).resolve()
make_own(VAR_DIR)
# Files that every machine of the site sees: this one's own folder, or file:///a/shared/one.
STORAGE_URL = env.str("STORAGE_URL", default=VAR_DIR.as_uri())
STORAGE_DIR = folder_of(STORAGE_URL)
make_own(STORAGE_DIR)

PRODUCTION = env.bool("PRODUCTION", default=False)
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="") or key_from_file(VAR_DIR / "keys" / "secret").hex()


def _key_file(setting: str, name: str) -> Path:
    """VAULT_KEY_FILE names a file, VAULT_KEY is the key itself (64 hexadecimal characters)."""
    if setting.removesuffix("_FILE") in os.environ:
        return in_environment(setting.removesuffix("_FILE"))
    return Path(env.str(setting, default=str(VAR_DIR / "keys" / name)))


VAULT_KEY_FILE = _key_file("VAULT_KEY_FILE", "vault")
DEIDENTIFY_KEY_FILE = _key_file("DEIDENTIFY_KEY_FILE", "uids")
QUARANTINE_KEY_FILE = _key_file("QUARANTINE_KEY_FILE", "quarantine")
SIGNATURE_KEY_FILE = _key_file("SIGNATURE_KEY_FILE", "signatures")
ALLOCATION_KEY_FILE = _key_file("ALLOCATION_KEY_FILE", "allocation")
AUDIT_KEY_FILE = _key_file("AUDIT_KEY_FILE", "audit")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "csp",
    "django_htmx",
    "rest_framework",
    "rest_framework.authtoken",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "studysite.core",
    "enrollment",
    "imaging",
    "reports",
]

MIDDLEWARE = [
    "studysite.core.audit.requests.NobodyYet",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "enrollment.protocol.in_force.AskedOnceARequest",
    "studysite.core.gate.DeclaredViewsOnly",
    "studysite.core.gate.StudyErrorsAsPages",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "studysite.urls"
WSGI_APPLICATION = "studysite.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "studysite" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "studysite.core.context.study",
                "enrollment.context.trial",
            ],
        },
    },
]

# Rows. SQLite takes its write lock at the start of a transaction, so two writers queue instead of
# failing half way; recursive triggers let REPLACE fire the delete trigger of the audit trail.
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 30,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
    "PRAGMA recursive_triggers=ON;",
}
# PostgreSQL would compile some queries of pages to machine code, which takes 0.1 s where running
# them takes 10 ms.
WITHOUT_JIT = "-c jit=off"
DATABASES = {
    "default": env.db("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'study.sqlite3'}"),
    "vault": env.db("VAULT_DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'vault.sqlite3'}"),
}
for database in DATABASES.values():
    if database["ENGINE"].endswith("sqlite3"):
        database["OPTIONS"] = dict(SQLITE_OPTIONS)
    elif database["ENGINE"].endswith("postgresql"):
        given = database.setdefault("OPTIONS", {})
        given["options"] = f"{WITHOUT_JIT} {given.get('options', '')}".strip()
if DATABASES["vault"]["ENGINE"].endswith("sqlite3"):
    # A destroyed key is zeroed on the disk.
    DATABASES["vault"]["OPTIONS"]["init_command"] += "PRAGMA secure_delete=ON;"
DATABASE_ROUTERS = ["studysite.core.routers.VaultRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# People
AUTH_USER_MODEL = "core.User"
AUTHENTICATION_BACKENDS = [
    # First, so that a locked account is refused before its password is tried.
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}Validator", "OPTIONS": options}
    for name, options in (
        ("UserAttributeSimilarity", {}),
        ("MinimumLength", {"min_length": 12}),
        ("CommonPassword", {}),
        ("NumericPassword", {}),
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "worklist"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "studysite.core.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
# Failures are counted in the database, by account and through every door: see core/lockout.py.
ACCOUNT_RATE_LIMITS = False
ACCOUNT_FORMS = {
    "login": "studysite.core.sign_in_forms.SignInForm",
    "change_password": "studysite.core.sign_in_forms.PasswordForm",
}
MFA_ADAPTER = "studysite.core.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
MFA_FORMS = {
    "authenticate": "studysite.core.sign_in_forms.CodeForm",
    "reauthenticate": "studysite.core.sign_in_forms.CodeAgainForm",
    "authenticate_webauthn": "studysite.core.sign_in_forms.KeyForm",
    "reauthenticate_webauthn": "studysite.core.sign_in_forms.KeyAgainForm",
}
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = ["username"]
# axes would rather count by address, but an account that is tried from many is to lock as well.
SILENCED_SYSTEM_CHECKS = ["axes.W006"]
AXES_LOCKOUT_CALLABLE = "studysite.core.lockout.answer"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True
INVITATION_HOURS = env.int("INVITATION_HOURS", default=72)
# A used code is remembered here for its half minute, by every process of the site.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": VAR_DIR / "cache",
    }
}
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=PRODUCTION)
# Asked by load balancers and by whoever counts, from inside.
SECURE_REDIRECT_EXEMPT = [r"^health/", r"^metrics/$"]
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31536000 if PRODUCTION else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
_OWN = ("script-src", "style-src", "img-src", "font-src", "connect-src", "form-action")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {key: [NONE] for key in ("default-src", "frame-ancestors", "base-uri")}
    | {key: [SELF] for key in _OWN}
}

# Language and time: moments are stored in UTC and shown in the site's zone.
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [BASE_DIR / "studysite" / "locale"]
USE_TZ = True
TIME_ZONE = env.str("SITE_TIME_ZONE", default="Asia/Shanghai")

# Files
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)
STATICFILES_DIRS = [BASE_DIR / "studysite" / "static"]
_FILES = "django.core.files.storage.FileSystemStorage"
STORAGES = {
    "default": {"BACKEND": _FILES},
    "scans": {"BACKEND": _FILES, "OPTIONS": {"location": STORAGE_DIR / "scans"}},
    "documents": {"BACKEND": _FILES, "OPTIONS": {"location": STORAGE_DIR / "documents"}},
    "staticfiles": {
        # Whitenoise finds files where they lie, so a checkout serves without a collect step.
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage",
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION
SPOOL_DIR = STORAGE_DIR / "spool"
QUARANTINE_DIR = STORAGE_DIR / "quarantine"
DATA_UPLOAD_MAX_NUMBER_FILES = 2000
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 2**20
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 2**20
# A file is sealed in one piece, and AES-GCM as we have it seals less than 2 GiB.
INTAKE_MAX_BYTES = env.int("INTAKE_MAX_BYTES", default=2**31 - 2**20)

# The DICOM receiver: what it is called, and its certificate. Without one it speaks plainly, which
# production does off loopback for nobody. With an authority, peers show a certificate of theirs.
DICOM_AE_TITLE = env.str("DICOM_AE_TITLE", default="STUDYSITE")
DICOM_TLS_CERTIFICATE = env.str("DICOM_TLS_CERTIFICATE", default="")
DICOM_TLS_KEY = env.str("DICOM_TLS_KEY", default="")
DICOM_TLS_PEER_AUTHORITY = env.str("DICOM_TLS_PEER_AUTHORITY", default="")
DICOM_ASSOCIATIONS = env.int("DICOM_ASSOCIATIONS", default=32)
# A peer that has sent nothing for so long has sent all.
DICOM_QUIET_SECONDS = env.float("DICOM_QUIET_SECONDS", default=10.0)

# Jobs: the row is the queue, Celery only wakes the worker.
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="filesystem://localhost")
CELERY_BROKER_TRANSPORT_OPTIONS = transport_options(CELERY_BROKER_URL, VAR_DIR / "broker")
JOB_LEASE_SECONDS = env.int("JOB_LEASE_SECONDS", default=30)
JOB_MAX_ATTEMPTS = env.int("JOB_MAX_ATTEMPTS", default=3)
# Which workers do which kind of job: `celery worker -Q numerics`. One without -Q does all.
JOB_QUEUES = {"intake": "intake", "measure": "numerics", "suggest": "numerics"}
JOB_QUEUES |= {"training": "numerics"}
OTHER_QUEUE, CLOCK_QUEUE = "documents", "clock"
CELERY_TASK_DEFAULT_QUEUE = CLOCK_QUEUE
_QUEUES = {*JOB_QUEUES.values(), OTHER_QUEUE, CLOCK_QUEUE}
CELERY_TASK_QUEUES = [Queue(name) for name in sorted(_QUEUES)]
CELERY_TASK_TIME_LIMIT = env.int("JOB_TIME_LIMIT_SECONDS", default=600)

# The trial
PROTOCOL = env.str("PROTOCOL", default="nct04645277")
STUDY_NAME = MFA_TOTP_ISSUER = env.str("STUDY_NAME", default="MRI-HFS")
VERSION = tomllib.loads((BASE_DIR / "pyproject.toml").read_text(encoding="utf-8"))["project"][
    "version"
]

EMAIL_BACKEND = env.str("EMAIL_BACKEND", default="django.core.mail.backends.filebased.EmailBackend")
# smtp+tls://name:password@host:587
vars().update(env.email("EMAIL_URL", default="smtp://localhost:25", backend=EMAIL_BACKEND))
EMAIL_TIMEOUT = 20
CHECKPOINT_MAIL_TO = env.list("CHECKPOINT_MAIL_TO", default=[])
EMAIL_FILE_PATH = VAR_DIR / "mail"
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="study@localhost")
# Errors leave the system as one JSON object that names nobody: by mail, and to a command's input.
ERROR_MAIL_TO = env.list("ERROR_MAIL_TO", default=[])
ERROR_HOOK = shlex.split(env.str("ERROR_HOOK", default=""))
# Who may read /metrics/: whoever shows this; without one, this machine alone.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
LOG_FORMAT = env.str("LOG_FORMAT", default="json" if PRODUCTION else "line")
LOGGING = logging_as(LOG_FORMAT, env.str("LOG_LEVEL", default="WARNING"))
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
