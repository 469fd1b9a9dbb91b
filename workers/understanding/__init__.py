# SPDX-License-Identifier: Apache-2.0
"""Guesses about a report: its language, kinds, dates and places, each with the words that caused it.

They help a person decide, and decide nothing. Everything runs here, without a network or a model that
would have to be fetched. Formats are `workers.sources`; who is on record already is the services'.
"""
