import Bootstrap
import Ranking
import SearchDSL
import SearchService
import Understanding

extension RelevanceReport {
  /// Queries with the greatest gains and losses; a terminal shows this many of each.
  private static let maxChanges = 5

  /// The report for a terminal.
  package var text: String {
    var lines = [
      "\(productCount) products of source \(source) in \(engine.distribution) \(engine.version); \(queryCount) queries, \(queriesWithRelevant) with a product rated above 0; weights \(weights.fingerprint)",
      "",
    ]
    lines += figureLines(plainRows + [shopRow])
    if let againstPlain { lines += [""] + comparisonLines(againstPlain) }
    if !ablations.isEmpty { lines += [""] + ablationLines() }
    if judgmentsWithoutProduct > 0 {
      lines += ["", "\(judgmentsWithoutProduct) judged products are not in the catalog"]
    }
    return lines.joined(separator: "\n")
  }

  private func figureLines(_ rows: [Row]) -> [String] {
    var table = FigureTable(
      heading: ["ranking"] + RelevanceMetric.allCases.map(\.label) + ["known", "empty", "p50 ms", "p99 ms"])
    for row in rows {
      table.add(
        [row.name] + RelevanceMetric.allCases.map { decimal(row.run.mean($0), $0 == .ndcg10 ? 4 : 3) } + [
          decimal(row.known, 4), "\(decimal(row.run.zeroResultRate * 100, 1)) %", decimal(row.p50Milliseconds, 2),
          decimal(row.p99Milliseconds, 2),
        ])
    }
    return table.lines
  }

  private func ablationLines() -> [String] {
    var table = FigureTable(
      heading: ["without", "nDCG@10", "worth", "95 % interval", "p", "better", "worse", "empty", "p50 ms", "p99 ms"])
    for ablation in ablations {
      let (row, paired) = (ablation.row, ablation.comparison.paired)
      table.add([
        ablation.step.rawValue, decimal(row.run.mean(.ndcg10), 4), signed(paired.difference, 4), Self.text(paired),
        decimal(paired.pValue, 3), String(ablation.comparison.winners.count),
        String(ablation.comparison.losers.count), "\(decimal(row.run.zeroResultRate * 100, 1)) %",
        decimal(row.p50Milliseconds, 2), decimal(row.p99Milliseconds, 2),
      ])
    }
    let explanation =
      "worth: nDCG@10 of the search with all steps − without this one; paired bootstrap, \(PairedComparison.standardResamples) resamples, and permutation test, seed \(seed)"
    return table.lines + [explanation]
  }

  private func comparisonLines(_ comparison: Comparison) -> [String] {
    let paired = comparison.paired
    func changes(_ changes: [Comparison.Change]) -> [String] {
      changes.prefix(Self.maxChanges).map { change in
        "  \(signed(change.difference, 3))  \(change.candidate.query.text)  (\(decimal(change.baseline.value(.ndcg10), 3)) → \(decimal(change.candidate.value(.ndcg10), 3)))"
      }
    }
    return [
      "\(comparison.candidate) against \(comparison.baseline): nDCG@10 \(signed(paired.difference, 4)), 95 % interval \(Self.text(paired)), p \(decimal(paired.pValue, 3)) (seed \(seed)); \(comparison.winners.count) queries better, \(comparison.losers.count) worse"
    ] + changes(comparison.winners) + changes(comparison.losers)
  }

  static func text(_ paired: PairedComparison) -> String {
    "\(signed(paired.interval.lowerBound, 4)) to \(signed(paired.interval.upperBound, 4))"
  }
}
