"""What is kept: evidence, records, calls and what people decided about them."""
