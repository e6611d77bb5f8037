import Glibc

/// Whether tests run in their long forms: `VITRINE_SOAK=1`, as `make soak` sets it.
public let isSoak = getenv("VITRINE_SOAK").map { String(cString: $0) } == "1"
