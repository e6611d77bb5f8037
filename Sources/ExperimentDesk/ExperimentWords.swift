public import Catalog
public import Experiments

/// An experiment's reading in the words of people who sell things.
public enum ExperimentWords {
  public static func name(_ metric: ExperimentMetric) -> String {
    switch metric {
    case .clickThrough: "Visitors who click a result"
    case .conversion: "Visitors who buy"
    case .revenue: "Revenue a visitor"
    case .latency: "Time a search takes"
    }
  }

  /// The mean of a metric: `12.4 %`, `£3.20`, `18 ms`.
  public static func value(_ mean: Double, _ metric: ExperimentMetric, _ currency: Currency) -> String {
    switch metric {
    case .clickThrough, .conversion: "\(share(mean))"
    case .revenue: Money(minorUnits: Int64(saturating: mean.rounded()), currency: currency).displayText
    case .latency: "\(((mean * 10).rounded() / 10).shortText) ms"
    }
  }

  public static func share(_ value: Double) -> String { "\(((value * 1_000).rounded() / 10).shortText) %" }

  /// `+2.3 %`, `−1.1 %`
  public static func change(_ value: Double) -> String {
    let rounded = (value * 1_000).rounded() / 10
    return (rounded < 0 ? "−" : "+") + "\(abs(rounded).shortText) %"
  }

  /// The interval that may be read now, with its kind: the fixed one once the planned visitors are there, else the one that
  /// holds at every look.
  public static func readable(_ comparison: ExperimentReport.Comparison, in report: ExperimentReport) -> TestResult? {
    report.isComplete ? comparison.fixed : comparison.sequential
  }

  /// One metric of one arm, as a sentence.
  public static func sentence(_ comparison: ExperimentReport.Comparison, in report: ExperimentReport) -> String {
    let arm = report.plan.arms[comparison.arm].name
    guard let result = readable(comparison, in: report) else {
      return "Too early to say anything about \(arm)."
    }
    // Nothing falls by more than all of it.
    let (low, high) = (max(-1, result.interval.lowerBound), result.interval.upperBound)
    if low > 0 {
      return "Higher under \(arm): between \(share(low)) and \(share(high)) higher."
    }
    if high < 0 {
      return "Lower under \(arm): between \(share(-high)) and \(share(-low)) lower."
    }
    return
      "No difference shown\(report.isComplete ? "" : " yet"): under \(arm) it may be anything from \(share(-low)) lower to \(share(high)) higher."
  }

  /// Whether a comparison shows that the arm is better, or worse; nil: neither is shown.
  public static func isBetter(
    _ comparison: ExperimentReport.Comparison, in report: ExperimentReport
  ) -> Bool? {
    guard let result = readable(comparison, in: report) else { return nil }
    if result.interval.lowerBound > 0 { return comparison.metric.isBetterWhenHigher }
    if result.interval.upperBound < 0 { return !comparison.metric.isBetterWhenHigher }
    return nil
  }

  /// The whole reading in a sentence or two: what may be decided now.
  public static func verdict(_ report: ExperimentReport) -> String {
    if let broken = report.broken {
      return
        "Do not read this experiment: \(broken). The arms' visitors are not alike, so no figure means anything. Find the cause, stop it and begin another."
    }
    if report.plan.kind == .interleaving { return interleaving(report) }
    guard report.outcomes.visitors > 0 else { return "Nobody has seen an arm yet." }
    let decisive = report.comparisons.filter { $0.metric == report.plan.metric }
    let better = decisive.filter { isBetter($0, in: report) == true }.map { report.plan.arms[$0.arm].name }
    let worse = decisive.filter { isBetter($0, in: report) == false }.map { report.plan.arms[$0.arm].name }
    var sentences: [String] = []
    let metric = name(report.plan.metric).lowercased()
    if !better.isEmpty { sentences.append("\(better.joined(separator: ", ")) beats the control on \(metric).") }
    if !worse.isEmpty { sentences.append("\(worse.joined(separator: ", ")) loses to the control on \(metric).") }
    if better.isEmpty, worse.isEmpty {
      sentences.append(
        report.isComplete
          ? "The planned visitors are there, and no difference is shown on \(metric): a difference may be smaller than was sought."
          : "No difference is shown on \(metric) yet. That is no proof that there is none.")
    }
    let harmed = report.comparisons.filter { $0.metric != report.plan.metric && isBetter($0, in: report) == false }
    for comparison in harmed {
      sentences.append(
        "Mind that \(name(comparison.metric).lowercased()) is worse under \(report.plan.arms[comparison.arm].name).")
    }
    return sentences.joined(separator: " ")
  }

  private static func interleaving(_ report: ExperimentReport) -> String {
    guard let result = report.outcomes.interleaving, result.wins + result.losses > 0 else {
      return "Nobody has clicked on a mixed page yet."
    }
    let (control, treatment) = (report.plan.arms[0].name, report.plan.arms[1].name)
    let pages = "\(result.wins) pages won by \(treatment), \(result.losses) by \(control), \(result.ties) by neither"
    guard result.pValue < ExperimentReport.alpha else {
      return "Neither ranking is shown to be preferred: \(pages). The test is for one reading at the end."
    }
    return "Shoppers prefer \(result.wins > result.losses ? treatment : control): \(pages)."
  }
}
