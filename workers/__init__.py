# SPDX-License-Identifier: Apache-2.0
"""The hands: everything that goes out to the world, on a schedule."""
