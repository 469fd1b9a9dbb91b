# SPDX-License-Identifier: Apache-2.0
"""The prober: what a reader of a site meets on the way, layer by layer.

    guard       which addresses and redirects may be contacted at all
    dns         asking resolvers (messages: dnswire; over TCP: dnstcp)
    tcp, tls    opening a connection, shaking hands (connections: wire)
    trust       which chains verify (names and issuers: certificates; purposes, strength: rules)
    http        asking for the page (bodies: body)
    failures    what went wrong, in OONI's words
    tunnel      looking from another network, through a proxy
    session     what all measurements share: resolvers, limits, TLS context, manners
    story       the order of it all
    report      a measurement as a person reads it

It sees and records; what it means is judged in `app.domain.blocking`. It never uses a database.
"""

from workers.probe.session import Limits, ProbeSession
from workers.probe.story import measure
from workers.probe.tunnel import Tunnel

__all__ = ["Limits", "ProbeSession", "Tunnel", "measure"]
