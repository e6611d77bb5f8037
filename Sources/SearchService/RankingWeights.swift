/// The numbers that decide the order of results: found by `vitrine tune`, kept as a file (`RankingWeightsFile`).
///
/// To add one: a property, whose default is what a file means that lacks it (best: no effect), and a row of
/// `parameters`. Files, tuning and the tests of both follow.
public struct RankingWeights: Sendable, Hashable {
  // The weight of a word found in a field.
  public var title = 1.0
  public var brand = 1.0
  public var summary = 1.0
  public var category = 1.0
  public var attributes = 1.0
  /// Names of what a product has: Bluetooth, a touchscreen.
  public var features = 1.0
  /// The share that a word's worse fields add to its best one.
  public var tieBreaker = 0.0
  /// The score of an attribute that says what a word says.
  public var attributeValue = 4.0
  /// The addition for a word as it is written, in the title, as a share of the title's own weight.
  public var exactWord = 0.0
  // Factors of a score.
  /// e to this, for all parts of the query together: what all are worth against none.
  public var missingWord = 0.0
  /// For a product whose head noun is the thing asked for.
  public var head = 1.0
  /// For a product that any part of its title calls so.
  public var otherHead = 1.0
  /// 1 + this for all neighbouring words that stand together in the title.
  public var pair = 0.0
  /// Of a synonym's score: the shopper's own word comes first.
  public var synonym = 1.0
  /// For a product in a category that the query names.
  public var categoryIntent = 1.0
  /// For a product with an accessory in its title, where the thing itself is asked for.
  public var accessoryTitle = 1.0
  /// For a product in a category of accessories then.
  public var accessoryCategory = 1.0
  /// ln(2 + this · popularity).
  public var popularity = 0.0
  /// For a product that is sold out: it sinks, and stays findable.
  public var outOfStock = 1.0

  public init() {}

  /// One of the numbers: its name in files, its bounds, and the step in which it is searched.
  public struct Parameter: Sendable {
    public enum Step: Sendable, Hashable {
      case times(Double)
      case plus(Double)
      /// It is set by hand. Who judges a product for a query sees neither its stock nor its demand, so that judgments of
      /// relevance have nothing to say of them.
      case none
    }

    public let name: String
    public let range: ClosedRange<Double>
    public let step: Step
    private let path: any WritableKeyPath<RankingWeights, Double> & Sendable

    init(
      _ name: String, _ path: any WritableKeyPath<RankingWeights, Double> & Sendable, in range: ClosedRange<Double>,
      by step: Step
    ) {
      self.name = name
      self.path = path
      self.range = range
      self.step = step
    }

    public func value(in weights: RankingWeights) -> Double { weights[keyPath: path] }
    public func set(_ value: Double, in weights: inout RankingWeights) { weights[keyPath: path] = value }

    /// The value that many steps from another; nil outside of the bounds.
    public func value(_ steps: Int, from start: Double) -> Double? {
      let value: Double
      switch step {
      case .none: value = start
      case .plus(let step): value = start + Double(steps) * step
      case .times(let factor):
        // A product of factors, since 0 has no place among powers.
        var scale = 1.0
        for _ in 0..<abs(steps) { scale *= factor }
        value = steps < 0 ? start / scale : start * scale
      }
      // Six digits: a file is read by people, and 0.30000000000000004 says no more than 0.3.
      let rounded = (value * 1_000_000).rounded() / 1_000_000
      return range.contains(rounded) ? rounded : nil
    }

    /// The steps either way that stay within the bounds.
    public func steps(from start: Double) -> ClosedRange<Int> {
      var (lower, upper) = (0, 0)
      guard value(1, from: start) != start else { return 0...0 }
      while value(lower - 1, from: start) != nil { lower -= 1 }
      while value(upper + 1, from: start) != nil { upper += 1 }
      return lower...upper
    }
  }

  /// Every number, in the order of files. A row a number: name, property, bounds, step of the search.
  public static let parameters: [Parameter] = [
    Parameter("title", \.title, in: 0.25...40, by: .times(1.5)),
    Parameter("brand", \.brand, in: 0.1...20, by: .times(1.5)),
    Parameter("summary", \.summary, in: 0.1...20, by: .times(1.5)),
    Parameter("category", \.category, in: 0.1...20, by: .times(1.5)),
    Parameter("attributes", \.attributes, in: 0.1...20, by: .times(1.5)),
    Parameter("features", \.features, in: 0.1...20, by: .times(1.5)),
    Parameter("tie_breaker", \.tieBreaker, in: 0...1, by: .plus(0.1)),
    Parameter("exact_word", \.exactWord, in: 0...1, by: .plus(0.1)),
    Parameter("missing_word", \.missingWord, in: 0...6, by: .plus(0.5)),
    Parameter("head", \.head, in: 1...4, by: .times(1.25)),
    Parameter("other_head", \.otherHead, in: 1...4, by: .times(1.25)),
    Parameter("pair", \.pair, in: 0...1, by: .plus(0.1)),
    Parameter("attribute_value", \.attributeValue, in: 0.25...64, by: .times(2)),
    Parameter("synonym", \.synonym, in: 0.05...1, by: .plus(0.1)),
    Parameter("category_intent", \.categoryIntent, in: 0.5...8, by: .times(1.25)),
    Parameter("accessory_title", \.accessoryTitle, in: 0.1...1, by: .plus(0.1)),
    Parameter("accessory_category", \.accessoryCategory, in: 0.1...1, by: .plus(0.1)),
    Parameter("popularity", \.popularity, in: 0...100, by: .none),
    Parameter("out_of_stock", \.outOfStock, in: 0.1...1, by: .none),
  ]
}
