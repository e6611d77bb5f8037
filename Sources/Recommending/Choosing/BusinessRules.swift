public import JSON

/// The rules by which the shop's staff lift and lower products in lists of recommendations: a published value, as a file of JSON.
///
///     {"rules": [{"name": "margin", "when": {"margin_share_above": 0.4}, "factor": 1.2},
///                {"name": "winter", "when": {"category": "coats", "months": [11, 12, 1]}, "factor": 1.3}]}
public struct BusinessRules: Sendable, Equatable {
  public static let maxRules = 100
  private static let maxNameCharacters = 100
  private static let maxFactor = 10.0

  /// All of what is given must hold.
  public struct Condition: Sendable, Equatable {
    public var marginShareAbove: Double?
    public var stockAbove: Double?
    public var trendingAbove: Double?
    public var priceAbove: Double?
    public var priceBelow: Double?
    /// The shopper's segment, as `premium` or `budget`.
    public var segment: String?
    /// The slug of a category that the product stands in, at any depth.
    public var category: String?
    /// The season: months of the year, 1 to 12. Empty: all of them.
    public var months: [Int]
    public var device: DeviceClass?

    public init(
      marginShareAbove: Double? = nil, stockAbove: Double? = nil, trendingAbove: Double? = nil,
      priceAbove: Double? = nil, priceBelow: Double? = nil, segment: String? = nil, category: String? = nil,
      months: [Int] = [], device: DeviceClass? = nil
    ) {
      self.marginShareAbove = marginShareAbove
      self.stockAbove = stockAbove
      self.trendingAbove = trendingAbove
      self.priceAbove = priceAbove
      self.priceBelow = priceBelow
      self.segment = segment
      self.category = category
      self.months = months
      self.device = device
    }

    /// A condition on an unknown fact of the item or the shopper does not hold.
    func holds(_ facts: CandidateFacts, in context: Context) -> Bool {
      func isAbove(_ value: Double?, _ bound: Double?) -> Bool {
        bound.map { bound in value.map { $0 > bound } ?? false } ?? true
      }
      return isAbove(facts.marginShare, marginShareAbove) && isAbove(Double(facts.stock), stockAbove)
        && isAbove(facts.trending, trendingAbove) && isAbove(facts.price, priceAbove)
        && (priceBelow.map { bound in facts.price.map { $0 < bound } ?? false } ?? true)
        && (segment.map { $0 == context.segment } ?? true) && (category.map(facts.categories.contains) ?? true)
        && (months.isEmpty || context.month.map(months.contains) ?? false)
        && (device.map { $0 == context.device } ?? true)
    }
  }

  /// The facts that a rule may know of the request.
  public struct Context: Sendable, Equatable {
    public var segment: String?
    /// 1 to 12.
    public var month: Int?
    public var device: DeviceClass?

    public init(segment: String? = nil, month: Int? = nil, device: DeviceClass? = nil) {
      self.segment = segment
      self.month = month
      self.device = device
    }
  }

  public struct Rule: Sendable, Equatable {
    public var name: String
    public var condition: Condition
    public var factor: Double

    public init(name: String, condition: Condition, factor: Double) {
      self.name = name
      self.condition = condition
      self.factor = factor
    }
  }

  public var rules: [Rule]

  public init(rules: [Rule]) { self.rules = rules }

  /// The rules in force until staff publish others.
  public static let standard = BusinessRules(rules: [
    Rule(name: "margin", condition: .init(marginShareAbove: 0.4), factor: 1.2),
    Rule(name: "stock", condition: .init(stockAbove: 100), factor: 1.1),
    Rule(name: "trending", condition: .init(trendingAbove: 0.8), factor: 1.15),
    Rule(name: "premium", condition: .init(priceAbove: 100, segment: "premium"), factor: 1.1),
    Rule(name: "budget", condition: .init(priceBelow: 50, segment: "budget"), factor: 1.1),
  ])

  /// The rules that hold, in their order; a score is multiplied by the factor of each.
  public func applied(to facts: CandidateFacts, in context: Context = Context()) -> [Rule] {
    rules.filter { $0.condition.holds(facts, in: context) }
  }

