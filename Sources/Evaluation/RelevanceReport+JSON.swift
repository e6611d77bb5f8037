package import JSON
package import Ranking
import SearchDSL
import SearchService
import Understanding

extension RelevanceReport {
  /// The whole report, including each query's figures, as one JSON object.
  package var json: JSONValue {
    [
      "judgments": .string(judgmentsFile),
      "engine": .string(engine.distribution),
      "engine_version": .string(engine.version),
      "source": .string(source),
      "products": .int(Int64(productCount)),
      "queries": .int(Int64(queryCount)),
      "queries_with_positive": .int(Int64(queriesWithRelevant)),
      "judgments_without_product": .int(Int64(judgmentsWithoutProduct)),
      "weights": .object(weights.weights.json),
      "weights_fingerprint": .string(weights.fingerprint),
      "seed": .string(String(seed)),
      "resamples": .int(Int64(PairedComparison.standardResamples)),
      "rankings": .array((plainRows + [shopRow]).map(\.json)),
      "against_plain": againstPlain.map { json($0) } ?? .null,
      "ablations": .array(
        ablations.map { ablation in
          [
            "step": .string(ablation.step.rawValue), "without": ablation.row.json,
            "comparison": json(ablation.comparison),
          ]
        }),
    ]
  }

  private func json(_ comparison: Comparison) -> JSONValue {
    [
      "baseline": .string(comparison.baseline),
      "candidate": .string(comparison.candidate),
      "paired": comparison.paired.json,
      "winners": .array(comparison.winners.map(json)),
      "losers": .array(comparison.losers.map(json)),
    ]
  }

  private func json(_ change: Comparison.Change) -> JSONValue {
    [
      "query": .string(change.candidate.query.text),
      "difference": .double(change.difference),
      "baseline_top": json(top(change.baseline, 10)),
      "candidate_top": json(top(change.candidate, 10)),
    ]
  }

  private func json(_ top: [(code: String, title: String, rating: Double?)]) -> JSONValue {
    .array(
      top.map { product in
        [
          "product_id": .string(product.code), "title": .string(product.title),
          "rating": product.rating.map(JSONValue.double) ?? .null,
        ]
      })
  }
}

extension RelevanceReport.Row {
  fileprivate var json: JSONValue {
    var members = JSONObject([.init("name", .string(name))])
    for metric in RelevanceMetric.allCases {
      members[metric.rawValue] = run.mean(metric).map(JSONValue.double) ?? .null
    }
    if let known { members["known_ndcg_10"] = .double(known) }
    members["empty"] = .int(Int64(run.emptyCount))
    members["zero_result_rate"] = .double(run.zeroResultRate)
    members["p50_ms"] = .double(p50Milliseconds)
    members["p99_ms"] = .double(p99Milliseconds)
    members["by_query"] = .array(
      run.answers.map { answer in
        var query = JSONObject([.init("query", .string(answer.query.text))])
        for metric in RelevanceMetric.allCases {
          query[metric.rawValue] = answer.value(metric).map(JSONValue.double) ?? .null
        }
        return .object(query)
      })
    return .object(members)
  }
}

extension PairedComparison {
  /// The difference, its interval, and the test's p.
  package var json: JSONValue {
    [
      "pairs": .int(Int64(pairs)), "difference": .double(difference),
      "interval_95": [.double(interval.lowerBound), .double(interval.upperBound)], "p": .double(pValue),
    ]
  }
}
