import Catalog
import Ports
import Recommending

/// One shopper's deeds as a request reads them: places with values, newest first.
struct ShopperView: Sendable {
  struct Seen: Sendable, Equatable {
    var place: Int32
    var value: Float
    var isBought: Bool
  }

  /// Each product once, newest first; what the shopper turned down is not in it.
  private(set) var seen: [Seen] = []
  private(set) var boughtAt: [Int32: Timestamp] = [:]
  private(set) var dismissed: Set<Int32> = []
  /// Viewed or clicked, each once, newest first.
  private(set) var viewed: [Int32] = []
  var segment: String?

  /// Products of the history that move the next answer; older ones say little beside them.
  static let maxSeen = 40
  /// The product that was seen last counts 1, each one before it so much of the next, unless the model has learnt otherwise.
  static let usualFading: Float = 0.85

  /// The history as the models take it: places with their values.
  private(set) var context: [(place: Int32, value: Float)] = []
  /// The whole remembered history, of which no part counts less for its age: what a shopper likes outlasts a visit.
  private(set) var whole: [(place: Int32, value: Float)] = []

  init() {}

  /// `deeds` newest first.
  init(_ deeds: [Interaction], shelf: Shelf) {
    var sums: [Int32: Double] = [:]
    var order: [Int32] = []
    for deed in deeds {
      guard let place = shelf.place(of: deed.product) else { continue }
      if sums[place] == nil { order.append(place) }
      sums[place, default: 0] += deed.weight
      switch deed.kind {
      case .purchase: boughtAt[place] = max(boughtAt[place] ?? deed.at, deed.at)
      case .dismiss: dismissed.insert(place)
      case .view, .click: if !viewed.contains(place) { viewed.append(place) }
      case .addToCart, .removeFromCart, .returned, .rating: break
      }
    }
    var fade: Float = 1
    for place in order where !dismissed.contains(place) {
      let weight = Float(sums[place] ?? 0)
      guard weight > 0 else { continue }
      whole.append((place, min(weight, Self.maxWeight)))
      guard seen.count < Self.maxSeen else { continue }
      seen.append(Seen(place: place, value: min(weight, Self.maxWeight) * fade, isBought: boughtAt[place] != nil))
      fade *= shelf.model.fading
    }
    context = seen.map { ($0.place, $0.value) }
  }

  /// Many views of one product do not drown the others.
  static let maxWeight: Float = 8
}

extension ShopperView {
  /// A shopper whose prices are half as high again as the shop's usual ones is of the premium segment, one whose are a
  /// third lower of the budget segment; nil for one in between, and where too little is known.
  func segment(usualPrice usual: Double?, shelf: Shelf) -> String? {
    let prices = seen.compactMap { shelf[$0.place].priceMinorUnits }.filter { $0 > 0 }.map(Double.init).sorted()
    guard let usual, usual > 0, prices.count >= Self.enoughPrices else { return nil }
    let own = prices[prices.count / 2]
    if own >= usual * 1.5 { return "premium" }
    return own <= usual / 1.5 ? "budget" : nil
  }

  private static let enoughPrices = 5
}
