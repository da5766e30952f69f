"""Puts every decision on a log that nobody can rewrite, and proves it."""
