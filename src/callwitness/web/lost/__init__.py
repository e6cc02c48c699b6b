"""Lost callers: waiting, in work, done."""
