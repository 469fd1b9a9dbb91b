# SPDX-License-Identifier: Apache-2.0
"""Readers of reports from outside, one file per format."""
