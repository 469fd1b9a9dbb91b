# SPDX-License-Identifier: Apache-2.0
"""What one item of a source says, read without knowing where it came from."""
