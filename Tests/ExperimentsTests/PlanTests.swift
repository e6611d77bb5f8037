// Properties proved here:
// 1. A plan that cannot be run or read is refused with the reason; an arm's value is read as it is written.
// 2. A visitor's arms: only of those whom the targeting includes, none for the held out, the values of all layers together.
// 3. A reading is stopped by a sample ratio or by visitors of several arms, and shows no metric then.
// 4. The fixed test is read once the planned visitors are there; with several arms the intervals are wider.
import Experiments
import Numbers
import Testing

private func plan(
  _ name: String = "test",
  arms: [ExperimentPlan.Arm] = [.init(name: "a"), .init(name: "b", value: .init(ranking: .off))],
  kind: ExperimentPlan.Kind = .arms, layer: String = "search", targeting: Targeting = Targeting(), planned: Int = 0
) throws -> ExperimentPlan {
  try ExperimentPlan(
    name: name, question: "Which?", kind: kind, arms: arms, layer: layer, targeting: targeting,
    plannedVisitors: planned)
}

@Suite struct PlanTests {
  @Test("1. descriptions") func descriptions() throws {
    for value in [
      ArmValue(), ArmValue(ranking: .off), ArmValue(ranking: .handSet, rules: 3), ArmValue(ranking: .model(12)),
      ArmValue(rules: 4),
    ] {
      #expect(ArmValue(value.text) == value, "\(value.text)")
    }
    for text in ["", "ranking", "ranking model:0", "ranking model:x", "rules -1", "rules 1, rules 2", "price 3", ","] {
      #expect(ArmValue(text) == nil, "\(text)")
    }
    #expect(throws: ExperimentError.self) { try plan("Upper") }
    #expect(throws: ExperimentError.self) { try plan("9th") }
    #expect(throws: ExperimentError.self) { try plan(arms: [.init(name: "a"), .init(name: "b")]) }
    #expect(throws: ExperimentError.self) {
      try plan(arms: [.init(name: "a", value: .init(rules: 2)), .init(name: "b")], kind: .interleaving)
    }
    #expect(throws: ExperimentError.self) {
      try plan(arms: [.init(name: "a"), .init(name: "a", value: .init(rules: 1))])
    }
    #expect(throws: ExperimentError.self) { try plan(planned: -1) }
    #expect(try plan(kind: .interleaving).changesRanking)
  }

  @Test("2. arms of a visitor") func arms() throws {
    let mobile = try plan(targeting: Targeting(devices: [.mobile]))
    let rules = try plan(
      "rules", arms: [.init(name: "old", value: .init(rules: 1)), .init(name: "new", value: .init(rules: 2))],
      layer: "words")
    let mixed = try plan("mixed", kind: .interleaving, layer: "third")
    var values: Set<ArmValue> = []
    for number in 0..<200 {
      let id = "visitor-\(number)"
      let unknown = AssignedArms(of: ExperimentVisitor(id: id), in: [mobile, rules, mixed])
      #expect(unknown.entries.map(\.experiment) == ["rules"] && unknown.value.ranking == nil)
      #expect(unknown.interleaving?.treatment == .off && unknown.interleaving?.control == nil)
      let known = AssignedArms(of: ExperimentVisitor(id: id, device: .mobile), in: [mobile, rules])
      #expect(known.entries.map(\.experiment) == ["test", "rules"])
      #expect(known.entries.map(\.changesRanking) == [true, false])
      values.insert(known.value)
      let held = AssignedArms(of: ExperimentVisitor(id: id), in: [rules], holdoutBuckets: 5_000)
      #expect(held.entries.isEmpty == (Experiment.bucket(of: id, salt: "holdout") < 5_000))
    }
    #expect(values.count == 4, "both layers change")
  }

  private func outcomes(_ counts: [Int], rates: [Double], inSeveral: Int = 0) -> ExperimentOutcomes {
    ExperimentOutcomes(
      arms: zip(counts, rates).map { count, rate in
        var figures = AdjustedStatistics()
        for number in 0..<count { figures.add(outcome: Double(number) < rate * Double(count) ? 1 : 0, before: 0) }
        return .init(visitors: count, metrics: [.conversion: figures])
      }, inSeveral: inSeveral)
  }

  @Test("3. what must not be read") func broken() throws {
    let plan = try plan()
    let fine = ExperimentReport(plan, outcomes([1_000, 1_040], rates: [0.1, 0.1]))
    #expect(fine.broken == nil && fine.comparisons.count == ExperimentMetric.allCases.count)
    let lost = ExperimentReport(plan, outcomes([1_000, 1_200], rates: [0.1, 0.2]))
    #expect(lost.broken?.contains("not those planned") == true && lost.comparisons.isEmpty)
    #expect(abs(try #require(lost.ratio).pValue - 2.00787e-05) < 1e-9)
    let doubled = ExperimentReport(plan, outcomes([1_000, 1_000], rates: [0.1, 0.2], inSeveral: 30))
    #expect(doubled.broken?.contains("30 visitors saw several arms") == true && doubled.comparisons.isEmpty)
    #expect(ExperimentReport(plan, outcomes([0, 0], rates: [0, 0])).broken == nil)
  }

  @Test("4. when the fixed test is read") func complete() throws {
    let planned = try plan(planned: 1_000)
    let early = ExperimentReport(planned, outcomes([999, 999], rates: [0.1, 0.14]))
    #expect(!early.isComplete)
    let report = ExperimentReport(planned, outcomes([1_000, 1_000], rates: [0.1, 0.14]))
    #expect(report.isComplete)
    let conversion = try #require(report.comparisons.first)
    #expect(conversion.metric == .conversion && abs(conversion.armMean - 0.14) < 1e-12)
    let (fixed, sequential) = (try #require(conversion.fixed), try #require(conversion.sequential))
    #expect(abs(fixed.estimate - 0.4) < 1e-9 && fixed.pValue < 0.05)
    #expect(sequential.interval.lowerBound < fixed.interval.lowerBound, "looking at any time has its price")
    let three = try plan(
      arms: [
        .init(name: "a"), .init(name: "b", value: .init(ranking: .off)),
        .init(name: "c", value: .init(ranking: .handSet)),
      ],
      planned: 1_000)
    let wider = ExperimentReport(three, outcomes([1_000, 1_000, 1_000], rates: [0.1, 0.14, 0.1]))
    #expect(try #require(wider.comparisons.first?.fixed).interval.lowerBound < fixed.interval.lowerBound)
    let needed = try #require(report.neededVisitors)
    #expect((50_000...60_000).contains(needed), "\(needed)")
  }
}
