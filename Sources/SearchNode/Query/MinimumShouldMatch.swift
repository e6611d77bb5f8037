import SearchDSL

extension MinimumShouldMatch {
  /// How many of `clauses` optional clauses must match: `3`, `-1`, `75%`, `-25%`, `2<75% 9<-3`.
  func count(of clauses: Int) throws(SearchEngineError) -> Int { try Self.evaluate(text, clauses) }

  private static func evaluate(_ specification: some StringProtocol, _ clauses: Int) throws(SearchEngineError) -> Int {
    let text = String(specification).filter { $0 != " " }
    if specification.contains("<") {
      var result = clauses
      // Spaces separate conditions, but may also stand around `<`.
      for condition in conditions(String(specification)) {
        let parts = condition.split(separator: "<", maxSplits: 1)
        guard parts.count == 2, let bound = Int(parts[0]) else { throw refusal(specification) }
        if clauses <= bound { return result }
        result = try evaluate(parts[1], clauses)
      }
      return result
    }
    var result = clauses
    if text.hasSuffix("%") {
      guard let percent = Int(text.dropLast()) else { throw refusal(specification) }
      let share = Int(saturating: Float(clauses.multiplied(saturating: percent)) / 100)
      // -25 % of two clauses leaves out none of them: both must match.
      result = percent < 0 ? clauses.adding(saturating: share) : share
    } else {
      guard let number = Int(text) else { throw refusal(specification) }
      result = number < 0 ? clauses.adding(saturating: number) : number
    }
    return max(0, result)
  }

  private static func conditions(_ text: String) -> [String] {
    var joined = text
    for spaced in [" <", "< "] {
      while let range = joined.firstRange(of: spaced) { joined.replaceSubrange(range, with: "<") }
    }
    return joined.split(separator: " ").map(String.init)
  }

  private static func refusal(_ text: some StringProtocol) -> SearchEngineError {
    .refused(
      status: 400, type: "number_format_exception",
      reason: "minimum_should_match [\(text)] is no count, percentage or condition such as 2<75%", index: nil)
  }
}
