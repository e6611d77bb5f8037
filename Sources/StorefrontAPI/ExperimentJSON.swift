import Catalog
import Edge
import ExperimentDesk
package import Experiments
import HTTPServer
package import JSON
import Ports

/// Experiments and their readings as JSON.
package enum ExperimentJSON {
  static func percent(_ buckets: Int) -> Double { Double(buckets) * 100 / Double(Experiment.buckets) }

  // MARK: Descriptions

  static func experiment(_ experiment: StoredExperiment) -> JSONValue {
    let plan = experiment.plan
    let slice = plan.assignment.slice
    var json: JSONObject = [
      "name": .string(plan.name), "question": .string(plan.question), "kind": .string(plan.kind.rawValue),
      "state": .string(experiment.state.rawValue), "arms": .array(plan.arms.map(arm)), "layer": .string(slice.layer),
      "first_bucket": .int(Int64(slice.buckets.lowerBound)), "end_bucket": .int(Int64(slice.buckets.upperBound)),
      "exposed_percent": .double(percent(plan.assignment.exposedBuckets)), "metric": .string(plan.metric.rawValue),
      "planned_visitors": .int(Int64(plan.plannedVisitors)),
      "devices": .array(plan.targeting.devices.map(\.rawValue).sorted().map { .string($0) }),
      "customers": .array(plan.targeting.customers.map(\.rawValue).sorted().map { .string($0) }),
      "author": .string(experiment.author), "created_at": .string(experiment.createdAt.description),
      "conclusion": .string(experiment.conclusion),
    ]
    if let start = experiment.startedAt { json["started_at"] = .string(start.description) }
    if let stop = experiment.stoppedAt { json["stopped_at"] = .string(stop.description) }
    return .object(json)
  }

  private static func arm(_ arm: ExperimentPlan.Arm) -> JSONValue {
    var json: JSONObject = ["name": .string(arm.name), "weight": .int(Int64(arm.weight))]
    if let ranking = arm.value.ranking { json["ranking"] = .string(ranking.text) }
    if let rules = arm.value.rules { json["rules"] = .int(rules) }
    return .object(json)
  }

  static func plan(_ body: inout ObjectReader<Problem>) throws -> ExperimentPlan {
    var arms: [ExperimentPlan.Arm] = []
    for value in body.value("arms")?.array ?? [] { arms.append(try arm(value)) }
    func words<Word: RawRepresentable<String>>(_ name: String, _ value: JSONValue?) throws -> Set<Word> {
      var found: Set<Word> = []
      for item in value?.array ?? [] {
        guard let word = item.string.flatMap({ Word(rawValue: $0) }) else {
          throw Problem(APIProblem.invalidBody, detail: "\(name) has a value that is not known.")
        }
        found.insert(word)
      }
      return found
    }
    let kind: ExperimentPlan.Kind? = try body.choice("kind")
    let metric: ExperimentMetric? = try body.choice("metric")
    let percent = try body.double("exposed_percent") ?? 100
    guard (0...100).contains(percent) else {
      throw Problem(APIProblem.invalidBody, detail: "exposed_percent is from 0 to 100.")
    }
    let first = try body.int("first_bucket") ?? 0
    let end = try body.int("end_bucket") ?? Experiment.buckets
    guard first < end else { throw Problem(APIProblem.invalidBody, detail: "first_bucket is below end_bucket.") }
    return try ExperimentPlan(
      name: try body.string("name") ?? "", question: try body.string("question") ?? "", kind: kind ?? .arms, arms: arms,
      layer: try body.string("layer") ?? ExperimentPlan.standardLayer, buckets: first..<end,
      exposedBuckets: Int(saturating: (percent / 100 * Double(Experiment.buckets)).rounded()),
      targeting: Targeting(
        devices: try words("devices", body.value("devices")), customers: try words("customers", body.value("customers"))
      ),
      metric: metric ?? .conversion, plannedVisitors: try body.int("planned_visitors") ?? 0)
  }

  private static func arm(_ value: JSONValue) throws -> ExperimentPlan.Arm {
    var reader = try ObjectReader(value, "an arm") { Problem(APIProblem.invalidBody, detail: "\($0).") }
    let (name, weight) = (try reader.string("name") ?? "", try reader.int("weight") ?? 1)
    let (ranking, rules) = (try reader.string("ranking"), try reader.int("rules"))
    try reader.finish()
    var choice: RankingChoice?
    if let ranking {
      guard let known = RankingChoice(ranking) else {
        throw Problem(APIProblem.invalidBody, detail: "arm \(name): ranking is off, hand-set or model:NUMBER.")
      }
      choice = known
    }
    return .init(name: name, weight: weight, value: ArmValue(ranking: choice, rules: rules.map { Int64($0) }))
  }

  // MARK: Readings

  package static func report(_ report: ExperimentReport) -> JSONValue {
    let names = report.plan.arms.map(\.name)
    var json: JSONObject = [
      "experiment": .string(report.plan.name), "verdict": .string(ExperimentWords.verdict(report)),
      "is_readable": .bool(report.broken == nil), "is_complete": .bool(report.isComplete),
      "arms": .array(
        zip(names, report.outcomes.arms).map { name, arm -> JSONValue in
          ["name": .string(name), "visitors": .int(Int64(arm.visitors))]
        }), "visitors_of_several_arms": .int(Int64(report.outcomes.inSeveral)),
      "comparisons": .array(report.comparisons.map { comparison($0, in: report) }),
    ]
    if let ratio = report.ratio { json["sample_ratio_p"] = .double(ratio.pValue) }
    if let needed = report.neededVisitors { json["needed_visitors_an_arm"] = .int(Int64(needed)) }
    if let mixed = report.outcomes.interleaving {
      json["interleaving"] = [
        "wins": .int(Int64(mixed.wins)), "losses": .int(Int64(mixed.losses)), "ties": .int(Int64(mixed.ties)),
        "preference": .double(mixed.preference), "p": .double(mixed.pValue),
      ]
    }
    return .object(json)
  }

  private static func comparison(
    _ comparison: ExperimentReport.Comparison, in report: ExperimentReport
  ) -> JSONValue {
    var json: JSONObject = [
      "arm": .string(report.plan.arms[comparison.arm].name), "metric": .string(comparison.metric.rawValue),
      "control_mean": .double(comparison.controlMean), "arm_mean": .double(comparison.armMean),
      "sentence": .string(ExperimentWords.sentence(comparison, in: report)),
      "variance_removed": .double(comparison.varianceRemoved),
    ]
    if let result = comparison.sequential { json["sequential"] = test(result) }
    if let result = comparison.fixed, report.isComplete { json["fixed"] = test(result) }
    if let view = comparison.bayesian {
      json["chance_to_be_better"] = .double(
        comparison.metric.isBetterWhenHigher ? view.chanceToBeBetter : 1 - view.chanceToBeBetter)
    }
    return .object(json)
  }

  private static func test(_ result: TestResult) -> JSONValue {
    [
      "change": .double(result.estimate), "low": .double(result.interval.lowerBound),
      "high": .double(result.interval.upperBound), "p": .double(result.pValue),
    ]
  }
}
