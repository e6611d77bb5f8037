/// Recency, frequency and monetary value as scores of 1 to 5, and the segment that they name.
public struct RFMScore: Sendable, Equatable {
  public let customer: String
  /// 5 for those who bought last.
  public let recency: Int
  /// 5 for those who bought most often.
  public let frequency: Int
  /// 5 for those who spent most.
  public let monetary: Int

  public static let groups = 5

  public init(customer: String, recency: Int, frequency: Int, monetary: Int) {
    self.customer = customer
    self.recency = recency
    self.frequency = frequency
    self.monetary = monetary
  }

  /// Scores of all customers: fifths by rank. Ties: equal values get the same score, that of the middle of their ranks, so
  /// that the order of the file changes nothing.
  public static func scores(_ summaries: [PurchaseSummary]) -> [RFMScore] {
    let recency = fifths(summaries.map { $0.recencyDays - $0.ageDays })
    let frequency = fifths(summaries.map { Double($0.repeats) })
    let monetary = fifths(summaries.map { Double($0.totalMinorUnits) })
    return summaries.indices.map {
      RFMScore(
        customer: summaries[$0].customer, recency: recency[$0], frequency: frequency[$0], monetary: monetary[$0])
    }
  }

  static func fifths(_ values: [Double]) -> [Int] {
    let order = values.indices.sorted { values[$0] < values[$1] }
    var scores = [Int](repeating: 1, count: values.count)
    var start = 0
    while start < order.count {
      var end = start
      while end + 1 < order.count && values[order[end + 1]] == values[order[start]] { end += 1 }
      // Ranks start…end; their middle is below the count, so the score is at most `groups`.
      let score = 1 + groups * (start + end) / (2 * order.count)
      for place in start...end { scores[order[place]] = score }
      start = end + 1
    }
    return scores
  }

  /// The first rule that holds.
  public func segment(_ rules: [SegmentRule] = SegmentRule.standard) -> String {
    rules.first { $0.holds(self) }?.name ?? "Others"
  }
}

/// A segment by ranges of scores; the marketer may change the list.
public struct SegmentRule: Sendable, Equatable {
  public let name: String
  public let recency: ClosedRange<Int>
  public let frequency: ClosedRange<Int>
  public let monetary: ClosedRange<Int>

  public init(
    _ name: String, recency: ClosedRange<Int>, frequency: ClosedRange<Int>, monetary: ClosedRange<Int> = 1...5
  ) {
    self.name = name
    self.recency = recency
    self.frequency = frequency
    self.monetary = monetary
  }

  func holds(_ score: RFMScore) -> Bool {
    recency.contains(score.recency) && frequency.contains(score.frequency) && monetary.contains(score.monetary)
  }

  /// The names that the trade uses; every score has one.
  public static let standard = [
    SegmentRule("Champions", recency: 4...5, frequency: 4...5, monetary: 4...5),
    SegmentRule("Loyal", recency: 3...5, frequency: 4...5),
    SegmentRule("Potential loyalists", recency: 4...5, frequency: 3...3),
    SegmentRule("New", recency: 5...5, frequency: 1...2),
    SegmentRule("Promising", recency: 4...4, frequency: 1...2),
    SegmentRule("Need attention", recency: 3...3, frequency: 3...3),
    SegmentRule("About to sleep", recency: 3...3, frequency: 1...2),
    SegmentRule("Cannot lose", recency: 1...2, frequency: 4...5, monetary: 4...5),
    SegmentRule("At risk", recency: 1...2, frequency: 3...5),
    SegmentRule("Hibernating", recency: 2...2, frequency: 1...2),
    SegmentRule("Lost", recency: 1...1, frequency: 1...2),
  ]
}
