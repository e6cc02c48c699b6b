"""Lost callers at work: decisions, clocks, owners, figures, mails."""
