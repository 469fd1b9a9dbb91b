# SPDX-License-Identifier: Apache-2.0
"""Public copies of evidence: the same picture or document without what its file tells beside it.

Foreign bytes are parsed only in a child process with bounds (`sandbox`, `child`); the collector
itself never opens them.
"""
