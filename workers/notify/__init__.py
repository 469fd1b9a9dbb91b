# SPDX-License-Identifier: Apache-2.0
"""Senders of alerts, one file per channel."""
