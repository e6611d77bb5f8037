/// The weights of models, by class of demand.
public struct EnsembleWeights: Sendable, Equatable {
  /// The weights of each class, by name of model; they sum to 1.
  public internal(set) var byClass: [DemandClass: [String: Double]] = [:]

  /// The start, before any backtest: .4 of the additive model, .6 of the learner of all series.
  public static func start(learner: String) -> [String: Double] { ["additive": 0.4, learner: 0.6] }

  /// Fewer windows of a class cannot tell models apart.
  static let fewestWindows = 12
  private static let rounds = 20
  private static let freeBias = 0.1
  /// The addition of a bias of 100 % to the error, as a part of it.
  private static let biasPrice = 5.0

  /// The weighted mean of the forecasts at hand; weights of absent models go to the others.
  public static func blended(_ forecasts: [String: [Double]], _ weights: [String: Double]) -> [Double]? {
    let present = weights.filter { $0.value > 0 && forecasts[$0.key] != nil }
    let sum = present.values.reduce(0, +)
    guard sum > 0 else { return forecasts.min { $0.key < $1.key }?.value }
    var result: [Double]?
    // In the order of names, so that sums round alike in every run.
    for (name, weight) in present.sorted(by: { $0.key < $1.key }) {
      guard let forecast = forecasts[name] else { continue }
      let part = forecast.map { $0 * weight / sum }
      result = result.map { zip($0, part).map(+) } ?? part
    }
    return result
  }

  /// Weights by greedy choice with replacement (Caruana et al. 2004): the model whose addition lowers the mean scaled
  /// error most is added, `rounds` times; the best mix on the way stays.
  ///
  /// The least absolute error of rare demand is near zero, which would order nothing. So a mix whose sum is further from
  /// the demand than `freeBias` pays for it.
  static func chosen(_ windows: [Window], names: [String]) -> [String: Double]? {
    let names = names.filter { name in windows.allSatisfy { $0.forecasts[name] != nil } }
    guard windows.count >= fewestWindows, !names.isEmpty else { return nil }
    let demand = max(windows.reduce(0) { $0 + $1.actual.reduce(0, +) }, 1e-9)
    var sums = windows.map { [Double](repeating: 0, count: $0.actual.count) }
    var counts: [String: Int] = [:]
    var best: (error: Double, counts: [String: Int])?
    for round in 1...rounds {
      var choice: (error: Double, name: String)?
      for name in names {
        var (error, bias) = (0.0, 0.0)
        for (index, window) in windows.enumerated() {
          let forecast = window.forecasts[name] ?? []
          var absolute = 0.0
          for step in window.actual.indices {
            let difference = (sums[index][step] + forecast[step]) / Double(round) - window.actual[step]
            absolute += abs(difference)
            bias += difference
          }
          error += absolute * window.weight
        }
        error *= 1 + biasPrice * max(0, abs(bias) / demand - freeBias)
        if error < choice?.error ?? .infinity { choice = (error, name) }
      }
      guard let choice else { return nil }
      counts[choice.name, default: 0] += 1
      for (index, window) in windows.enumerated() {
        for (step, value) in (window.forecasts[choice.name] ?? []).enumerated() { sums[index][step] += value }
      }
      if choice.error < best?.error ?? .infinity { best = (choice.error, counts) }
    }
    guard let best else { return nil }
    let total = Double(best.counts.values.reduce(0, +))
    return best.counts.mapValues { Double($0) / total }
  }

  /// The models' forecasts of one series at one origin, and the demand that came.
  struct Window: Sendable {
    let actual: [Double]
    let forecasts: [String: [Double]]
    /// 1 / (scale · steps)
    let weight: Double
  }
}
