"""Every write of the app, by area: one module each. steps.py is the one door for the state of a case."""
