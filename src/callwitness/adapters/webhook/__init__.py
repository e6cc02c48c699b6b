"""Our own webhook: four events about calls, for systems that are taught to tell us."""
