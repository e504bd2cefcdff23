"""Responses over JSON, one or many, and from files of elsewhere."""
