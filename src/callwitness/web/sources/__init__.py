"""Sources, their evidence, rejected rows and reliability."""
