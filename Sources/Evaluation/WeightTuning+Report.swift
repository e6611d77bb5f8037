import Bootstrap
package import Catalog
package import JSON
import Ranking
package import SearchDSL
package import SearchService

extension WeightTuning.Report {
  /// The report for a terminal.
  package var text: String {
    var weights = FigureTable(
      heading: ["weight", "old", "new"] + folds.indices.map { "fold \($0 + 1)" })
    for parameter in RankingWeights.parameters {
      weights.add(
        [parameter.name] + ([old, new] + folds.map(\.weights)).map { JSONValue.double(parameter.value(in: $0)).text })
    }
    var figures = FigureTable(heading: ["held-out queries", "count", "old nDCG@10", "new nDCG@10", "difference"])
    for (index, fold) in folds.enumerated() {
      figures.add([
        "fold \(index + 1)", String(fold.queryCount), decimal(fold.old, 4), decimal(fold.new, 4),
        signed(fold.new - fold.old, 4),
      ])
    }
    figures.add([
      "all", String(heldOut.pairs), decimal(oldMean, 4), decimal(heldOutMean, 4), signed(heldOut.difference, 4),
    ])
    let lines =
      weights.lines + [""] + figures.lines + leftOutLines + [
        "95 % interval \(RelevanceReport.text(heldOut)) (paired bootstrap), p \(decimal(heldOut.pValue, 3)) (paired permutation test), seed \(options.seed)",
        "",
        "on the queries that the new weights were found on: \(decimal(oldMean, 4)) → \(decimal(newMean, 4)), which flatters them; \(pointsSearched) sets of weights tried, a step must be worth \(options.penalty)",
      ]
    return lines.joined(separator: "\n")
  }

  private var leftOutLines: [String] {
    guard !leftOut.isEmpty else { return [] }
    var table = FigureTable(
      heading: ["left out", "metric", "queries", "best plain form", "old", "by the others' weights", "over plain"])
    for row in leftOut {
      table.add([
        row.name, row.metric.label, String(row.queryCount), decimal(row.plain, 4), decimal(row.old, 4),
        decimal(row.new, 4), signed(row.new - row.plain, 4),
      ])
    }
    return [""] + table.lines
  }

  private var leftOutJSON: JSONValue {
    .array(
      leftOut.map { row -> JSONValue in
        [
          "judgments": .string(row.name), "metric": .string(row.metric.rawValue),
          "queries": .int(Int64(row.queryCount)), "best_plain": .double(row.plain), "old": .double(row.old),
          "new": .double(row.new), "weights": .object(row.weights.json),
        ]
      })
  }

  /// The file of the new weights, with everything that they were derived from.
  package func file(from origin: WeightTuning.Origin) -> RankingWeightsFile {
    let folds = folds.map { fold -> JSONValue in
      [
        "queries": .int(Int64(fold.queryCount)), "old": .double(fold.old), "new": .double(fold.new),
        "weights": .object(fold.weights.json),
      ]
    }
    return RankingWeightsFile(
      weights: new,
      provenance: [
        "name": .string(origin.judgmentsName),
        "made_by": .string("vitrine tune"),
        "version": .string(origin.version),
        "created_at": .string(origin.createdAt.description),
        "judgments": .string(origin.judgmentsName),
        "judgments_sha256": .string(origin.judgmentsDigest),
        "queries": .int(Int64(heldOut.pairs)),
        "source": .string(origin.source),
        "products": .int(Int64(origin.productCount)),
        "engine": .string("\(origin.engine.distribution) \(origin.engine.version)"),
        "seed": .string(String(options.seed)),
        "penalty": .double(options.penalty),
        "held": .array(options.held.sorted().map { .string($0) }),
        "replaces": .object(old.json),
        "ndcg_10": [
          "old": .double(oldMean), "held_out": .double(heldOutMean), "on_its_own_queries": .double(newMean),
          "held_out_against_old": heldOut.json,
        ],
        "folds": .array(folds), "left_out": leftOutJSON,
      ])
  }

  package var json: JSONValue {
    [
      "old": .object(old.json), "new": .object(new.json), "is_better": .bool(isBetter),
      "old_ndcg_10": .double(oldMean), "held_out_ndcg_10": .double(heldOutMean),
      "own_queries_ndcg_10": .double(newMean), "held_out": heldOut.json,
      "sets_tried": .int(Int64(pointsSearched)), "seed": .string(String(options.seed)),
      "penalty": .double(options.penalty), "left_out": leftOutJSON,
      "folds": .array(
        folds.map {
          [
            "queries": .int(Int64($0.queryCount)), "old_ndcg_10": .double($0.old), "new_ndcg_10": .double($0.new),
            "weights": .object($0.weights.json),
          ]
        }),
    ]
  }
}

extension WeightTuning {
  /// The origin of weights, as their file states it.
  package struct Origin: Sendable {
    /// The judgments' file, without its folder.
    var judgmentsName: String
    var judgmentsDigest: String
    var source: String
    var productCount: Int
    var engine: EngineInformation
    var version: String
    var createdAt: Timestamp

    package init(
      judgmentsName: String, judgmentsDigest: String, source: String, productCount: Int, engine: EngineInformation,
      version: String, createdAt: Timestamp
    ) {
      self.judgmentsName = judgmentsName
      self.judgmentsDigest = judgmentsDigest
      self.source = source
      self.productCount = productCount
      self.engine = engine
      self.version = version
      self.createdAt = createdAt
    }
  }
}
