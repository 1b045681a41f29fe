"""Whatever an adapter of the conformance suite needs but the implementation itself."""

CONTRACT = "1.0"
