"""Ten broken copies of this implementation: proof that the suite sees the mistakes that implementers make."""
