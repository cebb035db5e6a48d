"""Aggregate narcotics-control figures: a table goes in, a table with named result columns comes out."""

__version__ = "0.1.0"
