# SPDX-License-Identifier: Apache-2.0
"""From what a probe saw to what we say about it: measurement, rules, verdict, site state."""
