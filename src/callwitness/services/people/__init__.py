"""Who and what calls belong to: agents, extensions, numbers, projects."""
