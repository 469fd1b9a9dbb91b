# SPDX-License-Identifier: Apache-2.0
"""The human record: incidents, dates, impunity, outlets."""
