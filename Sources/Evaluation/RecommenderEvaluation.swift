import Bootstrap
package import Recommending

/// Measures the recommender's models on interactions of which a part is held out.
package struct RecommenderEvaluation {
  package struct Options {
    var split = InteractionSplit.mod5
    /// The least rating that counts as chosen, for lists.
    var relevantFrom: Float = 4
    var depth = 20
    var neighbours = 50
    var seed: UInt64 = 1
    /// Whether the blend is tuned; nil: where there are at most `maxRowsToTune`.
    var tunes: Bool?

    package init(
      split: InteractionSplit = InteractionSplit.mod5, relevantFrom: Float = 4, depth: Int = 20, neighbours: Int = 50,
      seed: UInt64 = 1, tunes: Bool? = nil
    ) {
      self.split = split
      self.relevantFrom = relevantFrom
      self.depth = depth
      self.neighbours = neighbours
      self.seed = seed
      self.tunes = tunes
    }
  }

  package struct RatingRow {
    var name: String
    var rmse: Double
    var mae: Double
    var seconds: Double
  }

  package struct ListRow {
    var name: String
    var recall: Double
    var ndcg: Double
    /// Nil where a peer measured it.
    var bias: PopularityBias?
    /// To train.
    var seconds: Double
  }

  package struct Report {
    package var parts: [InteractionSplit.Part]
    var ratings: [RatingRow] = []
    var lists: [ListRow] = []
    /// Held-out users, and choices learnt from and held out, over all parts.
    var users = 0
    var trainChoices = 0
    var testChoices = 0
    var notices: [String] = []
  }

  /// About a minute on two processors.
  static let maxRowsToTune = 200_000
  /// SVD++ costs the sum of the squares of the users' numbers of ratings: above this it is left out.
  private static let maxSquaresForSVDPlusPlus = 40_000_000
  /// Up to here item kNN is measured with all neighbours as well: at worst 3 GB.
  private static let maxItemsForAllNeighbours = 20_000

  let interactions: Interactions
  let options: Options

  package init(
    interactions: Interactions, options: Options
  ) {
    self.interactions = interactions
    self.options = options
  }

  /// Each model on each part; figures are means over the parts, times are sums. `progress` is called after each model.
  package func run(progress: () -> Void) throws -> Report {
    var report = Report(parts: options.split.parts(of: interactions, seed: options.seed))
    report.parts.removeAll { $0.train.isEmpty || $0.test.isEmpty }
    guard !report.parts.isEmpty else {
      report.notices.append("there are too few rows for the split \(options.split.rawValue): nothing is held out")
      return report
    }
    if interactions.hasRatings {
      try addRatings(to: &report, progress)
    } else {
      report.notices.append("the file has no ratings, so that none are predicted; every row counts as chosen")
    }
    try addLists(to: &report, progress)
    return report
  }

  // MARK: Ratings

  private func addRatings(to report: inout Report, _ progress: () -> Void) throws {
    var models: [(name: String, make: (RatingTraining) -> any RatingPredictor)] = [
      ("baseline", { RatingBaseline($0) }), ("slope one", { SlopeOne($0) }), ("kNN basic", { UserKNN($0) }),
      ("SVD", { RatingFactors($0, options: .standard(seed: options.seed)) }),
    ]
    let squares =
      report.parts.map { part in
        interactions.ratings(of: part.train).squaredRowCounts
      }.max() ?? 0
    if squares <= Self.maxSquaresForSVDPlusPlus {
      models.append(("SVD++", { RatingFactors($0, options: .plusPlus(seed: options.seed)) }))
    } else {
      report.notices.append("SVD++ is left out: users have too many ratings for it to end soon")
    }
    let trainings = report.parts.map { RatingTraining(interactions, places: $0.train) }
    for model in models {
      var row = RatingRow(name: model.name, rmse: 0, mae: 0, seconds: 0)
      for (part, training) in zip(report.parts, trainings) {
        let pairs = part.test.map { UserItem(user: interactions.rows[$0].user, item: interactions.rows[$0].item) }
        let start = ContinuousClock.now
        let predictions = model.make(training).predictions(for: pairs, training: training)
        row.seconds += (ContinuousClock.now - start) / .seconds(1)
        let error = RatingError(
          predictions: predictions, ratings: part.test.map { Double(interactions.rows[$0].rating) })
        row.rmse += (error?.rootMeanSquare ?? 0) / Double(report.parts.count)
        row.mae += (error?.meanAbsolute ?? 0) / Double(report.parts.count)
      }
      report.ratings.append(row)
      progress()
    }
  }

  // MARK: Lists

  private var least: Float { interactions.hasRatings ? options.relevantFrom : -.infinity }

  private func addLists(to report: inout Report, _ progress: () -> Void) throws {
    let parts = report.parts.map { part in
      TopNMeasure.HeldOut(
        train: interactions.chosen(of: part.train, least: least),
        test: interactions.chosen(of: part.test, least: least), depth: options.depth)
    }
    guard parts.allSatisfy({ $0.train.count > 0 && $0.test.count > 0 }) else {
      let most = interactions.scale.map { "\($0.upperBound)" } ?? "-"
      report.notices.append(
        "lists are not measured: too few rows are rated \(options.relevantFrom) or more (the greatest rating is \(most)); "
          + "--relevant-from names the least that counts as chosen")
      return
    }
    report.users = parts.reduce(0) { $0 + $1.users.count }
    report.trainChoices = parts.reduce(0) { $0 + $1.train.count }
    report.testChoices = parts.reduce(0) { $0 + $1.test.count }
    for model in listModels(&report) {
      try add(model.name, parts, to: &report) { try model.train($0.train) }
      progress()
    }
    let tunes = options.tunes ?? (interactions.rows.count <= Self.maxRowsToTune)
    if tunes {
      try addTuned(to: &report)
      progress()
    } else {
      report.notices.append(
        "the tuned blend is left out of more than \(Self.maxRowsToTune) rows; --tune measures it")
    }
  }

  private typealias Scorer = TopNMeasure.Scorer

  private func listModels(_ report: inout Report) -> [(name: String, train: (SparseRows) throws -> Scorer)] {
    func byHistory(_ model: some ItemScoring) -> Scorer {
      { _, history, scores in model.score(history, into: &scores) }
    }
    func kNN(_ weighting: InteractionWeighting, _ neighbours: Int?) -> (SparseRows) -> Scorer {
      { byHistory(ItemKNN.fit($0, options: .init(weighting: weighting, neighbours: neighbours))) }
    }
    var models: [(name: String, train: (SparseRows) throws -> Scorer)] = [
      ("popularity", { byHistory(Popularity($0)) })
    ]
    if interactions.items.count <= Self.maxItemsForAllNeighbours {
      models.append(("item kNN, full cosine", kNN(.cosine, nil)))
    }
    models += [
      ("item kNN, cosine", kNN(.cosine, options.neighbours)), ("item kNN, TF-IDF", kNN(.tfidf, options.neighbours)),
      ("item kNN, BM25", kNN(.bm25, options.neighbours)),
    ]
    if interactions.items.count <= EASE.maxItems {
      models.append(("EASE, lambda 200", { byHistory(try EASE($0, regularization: 200)) }))
    } else {
      report.notices.append(
        "EASE is left out: it takes \(EASE.maxItems) items at the most, and there are \(interactions.items.count)")
    }
    models.append(
      (
        "ALS, 64 factors",
        { rows in
          var alsOptions = ImplicitALS.Options()
          alsOptions.seed = options.seed
          let als = ImplicitALS(rows, options: alsOptions)
          return { user, _, scores in als.score(user: user, into: &scores) }
        }
      ))
    return models
  }

  private func add(
    _ name: String, _ parts: [TopNMeasure.HeldOut], to report: inout Report,
    train: (TopNMeasure.HeldOut) throws -> Scorer
  ) throws {
    var row = ListRow(name: name, recall: 0, ndcg: 0, bias: nil, seconds: 0)
    for part in parts {
      let start = ContinuousClock.now
      let scorer = try train(part)
      row.seconds += (ContinuousClock.now - start) / .seconds(1)
      guard let measure = TopNMeasure(part, scorer: scorer) else { continue }
      row.recall += measure.recall / Double(parts.count)
      row.ndcg += measure.ndcg / Double(parts.count)
      row.bias = measure.bias
    }
    report.lists.append(row)
  }

  /// The blend with parameters chosen on a fifth of each training part, then the same where nothing that was rated is
  /// shown again.
  private func addTuned(to report: inout Report) throws {
    var plain: [(TunedBlend, TopNMeasure.HeldOut)] = []
    var rated: [(TunedBlend, TopNMeasure.HeldOut)] = []
    var seconds = 0.0
    for part in report.parts {
      let start = ContinuousClock.now
      let task = TunedBlend.Task(
        interactions: interactions, places: part.train, least: least, depth: options.depth)
      guard let blend = try TunedBlend.tuned(task) else { return }
      let blends = interactions.hasRatings ? [blend, try blend.usingLowRatings(task)] : [blend]
      seconds += (ContinuousClock.now - start) / .seconds(1)
      for (place, blend) in blends.enumerated() {
        let heldOut = TopNMeasure.HeldOut(
          train: interactions.chosen(of: part.train, least: least, lowValue: blend.lowValue),
          test: interactions.chosen(of: part.test, least: least), depth: options.depth)
        if place == 0 { plain.append((blend, heldOut)) } else { rated.append((blend, heldOut)) }
        report.notices.append("tuned: \(Self.description(blend))")
      }
    }
    for (name, blends) in [("tuned blend", plain), ("tuned blend, nothing rated shown again", rated)] {
      guard !blends.isEmpty else { continue }
      var next = blends.map(\.0)[...]
      try add(name, blends.map(\.1), to: &report) { heldOut in
        guard let model = try next.popFirst()?.model(heldOut.train) else { return { _, _, _ in } }
        return { _, history, scores in model.score(history, into: &scores) }
      }
    }
    report.notices.append("tuning took \(decimal(seconds, 1)) s")
  }

  private static func description(_ blend: TunedBlend) -> String {
    let ease = blend.easeRegularization.map { "EASE lambda \(decimal($0, 0)), " } ?? ""
    let als = "ALS factors \(blend.als.factors), regularization \(blend.als.regularization), alpha \(blend.als.alpha)"
    let low = blend.lowValue > 0 ? ", a low rating counts \(blend.lowValue)" : ""
    return "\(ease)\(als), weight of ALS \(blend.alsWeight)\(low)"
  }
}
