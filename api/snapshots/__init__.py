"""Typed Parquet snapshots of the stored responses, one per form version and month."""
