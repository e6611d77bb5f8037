public import Catalog
public import Recommending
public import Threading

/// A product as training reads it.
public struct TrainingProduct: Sendable {
  public var id: ProductID
  public var leaf: CategoryID?
  public var text: ProductText

  init(id: ProductID, leaf: CategoryID?, text: ProductText) {
    self.id = id
    self.leaf = leaf
    self.text = text
  }

  public init(_ product: ProductSnapshot) {
    id = product.id
    leaf = product.categories.first?.leaf.id
    text = ProductText(product)
  }
}

/// Learns a recommender from products and deeds, and measures it on days that were held out.
///
/// The days are parted by time, so that nothing is measured by the days that it was chosen by:
///
///     learnt from ──────────────────▶│ validation: model, ramp, weights │ held out: measured, gate
///     all of it, with what was chosen ────────────────────────────────────────────────────────▶ served
public struct RecommenderTraining: Sendable {
  /// Neighbours that a product keeps among baskets.
  static let neighbours = 50
  static let likeProducts = 30
  /// A model whose lists are measured on more shoppers says the same.
  static let maxMeasuredShoppers = 2_000
  static let maxItemsForLearnedWeight = 20_000
  /// Fewer shoppers with a held-out choice say nothing.
  static let leastHeldOut = 50
  static let depth = 20

  let products: [TrainingProduct]
  let data: TrainingData
  let workers: Int

  /// `products` in the order of `data.products`.
  public init(products: [TrainingProduct], data: TrainingData, workers: Int = availableProcessors) {
    precondition(products.map(\.id) == data.products, "the data is of other products")
    self.products = products
    self.data = data
    self.workers = workers
  }

  public struct Outcome: Sendable {
    public var model: RecommenderModel
    /// nil where too few shoppers chose something on the held-out days.
    public var validation: Validation?
  }

  /// Figures on the days since `start`, of models that learnt from the days before and were chosen on days before too.
  public struct Validation: Sendable, Equatable {
    public var startSeconds: Int64
    public var shoppers: Int
    /// Recall@20 and nDCG@20 by model: `hybrid`, `collaborative`, `content`, `popularity`; and of a mixture's parts, such as
    /// `ease`.
    public var recall: [String: Double]
    public var ndcg: [String: Double]
    public var coverage: Double
    public var lift: Double
    var choice: Choice

    var metrics: [String: Double] {
      var metrics = ["held_out_shoppers": Double(shoppers), "coverage": coverage, "popularity_lift": lift]
      for (name, value) in recall { metrics["recall_at_20_\(name)"] = value }
      for (name, value) in ndcg { metrics["ndcg_at_20_\(name)"] = value }
      metrics["fading"] = Double(choice.fading)
      metrics["collaborative_weight"] = Double(choice.blend.collaborativeWeight)
      metrics["popularity_weight"] = Double(choice.blend.popularityWeight)
      metrics["enough_interactions"] = Double(choice.blend.enoughInteractions)
      metrics["enough_choices"] = Double(choice.blend.enoughChoices)
      for (name, value) in choice.recall { metrics["validation_recall_at_20_\(name)"] = value }
      return metrics
    }
  }

  /// The settings that the validation days chose.
  struct Choice: Sendable, Equatable {
    var collaborative = CollaborativeChoice.usual
    var blend = HybridBlend()
    /// How much each product of a history counts of the one that was seen after it.
    var fading = ShopperView.usualFading
    /// The best recall@20 of each kind of model on the validation days; empty where nothing was compared.
    var recall: [String: Double] = [:]
  }

  /// Learns from all deeds. The days since `start` are held out first, and measured by; nil takes the last fifth of the
  /// deeds. `progress` may throw to end the work.
  public func learn(heldOutFrom start: Int64? = nil, progress: (String) throws -> Void = { _ in }) throws -> Outcome {
    try progress("reading the products' texts")
    let content = ContentModel(products.map(\.text))
    let likeness = Self.likeness(content, workers: workers)
    let start = start ?? lastFifth(until: .max)
    let choice = try choose(until: start, likeness: likeness, progress)
    try progress("measuring on held-out days")
    let validation = try measure(choice, from: start, likeness: likeness)
    try progress("learning from all days: \(choice.collaborative)")
    let rows = data.matrix()
    let model = RecommenderModel(
      products: data.products, together: try choice.collaborative.fit(rows, workers: workers),
      baskets: ItemKNN.fit(
        data.baskets(), options: .init(weighting: .bm25, neighbours: Self.neighbours, workers: workers)),
      likeness: likeness, content: content, popularity: data.popularity(), choices: rows.columnCounts(),
      repurchaseSeconds: data.repurchaseSeconds(categories: products.map(\.leaf)), blend: choice.blend,
      fading: choice.fading)
    return Outcome(model: model, validation: validation)
  }

