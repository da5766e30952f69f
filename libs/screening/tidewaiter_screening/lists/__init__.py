"""The official formats of lists of parties, each read row by row with every damage reported."""
