# SPDX-License-Identifier: Apache-2.0
"""Measurements in OONI's format, read strictly and put into our own words. No file, no network."""
