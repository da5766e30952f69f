"""The scorecard: which signals count how much, by which data, and from which score on what is advised."""
