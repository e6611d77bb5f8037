/// A taste, or a product's match for it: a point in a space of eight hidden dimensions.
struct Taste: Sendable {
  static let dimensions = 8
  private(set) var values: SIMD8<Double>

  init(_ stream: inout RandomStream, deviation: Double) {
    values = .zero
    for index in 0..<Self.dimensions { values[index] = stream.normal() * deviation }
  }

  private init(_ values: SIMD8<Double>) { self.values = values }

  static func + (left: Taste, right: Taste) -> Taste { Taste(left.values + right.values) }

  /// The inner product, added from the first dimension to the last so that the sum is the same on every machine.
  func affinity(_ other: Taste) -> Double {
    var sum = 0.0
    for index in 0..<Self.dimensions { sum += values[index] * other.values[index] }
    return sum
  }
}

/// The hidden properties of a product that decide how it sells.
struct ProductTruth: Sendable {
  var kind: Int
  /// The kind's place in the space of tastes, plus the product's own offset from it.
  var taste: Taste
  /// The product's quality, around 0: ratings, clicks and purchases show it.
  var quality: Double
  /// In pence, before price steps and promotions.
  var basePence: Double
  /// The rank by demand in its slot; 0 has the highest demand.
  var rank: Int
}

/// The hidden properties of a customer.
struct CustomerTruth: Sendable {
  var taste: Taste
  /// β: the logit of a purchase falls by β times ln(price / base price).
  var priceSensitivity: Double
  /// Visits a day while active.
  var visitRate: Double
  /// Days of the history, from 0; may lie before it or after it.
  var joinedDay: Int
  var churnedDay: Int
  /// Whether the customer is a company: it buys on weekdays, by the trade list, several pieces at a time.
  var isCompany: Bool
  /// How readily the customer returns products; 1 on average.
  var returnFactor: Double
  /// The size and the colour that the customer chooses among a product's.
  var sizeIndex: Int
  var favouriteColour: Int
  var device: Int
}

/// The constants of shoppers' decisions. They are written to `truth/model.ndjson`.
enum DecisionModel {
  /// A shopper looks at position r (from 1) with probability r^-η.
  static let positionBias = 0.65
  /// Logit of a click on a product looked at: κ + taste + quality + promotion.
  static let clickIntercept = -1.3
  static let clickTaste = 0.55
  static let clickQuality = 0.5
  static let clickPromotion = 0.4
  /// Logit of putting a viewed product into the cart: γ + taste + quality - β ln(price / base).
  static let cartIntercept = -2.2
  static let cartTaste = 0.5
  static let cartQuality = 0.5
  /// Probability that a cart becomes an order.
  static let checkout = 0.6
  /// How strongly taste decides the kind that a shopper looks for.
  static let kindTaste = 1.1
  /// The power law of demand within a slot.
  static let popularityExponent = 0.8
  /// Mean days from joining to leaving for good.
  static let meanLifeDays = 540.0
}
