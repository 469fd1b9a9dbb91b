# SPDX-License-Identifier: Apache-2.0
"""Answers of the services put into words and numbers for people. No queries, no markup, no clock."""
