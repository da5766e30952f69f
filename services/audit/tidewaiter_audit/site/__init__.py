"""The log as files over HTTP (c2sp.org/tlog-tiles): checkpoint, tiles, entry bundles, and a word of health."""

from __future__ import annotations

from tidewaiter_audit.site.server import TilesSite

__all__ = ["TilesSite"]
