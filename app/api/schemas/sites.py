# SPDX-License-Identifier: Apache-2.0
"""What callers send to list a site or describe a vantage."""

import uuid
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, IPvAnyAddress, StringConstraints

from app.api.schemas.fields import CurrentTerms
from app.domain.vocabulary import VantageRole

CountryCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
CategoryCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3,6}$")]


class NewSite(CurrentTerms):
    """A site to watch."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"url": "https://news.example/", "category_code": "NEWS", "country": "KZ"}]
        },
    )

    url: Annotated[str, StringConstraints(min_length=1, max_length=8192)]
    category_code: CategoryCode = "NEWS"
    country: CountryCode | None = None
    outlet_id: uuid.UUID | None = None


class NewVantage(CurrentTerms):
    """A vantage: another resolver or a proxy of this machine, or (`egress: agent`) a remote machine."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "code": "abroad",
                    "role": "control",
                    "country": "NL",
                    "proxy": "socks5://127.0.0.1:1080",
                }
            ]
        },
    )

    code: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    role: VantageRole = VantageRole.FIELD
    # "local" or "proxy" follow from `proxy`; only a remote agent has to be named.
    egress: Literal["agent"] | None = None
    country: CountryCode | None = None
    asn: Annotated[int, Field(ge=1, le=4294967295)] | None = None
    network_name: Annotated[str, StringConstraints(max_length=200)] | None = None
    resolver: IPvAnyAddress | None = None
    proxy: (
        Annotated[
            str,
            StringConstraints(pattern=r"^(socks5|http)://[^\s/@:]+:[0-9]{1,5}$", max_length=300),
        ]
        | None
    ) = None
