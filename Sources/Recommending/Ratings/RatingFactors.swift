internal import Ranking
internal import Statistics

/// Matrix factorization with biases by stochastic gradient descent: r̂ = μ + bᵤ + bᵢ + qᵢᵀ(pᵤ + |N(u)|^−½ Σ yⱼ), the sum over
/// the items that u rated (Koren 2008). Without the yⱼ it is "SVD" (Funk 2006; equation 5 of Koren, Bell and Volinsky
/// 2009), with them SVD++.
///
/// Each step goes down the gradient of (r − r̂)² + λ (bᵤ² + bᵢ² + |pᵤ|² + |qᵢ|² + Σ |yⱼ|²), user by user as Surprise does.
/// The start is random, so figures move in the third decimal with the seed.
public struct RatingFactors: RatingPredictor {
  public struct Options: Sendable {
    public var factors = 100
    public var epochs = 20
    /// γ
    public var rate: Float = 0.005
    /// λ
    public var regularization: Float = 0.02
    /// The deviation of the factors' random start.
    public var startDeviation = 0.1
    /// SVD++ where true.
    public var usesImplicitItems = false
    public var seed: UInt64 = 1

    public init() {}

    /// Surprise's defaults for SVD.
    public static func standard(seed: UInt64) -> Options {
      var options = Options()
      options.seed = seed
      return options
    }

    /// Surprise's defaults for SVD++.
    public static func plusPlus(seed: UInt64) -> Options {
      var options = standard(seed: seed)
      options.factors = 20
      options.rate = 0.007
      options.usesImplicitItems = true
      return options
    }
  }

  private let options: Options
  private let training: RatingTraining
  private var userBias: [Float]
  private var itemBias: [Float]
  /// p, q and y, a row of `factors` for each user or item.
  private var users: [Float]
  private var items: [Float]
  private var implicit: [Float]

  public init(_ training: RatingTraining, options: Options = Options()) {
    precondition(
      options.factors > 0 && options.epochs >= 0 && options.rate > 0, "factors, epochs and rate must be above 0")
    self.training = training
    self.options = options
    let (userCount, itemCount) = (training.byUser.rowCount, training.byItem.rowCount)
    var random = SplitMix64(seed: options.seed)
    func start(_ rows: Int) -> [Float] {
      (0..<rows * options.factors).map { _ in Float(random.normal() * options.startDeviation) }
    }
    userBias = .init(repeating: 0, count: userCount)
    itemBias = .init(repeating: 0, count: itemCount)
    users = start(userCount)
    items = start(itemCount)
    implicit = options.usesImplicitItems ? start(itemCount) : []
    train()
  }

  private mutating func train() {
    let (training, options) = (training, options)
    var sum = [Float](repeating: 0, count: options.factors)
    userBias.withUnsafeMutableBufferPointer { userBias in
      itemBias.withUnsafeMutableBufferPointer { itemBias in
        users.withUnsafeMutableBufferPointer { users in
          items.withUnsafeMutableBufferPointer { items in
            implicit.withUnsafeMutableBufferPointer { implicit in
              sum.withUnsafeMutableBufferPointer { sum in
                let descent = Descent(
                  options: options, mean: Float(training.mean), ratings: training.byUser, userBias: userBias,
                  itemBias: itemBias, users: users, items: items, implicit: implicit, sum: sum)
                for _ in 0..<options.epochs {
                  for user in 0..<training.byUser.rowCount { descent.step(user) }
                }
              }
            }
          }
        }
      }
    }
  }

  /// One user's ratings as steps down; the arrays are the model's own.
  private struct Descent {
    let options: Options
    let mean: Float
    let ratings: SparseRows
    let userBias, itemBias, users, items, implicit, sum: UnsafeMutableBufferPointer<Float>

    func step(_ user: Int) {
      let (rate, regularization, factors) = (options.rate, options.regularization, options.factors)
      let places = ratings.range(user)
      let user = (index: user, start: user * factors)
      for factor in 0..<factors { sum[factor] = 0 }
      for place in places {
        if options.usesImplicitItems { sumImplicit(places) }
        let item = Int(ratings.columns[place])
        let itemStart = item * factors
        var product: Float = 0
        for factor in 0..<factors { product += items[itemStart + factor] * (users[user.start + factor] + sum[factor]) }
        let error = ratings.values[place] - (mean + userBias[user.index] + itemBias[item] + product)
        userBias[user.index] += rate * (error - regularization * userBias[user.index])
        itemBias[item] += rate * (error - regularization * itemBias[item])
        if options.usesImplicitItems { stepImplicit(places, itemStart, error / Float(places.count).squareRoot()) }
        for factor in 0..<factors {
          let (p, q) = (users[user.start + factor], items[itemStart + factor])
          users[user.start + factor] += rate * (error * q - regularization * p)
          items[itemStart + factor] += rate * (error * (p + sum[factor]) - regularization * q)
        }
      }
    }

    /// |N(u)|^−½ Σ yⱼ
    private func sumImplicit(_ places: Range<Int>) {
      let factors = options.factors
      for factor in 0..<factors { sum[factor] = 0 }
      for place in places {
        let start = Int(ratings.columns[place]) * factors
        for factor in 0..<factors { sum[factor] += implicit[start + factor] }
      }
      let share = 1 / Float(places.count).squareRoot()
      for factor in 0..<factors { sum[factor] *= share }
    }

    private func stepImplicit(_ places: Range<Int>, _ itemStart: Int, _ error: Float) {
      let (rate, regularization, factors) = (options.rate, options.regularization, options.factors)
      for place in places {
        let start = Int(ratings.columns[place]) * factors
        for factor in 0..<factors {
          implicit[start + factor] +=
            rate * (error * items[itemStart + factor] - regularization * implicit[start + factor])
        }
      }
    }
  }

  /// A user or an item that was not learnt adds nothing but its bias of 0.
  public func estimates(for pairs: [UserItem]) -> [Double?] {
    var sum = [Float](repeating: 0, count: options.factors)
    var summed: Int?
    return pairs.map { pair in
      let (user, item) = (Int(pair.user), Int(pair.item))
      let biases = Double(userBias[user]) + Double(itemBias[item])
      guard training.isKnown(user: user), training.isKnown(item: item) else { return training.mean + biases }
      if summed != user { sumImplicit(of: user, into: &sum) }
      summed = user
      let (userStart, itemStart) = (user * options.factors, item * options.factors)
      var product = 0.0
      for factor in 0..<options.factors {
        product += Double(items[itemStart + factor]) * Double(users[userStart + factor] + sum[factor])
      }
      return training.mean + biases + product
    }
  }

  /// |N(u)|^−½ Σ yⱼ; 0 without them.
  private func sumImplicit(of user: Int, into sum: inout [Float]) {
    guard options.usesImplicitItems else { return }
    let places = training.byUser.range(user)
    for factor in sum.indices {
      sum[factor] = places.reduce(0) { $0 + implicit[Int(training.byUser.columns[$1]) * options.factors + factor] }
      sum[factor] /= Float(places.count).squareRoot()
    }
  }
}
