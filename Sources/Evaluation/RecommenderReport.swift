import Bootstrap
package import JSON
package import Recommending

/// The output of `vitrine evaluate recommender` prints.
package struct RecommenderReport {
  var interactions: Interactions
  var options: RecommenderEvaluation.Options
  var report: RecommenderEvaluation.Report
  var peer: RecommenderPeer.Outcome
  var refused: Int

  package init(
    interactions: Interactions, options: RecommenderEvaluation.Options, report: RecommenderEvaluation.Report,
    peer: RecommenderPeer.Outcome, refused: Int
  ) {
    self.interactions = interactions
    self.options = options
    self.report = report
    self.peer = peer
    self.refused = refused
  }

  private var peers: RecommenderPeer.Figures? {
    if case .measured(let figures) = peer { figures } else { nil }
  }

  // MARK: Text

  package var text: String {
    var lines = [
      "\(interactions.rows.count) rows of \(interactions.users.count) users and \(interactions.items.count) items; "
        + "split \(options.split.rawValue): \(report.parts.reduce(0) { $0 + $1.test.count }) rows held out"
    ]
    if !report.ratings.isEmpty { lines += [""] + ratingTable.lines }
    if !report.lists.isEmpty {
      lines += [
        "",
        "chosen: \(interactions.hasRatings ? "rated \(options.relevantFrom) or more" : "every row"): \(report.trainChoices) learnt from, \(report.testChoices) held out, "
          + "\(report.users) users",
      ]
      lines += [""] + listTable.lines
    }
    lines += [""] + report.notices
    if case .absent(let reason) = peer { lines.append(reason) }
    return lines.joined(separator: "\n")
  }

  private var ratingTable: FigureTable {
    var table = FigureTable(heading: ["ratings", "RMSE", "MAE", "seconds"])
    let theirs = peers.map { peers in peers.ratings.map { (named("Surprise", peers.surprise, $0.name), $0) } } ?? []
    for (name, row) in report.ratings.map({ ($0.name, $0) }) + theirs {
      table.add([name, decimal(row.rmse, 6), decimal(row.mae, 6), decimal(row.seconds, 2)])
    }
    return table
  }

  private var listTable: FigureTable {
    let depth = options.depth
    var table = FigureTable(heading: [
      "lists", "recall@\(depth)", "nDCG@\(depth)", "coverage", "popularity lift", "Gini", "novelty", "seconds",
    ])
    let theirs = peers.map { peers in peers.lists.map { (named("implicit", peers.implicit, $0.name), $0) } } ?? []
    for (name, row) in report.lists.map({ ($0.name, $0) }) + theirs {
      table.add([
        name, decimal(row.recall, 6), decimal(row.ndcg, 6), decimal(row.bias?.coverage, 3), decimal(row.bias?.lift, 2),
        decimal(row.bias?.gini, 3), decimal(row.bias?.novelty, 2), decimal(row.seconds, 2),
      ])
    }
    return table
  }

  private func named(_ library: String, _ version: String?, _ name: String) -> String {
    "\(library) \(version ?? "") \(name)"
  }

  // MARK: JSON

  package var json: JSONValue {
    [
      "rows": .int(Int64(interactions.rows.count)), "refused_lines": .int(Int64(refused)),
      "users": .int(Int64(interactions.users.count)), "items": .int(Int64(interactions.items.count)),
      "split": .string(options.split.rawValue), "seed": .string(String(options.seed)),
      "held_out_rows": .int(Int64(report.parts.reduce(0) { $0 + $1.test.count })),
      "relevant_from": .double(Double(options.relevantFrom)), "depth": .int(Int64(options.depth)),
      "train_choices": .int(Int64(report.trainChoices)), "test_choices": .int(Int64(report.testChoices)),
      "test_users": .int(Int64(report.users)), "ratings": .array(report.ratings.map(Self.json)),
      "lists": .array(report.lists.map(Self.json)), "notices": .array(report.notices.map { .string($0) }),
      "peers": peerJSON,
    ]
  }

  private var peerJSON: JSONValue {
    switch peer {
    case .absent(let reason): ["absent": .string(reason)]
    case .measured(let figures):
      [
        "scikit_surprise": figures.surprise.map { .string($0) } ?? .null,
        "implicit": figures.implicit.map { .string($0) } ?? .null,
        "ratings": .array(figures.ratings.map(Self.json)), "lists": .array(figures.lists.map(Self.json)),
      ]
    }
  }

  private static func json(_ row: RecommenderEvaluation.RatingRow) -> JSONValue {
    [
      "name": .string(row.name), "rmse": .double(row.rmse), "mae": .double(row.mae), "seconds": .double(row.seconds),
    ]
  }

  private static func json(_ row: RecommenderEvaluation.ListRow) -> JSONValue {
    var members: [JSONObject.Member] = [
      .init("name", .string(row.name)), .init("recall", .double(row.recall)), .init("ndcg", .double(row.ndcg)),
      .init("seconds", .double(row.seconds)),
    ]
    if let bias = row.bias {
      members += [
        .init("coverage", .double(bias.coverage)), .init("popularity_lift", .double(bias.lift)),
        .init("gini", .double(bias.gini)), .init("novelty", .double(bias.novelty)),
      ]
    }
    return .object(JSONObject(members))
  }
}
