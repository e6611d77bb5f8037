// Models that make lists. What is proved:
// 1. Recall and nDCG on generated choices are those of numpy (popularity, full cosine, EASE in closed form), recorded, to
//    9 digits; similarities are those of implicit 0.7.3 in each of its weightings.
// 2. Item kNN equals the weighted matrix's products over dense rows, cut to the best, for every weighting.
// 3. EASE equals the closed form by Gauss-Jordan elimination, in double and in single precision.
// 4. ALS solves the dense normal equations; folded-in factors equal them; from implicit's start it ends at implicit's
//    scores; the threads do not matter.
// 5. Explanations add up to the score.
// 6. Popularity fades by its half-life, within a period, by category.
// 7. The best of a list of scores: highest first, equal ones by place, nothing that was left out.

import TestSupport
import Testing

@testable import Recommending

@Suite struct ListModelTests {
  @Test("1: recorded figures")
  func recorded() throws {
    let heldOut = GeneratedInteractions.heldOut
    let train = heldOut.train
    let cosine = ItemKNN.fit(train, options: .init(weighting: .cosine, neighbours: nil))
    for (name, measure, recall, ndcg) in [
      ("popularity", TopNMeasure(heldOut, model: Popularity(train)), 0.47, 0.35216168558966027),
      ("cosine", TopNMeasure(heldOut, model: cosine), 0.31, 0.23048287272641782),
      (
        "EASE", TopNMeasure(heldOut, model: try EASE(train, regularization: 20)), 0.27666666666666667,
        0.22959694055558516
      ),
    ] {
      let measure = try #require(measure)
      #expect(abs(measure.recall - recall) < 1e-9, "\(name): \(measure.recall)")
      #expect(abs(measure.ndcg - ndcg) < 1e-9, "\(name): \(measure.ndcg)")
    }
  }

  @Test("1: implicit's similarities")
  func implicitSimilarities() {
    for (weighting, pairs, sum) in [
      (.cosine, [0.42600643, 0.28347335, 0.35355339], 136.12939158),
      (.tfidf, [0.37934807, 0.19191696, 0.30901815], 119.12916452),
      (.bm25, [8.71560950, 5.50723414, 7.31835397], 2610.90857767),
    ] as [(InteractionWeighting, [Double], Double)] {
      let model = ItemKNN.fit(
        GeneratedInteractions.heldOut.train, options: .init(weighting: weighting, neighbours: nil))
      let all = (0..<40).map { model.neighbours(of: Int32($0), atMost: 40) }
      #expect(all.reduce(0) { $0 + $1.count } == 632)
      let found = all.joined().reduce(0) { $0 + Double($1.weight) }
      #expect(abs(found / sum - 1) < 1e-6, "\(weighting): \(found)")
      for ((item, other), expected) in zip([(0, 1), (3, 7), (10, 2)], pairs) {
        let weight = all[item].first { $0.item == other }.map { Double($0.weight) } ?? 0
        #expect(abs(weight / expected - 1) < 1e-6, "\(weighting): \(weight)")
      }
    }
  }

  @Test("2: item kNN over dense rows", arguments: [InteractionWeighting.cosine, .tfidf, .bm25])
  func itemKNN(weighting: InteractionWeighting) {
    for seed in 1...4 as ClosedRange<UInt64> {
      var random = SeededGenerator(seed: seed)
      // Many items with few users each, and few with many: both ways of summing.
      let (users, items) = seed % 2 == 0 ? (8, 300) : (40, 25)
      let (sparse, dense) = GeneratedInteractions.matrix(users, items, sparsity: 12, counts: true, using: &random)
      let weighted = Self.weighted(dense, weighting)
      for limit in [nil, 3] as [Int?] {
        let model = ItemKNN.fit(sparse, options: .init(weighting: weighting, neighbours: limit, workers: 2))
        for item in 0..<items {
          var expected = (0..<items).filter { $0 != item }.map { other in
            (item: Int32(other), weight: weighted.reduce(0) { $0 + $1[item] * $1[other] })
          }.filter { $0.weight > 1e-9 }.sorted { $0.weight > $1.weight }
          if let limit { expected = Array(expected.prefix(limit)) }
          let found = model.neighbours(of: Int32(item), atMost: items)
          #expect(found.count == expected.count, "\(weighting), seed \(seed), item \(item)")
          for (found, expected) in zip(found, expected) {
            #expect(abs(Double(found.weight) - expected.weight) < 1e-4 * max(1, expected.weight), "seed \(seed)")
          }
        }
      }
    }
  }

