# SPDX-License-Identifier: Apache-2.0
"""The record as files for other tools: documents, tables, feeds."""
