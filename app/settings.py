# SPDX-License-Identifier: Apache-2.0
"""Settings, read once at the doors from `QALAM_*` variables or a `.env` file.

Every one is described in `docs/configuration.md`. A wrong one stops the start with a sentence.
"""

from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import SettingsConfigDict, SettingsError

from app.domain.blocking.ways_out import is_doh_url, is_proxy, is_resolver
from app.errors import WrongSettings
from app.rhythm import Rhythm


class Settings(Rhythm):
    """What an operator may choose."""

    model_config = SettingsConfigDict(
        env_prefix="QALAM_", env_file=".env", extra="ignore", frozen=True
    )

    # Where things are kept.
    data_dir: Path = Path("data")
    database_url: str = ""
    secret_key: str = ""

    # Where the API and the pages answer.
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    public_url: str = ""

    # The desk: when a login ends, unused and in any case.
    desk_idle_minutes: int = Field(default=60, ge=1, le=1440)
    desk_session_hours: int = Field(default=12, ge=1, le=168)

    # Measuring.
    probe: Literal["on", "off"] = "on"
    probe_wait_seconds: float = Field(default=10.0, ge=0, le=3600)
    probe_concurrency: int = Field(default=50, ge=1, le=1000)
    probe_starts_per_second: float = Field(default=50.0, ge=0, le=10_000)
    resolver: str = ""
    independent_resolver: str = ""
    doh_url: str = ""
    vantage_code: str = "local"
    vantage_role: Literal["field", "control"] = "field"
    vantage_country: str = ""
    vantage_asn: int = Field(default=0, ge=0, le=4294967295)
    control_proxy: str = ""
    control_country: str = ""

    # Evidence. Bytes of one file, and of all of them together.
    evidence_max_bytes: int = Field(default=100 * 1024**2, ge=1024, le=10 * 1024**3)
    evidence_quota_bytes: int = Field(default=20 * 1024**3, ge=1024**2)

    # The ledger. Above 45 seconds /readyz would take the sealer for stalled.
    seal_seconds: float = Field(default=30.0, ge=1, le=45)
    checkpoint_seconds: float = Field(default=3600.0, ge=60, le=86400)

    # Retention. Folding late data anew may need the last 60 days.
    keep_ok_days: int = Field(default=90, ge=60, le=3650)

    @field_validator("resolver", "independent_resolver")
    @classmethod
    def _resolver(cls, value: str) -> str:
        if value and not is_resolver(value):
            raise ValueError("write an address, such as 9.9.9.9 or 9.9.9.9:53")
        return value

    @field_validator("doh_url")
    @classmethod
    def _doh(cls, value: str) -> str:
        if value and not is_doh_url(value):
            raise ValueError("write an address, such as https://9.9.9.9/dns-query")
        return value

    @field_validator("control_proxy")
    @classmethod
    def _proxy(cls, value: str) -> str:
        if value and not is_proxy(value):
            raise ValueError("write socks5://host:port or http://host:port, or leave it empty")
        return value

    @field_validator("vantage_country", "control_country")
    @classmethod
    def _country(cls, value: str) -> str:
        if value and (len(value) != 2 or not value.isalpha()):
            raise ValueError("write two letters, such as KZ, or leave it empty")
        return value.upper()

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str) -> str:
        if value and not value.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise ValueError(
                "write sqlite:///path/to/qalam.db or postgresql+psycopg://user@host/name"
            )
        return value

    @cached_property
    def resolved_database_url(self) -> str:
        """The database to use: the one given, or `qalam.db` in the data folder."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'qalam.db').resolve()}"

    @cached_property
    def address(self) -> str:
        """Where people find this installation, without a trailing slash."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")


def load_settings(**overrides: object) -> Settings:
    """Return the settings of this process, or raise WrongSettings with a line for each wrong one."""
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except SettingsError:
        raise WrongSettings(
            "QALAM_RECHECK_SECONDS: write a JSON list of seconds, such as [30, 90, 300]"
        ) from None
    except ValidationError as error:
        raise WrongSettings("; ".join(_lines(error))) from None


def _lines(error: ValidationError) -> list[str]:
    found = error.errors(include_input=False, include_url=False)
    told = ((one["loc"], one["msg"].removeprefix("Value error, ")) for one in found)
    # What several settings say together names them itself.
    return [f"QALAM_{str(loc[0]).upper()}: {said}" if loc else said for loc, said in told]
