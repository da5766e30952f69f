"""Where the log is kept: one adapter for each kind of store, all keeping the promises that `append` states."""
