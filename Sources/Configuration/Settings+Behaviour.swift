extension Settings {
  /// The days that shoppers' behaviour is kept, and how much one visitor may send.
  public struct Behaviour: Sendable {
    public let browsingDays: Int
    public let orderDays: Int
    public let shownDays: Int
    public let visitorEventsPerSecond: Int
    public let trendingShoppers: Int

    init(_ config: ConfigReader) {
      browsingDays = config.int(
        forKey: "browsingDays", default: 365, in: 8...3_650,
        "Days that views, clicks and carts are kept, with the shopper in hashed form.")
      orderDays = config.int(
        forKey: "orderDays", default: 7_300, in: 30...36_500,
        "Days that purchases, returns and ratings are kept, with the shopper in hashed form.")
      shownDays = config.int(
        forKey: "shownDays", default: 30, in: 8...400,
        "Days that lists as they were shown are kept, and events about products that the catalog never got.")
      visitorEventsPerSecond = config.int(
        forKey: "visitorEventsPerSecond", default: 50, in: 1...1_000_000,
        "Events a second that one visitor may send; a burst of 40 seconds' worth is allowed.")
      trendingShoppers = config.int(
        forKey: "trendingShoppers", default: 3, in: 1...10_000,
        "Different shoppers that must have looked at a product lately before it is among those that rise now.")
    }
  }
}
