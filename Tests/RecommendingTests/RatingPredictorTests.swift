// Predicted ratings. What is proved:
// 1. Baseline, slope one and kNN basic give the RMSE and MAE of scikit-surprise 1.1.5's defaults, recorded on generated
//    ratings, to 9 digits.
// 2. Slope one and kNN basic equal their formulae written out over dense matrices, on random ratings.
// 3. SVD and SVD++ are near scikit-surprise's figures (their starts are random) and above the mean; the seed decides.
// 4. What the models know nothing of gets the mean; predictions stay within the scale, even when descent runs away.

import Recommending
import TestSupport
import Testing

@Suite struct RatingPredictorTests {
  private static func error(_ predictor: any RatingPredictor, _ training: RatingTraining) -> RatingError? {
    let (data, part) = (GeneratedInteractions.rows, GeneratedInteractions.part)
    let pairs = part.test.map { UserItem(user: data.rows[$0].user, item: data.rows[$0].item) }
    return RatingError(
      predictions: predictor.predictions(for: pairs, training: training),
      ratings: part.test.map { Double(data.rows[$0].rating) })
  }

  private let training = RatingTraining(GeneratedInteractions.rows, places: GeneratedInteractions.part.train)

  @Test("1: scikit-surprise's figures")
  func recorded() throws {
    for (predictor, rmse, mae) in [
      (RatingBaseline(training), 1.0984265182643054, 0.9049302539735717),
      (SlopeOne(training), 1.1671757614629066, 0.952041003701895),
      (UserKNN(training), 1.0914874190311241, 0.888056040897484),
    ] as [(any RatingPredictor, Double, Double)] {
      let error = try #require(Self.error(predictor, training))
      #expect(error.count == 140)
      #expect(abs(error.rootMeanSquare - rmse) < 1e-9, "\(type(of: predictor)): \(error)")
      #expect(abs(error.meanAbsolute - mae) < 1e-9, "\(type(of: predictor)): \(error)")
    }
  }

  @Test("2: the formulae over dense matrices", arguments: [UInt64(1), 2, 3])
  func dense(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let (users, items) = (12, 9)
    let (sparse, ratings) = GeneratedInteractions.matrix(users, items, sparsity: 3, counts: true, using: &random)
    var rows: [Interactions.Row] = []
    for user in 0..<users {
      for place in sparse.range(user) {
        rows.append(.init(user: Int32(user), item: sparse.columns[place], rating: sparse.values[place], seconds: 0))
      }
    }
    let data = Interactions(
      users: (0..<users).map(String.init), items: (0..<items).map(String.init), rows: rows, hasRatings: true,
      hasTimes: false)
    let training = RatingTraining(data, places: Array(rows.indices))
    var knnOptions = UserKNN.Options()
    knnOptions.neighbours = 3
    let pairs = (0..<users).flatMap { user in (0..<items).map { UserItem(user: Int32(user), item: Int32($0)) } }
    let slopes = SlopeOne(training, workers: 2).estimates(for: pairs)
    let neighbours = UserKNN(training, options: knnOptions, workers: 2).estimates(for: pairs)
    for (place, pair) in pairs.enumerated() {
      let (user, item) = (Int(pair.user), Int(pair.item))
      Self.expect(slopes[place], Self.slopeOne(ratings, user, item), "slope one, seed \(seed), \(pair)")
      Self.expect(neighbours[place], Self.knn(ratings, user, item, 3), "kNN, seed \(seed), \(pair)")
    }
  }

