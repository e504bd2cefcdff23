"""Watching units over time: alarms that keep their promise however often one looks; METHODS 17."""

from analysis.monitoring.watch import watch_units

__all__ = ["watch_units"]
