// Properties proved here:
// 1. Assignments are the same for ever (recorded), and follow the weights within chance.
// 2. Experiments with other names are independent; slices of one layer never share a visitor.
// 3. A ramp-up only adds visitors and moves none; a held-out visitor is in no experiment.
// 4. Wrong descriptions are refused with the experiment's name.
// 5. The sample-ratio check passes fair assignments and stops lost visitors; visitors of several arms are left out, and
//    too many of them stop the reading.
// 6. Team draft shows each product once, gives both sides the same number of picks within one a round, and keeps each
//    side's order; identical rankings give no preference, a better one is found.
import Experiments
import Numbers
import Testing

private func visitors(_ count: Int) -> [String] { (0..<count).map { "visitor-\($0)" } }

private func experiment(
  _ name: String, weights: [Int] = [1, 1], slice: Range<Int> = 0..<10_000, exposed: Int = 10_000
) throws -> Experiment {
  try Experiment(
    name: name, arms: weights.enumerated().map { .init(name: "arm\($0.offset)", weight: $0.element) },
    slice: .init(layer: "search", buckets: slice), exposedBuckets: exposed)
}

@Suite struct AssignmentTests {
  @Test("1. for ever, and by weight") func assignment() throws {
    let plain = try experiment("ranking-2026")
    #expect(visitors(16).map { plain.arm(of: $0) } == [0, 1, 1, 0, 0, 1, 1, 1, 0, 0, 1, 1, 1, 0, 0, 1])
    let weighted = try experiment("three", weights: [5, 3, 2])
    var counts = [0, 0, 0]
    for visitor in visitors(20_000) { counts[try #require(weighted.arm(of: visitor))] += 1 }
    #expect(try #require(SampleRatioCheck(counts: counts, weights: [5, 3, 2])).pValue > 0.001, "\(counts)")
  }

  @Test("2. independence and layers") func independence() throws {
    let (one, other) = (try experiment("one"), try experiment("other"))
    var table = [0, 0, 0, 0]
    for visitor in visitors(20_000) { table[one.arm(of: visitor)! * 2 + other.arm(of: visitor)!] += 1 }
    #expect(try #require(SampleRatioCheck(counts: table, weights: [1, 1, 1, 1])).pValue > 0.001, "\(table)")
    let (low, high) = (
      try experiment("low", slice: 0..<3_000), try experiment("high", slice: 3_000..<10_000)
    )
    let parts = visitors(20_000).map { (low.arm(of: $0) != nil, high.arm(of: $0) != nil) }
    #expect(parts.allSatisfy { $0.0 != $0.1 })
    #expect(abs(Double(parts.count { $0.0 }) / 20_000 - 0.3) < 0.015)
  }

  @Test("3. ramp-up and holdout") func rampUp() throws {
    var before: [String: Int] = [:]
    for exposed in [0, 100, 1_000, 5_000, 10_000] {
      let ramped = try experiment("ramp", exposed: exposed)
      var now: [String: Int] = [:]
      for visitor in visitors(5_000) { now[visitor] = ramped.arm(of: visitor) }
      #expect(before.allSatisfy { now[$0.key] == $0.value })
      #expect(abs(Double(now.count) / 5_000 - Double(exposed) / 10_000) < 0.03)
      before = now
    }
    let set = try ExperimentSet([try experiment("ramp")], holdoutBuckets: 1_000)
    let held = visitors(5_000).filter(set.isHeldOut)
    #expect(abs(Double(held.count) / 5_000 - 0.1) < 0.02)
    #expect(held.allSatisfy { set.arms(of: $0).isEmpty })
    #expect(visitors(5_000).filter { !set.isHeldOut($0) }.allSatisfy { set.arms(of: $0).count == 1 })
  }

  @Test("4. refusals") func refusals() throws {
    for weights in [[1], [], [1, 0], [1, 99_999], Array(repeating: 1, count: 21)] {
      #expect(throws: ExperimentError.self) { try experiment("x", weights: weights) }
    }
    #expect(throws: ExperimentError.self) { try experiment("", weights: [1, 1]) }
    for slice in [0..<0, -1..<5, 0..<10_001] {
      #expect(throws: ExperimentError.self) { try experiment("x", slice: slice) }
    }
    #expect(throws: ExperimentError.self) { try experiment("x", exposed: 10_001) }
    #expect(throws: ExperimentError.self) {
      try Experiment(
        name: "x", arms: [.init(name: "a"), .init(name: "a")], slice: .init(layer: "l", buckets: 0..<5))
    }
    let (one, other) = (try experiment("one", slice: 0..<6_000), try experiment("other", slice: 5_999..<7_000))
    let error = #expect(throws: ExperimentError.self) { try ExperimentSet([one, other]) }
    #expect(error?.description.hasPrefix("experiment other: its slice of layer search overlaps") == true)
    #expect(throws: ExperimentError.self) { try ExperimentSet([one, one]) }
    #expect(throws: ExperimentError.self) { try ExperimentSet([one], holdoutBuckets: 6_000) }
  }

  @Test("5. checks before a reading") func checks() throws {
    let plain = try experiment("checked")
    var (fair, lossy, shared) = (Exposures(), Exposures(), Exposures())
    for (index, visitor) in visitors(20_000).enumerated() {
      let arm = plain.arm(of: visitor)!
      fair.add(visitor: visitor, arm: arm)
      fair.add(visitor: visitor, arm: arm)
      // A fault that loses every twelfth visitor of the treatment.
      if arm == 0 || index % 12 != 0 { lossy.add(visitor: visitor, arm: arm) }
      shared.add(visitor: visitor, arm: arm)
      if index % 50 == 0 { shared.add(visitor: visitor, arm: 1 - arm) }
    }
    let values = SampleStatistics((0..<100).map { Double($0 % 9) })
    func reading(_ exposures: Exposures) -> ExperimentReading {
      ExperimentReading(control: values, treatment: values, exposures: exposures, experiment: plain)
    }
    guard case .read(let fixed, let sequential, let bayesian) = reading(fair).finding else {
      Issue.record("\(reading(fair))")
      return
    }
    #expect(fixed.estimate == 0 && fixed.pValue == 1 && sequential?.pValue == 1 && bayesian.chanceToBeBetter == 0.5)
    #expect(fair.counts(arms: 2).reduce(0, +) == 20_000 && fair.countOfSeveral == 0)
    guard case .broken(let ratio) = reading(lossy).finding, case .broken(let several) = reading(shared).finding else {
      Issue.record("\(reading(lossy)) \(reading(shared))")
      return
    }
    #expect(ratio.contains("not those planned") && several.contains("400 visitors saw several arms"))
    #expect(shared.arm(of: "visitor-0") == nil && shared.counts(arms: 2).reduce(0, +) == 19_600)
    let early = ExperimentReading(control: SampleStatistics(), treatment: values, exposures: fair, experiment: plain)
    #expect(early.finding == .tooEarly)
  }

  @Test("6. team draft", arguments: [UInt64(1), 2, 3]) func teamDraft(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    for _ in 0..<200 {
      let (a, b) = (random.permutation(of: 12), random.permutation(of: 12))
      let draft = TeamDraft(control: a, treatment: b, length: 10, seed: random.next())
      #expect(draft.places.count == 10 && Set(draft.places.map(\.product)).count == 10)
      for end in stride(from: 2, through: 10, by: 2) {
        #expect(draft.places.prefix(end).count { $0.team == .control } == end / 2)
      }
      let picks = draft.places.filter { $0.team == .treatment }.map { b.firstIndex(of: $0.product)! }
      #expect(picks == picks.sorted())
    }
    // Rankings that run out end the page.
    #expect(TeamDraft(control: [1, 2], treatment: [2], length: 10, seed: seed).places.count == 2)
    #expect(TeamDraft<Int>(control: [], treatment: [], length: 10, seed: seed).places.isEmpty)
  }

  @Test("6. the better ranking wins", arguments: [UInt64(4), 5]) func interleaving(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let good = Array(0..<10)
    func run(_ control: [Int]) -> InterleavingResult {
      var result = InterleavingResult()
      for _ in 0..<600 {
        let draft = TeamDraft(control: control, treatment: good, length: 10, seed: random.next())
        // The chance of a click falls with the product's true place and with the position.
        let clicked = draft.places.enumerated().filter { position, place in
          random.below(1_000) < 900 / (1 + place.product) / (1 + position / 3)
        }
        result.add(draft.credit(clicked: Set(clicked.map { $0.element.product })))
      }
      return result
    }
    let same = run(good)
    #expect(same.pValue > 0.01 && abs(same.preference) < 0.06, "seed \(seed): \(same)")
    let better = run([3, 2, 1, 0, 4, 5, 6, 7, 8, 9])
    #expect(better.pValue < 0.001 && better.preference > 0.05, "seed \(seed): \(better)")
    #expect(InterleavingResult().pValue == 1 && InterleavingResult().preference == 0)
  }
}
