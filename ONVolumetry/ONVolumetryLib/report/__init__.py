"""The report of one hip: one self-contained HTML page (imports only the core)."""
