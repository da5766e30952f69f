"""The validation rules' own messages, generated so that Tidewaiter's messages can carry them."""
