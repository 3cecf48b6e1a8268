"""Tier standards: a record in, findings out. Pure Python, no Django, no database.

standard = parse_standard(text)                                  # a document, read once
found = assess(record, standard, kind="new", on=day)             # FirmRecord → Assessment
lifts(record, standard, found)                                   # what would lift the enterprise over each line
"""
