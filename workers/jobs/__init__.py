# SPDX-License-Identifier: Apache-2.0
"""Jobs: what a loop does when it comes round. Sessions are opened and committed here, never across the network."""
