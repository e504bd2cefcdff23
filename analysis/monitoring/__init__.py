"""Watching units over time: alarms that keep their promise however often one looks; METHODS 17."""

from analysis.monitoring.changes import find_changes
from analysis.monitoring.watch import watch_units

__all__ = ["find_changes", "watch_units"]
