public import Catalog
public import JSON

/// The limits that a pricing manager sets for the price desk: a value that is published with a number.
public struct PriceDeskRules: Hashable, Sendable {
  public enum Mode: String, Sendable, CaseIterable {
    /// A person publishes each price.
    case recommend
    /// Proposals within the band are published by the job that makes them.
    case automatic
  }

  public var mode = Mode.recommend
  /// The kill switch: no price changes.
  public var isStopped = false
  /// A share of the price.
  public var leastMargin = percent(5)
  public var maxChangeADay = percent(10)
  public var maxChangeAWeek = percent(20)
  public var leastHoursBetweenChanges: Int64 = 24
  /// The largest change that is published without a person.
  public var automaticBand = percent(3)
  /// The share of products that keep their prices, to measure against.
  public var holdout = percent(10)

  public static let allowedHours: ClosedRange<Int64> = 1...8_760

  public init() {}

  private static func percent(_ number: Int64) -> Share { Share(partsPerMillion: number * 10_000) ?? .zero }

  /// The rails that proposals and typed prices keep.
  public func rails(in currency: Currency) -> GuardRails {
    GuardRails(
      isStopped: isStopped, leastHoursBetweenChanges: leastHoursBetweenChanges, leastMargin: leastMargin,
      maxChangeADay: maxChangeADay, maxChangeAWeek: maxChangeAWeek, currency: currency)
  }

  private static let names: Set<String> = [
    "mode", "stopped", "least_margin_percent", "max_change_day_percent", "max_change_week_percent",
    "least_hours_between_changes", "automatic_band_percent", "holdout_percent",
  ]

  /// Reads rules; a member that is missing keeps the value in `standard`.
  public init(json: JSONValue, standard: PriceDeskRules = PriceDeskRules()) throws(PriceFileError) {
    self = standard
    let fields = try JSONFields(json, path: "", names: Self.names)
    mode = try fields.word("mode", Mode.self) ?? mode
    isStopped = try fields.flag("stopped") ?? isStopped
    leastMargin = try Self.share(fields, "least_margin_percent", 0...90) ?? leastMargin
    maxChangeADay = try Self.share(fields, "max_change_day_percent", 1...50) ?? maxChangeADay
    maxChangeAWeek = try Self.share(fields, "max_change_week_percent", 1...90) ?? maxChangeAWeek
    automaticBand = try Self.share(fields, "automatic_band_percent", 0...20) ?? automaticBand
    holdout = try Self.share(fields, "holdout_percent", 0...50) ?? holdout
    if let hours = try fields.optionalWhole("least_hours_between_changes") {
      guard Self.allowedHours.contains(hours) else {
        throw fields.error("least_hours_between_changes", "must be from 1 to 8760")
      }
      leastHoursBetweenChanges = hours
    }
    guard maxChangeADay <= maxChangeAWeek else {
      throw fields.error("max_change_week_percent", "must be at least the largest change a day, \(maxChangeADay)")
    }
  }

  private static func share(
    _ fields: JSONFields, _ name: String, _ allowed: ClosedRange<Int64>
  ) throws(PriceFileError) -> Share? {
    guard let share = try fields.optionalShare(name) else { return nil }
    guard share >= percent(allowed.lowerBound), share <= percent(allowed.upperBound) else {
      throw fields.error(name, "must be from \(allowed.lowerBound) to \(allowed.upperBound)")
    }
    return share
  }

  public var json: JSONValue {
    [
      "mode": .string(mode.rawValue), "stopped": .bool(isStopped),
      "least_margin_percent": .string(leastMargin.percentText),
      "max_change_day_percent": .string(maxChangeADay.percentText),
      "max_change_week_percent": .string(maxChangeAWeek.percentText),
      "least_hours_between_changes": .int(leastHoursBetweenChanges),
      "automatic_band_percent": .string(automaticBand.percentText), "holdout_percent": .string(holdout.percentText),
    ]
  }
}
