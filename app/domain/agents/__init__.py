# SPDX-License-Identifier: Apache-2.0
"""What a remote vantage and the collector say to each other, and what an agent's owner is told."""
