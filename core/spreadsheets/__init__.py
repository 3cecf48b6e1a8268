"""Spreadsheets at the boundary: reading untrusted workbooks, writing exports, templates, marked copies.

Kept empty of imports: the child process that opens untrusted files starts from this package.
"""
