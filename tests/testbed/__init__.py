# SPDX-License-Identifier: Apache-2.0
"""A small hostile internet on loopback, for the tests and for `qalam demo`.

net          the internet and its switches        tcp    listening, refusing, swallowing
thread       the same in a thread of its own      tls    who signs what
scenarios    every situation as a story           dns    resolvers and their lies
middlebox    the censor's machine                 http   pages, block pages, bombs
"""

from tests.testbed.middlebox import SniAction
from tests.testbed.net import LIMITS, Testbed
from tests.testbed.site import Site
from tests.testbed.thread import TestbedThread

__all__ = ["LIMITS", "Site", "SniAction", "Testbed", "TestbedThread"]
