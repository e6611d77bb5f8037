/// An experiment as staff describe it: the question, what each arm changes, who takes part and how it is read.
public struct ExperimentPlan: Sendable, Equatable {
  public enum Kind: String, Sendable, CaseIterable {
    /// Each visitor sees one arm.
    case arms
    /// Each visitor sees both rankings mixed into one list.
    case interleaving
  }

  public struct Arm: Sendable, Equatable {
    public var name: String
    /// Its share among the arms' weights.
    public var weight: Int
    public var value: ArmValue

    public init(name: String, weight: Int = 1, value: ArmValue = ArmValue()) {
      self.name = name
      self.weight = weight
      self.value = value
    }
  }

  public static let longestName = 60
  public static let longestQuestion = 1_000
  /// More visitors than any shop has.
  public static let maxPlanned = 1_000_000_000
  public static let standardLayer = "search"

  /// Letters, digits and dashes, in lower case.
  public let name: String
  public let question: String
  public let kind: Kind
  /// The first is the control.
  public let arms: [Arm]
  public let targeting: Targeting
  /// The metric that decides; the others guard.
  public let metric: ExperimentMetric
  /// The visitors of each arm at which the fixed-horizon test is read; 0: none was planned, and the always-valid test alone
  /// decides.
  public let plannedVisitors: Int
  public let assignment: Experiment

  /// Throws `ExperimentError` with what is wrong and what is allowed.
  public init(
    name: String, question: String, kind: Kind = .arms, arms: [Arm], layer: String = standardLayer,
    buckets: Range<Int> = 0..<Experiment.buckets, exposedBuckets: Int = Experiment.buckets,
    targeting: Targeting = Targeting(), metric: ExperimentMetric = .conversion, plannedVisitors: Int = 0
  ) throws(ExperimentError) {
    func expect(_ isValid: Bool, _ reason: String) throws(ExperimentError) {
      guard isValid else { throw ExperimentError(experiment: name, reason: reason) }
    }
    try expect(
      Self.isName(name),
      "a name has 1 to \(Self.longestName) letters a to z, digits and dashes, and begins with a letter")
    try expect(
      (1...Self.longestQuestion).contains(question.unicodeScalars.count),
      "say what it asks, in 1 to \(Self.longestQuestion) characters")
    try expect(Self.isName(layer), "a layer's name is of letters a to z, digits and dashes")
    for arm in arms {
      try expect(
        Self.isName(arm.name), "the arm's name '\(arm.name.prefix(60))' is not of letters a to z, digits and dashes")
    }
    try expect((0...Self.maxPlanned).contains(plannedVisitors), "\(plannedVisitors) planned visitors")
    switch kind {
    case .arms:
      try expect(Set(arms.map(\.value)).count > 1, "all arms go by the same values: there is nothing to compare")
    case .interleaving:
      try expect(arms.count == 2, "interleaving mixes two rankings: name two arms")
      try expect(arms.allSatisfy { $0.weight == arms[0].weight }, "interleaved rankings have the same weight")
      try expect(arms.allSatisfy { $0.value.rules == nil }, "interleaving compares rankings alone, not rules")
      try expect(arms[0].value != arms[1].value, "both arms have the same ranking")
    }
    assignment = try Experiment(
      name: name, arms: arms.map { .init(name: $0.name, weight: $0.weight) },
      slice: .init(layer: layer, buckets: buckets), exposedBuckets: exposedBuckets)
    self.name = name
    self.question = question
    self.kind = kind
    self.arms = arms
    self.targeting = targeting
    self.metric = metric
    self.plannedVisitors = plannedVisitors
  }

  private static func isName(_ text: String) -> Bool {
    (1...longestName).contains(text.utf8.count)
      && text.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == UInt8(ascii: "-") }
      && text.utf8.first.map { (97...122).contains($0) } ?? false
  }

  /// The same with another share of the slice taking part.
  public func exposing(_ buckets: Int) throws(ExperimentError) -> ExperimentPlan {
    try ExperimentPlan(
      name: name, question: question, kind: kind, arms: arms, layer: assignment.slice.layer,
      buckets: assignment.slice.buckets, exposedBuckets: buckets, targeting: targeting, metric: metric,
      plannedVisitors: plannedVisitors)
  }

  /// Whether a visitor can be in this experiment and in the other one.
  public func meets(_ other: ExperimentPlan) -> Bool {
    assignment.slice.layer != other.assignment.slice.layer
      || assignment.slice.buckets.overlaps(other.assignment.slice.buckets)
  }

  public var changesRanking: Bool { kind == .interleaving || arms.contains { $0.value.ranking != nil } }
  public var changesRules: Bool { arms.contains { $0.value.rules != nil } }
}
