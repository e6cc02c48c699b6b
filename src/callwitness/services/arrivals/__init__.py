"""Evidence comes in: received, kept, read into records; replayed, watched for, imported, drained from webhooks."""