  private static func expect(_ found: Double?, _ expected: Double?, _ comment: String) {
    #expect((found == nil) == (expected == nil), "\(comment)")
    if let found, let expected { #expect(abs(found - expected) < 1e-9, "\(comment)") }
  }

  private static func slopeOne(_ ratings: [[Double]], _ user: Int, _ item: Int) -> Double? {
    let rated = ratings[user].indices.filter { ratings[user][$0] > 0 }
    guard !rated.isEmpty, ratings.contains(where: { $0[item] > 0 }) else { return nil }
    let mean = rated.map { ratings[user][$0] }.reduce(0, +) / Double(rated.count)
    let deviations = rated.compactMap { other -> Double? in
      let both = ratings.filter { $0[item] > 0 && $0[other] > 0 }
      return both.isEmpty ? nil : both.map { $0[item] - $0[other] }.reduce(0, +) / Double(both.count)
    }
    return deviations.isEmpty ? mean : mean + deviations.reduce(0, +) / Double(deviations.count)
  }

  private static func knn(_ ratings: [[Double]], _ user: Int, _ item: Int, _ k: Int) -> Double? {
    guard ratings[user].contains(where: { $0 > 0 }) else { return nil }
    var neighbours: [(similarity: Double, place: Int)] = []
    for other in ratings.indices where ratings[other][item] > 0 {
      let both = ratings[user].indices.filter { ratings[user][$0] > 0 && ratings[other][$0] > 0 }
      guard !both.isEmpty else { continue }
      let squares = both.map { (ratings[user][$0] - ratings[other][$0]) * (ratings[user][$0] - ratings[other][$0]) }
      neighbours.append((1 / (squares.reduce(0, +) / Double(both.count) + 1), other))
    }
    let best = neighbours.sorted { ($1.similarity, $0.place) < ($0.similarity, $1.place) }.prefix(k)
    let weight = best.map(\.similarity).reduce(0, +)
    return weight == 0 ? nil : best.map { $0.similarity * ratings[$0.place][item] }.reduce(0, +) / weight
  }

  @Test("3: factors")
  func factors() throws {
    let svd = try #require(Self.error(RatingFactors(training, options: .standard(seed: 1)), training))
    let again = try #require(Self.error(RatingFactors(training, options: .standard(seed: 1)), training))
    let other = try #require(Self.error(RatingFactors(training, options: .standard(seed: 2)), training))
    let plusPlus = try #require(Self.error(RatingFactors(training, options: .plusPlus(seed: 1)), training))
    // scikit-surprise: 1.0955 and 1.1102 from its own start; ten of its seeds spread by .02.
    #expect(abs(svd.rootMeanSquare - 1.0955) < 0.03, "\(svd)")
    #expect(abs(plusPlus.rootMeanSquare - 1.1102) < 0.03, "\(plusPlus)")
    #expect(svd == again && svd != other)
  }

  @Test("4: unknown users and items, and a descent that runs away")
  func bounds() {
    let rows = [
      Interactions.Row(user: 0, item: 0, rating: 1, seconds: 0), .init(user: 1, item: 0, rating: 4, seconds: 0),
      .init(user: 1, item: 1, rating: 1_000_000, seconds: 0),
    ]
    let data = Interactions(
      users: ["a", "b", "c"], items: ["x", "y", "z"], rows: rows, hasRatings: true, hasTimes: false)
    let training = RatingTraining(data, places: [0, 1])
    let pairs = (0..<3).flatMap { user in (0..<3).map { UserItem(user: user, item: Int32($0)) } }
    var wild = RatingFactors.Options.standard(seed: 1)
    wild.rate = 1_000
    let all = RatingTraining(data, places: [0, 1, 2])
    for (predictor, training) in [
      (RatingBaseline(training), training), (SlopeOne(training), training), (UserKNN(training), training),
      (RatingFactors(all, options: wild), all),
    ] as [(any RatingPredictor, RatingTraining)] {
      let predictions = predictor.predictions(for: pairs, training: training)
      #expect(predictions.allSatisfy { (1...1_000_000).contains($0) }, "\(type(of: predictor)): \(predictions)")
    }
    #expect(SlopeOne(training).predictions(for: [.init(user: 2, item: 2)], training: training) == [2.5])
  }
}
