# SPDX-License-Identifier: Apache-2.0
"""When a person is told, and how often we try to tell them."""