  private static func weighted(_ dense: [[Double]], _ weighting: InteractionWeighting) -> [[Double]] {
    let items = dense[0].count
    func column(_ item: Int, _ rows: [[Double]]) -> [Double] { rows.map { $0[item] } }
    func idf(_ row: [Double]) -> Double { logarithm(Double(items) / Double(1 + row.count { $0 > 0 })) }
    var rows = dense
    switch weighting {
    case .cosine: break
    case .tfidf: rows = dense.map { row in row.map { $0.squareRoot() * idf(row) } }
    case .bm25(let k1, let b):
      let sums = (0..<items).map { column($0, dense).reduce(0, +) }
      let mean = sums.reduce(0, +) / Double(items)
      return dense.map { row in
        row.indices.map { item in
          let length = 1 - Double(b) + Double(b) * sums[item] / mean
          return row[item] * (Double(k1) + 1) / (Double(k1) * length + row[item]) * idf(row)
        }
      }
    }
    let lengths = (0..<items).map { column($0, rows).map { $0 * $0 }.reduce(0, +).squareRoot() }
    return rows.map { row in row.indices.map { lengths[$0] > 0 ? row[$0] / lengths[$0] : 0 } }
  }

  @Test("3: EASE's closed form", arguments: [UInt64(5), 6])
  func ease(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let (sparse, dense) = GeneratedInteractions.matrix(50, 17, sparsity: 4, counts: seed == 6, using: &random)
    var gram = (0..<17).map { row in (0..<17).map { column in dense.reduce(0) { $0 + $1[row] * $1[column] } } }
    for item in 0..<17 { gram[item][item] += 30 }
    let inverse = inverted(gram)
    for precision in [EASE.Precision.double, .single] {
      let model = try EASE(sparse, regularization: 30, precision: precision)
      for row in 0..<17 {
        for column in 0..<17 {
          let expected = row == column ? 0 : -inverse[row][column] / inverse[column][column]
          #expect(abs(Double(model.weight(from: Int32(row), to: Int32(column))) - expected) < 1e-5)
        }
      }
      let short = model.shortened(to: 4)
      #expect((0..<17).allSatisfy { short.neighbours(of: Int32($0), atMost: 17).count == 4 })
    }
  }

  @Test("3: too many items are refused")
  func easeLimit() {
    let rows = SparseRows(rowCount: 1, columnCount: EASE.maxItems + 1, entries: [SparseRows.Entry]())
    #expect(throws: EASE.TooManyItems.self) { try EASE(rows) }
  }

