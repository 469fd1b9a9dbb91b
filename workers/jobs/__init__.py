# SPDX-License-Identifier: Apache-2.0
"""Jobs: what a loop does when it comes round. Sessions open and commit here, never across the network."""
