# SPDX-License-Identifier: Apache-2.0
"""Use cases: each function is a sentence a user would say. Session first; never commits."""
