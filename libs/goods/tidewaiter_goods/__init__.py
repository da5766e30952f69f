"""What goods are said to be: vague wordings, headings of the tariff, controlled goods, usual values; all pure."""
