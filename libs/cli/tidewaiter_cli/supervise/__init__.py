"""Runs the four services as four processes: started, watched, started again, drained."""
