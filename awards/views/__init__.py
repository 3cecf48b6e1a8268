"""Pages of award runs and determinations: fetch, authorise, call one service, render."""

from awards.views.determinations import (
    determination_detail,
    determination_export,
    determination_list,
    determination_replay,
)
from awards.views.files import determine_file
from awards.views.runs import run_decide, run_detail, run_facts, run_list, run_start

__all__ = [
    "determination_detail",
    "determination_export",
    "determination_list",
    "determination_replay",
    "determine_file",
    "run_decide",
    "run_detail",
    "run_facts",
    "run_list",
    "run_start",
]
