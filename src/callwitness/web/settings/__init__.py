"""Settings of a workspace: rules, members, audit."""
