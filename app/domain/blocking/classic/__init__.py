# SPDX-License-Identifier: Apache-2.0
"""The keys of OONI's Web Connectivity v0.5, computed as its probe computes them.

They exist to be compared with OONI's data, oddities included; our own verdict is `verdict.judge`.
The rules are those of the field notes on OONI's engine, implemented from that description.
"""