  @Test("4: ALS and the dense normal equations", arguments: [UInt64(7), 8])
  func alternatingLeastSquares(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let (sparse, dense) = GeneratedInteractions.matrix(20, 15, sparsity: 3, counts: true, using: &random)
    var options = ImplicitALS.Options(factors: 5, regularization: 0.3, alpha: 2, workers: 2)
    options.iterations = 2
    // As many steps as factors solve a row exactly.
    options.conjugateGradientSteps = 12
    let als = ImplicitALS(sparse, options: options)
    let items = (0..<15).map { item in (0..<5).map { Double(als.items[item * 5 + $0]) } }
    for user in 0..<20 {
      let expected = Self.solution(dense[user], items, regularization: 0.3, alpha: 2)
      let folded = als.foldIn(History(sparse, user: user))
      for factor in 0..<5 { #expect(abs(Double(folded[factor]) - expected[factor]) < 1e-3, "seed \(seed)") }
    }
    // The last half-step solved the items with the users fixed.
    let users = (0..<20).map { user in (0..<5).map { Double(als.users[user * 5 + $0]) } }
    for item in 0..<15 {
      let expected = Self.solution(dense.map { $0[item] }, users, regularization: 0.3, alpha: 2)
      for factor in 0..<5 { #expect(abs(items[item][factor] - expected[factor]) < 1e-3, "seed \(seed)") }
    }
    options.workers = 1
    #expect(ImplicitALS(sparse, options: options).items == als.items)
  }

  /// (Σ c y yᵀ + λ I)⁻¹ Σ c p y over all of the other side, c = 1 where nothing was chosen.
  private static func solution(
    _ values: [Double], _ others: [[Double]], regularization: Double, alpha: Double
  ) -> [Double] {
    let order = others[0].count
    var matrix = [[Double]](repeating: .init(repeating: 0, count: order), count: order)
    var right = [Double](repeating: 0, count: order)
    for (value, other) in zip(values, others) {
      let confidence = value > 0 ? alpha * value : 1
      for row in 0..<order {
        if value > 0 { right[row] += confidence * other[row] }
        for column in 0..<order { matrix[row][column] += confidence * other[row] * other[column] }
      }
    }
    for row in 0..<order { matrix[row][row] += regularization }
    let inverse = inverted(matrix)
    return (0..<order).map { row in (0..<order).reduce(0) { $0 + inverse[row][$1] * right[$1] } }
  }

  @Test("4: implicit's scores from the same start")
  func implicitScores() {
    func start(_ count: Int) -> [Float] { (0..<count * 4).map { Float(Double($0 * 37 % 101) / 101 * 0.01) } }
    let options = ImplicitALS.Options(factors: 4, regularization: 0.5, alpha: 3, workers: 2)
    let als = ImplicitALS(GeneratedInteractions.heldOut.train, options: options, users: start(60), items: start(40))
    var scores = [Float](repeating: 0, count: 40)
    als.score(user: 0, into: &scores)
    for (found, expected) in zip(scores, [0.07682014, 0.2828881, 0.08100661, 1.0236757, 0.6063253] as [Float]) {
      #expect(abs(found - expected) < 1e-3, "\(scores.prefix(5))")
    }
    als.score(user: 33, into: &scores)
    #expect(abs(scores[17] - 0.3369557) < 1e-3)
  }

  @Test("5: explanations add up")
  func contributions() throws {
    let train = GeneratedInteractions.heldOut.train
    let als = ImplicitALS(train, options: .init(factors: 8, regularization: 1, alpha: 2))
    let models: [any Explaining] = [
      ItemKNN.fit(train), try EASE(train, regularization: 20), als, try EASE(train).shortened(to: 10),
    ]
    for model in models {
      for user in [0, 7, 33] {
        let history = History(train, user: user)
        var scores = [Float](repeating: 0, count: model.itemCount)
        model.score(history, into: &scores)
        for item in 0..<Int32(model.itemCount) {
          let parts = model.contributions(to: item, from: history)
          let sum = parts.reduce(0) { $0 + $1.share }
          #expect(abs(sum - scores[Int(item)]) < 1e-3, "\(type(of: model)), item \(item): \(sum), \(scores[Int(item)])")
          #expect(parts.map(\.share) == parts.map(\.share).sorted(by: >))
        }
      }
    }
  }

  @Test("6: popularity")
  func popularity() {
    let rows: [Interactions.Row] = [
      .init(user: 0, item: 0, rating: 1, seconds: 1_000), .init(user: 1, item: 0, rating: 1, seconds: 900),
      .init(user: 2, item: 1, rating: 2, seconds: 800), .init(user: 0, item: 2, rating: 1, seconds: 0),
    ]
    #expect(Popularity(itemCount: 4, rows: rows).scores == [2, 2, 1, 0])
    #expect(Popularity(itemCount: 4, rows: rows, options: .init(halfLifeSeconds: 100)).scores.prefix(2) == [1.5, 0.5])
    let recent = Popularity(itemCount: 4, rows: rows, options: .init(period: 850..<1_001))
    #expect(recent.scores == [2, 0, 0, 0])
    let best = Popularity(itemCount: 4, rows: rows).best(2, byCategory: [[1], [1, 2], [1], [2]])
    #expect(best == [1: [0, 1], 2: [1]])
  }

  @Test("7: the best of scores")
  func ranked() {
    #expect(Ranked.best(3, of: [1, 5, -.infinity, 5, 2]) == [1, 3, 4])
    #expect(Ranked.best(9, of: [1, -.infinity, 1]) == [0, 2])
    var random = SeededGenerator(seed: 9)
    for _ in 0..<50 {
      let scores = (0..<40).map { _ in Float(Int.random(in: 0..<12, using: &random)) }
      let expected = scores.indices.sorted { (scores[$1], $0) < (scores[$0], $1) }.prefix(7).map(Int32.init)
      #expect(Ranked.best(7, of: scores) == expected)
    }
  }
}
