"""Reads of the app, by area: one module each."""
