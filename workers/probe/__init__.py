# SPDX-License-Identifier: Apache-2.0
"""The prober: one layer a file, and `measure`, which tells the story dns, tcp, tls, http."""