  /// Why a file of rules is refused.
  public struct Fault: Error, Sendable, Equatable, CustomStringConvertible {
    public let reason: String
    public var description: String { "business rules: \(reason)" }
  }

  private static var numbers: [String: WritableKeyPath<Condition, Double?>] {
    [
      "margin_share_above": \.marginShareAbove, "stock_above": \.stockAbove, "trending_above": \.trendingAbove,
      "price_above": \.priceAbove, "price_below": \.priceBelow,
    ]
  }

  public init(_ json: JSONValue) throws(Fault) {
    guard let list = json["rules"]?.array, json.object?.names == ["rules"] else {
      throw Fault(reason: "an object with the one member `rules`, a list, is expected")
    }
    guard list.count <= Self.maxRules else {
      throw Fault(reason: "\(list.count) rules; \(Self.maxRules) are the most")
    }
    rules = []
    for (place, entry) in list.enumerated() { rules.append(try Self.rule(entry, "rule \(place + 1)")) }
  }

  private static func rule(_ json: JSONValue, _ place: String) throws(Fault) -> Rule {
    guard let name = json["name"]?.string, (1...maxNameCharacters).contains(name.count) else {
      throw Fault(reason: "\(place): `name` must be a text of 1 to \(maxNameCharacters) characters")
    }
    guard let factor = json["factor"]?.double, (0...maxFactor).contains(factor) else {
      throw Fault(reason: "\(place): `factor` must be a number from 0 to \(maxFactor)")
    }
    guard let when = json["when"]?.object, !when.isEmpty else {
      throw Fault(reason: "\(place): `when` must be an object with a condition")
    }
    var condition = Condition()
    for member in when.members {
      if try take(member, into: &condition, place) { continue }
      if let path = numbers[member.name], let number = member.value.double, number.isFinite {
        condition[keyPath: path] = number
      } else {
        let known = (numbers.keys.sorted() + words).joined(separator: ", ")
        throw Fault(reason: "\(place): `\(member.name)` is not a condition with its value; known are \(known)")
      }
    }
    return Rule(name: name, condition: condition, factor: factor)
  }

  private static let words = ["segment", "category", "months", "device"]
  private static let maxWordBytes = 200

  /// Takes a condition that is not a bound of a number; false if it is none of these.
  private static func take(
    _ member: JSONObject.Member, into condition: inout Condition, _ place: String
  ) throws(Fault) -> Bool {
    switch (member.name, member.value.string, member.value.array) {
    case ("segment", let text?, _) where text.utf8.count <= maxWordBytes: condition.segment = text
    case ("category", let text?, _) where text.utf8.count <= maxWordBytes: condition.category = text
    case ("device", let text?, _):
      guard let device = DeviceClass(rawValue: text) else {
        throw Fault(
          reason: "\(place): `device` is one of \(DeviceClass.allCases.map(\.rawValue).joined(separator: ", "))")
      }
      condition.device = device
    case ("months", _, let list?):
      let months = list.compactMap { $0.int.flatMap { (1...12).contains($0) ? Int($0) : nil } }
      guard months.count == list.count, (1...12).contains(months.count) else {
        throw Fault(reason: "\(place): `months` is a list of months, each from 1 to 12")
      }
      condition.months = months
    default: return false
    }
    return true
  }

  public var json: JSONValue {
    [
      "rules": .array(
        rules.map { rule in
          var when: [JSONObject.Member] = Self.numbers.sorted { $0.key < $1.key }.compactMap { name, path in
            rule.condition[keyPath: path].map { .init(name, .double($0)) }
          }
          if let segment = rule.condition.segment { when.append(.init("segment", .string(segment))) }
          if let category = rule.condition.category { when.append(.init("category", .string(category))) }
          if !rule.condition.months.isEmpty {
            when.append(.init("months", .array(rule.condition.months.map { .int(Int64($0)) })))
          }
          if let device = rule.condition.device { when.append(.init("device", .string(device.rawValue))) }
          return ["name": .string(rule.name), "when": .object(JSONObject(when)), "factor": .double(rule.factor)]
        })
    ]
  }
}

/// The kind of device that shows a list.
public enum DeviceClass: String, Sendable, CaseIterable {
  case mobile, tablet, desktop
}
