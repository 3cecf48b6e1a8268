"""What the portal costs, beside the floor and beside a peer, measured in one run: python -m benchmarks.

Each family prints ratios and goals; benchmarks/results.md holds the last full run. Compare ratios only: the
seconds belong to the machine they were measured on.
"""
