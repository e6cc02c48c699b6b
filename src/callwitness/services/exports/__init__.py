"""What a reader sees, as files: rows of a view, formats, schedules, deliveries."""
