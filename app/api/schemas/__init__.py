# SPDX-License-Identifier: Apache-2.0
"""The public contract, readable alone: what callers send and what they get."""
