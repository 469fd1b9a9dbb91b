# SPDX-License-Identifier: Apache-2.0
"""The JSON door, under /api/v1: one router per noun."""
