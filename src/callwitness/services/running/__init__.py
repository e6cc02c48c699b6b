"""What keeps the server running: worker and jobs, locks, health, backup and restore, the doctor."""