  /// The moment at which the last fifth of the deeds before `end` begins.
  private func lastFifth(until end: Int64) -> Int64 {
    let count = data.count(until: end)
    return count > 0 ? data.rows[count - 1 - count / 5].seconds : .max
  }

  /// Products like each by their texts. A feature of more than a tenth of a large catalog tells little and costs much.
  static func likeness(_ content: ContentModel, workers: Int) -> ItemWeights {
    let byTerm = content.vectors.transposed()
    let most = max(1_000, content.itemCount / 10)
    var entries: [SparseRows.Entry] = []
    for term in 0..<byTerm.rowCount where byTerm.range(term).count <= most {
      for place in byTerm.range(term) {
        entries.append(
          SparseRows.Entry(row: Int32(clamping: term), column: byTerm.columns[place], value: byTerm.values[place]))
      }
    }
    let rows = SparseRows(rowCount: byTerm.rowCount, columnCount: byTerm.columnCount, entries: entries)
    return ItemKNN.fit(rows, options: .init(weighting: .cosine, neighbours: likeProducts, workers: workers))
  }

  // MARK: Held-out days

  /// Days that are held out, and those before.
  struct Split {
    /// Shoppers × products before the held-out days: what models learn from.
    var learnt: SparseRows
    /// Histories as serving remembers them, and the choices on the held-out days. What was chosen before is in no list.
    var heldOut: TopNMeasure.HeldOut
  }

  /// Whose choices from `start` until `end` are measured: shoppers with a history before it, some thousands at most.
  func split(
    from start: Int64, until end: Int64 = .max, fading: Float = ShopperView.usualFading
  ) -> Split? {
    let learnt = data.matrix(until: start)
    let later = data.matrix(from: start, until: end)
    var entries: [SparseRows.Entry] = []
    var shoppers = 0
    for shopper in 0..<later.rowCount where !learnt.range(shopper).isEmpty && shoppers < Self.maxMeasuredShoppers {
      let known = Set(learnt.range(shopper).map { learnt.columns[$0] })
      let new = later.range(shopper).filter { !known.contains(later.columns[$0]) }
      if new.isEmpty { continue }
      shoppers += 1
      entries += new.map { .init(row: Int32(clamping: shopper), column: later.columns[$0], value: 1) }
    }
    guard shoppers >= Self.leastHeldOut else { return nil }
    let test = SparseRows(rowCount: later.rowCount, columnCount: later.columnCount, entries: entries)
    return Split(
      learnt: learnt,
      heldOut: TopNMeasure.HeldOut(
        train: data.remembered(until: start, fading: fading), test: test, leftOut: learnt, depth: Self.depth))
  }

  /// Compares the models, and mixtures of the best of them, on the last fifth of the deeds before `end`, and then learns the
  /// blend of the best there and on the fifth before. The usual choice where too few shoppers chose something then.
  private func choose(
    until end: Int64, likeness: ItemWeights, _ progress: (String) throws -> Void
  ) throws -> Choice {
    let start = lastFifth(until: end)
    guard let split = split(from: start, until: end) else { return Choice() }
    let candidates = CollaborativeChoice.tried(products: data.products.count, choices: split.learnt.count)
    var fitted: [(choice: CollaborativeChoice, model: ItemWeights)] = []
    for choice in candidates {
      try progress("learning \(choice)")
      fitted.append((choice, try choice.fit(split.learnt, workers: workers)))
    }
    var best: Contest?
    for fading in Self.fadings {
      try progress("comparing models of a history that fades by \(fading)")
      var heldOut = split.heldOut
      heldOut.train = data.remembered(until: start, fading: fading)
      let contest = compare(fitted, on: heldOut)
      if let contest, contest.recall > best?.recall ?? -1 {
        best = contest
        best?.fading = fading
      }
    }
    guard let best else { return Choice() }
    var choice = Choice(collaborative: best.choice, fading: best.fading, recall: best.recallByKind)
    guard data.products.count <= Self.maxItemsForLearnedWeight else { return choice }
    try progress("learning the weights of the parts")
    var exams: [HybridBlend.Exam] = []
    var end = end
    for _ in 0..<Self.maxExams {
      let start = lastFifth(until: end)
      guard let split = self.split(from: start, until: end, fading: choice.fading) else { break }
      exams.append(
        HybridBlend.Exam(
          split.heldOut, collaborative: try choice.collaborative.fit(split.learnt, workers: workers), content: likeness,
          popularity: data.popularity(until: start).scores, choices: split.learnt.columnCounts()))
      end = start
    }
    choice.blend = HybridBlend().learned(by: exams, workers: workers)
    return choice
  }

  /// Fifths of the deeds, one before the other, by which the blend is chosen.
  private static let maxExams = 2

  /// Tried for each model.
  private static let fadings: [Float] = [ShopperView.usualFading, 0.94, 1]

  /// The winner of a comparison.
  private struct Contest {
    var choice: CollaborativeChoice
    var model: ItemWeights
    var recall: Double
    var recallByKind: [String: Double]
    var fading: Float = 1
  }

  /// The best of the models, of each kind one, and of the best mixed with each of the others.
  private func compare(
    _ fitted: [(choice: CollaborativeChoice, model: ItemWeights)], on heldOut: TopNMeasure.HeldOut
  ) -> Contest? {
    func recall(_ model: ItemWeights) -> Double { TopNMeasure(heldOut, model: model, workers: workers)?.recall ?? -1 }
    var bestOfKind: [String: (choice: CollaborativeChoice, model: ItemWeights, recall: Double)] = [:]
    for (choice, model) in fitted {
      let recall = recall(model)
      if recall > bestOfKind[choice.kind]?.recall ?? -1 { bestOfKind[choice.kind] = (choice, model, recall) }
    }
    let ranked = bestOfKind.values.sorted { ($1.recall, $0.choice.kind) < ($0.recall, $1.choice.kind) }
    guard let first = ranked.first else { return nil }
    var contest = Contest(
      choice: first.choice, model: first.model, recall: first.recall, recallByKind: bestOfKind.mapValues(\.recall))
    for other in ranked.dropFirst() {
      for mixture in first.choice.mixtures(with: other.choice) {
        guard case .mixed(_, _, let share) = mixture else { continue }
        let model = CollaborativeChoice.mixed(first.model, other.model, share: share)
        let recall = recall(model)
        contest.recallByKind[mixture.kind] = max(recall, contest.recallByKind[mixture.kind] ?? -1)
        if recall > contest.recall { (contest.choice, contest.model, contest.recall) = (mixture, model, recall) }
      }
    }
    return contest
  }

  /// The figures of a choice that was made on days before `start`.
  private func measure(_ choice: Choice, from start: Int64, likeness: ItemWeights) throws -> Validation? {
    guard let split = split(from: start, fading: choice.fading) else { return nil }
    let together = try choice.collaborative.fit(split.learnt, workers: workers)
    let popularity = data.popularity(until: start)
    let hybrid = HybridScoring(
      together: together, likeness: likeness, popularity: popularity, choices: split.learnt.columnCounts(),
      blend: choice.blend)
    guard let mixed = TopNMeasure(split.heldOut, model: hybrid, workers: workers),
      let collaborative = TopNMeasure(split.heldOut, model: together, workers: workers),
      let alike = TopNMeasure(split.heldOut, model: likeness, workers: workers),
      let popular = TopNMeasure(split.heldOut, model: popularity, workers: workers)
    else { return nil }
    var all = ["hybrid": mixed, "collaborative": collaborative, "content": alike, "popularity": popular]
    // The parts of a mixture, each alone.
    for part in choice.collaborative.parts where choice.collaborative != part {
      all[part.kind] = TopNMeasure(
        split.heldOut, model: try part.fit(split.learnt, workers: workers), workers: workers)
    }
    return Validation(
      startSeconds: start, shoppers: split.heldOut.users.count, recall: all.mapValues(\.recall),
      ndcg: all.mapValues(\.ndcg), coverage: mixed.bias.coverage, lift: mixed.bias.lift, choice: choice)
  }
}

/// The tables as one model over all products, for measures. As in an answer, the parts are normalised over what is not in
/// the history.
struct HybridScoring: ItemScoring {
  let together: ItemWeights
  let likeness: ItemWeights
  let popularity: Popularity
  let choices: [Int32]
  let blend: HybridBlend

  var itemCount: Int { together.itemCount }

  func score(_ history: History, into scores: inout [Float]) {
    var alike = scores
    var popular = popularity.scores
    together.score(history, into: &scores)
    likeness.score(history, into: &alike)
    for item in history.items {
      scores[Int(item)] = -.infinity
      alike[Int(item)] = -.infinity
      popular[Int(item)] = -.infinity
    }
    let parts = blend.parts(
      HybridBlend.Scores(collaborative: scores, content: alike, popularity: popular, choices: choices),
      interactions: history.items.count)
    for (item, part) in parts.enumerated() { scores[item] = part.score }
  }
}

extension SparseRows {
  /// The number of entries of each column.
  func columnCounts() -> [Int32] {
    var counts = [Int32](repeating: 0, count: columnCount)
    for column in columns { counts[Int(column)] += 1 }
    return counts
  }

  /// The same entries, each 1.
  func binary() -> SparseRows {
    var entries: [Entry] = []
    entries.reserveCapacity(count)
    for row in 0..<rowCount {
      for place in range(row) { entries.append(Entry(row: Int32(clamping: row), column: columns[place], value: 1)) }
    }
    return SparseRows(rowCount: rowCount, columnCount: columnCount, entries: entries)
  }
}
